//! Calls: the list, and one with its rule in plain words.

use crate::handlers::view::{self, Link, Paged};
use crate::pages::call::{CallListPage, CallPage, CallRow, MayApply};
use crate::serve::{Cx, Fault, Page, Query};
use crate::{Paper, State, Text, Ui, links};
use axum::extract::Path;
use base::Amount;
use db::Read;
use grants::{ApplicationState, Call, CallId};
use identity::Permission;
use rulebook::Instrument;
use rulebook::model::PaperTime;

/// Calls of a page.
const ROWS: u32 = 50;

/// Lists calls, open ones first.
pub(crate) async fn list(cx: Cx, query: Query) -> Result<Page, Fault> {
    let app = cx.app.clone();
    Page::of(&app.read(move |read| list_page(&cx, &query, read)).await?)
}

fn list_page(cx: &Cx, query: &Query, read: &Read<'_>) -> Result<CallListPage, grants::Error> {
    let page = base::Page::after(query.optional("after"), ROWS + 1);
    let mut found = grants::calls_list(read, &page)?;
    let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|call| call.id.to_string());
    let mut calls = Vec::with_capacity(found.len());
    for call in &found {
        let name = grants::instrument_find(read, call.instrument)?;
        calls.push(CallRow {
            id: call.id.to_string(),
            title: Text::new(&call.title_en, &call.title_zh),
            instrument: name
                .map_or_else(Text::default, |one| Text::new(&one.name_en, &one.name_zh)),
            state: view::call::state(call, cx.now),
            opens: view::day(call.opens_at),
            closes: view::call::last_day(call),
            budget: call.budget,
            left: grants::money_left(read, call)?,
        });
    }
    calls.sort_by_key(|call| match call.state {
        State::Open => 0,
        State::Upcoming => 1,
        _ => 2,
    });
    let before: u64 = if query.has("after") { query.parse("from").unwrap_or(0) } else { 0 };
    let rows = u64::try_from(calls.len()).unwrap_or(0);
    let total = before.saturating_add(rows).saturating_add(u64::from(has_more));
    let pager =
        Paged { before, rows, total, next }.pager(&Link::new(links::CALLS, &[]), u64::from(ROWS));
    Ok(CallListPage { ui: cx.ui(), calls, pager })
}

/// Shows a call.
pub(crate) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let id: CallId = id.parse().map_err(|_| Fault::NotFound)?;
    let app = cx.app.clone();
    Page::of(&app.read(move |read| page(&cx, read, id)).await?)
}

fn page(cx: &Cx, read: &Read<'_>, id: CallId) -> Result<CallPage, grants::Error> {
    let call = grants::call_read(read, id)?;
    let published = grants::instrument_find(read, call.instrument)?
        .ok_or(grants::Refused::InstrumentUnknown(call.instrument))?;
    let rule = app::rule_kept(&cx.app, &published)?;
    let left = grants::money_left(read, &call)?;
    let spent = Amount::new(call.budget.minor.saturating_sub(left.minor), call.budget.unit);
    let parts = [(cx.t("public.committed"), spent, "brick"), (cx.t("calls.left"), left, "pale")];
    let summary = rule.programme.as_ref().map_or_else(Text::default, view::words);
    Ok(CallPage {
        ui: Ui { synthetic: cx.zone.is_synthetic || call.is_synthetic, ..cx.ui() },
        id: id.to_string(),
        title: Text::new(&call.title_en, &call.title_zh),
        summary: if summary.is_empty() { Text::en(&call.category) } else { summary },
        state: view::call::state(&call, cx.now),
        instrument: (published.id.to_string(), view::words(&rule.name)),
        explained: view::instrument::explained(&rule, cx.lang),
        source: view::instrument::source(&rule),
        opens: view::day(call.opens_at),
        closes: view::call::last_day(&call),
        decision_by: String::new(),
        clock: clock(&rule),
        budget: call.budget,
        parts: view::parts(call.budget, &parts),
        papers: rule.papers.iter().map(paper).collect(),
        may_apply: may_apply(cx, &call),
        has_sheet: has_sheet(cx, read, &call)?,
    })
}

/// The sheet is the office's, once applications are read, and of nobody who applies in the call.
fn has_sheet(cx: &Cx, read: &Read<'_>, call: &Call) -> Result<bool, grants::Error> {
    if !cx.standing.may(Permission::Inspect) || !call.is_readable(cx.now) {
        return Ok(false);
    }
    let (state, one) = (Some(ApplicationState::Submitted), base::Page::first(1));
    for firm in &cx.standing.acts_for {
        let of = (Some(call.id), Some(*firm));
        if !grants::applications_list(read, of, state, &one)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn paper(paper: &rulebook::model::Paper) -> Paper {
    Paper {
        name: view::words(&paper.name),
        is_required: paper.due == PaperTime::Application && paper.when.is_none(),
        given: None,
        href: None,
    }
}

fn clock(rule: &Instrument) -> Text {
    let clock = rule.clock.as_ref();
    let days = clock.and_then(|clock| clock.working_days.as_ref()).and_then(|days| days.known());
    let say = |lang: crate::Lang| match days {
        Some(days) => lang.fill("public.clock", &[days.to_string()]),
        None => lang.message("instrument.not-published").to_owned(),
    };
    Text::new(&say(crate::Lang::En), &say(crate::Lang::Zh))
}

fn may_apply(cx: &Cx, call: &Call) -> MayApply {
    match view::call::state(call, cx.now) {
        State::Open if cx.standing.may(Permission::Apply) => MayApply::Yes,
        State::Open if cx.person.is_none() => MayApply::SignIn,
        State::Open => MayApply::No(cx.t("public.no-firm").to_owned()),
        State::Upcoming => {
            MayApply::No(cx.lang.fill("public.not-yet", &[view::day(call.opens_at)]))
        }
        _ => MayApply::No(cx.t("public.call-closed").to_owned()),
    }
}
