//! Tables `setting` and `answer`.

use base::Time;
use db::{Error, Read, Tx, params};

pub(crate) fn setting(read: &Read<'_>, name: &str) -> Result<Option<String>, Error> {
    read.row("SELECT value FROM setting WHERE name = ?1", params![name], |row| row.get(0))
}

pub(crate) fn setting_put(tx: &mut Tx<'_>, name: &str, value: &str, at: Time) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO setting (name, value, changed_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
        params![name, value, at],
    )
    .map(|_| ())
}

pub(crate) fn answer(read: &Read<'_>, key: &str) -> Result<Option<String>, Error> {
    read.row("SELECT location FROM answer WHERE key = ?1", params![key], |row| row.get(0))
}

pub(crate) fn answer_put(
    tx: &mut Tx<'_>,
    key: &str,
    location: &str,
    at: Time,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO answer (key, location, answered_at) VALUES (?1, ?2, ?3)",
        params![key, location, at],
    )
    .map(|_| ())
}
