//! The register: every award, with totals that add up, as a page and as files.

use super::filter::{self, Asked, read_asked, unit_main};
use crate::handlers::view::{self, Paged};
use crate::pages::register::RegisterPage;
use crate::serve::{Cx, Fault, Page, Query};
use app::Owners;
use base::Date;
use db::Read;
use std::sync::Arc;

/// Rows of a page.
const ROWS: u32 = 50;

/// Returns the day at which ownership is shown: the end of the year that the zone shows, or today.
pub(crate) fn owners_day(cx: &Cx) -> Date {
    let today = cx.now.date();
    let end = cx.zone.year.and_then(|year| Date::new(year, 12, 31).ok());
    end.map_or(today, |end| end.min(today))
}

/// Reads who owns whom and what the address asks.
pub(crate) fn asked(
    cx: &Cx,
    query: &Query,
    read: &Read<'_>,
) -> Result<(Arc<Owners>, Asked), grants::Error> {
    let owners = app::owners(&cx.app, read, owners_day(cx))?;
    let main = unit_main(&cx.app, read)?;
    let asked = read_asked(cx, query, &owners, main);
    Ok((owners, asked))
}

/// Shows the register.
pub(crate) async fn show(cx: Cx, query: Query) -> Result<Page, Fault> {
    let app = cx.app.clone();
    let (page, is_wrong) = app.read(move |read| page(&cx, &query, read)).await?;
    if is_wrong { Page::wrong(&page) } else { Page::of(&page) }
}

fn page(cx: &Cx, query: &Query, read: &Read<'_>) -> Result<(RegisterPage, bool), grants::Error> {
    let (owners, asked) = asked(cx, query, read)?;
    let choices = grants::register_choices(read)?;
    let is_wrong = !asked.problems.is_empty();
    let kept = if is_wrong {
        app::RegisterPage { as_of: cx.now, rows: Vec::new(), sums: Vec::new() }
    } else {
        let page = base::Page::after(query.optional("after"), ROWS + 1);
        app::register_page(&cx.app, read, &asked.filter, asked.order, &page)?
    };
    let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let has_more = kept.rows.len() > limit;
    let (rows, sums) = (&kept.rows[..kept.rows.len().min(limit)], &kept.sums);
    let next = rows.last().filter(|_| has_more).map(|row| asked.order.key(&row.award));
    let total = sums.iter().map(|sum| u64::try_from(sum.count).unwrap_or(0)).sum();
    let before: u64 = if query.has("after") { query.parse("from").unwrap_or(0) } else { 0 };
    let count = u64::try_from(rows.len()).unwrap_or(0);
    let before = before.min(u64::saturating_sub(total, count));
    let link = filter::link(query);
    let paged = Paged { before, rows: count, total, next };
    let page = RegisterPage {
        ui: cx.ui(),
        filters: filter::fields(cx, query, &choices, &asked.problems),
        is_filtered: filter::is_filtered(query),
        sort: filter::sort(query, asked.order),
        page_sum: view::register::page_sums(rows),
        all_sum: view::register::all_sums(sums),
        pager: paged.pager(&link, u64::from(ROWS)),
        csv_url: link.to("/register.csv", &[]),
        json_url: link.to("/register.json", &[]),
        as_of: view::moment(kept.as_of),
        rows: rows.iter().map(|row| view::register::row(&owners, row)).collect(),
    };
    Ok((page, is_wrong))
}
