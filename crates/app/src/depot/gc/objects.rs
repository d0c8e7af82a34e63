//! Large files that no ref of their repository leads to.

use super::{KEYS_AT_ONCE, ROWS_AT_ONCE, Run, UpkeepError, due};
use crate::depot::{Depot, Error};
use git::Oid;
use hub::{Object, POINTER_BYTES_MAX, Pointer, Ref, Repo, RepoId, object_key};
use std::collections::HashSet;
use std::sync::Arc;

/// Times that a repository is looked at again because its refs moved meanwhile; a busier one is
/// left for the next collection.
const LOOKS: u32 = 4;

/// Hashes of the large files that some refs lead to.
type Held = HashSet<[u8; 32]>;

/// What became of a page of a repository's large files.
enum Page {
    /// Refs moved since the look: nothing was done.
    Moved,
    /// The keys that are due, of those that nobody needs.
    Due(Vec<String>),
}

impl Run<'_> {
    pub(super) async fn objects(&mut self) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let ids = self.app.read(move |read| hub::repo_ids(read, &from, ROWS_AT_ONCE)).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = last.to_string();
            for id in ids {
                self.step("reading repositories")?;
                self.repo(id).await?;
            }
        }
    }

    async fn repo(&mut self, id: RepoId) -> Result<(), UpkeepError> {
        self.litter(id).await?;
        for _ in 0..LOOKS {
            let seen = self.app.read(move |read| seen(read, id)).await?;
            let Some((repo, refs)) = seen else { return Ok(()) };
            let (depot, tips) = (self.depot.clone(), refs.clone());
            let held = match Self::aside(move || held(&depot, id, &tips)).await? {
                Ok(held) => held,
                Err(error) => {
                    self.skip(&format!("repository {} ({id})", repo.path()), &error);
                    return Ok(());
                }
            };
            let counted = self.found.objects;
            if self.repo_objects((&Arc::new(repo), &refs), &held).await? {
                return Ok(());
            }
            self.found.objects = counted;
        }
        Ok(())
    }

    /// Removes what killed requests left among the Git objects.
    async fn litter(&mut self, id: RepoId) -> Result<(), UpkeepError> {
        if self.lease.is_none() {
            return Ok(());
        }
        let (depot, cutoff) = (self.depot.clone(), self.cutoff);
        let swept = Self::aside(move || depot.git(id).and_then(|git| git.sweep(cutoff))).await?;
        match swept {
            Ok(count) => self.found.litter += count,
            Err(error) => self.skip(&format!("repository {id}"), &error),
        }
        Ok(())
    }

    /// Goes over a repository's large files; `false` when its refs moved meanwhile.
    async fn repo_objects(
        &mut self,
        (repo, refs): (&Arc<Repo>, &[Ref]),
        held: &Held,
    ) -> Result<bool, UpkeepError> {
        let mut after = String::new();
        loop {
            let (asked, from) = (repo.clone(), after.clone());
            let read =
                move |read: &db::Read<'_>| hub::objects_of(read, &asked, (&from, ROWS_AT_ONCE));
            let objects: Vec<Object> = self.app.read(read).await?;
            let Some(last) = objects.last() else { return Ok(true) };
            after.clone_from(&last.sha256);
            let all = objects.len();
            let is_unheld =
                |object: &Object| !digest(&object.sha256).is_some_and(|d| held.contains(&d));
            let unheld: Vec<Object> = objects.into_iter().filter(is_unheld).collect();
            self.found.objects.kept += u64::try_from(all - unheld.len()).unwrap_or(0);
            for some in unheld.chunks(KEYS_AT_ONCE) {
                self.step("forgetting large files")?;
                let Page::Due(due) = self.page(repo, refs, some).await? else { return Ok(false) };
                for object in some {
                    let is_due = due.contains(&object_key(repo.id, &object.sha256));
                    let bytes = u64::try_from(object.size_bytes).unwrap_or(0);
                    self.found.objects.unneeded(is_due, bytes);
                }
            }
        }
    }

    async fn page(
        &mut self,
        repo: &Arc<Repo>,
        refs: &[Ref],
        some: &[Object],
    ) -> Result<Page, UpkeepError> {
        let cutoff = self.cutoff;
        let hashes: Vec<String> = some.iter().map(|object| object.sha256.clone()).collect();
        let keys: Vec<String> = hashes.iter().map(|hash| object_key(repo.id, hash)).collect();
        if self.lease.is_none() {
            let known = self.app.read(move |read| hub::leftovers_of(read, &keys)).await?;
            return Ok(Page::Due(due(known, cutoff)));
        }
        let (repo, refs) = (repo.clone(), refs.to_vec());
        self.write(move |tx| {
            // A ref that moved may lead to any of them. Later moves cannot: their writes read the
            // rows that go here, or come before this one.
            if hub::refs_of(tx, &repo)? != refs {
                return Ok(Page::Moved);
            }
            let due = due(hub::leftovers_note(tx, &keys)?, cutoff);
            let gone = hashes.iter().filter(|hash| due.contains(&object_key(repo.id, hash)));
            let gone: Vec<String> = gone.cloned().collect();
            hub::objects_delete(tx, &repo, &gone)?;
            for key in &due {
                hub::leftover_end(tx, key)?;
            }
            Ok(Page::Due(due))
        })
        .await
    }
}

fn seen(read: &db::Read<'_>, id: RepoId) -> Result<Option<(Repo, Vec<Ref>)>, hub::Error> {
    let Some(repo) = hub::repo_by_id(read, id)? else { return Ok(None) };
    if hub::objects_of(read, &repo, ("", 1))?.is_empty() {
        return Ok(None);
    }
    let refs = hub::refs_of(read, &repo)?;
    Ok(Some((repo, refs)))
}

/// Finds every large file that some refs lead to. Blocks.
fn held(depot: &Depot, id: RepoId, refs: &[Ref]) -> Result<Held, Error> {
    let git = depot.git(id)?;
    let mut tips = Vec::new();
    for found in refs {
        for name in [&found.target, &found.commit] {
            let oid = name.parse::<Oid>().map_err(|_| git::Error::Missing(Oid::ZERO))?;
            tips.push(oid);
        }
    }
    let mut held = Held::new();
    pointers(&git, &tips, &mut |pointer, _| {
        held.extend(digest(&pointer.sha256));
        Ok(())
    })?;
    Ok(held)
}

/// Shows every pointer to a large file that is reachable from some commits, with one of its paths.
/// Blocks.
pub(in crate::depot) fn pointers(
    git: &git::Repo,
    tips: &[Oid],
    visit: &mut dyn FnMut(Pointer, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    git.reachable::<Error>(tips, &mut |entry| match git.blob_read(entry.oid, POINTER_BYTES_MAX) {
        Ok(bytes) => Pointer::parse(&bytes).map_or(Ok(()), |found| visit(found, &entry.path)),
        Err(git::Error::TooLarge { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    })
}

/// Reads a hash in hexadecimal.
pub(in crate::depot) fn digest(text: &str) -> Option<[u8; 32]> {
    let sha256: blob::Sha256 = text.parse().ok()?;
    Some(*sha256.as_bytes())
}
