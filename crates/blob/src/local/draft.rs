//! A file that is being written: a whole object, or a part inside the file of an upload.

use super::file::DraftFile;
use super::{Local, failed, folder_sync, parent};
use crate::block::Block;
use crate::stage::Finished;
use crate::{Error, Key, Sha256, Stored, Wanted};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

/// A file that is being written, and what is known of its bytes. Its methods wait for the disk.
#[derive(Debug)]
pub(crate) struct LocalDraft {
    local: Arc<Local>,
    wanted: Wanted,
    hasher: Option<sha2::Sha256>,
    size_bytes: u64,
    target: Target,
}

#[derive(Debug)]
pub(super) enum Target {
    /// A file of its own, made with the first block.
    Object { key: Key, path: PathBuf, file: Option<DraftFile> },
    /// A place in the file of an upload, on which this holds a shared lock.
    Part { file: DraftFile, at: u64, record: PathBuf },
}

impl LocalDraft {
    pub(super) fn object(local: Arc<Local>, key: Key, path: PathBuf, wanted: Wanted) -> Self {
        Self::new(local, wanted, Target::Object { key, path, file: None })
    }

    pub(super) fn new(local: Arc<Local>, wanted: Wanted, target: Target) -> Self {
        Self { local, wanted, hasher: wanted.hasher(), size_bytes: 0, target }
    }

    /// Hashes and writes a block.
    pub(crate) fn append(&mut self, block: &Block) -> Result<(), Error> {
        let (block, length) = (block.bytes(), block.len());
        if let Some(hasher) = &mut self.hasher {
            sha2::Digest::update(hasher, block);
        }
        let written = match &mut self.target {
            Target::Object { file: Some(file), .. } => file.write(block, self.size_bytes),
            Target::Object { file, path, .. } => {
                let made = File::create_new(&*path).map_err(|e| failed("make", path, e))?;
                file.insert(DraftFile::of(made)).write(block, self.size_bytes)
            }
            Target::Part { file, at, .. } => file.write(block, *at + self.size_bytes),
        };
        written.map_err(|error| failed("write an object below", &self.local.staged, error))?;
        self.size_bytes += u64::try_from(length).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Takes the last block, verifies the whole and makes it durable and visible.
    pub(crate) fn finish(mut self, last: &Block) -> Result<Finished, Error> {
        // An object without bytes needs its file, too.
        self.append(last)?;
        let sha256 = self.hasher.take().map(Sha256::from);
        let stored = Stored { size_bytes: self.size_bytes, sha256 };
        self.wanted.check(&stored)?;
        let etag = sha256.map(|sha256| sha256.to_string()).unwrap_or_default();
        match &mut self.target {
            Target::Object { key, path, file } => {
                // Closed before it is seen: nobody can write to an object.
                if let Some(file) = file.take() {
                    file.sync().map_err(|e| failed("sync", path, e))?;
                }
                self.local.publish(path, key)?;
                path.clear();
            }
            Target::Part { file, record, .. } => {
                file.sync().map_err(|e| failed("sync the part of", record, e))?;
                let text = format!("{} {etag}\n", self.size_bytes);
                record_write(record, &text)?;
                folder_sync(&self.local.uploads)?;
            }
        }
        Ok(Finished { stored, etag })
    }
}

impl Drop for LocalDraft {
    fn drop(&mut self) {
        if let Target::Object { path, .. } = &self.target
            && !path.as_os_str().is_empty()
        {
            // What cannot be deleted is left to the reaper.
            drop(fs::remove_file(path));
        }
    }
}

/// Writes a small file durably, with its name.
pub(super) fn record_write(path: &PathBuf, text: &str) -> Result<(), Error> {
    let write = || {
        let file = File::create(path)?;
        file.write_all_at(text.as_bytes(), 0)?;
        file.sync_all()
    };
    write().map_err(|error| failed("write", path, error))?;
    folder_sync(parent(path))
}
