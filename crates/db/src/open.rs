//! Opening a database by URL; writing through the lane; reading beside it.

use crate::lane::{Job, Lane, Queue, Writer};
use crate::tx::{Backend, Read, Tx};
use crate::{Error, migrate, postgresql, sqlite};
use base::{Clock, Random};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// Longest wait for a read lane, in seconds: a page slower than this is broken anyway.
const READ_WAIT_SECONDS: u64 = 10;

/// Which database serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in this process.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// How to open a database.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Reads that run at the same time.
    pub read_lanes: usize,
    /// Write lanes on PostgreSQL; SQLite always has one.
    pub write_lanes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { read_lanes: 8, write_lanes: 1 }
    }
}

pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(Box<postgres::Config>),
}

enum Reader {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgresql::Session>),
}

/// The door to the database. Cheap to share behind an `Arc`.
pub struct Db {
    target: Target,
    queue: Arc<Queue>,
    lanes: Mutex<Vec<JoinHandle<()>>>,
    idle: Mutex<Idle>,
    freed: Condvar,
}

struct Idle {
    readers: Vec<Reader>,
    may_open: usize,
    is_closed: bool,
}

impl Db {
    /// Opens the database at `sqlite:PATH` or `postgres://...`, brings its schema up to date and
    /// starts the write lane. `now` and ids of writes come from `clock` and `random`.
    pub fn open(
        url: &str,
        options: Options,
        clock: Arc<dyn Clock>,
        random: Arc<Random>,
    ) -> Result<Self, Error> {
        let target = parse(url)?;
        let queue = Arc::new(Queue::default());
        let count = match target {
            Target::Sqlite(_) => 1,
            Target::Postgres(_) => options.write_lanes.max(1),
        };
        let mut lanes = Vec::new();
        for number in 0..count {
            let mut writer = target.writer()?;
            if number == 0 {
                migrate::run(&mut writer, clock.now())?;
            }
            let (queue, clock, random) = (queue.clone(), clock.clone(), random.clone());
            let lane = Lane { writer, queue, clock, random };
            let thread = std::thread::Builder::new().name(format!("db-write-{number}"));
            let spawned = thread.spawn(move || lane.serve());
            lanes.push(spawned.map_err(|source| Error::open(target.shown(), source))?);
        }
        let may_open = options.read_lanes.max(1);
        let idle = Idle { readers: Vec::new(), may_open, is_closed: false };
        let (lanes, idle) = (Mutex::new(lanes), Mutex::new(idle));
        Ok(Self { target, queue, lanes, idle, freed: Condvar::new() })
    }

    /// Returns which database serves.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.target {
            Target::Sqlite(_) => Engine::Sqlite,
            Target::Postgres(_) => Engine::Postgres,
        }
    }

    /// Queues a write and returns its answer to come: await it, or call [`Write::wait`].
    ///
    /// `Ok` of the closure commits, `Err` undoes all its changes. The closure may run several
    /// times and must have no effect but through its `Tx`. The answer comes after the commit is
    /// durable.
    pub fn write<T, E, F>(&self, closure: F) -> Write<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue.push(Box::new(Closure { closure, outcome: None, reply }));
        Write(answer)
    }

    /// Returns how many commits this process has made. What was read while the count was the same
    /// is what is there now, as far as this process changes it: take the count before the read.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.queue.commits()
    }

    /// Runs a read on the caller's thread, over one snapshot. Call it from a blocking thread.
    pub fn read<T, E: From<Error>>(
        &self,
        closure: impl FnOnce(&Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = self.reader()?;
        let (result, is_usable) = read_with(&mut reader, closure);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.is_closed {
            // A read that outlived the closing takes its connection with it.
        } else if is_usable {
            idle.readers.push(reader);
        } else {
            idle.may_open += 1;
        }
        drop(idle);
        self.freed.notify_one();
        result
    }

    fn reader(&self) -> Result<Reader, Error> {
        let wait = Duration::from_secs(READ_WAIT_SECONDS);
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut idle, timeout) = self
            .freed
            .wait_timeout_while(idle, wait, |idle| {
                !idle.is_closed && idle.readers.is_empty() && idle.may_open == 0
            })
            .unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(Error::Busy { seconds: READ_WAIT_SECONDS });
        }
        if idle.is_closed {
            return Err(Error::Closed);
        }
        if let Some(reader) = idle.readers.pop() {
            return Ok(reader);
        }
        idle.may_open -= 1;
        drop(idle);
        self.target.reader().inspect_err(|_| {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).may_open += 1;
        })
    }

    /// Answers all waiting writes and stops the write lane; reads are refused from then on.
    ///
    /// The write lane's connection goes last: only it may copy SQLite's journal back into the file.
    pub fn close(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.may_open = 0;
        idle.is_closed = true;
        idle.readers.clear();
        drop(idle);
        self.freed.notify_all();
        self.queue.close();
        let lanes = std::mem::take(&mut *self.lanes.lock().unwrap_or_else(PoisonError::into_inner));
        for lane in lanes {
            if lane.join().is_err() {
                tracing::error!("a write lane ended by a bug");
            }
        }
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.close();
    }
}

/// A read must undo nothing, so its transaction only marks the snapshot. Tells besides whether the
/// connection can serve again: a server that ends it says so before the client sees it closed.
fn read_with<T, E: From<Error>>(
    reader: &mut Reader,
    closure: impl FnOnce(&Read<'_>) -> Result<T, E>,
) -> (Result<T, E>, bool) {
    let begun = match reader {
        Reader::Sqlite(conn) => sqlite::exec(conn, "BEGIN DEFERRED", &[]).map(|_| ()),
        Reader::Postgres(session) => {
            session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    };
    if let Err(error) = begun {
        return (Err(error.into()), false);
    }
    let read = Read::new(match reader {
        Reader::Sqlite(conn) => Backend::Sqlite(conn),
        Reader::Postgres(session) => Backend::Postgres(session),
    });
    let result = closure(&read);
    let is_lost = matches!(read.trouble(), Some(Error::Lost));
    drop(read);
    let ended = match reader {
        Reader::Sqlite(conn) => sqlite::exec(conn, "COMMIT", &[]).map(|_| ()),
        Reader::Postgres(session) => session.batch("COMMIT"),
    };
    match ended {
        Ok(()) => (result, !is_lost),
        // What the closure was told says more.
        Err(error) => (result.and(Err(error.into())), false),
    }
}

pub(crate) fn parse(url: &str) -> Result<Target, Error> {
    if let Some(path) = url.strip_prefix("sqlite:")
        && !path.is_empty()
    {
        return Ok(Target::Sqlite(Path::new(path).to_path_buf()));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let config = url.parse().map_err(|source| Error::open("postgres".to_owned(), source))?;
        return Ok(Target::Postgres(Box::new(config)));
    }
    // The URL may hold a password: show its start only.
    Err(Error::Url(url.chars().take_while(|c| *c != ':').take(40).collect()))
}

impl Target {
    pub(crate) fn writer(&self) -> Result<Writer, Error> {
        match self {
            Self::Sqlite(path) => {
                let conn = sqlite::open_writer(path);
                conn.map(Writer::Sqlite).map_err(|source| Error::open(self.shown(), source))
            }
            Self::Postgres(config) => {
                let session = postgresql::Session::connect_writer(config)
                    .map_err(|source| Error::open(self.shown(), source))?;
                Ok(Writer::Postgres { config: config.clone(), session: Box::new(session) })
            }
        }
    }

    fn reader(&self) -> Result<Reader, Error> {
        match self {
            Self::Sqlite(path) => {
                let conn = sqlite::open_reader(path);
                conn.map(Reader::Sqlite).map_err(|source| Error::open(self.shown(), source))
            }
            Self::Postgres(config) => self.session(config).map(Reader::Postgres),
        }
    }

    fn session(&self, config: &postgres::Config) -> Result<Box<postgresql::Session>, Error> {
        let session = postgresql::Session::connect(config);
        session.map(Box::new).map_err(|source| Error::open(self.shown(), source))
    }

    /// Names the database without a password.
    fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(config) => {
                format!("postgres, database {}", config.get_dbname().unwrap_or("(default)"))
            }
        }
    }
}

/// The answer of a write, to come. Dropping it does not take the write back.
pub struct Write<T, E>(oneshot::Receiver<Result<T, E>>);

impl<T, E: From<Error>> Write<T, E> {
    /// Blocks until the write is answered. Not for async code, where it is awaited.
    pub fn wait(self) -> Result<T, E> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }
}

impl<T, E: From<Error>> Future for Write<T, E> {
    type Output = Result<T, E>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|answer| answer.unwrap_or_else(|_| Err(Error::Closed.into())))
    }
}

struct Closure<F, T, E> {
    closure: F,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Closure<F, T, E>
where
    T: Send,
    E: From<Error> + Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        self.outcome = None;
        let outcome = (self.closure)(tx);
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        let answer = match (failure, self.outcome) {
            (Some(error), _) => Err(error.into()),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(Error::Panicked.into()),
        };
        // The caller may have gone; its write stands all the same.
        let _ = self.reply.send(answer);
    }
}
