//! Brings a database's schema up to date: numbered files, forward only, never edited once released.

use crate::lane::Writer;
use crate::tx::{Backend, Read};
use crate::{Error, params, postgresql, sqlite};
use base::{Time, sha256_hex};

/// One step of the schema's history.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Position in the history, from 1.
    pub number: i64,
    /// Area and purpose, as in the file's name.
    pub name: &'static str,
    /// Statements in the common dialect.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal;)*) => {
        /// The schema's history, in order.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }),*];
    };
}

migrations! {
    1 "0001-base-outbox";
    2 "0002-identity-organisations";
    3 "0003-ledger-accounts";
    4 "0004-grants-round";
    5 "0005-app-setting";
    6 "0006-grants-claim-file";
    7 "0007-hub-repositories";
    8 "0008-hub-people";
    9 "0009-hub-upkeep";
    10 "0010-identity-device-login";
    11 "0011-grants-spend";
    12 "0012-compute-jobs";
    13 "0013-ledger-deposit";
}

const JOURNAL: &str = "CREATE TABLE IF NOT EXISTS migration (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at BIGINT NOT NULL
) STRICT";

/// Applies what is missing. Several programs may start at once: they wait for each other.
pub(crate) fn run(writer: &mut Writer, now: Time) -> Result<(), Error> {
    run_history(writer, MIGRATIONS, now)
}

/// Applies what is missing of a history.
pub(crate) fn run_history(
    writer: &mut Writer,
    history: &[Migration],
    now: Time,
) -> Result<(), Error> {
    match writer {
        Writer::Sqlite(conn) => {
            sqlite::batch(conn, "BEGIN IMMEDIATE")?;
            let result = apply(Backend::Sqlite(conn), history, now);
            sqlite::batch(conn, if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
            result
        }
        Writer::Postgres { session, .. } => {
            // A number of our own choice that no other use of advisory locks here has.
            session.batch("BEGIN; SELECT pg_advisory_xact_lock(5142019)")?;
            let result = apply(Backend::Postgres(session), history, now);
            session.batch(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
            result
        }
    }
}

fn apply(mut backend: Backend<'_>, history: &[Migration], now: Time) -> Result<(), Error> {
    backend.schema(JOURNAL)?;
    let journal = "SELECT number, sha256 FROM migration ORDER BY number";
    let read = Read::new(backend);
    let applied =
        read.rows(journal, params![], |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)))?;
    let mut backend = read.into_backend();
    for (number, sha256) in &applied {
        match history.iter().find(|m| m.number == *number) {
            Some(m) if sha256_hex(m.sql.as_bytes()) == *sha256 => {}
            Some(_) => {
                let what = "differs from the released one: use the program that made it";
                return Err(Error::Migration { number: *number, what });
            }
            None => {
                let what = "is unknown to this program: use the newer one that made it";
                return Err(Error::Migration { number: *number, what });
            }
        }
    }
    let is_applied = |m: &Migration| applied.iter().any(|(number, _)| *number == m.number);
    for migration in history.iter().filter(|m| !is_applied(m)) {
        backend.schema(migration.sql)?;
        let sha256 = sha256_hex(migration.sql.as_bytes());
        backend.exec(
            "INSERT INTO migration (number, name, sha256, applied_at) VALUES (?1, ?2, ?3, ?4)",
            params![migration.number, migration.name, &sha256, now],
        )?;
    }
    Ok(())
}

impl Backend<'_> {
    fn schema(&mut self, sql: &str) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => sqlite::batch(conn, &sqlite::schema_sql(sql)),
            Self::Postgres(session) => session.batch(&postgresql::schema_sql(sql)),
        }
    }
}
