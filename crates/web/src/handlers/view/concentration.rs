//! A year's overview as the concentration page shows it.

use super::{org, percent, points, share};
use crate::pages::concentration::{
    CategoryCaptures, ConcentrationFigures, FindingShown, Holder, MeasureKind, MeasurePair,
};
use crate::{Capture, OrgRef};
use app::{Names, Overview};
use base::{Amount, Ppm};
use identity::OrganisationId;
use oversight::{Finding, Indicator, Scale, Share, Standing};

/// Suppliers shown of each category.
const SUPPLIERS_MAX: usize = 5;

/// Returns what was measured; `None` where nothing was awarded.
pub(crate) fn figures(overview: &Overview) -> Option<ConcentrationFigures> {
    overview.entity.top?;
    let (entity, owner) = (&overview.entity, &overview.group);
    let pair = |kind, entity, owner| MeasurePair { kind, entity, owner };
    let heads: Vec<OrganisationId> = overview.top_groups.iter().map(|one| one.key).collect();
    let place = |org: &OrganisationId| {
        let head = overview.heads.get(org).unwrap_or(org);
        heads.iter().position(|one| one == head)
    };
    Some(ConcentrationFigures {
        total: overview.awarded,
        measures: vec![
            pair(MeasureKind::Hhi, points(entity.hhi), points(owner.hhi)),
            pair(MeasureKind::Cr1, percent(entity.cr1), percent(owner.cr1)),
            pair(MeasureKind::Cr4, percent(entity.cr4), percent(owner.cr4)),
        ],
        hidden: overview.hidden.map(|hidden| hidden.hidden.points().to_string()),
        entities: holders(overview, &overview.top_entities, place),
        entities_rest: rest(entity, &overview.top_entities),
        owners: holders(overview, &overview.top_groups, place),
        owners_rest: rest(owner, &overview.top_groups),
        captures: captures(overview),
        findings: overview.findings.iter().map(|one| finding(&overview.names, one)).collect(),
    })
}

fn holders(
    overview: &Overview,
    shares: &[Share<OrganisationId>],
    place: impl Fn(&OrganisationId) -> Option<usize>,
) -> Vec<Holder> {
    let holder = |one: &Share<OrganisationId>| Holder {
        org: org(&overview.names, one.key),
        amount: one.amount.amount(overview.unit).unwrap_or(Amount::zero(overview.unit)),
        share: share(one.share),
        owner: place(&one.key),
    };
    shares.iter().map(holder).collect()
}

/// Counts who is not listed, and their share together.
fn rest(standing: &Standing<OrganisationId>, listed: &[Share<OrganisationId>]) -> (u64, Ppm) {
    let count = standing.receivers.saturating_sub(listed.len());
    let sum: i64 = listed.iter().map(|one| share(one.share).get()).sum();
    let left = if count == 0 { 0 } else { Ppm::ONE.get().saturating_sub(sum) };
    (u64::try_from(count).unwrap_or(0), Ppm::new(left).unwrap_or(Ppm::ZERO))
}

fn captures(overview: &Overview) -> Vec<CategoryCaptures> {
    let shown = |category: &app::CategorySum| {
        let top = category.captures.suppliers.iter().take(SUPPLIERS_MAX);
        let capture = |one: &oversight::Capture<OrganisationId>| Capture {
            supplier: org(&overview.names, one.supplier),
            sole: one.sole,
            shared: one.co,
            total: category.captures.projects,
        };
        CategoryCaptures {
            category: crate::Text::en(&category.category),
            captures: top.map(capture).collect(),
        }
    };
    overview.categories.iter().map(shown).filter(|one| !one.captures.is_empty()).collect()
}

/// Returns a measure above its threshold, with the names of whom it is about.
pub(crate) fn finding(names: &Names, one: &Finding<OrganisationId>) -> FindingShown {
    let key = match one.indicator {
        Indicator::Hhi => "public.flag-hhi",
        Indicator::HhiRise => "public.flag-hhi-rise",
        Indicator::TopShareRise => "public.flag-top-share",
        Indicator::HiddenConcentration => "public.flag-hidden",
        Indicator::SupplierCapture => "public.flag-capture",
        Indicator::RelatedParties => "public.flag-related",
        Indicator::UpstreamDependence => "public.flag-upstream",
    };
    let who: Vec<OrgRef> = one.rows.iter().map(|row| org(names, row.key)).collect();
    FindingShown {
        key,
        value: scaled(one.value, one.scale),
        limit: scaled(one.limit, one.scale),
        formula: one.formula.clone(),
        who,
    }
}

fn scaled(value: i64, scale: Scale) -> String {
    match scale {
        Scale::Ppm => Ppm::new(value).map_or_else(|_| value.to_string(), |ppm| ppm.to_string()),
        Scale::Points | Scale::Count => value.to_string(),
    }
}
