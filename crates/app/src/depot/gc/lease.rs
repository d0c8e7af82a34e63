//! Whose turn it is, among all processes that share a database.

use super::UpkeepError;
use crate::{App, store};
use base::Time;
use db::{Read, Tx};
use serde::{Deserialize, Serialize};

/// Setting that holds the lease.
const LEASE: &str = "hub.gc-lease";
/// Setting that says when a collection last came to its end.
const ENDED: &str = "hub.gc-ended";
/// Life of a lease: a collection renews it with every write, so it outlives only a killed one.
const LEASE_SECONDS: i64 = 600;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    holder: String,
    until: Time,
}

/// The turn of one collection.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    holder: String,
}

fn kept(read: &Read<'_>) -> Result<Option<Kept>, db::Error> {
    let text = store::setting(read, LEASE)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Tells until when a collection has its turn; `None` when none runs.
///
/// # Errors
/// When the database fails.
pub fn lease_read(read: &Read<'_>, now: Time) -> Result<Option<Time>, db::Error> {
    Ok(kept(read)?.map(|kept| kept.until).filter(|until| *until > now))
}

/// Tells when a collection last came to its end.
///
/// # Errors
/// When the database fails.
pub fn last_ended(read: &Read<'_>) -> Result<Option<Time>, db::Error> {
    let text = store::setting(read, ENDED)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

impl Lease {
    /// Takes the turn, unless another collection has it.
    pub(super) async fn take(app: &App) -> Result<Self, UpkeepError> {
        let holder = app.random().id(app.now()).to_string();
        let lease = Self { holder };
        let taken = lease.clone();
        app.write(move |tx| {
            let now = tx.now();
            match kept(tx)? {
                Some(other) if other.until > now => Err(UpkeepError::Busy { until: other.until }),
                _ => taken.put(tx),
            }
        })
        .await?;
        Ok(lease)
    }

    /// Makes sure that it is still this collection's turn, and that it stays so for a while.
    pub(super) fn hold(&self, tx: &mut Tx<'_>) -> Result<(), UpkeepError> {
        let found = kept(tx)?.filter(|kept| kept.holder == self.holder);
        let found = found.ok_or(UpkeepError::LeaseLost)?;
        // Half of it is long enough for anything between two writes.
        if found.until < tx.now().plus_seconds(LEASE_SECONDS / 2) {
            self.put(tx)?;
        }
        Ok(())
    }

    fn put(&self, tx: &mut Tx<'_>) -> Result<(), UpkeepError> {
        let now = tx.now();
        let until = now.plus_seconds(LEASE_SECONDS);
        self.write(tx, until)
    }

    fn write(&self, tx: &mut Tx<'_>, until: Time) -> Result<(), UpkeepError> {
        let now = tx.now();
        let text = base::canonical_json(&Kept { holder: self.holder.clone(), until });
        Ok(store::setting_put(tx, LEASE, &text, now)?)
    }

    /// Gives the turn back after a whole collection.
    pub(super) async fn end(self, app: &App) -> Result<(), UpkeepError> {
        app.write(move |tx| {
            self.hold(tx)?;
            let now = tx.now();
            store::setting_put(tx, ENDED, &base::canonical_json(&now), now)?;
            self.write(tx, now)
        })
        .await
    }

    /// Gives the turn back after a failure.
    pub(super) async fn drop(self, app: &App) {
        let given = app.write(move |tx| {
            self.hold(tx)?;
            let now = tx.now();
            self.write(tx, now)
        });
        if let Err(error) = given.await {
            tracing::warn!(%error, "the turn of a collection runs out by itself");
        }
    }
}
