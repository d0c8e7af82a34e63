//! The 32-byte hash by which Xet names chunks, xorbs, files and shards.
//!
//! A hash is four little-endian 64-bit words, and its text is those four words printed as numbers:
//! within each group of eight the bytes of the text run backwards against the bytes in memory. A
//! SHA-256 inside a shard is stored so that its *text* is the usual one, so its bytes are swapped
//! too: [`Hash::from_sha256`] and [`Hash::to_sha256`]. Keys are those of the published
//! `xet-core-structures` 1.8.0 (`merklehash/data_hash.rs`, `metadata_shard/chunk_verification.rs`).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Key of the hash over the bytes of a chunk (`DATA_KEY`).
const CHUNK_KEY: [u8; 32] = [
    102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16,
    155, 235, 43, 88, 180, 208, 176, 75, 147, 173, 242, 41,
];

/// Key of the hash over an inner node of the tree (`INTERNAL_NODE_HASH`).
const NODE_KEY: [u8; 32] = [
    1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230, 93, 221, 83, 111, 55,
    199, 109, 210, 248, 99, 82, 230, 74, 83, 113, 63,
];

/// Key of the hash over the chunk hashes of a term (`VERIFICATION_KEY`).
const RANGE_KEY: [u8; 32] = [
    127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243, 164, 205, 38, 213,
    181, 219, 73, 230, 65, 36, 152, 127, 40, 251, 148, 195,
];

/// One chunk hash in so many may be asked for by any client
/// (`MDB_SHARD_GLOBAL_DEDUP_CHUNK_MODULUS`, `metadata_shard/constants.rs`).
const SHARED_CHUNK_MODULUS: u64 = 1024;

/// The name of a chunk, a xorb, a file or a shard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash([u8; 32]);

/// A text that is not a hash: 64 hexadecimal digits are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Xet hash: send 64 hexadecimal digits")]
pub struct HashError;

impl Hash {
    /// The hash of nothing: an empty file has it. Also the absence of a key in a shard.
    pub const ZERO: Self = Self([0; 32]);

    /// The mark that ends a section of a shard; no content has it.
    pub(crate) const END: Self = Self([0xff; 32]);

    /// Takes the bytes as they lie in xorbs, shards and databases.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Gives the bytes as they lie in xorbs, shards and databases.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Wraps a SHA-256 (in its usual byte order) the way a shard stores it.
    #[must_use]
    pub fn from_sha256(sha256: [u8; 32]) -> Self {
        Self(swapped(sha256))
    }

    /// Reads a SHA-256 out of the way a shard stores it, into its usual byte order.
    #[must_use]
    pub fn to_sha256(self) -> [u8; 32] {
        swapped(self.0)
    }

    /// Hashes the unpacked bytes of one chunk.
    #[must_use]
    pub fn of_chunk(bytes: &[u8]) -> Self {
        Self(*blake3::keyed_hash(&CHUNK_KEY, bytes).as_bytes())
    }

    /// Hashes the written form of an inner node.
    pub(crate) fn of_node(bytes: &[u8]) -> Self {
        Self(*blake3::keyed_hash(&NODE_KEY, bytes).as_bytes())
    }

    /// Hashes this hash under `key`: files under the zero key, chunks of a protected shard under
    /// the key in its footer.
    #[must_use]
    pub fn keyed(&self, key: &Self) -> Self {
        Self(*blake3::keyed_hash(&key.0, &self.0).as_bytes())
    }

    /// Says whether any client may ask for this chunk by `GET /v1/chunks`.
    ///
    /// Clients ask for the first chunk of every file and for chunks of this kind, so a server
    /// needs to index only those two (`deduplication/file_deduplication.rs` of `xet-data` 1.8.0).
    #[must_use]
    pub fn is_global_dedupe_chunk(&self) -> bool {
        self.last_word().is_multiple_of(SHARED_CHUNK_MODULUS)
    }

    /// The last word: what decides where the tree and the dedupe index cut.
    pub(crate) fn last_word(&self) -> u64 {
        word(&self.0, 3)
    }
}

/// Hashes the chunk hashes of one term: proof that the sender knows every chunk of it.
#[derive(Debug)]
pub struct RangeHasher(blake3::Hasher);

impl RangeHasher {
    /// Starts with no chunk.
    #[must_use]
    pub fn new() -> Self {
        Self(blake3::Hasher::new_keyed(&RANGE_KEY))
    }

    /// Adds the next chunk of the term.
    pub fn chunk_add(&mut self, chunk: &Hash) {
        self.0.update(&chunk.0);
    }

    /// Gives the verification hash of the term.
    #[must_use]
    pub fn finish(&self) -> Hash {
        Hash(*self.0.finalize().as_bytes())
    }
}

impl Default for RangeHasher {
    fn default() -> Self {
        Self::new()
    }
}

fn word(bytes: &[u8; 32], index: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[index * 8..index * 8 + 8]);
    u64::from_le_bytes(word)
}

/// Turns each group of eight bytes round.
fn swapped(mut bytes: [u8; 32]) -> [u8; 32] {
    for group in bytes.chunks_exact_mut(8) {
        group.reverse();
    }
    bytes
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..4).try_for_each(|index| write!(f, "{:016x}", word(&self.0, index)))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(HashError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| HashError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| HashError)?;
        }
        Ok(Self(swapped(bytes)))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
