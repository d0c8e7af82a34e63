//! What comes next for a claim, in words: for its beneficiary, its officers and its auditors.

use super::claim_page::Facts;
use super::payment::PAYMENTS;
use super::show;
use crate::pages::application::{Action, TimelineStep};
use crate::serve::Cx;
use crate::{State, links};
use grants::{AwardState, ClaimState, PaymentState};
use identity::Permission;

/// Says what happens next, and who does it.
pub(super) fn next(cx: &Cx, facts: &Facts) -> String {
    match facts.claim.state {
        ClaimState::Submitted if facts.is_mine => own(cx, facts),
        ClaimState::Submitted => office(cx, facts),
        ClaimState::Refused if may_repeat(facts) => cx.t("claim.next-refused").to_owned(),
        ClaimState::Refused => cx.t("claim.next-over").to_owned(),
        ClaimState::Settled | ClaimState::Paid => paid(cx, facts),
    }
}

/// What the beneficiary waits for, or has to do so that it can go on.
fn own(cx: &Cx, facts: &Facts) -> String {
    let mut says = Vec::new();
    says.push(match facts.due {
        Some(due) => cx.lang.fill("claim.next-by", &[cx.ui().date_text(&due.to_string())]),
        None => cx.t("claim.next-check").to_owned(),
    });
    if facts.files.is_empty() {
        says.push(cx.t("claim.next-file").to_owned());
    }
    if !facts.has_account {
        says.push(match facts.payee == facts.award.organisation {
            true => cx.t("claim.next-account").to_owned(),
            false => cx.lang.fill("claim.next-account-supplier", &[payee(cx, facts)]),
        });
    }
    says.join(" ")
}

fn office(cx: &Cx, facts: &Facts) -> String {
    let key = if !cx.standing.may(Permission::DecideAwards) {
        "claim.office-waits"
    } else if let Some(conflict) = &facts.conflict {
        return cx.lang.fill("claim.office-conflict", &[cx.say(&conflict.words())]);
    } else if Some(facts.claim.submitted_by) == cx.standing.person {
        "claim.office-own"
    } else if facts.files.is_empty() {
        "claim.office-no-file"
    } else {
        "claim.office-check"
    };
    cx.t(key).to_owned()
}

fn paid(cx: &Cx, facts: &Facts) -> String {
    let Some(payment) = &facts.payment else { return String::new() };
    let amount = payment.amount.to_string();
    match (payment.state, payment.paid_at) {
        (PaymentState::Due, _) => cx.lang.fill("claim.next-due", &[amount, payee(cx, facts)]),
        (PaymentState::Paid, Some(at)) => {
            let day = cx.ui().date_text(&show::day(at));
            cx.lang.fill("claim.next-paid", &[amount, payee(cx, facts), day])
        }
        (PaymentState::Sent | PaymentState::Paid, _) => {
            cx.lang.fill("claim.next-sent", &[amount, payee(cx, facts)])
        }
    }
}

fn payee(cx: &Cx, facts: &Facts) -> String {
    cx.ui().plain(show::org(&facts.names, facts.payee).name)
}

/// A refused invoice may be claimed again while its award is open.
fn may_repeat(facts: &Facts) -> bool {
    facts.is_mine && facts.award.state == AwardState::Active
}

/// Links to where the reader does it.
pub(super) fn actions(cx: &Cx, facts: &Facts) -> Vec<Action> {
    let link = |key: &'static str, href: String| Action {
        label: cx.t(key).to_owned(),
        href,
        is_change: false,
    };
    let mut out = Vec::new();
    let is_open = facts.claim.state == ClaimState::Submitted;
    if is_open && facts.is_mine && !facts.has_account && facts.payee == facts.award.organisation {
        let firm = links::organisation(facts.payee.as_str());
        out.push(link("work.account", format!("{firm}/bank-account")));
    }
    let is_over = facts.award.expires_at.is_some_and(|end| cx.now >= end);
    if facts.claim.state == ClaimState::Refused && may_repeat(facts) && !is_over {
        out.push(link("work.claim", links::claim_new(facts.award.id.as_str())));
    }
    let is_due = facts.payment.as_ref().is_some_and(|one| one.state != PaymentState::Paid);
    if is_due && cx.standing.may(Permission::Inspect) {
        out.push(link("award.payments", PAYMENTS.to_owned()));
    }
    out
}

/// The steps that are still to come.
pub(super) fn steps(cx: &Cx, facts: &Facts) -> Vec<TimelineStep> {
    let step = |key: &'static str, state| TimelineStep {
        label: cx.t(key).to_owned(),
        at: String::new(),
        by: String::new(),
        state,
    };
    let sent = facts.payment.as_ref().map(|payment| payment.state);
    match (facts.claim.state, sent) {
        (ClaimState::Submitted, _) => {
            vec![step("claim.step-verify", State::Next), step("claim.step-pay", State::Waiting)]
        }
        (ClaimState::Settled, Some(PaymentState::Sent)) => {
            vec![step("claim.step-confirm", State::Next)]
        }
        (ClaimState::Settled, _) => vec![step("claim.step-pay", State::Next)],
        (ClaimState::Refused | ClaimState::Paid, _) => Vec::new(),
    }
}
