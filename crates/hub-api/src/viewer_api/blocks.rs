//! A large file read at any place, by blocks that are kept for a while: out of chunks, or out of a
//! bucket.

use super::recent::Recent;
use crate::Fault;
use crate::chunks::{Known, part_bytes};
use app::depot::Depot;
use blob::Key;
use futures_util::StreamExt;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
use viewer::ReadAt;

/// One read: as long as a read of a bucket should be, short enough for a footer.
const BLOCK_BYTES: u64 = 1 << 20;
/// Bytes of blocks that one file keeps: a column's pages are read beside its neighbours'.
pub(super) const KEPT_BYTES_MAX: usize = 12 << 20;

/// Where blocks come from.
pub(super) enum From {
    Chunks(Known),
    Bucket(Key),
}

/// A large file. Reads block: never use it on a thread that serves requests.
pub(super) struct Blocks {
    depot: Arc<Depot>,
    from: From,
    size_bytes: u64,
    handle: Handle,
    kept: Mutex<Recent<u64, Arc<Vec<u8>>>>,
}

impl Blocks {
    pub(super) fn new(depot: Arc<Depot>, from: From, size_bytes: u64, handle: Handle) -> Self {
        let kept = Mutex::new(Recent::new(KEPT_BYTES_MAX));
        Self { depot, from, size_bytes, handle, kept }
    }

    fn block(&self, number: u64) -> Result<Arc<Vec<u8>>, Fault> {
        let held = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().get(&number) {
            return Ok(known);
        }
        let start = number.saturating_mul(BLOCK_BYTES);
        let range = start..start.saturating_add(BLOCK_BYTES).min(self.size_bytes);
        let bytes = self.handle.block_on(async {
            match &self.from {
                From::Chunks(known) => part_bytes(&self.depot, known, range).await,
                From::Bucket(key) => self.fetch(key, range).await,
            }
        })?;
        let bytes = Arc::new(bytes);
        held().put(number, bytes.clone(), bytes.len());
        Ok(bytes)
    }

    async fn fetch(&self, key: &Key, range: Range<u64>) -> Result<Vec<u8>, Fault> {
        let opened = self.depot.blobs().read(key, Some(range)).await?;
        let mut opened = opened
            .ok_or_else(|| Fault::Failed(format!("the bytes of {} are lost", key.as_str())))?;
        let mut bytes = Vec::new();
        while let Some(part) = opened.bytes.next().await {
            bytes.extend_from_slice(&part?);
        }
        Ok(bytes)
    }
}

impl ReadAt for Blocks {
    fn len(&self) -> u64 {
        self.size_bytes
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.size_bytes || buf.is_empty() {
            return Ok(0);
        }
        let block = self.block(offset / BLOCK_BYTES);
        let block = block.map_err(|fault| io::Error::other(format!("{fault:?}")))?;
        let start = usize::try_from(offset % BLOCK_BYTES).unwrap_or(usize::MAX);
        let rest = block.get(start..).unwrap_or_default();
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}
