//! What can fail below a store, and whether trying again can help.

use std::sync::Arc;

/// Tells whether repeating the same call can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same call will fail the same way.
    Never,
    /// Nothing was written; the same call may succeed.
    Again,
    /// The commit may or may not have happened: look for the change before repeating it.
    LookFirst,
}

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// A failure of the database or of the way to it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The URL names no engine.
    #[error("`{0}` is no database URL: use `sqlite:PATH` or `postgres://USER@HOST:PORT/NAME`")]
    Url(String),
    /// The database could not be opened.
    #[error("cannot open the database `{target}`")]
    Open {
        /// The URL without its password.
        target: String,
        /// The engine's reason.
        #[source]
        source: Source,
    },
    /// A statement failed.
    #[error("statement failed: {statement}")]
    Statement {
        /// The start of the statement's text.
        statement: String,
        /// The engine's reason.
        #[source]
        source: Source,
    },
    /// A unique, foreign-key or check constraint refused a row.
    #[error("a row was refused by a constraint: {statement}")]
    Constraint {
        /// The start of the statement's text.
        statement: String,
        /// The engine's reason.
        #[source]
        source: Source,
    },
    /// Another transaction changed what this one read; it was retried and lost each time.
    #[error("the write lost against concurrent writes {attempts} times, try again")]
    Conflict {
        /// How often it was tried.
        attempts: u32,
    },
    /// The connection broke before the commit was sent.
    #[error("the connection to the database was lost before the change was committed, try again")]
    Lost,
    /// The connection broke while the commit was under way.
    #[error("the connection to the database was lost during the commit: look before repeating")]
    OutcomeUnknown,
    /// All read lanes stayed busy.
    #[error("no read lane became free within {seconds} s, try again")]
    Busy {
        /// How long was waited.
        seconds: u64,
    },
    /// The queue of waiting writes is full.
    #[error("{waiting} writes are waiting already, try again")]
    QueueFull {
        /// Length of the queue.
        waiting: usize,
    },
    /// The database is being closed.
    #[error("the database is closed")]
    Closed,
    /// The write was only rehearsed ([`crate::Tx::want`]); it runs again. No caller sees this.
    #[error("the write was only rehearsed and runs again")]
    Rehearsed,
    /// The closure of a write panicked; its changes were undone.
    #[error("the write stopped on a bug; its changes were undone")]
    Panicked,
    /// A column does not hold what the code expects.
    #[error("column {column} holds {found}, expected {expected}")]
    Column {
        /// Position from 0.
        column: usize,
        /// What is there.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A released migration was edited, or the database is newer than the program.
    #[error("migration {number} of the database {what}")]
    Migration {
        /// Its number.
        number: i64,
        /// What is wrong and what to do.
        what: &'static str,
    },
}

impl Error {
    /// Tells whether repeating the same call can help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Conflict { .. }
            | Self::Lost
            | Self::Busy { .. }
            | Self::QueueFull { .. }
            | Self::Closed => Retry::Again,
            Self::OutcomeUnknown => Retry::LookFirst,
            Self::Url(_)
            | Self::Open { .. }
            | Self::Statement { .. }
            | Self::Constraint { .. }
            | Self::Rehearsed
            | Self::Panicked
            | Self::Column { .. }
            | Self::Migration { .. } => Retry::Never,
        }
    }

    /// Tells whether the disk of the database is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let Self::Statement { source, .. } = self else { return false };
        let sqlite = source.downcast_ref::<rusqlite::Error>();
        let postgres = source.downcast_ref::<postgres::Error>();
        sqlite.and_then(rusqlite::Error::sqlite_error_code) == Some(rusqlite::ErrorCode::DiskFull)
            || postgres.and_then(postgres::Error::code)
                == Some(&postgres::error::SqlState::DISK_FULL)
    }

    pub(crate) fn open(
        target: String,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Open { target, source: Arc::new(source) }
    }

    pub(crate) fn from_sqlite(sql: &str, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let statement = shorten(sql);
        match source.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                Self::Constraint { statement, source: Arc::new(source) }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Conflict { attempts: 1 }
            }
            _ => Self::Statement { statement, source: Arc::new(source) },
        }
    }

    pub(crate) fn from_postgres(sql: &str, source: postgres::Error) -> Self {
        use postgres::error::SqlState;
        let statement = shorten(sql);
        match source.code() {
            // Class 40: serialization failure, deadlock.
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => {
                Self::Conflict { attempts: 1 }
            }
            // Class 23: integrity constraint violation.
            Some(code) if code.code().starts_with("23") => {
                Self::Constraint { statement, source: Arc::new(source) }
            }
            // Classes 08 and 57P: connection exception, shutdown by the operator.
            Some(code) if code.code().starts_with("08") || code.code().starts_with("57P") => {
                Self::Lost
            }
            Some(_) => Self::Statement { statement, source: Arc::new(source) },
            None if source.is_closed() || is_io(&source) => Self::Lost,
            None => Self::Statement { statement, source: Arc::new(source) },
        }
    }
}

fn is_io(error: &postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<std::io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// Keeps the start of a statement, on one line: enough to find it, without its values.
fn shorten(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(120).collect()
}
