//! A running zone: its database, clock and randomness.

use crate::payout::Files;
use base::{Clock, Random, SystemClock, Time};
use db::{Db, Options, Read, Tx};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a zone keeps its things.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder for the embedded database and for payment files; created where it is missing.
    pub data: PathBuf,
    /// Database URL; `None` for SQLite in the data folder.
    pub database: Option<String>,
}

/// Why a zone could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be made.
    #[error("cannot create the data folder `{path}`: choose another with --data")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the zone's database")]
    Db(#[from] db::Error),
    /// The machine has no thread left for the opening.
    #[error("cannot start a thread to open the zone's database: end other programs first")]
    Thread(#[source] std::io::Error),
}

/// A running zone. Share it behind an `Arc`.
pub struct App {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    random: Arc<Random>,
    pub(crate) files: Files,
    pub(crate) overview: crate::overview::Kept,
    pub(crate) owners: crate::owners::Kept,
    pub(crate) register: crate::register::Kept,
    pub(crate) rules: crate::rules::Kept,
    pub(crate) upstream: crate::upstream::Kept,
}

impl App {
    /// Opens a zone with the machine's clock and randomness. Blocks the caller's thread meanwhile,
    /// which may be one that runs async tasks.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        Self::open_with(config, Arc::new(SystemClock), Arc::new(Random::system()))
    }

    /// Opens a zone with a clock and randomness of the caller's choice.
    pub fn open_with(
        config: &Config,
        clock: Arc<dyn Clock>,
        random: Arc<Random>,
    ) -> Result<Self, OpenError> {
        let path = &config.data;
        std::fs::create_dir_all(path)
            .map_err(|source| OpenError::Folder { path: path.clone(), source })?;
        let url = config.database.clone().unwrap_or_else(|| sqlite_url(path));
        let open = || Db::open(&url, Options::default(), clock.clone(), random.clone());
        let db = aside(open).map_err(OpenError::Thread)??;
        Ok(Self {
            db: Arc::new(db),
            clock,
            random,
            files: Files::new(path.join("payments")),
            overview: crate::overview::Kept::default(),
            owners: crate::owners::Kept::default(),
            register: crate::register::Kept::default(),
            rules: crate::rules::Kept::default(),
            upstream: crate::upstream::Kept::default(),
        })
    }

    /// Returns the present instant.
    #[must_use]
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Returns the source of randomness.
    #[must_use]
    pub fn random_shared(&self) -> Arc<Random> {
        self.random.clone()
    }

    /// Returns the source of randomness.
    #[must_use]
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// Returns the database, for blocking callers such as the command line.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Runs a read over one snapshot, on a thread where blocking does no harm.
    pub async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<db::Error> + Send + 'static,
        F: FnOnce(&Read<'_>) -> Result<T, E> + Send + 'static,
    {
        let db = self.db.clone();
        match tokio::task::spawn_blocking(move || db.read(closure)).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "a read stopped on a bug");
                Err(db::Error::Panicked.into())
            }
        }
    }

    /// Runs a write; the answer comes after it is durable. The closure may run several times.
    pub async fn write<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<db::Error> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.db.write(closure).await
    }

    /// Does what is due without anybody asking: closes expired awards, writes payment files.
    /// Returns how many things were done.
    pub async fn tend(&self) -> Result<u32, crate::PayoutError> {
        /// Awards closed in one commit.
        const AWARDS: u32 = 100;
        let closed = self.write(|tx| grants::awards_expired_close(tx, AWARDS)).await?;
        Ok(closed + crate::payout::files_write(self).await?)
    }

    /// Reads what the public pages are made of, so that the first reader does not wait for it.
    pub async fn warm(self: &Arc<Self>) -> Result<(), grants::Error> {
        let zone = self.read(|read| crate::zone_read(read).map_err(grants::Error::from)).await?;
        let today = self.now().date();
        let year = zone.year.unwrap_or(today.year());
        let end = base::Date::new(year, 12, 31).unwrap_or(today);
        let day = if zone.year.is_some() { end.min(today) } else { today };
        // One after the other, so that each gives back what it needed before the next begins. The
        // register comes last: its plain pages do not wait for it.
        let app = self.clone();
        self.read(move |read| crate::owners(&app, read, day).map(|_| ())).await?;
        crate::overview(self, year, base::Unit::CNY).await?;
        let app = self.clone();
        self.read(move |read| crate::register::register(&app, read).map(|_| ())).await
    }

    /// Answers all waiting writes and closes the database. Blocks the caller's thread meanwhile,
    /// which may be one that runs async tasks.
    pub fn close(&self) {
        if let Err(error) = aside(|| self.db.close()) {
            // The readers then close where they are dropped.
            tracing::error!(%error, "no thread left to close the database");
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.close();
    }
}

/// Runs what blocks on a thread of its own and waits for it: PostgreSQL's blocking client runs
/// tasks itself, which must not happen on a thread that runs other tasks.
fn aside<T: Send>(act: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("db-aside".to_owned());
        match thread.spawn_scoped(scope, act)?.join() {
            Ok(done) => Ok(done),
            Err(bug) => std::panic::resume_unwind(bug),
        }
    })
}

fn sqlite_url(data: &Path) -> String {
    format!("sqlite:{}", data.join("zone.db").display())
}
