//! The SQLite side: connections, statements, values.

use crate::value::Cells;
use crate::{Addition, Cell, Error, Param, Row};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
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
    // FULL: a commit is on the disk before it is answered, also after a power cut. The journal may
    // grow to 64 MiB before its pages are copied back: a page changed often is then copied once.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;
         PRAGMA wal_autocheckpoint = 16000;",
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

/// Adds to rows, in their order. Columns to which nothing is added are left out of a statement,
/// and so are the checks on them.
pub(crate) fn add_all(
    conn: &Connection,
    addition: Addition,
    rows: &[(String, Vec<i64>)],
) -> Result<u64, Error> {
    // One bit for each column to which something is added.
    let kind_of = |amounts: &[i64]| {
        amounts.iter().enumerate().fold(0_u64, |bits, (at, n)| bits | (u64::from(*n != 0) << at))
    };
    let kinds: Vec<u64> = rows.iter().map(|(_, amounts)| kind_of(amounts)).collect();
    let mut changed = 0;
    for kind in kinds.iter().copied().collect::<BTreeSet<_>>() {
        let of_kind = kinds.iter().zip(rows).filter(|(one, _)| **one == kind).map(|(_, row)| row);
        if kind == 0 {
            changed += u64::try_from(of_kind.count()).unwrap_or(u64::MAX);
            continue;
        }
        let columns = addition.columns.iter().enumerate().filter(|(at, _)| kind >> at & 1 == 1);
        let sets: Vec<_> =
            columns.zip(2..).map(|((_, c), n)| format!("{c} = {c} + ?{n}")).collect();
        let Addition { table, key, .. } = addition;
        let sql = format!("UPDATE {table} SET {} WHERE {key} = ?1", sets.join(", "));
        let bound = of_kind.map(|(key, amounts)| {
            let amounts = amounts.iter().filter(|n| **n != 0).map(|n| Param::Int(*n));
            std::iter::once(Param::from(key)).chain(amounts)
        });
        changed += exec_many(conn, &sql, bound)?;
    }
    Ok(changed)
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

/// Runs a statement once for each set of parameters; returns how many rows it changed in all.
pub(crate) fn exec_many<'a, P: Iterator<Item = Param<'a>>>(
    conn: &Connection,
    sql: &str,
    mut sets: impl Iterator<Item = P>,
) -> Result<u64, Error> {
    let mut run = || {
        let mut statement = conn.prepare_cached(sql)?;
        sets.try_fold(0, |changed, set| {
            Ok(changed + statement.execute(rusqlite::params_from_iter(set))?)
        })
    };
    let changed = run().map_err(|source| Error::from_sqlite(sql, source))?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
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

pub(crate) fn cell<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<Cell<'r>, Error> {
    let refused = |found: String| Error::Column { column, found, expected: "a known type" };
    let cell = row.get_ref(column).map_err(|error| refused(error.to_string()))?;
    match cell {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(n) => Ok(Cell::Int(n)),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map(Cell::Text)
            .map_err(|_| refused("a text that is not UTF-8".to_owned())),
        ValueRef::Blob(bytes) => Ok(Cell::Blob(bytes)),
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
