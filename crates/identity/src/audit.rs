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

/// How far before the newest line others are counted, in seconds: longer than any write takes to
/// become visible, and short enough that counting is a short walk along the key.
const MARK_SECONDS: i64 = 60;

/// How far the audit trail has come; another mark tells that the zone has changed.
///
/// The newest id alone would not do: ids made in one millisecond have no order, and of two write
/// lanes the slower commits older ids later. Such a line is counted, for nothing is ever deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditMark {
    newest: Option<Id>,
    /// Lines of the last minute before the newest.
    recent: i64,
}

/// Returns how far the audit trail has come.
///
/// A line that is older than the newest by more than a minute when it comes, as after the clock
/// was set back, is not noticed before the next.
pub fn audit_mark(read: &Read<'_>) -> Result<AuditMark, Error> {
    let Some((newest, at)) = store::audit::newest(read)? else {
        return Ok(AuditMark { newest: None, recent: 0 });
    };
    let from = Time::from_millis(at.millis().saturating_sub(MARK_SECONDS * 1_000));
    let recent = store::audit::count_from(read, &Id::new(from, 0, 0))?;
    Ok(AuditMark { newest: Some(newest), recent })
}

/// Returns the newest audit line's id and time.
pub fn audit_newest(read: &Read<'_>) -> Result<Option<(Id, Time)>, Error> {
    Ok(store::audit::newest(read)?)
}
