//! Reading: a stream that is one block ahead, and a hash of the whole.

use super::{Local, failed};
use crate::{Error, Key, Object, Refused, Sha256};
use bytes::Bytes;
use futures_util::stream;
use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Written and hashed at once, in bytes: a crossing to a blocking thread costs some 10 us, a block
/// of this size 100 times that.
pub(crate) const BLOCK_BYTES: usize = 1 << 20;

/// Read at once, in bytes: as [`BLOCK_BYTES`], but two of them per reader stay in memory and in the
/// processor's cache.
const READ_BYTES: u64 = 512 << 10;

/// What is being read.
struct Reader {
    file: File,
    key: Key,
    size_bytes: u64,
}

type Block = JoinHandle<Result<(Bytes, u64), Error>>;

impl Local {
    pub(crate) fn read(
        &self,
        key: &Key,
        range: Option<Range<u64>>,
    ) -> Result<Option<Object>, Error> {
        let Some((file, size_bytes)) = self.file_open(key)? else { return Ok(None) };
        let range = range_check(range, size_bytes)?;
        let reader = Arc::new(Reader { file, key: key.clone(), size_bytes });
        let end = range.end;
        let first = (Arc::clone(&reader), range.start, None::<Block>);
        let bytes = stream::try_unfold(first, move |(reader, at, ahead)| async move {
            if at >= end {
                return Ok(None);
            }
            let (block, at) = match ahead {
                Some(block) => block.await.map_err(|_| Error::Stopped)??,
                None => block_spawn(&reader, at, end).await.map_err(|_| Error::Stopped)??,
            };
            let next = (at < end).then(|| block_spawn(&reader, at, end));
            Ok(Some((block, (reader, at, next))))
        });
        Ok(Some(Object { size_bytes, range, bytes: Box::pin(bytes) }))
    }

    pub(crate) fn rehash(&self, key: &Key) -> Result<Option<Sha256>, Error> {
        let Some((file, size_bytes)) = self.file_open(key)? else { return Ok(None) };
        file_hash(&file, key.as_str(), size_bytes).map(Some)
    }
}

/// Returns the range, or all, if it is a part of the object.
pub(crate) fn range_check(
    range: Option<Range<u64>>,
    size_bytes: u64,
) -> Result<Range<u64>, Refused> {
    match range {
        None => Ok(0..size_bytes),
        Some(range) if range.start < range.end && range.end <= size_bytes => Ok(range),
        Some(Range { start, end }) => Err(Refused::Range { start, end, size_bytes }),
    }
}

/// Reads a block on another thread and returns it with the place of the next.
fn block_spawn(reader: &Arc<Reader>, at: u64, end: u64) -> Block {
    let reader = Arc::clone(reader);
    tokio::task::spawn_blocking(move || {
        let length = READ_BYTES.min(end - at);
        let mut block = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        fill(&reader.file, &mut block, at, reader.key.as_str(), reader.size_bytes)?;
        Ok((Bytes::from(block), at + length))
    })
}

/// Hashes the first bytes of a file.
pub(super) fn file_hash(file: &File, key: &str, size_bytes: u64) -> Result<Sha256, Error> {
    let mut hasher = sha2::Sha256::default();
    let mut block = vec![0; BLOCK_BYTES];
    let mut at = 0;
    while at < size_bytes {
        let length = usize::try_from(size_bytes - at).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        let block = &mut block[..length];
        fill(file, block, at, key, size_bytes)?;
        sha2::Digest::update(&mut hasher, &*block);
        at += u64::try_from(length).unwrap_or(u64::MAX);
    }
    Ok(hasher.into())
}

fn fill(file: &File, block: &mut [u8], at: u64, key: &str, size_bytes: u64) -> Result<(), Error> {
    file.read_exact_at(block, at).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => Error::Truncated { key: key.to_owned(), at, size_bytes },
        _ => failed("read", Path::new(key), error),
    })
}
