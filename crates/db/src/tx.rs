//! What a store sees: a snapshot to read and, in a write, a transaction.

use crate::{Error, FromValue, Param, Row, Value, postgresql, sqlite};
use base::{Id, Random, Time};
use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;

/// Rows of one statement sent together; statements of these sizes are prepared once each. Powers
/// of two: each statement costs PostgreSQL as much to start as several rows to insert.
const CHUNKS: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

pub(crate) enum Backend<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut postgresql::Session),
}

/// One snapshot of the database.
pub struct Read<'a> {
    backend: RefCell<Backend<'a>>,
    /// Set when the transaction cannot go on, whatever the closure makes of the error.
    trouble: RefCell<Option<Error>>,
    wrote: Cell<bool>,
    /// What is to be added to rows before anybody reads them.
    additions: RefCell<BTreeMap<Addition, BTreeMap<String, Vec<i64>>>>,
}

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

impl Backend<'_> {
    pub(crate) fn exec(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        match self {
            Self::Sqlite(conn) => sqlite::exec(conn, sql, params),
            Self::Postgres(session) => session.exec(sql, params),
        }
    }
}

impl<'a> Read<'a> {
    pub(crate) fn new(backend: Backend<'a>) -> Self {
        Self {
            backend: RefCell::new(backend),
            trouble: RefCell::new(None),
            wrote: Cell::new(false),
            additions: RefCell::default(),
        }
    }

    /// Calls `each` for every row of a statement; returning `false` stops early. Use it for
    /// exports, where the rows do not fit memory.
    pub fn each(
        &self,
        sql: &str,
        params: &[Param<'_>],
        each: impl FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.additions_flush()?;
        self.each_beside(sql, params, each)
    }

    /// Reads as [`Read::each`] does, but rows to which something is still to be added
    /// ([`Tx::add_later`]) are seen without it. For a store that keeps account of that itself.
    pub fn each_beside(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let result = match &mut *self.backend.borrow_mut() {
            Backend::Sqlite(conn) => sqlite::query(conn, sql, params, &mut each),
            Backend::Postgres(session) => session.query(sql, params, &mut each),
        };
        self.noted(result)
    }

    /// Reads all rows of a statement; the statement must bound them with `LIMIT` or a key.
    pub fn rows<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        self.each(sql, params, |row| {
            rows.push(map(row)?);
            Ok(true)
        })?;
        Ok(rows)
    }

    /// Reads the first row of a statement, if any.
    pub fn row<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut found = None;
        self.each(sql, params, |row| {
            found = Some(map(row)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// Reads the single value of a statement that always has one row, such as a count.
    pub fn scalar<T: FromValue>(&self, sql: &str, params: &[Param<'_>]) -> Result<T, Error> {
        let found = self.row(sql, params, |row| row.get(0))?;
        found.map_or_else(
            || {
                T::from_value(Value::Null).map_err(|_| Error::Column {
                    column: 0,
                    found: "no row".to_owned(),
                    expected: T::EXPECTED,
                })
            },
            Ok,
        )
    }

    /// Adds what is to be added, in the order of the keys, so that two writers that meet on the
    /// same rows wait for each other instead of stopping each other.
    fn additions_flush(&self) -> Result<(), Error> {
        if self.additions.borrow().is_empty() {
            return Ok(());
        }
        for (addition, rows) in self.additions.take() {
            let rows: Vec<_> = rows.into_iter().collect();
            let mut rest = rows.as_slice();
            while !rest.is_empty() {
                let size = CHUNKS.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
                let (chunk, tail) = rest.split_at(size);
                let mut bound = Vec::with_capacity(size * (1 + addition.columns.len()));
                for (key, amounts) in chunk {
                    bound.push(Param::from(key));
                    bound.extend(amounts.iter().map(|amount| Param::Int(*amount)));
                }
                let sql = postgresql::addition_sql(addition, size);
                let result = self.backend.borrow_mut().exec(&sql, &bound);
                self.noted(result)?;
                rest = tail;
            }
        }
        Ok(())
    }

    pub(crate) fn into_backend(self) -> Backend<'a> {
        self.backend.into_inner()
    }

    pub(crate) fn trouble(&self) -> Option<Error> {
        self.trouble.borrow().clone()
    }

    fn noted<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            let postgres = matches!(*self.backend.borrow(), Backend::Postgres(_));
            // PostgreSQL ends a transaction at its first error; SQLite only at some.
            if postgres || matches!(error, Error::Conflict { .. } | Error::Lost) {
                self.trouble.borrow_mut().get_or_insert_with(|| error.clone());
            }
        }
        result
    }
}

/// A row that may be written at the end of the transaction, together with others of its kind.
pub(crate) struct Deferred {
    sql: &'static str,
    values: Vec<Value>,
}

/// One write: a transaction in which time stands still.
///
/// Everything a [`Read`] can do, a `Tx` can do too. The closure may run more than once; nothing of
/// an earlier run remains.
pub struct Tx<'a> {
    read: Read<'a>,
    now: Time,
    random: &'a Random,
    memory: HashMap<TypeId, Box<dyn Any>>,
    is_shared: bool,
    deferred: Vec<Deferred>,
    /// Where this write's own rows begin among the deferred rows of its group.
    deferred_from: usize,
}

impl<'a> Deref for Tx<'a> {
    type Target = Read<'a>;
    fn deref(&self) -> &Read<'a> {
        &self.read
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(backend: Backend<'a>, now: Time, random: &'a Random) -> Self {
        Self {
            read: Read::new(backend),
            now,
            random,
            memory: HashMap::new(),
            is_shared: false,
            deferred: Vec::new(),
            deferred_from: 0,
        }
    }

    /// Returns the instant at which this write happens.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Makes a new id.
    #[must_use]
    pub fn id<T: From<Id>>(&self) -> T {
        T::from(self.random.id(self.now))
    }

    /// Returns the source of randomness, for secrets.
    #[must_use]
    pub fn random(&self) -> &Random {
        self.random
    }

    /// Runs a statement and returns how many rows it changed.
    pub fn exec(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        self.read.wrote.set(true);
        self.read.additions_flush()?;
        let result = self.read.backend.borrow_mut().exec(sql, params);
        self.read.noted(result)
    }

    /// Inserts a row that nobody reads in the same write (audit lines, outbox rows).
    ///
    /// `sql` is `INSERT INTO table (columns) VALUES (?1, ...)` with placeholders only. PostgreSQL
    /// gets such rows in bulk just before the commit, which saves a round trip each; a refusal of
    /// one by a constraint then surfaces there.
    pub fn insert_later(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<(), Error> {
        if matches!(*self.read.backend.borrow(), Backend::Sqlite(_)) {
            return self.exec(sql, params).map(|_| ());
        }
        let values = params.iter().map(owned).collect();
        self.deferred.push(Deferred { sql, values });
        Ok(())
    }

    /// Writes all deferred rows and additions now, so that the next read sees them.
    ///
    /// Does nothing, and costs nothing, where there are none.
    pub fn insert_now(&mut self) -> Result<(), Error> {
        self.flush()
    }

    /// Adds to integer columns of the row that `key` names, in the order of the columns.
    ///
    /// PostgreSQL gets the sums of many additions in one statement, before the next
    /// [`Read::each`], [`Tx::exec`] or commit; a refusal by a constraint then surfaces there.
    pub fn add_later(
        &mut self,
        addition: Addition,
        key: &str,
        amounts: &[i64],
    ) -> Result<(), Error> {
        self.read.wrote.set(true);
        if let Backend::Sqlite(conn) = &*self.read.backend.borrow() {
            let result = sqlite::add(conn, addition, key, amounts);
            return self.read.noted(result).map(|_| ());
        }
        let mut additions = self.read.additions.borrow_mut();
        let rows = additions.entry(addition).or_default();
        match rows.get_mut(key) {
            Some(sums) => {
                for (sum, amount) in sums.iter_mut().zip(amounts) {
                    // What does not fit 64 bits would not fit the column either.
                    *sum = sum.saturating_add(*amount);
                }
            }
            None => {
                rows.insert(key.to_owned(), amounts.to_vec());
            }
        }
        Ok(())
    }

    /// Returns what a store remembers for the rest of the transaction, at first its default.
    ///
    /// On PostgreSQL the writes of one group share it. A refused write that has written takes the
    /// whole transaction with it, so that what was remembered of its changes is forgotten too.
    pub fn memory<T: Any + Default>(&mut self) -> &mut T {
        let slot = self.memory.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default());
        slot.downcast_mut().expect("the slot of a type holds that type")
    }

    /// Tells whether a failure at the commit would be followed by a second run of this write
    /// alone. A store may then leave a check that seldom fails to a constraint.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    pub(crate) fn share(&mut self) {
        self.is_shared = true;
    }

    pub(crate) fn wrote(&self) -> bool {
        self.read.wrote.get()
    }

    /// Tells that the next write of the group begins.
    pub(crate) fn write_begins(&mut self) {
        self.read.wrote.set(false);
        self.deferred_from = self.deferred.len();
    }

    /// Drops the deferred rows of a closure that was refused.
    pub(crate) fn deferred_drop(&mut self) {
        self.deferred.truncate(self.deferred_from);
    }

    /// Writes all additions, then all deferred rows grouped by statement in the order of first
    /// use.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        self.read.additions_flush()?;
        if self.deferred.is_empty() {
            return Ok(());
        }
        self.deferred_from = 0;
        let mut groups: Vec<(&'static str, Vec<Vec<Value>>)> = Vec::new();
        for Deferred { sql, values } in std::mem::take(&mut self.deferred) {
            match groups.iter_mut().find(|(text, _)| *text == sql) {
                Some((_, rows)) => rows.push(values),
                None => groups.push((sql, vec![values])),
            }
        }
        for (sql, rows) in groups {
            let mut rest = rows.as_slice();
            while !rest.is_empty() {
                let size = CHUNKS.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
                let (chunk, tail) = rest.split_at(size);
                let bound: Vec<Param<'_>> = chunk.iter().flatten().map(borrowed).collect();
                self.exec(&multi_row(sql, chunk[0].len(), size), &bound)?;
                rest = tail;
            }
        }
        Ok(())
    }
}

/// Turns a one-row insert into one of many rows: `VALUES (?1, ?2), (?3, ?4)`.
fn multi_row(sql: &str, columns: usize, rows: usize) -> String {
    let head = sql.split_once("VALUES").map_or(sql, |(head, _)| head);
    let tuples: Vec<String> = (0..rows)
        .map(|row| {
            let marks: Vec<String> =
                (1..=columns).map(|column| format!("?{}", row * columns + column)).collect();
            format!("({})", marks.join(", "))
        })
        .collect();
    format!("{head}VALUES {}", tuples.join(", "))
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
