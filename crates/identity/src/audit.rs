//! The audit trail: one line per change, in the same commit.

use crate::{Actor, Error, PersonId, store};
use base::{Id, Time};
use db::{Read, Tx};
use serde::Serialize;

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its id, which sorts by time.
    pub id: Id,
    /// When.
    pub at: Time,
    /// Who; `None` for the system.
    pub person: Option<PersonId>,
    /// What, as in `award.decided`.
    pub action: String,
    /// Kind of the thing changed.
    pub subject_kind: String,
    /// The thing changed.
    pub subject_id: String,
    /// JSON with what a reader needs to follow the change; never a secret.
    pub detail: String,
}

/// Writes an audit line. `action` is `<subject kind>.<past-tense verb>`.
pub fn audit<T: Serialize>(
    tx: &mut Tx<'_>,
    actor: Actor,
    action: &str,
    subject: &Id,
    detail: &T,
) -> Result<(), db::Error> {
    let person = match actor {
        Actor::Person(person) => Some(person),
        Actor::System => None,
    };
    let line = AuditLine {
        id: tx.id(),
        at: tx.now(),
        person,
        action: action.to_owned(),
        subject_kind: action.split('.').next().unwrap_or(action).to_owned(),
        subject_id: subject.to_string(),
        detail: base::canonical_json(detail),
    };
    store::audit::insert(tx, &line)
}

/// Reads the newest audit lines of a thing, at most `limit`.
pub fn audit_of(read: &Read<'_>, subject: &Id, limit: u32) -> Result<Vec<AuditLine>, Error> {
    Ok(store::audit::of_subject(read, subject, limit)?)
}

/// Returns the id of the newest audit line: it changes with every change of the zone.
pub fn audit_latest(read: &Read<'_>) -> Result<Option<Id>, Error> {
    Ok(store::audit::latest(read)?)
}

/// Returns the newest audit line's id and time.
pub fn audit_newest(read: &Read<'_>) -> Result<Option<(Id, Time)>, Error> {
    Ok(store::audit::newest(read)?)
}
