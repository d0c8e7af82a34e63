//! Zone home.

use super::filter::unit_main;
use crate::handlers::view::{self, encoded};
use crate::pages::home::{CallCard, CategoryFigure, HomePage, ZoneFigures};
use crate::serve::{Cx, Fault, Page};
use crate::{Capture, Lang, OrgRef, Source, State, Text};
use app::{CategorySum, Overview};
use base::{Amount, Ppm};
use std::collections::HashSet;

/// Calls on the front page.
const CALLS_MAX: usize = 12;

/// Returns the year that the zone shows.
pub(crate) fn year(cx: &Cx) -> i16 {
    cx.zone.year.unwrap_or_else(|| cx.now.date().year())
}

/// Shows the zone.
pub(crate) async fn show(cx: Cx) -> Result<Page, Fault> {
    let app = cx.app.clone();
    let now = cx.now;
    let (unit, calls) = cx
        .app
        .read(move |read| {
            let unit = unit_main(&app, read)?;
            let calls = grants::calls_list(read, &base::Page::first(base::PAGE_ROWS_MAX))?;
            Ok::<_, grants::Error>((unit, calls))
        })
        .await?;
    let overview = app::overview(&cx.app, year(&cx), unit).await?;
    let mut calls: Vec<CallCard> = calls
        .iter()
        .map(|call| (view::call::state(call, now), call))
        .filter(|(state, _)| matches!(state, State::Open | State::Upcoming))
        .map(|(state, call)| card(state, call))
        .collect();
    calls.sort_by_key(|card| (card.state != State::Open, card.closes.clone()));
    calls.truncate(CALLS_MAX);
    let about = |lang: Lang| lang.message("public.about");
    Page::of(&HomePage {
        ui: cx.ui(),
        about: Text::new(about(Lang::En), about(Lang::Zh)),
        as_of: view::moment(overview.as_of),
        figures: figures(&overview),
        calls,
        source: source(&cx.zone.source_url),
    })
}

fn card(state: State, call: &grants::Call) -> CallCard {
    CallCard {
        id: call.id.to_string(),
        title: Text::new(&call.title_en, &call.title_zh),
        state,
        closes: view::call::last_day(call),
        budget: call.budget,
    }
}

/// A zone knows only where its public facts were read.
fn source(url: &str) -> Option<Source> {
    let url = view::web_address(url)?;
    let host = url.split('/').nth(2).unwrap_or(&url).to_owned();
    Some(Source { authority: Text::en(&host), url, date: String::new(), quote: Text::default() })
}

fn figures(overview: &Overview) -> Option<ZoneFigures> {
    let top_entity = overview.entity.top?;
    let top_group = overview.group.top?;
    let names = &overview.names;
    let groups: HashSet<_> = overview.heads.values().collect();
    let capture = top_capture(overview);
    let count = |count: usize| u64::try_from(count).unwrap_or(0);
    Some(ZoneFigures {
        paid: overview.paid,
        projects: overview.projects,
        firms: count(overview.heads.len()),
        groups: count(groups.len()),
        categories: overview.categories.iter().map(|one| category(overview.paid, one)).collect(),
        capture_in: capture.as_ref().map(|(name, _)| name.clone()).unwrap_or_default(),
        capture: capture.map(|(_, capture)| capture),
        top_entity: view::org(names, top_entity.key),
        top_entity_share: view::share(top_entity.share),
        top_group: view::org(names, top_group.key),
        top_group_share: view::share(top_group.share),
        hhi_entity: view::points(overview.entity.hhi),
        hhi_owner: view::points(overview.group.hhi),
    })
}

fn category(paid: Amount, one: &CategorySum) -> CategoryFigure {
    CategoryFigure {
        id: encoded(&one.category),
        name: Text::en(&one.category),
        paid: one.paid,
        share: Ppm::ratio(one.paid, paid).ok().flatten().unwrap_or(Ppm::ZERO),
        projects: one.projects,
    }
}

/// Finds the category of which one supplier has the largest part of the projects.
fn top_capture(overview: &Overview) -> Option<(Text, Capture)> {
    let tops = overview.categories.iter().filter_map(|category| {
        let top = category.captures.suppliers.first()?;
        Some((top.any_share?, top.sole + top.co, category, top))
    });
    let (_, _, category, top) = tops.max_by_key(|(share, projects, ..)| (*share, *projects))?;
    let supplier: OrgRef = view::org(&overview.names, top.supplier);
    let total = category.captures.projects;
    let capture = Capture { supplier, sole: top.sole, shared: top.co, total };
    Some((Text::en(&category.category), capture))
}
