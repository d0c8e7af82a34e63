//! The files of a revision as the viewer reads them, opened when they are read.

use super::blocks::{Blocks, From, KEPT_BYTES_MAX};
use crate::{Fault, Hub, chunks};
use app::depot::{Depot, FileFacts};
use git::Oid;
use hub::{NamespaceId, RepoId};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
use viewer::{ReadAt, SourceFile};

/// Largest file read out of Git, where it has to be unpacked whole. Pushes send larger ones to
/// large-file storage long before.
pub(super) const GIT_BYTES_MAX: u64 = 96 << 20;
/// What an opened file weighs besides its bytes.
const OPENED_BYTES: usize = 4 << 10;

/// A file by its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileId {
    Git(RepoId, Oid),
    Whole(String),
    Chunks(NamespaceId, String),
}

impl FileId {
    fn of(repo: RepoId, file: &FileFacts) -> Self {
        match &file.large {
            None => Self::Git(repo, file.oid),
            Some(large) => match &large.object.chunked {
                None => Self::Whole(large.object.sha256.clone()),
                Some(chunked) => Self::Chunks(large.object.store, chunked.clone()),
            },
        }
    }
}

type Opened = Arc<dyn ReadAt>;

/// The file that a question is reading. Questions read one file after the other, so that one is
/// held however many there are.
#[derive(Default)]
struct Current(Mutex<Option<(FileId, Opened)>>);

/// A file that is opened by its first read.
struct Source {
    hub: Arc<Hub>,
    handle: Handle,
    current: Arc<Current>,
    id: FileId,
    size_bytes: u64,
}

/// Makes the files readable. Large files must have been settled before.
pub(super) fn sources(hub: &Arc<Hub>, repo: RepoId, files: &[FileFacts]) -> Vec<SourceFile> {
    let (handle, current) = (Handle::current(), Arc::new(Current::default()));
    let source = |file: &FileFacts| SourceFile {
        path: file.path.clone(),
        bytes: Arc::new(Source {
            hub: hub.clone(),
            handle: handle.clone(),
            current: current.clone(),
            id: FileId::of(repo, file),
            size_bytes: file.size_bytes,
        }),
    };
    files.iter().map(source).collect()
}

impl ReadAt for Source {
    fn len(&self) -> u64 {
        self.size_bytes
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let opened = self.opened().map_err(|fault| io::Error::other(format!("{fault:?}")))?;
        opened.read_at(offset, buf)
    }
}

impl Source {
    fn opened(&self) -> Result<Opened, Fault> {
        let mut current = self.current.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, opened)) = &*current
            && *id == self.id
        {
            return Ok(opened.clone());
        }
        let held = || self.hub.viewer.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held().get(&self.id);
        let opened = match known {
            Some(known) => known,
            None => {
                let (opened, weight) = self.open()?;
                held().put(self.id.clone(), opened.clone(), weight);
                opened
            }
        };
        *current = Some((self.id.clone(), opened.clone()));
        Ok(opened)
    }

    fn open(&self) -> Result<(Opened, usize), Fault> {
        let depot = &self.hub.depot;
        match &self.id {
            FileId::Git(repo, oid) => {
                let bytes = depot.git(*repo)?.blob_read(*oid, GIT_BYTES_MAX)?;
                let weight = bytes.len() + OPENED_BYTES;
                Ok((Arc::new(bytes), weight))
            }
            FileId::Whole(sha256) => {
                let key = Depot::whole_key(sha256)?;
                if depot.blobs().file_path(&key).is_none() {
                    return Ok(self.blocks(From::Bucket(key), 0));
                }
                let opened = self.handle.block_on(depot.blobs().file_open(&key))?;
                let lost = || Fault::Failed(format!("the bytes of {sha256} are lost"));
                let (file, _) = opened.ok_or_else(lost)?;
                Ok((Arc::new(file), OPENED_BYTES))
            }
            FileId::Chunks(store, hash) => {
                let (store, name) = (*store, hash.clone());
                let read = self.hub.app.read(move |read| chunks::known(read, store, &name));
                let lost = || Fault::Failed(format!("the chunks of {hash} are lost"));
                let known = self.handle.block_on(read)?.ok_or_else(lost)?;
                let weight = known.weight_bytes();
                Ok(self.blocks(From::Chunks(known), weight))
            }
        }
    }

    fn blocks(&self, from: From, weight: usize) -> (Opened, usize) {
        let (depot, handle) = (self.hub.depot.clone(), self.handle.clone());
        let blocks = Blocks::new(depot, from, self.size_bytes, handle);
        (Arc::new(blocks), weight + KEPT_BYTES_MAX)
    }
}
