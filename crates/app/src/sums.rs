//! Pages of the register with the totals over their whole filter: kept for a moment, and for as
//! long as nothing changes in the zone.

use crate::App;
use base::{Id, Page, Time};
use db::Read;
use grants::{AwardFilter, AwardOrder, AwardSum, RegisterRow, awards_sum, register_rows};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Pages and totals kept at once.
const KEPT_MAX: usize = 256;
/// Longest page that is kept: some 10 MB in all at a kilobyte a row. Files are read anew.
const ROWS_MAX: usize = 60;
/// Most organisations that a kept filter names; longer lists would fill the memory as keys.
const IDS_MAX: usize = 1_000;
/// How long a page is shown again without a look, in milliseconds: its time stands on it, and a
/// busy zone reads each page at most so often. Also how long the newest change must be past before
/// "no newer change" is believed: ids sort by time alone, so that of two changes in one moment the
/// second need not have the newest id.
const KEPT_MILLIS: i64 = 1_000;

/// A page of the register; its totals are at most a second older than its rows.
#[derive(Debug)]
pub struct RegisterPage {
    /// When it was read.
    pub as_of: Time,
    /// Its rows.
    pub rows: Vec<RegisterRow>,
    /// Totals over the whole filter, one per unit.
    pub sums: Vec<AwardSum>,
}

/// A filter, and the order, first key and length of a page; `None` for totals alone.
type Asked = (AwardFilter, Option<(AwardOrder, Option<String>, u32)>);

/// What was read, with the newest audit line of that moment, if it was old enough to rely on.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<Asked, Seen>>);

type Seen = (Option<Id>, Arc<RegisterPage>);

/// Returns a page of the register with the totals over its whole filter.
pub fn register_page(
    app: &App,
    read: &Read<'_>,
    filter: &AwardFilter,
    order: AwardOrder,
    page: &Page,
) -> Result<Arc<RegisterPage>, grants::Error> {
    kept(app, read, (filter.clone(), Some((order, page.after.clone(), page.rows))))
}

/// Returns the totals over a filter alone.
pub fn register_sums(
    app: &App,
    read: &Read<'_>,
    filter: &AwardFilter,
) -> Result<Arc<RegisterPage>, grants::Error> {
    kept(app, read, (filter.clone(), None))
}

fn kept(app: &App, read: &Read<'_>, asked: Asked) -> Result<Arc<RegisterPage>, grants::Error> {
    let now = app.now();
    let is_fresh = |at: Time| (0..KEPT_MILLIS).contains(&(now.millis() - at.millis()));
    let all = || app.sums.0.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all().get(&asked).cloned();
    if let Some((_, page)) = &known
        && is_fresh(page.as_of)
        && page.as_of < now
    {
        return Ok(page.clone());
    }
    let newest = identity::audit_newest(read)?;
    let quiet = newest.filter(|(_, at)| !is_fresh(*at)).map(|(id, _)| id);
    if let Some((Some(seen), page)) = known
        && quiet == Some(seen)
    {
        return Ok(page);
    }
    let rows = match &asked.1 {
        Some((order, after, rows)) => {
            register_rows(read, &asked.0, *order, &Page::after(after.clone(), *rows))?
        }
        None => Vec::new(),
    };
    let sums = match &asked.1 {
        Some(_) => register_sums(app, read, &asked.0)?.sums.clone(),
        None => awards_sum(read, &asked.0)?,
    };
    let made = Arc::new(RegisterPage { as_of: now, rows, sums });
    let lists = [&asked.0.organisations, &asked.0.suppliers];
    let ids: usize = lists.into_iter().flatten().map(Vec::len).sum();
    if made.rows.len() > ROWS_MAX || ids > IDS_MAX {
        return Ok(made);
    }
    let mut all = all();
    if all.len() >= KEPT_MAX {
        all.clear();
    }
    all.insert(asked, (quiet, made.clone()));
    Ok(made)
}
