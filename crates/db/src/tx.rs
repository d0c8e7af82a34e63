//! What a store sees: a snapshot to read and, in a write, a transaction.

use crate::bulk::{Addition, Deferred};
use crate::{Cell as Found, Error, FromCell, Param, Row, postgresql, sqlite};
use base::{Id, Random, Time};
use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;

pub(crate) enum Backend<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut postgresql::Session),
}

/// One snapshot of the database.
pub struct Read<'a> {
    backend: RefCell<Backend<'a>>,
    /// The first error: after it the transaction cannot go on, whatever the closure makes of it.
    trouble: RefCell<Option<Error>>,
    wrote: Cell<bool>,
    /// Set in a rehearsal: nothing is read or written, only asked for.
    is_rehearsal: Cell<bool>,
    /// What is to be added to rows before anybody reads them.
    additions: RefCell<BTreeMap<Addition, BTreeMap<String, Vec<i64>>>>,
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
            is_rehearsal: Cell::new(false),
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
        self.in_earnest()?;
        let result = match &mut *self.backend.borrow_mut() {
            Backend::Sqlite(conn) => sqlite::query(conn, sql, params, &mut each),
            Backend::Postgres(session) => session.query(sql, params, &mut each),
        };
        self.noted(result)
    }

    /// Calls `each` for the rows of many keys, in any order. `sql` has the one placeholder, as in
    /// `WHERE id = ?1`; PostgreSQL gets all keys in one statement.
    pub fn each_of(
        &self,
        sql: &str,
        keys: &[String],
        mut each: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.in_earnest()?;
        self.additions_flush()?;
        let mut each = |row: &Row<'_>| each(row).map(|()| true);
        let result = match &mut *self.backend.borrow_mut() {
            Backend::Sqlite(conn) => keys
                .iter()
                .try_for_each(|key| sqlite::query(conn, sql, &[Param::from(key)], &mut each)),
            Backend::Postgres(session) => session.query_of(sql, keys, &mut each),
        };
        self.noted(result)
    }

    /// Ends a rehearsal at the first access to the database.
    fn in_earnest(&self) -> Result<(), Error> {
        if self.is_rehearsal.get() { self.noted(Err(Error::Rehearsed)) } else { Ok(()) }
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
    pub fn scalar<T: FromCell>(&self, sql: &str, params: &[Param<'_>]) -> Result<T, Error> {
        let found = self.row(sql, params, |row| row.get(0))?.or_else(|| T::from_cell(Found::Null));
        found.ok_or_else(|| {
            let (found, expected) = ("no row".to_owned(), T::EXPECTED);
            Error::Column { column: 0, found, expected }
        })
    }

    /// Adds what is to be added.
    fn additions_flush(&self) -> Result<(), Error> {
        if self.additions.borrow().is_empty() {
            return Ok(());
        }
        self.in_earnest()?;
        for (addition, rows) in self.additions.take() {
            let rows: Vec<_> = rows.into_iter().collect();
            let result = self.backend.borrow_mut().add_all(addition, &rows);
            self.noted(result)?;
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
            // PostgreSQL ends a transaction at its first error, so SQLite's ends there too.
            self.trouble.borrow_mut().get_or_insert_with(|| error.clone());
        }
        result
    }
}

/// Reads the rows of many keys into the memory of a transaction ([`Tx::memory`]).
pub type Load = fn(&mut Tx<'_>, &[String]) -> Result<(), Error>;

/// What the writes of a group asked for in a rehearsal.
#[derive(Default)]
pub(crate) struct Wanted(Vec<(Load, BTreeSet<String>)>);

impl Wanted {
    pub(crate) fn load(self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for (load, keys) in self.0 {
            load(tx, &keys.into_iter().collect::<Vec<_>>())?;
        }
        Ok(())
    }
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
    /// In the order of first use.
    deferred: Vec<Deferred>,
    wanted: Wanted,
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
            wanted: Wanted::default(),
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
        self.read.in_earnest()?;
        self.read.wrote.set(true);
        self.read.additions_flush()?;
        let result = self.read.backend.borrow_mut().exec(sql, params);
        self.read.noted(result)
    }

    /// Inserts a row that nobody reads in the same write (audit lines, outbox rows).
    ///
    /// `sql` is `INSERT INTO table (columns) VALUES (?1, ...)` with placeholders only. Such rows
    /// are written just before the commit, those of one statement together; a refusal of one by a
    /// constraint then surfaces there.
    pub fn insert_later(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<(), Error> {
        let at = self.deferred.iter().position(|rows| rows.sql == sql).unwrap_or_else(|| {
            self.deferred.push(Deferred::new(sql, params.len()));
            self.deferred.len() - 1
        });
        self.deferred[at].push(params)
    }

    /// Writes all deferred rows and additions now, so that the next read sees them.
    ///
    /// Does nothing, and costs nothing, where there are none.
    pub fn insert_now(&mut self) -> Result<(), Error> {
        self.flush()
    }

    /// Adds to integer columns of the row that `key` names, in the order of the columns.
    ///
    /// The sums of many additions are written together, before the next
    /// [`Read::each`], [`Tx::exec`] or commit; a refusal by a constraint then surfaces there.
    pub fn add_later(
        &mut self,
        addition: Addition,
        key: &str,
        amounts: &[i64],
    ) -> Result<(), Error> {
        self.read.wrote.set(true);
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
    /// The writes of one group share it. A refused write that has written takes the
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

    /// Asks for rows that the write reads by key, so that all writes of a group get theirs in one
    /// statement: call it with the keys that are not in memory, and read what is still missing.
    ///
    /// On PostgreSQL the closures of a group are first run as a rehearsal, which ends at this call
    /// or at the first access to the database, with [`Error::Rehearsed`]. A rehearsal has no
    /// effect, and costs no round trip.
    pub fn want(&mut self, load: Load, keys: &[&str]) -> Result<(), Error> {
        if self.read.is_rehearsal.get() {
            let known =
                self.wanted.0.iter().position(|(other, _)| std::ptr::fn_addr_eq(*other, load));
            let at = known.unwrap_or_else(|| {
                self.wanted.0.push((load, BTreeSet::new()));
                self.wanted.0.len() - 1
            });
            self.wanted.0[at].1.extend(keys.iter().map(|key| (*key).to_owned()));
        }
        self.read.in_earnest()
    }

    /// Begins a rehearsal.
    pub(crate) fn rehearse(&mut self) {
        self.read.is_rehearsal.set(true);
    }

    /// Ends a rehearsal: nothing of it remains but what was asked for.
    pub(crate) fn rehearsed(self) -> (Self, Wanted) {
        (Self::new(self.read.into_backend(), self.now, self.random), self.wanted)
    }

    /// Tells whether each statement is a round trip.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(*self.read.backend.borrow(), Backend::Postgres(_))
    }

    pub(crate) fn into_backend(self) -> Backend<'a> {
        self.read.into_backend()
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
        self.deferred.iter_mut().for_each(Deferred::write_begins);
    }

    /// Drops the deferred rows of a closure that was refused.
    pub(crate) fn deferred_drop(&mut self) {
        self.deferred.iter_mut().for_each(Deferred::drop_own);
    }

    /// Writes all additions, then all deferred rows statement by statement.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        self.read.additions_flush()?;
        for rows in std::mem::take(&mut self.deferred) {
            self.read.wrote.set(true);
            let result = self.read.backend.borrow_mut().insert_all(&rows);
            self.read.noted(result)?;
        }
        Ok(())
    }
}
