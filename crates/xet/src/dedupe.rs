//! The answer to `GET /v1/chunks/{prefix}/{hash}`: xorbs of the same tenant that hold a chunk.
//!
//! The client keeps the shard in its cache, compares the chunks of its file with it, and names the
//! xorbs in the terms it uploads instead of sending the bytes again. It compares *keyed* hashes
//! where the footer has a key, so a client that knows one chunk does not learn the others. It drops
//! the shard once the expiry is past (`metadata_shard/shard_file_manager.rs` and
//! `shard_file_handle.rs` of `xet-core-structures` 1.8.0). Lookup tables are not needed: it builds
//! its own index.

use crate::shard::{FOOTER_VERSION, HEADER_VERSION, MAGIC, RECORD};
use crate::{Hash, Xorb};
use base::Time;
use std::borrow::Borrow;

/// How a dedupe shard is protected, and for how long it is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DedupeTerms {
    /// Key of the chunk hashes: fresh random bytes; [`Hash::ZERO`] leaves them plain.
    pub key: Hash,
    /// Now.
    pub created: Time,
    /// When the client has to forget it: before any of the xorbs may be collected.
    pub expires: Time,
}

/// Writes the shard that tells a client about `xorbs`.
///
/// Give only xorbs of the tenant that asks; a handful is enough. 48 bytes for each chunk.
#[must_use]
pub fn dedupe_shard<X: Borrow<Xorb>>(xorbs: &[X], terms: &DedupeTerms) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&MAGIC);
    longs(&mut bytes, &[HEADER_VERSION, 200]);
    record(&mut bytes, &Hash::END, [0; 4]);
    let xorbs_start = length(&bytes);
    let mut stored_bytes: u64 = 0;
    let mut unpacked_bytes: u64 = 0;
    for xorb in xorbs {
        let xorb = xorb.borrow();
        xorb_write(&mut bytes, xorb, &terms.key);
        stored_bytes += u64::from(xorb.body_bytes());
        unpacked_bytes += u64::from(xorb.unpacked_bytes());
    }
    record(&mut bytes, &Hash::END, [0; 4]);
    let end = length(&bytes);
    let files_start = u64::try_from(RECORD).unwrap_or(0);
    longs(&mut bytes, &[FOOTER_VERSION, files_start, xorbs_start, end, 0, end, 0, end, 0]);
    bytes.extend_from_slice(terms.key.as_bytes());
    longs(&mut bytes, &[seconds(terms.created), seconds(terms.expires)]);
    longs(&mut bytes, &[0; 6]);
    longs(&mut bytes, &[stored_bytes, 0, unpacked_bytes, end]);
    bytes
}

fn xorb_write(bytes: &mut Vec<u8>, xorb: &Xorb, key: &Hash) {
    let count = u32::try_from(xorb.chunks().len()).expect("a xorb has at most 8192 chunks");
    record(bytes, &xorb.hash(), [0, count, xorb.unpacked_bytes(), xorb.body_bytes()]);
    for chunk in xorb.chunks() {
        let hash = if *key == Hash::ZERO { chunk.hash } else { chunk.hash.keyed(key) };
        record(bytes, &hash, [chunk.unpacked_start, chunk.unpacked_length, 0, 0]);
    }
}

fn record(bytes: &mut Vec<u8>, hash: &Hash, numbers: [u32; 4]) {
    bytes.extend_from_slice(hash.as_bytes());
    numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
}

fn longs(bytes: &mut Vec<u8>, numbers: &[u64]) {
    numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("memory is counted in at most 64 bits")
}

/// Seconds since 1970; earlier times are 1970.
fn seconds(time: Time) -> u64 {
    u64::try_from(time.millis() / 1000).unwrap_or(0)
}
