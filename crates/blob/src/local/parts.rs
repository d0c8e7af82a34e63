//! The parts of an upload, side by side in one file.
//!
//! `data` has the bytes, each part at its place; a file named by its number says of each whole part
//! how long it is and which bytes it has; `joined` says which object the upload has become.
//!
//! INVARIANT: nobody writes to `data` while or after it is hashed. A part holds a shared lock on
//! it, a join an exclusive one, across processes; and whoever gets a lock looks whether the file is
//! still the one of that name, because it may have become an object meanwhile.

use super::draft::{LocalDraft, Target, record_write};
use super::file::DraftFile;
use super::{Local, failed, folder_sync, is_absent};
use crate::{Error, Join, Key, Refused, Stored, Upload, Wanted};
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DATA: &str = "data";
const JOINED: &str = "joined";

enum Lock {
    Shared,
    Exclusive,
}

impl Local {
    fn upload_folder(&self, upload: &Upload) -> PathBuf {
        self.uploads.join(upload.folder())
    }

    pub(crate) fn part_draft(
        self: &Arc<Self>,
        upload: &Upload,
        number: u32,
        wanted: Wanted,
    ) -> Result<LocalDraft, Error> {
        let folder = self.upload_folder(upload);
        fs::create_dir_all(&folder).map_err(|e| failed("make the folder", &folder, e))?;
        let data = folder.join(DATA);
        let open = File::options().write(true).create(true).truncate(false).open(&data);
        let file = open.map_err(|e| failed("open", &data, e))?;
        lock(&file, &data, upload, &Lock::Shared)?;
        if folder.join(JOINED).exists() {
            // The lock says that this file is ours: the joined one is an object by now.
            fs::remove_file(&data).map_err(|e| failed("remove", &data, e))?;
            return Err(Refused::UploadJoined { upload: upload.folder().to_owned() }.into());
        }
        let record = folder.join(number.to_string());
        match fs::remove_file(&record) {
            Ok(()) => folder_sync(&folder)?,
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(failed("replace", &record, error)),
        }
        let at = u64::from(number - 1) * upload.part_size_bytes();
        Ok(LocalDraft::new(
            Arc::clone(self),
            wanted,
            Target::Part { file: DraftFile::of(file), at, record },
        ))
    }

    pub(crate) fn parts_join(&self, join: &Join) -> Result<Stored, Error> {
        let Join { upload, parts, key, .. } = join;
        let wanted = join.wanted();
        let folder = self.upload_folder(upload);
        let data = folder.join(DATA);
        let file = match File::options().read(true).write(true).open(&data) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return self.joined_before(&folder, join),
            Err(error) => return Err(failed("open", &data, error)),
        };
        lock(&file, &data, upload, &Lock::Exclusive)?;
        let sizes = parts.iter().map(|(number, etag)| part_size(&folder, *number, etag));
        let sizes = sizes.collect::<Result<Vec<u64>, Error>>()?;
        let size_bytes = upload.check_sizes(&sizes)?;
        wanted.check(&Stored { size_bytes, sha256: None })?;
        // Parts that are not listed are no part of the whole.
        file.set_len(size_bytes).map_err(|e| failed("shorten", &data, e))?;
        let sha256 = super::read::file_hash(&file, key.as_str(), size_bytes)?;
        let stored = Stored { size_bytes, sha256: Some(sha256) };
        wanted.check(&stored)?;
        file.sync_all().map_err(|e| failed("sync", &data, e))?;
        record_write(&folder.join(JOINED), &joined_text(key, &stored))?;
        self.publish(&data, key)?;
        // Two names never stay: a power cut from here on finds the object and no data.
        folder_sync(&folder)?;
        Ok(stored)
    }

    /// Answers a repeated join. The record proves that this very upload had the bytes: that an
    /// object exists is nobody's business who did not send it.
    fn joined_before(&self, folder: &Path, join: &Join) -> Result<Stored, Error> {
        let stored = Stored { size_bytes: join.size_bytes, sha256: Some(join.sha256) };
        let told = text_read(&folder.join(JOINED))?.unwrap_or_default();
        let is_joined = told == joined_text(&join.key, &stored);
        if !is_joined || self.size(&join.key)? != Some(stored.size_bytes) {
            return Err(Refused::PartAbsent { number: 1 }.into());
        }
        self.published_sync(&join.key)?;
        Ok(stored)
    }

    pub(crate) fn parts_drop(&self, upload: &Upload) -> Result<(), Error> {
        let folder = self.upload_folder(upload);
        let data = folder.join(DATA);
        if let Ok(file) = File::open(&data) {
            lock(&file, &data, upload, &Lock::Exclusive)?;
            return folder_remove(&folder);
        }
        folder_remove(&folder)
    }
}

/// Removes the folder of an upload.
pub(super) fn folder_remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if !is_absent(&error) => Err(failed("remove", folder, error)),
        _ => Ok(()),
    }
}

/// Locks the data of an upload, or says that somebody else is at work.
fn lock(file: &File, path: &Path, upload: &Upload, how: &Lock) -> Result<(), Error> {
    let busy = || Error::from(Refused::UploadBusy { upload: upload.folder().to_owned() });
    let locked = match how {
        Lock::Shared => file.try_lock_shared(),
        Lock::Exclusive => file.try_lock(),
    };
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(busy()),
        Err(TryLockError::Error(error)) => return Err(failed("lock", path, error)),
    }
    let ours = file.metadata().map_err(|e| failed("look at", path, e))?;
    match fs::metadata(path) {
        Ok(named) if named.ino() == ours.ino() && named.dev() == ours.dev() => Ok(()),
        Err(error) if !is_absent(&error) => Err(failed("look at", path, error)),
        _ => Err(busy()),
    }
}

/// Returns the size of a part, if it is there with this tag.
fn part_size(folder: &Path, number: u32, etag: &str) -> Result<u64, Error> {
    let record = text_read(&folder.join(number.to_string()))?.unwrap_or_default();
    match record.trim_end().split_once(' ').map(|(size, found)| (size.parse(), found)) {
        Some((Ok(size_bytes), found)) if found == etag => Ok(size_bytes),
        _ => Err(Refused::PartAbsent { number }.into()),
    }
}

fn joined_text(key: &Key, stored: &Stored) -> String {
    let sha256 = stored.sha256.map(|sha256| sha256.to_string()).unwrap_or_default();
    format!("{key} {sha256} {}\n", stored.size_bytes)
}

fn text_read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        // A record torn by a power cut is no record.
        Err(error) if is_absent(&error) || error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(failed("read", path, error)),
    }
}
