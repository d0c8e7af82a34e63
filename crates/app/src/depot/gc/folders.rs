//! Git folders of repositories that are not in the database.

use super::{KEYS_AT_ONCE, Run, UpkeepError};
use hub::{RepoId, git_key};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

impl Run<'_> {
    pub(super) async fn folders(&mut self) -> Result<(), UpkeepError> {
        let git = self.depot.git.clone();
        for fan in Self::aside(move || names(&git)).await?? {
            let folders: Vec<PathBuf> = Self::aside(move || names(&fan)).await??;
            let known = folders.into_iter().filter_map(|path| Some((repo_of(&path)?, path)));
            let known: Vec<(RepoId, PathBuf)> = known.collect();
            for some in known.chunks(KEYS_AT_ONCE) {
                self.step("comparing Git folders")?;
                self.folders_compare(some).await?;
            }
        }
        Ok(())
    }

    async fn folders_compare(&mut self, some: &[(RepoId, PathBuf)]) -> Result<(), UpkeepError> {
        let ids: Vec<String> = some.iter().map(|(id, _)| id.to_string()).collect();
        let known = self.app.read(move |read| hub::repo_ids_known(read, &ids)).await?;
        let known: HashSet<String> = known.into_iter().collect();
        let gone: Vec<_> = some.iter().filter(|(id, _)| !known.contains(id.as_str())).collect();
        self.found.folders.kept += u64::try_from(some.len() - gone.len()).unwrap_or(0);
        let due = self.note(gone.iter().map(|(id, _)| git_key(id.as_str())).collect()).await?;
        for (id, path) in gone {
            let sized = path.clone();
            let bytes = Self::aside(move || size_bytes(&sized)).await??;
            let key = git_key(id.as_str());
            let is_due = due.contains(&key);
            if is_due && self.lease.is_some() {
                self.step("deleting Git folders")?;
                self.folder_delete(*id, path.clone()).await?;
            }
            self.found.folders.unneeded(is_due, bytes);
        }
        Ok(())
    }

    /// Deletes the folder of a repository that is gone. Ids are never used again, so that nobody
    /// can be about to fill it: a new repository has its row seconds after its folder.
    async fn folder_delete(&mut self, id: RepoId, path: PathBuf) -> Result<(), UpkeepError> {
        let asked = id.to_string();
        let is_known = move |tx: &mut db::Tx<'_>| {
            Ok(!hub::repo_ids_known(tx, std::slice::from_ref(&asked))?.is_empty())
        };
        if self.write(is_known).await? {
            return Ok(());
        }
        self.depot.forget(id);
        let removed = Self::aside(move || match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(UpkeepError::Folder { action: "remove", path, source })
            }
            _ => Ok(()),
        });
        removed.await??;
        self.step("forgetting marks")?;
        let key = git_key(id.as_str());
        self.write(move |tx| Ok(hub::leftover_end(tx, &key)?)).await
    }
}

/// Reads the id in the name of a folder; `None` for folders that the hub did not make.
fn repo_of(path: &Path) -> Option<RepoId> {
    Some(RepoId(path.file_name()?.to_str()?.strip_suffix(".git")?.parse().ok()?))
}

/// Lists a folder, sorted; one that is not there is empty. Blocks.
fn names(folder: &Path) -> Result<Vec<PathBuf>, UpkeepError> {
    let listed = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let listed: io::Result<Vec<PathBuf>> = listed();
    match listed {
        Ok(mut names) => {
            names.sort_unstable();
            Ok(names)
        }
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(source) => Err(UpkeepError::Folder { action: "list", path: folder.to_owned(), source }),
    }
}

/// Adds up the sizes of the files in a folder. Blocks.
fn size_bytes(folder: &Path) -> Result<u64, UpkeepError> {
    let mut sum = 0;
    for path in names(folder)? {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => sum += size_bytes(&path)?,
            Ok(found) => sum += found.len(),
            Err(error) if is_absent(&error) => {}
            Err(source) => return Err(UpkeepError::Folder { action: "look at", path, source }),
        }
    }
    Ok(sum)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
