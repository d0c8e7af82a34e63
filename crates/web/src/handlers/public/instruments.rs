//! Rules: the list, one rule, and its file.

use crate::handlers::view::{self, Link, Paged};
use crate::pages::instrument::{InstrumentListPage, InstrumentPage, InstrumentRow};
use crate::serve::{Cx, Fault, Page, Query};
use crate::{State, links};
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use base::Date;
use db::Read;
use grants::{InstrumentId, Published};
use rulebook::Instrument;
use std::sync::Arc;

/// Rules of a page.
const ROWS: u32 = 100;

/// Lists the rules, newest versions as current.
pub(crate) async fn list(cx: Cx, query: Query) -> Result<Page, Fault> {
    let app = cx.app.clone();
    Page::of(&app.read(move |read| list_page(&cx, &query, read)).await?)
}

fn list_page(cx: &Cx, query: &Query, read: &Read<'_>) -> Result<InstrumentListPage, grants::Error> {
    let page = base::Page::after(query.optional("after"), ROWS + 1);
    let mut found = grants::instruments_list(read, &page)?;
    let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    let mut rows = Vec::with_capacity(found.len());
    for (place, published) in found.iter().take(limit).enumerate() {
        let rule = app::rule_kept(&cx.app, published)?;
        // The first row of the next page tells whether this page's last is the newest of its code.
        let is_newest = found.get(place + 1).is_none_or(|next| next.code != published.code);
        rows.push(row(published, &rule, is_newest, cx.now.date()));
    }
    found.truncate(limit);
    let before: u64 = if query.has("after") { query.parse("from").unwrap_or(0) } else { 0 };
    let count = u64::try_from(found.len()).unwrap_or(0);
    let next = found.last().filter(|_| has_more).map(grants::instrument_page_key);
    let total = before.saturating_add(count).saturating_add(u64::from(has_more));
    let paged = Paged { before, rows: count, total, next };
    let pager = paged.pager(&Link::new(links::INSTRUMENTS, &[]), u64::from(ROWS));
    Ok(InstrumentListPage { ui: cx.ui(), rows, pager })
}

fn row(published: &Published, rule: &Instrument, is_newest: bool, today: Date) -> InstrumentRow {
    let id = if is_newest { published.code.clone() } else { published.id.to_string() };
    InstrumentRow {
        id,
        name: view::words(&rule.name),
        authority: rule.authority.as_ref().map_or_else(|| view::words(&rule.place), view::words),
        rate: view::instrument::rate(rule),
        cap: view::instrument::cap(rule),
        findings: u64::try_from(rulebook::lint(rule).len()).unwrap_or(0),
        state: state(rule, is_newest, today),
    }
}

fn state(rule: &Instrument, is_newest: bool, today: Date) -> State {
    match () {
        () if !is_newest => State::Superseded,
        () if rule.valid_from.is_some_and(|from| today < from) => State::Upcoming,
        () if rule.valid_until.is_some_and(|until| today > until) => State::Expired,
        () => State::Current,
    }
}

/// Finds a rule by its code (its newest version) or by the id of a version.
pub(crate) fn find(
    cx: &Cx,
    read: &Read<'_>,
    id: &str,
) -> Result<Option<(Published, Arc<Instrument>)>, grants::Error> {
    let published = match id.parse::<InstrumentId>() {
        Ok(id) => grants::instrument_find(read, id)?,
        Err(_) => grants::instrument_newest(read, id)?,
    };
    let Some(published) = published else { return Ok(None) };
    let rule = app::rule_kept(&cx.app, &published)?;
    Ok(Some((published, rule)))
}

/// Shows a rule, or sends its file where the address ends in `.toml`.
pub(crate) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Fault> {
    let (id, is_file) = match id.strip_suffix(".toml") {
        Some(id) => (id.to_owned(), true),
        None => (id, false),
    };
    let app = cx.app.clone();
    let found = app
        .read(move |read| {
            let Some((published, rule)) = find(&cx, read, &id)? else { return Ok(None) };
            let newest = grants::instrument_newest(read, &published.code)?;
            let is_newest = newest.is_none_or(|newest| newest.id == published.id);
            Ok::<_, grants::Error>(Some((page(&cx, &published, &rule, is_newest), published)))
        })
        .await?;
    let (page, published) = found.ok_or(Fault::NotFound)?;
    if is_file {
        let headers = [(CONTENT_TYPE, "application/toml; charset=utf-8")];
        return Ok((headers, published.toml).into_response());
    }
    Ok(Page::of(&page)?.into_response())
}

fn page(cx: &Cx, published: &Published, rule: &Instrument, is_newest: bool) -> InstrumentPage {
    InstrumentPage {
        ui: cx.ui(),
        id: if is_newest { published.code.clone() } else { published.id.to_string() },
        name: view::words(&rule.name),
        authority: rule
            .authority
            .as_ref()
            .or(rule.programme.as_ref())
            .map_or_else(|| view::words(&rule.place), view::words),
        version: published.version.to_string(),
        state: state(rule, is_newest, cx.now.date()),
        explained: view::instrument::explained(rule, cx.lang),
        terms: view::instrument::terms(rule),
        findings: view::instrument::findings(rule),
        examples: view::instrument::examples(rule, cx.lang),
        source: view::instrument::source(rule),
        digest: published.sha256.clone(),
        file_url: links::instrument(&format!("{}.toml", published.id)),
    }
}
