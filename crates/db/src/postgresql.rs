//! The PostgreSQL side: connections, statements, values.

use crate::value::Cells;
use crate::value::Value;
use crate::{Addition, Cell, Error, Param, Row};
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};
use std::collections::HashMap;
use std::error::Error as StdError;

/// Prepared statements kept per connection before all are dropped.
const STATEMENTS_MAX: usize = 1_024;

/// A connection with its prepared statements.
pub(crate) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Session {
    pub(crate) fn connect(config: &Config) -> Result<Self, postgres::Error> {
        Ok(Self { client: config.connect(NoTls)?, statements: HashMap::new() })
    }

    /// Connects a write lane. Writes look rows up by their keys; a plan that reads a whole table
    /// would, in a serialisable transaction, conflict with every other writer of that table
    /// (PostgreSQL manual, "Serializable Isolation Level", on predicate locks).
    pub(crate) fn connect_writer(config: &Config) -> Result<Self, postgres::Error> {
        let mut session = Self::connect(config)?;
        session.client.batch_execute(
            "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
        )?;
        Ok(session)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).map_err(|source| Error::from_postgres(sql, source))
    }

    pub(crate) fn exec(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        let statement = self.prepared(sql)?;
        let bound: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
        self.client.execute(&statement, &bound).map_err(|source| Error::from_postgres(sql, source))
    }

    /// Calls `each` for every row; `false` stops.
    pub(crate) fn query(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.query_bound(sql, params.iter().map(|p| p as &(dyn ToSql + Sync)), each)
    }

    /// Calls `each` for every row of many keys.
    pub(crate) fn query_of(
        &mut self,
        sql: &str,
        keys: &[String],
        each: &mut dyn FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let sql = sql.replace("= ?1", "= ANY(?1)");
        self.query_bound(&sql, std::iter::once(&keys as &(dyn ToSql + Sync)), each)
    }

    fn query_bound<'a>(
        &mut self,
        sql: &str,
        bound: impl ExactSizeIterator<Item = &'a (dyn ToSql + Sync)>,
        each: &mut dyn FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let statement = self.prepared(sql)?;
        let wrap = |source| Error::from_postgres(sql, source);
        let mut rows = self.client.query_raw(&statement, bound).map_err(wrap)?;
        while let Some(row) = rows.next().map_err(wrap)? {
            if !each(&Row(Cells::Postgres(&row)))? {
                break;
            }
        }
        Ok(())
    }

    /// Runs a one-row insert for many rows in one statement, whatever their number: each statement
    /// makes PostgreSQL read the table's constraints anew.
    pub(crate) fn insert_all(
        &mut self,
        sql: &str,
        width: usize,
        values: &[Value],
    ) -> Result<(), Error> {
        let kinds = self.prepared(sql)?.params().to_vec();
        let head = sql.split_once("VALUES").map_or(sql, |(head, _)| head);
        let arrays: Vec<_> =
            kinds.iter().zip(1..).map(|(kind, n)| format!("CAST(?{n} AS {kind}[])")).collect();
        let columns = kinds.iter().enumerate().map(|(column, kind)| {
            Column::of(kind, values.iter().map(Value::cell).skip(column).step_by(width))
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        self.exec_arrays(&format!("{head} SELECT * FROM unnest({})", arrays.join(", ")), &columns)
            .map(|_| ())
    }

    /// Adds to many rows in one statement; returns how many there were.
    pub(crate) fn add_all(
        &mut self,
        addition: Addition,
        rows: &[(String, Vec<i64>)],
    ) -> Result<u64, Error> {
        let Addition { table, key, columns } = addition;
        let list = |part: &dyn Fn(&str, usize) -> String| {
            let parts: Vec<_> = columns.iter().zip(2..).map(|(c, n)| part(c, n)).collect();
            parts.join(", ")
        };
        let sets = list(&|c, _| format!("{c} = t.{c} + added.{c}"));
        let arrays = list(&|_, n| format!("CAST(?{n} AS BIGINT[])"));
        let names = list(&|c, _| c.to_owned());
        let sql = format!(
            "UPDATE {table} AS t SET {sets}
             FROM unnest(CAST(?1 AS TEXT[]), {arrays}) AS added ({key}, {names})
             WHERE t.{key} = added.{key} COLLATE \"C\""
        );
        let mut bound =
            vec![Column::Texts(rows.iter().map(|(key, _)| Some(key.as_str())).collect())];
        bound.extend((0..columns.len()).map(|column| {
            Column::Ints(rows.iter().map(|(_, amounts)| amounts.get(column).copied()).collect())
        }));
        self.exec_arrays(&sql, &bound)
    }

    fn exec_arrays(&mut self, sql: &str, columns: &[Column<'_>]) -> Result<u64, Error> {
        let statement = self.prepared(sql)?;
        let bound: Vec<_> = columns.iter().map(Column::bound).collect();
        self.client.execute(&statement, &bound).map_err(|source| Error::from_postgres(sql, source))
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        let statement = self
            .client
            .prepare(&placeholders(sql))
            .map_err(|source| Error::from_postgres(sql, source))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Rewrites `?1` to `$1` outside quoted text.
pub(crate) fn placeholders(sql: &str) -> String {
    let mut quoted = false;
    sql.chars()
        .map(|c| {
            quoted ^= c == '\'';
            if c == '?' && !quoted { '$' } else { c }
        })
        .collect()
}

/// One column of many rows, sent as one array.
enum Column<'a> {
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
    Blobs(Vec<Option<&'a [u8]>>),
}

impl<'a> Column<'a> {
    fn of(kind: &Type, values: impl Iterator<Item = Cell<'a>>) -> Result<Self, Error> {
        fn all<'a, T>(
            values: impl Iterator<Item = Cell<'a>>,
            take: impl Fn(Cell<'a>) -> Option<T>,
            expected: &'static str,
        ) -> Result<Vec<Option<T>>, Error> {
            let cell = |value| match value {
                Cell::Null => Ok(None),
                other => take(other).map(Some).ok_or_else(|| Error::Column {
                    column: 0,
                    found: other.describe(),
                    expected,
                }),
            };
            values.map(cell).collect()
        }
        Ok(match *kind {
            Type::INT8 => Self::Ints(all(values, Cell::int, "an integer")?),
            Type::BYTEA => Self::Blobs(all(values, Cell::blob, "bytes")?),
            _ => Self::Texts(all(values, Cell::text, "a text")?),
        })
    }

    fn bound(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Ints(values) => values,
            Self::Texts(values) => values,
            Self::Blobs(values) => values,
        }
    }
}

/// Rewrites a migration: no `STRICT`, bytes are `BYTEA`, texts sort by code point as in SQLite.
pub(crate) fn schema_sql(sql: &str) -> String {
    sql.replace(") STRICT", ")").replace("BLOB", "BYTEA").replace(" TEXT", " TEXT COLLATE \"C\"")
}

pub(crate) fn cell(row: &postgres::Row, column: usize) -> Result<Cell<'_>, Error> {
    let refused = |found: String| Error::Column { column, found, expected: "a known type" };
    row.try_get::<_, Option<Cell<'_>>>(column)
        .map(|cell| cell.unwrap_or(Cell::Null))
        .map_err(|error| refused(error.to_string()))
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        match *kind {
            Type::INT8 => i64::from_sql(kind, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(kind, raw).map(|n| Self::Int(i64::from(n))),
            Type::BOOL => bool::from_sql(kind, raw).map(|b| Self::Int(i64::from(b))),
            Type::BYTEA => <&[u8]>::from_sql(kind, raw).map(Self::Blob),
            _ => <&str>::from_sql(kind, raw).map(Self::Text),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::INT4 | Type::BOOL | Type::BYTEA)
            || <&str as FromSql>::accepts(kind)
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(n) => match *kind {
                Type::INT4 => i32::try_from(*n)?.to_sql(kind, out),
                Type::BOOL => (*n != 0).to_sql(kind, out),
                _ => n.to_sql(kind, out),
            },
            Self::Text(text) => text.to_sql(kind, out),
            Self::Owned(text) => text.to_sql(kind, out),
            Self::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::INT4 | Type::BOOL | Type::BYTEA)
            || <&str as ToSql>::accepts(kind)
    }

    to_sql_checked!();
}
