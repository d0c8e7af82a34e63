//! All SQL of the crate, by table.

pub(crate) mod job;
pub(crate) mod pool;

use db::{Error, Row};

/// Reads a column that is never negative.
pub(crate) fn natural(row: &Row<'_>, column: usize) -> Result<u64, Error> {
    let value: i64 = row.get(column)?;
    Ok(u64::try_from(value).unwrap_or(0))
}

/// Brings a number into what a column holds; callers have checked that it fits.
pub(crate) fn column(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
