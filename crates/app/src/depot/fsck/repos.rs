//! Repositories: their folders, refs, history, and the large files that commits name.

use super::{Check, FsckFault};
use crate::depot::gc::{digest, pointers};
use crate::depot::{Depot, Error, UpkeepError};
use git::{Kind, Oid};
use hub::{Object, ObjectState, Pointer, Ref, Repo, RepoId};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows that are read in one snapshot.
const ROWS_AT_ONCE: u32 = 500;
/// Times that a repository is looked at again because its refs moved meanwhile.
const LOOKS: u32 = 4;

/// Large files that commits name: size and one path, by SHA-256.
type Named = HashMap<[u8; 32], (Pointer, String)>;

/// What the Git folder of a repository says.
#[derive(Default)]
struct Looked {
    faults: Vec<FsckFault>,
    named: Named,
}

impl Check<'_> {
    pub(super) async fn repos(&mut self) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let ids = self.read(move |read| hub::repo_ids(read, &from, ROWS_AT_ONCE)).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = last.to_string();
            for id in ids {
                self.step("checking repositories");
                self.repo(id).await?;
            }
        }
    }

    async fn repo(&mut self, id: RepoId) -> Result<(), UpkeepError> {
        for look in 1..=LOOKS {
            let Some((repo, refs)) = self.read(move |read| refs_read(read, id)).await? else {
                return Ok(());
            };
            let (depot, asked, tips) = (self.depot.clone(), repo.clone(), refs.clone());
            let Looked { mut faults, named } =
                Self::aside(move || looked(&depot, &asked, &tips)).await?;
            faults.extend(self.unknown(&repo, named).await?);
            // What a moving ref made look wrong is looked at again.
            let is_same = self.read(move |read| refs_read(read, id)).await?;
            if look < LOOKS && !faults.is_empty() && is_same.is_none_or(|(_, now)| now != refs) {
                continue;
            }
            self.found.repos += 1;
            self.found.refs += u64::try_from(refs.len()).unwrap_or(0);
            faults.into_iter().for_each(|fault| self.fault(fault));
            self.sums(&repo).await?;
            return self.objects(&Arc::new(repo)).await;
        }
        Ok(())
    }

    /// Finds the large files that commits name and the repository does not hold.
    async fn unknown(&mut self, repo: &Repo, named: Named) -> Result<Vec<FsckFault>, UpkeepError> {
        let label = label(repo);
        let asked = repo.clone();
        self.read(move |read| {
            let mut faults = Vec::new();
            for (pointer, path) in named.into_values() {
                if hub::object_find(read, &asked, &pointer.sha256)?.is_none() {
                    let (repo, sha256) = (label.clone(), pointer.sha256);
                    faults.push(FsckFault::LargeUnknown { repo, path, sha256 });
                }
            }
            Ok(faults)
        })
        .await
    }

    async fn sums(&mut self, repo: &Repo) -> Result<(), UpkeepError> {
        let id = repo.id;
        let sums = move |read: &db::Read<'_>| {
            let stated = hub::repo_by_id(read, id)?.map(|repo| repo.used_bytes);
            Ok((stated, hub::used_summed(read, id)?))
        };
        if let (Some(stated), summed) = self.read(sums).await?
            && stated != summed
        {
            self.fault(FsckFault::UsedWrong { repo: label(repo), stated, summed });
        }
        Ok(())
    }

    /// Checks that the bytes of a repository's large files are there.
    async fn objects(&mut self, repo: &Arc<Repo>) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            let (asked, from) = (repo.clone(), after.clone());
            let page =
                move |read: &db::Read<'_>| hub::objects_of(read, &asked, (&from, ROWS_AT_ONCE));
            let objects = self.read(page).await?;
            let Some(last) = objects.last() else { return Ok(()) };
            after.clone_from(&last.sha256);
            for object in objects {
                self.step("looking for large files");
                self.found.objects += 1;
                let Some(fault) = self.object(repo, &object).await? else { continue };
                let (asked, sha256) = (repo.clone(), object.sha256.clone());
                let again = self.read(move |read| hub::object_find(read, &asked, &sha256)).await?;
                if again.as_ref() == Some(&object) {
                    self.fault(fault);
                }
            }
        }
    }

    async fn object(
        &mut self,
        repo: &Repo,
        object: &Object,
    ) -> Result<Option<FsckFault>, UpkeepError> {
        let (repo, sha256) = (label(repo), object.sha256.clone());
        if let Some(chunked) = object.chunked.clone() {
            let (store, stated) = (object.store, object.size_bytes);
            let size = self.read(move |read| hub::chunked_size(read, store, &chunked)).await?;
            // A claim that was found false is never served.
            let is_fine = size == Some(stated) || object.state == ObjectState::False;
            return Ok((!is_fine).then_some(FsckFault::ChunkedLost { repo, sha256 }));
        }
        let Ok(key) = Depot::whole_key(&sha256) else {
            let key = String::new();
            return Ok(Some(FsckFault::BytesLost { repo, sha256, key }));
        };
        let stated = object.size_bytes;
        Ok(match self.depot.blobs().size(&key).await? {
            None => Some(FsckFault::BytesLost { repo, sha256, key: key.to_string() }),
            Some(found) if i64::try_from(found) != Ok(stated) => {
                Some(FsckFault::BytesSize { key: key.to_string(), stated, found })
            }
            Some(_) => None,
        })
    }
}

fn refs_read(read: &db::Read<'_>, id: RepoId) -> Result<Option<(Repo, Vec<Ref>)>, hub::Error> {
    let Some(repo) = hub::repo_by_id(read, id)? else { return Ok(None) };
    let refs = hub::refs_of(read, &repo)?;
    Ok(Some((repo, refs)))
}

fn label(repo: &Repo) -> String {
    format!("{}/{} ({})", repo.kind.plural(), repo.path(), repo.id)
}

/// Reads everything behind a repository's refs. Blocks.
fn looked(depot: &Depot, repo: &Repo, refs: &[Ref]) -> Looked {
    let mut looked = Looked::default();
    let Ok(git) = depot.git(repo.id) else {
        let path = depot.git_path(repo.id).display().to_string();
        looked.faults.push(FsckFault::FolderLost { repo: label(repo), path });
        return looked;
    };
    let mut tips = Vec::new();
    for found in refs {
        match tips_of(&git, found) {
            Ok(some) => tips.extend(some),
            Err(commit) => {
                let name = found.name.clone();
                looked.faults.push(FsckFault::RefBroken { repo: label(repo), name, commit });
            }
        }
    }
    let named = &mut looked.named;
    let walked = pointers(&git, &tips, &mut |pointer, path| {
        if let Some(digest) = digest(&pointer.sha256) {
            named.entry(digest).or_insert_with(|| (pointer, path.to_owned()));
        }
        Ok(())
    });
    if let Err(error) = walked {
        looked.faults.push(FsckFault::GitDamaged { repo: label(repo), why: chain(&error) });
    }
    looked
}

/// Finds what a ref names; else the name that leads nowhere.
fn tips_of(git: &git::Repo, found: &Ref) -> Result<Vec<Oid>, String> {
    let mut tips = Vec::new();
    for name in [&found.target, &found.commit] {
        let oid = name.parse::<Oid>().map_err(|_| name.clone())?;
        let header = git.object_header(oid).ok().flatten().ok_or_else(|| name.clone())?;
        let is_right = header.kind == Kind::Commit || *name == found.target;
        tips.push(if is_right { oid } else { return Err(name.clone()) });
    }
    Ok(tips)
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
