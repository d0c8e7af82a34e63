//! Objects as files of one folder.
//!
//! `objects/KEY` are the objects, `staged/NAME` what is being written, `uploads/NAME/` the parts of
//! an upload. All three are on one file system, so that an object appears by a rename. Folders are
//! never removed from `objects`: nobody can then lose the folder that he is about to write to.

mod draft;
mod file;
mod parts;
mod read;
mod walk;

pub(crate) use draft::LocalDraft;
pub(crate) use read::{BLOCK_BYTES, range_check};

use crate::{Error, Key, Wanted};
use base::Random;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A store in a folder. Its methods wait for the disk.
#[derive(Debug)]
pub(crate) struct Local {
    objects: PathBuf,
    staged: PathBuf,
    uploads: PathBuf,
    random: Arc<Random>,
}

impl Local {
    pub(crate) fn open(root: PathBuf, random: Arc<Random>) -> Result<Self, Error> {
        let in_root = |name| root.join(name);
        let (objects, staged) = (in_root("objects"), in_root("staged"));
        let local = Self { objects, staged, uploads: in_root("uploads"), random };
        for folder in [&local.objects, &local.staged, &local.uploads] {
            fs::create_dir_all(folder).map_err(|e| failed("make the folder", folder, e))?;
        }
        // The folder itself may be new, and the folders above it.
        for folder in root.ancestors() {
            match folder_sync(folder) {
                Err(error) if folder == root => return Err(error),
                // Folders above belong to others, who may not let us read them.
                _ => {}
            }
        }
        Ok(local)
    }

    pub(crate) fn object_path(&self, key: &Key) -> PathBuf {
        self.objects.join(key.as_str())
    }

    pub(crate) fn draft(self: &Arc<Self>, key: &Key, wanted: Wanted) -> LocalDraft {
        let path = self.staged.join(self.random.secret());
        LocalDraft::object(Arc::clone(self), key.clone(), path, wanted)
    }

    pub(crate) fn size(&self, key: &Key) -> Result<Option<u64>, Error> {
        let path = self.object_path(key);
        match fs::metadata(&path) {
            Ok(found) if found.is_file() => Ok(Some(found.len())),
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed("look at", &path, error)),
        }
    }

    pub(crate) fn file_open(&self, key: &Key) -> Result<Option<(File, u64)>, Error> {
        let path = self.object_path(key);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed("open", &path, error)),
        };
        let found = file.metadata().map_err(|e| failed("look at", &path, e))?;
        Ok(found.is_file().then_some((file, found.len())))
    }

    pub(crate) fn delete(&self, key: &Key) -> Result<(), Error> {
        let path = self.object_path(key);
        match fs::remove_file(&path) {
            Ok(()) => folder_sync(parent(&path)),
            Err(error) if is_absent(&error) || path.is_dir() => Ok(()),
            Err(error) => Err(failed("delete", &path, error)),
        }
    }

    /// Gives a whole, synced file its key. It is durable when this returns, with every folder on
    /// the way to it: those may be new, made by us or by somebody who has not synced them yet.
    fn publish(&self, from: &Path, key: &Key) -> Result<(), Error> {
        let to = self.object_path(key);
        fs::create_dir_all(parent(&to)).map_err(|e| failed("make the folder of", &to, e))?;
        fs::rename(from, &to).map_err(|e| failed("move an object to", &to, e))?;
        self.published_sync(key)
    }

    /// Makes durable that a key is there.
    fn published_sync(&self, key: &Key) -> Result<(), Error> {
        let mut folder = self.object_path(key);
        for _ in key.segments() {
            folder.pop();
            folder_sync(&folder)?;
        }
        Ok(())
    }
}

/// The folder of a path that was made by joining.
fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Makes durable which names a folder has.
fn folder_sync(folder: &Path) -> Result<(), Error> {
    let sync = || File::open(folder)?.sync_all();
    sync().map_err(|error| failed("sync the folder", folder, error))
}

/// Whether there is nothing under a name: also when a part of the way is a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn failed(what: &str, path: &Path, source: io::Error) -> Error {
    Error::from_file(format!("{what} `{}`", path.display()), source)
}
