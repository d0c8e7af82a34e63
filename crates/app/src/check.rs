//! Every invariant of a zone, checked over one snapshot.

use crate::App;
use serde::Serialize;

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Awards compared with their holds, votes, claims and payments.
    pub awards: u64,
}

/// The first broken invariant, in words with its numbers.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The ledger does not add up.
    #[error("ledger: {0}")]
    Ledger(#[from] ledger::CheckError),
    /// An award and what belongs to it differ.
    #[error("grants: {0}")]
    Grants(#[from] grants::CheckError),
    /// The zone cannot be read.
    #[error("the zone cannot be read")]
    Db(#[from] db::Error),
}

/// Checks that every unit sums to zero, that balances equal transfers, that holds and awards,
/// votes and decisions, claims and payments agree. Blocks; takes seconds on large zones.
pub fn check(app: &App) -> Result<Checked, Broken> {
    let now = app.now();
    app.db().read(|read| {
        ledger::check_invariants(read, now, 0)?;
        Ok(Checked { awards: grants::check_invariants(read)? })
    })
}
