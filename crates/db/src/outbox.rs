//! Effects on the outside that commit together with the change that wants them.

use crate::{Error, Read, Tx, params};
use base::Id;
use std::str::FromStr;

/// How far an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectState {
    /// To be carried out.
    Open,
    /// Carried out.
    Done,
    /// The outside refused it for good.
    Refused,
}

impl EffectState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Done => "Done",
            Self::Refused => "Refused",
        }
    }
}

impl FromStr for EffectState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Open, Self::Done, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// An effect to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Its row.
    pub id: Id,
    /// What the outside knows it by; unique.
    pub key: String,
    /// Which worker it is for, as in `payment-file`.
    pub kind: String,
    /// JSON for the worker.
    pub payload: String,
}

/// Asks for an effect. `key` names it for good: a second with the same key is a constraint error.
pub fn effect_put(tx: &mut Tx<'_>, kind: &str, key: &str, payload: &str) -> Result<(), Error> {
    let id: Id = tx.id();
    let now = tx.now();
    tx.insert_later(
        "INSERT INTO outbox (id, effect_key, kind, payload, state, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![&id, key, kind, payload, EffectState::Open.as_str(), now],
    )
}

/// Reads the oldest open effects of a kind, at most `limit`.
pub fn effects_open(read: &Read<'_>, kind: &str, limit: u32) -> Result<Vec<Effect>, Error> {
    read.rows(
        "SELECT id, effect_key, kind, payload FROM outbox
         WHERE state = 'Open' AND kind = ?1 ORDER BY id LIMIT ?2",
        params![kind, limit],
        |row| {
            Ok(Effect {
                id: row.get(0)?,
                key: row.get(1)?,
                kind: row.get(2)?,
                payload: row.get(3)?,
            })
        },
    )
}

/// Closes an open effect; `false` when it was closed already.
pub fn effect_close(tx: &mut Tx<'_>, id: &Id, state: EffectState) -> Result<bool, Error> {
    let now = tx.now();
    let changed = tx.exec(
        "UPDATE outbox SET state = ?2, closed_at = ?3 WHERE id = ?1 AND state = 'Open'",
        params![id, state.as_str(), now],
    )?;
    Ok(changed == 1)
}
