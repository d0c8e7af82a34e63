//! Flags: where a measure is above a threshold. A flag asks for an answer; it is never a verdict.

use crate::indicators::{
    Captures, Dependence, IfAwarded, RelatedParties, Relation, Share, hhi, hidden_concentration,
    shares_top,
};
use crate::ownership::Ownership;
use crate::ratio::Ratio;
use crate::tally::{Sum, Tally};
use base::Ppm;
use serde::{Deserialize, Serialize};
use std::hash::Hash;

/// Most rows a finding carries: enough to see who it is about.
const FINDING_ROWS_MAX: usize = 10;

/// Says which measure raised a flag; `docs/indicators` has a page for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// The index is high.
    Hhi,
    /// An award would raise a high index.
    HhiRise,
    /// An award would raise the index by going to somebody with a large share.
    TopShareRise,
    /// Concentration that entities do not show.
    HiddenConcentration,
    /// One supplier in most projects.
    SupplierCapture,
    /// Beneficiary and supplier are related.
    RelatedParties,
    /// Most models of others rest on one group.
    UpstreamDependence,
}

/// Says in what a finding's value and limit are counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Ten thousandths of an index of 1.
    Points,
    /// Parts per million.
    Ppm,
    /// Things.
    Count,
}

/// One flag, with what is needed to check it by hand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding<K> {
    /// The measure.
    pub indicator: Indicator,
    /// What was measured, rounded towards zero; the test itself is exact.
    pub value: i64,
    /// What it is above.
    pub limit: i64,
    /// In what both are counted.
    pub scale: Scale,
    /// The formula with its numbers.
    pub formula: String,
    /// Whom it is about, largest first, at most ten.
    pub rows: Vec<FindingRow<K>>,
}

/// One organisation or group of a finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FindingRow<K> {
    /// The organisation or the head of the group.
    pub key: K,
    /// Its money, in minor units, where money is meant.
    pub amount: Option<Sum>,
    /// Its part, where a part is meant.
    pub share: Option<Ratio>,
}

/// The limits above which a measure raises a flag. What a stored form leaves out has its default.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Points above which an index is high.
    pub hhi_points: u64,
    /// Points of rise that count.
    pub hhi_rise_points: u64,
    /// Share of one receiver above which a rise counts at any index.
    pub top_share: Ppm,
    /// Points between the index by group and by entity above which it counts as hidden.
    pub hidden_points: u64,
    /// Part of projects with one supplier above which it counts as captured.
    pub capture_share: Ppm,
    /// Fewest projects for which capture is judged.
    pub capture_projects_min: u64,
    /// Interest from which two parties are related.
    pub interest_least: Ppm,
    /// Part of the models of others that rest on one group above which they depend on it.
    pub upstream_share: Ppm,
    /// Fewest models of others for which dependence is judged.
    pub upstream_models_min: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        let percent = |percent: i64| Ppm::new(percent * 10_000).expect("a percentage is a share");
        Self {
            // U.S. Department of Justice and Federal Trade Commission, Merger Guidelines (2023),
            // guideline 1: above 1,800 points a market is highly concentrated, and a change of more
            // than 100 is significant; so is that change where the merged share is above 30 %.
            hhi_points: 1_800,
            hhi_rise_points: 100,
            top_share: percent(30),
            // ASSUMPTION: the same 100 points, because joining entities to groups changes the index
            // as a merger does.
            hidden_points: 100,
            // ASSUMPTION: a supplier in more than half of the projects is the rule, not a choice.
            capture_share: percent(50),
            // ASSUMPTION: in fewer projects one supplier in most of them says little.
            capture_projects_min: 5,
            // IAS 28, paragraph 5: significant influence is presumed from 20 % of the votes.
            interest_least: percent(20),
            // ASSUMPTION: what more than half of the others build on is infrastructure.
            upstream_share: percent(50),
            // ASSUMPTION: as for capture, fewer say little.
            upstream_models_min: 5,
        }
    }
}

/// Flags a high index by group, and concentration hidden behind entities.
#[must_use]
pub fn flags_of_concentration<K: Copy + Ord + Hash>(
    by_entity: &Tally<K>,
    ownership: &Ownership<K>,
    thresholds: &Thresholds,
) -> Vec<Finding<K>> {
    let by_group = by_entity.by_group(ownership);
    let rows = || rows_of(&shares_top(&by_group, FINDING_ROWS_MAX));
    let mut found = Vec::new();
    if let Some(index) = hhi(&by_group).filter(|i| i.exceeds_points(thresholds.hhi_points)) {
        let formula =
            format!("HHI by group = sum of squared sums / squared total = {index} in minor units");
        let (value, limit) = (signed(index.points()), signed(thresholds.hhi_points));
        let (indicator, scale) = (Indicator::Hhi, Scale::Points);
        found.push(Finding { indicator, value, limit, scale, formula, rows: rows() });
    }
    let hidden = hidden_concentration(by_entity, ownership);
    if let Some(found_hidden) =
        hidden.filter(|one| one.hidden.exceeds_points(thresholds.hidden_points))
    {
        let (group, entity) = (found_hidden.by_group, found_hidden.by_entity);
        found.push(Finding {
            indicator: Indicator::HiddenConcentration,
            value: found_hidden.hidden.points(),
            limit: signed(thresholds.hidden_points),
            scale: Scale::Points,
            formula: format!("HHI by group - HHI by entity = {group} - {entity}"),
            rows: rows(),
        });
    }
    found
}

/// Flags an award that significantly raises a high index, or the index through a large receiver.
/// Meant for the tally by group.
#[must_use]
pub fn flags_of_award<K: Copy + Ord>(
    awarded: &IfAwarded<K>,
    thresholds: &Thresholds,
) -> Vec<Finding<K>> {
    let mut found = Vec::new();
    let (Some(change), Some(index)) = (awarded.hhi_change, awarded.after.hhi) else { return found };
    let Some(before) = awarded.before.hhi else { return found };
    if !change.exceeds_points(thresholds.hhi_rise_points) {
        return found;
    }
    let rows = rows_of(&[awarded.receiver_after]);
    if index.exceeds_points(thresholds.hhi_points) {
        found.push(Finding {
            indicator: Indicator::HhiRise,
            value: change.points(),
            limit: signed(thresholds.hhi_rise_points),
            scale: Scale::Points,
            formula: format!(
                "HHI after - HHI before = {index} - {before}, and HHI after is above {} points",
                thresholds.hhi_points
            ),
            rows: rows.clone(),
        });
    }
    if let Some(share) = awarded.receiver_after.share.filter(|s| s.exceeds(thresholds.top_share)) {
        found.push(Finding {
            indicator: Indicator::TopShareRise,
            value: signed(share.ppm()),
            limit: thresholds.top_share.get(),
            scale: Scale::Ppm,
            formula: format!(
                "share after = {share}, and the HHI rises by {} points, more than {}",
                change.points(),
                thresholds.hhi_rise_points
            ),
            rows,
        });
    }
    found
}

/// Flags suppliers without whom most projects would not be, counted by projects.
#[must_use]
pub fn flags_of_captures<K: Copy>(
    captures: &Captures<K>,
    thresholds: &Thresholds,
) -> Vec<Finding<K>> {
    if captures.projects < thresholds.capture_projects_min {
        return Vec::new();
    }
    let limit = thresholds.capture_share;
    let high = captures.suppliers.iter().filter_map(|supplier| {
        let share = supplier.any_share.filter(|share| share.exceeds(limit))?;
        let amount = Some(Sum::new(supplier.sole_amount.minor() + supplier.co_amount.minor()));
        Some(Finding {
            indicator: Indicator::SupplierCapture,
            value: signed(share.ppm()),
            limit: limit.get(),
            scale: Scale::Ppm,
            formula: format!(
                "(sole + co-supplied projects) / projects = ({} + {}) / {}",
                supplier.sole, supplier.co, captures.projects
            ),
            rows: vec![FindingRow { key: supplier.supplier, amount, share: Some(share) }],
        })
    });
    high.collect()
}

/// Flags owners or groups on whom most models of others rest.
#[must_use]
pub fn flags_of_dependence<K: Copy>(
    rows: &[Dependence<K>],
    thresholds: &Thresholds,
) -> Vec<Finding<K>> {
    let limit = thresholds.upstream_share;
    let enough = rows.iter().filter(|row| row.others_models >= thresholds.upstream_models_min);
    let high = enough.filter_map(|row| {
        let share = row.others_share.filter(|share| share.exceeds(limit))?;
        Some(Finding {
            indicator: Indicator::UpstreamDependence,
            value: signed(share.ppm()),
            limit: limit.get(),
            scale: Scale::Ppm,
            formula: format!(
                "models of others that rest on it / models of others = {} / {}",
                row.others, row.others_models
            ),
            rows: vec![FindingRow { key: row.key, amount: None, share: Some(share) }],
        })
    });
    high.collect()
}

/// Flags related parties: one finding for each pair that has a relation.
#[must_use]
pub fn flags_of_related<K: Copy>(related: &RelatedParties<K>) -> Option<Finding<K>> {
    let strongest = related.found.first()?;
    let row = |key| FindingRow { key, amount: None, share: None };
    let name = match strongest.relation {
        Relation::SameOrganisation => "same organisation",
        Relation::SameGroup { .. } => "same group",
        Relation::CommonUltimateOwner { .. } => "common ultimate owner",
        Relation::Interest { .. } => "interest of one in the other",
        Relation::InterestUnknown { .. } => "interest of unknown size of one in the other",
        Relation::CommonHolder { .. } => "interest of a third in both",
    };
    Some(Finding {
        indicator: Indicator::RelatedParties,
        value: i64::try_from(related.found.len()).unwrap_or(i64::MAX),
        limit: 0,
        scale: Scale::Count,
        formula: format!(
            "relations between beneficiary and supplier on {}, strongest: {name}",
            related.date
        ),
        rows: vec![row(related.beneficiary), row(related.supplier)],
    })
}

fn rows_of<K: Copy>(shares: &[Share<K>]) -> Vec<FindingRow<K>> {
    let row =
        |one: &Share<K>| FindingRow { key: one.key, amount: Some(one.amount), share: one.share };
    shares.iter().map(row).collect()
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
