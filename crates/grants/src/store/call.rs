//! Table `call`.

use super::amount;
use crate::{Call, CallId, InstrumentId};
use base::{Page, Time};
use db::{Error, Read, Row, Tx, params};

const COLUMNS: &str = "id, code, instrument_id, title_en, title_zh, category, mode, unit,
    budget_minor, budget_account, opens_at, closes_at, reviews_least, is_closed, is_synthetic";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Call, at: Time) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO call (id, code, instrument_id, title_en, title_zh, category, mode, unit,
            budget_minor, budget_account, opens_at, closes_at, reviews_least, is_closed,
            is_synthetic, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, ?14, ?15)",
        params![
            &new.id.0,
            &new.code,
            &new.instrument.0,
            &new.title_en,
            &new.title_zh,
            &new.category,
            new.mode.as_str(),
            &new.budget.unit,
            new.budget.minor,
            &new.budget_account.0,
            new.opens_at,
            new.closes_at,
            new.reviews_least,
            new.is_synthetic,
            at
        ],
    )
    .map(|_| ())
}

pub(crate) fn close(tx: &mut Tx<'_>, id: CallId) -> Result<u64, Error> {
    tx.exec("UPDATE call SET is_closed = 1 WHERE id = ?1 AND is_closed = 0", params![&id.0])
}

pub(crate) fn find(read: &Read<'_>, id: CallId) -> Result<Option<Call>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM call WHERE id = ?1");
    read.row(&sql, params![&id.0], call)
}

pub(crate) fn is_code_taken(read: &Read<'_>, code: &str) -> Result<bool, Error> {
    let count: i64 = read.scalar("SELECT COUNT(*) FROM call WHERE code = ?1", params![code])?;
    Ok(count > 0)
}

/// Lists calls, newest opening first; the key is the call's id.
pub(crate) fn list(read: &Read<'_>, page: &Page) -> Result<Vec<Call>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM call WHERE id > ?1 ORDER BY id LIMIT ?2");
    let after = page.after.as_deref().unwrap_or("");
    read.rows(&sql, params![after, page.rows], call)
}

pub(crate) fn of_instrument(read: &Read<'_>, id: InstrumentId) -> Result<Vec<Call>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM call WHERE instrument_id = ?1 ORDER BY id LIMIT 500");
    read.rows(&sql, params![&id.0], call)
}

/// Lists the categories of all calls.
pub(crate) fn categories(read: &Read<'_>) -> Result<Vec<String>, Error> {
    let sql = "SELECT DISTINCT category FROM call ORDER BY category";
    read.rows(sql, params![], |row| row.get(0))
}

fn call(row: &Row<'_>) -> Result<Call, Error> {
    let unit = row.get(7)?;
    let reviews_least: i64 = row.get(12)?;
    Ok(Call {
        id: row.id(0)?,
        code: row.get(1)?,
        instrument: row.id(2)?,
        title_en: row.get(3)?,
        title_zh: row.get(4)?,
        category: row.get(5)?,
        mode: row.parse(6)?,
        budget: amount(row, 8, unit)?,
        budget_account: row.id(9)?,
        opens_at: row.get(10)?,
        closes_at: row.get(11)?,
        reviews_least: u32::try_from(reviews_least).unwrap_or(u32::MAX),
        is_closed: row.get(13)?,
        is_synthetic: row.get(14)?,
    })
}
