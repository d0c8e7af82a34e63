//! The files of the hub: Git folders and large files, with what the database knows of them.
//!
//! A change is made in two steps, and only the second shows it: first everything new becomes
//! durable where nothing refers to it ([`Draft`]), then one transaction moves the ref
//! ([`publish`]). What a killed process leaves behind is garbage that nobody sees.
//!
//! Must never: move a ref outside the database, or give out a file before [`hub::access_test`].
//! Start reading at [`Depot`], then at [`Draft`].

mod bytes;
mod card;
mod draft;
mod entry;
mod error;
mod fsck;
mod gc;
mod large;
mod patterns;
mod proposal;
mod publish;
mod purge;
mod push;
mod revision;
mod tables;
mod upkeep;
mod whole;

pub use self::card::{Card, README, card_kind, gate_form};
pub use draft::{Built, Draft, Message, attributes_read, text_read};
pub use entry::{FileFacts, Large, entry_facts, file_find};
pub use error::Error;
pub use fsck::{FsckFault, FsckTold, FsckWatch, Fscked, fsck};
pub use gc::{
    Collected, Found, GcOptions, GcStep, GcWatch, UpkeepError, gc, last_ended, lease_read,
};
pub use large::{QUOTA_BYTES, REGULAR_BYTES_MAX, bytes_claim, is_large, large_put};
pub use patterns::{ATTRIBUTES_DEFAULT, Attributes, Ignores};
pub use proposal::{conflicts, merge, propose, pull_open};
pub use publish::{Published, Push, publish, publish_keyed, repo_begin};
pub use purge::{LargeUse, larges_purge, larges_used};
pub use push::{Outcomes, PushRefused, push_allowed, push_take, refs_shown};
pub use revision::{Revision, revision_find};
pub use tables::{RowsAsked, Shown, TableAsked, TableShown, Tables, Unshown};
pub use whole::{repo_copy, squash};

use ::hub::RepoId;
use base::Random;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Repositories whose folders are kept open: each has its pack indices in memory.
const OPEN_MAX: usize = 256;

/// Where the hub keeps its files. Share it behind an `Arc`.
#[derive(Debug)]
pub struct Depot {
    git: PathBuf,
    blobs: blob::Store,
    open: Mutex<HashMap<RepoId, git::Repo>>,
    locks: Mutex<HashMap<RepoId, Arc<Mutex<()>>>>,
    /// Repositories that have changed since they were last looked after.
    touched: Mutex<BTreeSet<RepoId>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Depot {
    /// Opens the depot of a data folder. Large files go to `store`, or below the data folder where
    /// that is `None`; see [`blob::Store::open`] for its forms.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub async fn open(
        data: &Path,
        store: Option<&str>,
        random: Arc<Random>,
    ) -> Result<Self, blob::Error> {
        let hub = data.join("hub");
        let hub = std::path::absolute(&hub).unwrap_or(hub);
        let own = format!("file:{}", hub.join("blobs").display());
        let blobs = blob::Store::open(store.unwrap_or(&own), random).await?;
        let git = hub.join("git");
        Ok(Self {
            git,
            blobs,
            open: Mutex::default(),
            locks: Mutex::default(),
            touched: Mutex::default(),
        })
    }

    /// Returns the folder of a repository's Git objects.
    #[must_use]
    pub fn git_path(&self, id: RepoId) -> PathBuf {
        // The last characters of an id are random, the first are time: folders fill evenly.
        let text = id.0.as_str();
        let fan = text.get(text.len() - 2..).unwrap_or(text);
        self.git.join(fan).join(format!("{text}.git"))
    }

    /// Returns the folder of what the dataset viewer has worked out; all of it can be worked out
    /// again.
    #[must_use]
    pub fn viewer_path(&self) -> PathBuf {
        self.git.with_file_name("viewer")
    }

    /// Opens the Git objects of a repository. Blocks.
    pub fn git(&self, id: RepoId) -> Result<git::Repo, git::Error> {
        if let Some(known) = held(&self.open).get(&id) {
            return Ok(known.clone());
        }
        let repo = git::Repo::open(&self.git_path(id))?;
        let mut open = held(&self.open);
        if open.len() >= OPEN_MAX {
            open.clear();
        }
        open.insert(id, repo.clone());
        Ok(repo)
    }

    /// Makes the folder of a new repository. Blocks.
    pub fn git_create(&self, id: RepoId) -> Result<git::Repo, git::Error> {
        git::Repo::create(&self.git_path(id))
    }

    /// Closes the folder of a repository that was deleted; the collection of garbage removes it.
    pub fn forget(&self, id: RepoId) {
        held(&self.open).remove(&id);
        held(&self.locks).remove(&id);
        held(&self.touched).remove(&id);
    }

    /// Returns the lock that changes of one repository take in turn, so that two at once do not
    /// build on the same commit and one of them in vain.
    pub(crate) fn lock(&self, id: RepoId) -> Arc<Mutex<()>> {
        let mut locks = held(&self.locks);
        if locks.len() >= OPEN_MAX {
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        locks.entry(id).or_default().clone()
    }
}
