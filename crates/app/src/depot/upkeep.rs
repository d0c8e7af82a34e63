//! Upkeep of the folders of Git objects: every change adds a pack, and many packs are slow to read.

use super::{Depot, Error, held, refs_shown};
use crate::App;
use git::RepackLimits;
use hub::RepoId;

/// Which packs are joined: fifty can be looked through without notice; packs from a quarter of a
/// gigabyte on are not worth rewriting.
/// ASSUMPTION: both from trying; neither decides about correctness.
const LIMITS: RepackLimits =
    RepackLimits { packs: 50, pack_bytes: 256 * 1024 * 1024, seconds: 600 };
/// Age from which what an unfinished request left is litter: longer than any request may take.
const LITTER_SECONDS: i64 = 24 * 3_600;

impl Depot {
    /// Notes that a repository has got a pack.
    pub(super) fn touched(&self, id: RepoId) {
        held(&self.touched).insert(id);
    }

    /// Looks after one repository that has changed: joins its packs where there are too many, and
    /// removes what dead requests left. Returns which one; `None` when none has changed. Blocks,
    /// for minutes where there is much to join; safe beside every other use of the repository.
    ///
    /// # Errors
    /// When the machine fails; the repository is whole, and is looked after again when it changes.
    pub fn upkeep(&self, app: &App) -> Result<Option<RepoId>, Error> {
        let Some(id) = held(&self.touched).pop_first() else { return Ok(None) };
        let Some(repo) = app.db().read(|read| hub::repo_by_id(read, id))? else {
            return Ok(Some(id));
        };
        let git = self.git(id)?;
        let refs = app.db().read(|read| refs_shown(read, &repo))?;
        git.repack(&refs, LIMITS)?;
        git.sweep(app.now().plus_seconds(-LITTER_SECONDS))?;
        Ok(Some(id))
    }
}
