//! The SQLite side: connections, statements, values.

use crate::value::Cells;
use crate::{Addition, Error, Param, Row, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Prepared statements kept per connection: more than the code has.
const STATEMENTS_MAX: usize = 512;
/// How long a connection waits for another process's lock, in milliseconds.
const BUSY_MILLIS: u64 = 5_000;

/// Opens the connection of the write lane, creating the file where it is missing.
pub(crate) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    // Only the lane's own thread uses it, so its mutex would guard nothing.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // FULL: a commit is on the disk before it is answered, also after a power cut.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;",
    )?;
    prepare(&conn)?;
    Ok(conn)
}

/// Opens a connection that cannot write.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;")?;
    prepare(&conn)?;
    Ok(conn)
}

fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_MILLIS))
}

/// Rewrites a migration: `STRICT` tables know no `BIGINT`.
pub(crate) fn schema_sql(sql: &str) -> String {
    sql.replace("BIGINT", "INTEGER")
}

/// Adds to one row now. Columns to which nothing is added are left out, and so are the checks on
/// them.
pub(crate) fn add(
    conn: &Connection,
    addition: Addition,
    key: &str,
    amounts: &[i64],
) -> Result<u64, Error> {
    let mut bound = vec![Param::from(key)];
    let mut sets = Vec::with_capacity(amounts.len());
    for (column, amount) in addition.columns.iter().zip(amounts).filter(|(_, n)| **n != 0) {
        bound.push(Param::Int(*amount));
        sets.push(format!("{column} = {column} + ?{}", bound.len()));
    }
    if sets.is_empty() {
        return Ok(0);
    }
    let (table, name) = (addition.table, addition.key);
    exec(conn, &format!("UPDATE {table} SET {} WHERE {name} = ?1", sets.join(", ")), &bound)
}

pub(crate) fn batch(conn: &Connection, sql: &str) -> Result<(), Error> {
    conn.execute_batch(sql).map_err(|source| Error::from_sqlite(sql, source))
}

pub(crate) fn exec(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
    let run = || {
        let mut statement = conn.prepare_cached(sql)?;
        statement.execute(rusqlite::params_from_iter(params))
    };
    let count = run().map_err(|source| Error::from_sqlite(sql, source))?;
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

/// Calls `each` for every row; `false` stops.
pub(crate) fn query(
    conn: &Connection,
    sql: &str,
    params: &[Param<'_>],
    each: &mut dyn FnMut(&Row<'_>) -> Result<bool, Error>,
) -> Result<(), Error> {
    let wrap = |source| Error::from_sqlite(sql, source);
    let mut statement = conn.prepare_cached(sql).map_err(wrap)?;
    let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(wrap)?;
    while let Some(row) = rows.next().map_err(wrap)? {
        if !each(&Row(Cells::Sqlite(row)))? {
            break;
        }
    }
    Ok(())
}

pub(crate) fn value(row: &rusqlite::Row<'_>, column: usize) -> Result<Value, Error> {
    let refused = |found: String| Error::Column { column, found, expected: "a known type" };
    let cell = row.get_ref(column).map_err(|error| refused(error.to_string()))?;
    match cell {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(n) => Ok(Value::Int(n)),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err(refused("a text that is not UTF-8".to_owned())),
        },
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_vec())),
        ValueRef::Real(_) => Err(refused("a floating-point number".to_owned())),
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Owned(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
