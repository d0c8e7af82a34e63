//! One change: its blobs, trees and commits become visible together.

use crate::error::Error;
use crate::model::{Commit, Header, Kind, OBJECT_BYTES_MAX, Tag};
use crate::object::{commit_bytes, tag_bytes};
use crate::oid::Oid;
use crate::pack::{PackFile, bytes_count, hash_begin, hash_end};
use crate::repo::{Reader, Repo};
use std::io::Read;

/// Blobs up to this size are held in memory until their name is known, so that one that exists
/// already is not written at all. Larger ones are written as they come and taken back.
const HELD_BYTES_MAX: u64 = 1024 * 1024;
/// Bytes taken from a caller's reader at a time.
const STEP_BYTES: usize = 128 * 1024;

/// Collects the new objects of one change. Nothing is visible before [`Writer::finish`], and
/// nothing is left when it is dropped or the process dies. Memory does not grow with the bytes
/// written, only by some 100 bytes an object.
pub struct Writer {
    reader: Reader,
    repo: Repo,
    pack: Option<PackFile>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writer({:?})", self.repo)
    }
}

/// What a change has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Objects that were not in the repository before.
    pub objects: u64,
    /// Bytes of the pack that holds them; 0 when there are none and no file was written.
    pub pack_bytes: u64,
}

impl Repo {
    /// Begins a change. Writes no file before the first new object.
    #[must_use]
    pub fn writer(&self) -> Writer {
        let mut reader = self.reader();
        reader.refresh();
        Writer { reader, repo: self.clone(), pack: None }
    }
}

impl Writer {
    /// Adds a blob of exactly `size_bytes` from a reader.
    ///
    /// # Errors
    /// [`Error::InputLength`] when there are fewer or more bytes, [`Error::Input`] when the reader
    /// fails, [`Error::Limit`] above [`OBJECT_BYTES_MAX`]. After these the change goes on as if
    /// the blob had not been offered.
    pub fn blob_write(&mut self, bytes: &mut dyn Read, size_bytes: u64) -> Result<Oid, Error> {
        if size_bytes > OBJECT_BYTES_MAX {
            return Err(Error::Limit { what: "the size of a blob", most: OBJECT_BYTES_MAX });
        }
        if size_bytes <= HELD_BYTES_MAX {
            let mut held = Vec::new();
            (&mut *bytes).take(size_bytes + 1).read_to_end(&mut held).map_err(Error::Input)?;
            length_check(bytes_count(&held), size_bytes)?;
            return self.object_write(Kind::Blob, &held);
        }
        self.blob_stream(bytes, size_bytes)
    }

    /// Adds a blob from memory.
    ///
    /// # Errors
    /// As [`Writer::blob_write`].
    pub fn blob_put(&mut self, bytes: &[u8]) -> Result<Oid, Error> {
        self.object_write(Kind::Blob, bytes)
    }

    /// Adds a commit. Equal values give the same name.
    ///
    /// # Errors
    /// [`Error::Missing`] and [`Error::Kind`] for a tree or parent that is not one.
    pub fn commit_write(&mut self, commit: &Commit) -> Result<Oid, Error> {
        self.kind_check(commit.tree, Kind::Tree)?;
        for parent in &commit.parents {
            self.kind_check(*parent, Kind::Commit)?;
        }
        self.object_write(Kind::Commit, &commit_bytes(commit))
    }

    /// Adds an annotated tag. The name is the caller's to check.
    ///
    /// # Errors
    /// [`Error::Missing`] and [`Error::Kind`] for a target that is not what the tag says.
    pub fn tag_write(&mut self, tag: &Tag) -> Result<Oid, Error> {
        self.kind_check(tag.target, tag.target_kind)?;
        self.object_write(Kind::Tag, &tag_bytes(tag))
    }

    /// Makes all objects of the change durable and visible at once: one pack, synced to the disk
    /// with its folder before this returns.
    ///
    /// # Errors
    /// [`Error::File`] when the disk is full or fails, [`Error::Torn`] when it did so before.
    /// Nothing is visible then.
    pub fn finish(self) -> Result<Written, Error> {
        let Some(pack) = self.pack.filter(|pack| !pack.places.is_empty()) else {
            return Ok(Written { objects: 0, pack_bytes: 0 });
        };
        let objects = u64::try_from(pack.places.len()).unwrap_or(u64::MAX);
        Ok(Written { objects, pack_bytes: pack.publish()? })
    }

    /// Adds an object from memory, unless there is one.
    pub(crate) fn object_write(&mut self, kind: Kind, bytes: &[u8]) -> Result<Oid, Error> {
        let size_bytes = bytes_count(bytes);
        if size_bytes > OBJECT_BYTES_MAX {
            return Err(Error::Limit { what: "the size of an object", most: OBJECT_BYTES_MAX });
        }
        let mut hasher = hash_begin(kind, size_bytes);
        hasher.update(bytes);
        let oid = hash_end(hasher)?;
        if !self.is_here(oid) {
            self.pack()?.object_add(oid, kind, bytes)?;
        }
        Ok(oid)
    }

    /// Returns kind and size of an object of the repository or of this change.
    pub(crate) fn header(&mut self, oid: Oid) -> Result<Header, Error> {
        let new = self.pack.as_ref().and_then(|pack| pack.places.get(&oid));
        if let Some(place) = new {
            return Ok(Header { kind: place.kind, size_bytes: place.size_bytes });
        }
        self.reader.header(oid)?.ok_or(Error::Missing(oid))
    }

    pub(crate) fn kind_check(&mut self, oid: Oid, wanted: Kind) -> Result<(), Error> {
        let found = self.header(oid)?.kind;
        if found == wanted { Ok(()) } else { Err(Error::Kind { oid, wanted, found }) }
    }

    /// Reads a tree of the repository or of this change.
    pub(crate) fn tree(&mut self, oid: Oid) -> Result<Vec<u8>, Error> {
        let new = self.pack.as_mut().map_or(Ok(None), |pack| pack.object_read(oid))?;
        match new {
            Some((Kind::Tree, bytes)) => Ok(bytes),
            Some((found, _)) => Err(Error::Kind { oid, wanted: Kind::Tree, found }),
            None => self.reader.tree(oid),
        }
    }

    /// Reads a blob of the repository or of this change.
    pub(crate) fn blob(&mut self, oid: Oid, bytes_max: u64) -> Result<Vec<u8>, Error> {
        let Header { kind, size_bytes } = self.header(oid)?;
        if kind != Kind::Blob {
            return Err(Error::Kind { oid, wanted: Kind::Blob, found: kind });
        }
        if size_bytes > bytes_max {
            return Err(Error::TooLarge { oid, size_bytes, size_bytes_max: bytes_max });
        }
        let new = self.pack.as_mut().map_or(Ok(None), |pack| pack.object_read(oid))?;
        new.map_or_else(|| self.reader.blob(oid, bytes_max), |(_, bytes)| Ok(bytes))
    }

    fn is_here(&self, oid: Oid) -> bool {
        self.pack.as_ref().is_some_and(|pack| pack.places.contains_key(&oid))
            || self.reader.is_known(oid)
    }

    fn pack(&mut self) -> Result<&mut PackFile, Error> {
        if self.pack.is_none() {
            self.pack = Some(PackFile::create(&self.repo.pack_folder())?);
        }
        Ok(self.pack.as_mut().expect("it was just put there"))
    }

    fn blob_stream(&mut self, bytes: &mut dyn Read, size_bytes: u64) -> Result<Oid, Error> {
        let pack = self.pack()?;
        let mut entry = pack.entry_begin(Kind::Blob, size_bytes)?;
        let mut hasher = hash_begin(Kind::Blob, size_bytes);
        let mut step = vec![0; STEP_BYTES];
        let mut count = 0;
        let ended = loop {
            let taken = match bytes.read(&mut step) {
                Ok(0) => break length_check(count, size_bytes),
                Ok(taken) => &step[..taken],
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => break Err(Error::Input(error)),
            };
            count += bytes_count(taken);
            if count > size_bytes {
                break length_check(count, size_bytes);
            }
            hasher.update(taken);
            pack.entry_bytes(&mut entry, taken)?;
        };
        let oid = match ended.and_then(|()| hash_end(hasher)) {
            Ok(oid) => oid,
            Err(error) => {
                pack.entry_undo(&entry)?;
                return Err(error);
            }
        };
        let is_here = self.is_here(oid);
        let pack = self.pack()?;
        if is_here {
            pack.entry_undo(&entry)?;
        } else {
            let place = pack.entry_end(entry)?;
            pack.places.insert(oid, place);
        }
        Ok(oid)
    }
}

fn length_check(found: u64, announced_bytes: u64) -> Result<(), Error> {
    let problem = match found.cmp(&announced_bytes) {
        std::cmp::Ordering::Equal => return Ok(()),
        std::cmp::Ordering::Less => "fewer",
        std::cmp::Ordering::Greater => "more",
    };
    Err(Error::InputLength { announced_bytes, problem })
}
