//! Pages of the register with the totals over their whole filter.

use crate::App;
use crate::register::{is_ready, register};
use base::{Page, Time};
use db::Read;
use grants::{AwardFilter, AwardOrder, AwardSum, RegisterRow};

/// A page of the register.
#[derive(Debug)]
pub struct RegisterPage {
    /// When order and totals were read; the rows themselves are as they are now.
    pub as_of: Time,
    /// Its rows.
    pub rows: Vec<RegisterRow>,
    /// Totals over the whole filter, one per unit.
    pub sums: Vec<AwardSum>,
}

/// Returns a page of the register with the totals over its whole filter.
pub fn register_page(
    app: &App,
    read: &Read<'_>,
    filter: &AwardFilter,
    order: AwardOrder,
    page: &Page,
) -> Result<RegisterPage, grants::Error> {
    if is_from_tables(app, filter) {
        let rows = grants::register_rows(read, filter, order, page)?;
        return Ok(RegisterPage { rows, ..register_sums(app, read, filter)? });
    }
    let view = register(app, read)?;
    let (ids, sums) = view.find(filter, order, page.after.as_deref(), page.rows);
    let rows = grants::register_rows_of(read, &ids)?;
    Ok(RegisterPage { as_of: view.as_of, rows, sums })
}

/// Returns the totals over a filter alone.
pub fn register_sums(
    app: &App,
    read: &Read<'_>,
    filter: &AwardFilter,
) -> Result<RegisterPage, grants::Error> {
    if is_from_tables(app, filter) {
        let sums = grants::awards_sum(read, filter)?;
        return Ok(RegisterPage { as_of: app.now(), rows: Vec::new(), sums });
    }
    let view = register(app, read)?;
    let (_, sums) = view.find(filter, AwardOrder::Oldest, None, 0);
    Ok(RegisterPage { as_of: view.as_of, rows: Vec::new(), sums })
}

/// Tells whether a page does not wait for the register in memory: just after the start, and where
/// one pass over an index answers as well.
fn is_from_tables(app: &App, filter: &AwardFilter) -> bool {
    !is_ready(app) && *filter == AwardFilter::default()
}
