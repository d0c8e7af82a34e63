//! The write lane: takes all waiting writes, runs them in one transaction, commits once.
//!
//! INVARIANT: a write is answered only after its transaction is durable, and each write's changes
//! are there wholly or not at all.

use crate::tx::{Backend, Tx};
use crate::{Error, postgresql, sqlite};
use base::{Clock, Random};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
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
    /// Commits so far.
    commits: AtomicU64,
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

    /// Returns how many commits there were; a write is counted before it is answered.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
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
    /// Committed; the flags tell whose closure panicked before it wrote anything.
    Kept(Vec<bool>),
    /// Nothing was written: the write at this position was refused after it had written.
    Apart(usize),
    /// Nothing was written: the write at this position panicked after it had written.
    Panicked(usize),
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

    /// Commits the writes together, in their order. One that cannot go with the others is done by
    /// itself, between those before and those after it.
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
                Ended::Apart(index) | Ended::Panicked(index) => {
                    let after = jobs.split_off(index + 1);
                    let alone = jobs.pop();
                    self.group(jobs);
                    alone.into_iter().for_each(|job| self.single(job));
                    jobs = after;
                    attempts = 0;
                }
                Ended::Failed(Error::Conflict { .. }) => self.pause(attempts),
                Ended::Failed(_) => break,
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
                Ended::Panicked(_) => break Some(Error::Panicked),
                // Refused after it had written: undone, and the closure's own answer stands.
                Ended::Apart(_) => break None,
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

    /// Runs the writes one after the other in one transaction.
    ///
    /// There are no savepoints, which cost a copy of every page that a write changes: a refusal
    /// before the first change leaves nothing to undo, and one after it undoes the transaction.
    fn attempt(&mut self, jobs: &mut [Box<dyn Job>]) -> Ended {
        let now = self.clock.now();
        let mut backend = match self.writer.backend() {
            Ok(backend) => backend,
            Err(error) => return Ended::Failed(error),
        };
        if let Err(error) = backend.begin() {
            return Ended::Failed(error);
        }
        let tx = Tx::new(backend, now, &self.random);
        let (mut tx, wanted) = if jobs.len() > 1 { rehearse(tx, jobs) } else { (tx, Ok(())) };
        let ended = wanted.map_or_else(Ended::Failed, |()| run_all(&mut tx, jobs));
        let mut backend = tx.into_backend();
        let ended = match ended {
            Ended::Kept(panicked) => {
                let committed = backend.commit();
                // Also after a failure: its outcome may be unknown.
                self.queue.commits.fetch_add(1, Ordering::Release);
                match committed {
                    Ok(()) => Ended::Kept(panicked),
                    Err(error) => Ended::Failed(error),
                }
            }
            not_kept => not_kept,
        };
        if !matches!(ended, Ended::Kept(_)) {
            backend.rollback();
        }
        ended
    }
}

/// Asks the closures what they will read, and reads it for all of them together. Only where each
/// statement is a round trip.
fn rehearse<'a>(mut tx: Tx<'a>, jobs: &mut [Box<dyn Job>]) -> (Tx<'a>, Result<(), Error>) {
    if !tx.is_remote() {
        return (tx, Ok(()));
    }
    tx.rehearse();
    for job in jobs {
        // A closure that panics here does so again in earnest.
        let _ = catch_unwind(AssertUnwindSafe(|| job.run(&mut tx)));
    }
    let (mut tx, wanted) = tx.rehearsed();
    let loaded = wanted.load(&mut tx);
    (tx, loaded)
}

/// Runs the closures, then what they left for the end of the transaction.
fn run_all(tx: &mut Tx<'_>, jobs: &mut [Box<dyn Job>]) -> Ended {
    if jobs.len() > 1 {
        tx.share();
    }
    let mut panicked = Vec::with_capacity(jobs.len());
    for (index, job) in jobs.iter_mut().enumerate() {
        tx.write_begins();
        let kept = catch_unwind(AssertUnwindSafe(|| job.run(tx))).map_err(|_| ());
        match tx.trouble() {
            Some(error @ (Error::Conflict { .. } | Error::Lost)) => return Ended::Failed(error),
            Some(error) if kept != Ok(false) => return Ended::Failed(error),
            Some(_) => return Ended::Apart(index),
            None => {}
        }
        if kept != Ok(true) {
            if tx.wrote() {
                return if kept.is_err() { Ended::Panicked(index) } else { Ended::Apart(index) };
            }
            tx.deferred_drop();
        }
        panicked.push(kept.is_err());
    }
    tx.flush().map_or_else(Ended::Failed, |()| Ended::Kept(panicked))
}

impl Writer {
    /// Returns the connection, made anew where the last one was lost.
    fn backend(&mut self) -> Result<Backend<'_>, Error> {
        match self {
            Self::Sqlite(conn) => Ok(Backend::Sqlite(conn)),
            Self::Postgres { config, session } => {
                if session.is_closed() {
                    **session = postgresql::Session::connect_writer(config).map_err(|error| {
                        tracing::warn!(%error, "cannot reconnect to the database");
                        Error::Lost
                    })?;
                }
                Ok(Backend::Postgres(session))
            }
        }
    }
}

impl Backend<'_> {
    fn begin(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => sqlite::exec(conn, "BEGIN IMMEDIATE", &[]).map(|_| ()),
            Self::Postgres(session) => session.batch("BEGIN ISOLATION LEVEL SERIALIZABLE"),
        }
    }

    fn commit(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => sqlite::exec(conn, "COMMIT", &[]).map(|_| ()),
            Self::Postgres(session) => session.batch("COMMIT").map_err(|error| match error {
                Error::Lost => Error::OutcomeUnknown,
                known => known,
            }),
        }
    }

    /// Undoes what is not committed, unless the database has done so by itself: SQLite does where
    /// the disk is full, PostgreSQL where the connection is gone.
    fn rollback(&mut self) {
        let done = match self {
            Self::Sqlite(conn) if conn.is_autocommit() => Ok(()),
            Self::Sqlite(conn) => sqlite::exec(conn, "ROLLBACK", &[]).map(|_| ()),
            Self::Postgres(session) if session.is_closed() => Ok(()),
            Self::Postgres(session) => session.batch("ROLLBACK"),
        };
        if let Err(error) = done {
            tracing::error!(%error, "cannot roll back");
        }
    }
}
