//! Files stored as chunks: containers of chunks (xorbs) and files as runs of them.
//!
//! Everything is found under a namespace: chunks are shared inside one and never between two, so
//! that nobody learns from an upload what others hold.

use crate::{Error, NamespaceId, Refused, namespace_read, store};
use db::{Read, Tx};

/// A container of chunks that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xorb {
    /// Its hash.
    pub hash: String,
    /// Bytes it takes.
    pub size_bytes: i64,
    /// Table of its chunks, as the crate `xet` writes it.
    pub chunks: Vec<u8>,
}

/// A file as runs of chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunked {
    /// Its hash.
    pub hash: String,
    /// Its size.
    pub size_bytes: i64,
    /// Its runs of chunks, as the crate `xet` writes them.
    pub terms: Vec<u8>,
}

/// Notes a container; `eligible` are the chunks by which clients may find it. Returns whether it
/// is new.
pub fn xorb_add(
    tx: &mut Tx<'_>,
    store_id: NamespaceId,
    xorb: &Xorb,
    eligible: &[String],
) -> Result<bool, Error> {
    let now = tx.now();
    if store::chunk::xorb_insert(tx, store_id, xorb, now)? == 0 {
        store::chunk::xorb_touch(tx, store_id, &xorb.hash, now)?;
        return Ok(false);
    }
    for hash in eligible {
        store::chunk::chunk_insert(tx, store_id, hash, &xorb.hash)?;
    }
    Ok(true)
}

/// Tests whether a namespace has space for another container. Those that no file needs yet, or any
/// more, are in no sum of [`crate::quota_test`]: all together may take its limit twice, once for
/// what files need, once for what waits. Reads a row for each container: keep it off the write
/// lane.
pub fn store_test(
    read: &Read<'_>,
    store_id: NamespaceId,
    (asked_bytes, default_bytes): (i64, i64),
) -> Result<(), Error> {
    let namespace = namespace_read(read, store_id)?;
    let quota_bytes = namespace.quota_bytes.unwrap_or(default_bytes).saturating_mul(2);
    let used_bytes = store::chunk::used_bytes(read, store_id)?;
    if asked_bytes <= quota_bytes.saturating_sub(used_bytes) {
        return Ok(());
    }
    let namespace = namespace.name;
    Err(Refused::QuotaExceeded { namespace, quota_bytes, used_bytes, asked_bytes }.into())
}

/// Notes that somebody relies on a container from now on, so that it is not collected as garbage
/// soon. Returns whether it is here.
pub fn xorb_touch(tx: &mut Tx<'_>, store_id: NamespaceId, hash: &str) -> Result<bool, Error> {
    let now = tx.now();
    Ok(store::chunk::xorb_touch(tx, store_id, hash, now)? == 1)
}

/// Notes a chunk by which clients may find a container.
pub fn chunk_add(
    tx: &mut Tx<'_>,
    store_id: NamespaceId,
    chunk: &str,
    xorb: &str,
) -> Result<(), Error> {
    store::chunk::chunk_insert(tx, store_id, chunk, xorb)?;
    Ok(())
}

/// Finds a container.
pub fn xorb_find(
    read: &Read<'_>,
    store_id: NamespaceId,
    hash: &str,
) -> Result<Option<Xorb>, Error> {
    Ok(store::chunk::xorb_find(read, store_id, hash)?)
}

/// Finds a container that holds a chunk.
pub fn xorb_of_chunk(
    read: &Read<'_>,
    store_id: NamespaceId,
    chunk: &str,
) -> Result<Option<Xorb>, Error> {
    Ok(store::chunk::xorb_of_chunk(read, store_id, chunk)?)
}

/// Notes a file as runs of chunks. One that is known stays, but counts as sent just now: a
/// collection of garbage that is about to forget it has to see that.
pub fn chunked_add(tx: &mut Tx<'_>, store_id: NamespaceId, chunked: &Chunked) -> Result<(), Error> {
    let now = tx.now();
    store::chunk::chunked_insert(tx, store_id, chunked, now)?;
    Ok(())
}

/// Finds a file as runs of chunks.
pub fn chunked_find(
    read: &Read<'_>,
    store_id: NamespaceId,
    hash: &str,
) -> Result<Option<Chunked>, Error> {
    Ok(store::chunk::chunked_find(read, store_id, hash)?)
}
