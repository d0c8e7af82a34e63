//! All SQL of the crate, by table.

pub(crate) mod application;
pub(crate) mod award;
pub(crate) mod call;
pub(crate) mod claim;
pub(crate) mod claim_file;
pub(crate) mod event;
pub(crate) mod instrument;
pub(crate) mod payment;
pub(crate) mod review;
pub(crate) mod spend;

use crate::Error;
use base::{Amount, Unit};
use db::Row;

/// Reads stored JSON; a failure names the row.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    id: &str,
    text: &str,
) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Stored {
        what,
        id: id.to_owned(),
        reason: error.to_string(),
    })
}

/// Reads minor units from a column as an amount of a unit.
pub(crate) fn amount(row: &Row<'_>, column: usize, unit: Unit) -> Result<Amount, db::Error> {
    Ok(Amount::new(row.get(column)?, unit))
}
