//! What is known when a rule is asked: the firm's facts, what was used before, who is related.

use crate::{
    Award, AwardFilter, Call, Declared, Error, Published, award::awards_each, rules, store,
};
use base::{Amount, Date, Ppm, Time};
use db::Read;
use identity::{Organisation, OrganisationId, OrganisationKind, SizeClass};
use oversight::{ControlRules, Ownership, RelatedParties, Relation};
use rulebook::model::{CapScope, Per, QuotaOf, WindowKind};
use rulebook::{CostLine, Evaluation, FactValue, History, Instrument, Request, SupplierFacts};
use std::collections::{BTreeMap, BTreeSet};

/// Interest from which two parties count as affiliated.
/// IAS 28, paragraph 5: significant influence is presumed from 20 % of the votes.
const INTEREST_LEAST_PPM: i64 = 200_000;

/// The ownership graph at a day, with what it rests on.
pub struct Graph {
    /// Groups and owners.
    pub ownership: Ownership<OrganisationId>,
    /// Organisations about whose owners something is stated, and those that have none by nature.
    owners_known: BTreeSet<OrganisationId>,
}

/// Builds the ownership graph at a day with the usual rules of control.
pub fn graph_at_default(read: &Read<'_>, date: Date) -> Result<Graph, Error> {
    graph_at(read, date, &ControlRules::default())
}

/// Builds the ownership graph at a day.
pub fn graph_at(read: &Read<'_>, date: Date, rules: &ControlRules) -> Result<Graph, Error> {
    let organisations = identity::organisation_kinds(read)?;
    let statements: Vec<oversight::Statement<OrganisationId>> =
        identity::ownership_all(read)?.iter().map(statement).collect();
    let mut owners_known: BTreeSet<OrganisationId> =
        statements.iter().filter(|s| s.is_valid(date)).map(|s| s.owned).collect();
    let ownerless =
        |kind| matches!(kind, OrganisationKind::PublicBody | OrganisationKind::NaturalPerson);
    owners_known
        .extend(organisations.iter().filter(|(_, kind)| ownerless(*kind)).map(|(id, _)| *id));
    let organisations: Vec<_> = organisations.into_iter().map(organisation).collect();
    let ownership = Ownership::at(&organisations, &statements, date, rules);
    Ok(Graph { ownership, owners_known })
}

fn organisation(
    (key, kind): (OrganisationId, OrganisationKind),
) -> oversight::Organisation<OrganisationId> {
    let kind = match kind {
        OrganisationKind::Company => oversight::OrgKind::Company,
        OrganisationKind::PublicBody => oversight::OrgKind::StateBody,
        OrganisationKind::NaturalPerson => oversight::OrgKind::Person,
        OrganisationKind::University | OrganisationKind::Institute | OrganisationKind::Other => {
            oversight::OrgKind::Other
        }
    };
    oversight::Organisation { key, kind }
}

fn statement(known: &identity::Ownership) -> oversight::Statement<OrganisationId> {
    use identity::OwnershipKind as Kind;
    let kind = match known.kind {
        Kind::Shares => oversight::InterestKind::Shares,
        Kind::Votes => oversight::InterestKind::Votes,
        Kind::BoardAppointment => oversight::InterestKind::BoardAppointment,
        Kind::Contract => oversight::InterestKind::Contract,
        Kind::Control => oversight::InterestKind::Control,
    };
    let grade = match known.grade {
        identity::Grade::Declared => oversight::Grade::Declared,
        identity::Grade::Register => oversight::Grade::Register,
        identity::Grade::Inferred => oversight::Grade::Inferred,
    };
    oversight::Statement {
        owner: known.owner,
        owned: known.owned,
        kind,
        share: known.share,
        valid_from: known.valid_from,
        valid_to: known.valid_to,
        grade,
    }
}

/// Tests a beneficiary and a supplier for relations.
#[must_use]
pub fn related_of(
    graph: &Graph,
    beneficiary: OrganisationId,
    supplier: OrganisationId,
) -> RelatedParties<OrganisationId> {
    let least = Ppm::new(INTEREST_LEAST_PPM).expect("20 % is a share");
    oversight::related_parties(&graph.ownership, &beneficiary, &supplier, least)
}

/// Tells whether two parties are affiliated; `None` where that is not known, because nothing is
/// stated about the owners of one of them, or an interest between them has no stated size.
#[must_use]
pub fn is_affiliated(
    graph: &Graph,
    beneficiary: OrganisationId,
    supplier: OrganisationId,
) -> Option<bool> {
    let found = related_of(graph, beneficiary, supplier).found;
    let counts = |relation: &Relation<OrganisationId>| match relation {
        Relation::InterestUnknown { .. } => false,
        // Company Law of the PRC (2023), art. 265(4): enterprises are not affiliated merely
        // because the state controls both.
        Relation::CommonUltimateOwner { kind, .. } | Relation::CommonHolder { kind, .. } => {
            *kind != oversight::OrgKind::StateBody
        }
        Relation::SameOrganisation | Relation::SameGroup { .. } | Relation::Interest { .. } => true,
    };
    if found.iter().any(|one| counts(&one.relation)) {
        return Some(true);
    }
    let is_unclear =
        found.iter().any(|one| matches!(one.relation, Relation::InterestUnknown { .. }));
    let knows = |party| graph.owners_known.contains(party);
    (!is_unclear && knows(&beneficiary) && knows(&supplier)).then_some(false)
}

/// Gathers what a rule may ask about a supplier.
pub(crate) fn supplier_facts(
    graph: &Graph,
    beneficiary: OrganisationId,
    supplier: &Organisation,
) -> SupplierFacts {
    // Being on a rule's own list or platform is entered as an identifier under these schemes.
    let has = |scheme: &str| supplier.identifiers.iter().any(|i| i.scheme == scheme);
    SupplierFacts {
        id: Some(
            supplier
                .identifiers
                .iter()
                .find(|i| i.scheme == "HT-SUPPLIER")
                .map_or_else(|| supplier.id.to_string(), |i| i.value.clone()),
        ),
        name: Some(supplier.name().to_owned()),
        affiliated: is_affiliated(graph, beneficiary, supplier.id),
        admitted: Some(has("HT-ADMITTED")),
        third_party: Some(supplier.id != beneficiary),
        through: Some(has("HT-PLATFORM")),
    }
}

/// The rule's answer to a question, with the question.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entitlement {
    /// What was asked of the rule.
    pub request: Request,
    /// What it answers.
    pub evaluation: Evaluation,
}

/// What is to be asked of a rule.
pub(crate) struct Question<'a> {
    pub(crate) rule: &'a Instrument,
    pub(crate) call: Option<&'a Call>,
    pub(crate) firm: &'a Organisation,
    pub(crate) declared: &'a Declared,
    pub(crate) lines: &'a [crate::CostLine],
    pub(crate) papers: BTreeSet<String>,
    pub(crate) now: Time,
}

/// Answers "what is this firm entitled to, and why not more?" without keeping anything.
pub fn entitlement(
    read: &Read<'_>,
    (published, rule): (&Published, &Instrument),
    firm: OrganisationId,
    declared: &Declared,
    (lines, now): (&[crate::CostLine], Time),
) -> Result<Entitlement, Error> {
    let firm = identity::organisation_read(read, firm)?;
    let calls = crate::calls_of_instrument(read, published.id)?;
    let call = calls.iter().find(|call| call.is_open(now));
    let papers = BTreeSet::new();
    answer(read, &Question { rule, call, firm: &firm, declared, lines, papers, now })
}

/// Asks the rule, with facts and history as they are in this snapshot.
pub(crate) fn answer(read: &Read<'_>, question: &Question<'_>) -> Result<Entitlement, Error> {
    let graph = graph_at_default(read, question.now.date())?;
    let request = Request {
        date: question.now.date(),
        facts: facts(question.firm, question.declared),
        lines: lines(read, &graph, question)?,
        months: question.declared.months,
        papers: question.papers.clone(),
        history: history(read, &graph, question)?,
    };
    let evaluation = rulebook::evaluate(question.rule, &request);
    Ok(Entitlement { request, evaluation })
}

/// Reads the facts about an application's firm as a rule is asked with them.
pub(crate) fn facts_of(
    read: &Read<'_>,
    application: &crate::Application,
) -> Result<BTreeMap<String, FactValue>, Error> {
    let firm = identity::organisation_read(read, application.organisation)?;
    Ok(facts(&firm, &application.draft.declared))
}

/// Takes what the register knows over what the firm declares.
fn facts(firm: &Organisation, declared: &Declared) -> BTreeMap<String, FactValue> {
    let mut facts = declared.facts.clone();
    let kind = match firm.kind {
        OrganisationKind::Company => Some("company"),
        OrganisationKind::University => Some("university"),
        OrganisationKind::Institute => Some("research-institute"),
        OrganisationKind::PublicBody => Some("public-body"),
        OrganisationKind::Other | OrganisationKind::NaturalPerson => None,
    };
    let mut kinds = match facts.remove("kinds") {
        Some(FactValue::Strings(declared)) => declared,
        _ => Vec::new(),
    };
    if let Some(kind) = kind.filter(|kind| !kinds.iter().any(|known| known == kind)) {
        kinds.push(kind.to_owned());
    }
    facts.insert("kinds".to_owned(), FactValue::Strings(kinds));
    let size = match firm.size_class {
        SizeClass::Unknown => None,
        SizeClass::Micro => Some("micro"),
        SizeClass::Small => Some("small"),
        SizeClass::Medium => Some("medium"),
        SizeClass::Large => Some("large"),
    };
    if let Some(size) = size {
        facts.insert("size".to_owned(), FactValue::String(size.to_owned()));
    }
    if !facts.contains_key("places") && !firm.region.is_empty() {
        let places = firm.region.split(',').map(|place| place.trim().to_owned()).collect();
        facts.insert("places".to_owned(), FactValue::Strings(places));
    }
    facts
}

fn lines(read: &Read<'_>, graph: &Graph, question: &Question<'_>) -> Result<Vec<CostLine>, Error> {
    let mut lines = Vec::with_capacity(question.lines.len());
    for (i, line) in question.lines.iter().enumerate() {
        let position = i + 1;
        let supplier = match line.supplier {
            Some(id) => {
                let supplier = identity::organisation_find(read, id)?
                    .ok_or_else(|| rules::supplier_unknown(&format!("lines.{i}.supplier")))?;
                Some(supplier_facts(graph, question.firm.id, &supplier))
            }
            None => None,
        };
        lines.push(CostLine {
            id: format!("line-{position}"),
            cost: line.cost.clone(),
            what: line.what.clone(),
            base: None,
            amount: line.amount,
            supplier,
        });
    }
    Ok(lines)
}

/// Adds up what was awarded before under each of the rule's caps and quotas.
fn history(read: &Read<'_>, graph: &Graph, question: &Question<'_>) -> Result<History, Error> {
    let rule = question.rule;
    let firm = question.firm.id;
    let head = graph.ownership.group_head(&firm);
    let mut history = History { nothing_before: true, ..History::default() };
    history.other_aid = Some(question.declared.other_aid.clone());
    for cap in &rule.limits.caps {
        let (from, to) = cap_window(cap.scope, cap.per, cap.window.as_ref(), question);
        let counts = |award: &Award| match cap.scope {
            CapScope::Project => false,
            CapScope::Firm | CapScope::FirmYear | CapScope::Once | CapScope::Person => {
                award.organisation == firm
            }
            CapScope::GroupWindow => graph.ownership.group_head(&award.organisation) == head,
            CapScope::Pool => {
                cap.per != Some(Per::Batch) || question.call.is_some_and(|c| c.id == award.call)
            }
        };
        let mut codes = vec![rule.id.clone()];
        codes.extend(cap.shared_with.iter().cloned());
        let mut used = 0_i64;
        for code in codes {
            let filter = AwardFilter {
                instrument_code: Some(code),
                unit: Some(rule.unit),
                from: Some(from),
                to: Some(to),
                ..AwardFilter::default()
            };
            awards_each(read, &filter, |award| {
                if counts(&award) {
                    used = used.saturating_add(award.amount.minor - award.released.minor);
                }
                Ok(())
            })?;
        }
        history.used.insert(cap.id.clone(), Amount::new(used, rule.unit));
    }
    for quota in &rule.limits.quotas {
        let (from, to) = per_window(Some(quota.per), question);
        let count = match quota.of {
            QuotaOf::Applications => store::application::count_since(read, &rule.id, from, to)?,
            QuotaOf::Awards => {
                let filter = AwardFilter {
                    instrument_code: Some(rule.id.clone()),
                    from: Some(from),
                    to: Some(to),
                    ..AwardFilter::default()
                };
                crate::awards_sum(read, &filter)?.iter().map(|sum| sum.count).sum()
            }
        };
        history.counts.insert(quota.id.clone(), u32::try_from(count).unwrap_or(u32::MAX));
    }
    Ok(history)
}

fn cap_window(
    scope: CapScope,
    per: Option<Per>,
    window: Option<&rulebook::model::Window>,
    question: &Question<'_>,
) -> (Time, Time) {
    let today = question.now.date();
    match (scope, window) {
        (CapScope::GroupWindow, Some(_)) => group_window(true, window, today),
        (CapScope::FirmYear, _) => rules::calendar_window(today, 1, "01-01"),
        (CapScope::Pool, _) => per_window(per, question),
        _ => always(),
    }
}

/// Returns the window in which a group is counted: the cap's own, all time where it states none,
/// the calendar year where there is no cap.
pub(crate) fn group_window(
    has_cap: bool,
    window: Option<&rulebook::model::Window>,
    today: Date,
) -> (Time, Time) {
    match window {
        Some(window) => match window.kind {
            WindowKind::Rolling => rules::rolling_window(today, window.years),
            WindowKind::Calendar => {
                rules::calendar_window(today, window.years, &window.year_starts)
            }
        },
        None if has_cap => always(),
        None => rules::calendar_window(today, 1, "01-01"),
    }
}

fn per_window(per: Option<Per>, question: &Question<'_>) -> (Time, Time) {
    let today = question.now.date();
    match per {
        Some(Per::Year) => rules::calendar_window(today, 1, "01-01"),
        Some(Per::Month) => {
            let next = today.last_of_month().tomorrow().unwrap_or(Date::MAX);
            (Time::from_date(today.first_of_month()), Time::from_date(next))
        }
        Some(Per::Batch | Per::Programme) | None => always(),
    }
}

fn always() -> (Time, Time) {
    (Time::from_millis(0), Time::from_millis(i64::MAX))
}
