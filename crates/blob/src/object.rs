//! What a store tells of its objects.

use crate::{Error, Key, Sha256};
use base::Time;
use bytes::Bytes;
use futures_core::Stream;
use std::ops::Range;
use std::pin::Pin;

/// The bytes of an object as they are read, in blocks of at most 512 KiB from a local store.
pub type Bytestream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// The objects of a listing as they are found.
pub type Entries = Pin<Box<dyn Stream<Item = Result<Entry, Error>> + Send>>;

/// An object that has just become durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its SHA-256; `None` where hashing was skipped.
    pub sha256: Option<Sha256>,
}

/// An object that is being read.
pub struct Object {
    /// The size of the whole object in bytes.
    pub size_bytes: u64,
    /// The bytes that the stream gives.
    pub range: Range<u64>,
    /// Those bytes. It ends with an error, never early, when the object cannot be read on.
    pub bytes: Bytestream,
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { size_bytes, range, bytes: _ } = self;
        f.debug_struct("Object")
            .field("size_bytes", size_bytes)
            .field("range", range)
            .finish_non_exhaustive()
    }
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: Key,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When its bytes were last put.
    pub modified_at: Time,
}
