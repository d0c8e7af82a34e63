//! The zone and what anybody may see of a year: totals, concentration, capture.

use super::ask::Ask;
use super::operation::{Operation, look};
use super::organisations::org;
use super::shaped::{Nothing, Org, Stamp, objects};
use crate::serve::Fault;
use app::{CategorySum, Names, Overview};
use base::{Amount, Unit};
use identity::OrganisationId;
use identity::Permission::Public;
use oversight::{Capture, Captures, Finding, Ratio, Share, Standing, Sum};
use std::sync::Arc;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look("/api/v1/zone", Public, "Shows what the zone is called", zone),
        look("/api/v1/overview", Public, "Sums a year up by category", overview),
        look(
            "/api/v1/concentration",
            Public,
            "Shows a year's concentration by entity and by owner, and supplier capture",
            concentration,
        ),
    ]
}

objects! {
    /// The zone.
    ZoneShown {
        /// English name.
        name_en: String,
        /// Chinese name.
        name_zh: String,
        /// Whether what it shows was made up.
        is_synthetic: bool,
        /// Where its public facts were read.
        source_url: String,
        /// The year that its front page shows; null for the present one.
        year: Option<i16>,
    }
    /// Which year, in which unit.
    YearAsked {
        /// The calendar year; the zone's own where absent.
        year: Option<i16>,
        /// The unit; CNY where absent.
        unit: Option<Unit>,
    }
    /// Somebody's part of the whole.
    ShareShown {
        /// The organisation, or the head of the group.
        organisation: Org,
        /// What it got, in minor units, as a decimal text: it may be beyond 64 bits.
        minor: String,
        /// Its part in millionths; null where nothing was awarded at all.
        share_ppm: Option<i64>,
    }
    /// A supplier over a set of projects.
    CaptureShown {
        /// The supplier, or the head of its group.
        supplier: Org,
        /// Projects it alone supplied.
        sole: i64,
        /// Projects it supplied together with others.
        co: i64,
        /// Part of the projects it supplied in any way, in millionths.
        any_share_ppm: Option<i64>,
    }
    /// Suppliers over a set of projects.
    CapturesShown {
        /// Projects with a known supplier.
        projects: i64,
        /// Projects without one; in no share.
        projects_unknown: i64,
        /// The suppliers in most projects, at most 15.
        suppliers: Vec<CaptureShown>,
    }
    /// Sums of a category.
    CategoryShown {
        /// The category.
        category: String,
        /// Awards.
        projects: i64,
        /// What was awarded and not given back.
        awarded: Amount,
        /// What was paid.
        paid: Amount,
        /// Suppliers, by legal entity.
        captures: CapturesShown,
        /// Who received the largest award.
        largest: Option<Org>,
        /// How much that was.
        largest_amount: Option<Amount>,
    }
    /// A year in one unit.
    OverviewShown {
        /// The calendar year.
        year: i16,
        /// The unit.
        unit: Unit,
        /// Awards.
        projects: i64,
        /// What was awarded and not given back.
        awarded: Amount,
        /// What was paid.
        paid: Amount,
        /// By category.
        categories: Vec<CategoryShown>,
        /// When it was computed.
        as_of: Stamp,
    }
    /// How concentrated money is.
    IndexShown {
        /// Organisations or groups that received something.
        receivers: i64,
        /// Herfindahl-Hirschman index in ten thousandths of 1, rounded down; null without awards.
        hhi_points: Option<i64>,
        /// Share of the largest, in millionths.
        cr1_ppm: Option<i64>,
        /// Share of the four largest, in millionths.
        cr4_ppm: Option<i64>,
        /// The largest, at most 15.
        top: Vec<ShareShown>,
    }
    /// A measure above its threshold.
    FindingShown {
        /// The measure.
        indicator: serde_json::Value,
        /// What was measured.
        value: i64,
        /// What it is above.
        limit: i64,
        /// In what both are counted.
        scale: serde_json::Value,
        /// The formula with its numbers.
        formula: String,
        /// Whom it is about.
        about: Vec<Org>,
    }
    /// A year's concentration.
    ConcentrationShown {
        /// The calendar year.
        year: i16,
        /// The unit.
        unit: Unit,
        /// What was awarded and not given back.
        awarded: Amount,
        /// By legal entity.
        by_entity: IndexShown,
        /// By ultimate owner's group.
        by_group: IndexShown,
        /// Points of the index that entities do not show.
        hidden_points: Option<i64>,
        /// Suppliers by group, over all projects.
        captures: CapturesShown,
        /// What is above a threshold.
        findings: Vec<FindingShown>,
        /// When it was computed.
        as_of: Stamp,
    }
}

async fn zone(ask: Ask, _: Nothing) -> Result<ZoneShown, Fault> {
    let zone = ask.cx.zone;
    Ok(ZoneShown {
        name_en: zone.name_en,
        name_zh: zone.name_zh,
        is_synthetic: zone.is_synthetic,
        source_url: zone.source_url,
        year: zone.year,
    })
}

async fn year(ask: &Ask, query: &YearAsked) -> Result<Arc<Overview>, Fault> {
    let year = query.year.or(ask.cx.zone.year).unwrap_or_else(|| ask.now().date().year());
    let unit = query.unit.unwrap_or(Unit::CNY);
    Ok(app::overview(&ask.cx.app, year, unit).await?)
}

async fn overview(ask: Ask, query: YearAsked) -> Result<OverviewShown, Fault> {
    let found = year(&ask, &query).await?;
    Ok(OverviewShown {
        year: found.year,
        unit: found.unit,
        projects: number(found.projects),
        awarded: found.awarded,
        paid: found.paid,
        categories: found.categories.iter().map(|one| category(&found, one)).collect(),
        as_of: Stamp(found.as_of),
    })
}

async fn concentration(ask: Ask, query: YearAsked) -> Result<ConcentrationShown, Fault> {
    let found = year(&ask, &query).await?;
    Ok(ConcentrationShown {
        year: found.year,
        unit: found.unit,
        awarded: found.awarded,
        by_entity: index(&found, &found.entity, &found.top_entities),
        by_group: index(&found, &found.group, &found.top_groups),
        hidden_points: found.hidden.as_ref().map(|hidden| hidden.hidden.points()),
        captures: captures(&found, &found.captures_by_group),
        findings: found.findings.iter().map(|one| finding(&found.names, one)).collect(),
        as_of: Stamp(found.as_of),
    })
}

pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn ppm(ratio: Option<&Ratio>) -> Option<i64> {
    ratio.map(|ratio| number(ratio.ppm()))
}

fn category(overview: &Overview, from: &CategorySum) -> CategoryShown {
    CategoryShown {
        category: from.category.clone(),
        projects: number(from.projects),
        awarded: from.awarded,
        paid: from.paid,
        captures: captures(overview, &from.captures),
        largest: from.largest.map(|(id, _)| org(&overview.names, id)),
        largest_amount: from.largest.map(|(_, amount)| amount),
    }
}

fn captures(overview: &Overview, from: &Captures<OrganisationId>) -> CapturesShown {
    /// A page of names; the list itself may have thousands.
    const ROWS: usize = 15;
    let shown = |one: &Capture<OrganisationId>| CaptureShown {
        supplier: org(&overview.names, one.supplier),
        sole: number(one.sole),
        co: number(one.co),
        any_share_ppm: ppm(one.any_share.as_ref()),
    };
    CapturesShown {
        projects: number(from.projects),
        projects_unknown: number(from.projects_unknown),
        suppliers: from.suppliers.iter().take(ROWS).map(shown).collect(),
    }
}

fn index(
    overview: &Overview,
    from: &Standing<OrganisationId>,
    top: &[Share<OrganisationId>],
) -> IndexShown {
    let share = |one: &Share<OrganisationId>| ShareShown {
        organisation: org(&overview.names, one.key),
        minor: Sum::to_string(&one.amount),
        share_ppm: ppm(one.share.as_ref()),
    };
    IndexShown {
        receivers: i64::try_from(from.receivers).unwrap_or(i64::MAX),
        hhi_points: from.hhi.map(|hhi| number(hhi.points())),
        cr1_ppm: ppm(from.cr1.as_ref()),
        cr4_ppm: ppm(from.cr4.as_ref()),
        top: top.iter().map(share).collect(),
    }
}

/// Shows a measure above its threshold.
pub(super) fn finding(names: &Names, from: &Finding<OrganisationId>) -> FindingShown {
    let word = |value: Result<serde_json::Value, _>| value.unwrap_or(serde_json::Value::Null);
    FindingShown {
        indicator: word(serde_json::to_value(from.indicator)),
        value: from.value,
        limit: from.limit,
        scale: word(serde_json::to_value(from.scale)),
        formula: from.formula.clone(),
        about: from.rows.iter().map(|row| org(names, row.key)).collect(),
    }
}
