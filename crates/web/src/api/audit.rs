//! The audit trail of one thing.

use super::ask::Ask;
use super::operation::{Operation, look};
use super::shaped::{Stamp, objects};
use super::told::{List, Rows};
use crate::serve::Fault;
use base::Id;
use identity::Permission::Inspect;
use identity::{AuditLine, PersonId};

/// Lines where nobody says how many.
const LINES: u32 = 100;

pub(super) fn operations() -> Vec<Operation> {
    vec![look("/api/v1/audit/{id}", Inspect, "Shows what was done to a thing, newest first", show)]
}

objects! {
    /// How many lines.
    LinesAsked {
        /// Lines wanted, 1 to 500; 100 where absent.
        rows: Option<Rows>,
    }
    /// A change that was made.
    AuditShown {
        /// Its id.
        id: Id,
        /// When.
        at: Stamp,
        /// Who; null for the system.
        person: Option<PersonId>,
        /// What, as in `award.decided`.
        action: String,
        /// Kind of the thing changed.
        subject_kind: String,
        /// The thing changed.
        subject: String,
        /// What a reader needs to follow the change.
        detail: serde_json::Value,
    }
}

async fn show(ask: Ask, query: LinesAsked) -> Result<List<AuditShown>, Fault> {
    let subject: Id = ask.id()?;
    let rows = query.rows.map_or(LINES, Rows::get);
    let lines = ask.read(move |read| Ok(identity::audit_of(read, &subject, rows)?)).await?;
    Ok(List::whole(lines.into_iter().map(shown).collect()))
}

fn shown(from: AuditLine) -> AuditShown {
    let detail = serde_json::from_str(&from.detail);
    AuditShown {
        id: from.id,
        at: Stamp(from.at),
        person: from.person,
        action: from.action,
        subject_kind: from.subject_kind,
        subject: from.subject_id,
        detail: detail.unwrap_or(serde_json::Value::String(from.detail)),
    }
}
