//! What anybody may see of a year's round: totals, concentration by entity and by owner, capture.

use crate::fresh::Fresh;
use crate::{App, Names};
use base::{Amount, Date, Time, Unit};
use db::Read;
use grants::{AwardFilter, AwardId};
use identity::OrganisationId;
use oversight::{
    Award as Row, Captures, Finding, Hidden, Project, Share, Standing, Tally, Thresholds,
    flags_of_captures, flags_of_concentration, hidden_concentration, shares_top, supplier_capture,
    supplier_capture_by_group,
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A beneficiary's or group's part.
pub type OwnerShare = Share<OrganisationId>;

/// Rows of the ranked lists.
const TOP_ROWS: usize = 15;

/// Sums of one category.
#[derive(Debug, Clone, Serialize)]
pub struct CategorySum {
    /// The category.
    pub category: String,
    /// Awards.
    pub projects: u64,
    /// What was awarded and not given back.
    pub awarded: Amount,
    /// What was paid.
    pub paid: Amount,
    /// Suppliers over the category's projects, by legal entity.
    pub captures: Captures<OrganisationId>,
    /// The largest award: who and how much.
    pub largest: Option<(OrganisationId, Amount)>,
}

/// A year's round in one unit.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// The calendar year.
    pub year: i16,
    /// The unit.
    pub unit: Unit,
    /// Awards.
    pub projects: u64,
    /// What was awarded and not given back.
    pub awarded: Amount,
    /// What was paid.
    pub paid: Amount,
    /// By category.
    pub categories: Vec<CategorySum>,
    /// Concentration of what was awarded, by legal entity.
    pub entity: Standing<OrganisationId>,
    /// The same by ultimate owner's group.
    pub group: Standing<OrganisationId>,
    /// How much of the index entities do not show.
    pub hidden: Option<Hidden>,
    /// The largest beneficiaries.
    pub top_entities: Vec<Share<OrganisationId>>,
    /// The largest groups.
    pub top_groups: Vec<Share<OrganisationId>>,
    /// The member of the largest group that received most, with its share.
    pub top_group_entity: Option<Share<OrganisationId>>,
    /// Suppliers over all projects, by group.
    pub captures_by_group: Captures<OrganisationId>,
    /// What is above a threshold.
    pub findings: Vec<Finding<OrganisationId>>,
    /// When it was computed.
    pub as_of: Time,
    /// Groups of everybody who received something.
    #[serde(skip)]
    pub heads: HashMap<OrganisationId, OrganisationId>,
    /// Names of everybody.
    #[serde(skip)]
    pub names: Arc<Names>,
}

/// The overviews shown last, by year and unit.
pub(crate) type Kept = Fresh<(i16, Unit), Overview>;

/// Returns a year's overview; it is computed again when something has changed since.
pub async fn overview(
    app: &Arc<App>,
    year: i16,
    unit: Unit,
) -> Result<Arc<Overview>, grants::Error> {
    let make = move |app: &App, read: &Read<'_>, now| overview_of(app, read, year, unit, now);
    app.overview.get(app, (year, unit), make).await
}

type Suppliers = HashMap<AwardId, Vec<OrganisationId>>;

/// One award as the measures need it.
struct Line {
    id: AwardId,
    category: String,
    org: OrganisationId,
    amount: Amount,
    paid: i64,
}

/// Computes a year's overview over one snapshot. Owners are those of the year's last day.
pub fn overview_of(
    app: &App,
    read: &Read<'_>,
    year: i16,
    unit: Unit,
    now: Time,
) -> Result<Overview, grants::Error> {
    let (first, next) = year_bounds(year);
    let mut lines = Vec::new();
    let filter = AwardFilter {
        unit: Some(unit),
        from: Some(Time::from_date(first)),
        to: Some(Time::from_date(next)),
        ..AwardFilter::default()
    };
    grants::awards_each(read, &filter, |award| {
        let amount = Amount::new(award.amount.minor - award.released.minor, unit);
        if amount.minor > 0 {
            let (id, category, org) = (award.id, award.category, award.organisation);
            lines.push(Line { id, category, org, amount, paid: award.paid.minor });
        }
        Ok(())
    })?;
    let mut suppliers = Suppliers::new();
    let period = Time::from_date(first)..Time::from_date(next);
    grants::suppliers_each(read, &period, |award, supplier| {
        suppliers.entry(award).or_default().push(supplier);
    })?;
    let last = next.yesterday().unwrap_or(next).min(now.date().max(first));
    let owners = crate::owners(app, read, last)?;
    let graph = &owners.graph.ownership;
    let rows: Vec<Row<OrganisationId>> =
        lines.iter().map(|line| Row { org: line.org, amount: line.amount }).collect();
    let tally = Tally::of(unit, &rows)?;
    let by_group = tally.by_group(graph);
    let thresholds = Thresholds::default();
    let projects: Vec<Project<OrganisationId>> =
        lines.iter().map(|line| project(line, &suppliers)).collect();
    let categories = categories(unit, &lines, &projects)?;
    let captures_by_group = supplier_capture_by_group(unit, &projects, graph)?;
    let mut findings = flags_of_concentration(&tally, graph, &thresholds);
    for category in &categories {
        findings.extend(flags_of_captures(&category.captures, &thresholds));
    }
    let group = Standing::of(&by_group);
    let heads: HashMap<_, _> =
        tally.sums().iter().map(|(org, _)| (*org, graph.group_head(org))).collect();
    let top_group_entity = top_member(&tally, &heads, group.top.as_ref());
    Ok(Overview {
        year,
        unit,
        projects: tally.rows(),
        awarded: sum(unit, lines.iter().map(|line| line.amount.minor)),
        paid: sum(unit, lines.iter().map(|line| line.paid)),
        categories,
        entity: Standing::of(&tally),
        group,
        hidden: hidden_concentration(&tally, graph),
        top_entities: shares_top(&tally, TOP_ROWS),
        top_groups: shares_top(&by_group, TOP_ROWS),
        top_group_entity,
        captures_by_group,
        findings,
        as_of: now,
        heads,
        names: owners.names.clone(),
    })
}

fn year_bounds(year: i16) -> (Date, Date) {
    let first = Date::new(year, 1, 1).unwrap_or(Date::MIN);
    (first, Date::new(year.saturating_add(1), 1, 1).unwrap_or(Date::MAX))
}

/// Finds the member of a group that received most.
fn top_member(
    tally: &Tally<OrganisationId>,
    heads: &HashMap<OrganisationId, OrganisationId>,
    top: Option<&Share<OrganisationId>>,
) -> Option<Share<OrganisationId>> {
    let mut all = shares_top(tally, tally.sums().len()).into_iter();
    all.find(|share| heads.get(&share.key) == top.map(|top| &top.key))
}

fn project(line: &Line, suppliers: &Suppliers) -> Project<OrganisationId> {
    let suppliers = suppliers.get(&line.id).cloned().unwrap_or_default();
    Project { beneficiary: line.org, suppliers, amount: line.amount }
}

fn categories(
    unit: Unit,
    lines: &[Line],
    projects: &[Project<OrganisationId>],
) -> Result<Vec<CategorySum>, grants::Error> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        places.entry(&line.category).or_default().push(place);
    }
    let mut found = Vec::with_capacity(places.len());
    for (category, places) in places {
        let mine: Vec<&Line> = places.iter().map(|place| &lines[*place]).collect();
        let projects: Vec<_> = places.iter().map(|place| projects[*place].clone()).collect();
        let largest = mine.iter().max_by_key(|line| line.amount.minor);
        found.push(CategorySum {
            category: category.to_owned(),
            projects: u64::try_from(mine.len()).unwrap_or(u64::MAX),
            awarded: sum(unit, mine.iter().map(|line| line.amount.minor)),
            paid: sum(unit, mine.iter().map(|line| line.paid)),
            captures: supplier_capture(unit, &projects)?,
            largest: largest.map(|line| (line.org, line.amount)),
        });
    }
    Ok(found)
}

/// Sums of awards are bounded by budgets, whose sum the treasury account keeps within 64 bits.
fn sum(unit: Unit, minors: impl Iterator<Item = i64>) -> Amount {
    Amount::new(minors.fold(0, i64::saturating_add), unit)
}
