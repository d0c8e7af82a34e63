//! What anybody may see of an award: no invoice numbers, no names of persons.

use super::{day, moment, org, parts as bar};
use crate::pages::application::TimelineStep;
use crate::pages::award::{AwardSupplier, ClaimRow, PaymentRow};
use crate::serve::Cx;
use crate::{Outcome, Part, State};
use app::Owners;
use base::Amount;
use grants::{
    Award, AwardState, Claim, ClaimState, Event, EventKind, Payment, PaymentState, Verdict, Vote,
};
use identity::{OrganisationId, Permission};

/// Cuts an award into what was paid, what is settled but not paid, what is held and what went back.
pub(crate) fn parts(cx: &Cx, award: &Award) -> Vec<Part> {
    let unit = award.amount.unit;
    // The table's checks keep paid within settled.
    let waiting = Amount::new(award.settled.minor - award.paid.minor, unit);
    bar(
        award.amount,
        &[
            (cx.t("state.paid"), award.paid, "brick"),
            (cx.t("state.claimed"), waiting, "accent"),
            (cx.t("state.held"), award.left(), "mid"),
            (cx.t("state.released"), award.released, "pale"),
        ],
    )
}

/// Returns why the officers approved: the reasons of the deciding round, each once.
pub(crate) fn reason(votes: &[Vote]) -> String {
    let round = votes.iter().map(|vote| vote.round).max();
    let deciding =
        votes.iter().filter(|vote| Some(vote.round) == round && vote.verdict == Verdict::Approve);
    let mut reasons: Vec<&str> = deciding.map(|vote| vote.reason.as_str()).collect();
    reasons.dedup();
    reasons.join(" / ")
}

/// Returns the suppliers, each with whether it is affiliated with the beneficiary.
pub(crate) fn suppliers(
    owners: &Owners,
    beneficiary: OrganisationId,
    suppliers: &[OrganisationId],
) -> Vec<AwardSupplier> {
    let one = |supplier: &OrganisationId| AwardSupplier {
        org: org(&owners.names, *supplier),
        is_independent: match grants::is_affiliated(&owners.graph, beneficiary, *supplier) {
            Some(true) => Outcome::Fail,
            Some(false) => Outcome::Pass,
            None => Outcome::Unknown,
        },
    };
    suppliers.iter().map(one).collect()
}

/// Returns the claims; number of the invoice and link only for who may open the claim.
pub(crate) fn claims(cx: &Cx, owners: &Owners, claims: &[Claim], is_inside: bool) -> Vec<ClaimRow> {
    let row = |(number, claim): (usize, &Claim)| ClaimRow {
        id: is_inside.then(|| claim.id.to_string()),
        invoice: match is_inside {
            true => claim.invoice_number.clone(),
            false => cx.lang.fill("public.claim-number", &[number.to_string()]),
        },
        supplier: org(&owners.names, claim.supplier),
        date: claim.invoice_date.to_string(),
        invoiced: claim.invoice,
        claimed: claim.asked,
        state: claim_state(claim.state),
    };
    (1..).zip(claims).map(row).collect()
}

/// Returns where a claim stands, in one word.
pub(crate) const fn claim_state(state: ClaimState) -> State {
    match state {
        ClaimState::Submitted => State::Claimed,
        ClaimState::Refused => State::Refused,
        ClaimState::Settled => State::Verified,
        ClaimState::Paid => State::Paid,
    }
}

/// Returns a payment.
pub(crate) fn payment(payment: &Payment) -> PaymentRow {
    PaymentRow {
        reference: payment.id.to_string(),
        date: day(payment.paid_at.unwrap_or(payment.due_at)),
        amount: payment.amount,
        state: match payment.state {
            PaymentState::Due => State::Waiting,
            PaymentState::Sent => State::Next,
            PaymentState::Paid => State::Paid,
        },
    }
}

/// Says what happens next to the beneficiary and to the office; nothing to anybody else.
pub(crate) fn next(cx: &Cx, award: &Award, claims: &[Claim], is_own: bool) -> String {
    if !is_own && !cx.standing.may(Permission::Inspect) {
        return String::new();
    }
    let open = claims.iter().filter(|claim| claim.state == ClaimState::Submitted);
    let (count, promised) =
        open.fold((0_u32, 0_i64), |(n, sum), claim| (n + 1, sum.saturating_add(claim.asked.minor)));
    let left = Amount::new(award.left().minor - promised, award.amount.unit);
    let is_over = award.expires_at.is_some_and(|end| cx.now >= end);
    let waiting = (count > 0).then(|| {
        let key = if is_own { "award.next-waiting" } else { "award.office-waiting" };
        cx.lang.fill(key, &[count.to_string()])
    });
    let rest = match (award.state, is_own) {
        (AwardState::Closed, _) if award.paid.minor < award.settled.minor => {
            cx.t("award.next-to-pay").to_owned()
        }
        (AwardState::Closed, _) => cx.t("award.next-closed").to_owned(),
        (AwardState::Active, _) if is_over => cx.t("award.next-over").to_owned(),
        (AwardState::Active, false) => cx.t("award.office-open").to_owned(),
        (AwardState::Active, true) if left.minor == 0 => String::new(),
        (AwardState::Active, true) => {
            let left = left.to_string();
            match award.expires_at {
                Some(end) => {
                    cx.lang.fill("award.next-claim-until", &[left, cx.ui().date_text(&day(end))])
                }
                None => cx.lang.fill("award.next-claim", &[left]),
            }
        }
    };
    [waiting.unwrap_or_default(), rest].join(" ").trim().to_owned()
}

/// Returns the public part of what happened, oldest first, without who did it.
pub(crate) fn events(cx: &Cx, events: &[Event]) -> Vec<TimelineStep> {
    let step = |event: &Event| {
        let key = match event.kind {
            EventKind::ApplicationSubmitted => "public.event-submitted",
            EventKind::AwardMade => "public.event-awarded",
            EventKind::ClaimSettled => "public.event-settled",
            EventKind::PaymentConfirmed => "public.event-paid",
            EventKind::AwardClosed => "public.event-closed",
            EventKind::ApplicationCreated
            | EventKind::ApplicationEdited
            | EventKind::PaperAdded
            | EventKind::ApplicationWithdrawn
            | EventKind::ReviewAssigned
            | EventKind::ReviewRecused
            | EventKind::ReviewScored
            | EventKind::VoteCast
            | EventKind::VotesDiffered
            | EventKind::ApplicationDeclined
            | EventKind::ClaimSubmitted
            | EventKind::ClaimFileAdded
            | EventKind::ClaimRefused
            | EventKind::PaymentSent => return None,
        };
        Some(TimelineStep {
            label: cx.t(key).to_owned(),
            at: moment(event.at),
            by: String::new(),
            state: State::Done,
        })
    };
    let mut events: Vec<&Event> = events.iter().collect();
    // What one form did has one instant; the kinds stand in the order of a round.
    events.sort_by_key(|event| (event.at, event.kind));
    events.into_iter().filter_map(step).collect()
}
