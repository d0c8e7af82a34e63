//! The check of everything the hub stores: refs, Git objects, large files, containers of chunks.
//!
//! Reads only, and may run while the zone serves: what looks wrong is looked at again before it is
//! told, because it may have been deleted meanwhile. Start reading at [`fsck`].

mod bytes;
mod chunks;
mod fault;
mod repos;

use super::{Depot, GcStep, UpkeepError};
use crate::App;
use std::sync::Arc;

pub use fault::FsckFault;

/// What a check tells while it runs.
#[derive(Debug, Clone)]
pub enum FsckTold {
    /// Where it stands.
    Step(GcStep),
    /// Something is wrong.
    Fault(FsckFault),
}

/// Listens to a check.
pub type FsckWatch<'a> = dyn FnMut(FsckTold) + Send + 'a;

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fscked {
    /// Repositories.
    pub repos: u64,
    /// Their branches, tags and pull requests.
    pub refs: u64,
    /// Large files as repositories name them.
    pub objects: u64,
    /// Files as runs of chunks.
    pub chunked: u64,
    /// Containers of chunks.
    pub xorbs: u64,
    /// Files stored whole that were hashed.
    pub wholes: u64,
    /// Bytes that were hashed.
    pub bytes: u64,
    /// What is wrong.
    pub faults: u64,
}

/// Checks everything; a quick check looks at names and sizes and hashes no large file.
///
/// Memory: as the collection of garbage, and one container of at most 64 MiB.
///
/// # Errors
/// [`UpkeepError`] when the check itself fails; what is wrong with the store is told.
pub async fn fsck(
    app: &Arc<App>,
    depot: &Arc<Depot>,
    is_quick: bool,
    watch: &mut FsckWatch<'_>,
) -> Result<Fscked, UpkeepError> {
    let (app, depot) = (app.clone(), depot.clone());
    let at = GcStep { what: "", done: 0 };
    let mut check = Check { app, depot, is_quick, watch, at, found: Fscked::default() };
    check.repos().await?;
    check.chunks().await?;
    check.bytes().await?;
    Ok(check.found)
}

/// A check under way.
struct Check<'a> {
    app: Arc<App>,
    depot: Arc<Depot>,
    is_quick: bool,
    watch: &'a mut FsckWatch<'a>,
    at: GcStep,
    found: Fscked,
}

impl Check<'_> {
    fn step(&mut self, what: &'static str) {
        let done = if self.at.what == what { self.at.done + 1 } else { 0 };
        self.at = GcStep { what, done };
        (self.watch)(FsckTold::Step(self.at));
    }

    fn fault(&mut self, fault: FsckFault) {
        self.found.faults += 1;
        (self.watch)(FsckTold::Fault(fault));
    }

    async fn read<T: Send + 'static>(
        &mut self,
        look: impl FnOnce(&db::Read<'_>) -> Result<T, hub::Error> + Send + 'static,
    ) -> Result<T, UpkeepError> {
        Ok(self.app.read(look).await?)
    }

    async fn aside<T: Send + 'static>(
        act: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, UpkeepError> {
        tokio::task::spawn_blocking(act).await.map_err(|_| UpkeepError::Panicked)
    }
}
