//! Tables `device_ask` and `device_guess`.

use crate::PersonId;
use base::Time;
use db::{Error, Read, Row, Tx, params};
use std::str::FromStr;

/// How far a question has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskState {
    /// Nobody has decided.
    Pending,
    /// The program may take its token.
    Approved,
    /// It gets none.
    Refused,
    /// It has taken its token.
    Used,
}

impl AskState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Approved => "Approved",
            Self::Refused => "Refused",
            Self::Used => "Used",
        }
    }
}

impl FromStr for AskState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Pending, Self::Approved, Self::Refused, Self::Used]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// A question as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) device_sha256: String,
    pub(crate) user_code: String,
    pub(crate) agent: String,
    pub(crate) state: AskState,
    pub(crate) person: Option<PersonId>,
    pub(crate) asked_at: Time,
    pub(crate) expires_at: Time,
    pub(crate) polled_at: Option<Time>,
    pub(crate) interval_seconds: i64,
}

/// Enters a question that nobody has decided.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Ask) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO device_ask
             (device_sha256, user_code, agent, state, asked_at, expires_at, interval_seconds)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &new.device_sha256,
            &new.user_code,
            &new.agent,
            new.state.as_str(),
            new.asked_at,
            new.expires_at,
            new.interval_seconds
        ],
    )
    .map(|_| ())
}

/// Forgets questions that ended before an instant.
pub(crate) fn purge(tx: &mut Tx<'_>, before: Time) -> Result<u64, Error> {
    tx.exec("DELETE FROM device_ask WHERE expires_at < ?1", params![before])
}

/// Counts the questions that have not ended.
pub(crate) fn count(read: &Read<'_>, at: Time) -> Result<i64, Error> {
    read.scalar("SELECT COUNT(*) FROM device_ask WHERE expires_at > ?1", params![at])
}

pub(crate) fn by_device(read: &Read<'_>, device_sha256: &str) -> Result<Option<Ask>, Error> {
    read.row(
        "SELECT device_sha256, user_code, agent, state, person_id, asked_at, expires_at, polled_at,
                interval_seconds
         FROM device_ask WHERE device_sha256 = ?1",
        params![device_sha256],
        ask,
    )
}

pub(crate) fn by_code(read: &Read<'_>, user_code: &str) -> Result<Option<Ask>, Error> {
    read.row(
        "SELECT device_sha256, user_code, agent, state, person_id, asked_at, expires_at, polled_at,
                interval_seconds
         FROM device_ask WHERE user_code = ?1",
        params![user_code],
        ask,
    )
}

fn ask(row: &Row<'_>) -> Result<Ask, Error> {
    Ok(Ask {
        device_sha256: row.get(0)?,
        user_code: row.get(1)?,
        agent: row.get(2)?,
        state: row.parse(3)?,
        person: row.id_optional(4)?,
        asked_at: row.get(5)?,
        expires_at: row.get(6)?,
        polled_at: row.get(7)?,
        interval_seconds: row.get(8)?,
    })
}

/// Notes when a program asked for its token and how long it has to wait now.
pub(crate) fn polled(
    tx: &mut Tx<'_>,
    device_sha256: &str,
    (at, interval_seconds): (Time, i64),
) -> Result<u64, Error> {
    tx.exec(
        "UPDATE device_ask SET polled_at = ?2, interval_seconds = ?3 WHERE device_sha256 = ?1",
        params![device_sha256, at, interval_seconds],
    )
}

/// Decides a question that nobody has decided; 0 where somebody has.
pub(crate) fn decide(
    tx: &mut Tx<'_>,
    device_sha256: &str,
    (person, state): (PersonId, AskState),
) -> Result<u64, Error> {
    tx.exec(
        "UPDATE device_ask SET state = ?3, person_id = ?2
         WHERE device_sha256 = ?1 AND state = 'Pending'",
        params![device_sha256, &person.0, state.as_str()],
    )
}

/// Uses an approved question up; 0 where it was not, or is used already.
pub(crate) fn use_up(tx: &mut Tx<'_>, device_sha256: &str) -> Result<u64, Error> {
    tx.exec(
        "UPDATE device_ask SET state = 'Used' WHERE device_sha256 = ?1 AND state = 'Approved'",
        params![device_sha256],
    )
}

/// Reads how many wrong codes a person has entered, and since when.
pub(crate) fn guesses(read: &Read<'_>, person: PersonId) -> Result<Option<(Time, i64)>, Error> {
    read.row(
        "SELECT since, wrong FROM device_guess WHERE person_id = ?1",
        params![&person.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

pub(crate) fn guesses_put(
    tx: &mut Tx<'_>,
    person: PersonId,
    (since, wrong): (Time, i64),
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO device_guess (person_id, since, wrong) VALUES (?1, ?2, ?3)
         ON CONFLICT (person_id) DO UPDATE SET since = excluded.since, wrong = excluded.wrong",
        params![&person.0, since, wrong],
    )
}
