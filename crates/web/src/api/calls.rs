//! Calls: what they pay for, until when, and the sheet that proposes their awards.

use super::ask::Ask;
use super::operation::{Operation, change, look, named, wrong};
use super::shaped::{Chars, Money, Nothing, Stamp, objects};
use super::told::{Answered, Done, List, Listed};
use crate::serve::Fault;
use base::{Amount, Page, Time};
use db::Read;
use grants::{Call, CallId, CallMode, InstrumentId, Proposal};
use identity::Permission::{Inspect, Public, RunCalls};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look("/api/v1/calls", Public, "Lists calls in the order of their creation", list),
        look("/api/v1/calls/{id}", Public, "Shows a call with what its budget has left", show),
        change("/api/v1/calls", RunCalls, "Creates a call", create),
        change("/api/v1/calls/{id}/close", RunCalls, "Closes a call to applications", close),
        look(
            "/api/v1/calls/{id}/sheet",
            Inspect,
            "Proposes awards under budget and group caps, with the proven gap",
            sheet,
        ),
    ]
}

objects! {
    /// A call to be created.
    NewCall {
        /// Short unique code: lower-case letters, digits, `-`.
        code: Chars<1, 60>,
        /// The instrument version it applies.
        instrument: InstrumentId,
        /// English title.
        title_en: Chars<0, 200>,
        /// Chinese title.
        title_zh: Option<Chars<0, 200>>,
        /// Category under which its awards are published.
        category: Chars<1, 60>,
        /// How it takes applications.
        mode: CallMode,
        /// What it may spend.
        budget: Money,
        /// From when on it takes applications.
        opens_at: Stamp,
        /// From when on it takes none; absent for rolling calls without end.
        closes_at: Option<Stamp>,
        /// Scored reviews needed before a vote.
        reviews_least: u32,
        /// Whether it was made up for a demonstration.
        is_synthetic: Option<bool>,
    }
    /// A call.
    CallShown {
        /// Its id.
        id: CallId,
        /// Short unique code.
        code: String,
        /// The instrument version it applies.
        instrument: InstrumentId,
        /// English title.
        title_en: String,
        /// Chinese title.
        title_zh: String,
        /// Category under which its awards are published.
        category: String,
        /// How it takes applications.
        mode: CallMode,
        /// What it may spend.
        budget: Amount,
        /// What is left of it after all that is held or settled.
        left: Amount,
        /// From when on it takes applications.
        opens_at: Stamp,
        /// From when on it takes none.
        closes_at: Option<Stamp>,
        /// Scored reviews needed before a vote.
        reviews_least: u32,
        /// Whether it takes applications now.
        is_open: bool,
        /// Whether an officer closed it.
        is_closed: bool,
        /// Whether it was made up for a demonstration.
        is_synthetic: bool,
    }
    /// An award that the sheet proposes.
    SheetAward {
        /// The application.
        application: String,
        /// What it gets.
        amount: Amount,
    }
    /// An application that the sheet leaves without an award.
    SheetRest {
        /// The application.
        application: String,
        /// Why: a stable word, as in `reviews_missing` or `fund_exhausted`.
        reason: String,
    }
    /// What a group receives by the sheet.
    SheetGroup {
        /// Head of the group.
        group: String,
        /// Its cap, if it has one.
        cap: Option<Amount>,
        /// What it receives.
        used: Amount,
    }
    /// A proposal of awards. No other set within the limits is better by more than the gap.
    SheetShown {
        /// Sum of the scores of the awards, in thousandths.
        score: i64,
        /// No set within the limits has a larger sum.
        bound: i64,
        /// Largest part of the best sum that is missed, in millionths; 0 is proven best.
        gap_ppm: u32,
        /// The call's budget still open.
        budget: Amount,
        /// What the proposal spends of it.
        used: Amount,
        /// The awards.
        awards: Vec<SheetAward>,
        /// Groups of the applicants.
        groups: Vec<SheetGroup>,
        /// Applications without an award.
        rest: Vec<SheetRest>,
    }
}

async fn list(ask: Ask, query: Listed) -> Result<List<CallShown>, Fault> {
    let (page, now) = (Page::from(query), ask.now());
    ask.read(move |read| {
        let rows = grants::calls_list(read, &page)?;
        let rows: Vec<CallShown> =
            rows.into_iter().map(|call| shown(read, call, now)).collect::<Result<_, _>>()?;
        Ok(List::of(rows, &page, |call| call.id.to_string(), Some))
    })
    .await
}

async fn show(ask: Ask, _: Nothing) -> Result<CallShown, Fault> {
    let (id, now) = (ask.id()?, ask.now());
    ask.read(move |read| shown(read, grants::call_read(read, id)?, now)).await
}

fn shown(read: &Read<'_>, call: Call, now: Time) -> Result<CallShown, Fault> {
    Ok(CallShown {
        left: grants::money_left(read, &call)?,
        is_open: call.is_open(now),
        id: call.id,
        code: call.code,
        instrument: call.instrument,
        title_en: call.title_en,
        title_zh: call.title_zh,
        category: call.category,
        mode: call.mode,
        budget: call.budget,
        opens_at: Stamp(call.opens_at),
        closes_at: call.closes_at.map(Stamp),
        reviews_least: call.reviews_least,
        is_closed: call.is_closed,
        is_synthetic: call.is_synthetic,
    })
}

async fn create(ask: Ask, new: NewCall) -> Result<Answered, Fault> {
    let actor = ask.actor()?;
    let new = grants::NewCall {
        code: new.code.0,
        instrument: new.instrument,
        title_en: new.title_en.0,
        title_zh: new.title_zh.unwrap_or_default().0,
        category: new.category.0,
        mode: new.mode,
        budget: new.budget.into(),
        opens_at: new.opens_at.0,
        closes_at: new.closes_at.map(|stamp| stamp.0),
        reviews_least: new.reviews_least,
        is_synthetic: new.is_synthetic.unwrap_or(false),
    };
    ask.change(move |tx| {
        let made = grants::call_create(tx, actor, &new).map_err(Fault::from);
        Ok(Done::made("calls", &made.map_err(named("instrument"))?.id))
    })
    .await
}

async fn close(ask: Ask, _: Nothing) -> Result<Answered, Fault> {
    let (id, actor) = (ask.id()?, ask.actor()?);
    ask.change(move |tx| {
        grants::call_close(tx, actor, id)?;
        Ok(Done::changed("calls", &id))
    })
    .await
}

async fn sheet(ask: Ask, _: Nothing) -> Result<SheetShown, Fault> {
    let (id, now): (CallId, Time) = (ask.id()?, ask.now());
    let found = ask.read(move |read| {
        let call = grants::call_read(read, id)?;
        if let (Some(end), false) = (call.closes_at, call.is_readable(now)) {
            return Err(grants::Error::from(grants::Refused::Sealed(end)).into());
        }
        Ok((call, grants::proposal_of(read, &[id], now)?))
    });
    let (call, found) = found.await?;
    match found {
        Ok(proposal) => Ok(sheet_shown(&call, proposal)),
        Err(faults) => {
            let reasons: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Err(wrong("call", reasons.join("; ")))
        }
    }
}

fn sheet_shown(call: &Call, proposal: Proposal) -> SheetShown {
    let sheet = proposal.sheet;
    let zero = Amount::zero(call.budget.unit);
    let fund = sheet.funds.first();
    let left_out = proposal.left_out.into_iter();
    let left_out = left_out.map(|(id, why)| SheetRest {
        application: id.to_string(),
        reason: left_out_word(why).to_owned(),
    });
    let unchosen = sheet.unchosen.into_iter().map(|one| SheetRest {
        application: one.proposal,
        reason: reason_word(&one.reason).to_owned(),
    });
    let awards = sheet.chosen.into_iter();
    SheetShown {
        score: sheet.score,
        bound: sheet.bound,
        gap_ppm: sheet.gap_ppm,
        budget: fund.map_or(zero, |fund| fund.budget),
        used: fund.map_or(zero, |fund| fund.used),
        awards: awards
            .map(|one| SheetAward { application: one.proposal, amount: one.amount })
            .collect(),
        groups: sheet
            .groups
            .into_iter()
            .map(|one| SheetGroup { group: one.group, cap: one.cap, used: one.used })
            .collect(),
        rest: unchosen.chain(left_out).collect(),
    }
}

fn left_out_word(why: grants::LeftOut) -> &'static str {
    match why {
        grants::LeftOut::NoSupport => "no_support",
        grants::LeftOut::ReviewsMissing => "reviews_missing",
    }
}

fn reason_word(reason: &selection::Reason) -> &'static str {
    use selection::Reason as R;
    match reason {
        R::Refused => "refused",
        R::NoScore => "no_score",
        R::AskAboveCap { .. } => "ask_above_cap",
        R::AskAboveBudget { .. } => "ask_above_budget",
        R::NumberReached => "number_reached",
        R::GroupCapReached { .. } => "group_cap_reached",
        R::LowerScorePerAmount { .. } => "lower_score_per_amount",
        R::FundExhausted { .. } => "fund_exhausted",
    }
}
