//! An object that is being put into a bucket, block by block.

use super::{S3, failed, tag};
use crate::stage::Finished;
use crate::store::hash_on;
use crate::{Error, Sha256, Stored, Wanted};
use bytes::Bytes;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{MultipartId, ObjectStoreExt, PutPayload};
use std::sync::Arc;

/// Least size of a block in bytes: few requests, and above the 5 MiB that S3 asks of every part
/// but the last ("Amazon S3 multipart upload limits", user guide).
const BLOCK_BYTES_MIN: u64 = 16 << 20;
/// Largest block in bytes; three of them per stage are in memory. With [`BLOCKS_MAX`] it limits an
/// object to 625 GiB.
const BLOCK_BYTES_MAX: u64 = 64 << 20;
/// Parts of one object in S3 (same source).
const BLOCKS_MAX: u64 = 10_000;

/// What exists of an object in the bucket.
#[derive(Debug)]
pub(crate) struct S3Draft {
    s3: Arc<S3>,
    path: Path,
    wanted: Wanted,
    hasher: Option<sha2::Sha256>,
    size_bytes: u64,
    /// Set from the second block on: an object of one block is put at once.
    multipart: Option<Multipart>,
}

#[derive(Debug)]
struct Multipart {
    id: MultipartId,
    parts: Vec<PartId>,
}

impl S3Draft {
    pub(super) fn new(s3: Arc<S3>, path: Path, wanted: Wanted) -> Self {
        let hasher = wanted.hasher();
        Self { s3, path, wanted, hasher, size_bytes: 0, multipart: None }
    }

    /// The largest object that fits a bucket, in bytes.
    pub(crate) const SIZE_BYTES_MAX: u64 = BLOCKS_MAX * BLOCK_BYTES_MAX;

    /// The size of every block but the last, so that the largest content wanted fits.
    pub(crate) fn block_bytes(&self) -> usize {
        let size_bytes = self.wanted.size_bytes.unwrap_or(self.wanted.size_bytes_max);
        let block = size_bytes.div_ceil(BLOCKS_MAX).clamp(BLOCK_BYTES_MIN, BLOCK_BYTES_MAX);
        usize::try_from(block).unwrap_or(usize::MAX)
    }

    /// Hashes a block and puts it as the next part.
    pub(crate) async fn append(&mut self, block: Bytes) -> Result<(), Error> {
        let block = self.hash(block).await?;
        let (client, path) = (&self.s3.client, &self.path);
        let multipart = match &mut self.multipart {
            Some(multipart) => multipart,
            none => {
                let id = client.create_multipart(path).await;
                let id = id.map_err(|error| failed("begin", path, error))?;
                none.insert(Multipart { id, parts: Vec::new() })
            }
        };
        let number = multipart.parts.len();
        let part = client.put_part(path, &multipart.id, number, PutPayload::from(block)).await;
        multipart.parts.push(part.map_err(|error| failed("write", path, error))?);
        Ok(())
    }

    /// Takes the last block, verifies the whole and only then lets S3 show it.
    pub(crate) async fn finish(mut self, last: Bytes) -> Result<Finished, Error> {
        let etag = if self.multipart.is_none() {
            let last = self.hash(last).await?;
            self.wanted.check(&self.stored())?;
            let put = self.s3.client.put(&self.path, PutPayload::from(last)).await;
            put.map_err(|error| failed("write", &self.path, error))?.e_tag
        } else {
            if !last.is_empty() {
                self.append(last).await?;
            }
            self.wanted.check(&self.stored())?;
            self.complete().await?
        };
        Ok(Finished { stored: self.stored(), etag: tag(etag.as_deref()) })
    }

    async fn complete(&mut self) -> Result<Option<String>, Error> {
        let Some(Multipart { id, parts }) = &self.multipart else { return Err(Error::Stopped) };
        let done = self.s3.client.complete_multipart(&self.path, id, parts.clone()).await;
        let etag = done.map_err(|error| failed("complete", &self.path, error))?.e_tag;
        // Nothing is left to abort.
        self.multipart = None;
        Ok(etag)
    }

    async fn hash(&mut self, block: Bytes) -> Result<Bytes, Error> {
        self.size_bytes += u64::try_from(block.len()).unwrap_or(u64::MAX);
        match self.hasher.take() {
            None => Ok(block),
            Some(hasher) => {
                let (hasher, block) = hash_on(hasher, block).await?;
                self.hasher = Some(hasher);
                Ok(block)
            }
        }
    }

    fn stored(&self) -> Stored {
        let sha256 = self.hasher.clone().map(Sha256::from);
        Stored { size_bytes: self.size_bytes, sha256 }
    }
}

impl Drop for S3Draft {
    fn drop(&mut self) {
        if let Some(Multipart { id, .. }) = self.multipart.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let (s3, path) = (Arc::clone(&self.s3), self.path.clone());
            // What cannot be aborted is collected by the bucket's own rule.
            runtime.spawn(async move { drop(s3.client.abort_multipart(&path, &id).await) });
        }
    }
}
