//! The collection of garbage: what no ref, no row and no upload needs goes, a grace period after
//! that was first seen.
//!
//! The order is what makes it safe to be killed. Rows that name bytes go before the bytes; bytes go
//! after a mark that keeps uploads from putting them anew; every deletion asks once more, in its
//! own transaction, whether the thing is still unneeded. What a killed collection leaves is
//! finished by the next. Two never run at once: a lease in the database says whose turn it is.
//!
//! Must never: delete what a ref leads to, or what an upload under way relies on. Start reading at
//! [`gc`].

mod bytes;
mod chunks;
mod folders;
mod lease;
mod objects;

use super::{Depot, Error};
use crate::App;
use base::Time;
use db::Tx;
use hub::{GRACE_SECONDS_MIN, Leftover};
use lease::Lease;
use std::sync::Arc;

pub(super) use bytes::{Held, key_read};
pub use lease::{last_ended, lease_read};
pub(super) use objects::{digest, pointers};

/// Keys that are looked at in one transaction: a write of some milliseconds.
const KEYS_AT_ONCE: usize = 200;
/// Rows that are read in one snapshot.
const ROWS_AT_ONCE: u32 = 500;

/// How a collection is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GcOptions {
    /// Seconds between the first sight of garbage and its deletion; held at
    /// [`hub::GRACE_SECONDS_MIN`] or more.
    pub grace_seconds: i64,
    /// Whether nothing is changed, only counted.
    pub is_dry: bool,
}

impl Default for GcOptions {
    fn default() -> Self {
        // ASSUMPTION: a week is long enough to notice a branch deleted by mistake.
        Self { grace_seconds: 7 * 86_400, is_dry: false }
    }
}

/// How much of one kind was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// What is in use.
    pub kept: u64,
    /// What went, or would go in a dry run.
    pub gone: u64,
    /// Bytes of it.
    pub gone_bytes: u64,
    /// What nobody needs and whose grace period has not ended.
    pub waiting: u64,
    /// Bytes of it.
    pub waiting_bytes: u64,
}

/// What a collection has done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Collected {
    /// Large files as repositories name them. Their bytes count below.
    pub objects: Found,
    /// Files as runs of chunks, which are rows only.
    pub chunked: Found,
    /// Files stored whole.
    pub wholes: Found,
    /// Containers of chunks.
    pub xorbs: Found,
    /// Git folders.
    pub folders: Found,
    /// Files that dead processes left in the middle of their work.
    pub litter: u64,
    /// What could not be looked at and therefore was left alone: each with its reason.
    pub skipped: Vec<String>,
}

impl Collected {
    /// Adds up the bytes that went, or would go.
    #[must_use]
    pub fn gone_bytes(&self) -> u64 {
        self.wholes.gone_bytes + self.xorbs.gone_bytes + self.folders.gone_bytes
    }

    /// Adds up the bytes that wait for the end of their grace period.
    #[must_use]
    pub fn waiting_bytes(&self) -> u64 {
        self.wholes.waiting_bytes + self.xorbs.waiting_bytes + self.folders.waiting_bytes
    }
}

/// Where a collection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GcStep {
    /// What it does, in words.
    pub what: &'static str,
    /// How many it has looked at.
    pub done: u64,
}

/// Watches a collection; `false` stops it where it stands, as a kill would.
pub type GcWatch<'a> = dyn FnMut(GcStep) -> bool + Send + 'a;

/// Why a collection or a check did not come to its end. The next one goes on.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// Another collection runs, or one was killed a moment ago.
    #[error("another collection runs, or was killed: try again after {until}")]
    Busy {
        /// When its lease ends.
        until: Time,
    },
    /// This collection was so slow that another took its place.
    #[error("this collection stood still for so long that another took its place")]
    LeaseLost,
    /// The watcher stopped it.
    #[error("the work was stopped")]
    Stopped,
    /// Tables or Git failed.
    #[error("the hub's files could not be read or written")]
    Depot(#[from] Error),
    /// The store of bytes failed.
    #[error("the store of large files failed")]
    Blob(#[from] blob::Error),
    /// A folder could not be used.
    #[error("cannot {action} `{path}`", path = path.display())]
    Folder {
        /// What was attempted.
        action: &'static str,
        /// Where.
        path: std::path::PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Work on another thread stopped on a bug.
    #[error("the work stopped on a bug")]
    Panicked,
}

impl From<hub::Error> for UpkeepError {
    fn from(error: hub::Error) -> Self {
        Self::Depot(error.into())
    }
}

impl From<db::Error> for UpkeepError {
    fn from(error: db::Error) -> Self {
        Self::Depot(error.into())
    }
}

/// Collects garbage once.
///
/// Memory: 32 bytes for each large file of one repository, some 60 for each of its Git objects, 32
/// for each container of one namespace in use.
///
/// # Errors
/// [`UpkeepError`]. What was done stays done, the rest is left for the next collection.
pub async fn gc(
    app: &Arc<App>,
    depot: &Arc<Depot>,
    options: &GcOptions,
    watch: &mut GcWatch<'_>,
) -> Result<Collected, UpkeepError> {
    let begun = app.now();
    let grace = options.grace_seconds.max(GRACE_SECONDS_MIN);
    let lease = if options.is_dry { None } else { Some(Lease::take(app).await?) };
    let mut run = Run {
        app: app.clone(),
        depot: depot.clone(),
        begun,
        cutoff: begun.plus_seconds(-grace),
        lease,
        watch,
        at: GcStep { what: "", done: 0 },
        found: Collected::default(),
    };
    let outcome = run.all().await;
    match (outcome, run.lease) {
        (Ok(()), Some(lease)) => {
            lease.end(app).await?;
            Ok(run.found)
        }
        (Ok(()), None) => Ok(run.found),
        // As after a kill, the lease runs out by itself.
        (Err(UpkeepError::Stopped), _) => Err(UpkeepError::Stopped),
        (Err(error), Some(lease)) => {
            lease.drop(app).await;
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}

/// A collection under way.
struct Run<'a> {
    app: Arc<App>,
    depot: Arc<Depot>,
    begun: Time,
    /// What is unneeded since then or longer goes.
    cutoff: Time,
    /// `None` in a dry run.
    lease: Option<Lease>,
    watch: &'a mut GcWatch<'a>,
    at: GcStep,
    found: Collected,
}

impl Run<'_> {
    async fn all(&mut self) -> Result<(), UpkeepError> {
        if self.lease.is_some() {
            self.going_finish().await?;
        }
        self.objects().await?;
        self.chunks().await?;
        self.bytes().await?;
        self.folders().await?;
        if self.lease.is_some() {
            self.step("tidying up")?;
            let depot = self.depot.clone();
            self.found.litter += depot.blobs().staged_reap(self.cutoff).await?;
            // After a collection that could not look everywhere, an old note may be still true.
            if self.found.skipped.is_empty() {
                let begun = self.begun;
                self.write(move |tx| Ok(hub::leftovers_unseen_end(tx, begun)?)).await?;
            }
        }
        Ok(())
    }

    /// Tells where the collection stands.
    fn step(&mut self, what: &'static str) -> Result<(), UpkeepError> {
        let done = if self.at.what == what { self.at.done + 1 } else { 0 };
        self.at = GcStep { what, done };
        if (self.watch)(self.at) { Ok(()) } else { Err(UpkeepError::Stopped) }
    }

    /// Leaves something alone for a reason.
    fn skip(&mut self, what: &str, error: &dyn std::error::Error) {
        let mut text = format!("{what}: {error}");
        let mut cause = error.source();
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        self.found.skipped.push(text);
    }

    /// Writes, if it is still this collection's turn.
    async fn write<T, F>(&mut self, mut act: F) -> Result<T, UpkeepError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, UpkeepError> + Send + 'static,
    {
        let lease = self.lease.clone().ok_or(UpkeepError::LeaseLost)?;
        self.app
            .write(move |tx| {
                lease.hold(tx)?;
                act(tx)
            })
            .await
    }

    /// Notes what nobody needs, or only looks in a dry run. Tells which of the keys are due.
    async fn note(&mut self, keys: Vec<String>) -> Result<Vec<String>, UpkeepError> {
        let cutoff = self.cutoff;
        let known = if self.lease.is_some() {
            self.write(move |tx| Ok(hub::leftovers_note(tx, &keys)?)).await?
        } else {
            self.app.read(move |read| hub::leftovers_of(read, &keys)).await?
        };
        Ok(due(known, cutoff))
    }

    async fn aside<T: Send + 'static>(
        act: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, UpkeepError> {
        tokio::task::spawn_blocking(act).await.map_err(|_| UpkeepError::Panicked)
    }
}

/// Picks the leftovers whose grace period has ended.
fn due(known: Vec<Leftover>, cutoff: Time) -> Vec<String> {
    let old = known.into_iter().filter(|found| found.noted_at <= cutoff);
    old.map(|found| found.key).collect()
}

impl Found {
    fn unneeded(&mut self, is_gone: bool, bytes: u64) {
        if is_gone {
            self.gone += 1;
            self.gone_bytes += bytes;
        } else {
            self.waiting += 1;
            self.waiting_bytes += bytes;
        }
    }
}
