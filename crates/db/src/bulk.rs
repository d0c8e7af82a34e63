//! Many rows at once: what a group of writes leaves for the end of its transaction.

use crate::tx::Backend;
use crate::value::Value;
use crate::{Error, Param, sqlite};
use std::sync::Arc;

/// Integer columns of a table that are added to, and the column that names the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addition {
    /// The table.
    pub table: &'static str,
    /// Its key, a `TEXT` column.
    pub key: &'static str,
    /// The columns, `BIGINT`.
    pub columns: &'static [&'static str],
}

/// Rows of one statement that are inserted at the end of the transaction.
pub(crate) struct Deferred {
    pub(crate) sql: &'static str,
    /// Values of a row.
    width: usize,
    /// The values of all rows, row by row.
    values: Vec<Value>,
    /// Where the current write's own values begin.
    from: usize,
}

impl Deferred {
    pub(crate) fn new(sql: &'static str, width: usize) -> Self {
        Self { sql, width, values: Vec::new(), from: 0 }
    }

    pub(crate) fn push(&mut self, params: &[Param<'_>]) -> Result<(), Error> {
        if params.len() != self.width {
            let expected = "as many values as the statement's other rows have";
            let found = format!("another count in {}", self.sql);
            return Err(Error::Column { column: params.len(), found, expected });
        }
        self.values.extend(params.iter().map(owned));
        Ok(())
    }

    pub(crate) fn write_begins(&mut self) {
        self.from = self.values.len();
    }

    /// Drops the rows of the current write.
    pub(crate) fn drop_own(&mut self) {
        self.values.truncate(self.from);
    }
}

impl Backend<'_> {
    pub(crate) fn insert_all(&mut self, rows: &Deferred) -> Result<(), Error> {
        let Deferred { sql, width, values, .. } = rows;
        match self {
            _ if values.is_empty() => Ok(()),
            Self::Sqlite(conn) => {
                let sets = values.chunks(*width).map(|row| row.iter().map(borrowed));
                sqlite::exec_many(conn, sql, sets).map(|_| ())
            }
            Self::Postgres(session) => session.insert_all(sql, *width, values),
        }
    }

    /// Adds to rows in the order of their keys, so that two writers that meet on the same rows
    /// wait for each other instead of stopping each other.
    pub(crate) fn add_all(
        &mut self,
        addition: Addition,
        rows: &[(String, Vec<i64>)],
    ) -> Result<(), Error> {
        let changed = match self {
            Self::Sqlite(conn) => sqlite::add_all(conn, addition, rows),
            Self::Postgres(session) => session.add_all(addition, rows),
        }?;
        if usize::try_from(changed) == Ok(rows.len()) {
            return Ok(());
        }
        let statement = format!("UPDATE {} SET {}", addition.table, addition.columns.join(", "));
        let source: Box<dyn std::error::Error + Send + Sync> =
            format!("{} rows were to be added to and {changed} exist", rows.len()).into();
        Err(Error::Constraint { statement, source: Arc::from(source) })
    }
}

fn owned(param: &Param<'_>) -> Value {
    match param {
        Param::Null => Value::Null,
        Param::Int(n) => Value::Int(*n),
        Param::Text(text) => Value::Text((*text).to_owned()),
        Param::Owned(text) => Value::Text(text.clone()),
        Param::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn borrowed(value: &Value) -> Param<'_> {
    match value {
        Value::Null => Param::Null,
        Value::Int(n) => Param::Int(*n),
        Value::Text(text) => Param::Text(text),
        Value::Blob(bytes) => Param::Blob(bytes),
    }
}
