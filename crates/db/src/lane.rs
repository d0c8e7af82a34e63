//! The write lane: takes all waiting writes, runs them in one transaction, commits once.
//!
//! INVARIANT: a write is answered only after its transaction is durable, and each write's changes
//! are there wholly or not at all.

use crate::tx::{Backend, Tx};
use crate::{Error, postgresql, sqlite};
use base::{Clock, Random, Time};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Most writes in one commit: a flush costs as much as some hundred small writes, so more gains
/// nothing and makes the first wait longer.
const GROUP_MAX: usize = 256;
/// Most waiting writes: beyond this the caller is told to come back.
const QUEUE_MAX: usize = 16_384;
/// How often one write is repeated after a conflict before its caller hears of it.
const ATTEMPTS_MAX: u32 = 12;
/// How often a group is repeated as a whole after a conflict, before its writes go one by one: a
/// second try mostly succeeds and costs one commit instead of many.
const GROUP_ATTEMPTS_MAX: u32 = 3;
/// Longest pause between two attempts, in milliseconds.
const PAUSE_MILLIS_MAX: u64 = 64;

/// A waiting write.
pub(crate) trait Job: Send {
    /// Runs the closure; returns whether its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers the caller: with the closure's own result, or with the failure around it.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

/// Writes wait here for a lane.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Box<dyn Job>>,
    is_closed: bool,
}

impl Queue {
    pub(crate) fn push(&self, job: Box<dyn Job>) {
        let mut waiting = self.lock();
        let refused = if waiting.is_closed {
            Some(Error::Closed)
        } else if waiting.jobs.len() >= QUEUE_MAX {
            Some(Error::QueueFull { waiting: waiting.jobs.len() })
        } else {
            None
        };
        if refused.is_some() {
            drop(waiting);
            job.answer(refused);
            return;
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.arrived.notify_one();
    }

    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.arrived.notify_all();
    }

    /// Waits for writes; `None` when the queue is closed and empty.
    fn take(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut waiting = self.lock();
        while waiting.jobs.is_empty() {
            if waiting.is_closed {
                return None;
            }
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let count = waiting.jobs.len().min(GROUP_MAX);
        Some(waiting.jobs.drain(..count).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection a lane writes through.
pub(crate) enum Writer {
    Sqlite(rusqlite::Connection),
    Postgres { config: Box<postgres::Config>, session: Box<postgresql::Session> },
}

pub(crate) struct Lane {
    pub(crate) writer: Writer,
    pub(crate) queue: Arc<Queue>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<Random>,
}

/// How one attempt at a group ended.
enum Ended {
    /// Committed; the flags tell whose closure panicked (its changes were undone).
    Kept(Vec<bool>),
    /// Nothing was written, because one closure was refused after it had written.
    Apart,
    /// Nothing was written, for this reason (or, at [`Error::OutcomeUnknown`], perhaps all).
    Failed(Error),
}

impl Lane {
    /// Serves the queue until it is closed.
    pub(crate) fn serve(mut self) {
        while let Some(jobs) = self.queue.take() {
            self.group(jobs);
        }
    }

    fn group(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let mut attempts = 0;
        while jobs.len() > 1 && attempts < GROUP_ATTEMPTS_MAX {
            attempts += 1;
            match self.attempt(&mut jobs) {
                Ended::Kept(panicked) => {
                    for (job, panicked) in jobs.into_iter().zip(panicked) {
                        job.answer(panicked.then_some(Error::Panicked));
                    }
                    return;
                }
                Ended::Failed(error @ Error::OutcomeUnknown) => {
                    jobs.into_iter().for_each(|job| job.answer(Some(error.clone())));
                    return;
                }
                Ended::Failed(Error::Conflict { .. }) => self.pause(attempts),
                Ended::Apart | Ended::Failed(_) => break,
            }
        }
        jobs.into_iter().for_each(|job| self.single(job));
    }

    fn single(&mut self, job: Box<dyn Job>) {
        let mut jobs = [job];
        let mut attempts = 0;
        let failure = loop {
            attempts += 1;
            match self.attempt(&mut jobs) {
                Ended::Kept(panicked) => break panicked[0].then_some(Error::Panicked),
                Ended::Failed(Error::Conflict { .. } | Error::Lost) if attempts < ATTEMPTS_MAX => {
                    self.pause(attempts);
                }
                Ended::Failed(Error::Conflict { .. }) => break Some(Error::Conflict { attempts }),
                Ended::Failed(error) => break Some(error),
                // Refused after it had written: undone, and the closure's own answer stands.
                Ended::Apart => break None,
            }
        };
        let [job] = jobs;
        job.answer(failure);
    }

    /// Waits a little, at random, so that two writers do not meet again at once.
    fn pause(&self, attempts: u32) {
        let most = PAUSE_MILLIS_MAX.min(1 << attempts.min(6));
        let millis = 1 + self.random.below(most);
        std::thread::sleep(std::time::Duration::from_millis(millis));
    }

    fn attempt(&mut self, jobs: &mut [Box<dyn Job>]) -> Ended {
        let now = self.clock.now();
        match &mut self.writer {
            Writer::Sqlite(conn) => sqlite_group(conn, now, &self.random, jobs),
            Writer::Postgres { config, session } => {
                if session.is_closed() {
                    match postgresql::Session::connect_writer(config) {
                        Ok(fresh) => **session = fresh,
                        Err(error) => {
                            tracing::warn!(%error, "cannot reconnect to the database");
                            return Ended::Failed(Error::Lost);
                        }
                    }
                }
                postgres_group(session, now, &self.random, jobs)
            }
        }
    }
}

/// Runs a closure; `Err` tells that it panicked.
fn run(job: &mut Box<dyn Job>, tx: &mut Tx<'_>) -> Result<bool, ()> {
    catch_unwind(AssertUnwindSafe(|| job.run(tx))).map_err(|_| ())
}

/// Runs each write in a savepoint of one transaction.
fn sqlite_group(
    conn: &rusqlite::Connection,
    now: Time,
    random: &Random,
    jobs: &mut [Box<dyn Job>],
) -> Ended {
    let mut work = || -> Result<Vec<bool>, Error> {
        sqlite::exec(conn, "BEGIN IMMEDIATE", &[])?;
        let mut panicked = Vec::with_capacity(jobs.len());
        for job in jobs.iter_mut() {
            let mut tx = Tx::new(Backend::Sqlite(conn), now, random);
            sqlite::exec(conn, "SAVEPOINT job", &[])?;
            let kept = run(job, &mut tx);
            if let Some(error) = tx.trouble() {
                return Err(error);
            }
            if kept != Ok(true) {
                sqlite::exec(conn, "ROLLBACK TO job", &[])?;
            }
            sqlite::exec(conn, "RELEASE job", &[])?;
            panicked.push(kept.is_err());
        }
        sqlite::exec(conn, "COMMIT", &[])?;
        Ok(panicked)
    };
    work().map_or_else(
        |error| {
            // After some failures (a full disk) SQLite has rolled back by itself.
            if !conn.is_autocommit()
                && let Err(error) = sqlite::exec(conn, "ROLLBACK", &[])
            {
                tracing::error!(%error, "cannot roll back");
            }
            Ended::Failed(error)
        },
        Ended::Kept,
    )
}

/// Runs the writes one after the other in one serialisable transaction.
///
/// There are no savepoints: a refusal before the first write leaves nothing to undo, and one after
/// it sends every write of the group through a transaction of its own.
fn postgres_group(
    session: &mut postgresql::Session,
    now: Time,
    random: &Random,
    jobs: &mut [Box<dyn Job>],
) -> Ended {
    let result = postgres_attempt(session, now, random, jobs);
    if !matches!(result, Ended::Kept(_)) && !session.is_closed() {
        // An error here means that the connection is gone, and the transaction with it.
        let _ = session.batch("ROLLBACK");
    }
    result
}

fn postgres_attempt(
    session: &mut postgresql::Session,
    now: Time,
    random: &Random,
    jobs: &mut [Box<dyn Job>],
) -> Ended {
    if let Err(error) = session.batch("BEGIN ISOLATION LEVEL SERIALIZABLE") {
        return Ended::Failed(error);
    }
    let mut tx = Tx::new(Backend::Postgres(session), now, random);
    if jobs.len() > 1 {
        tx.share();
    }
    let mut panicked = Vec::with_capacity(jobs.len());
    for job in jobs.iter_mut() {
        tx.write_begins();
        let kept = run(job, &mut tx);
        match tx.trouble() {
            Some(error @ (Error::Conflict { .. } | Error::Lost)) => return Ended::Failed(error),
            Some(error) if kept != Ok(false) => return Ended::Failed(error),
            Some(_) => return Ended::Apart,
            None => {}
        }
        if kept != Ok(true) {
            if tx.wrote() {
                return if kept.is_err() { Ended::Failed(Error::Panicked) } else { Ended::Apart };
            }
            tx.deferred_drop();
        }
        panicked.push(kept.is_err());
    }
    if let Err(error) = tx.flush() {
        return Ended::Failed(error);
    }
    drop(tx);
    match session.batch("COMMIT") {
        Ok(()) => Ended::Kept(panicked),
        Err(Error::Lost) => Ended::Failed(Error::OutcomeUnknown),
        Err(error) => Ended::Failed(error),
    }
}
