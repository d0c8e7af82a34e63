//! Decisions: what is shown before the vote, and the votes of two officers.

use crate::award::award_make;
use crate::event::note;
use crate::evidence::{Graph, graph_at_default};
use crate::review::conflict_of;
use crate::{
    Application, ApplicationId, ApplicationState, AwardFilter, AwardId, Call, Error, EventKind,
    Refused, ReviewState, Verdict, Vote, application::entitlement_of, application::in_state,
    application_find, awards_each, call_read, rules, rules::Outcome as Next, store,
};
use base::{Amount, FieldProblems, Time, Unit, canonical_json, sha256_hex};
use db::{Read, Tx};
use identity::{Actor, OrganisationId, PersonId};
use oversight::{Award as Row, AwardFacts, Tally, Thresholds, award_facts};
use rulebook::{AutomaticPath, Evaluation, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A budget before the vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownBudget {
    /// What the call may spend.
    pub total: Amount,
    /// What is left after all that is held or settled.
    pub left: Amount,
    /// What would be left if the amount shown were approved; negative where it does not reach.
    pub left_if_approved: Amount,
}

/// A review before the vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownReview {
    /// Who scored.
    pub reviewer: PersonId,
    /// Mean score in thousandths.
    pub total_milli: i64,
}

/// Everything the decision page shows before a vote. It is stored with the vote, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What is to be decided.
    pub application: ApplicationId,
    /// The round of votes.
    pub round: i64,
    /// The most that can be approved: the lesser of what the rule gives and what was asked.
    pub most: Option<Amount>,
    /// The call's budget.
    pub budget: ShownBudget,
    /// The rule's answer as things stand now: caps with what firm and group have used.
    pub evaluation: Evaluation,
    /// Group, related parties and concentration, before and if approved.
    pub facts: AwardFacts<OrganisationId>,
    /// Reviews that are done.
    pub reviews: Vec<ShownReview>,
    /// Reviews needed before a vote; zero on the automatic path.
    pub reviews_needed: u32,
}

impl Shown {
    /// Returns the bytes that are stored with a vote.
    #[must_use]
    pub fn bytes(&self) -> String {
        canonical_json(self)
    }

    /// Returns the SHA-256 of the bytes: a vote names it, so that nobody votes on stale facts.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256_hex(self.bytes().as_bytes())
    }
}

/// Gathers what is shown before a vote, as things stand in this snapshot.
///
/// Concentration is measured over all awards of the calendar year in the call's unit.
pub fn shown_of(read: &Read<'_>, id: ApplicationId, now: Time) -> Result<Shown, Error> {
    let application = application_find(read, id)?;
    let call = call_read(read, application.call)?;
    let graph = graph_at_default(read, now.date())?;
    shown(read, &graph, &application, &call, now)
}

fn shown(
    read: &Read<'_>,
    graph: &Graph,
    application: &Application,
    call: &Call,
    now: Time,
) -> Result<Shown, Error> {
    let evaluation = entitlement_of(read, application, call, now)?.evaluation;
    let requested = application.draft.requested;
    let most = match &evaluation.outcome {
        Outcome::Entitled { amount } => {
            Some(Amount::new(amount.minor.min(requested.minor), requested.unit))
        }
        Outcome::Refused { .. } | Outcome::Unknown { .. } => None,
    };
    let proposed = Row { org: application.organisation, amount: most.unwrap_or(requested) };
    let suppliers: BTreeSet<OrganisationId> =
        application.draft.lines.iter().filter_map(|line| line.supplier).collect();
    let suppliers: Vec<OrganisationId> = suppliers.into_iter().collect();
    let awarded = awarded_in_year(read, requested.unit, now)?;
    let thresholds = Thresholds::default();
    let facts = award_facts(&graph.ownership, &awarded, &proposed, &suppliers, &thresholds)?;
    let left = crate::money_left(read, call)?;
    let after = left.minor.saturating_sub(proposed.amount.minor);
    let reviews = store::review::of_application(read, application.id)?;
    let done = reviews.iter().filter(|review| review.state == ReviewState::Scored);
    let is_automatic = matches!(evaluation.automatic, AutomaticPath::Applies { .. });
    Ok(Shown {
        application: application.id,
        round: application.round,
        most,
        budget: ShownBudget {
            total: call.budget,
            left,
            left_if_approved: Amount::new(after, left.unit),
        },
        evaluation,
        facts,
        reviews: done
            .map(|review| ShownReview {
                reviewer: review.reviewer,
                total_milli: review.total_milli.unwrap_or(0),
            })
            .collect(),
        reviews_needed: if is_automatic { 0 } else { call.reviews_least },
    })
}

/// Adds up the awards of the calendar year in a unit, by organisation.
fn awarded_in_year(read: &Read<'_>, unit: Unit, now: Time) -> Result<Tally<OrganisationId>, Error> {
    let (from, to) = rules::calendar_window(now.date(), 1, "01-01");
    let filter =
        AwardFilter { unit: Some(unit), from: Some(from), to: Some(to), ..AwardFilter::default() };
    let mut rows = Vec::new();
    awards_each(read, &filter, |award| {
        let minor = award.amount.minor - award.released.minor;
        if minor > 0 {
            rows.push(Row { org: award.organisation, amount: Amount::new(minor, unit) });
        }
        Ok(())
    })?;
    Ok(Tally::of(unit, &rows)?)
}

/// An officer's vote, as handed in.
#[derive(Debug, Clone)]
pub struct VoteForm {
    /// What is decided.
    pub application: ApplicationId,
    /// Approve or decline.
    pub verdict: Verdict,
    /// How much; ignored where declined.
    pub amount: Amount,
    /// Why; at most 2,000 characters.
    pub reason: String,
    /// SHA-256 of what was shown.
    pub shown_sha256: String,
}

/// What came of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Another officer must vote.
    FirstVote,
    /// The two votes differ: both must vote again.
    Differed,
    /// Declined.
    Declined,
    /// Approved: the money is held.
    Awarded(AwardId),
}

/// Casts an officer's vote; the second that agrees decides, in the same commit as the hold.
///
/// Refuses: what was shown has changed, reviews are missing, the officer has a conflict or voted
/// first, more than the rule gives, and a budget that does not reach.
pub fn vote_cast(tx: &mut Tx<'_>, officer: PersonId, form: &VoteForm) -> Result<Decided, Error> {
    let application = application_find(tx, form.application)?;
    in_state(&application, ApplicationState::Submitted)?;
    let now = tx.now();
    let call = call_read(tx, application.call)?;
    if let (Some(end), false) = (call.closes_at, call.is_readable(now)) {
        return Err(Refused::Sealed(end).into());
    }
    let graph = graph_at_default(tx, now.date())?;
    if let Some(conflict) = conflict_of(tx, &graph, officer, &application)? {
        return Err(Refused::OfficerConflict(conflict).into());
    }
    let shown = shown(tx, &graph, &application, &call, now)?;
    let bytes = shown.bytes();
    if sha256_hex(bytes.as_bytes()) != form.shown_sha256 {
        return Err(Refused::ShownChanged.into());
    }
    let amount = vote_amount(form, &shown)?;
    let votes = store::review::votes(tx, application.id, amount.unit)?;
    let earlier: Vec<&Vote> = votes.iter().filter(|v| v.round == application.round).collect();
    let next = rules::vote_outcome(&earlier, officer, form.verdict, amount)?;
    let vote = Vote {
        round: application.round,
        position: if next == Next::First { 1 } else { 2 },
        officer,
        verdict: form.verdict,
        amount,
        reason: form.reason.trim().to_owned(),
        shown: bytes,
        shown_sha256: form.shown_sha256.clone(),
        at: now,
    };
    store::review::vote_insert(tx, application.id, &vote)?;
    let told = (vote.position, vote.verdict, vote.amount, &vote.reason, &vote.shown_sha256);
    note(tx, Actor::Person(officer), application.id, EventKind::VoteCast, &told)?;
    conclude(tx, officer, &application, &call, (next, amount))
}

/// Checks the fields of a vote against what was shown and returns its amount.
fn vote_amount(form: &VoteForm, shown: &Shown) -> Result<Amount, Refused> {
    let mut problems = FieldProblems::default();
    problems.text("reason", &form.reason, 1, rules::REASON_CHARS_MAX);
    let unit = shown.budget.total.unit;
    if form.verdict == Verdict::Approve {
        problems.require(form.amount.minor > 0, "amount", ("must be above zero", "须大于零"));
        problems.require(
            form.amount.unit == unit,
            "amount",
            ("must be in the call's unit", "须使用该征集的计量单位"),
        );
    }
    problems.finish().map_err(Refused::Invalid)?;
    if form.verdict == Verdict::Decline {
        return Ok(Amount::zero(unit));
    }
    let scored = u32::try_from(shown.reviews.len()).unwrap_or(u32::MAX);
    if scored < shown.reviews_needed {
        return Err(Refused::ReviewsMissing { needed: shown.reviews_needed, scored });
    }
    let most = shown.most.unwrap_or(Amount::zero(unit));
    if form.amount.minor > most.minor {
        return Err(Refused::AmountAboveEntitled { asked: form.amount, most });
    }
    let left = shown.budget.left;
    if form.amount.minor > left.minor {
        return Err(Refused::BudgetExceeded { asked: form.amount, left });
    }
    Ok(form.amount)
}

fn conclude(
    tx: &mut Tx<'_>,
    officer: PersonId,
    application: &Application,
    call: &Call,
    (next, amount): (Next, Amount),
) -> Result<Decided, Error> {
    let (id, actor, now) = (application.id, Actor::Person(officer), tx.now());
    match next {
        Next::First => Ok(Decided::FirstVote),
        Next::Differed => {
            store::application::round_next(tx, id)?;
            note(tx, actor, id, EventKind::VotesDiffered, &application.round)?;
            Ok(Decided::Differed)
        }
        Next::Declined => {
            store::application::state_set(tx, id, ApplicationState::Declined, Some(now))?;
            note(tx, actor, id, EventKind::ApplicationDeclined, &())?;
            Ok(Decided::Declined)
        }
        Next::Approved => {
            store::application::state_set(tx, id, ApplicationState::Awarded, Some(now))?;
            let award = award_make(tx, actor, application, call, amount)?;
            Ok(Decided::Awarded(award.id))
        }
    }
}

/// Lists the votes on an application, by round.
pub fn votes_of(read: &Read<'_>, id: ApplicationId) -> Result<Vec<Vote>, Error> {
    let application = application_find(read, id)?;
    Ok(store::review::votes(read, id, application.draft.requested.unit)?)
}
