//! The JSON of the CAS, field for field as `xet-client` 1.8.0 reads and writes it
//! (`cas_types/mod.rs`), and what the server answers where.
//!
//! - `POST /v1/xorbs/{prefix}/{hash}` with a xorb: 200 and [`XorbStored`].
//! - `POST /v1/xorb-grants/{prefix}/{hash}` with [`GrantAsked`]: 201 and [`Grant`]; 200 where the
//!   xorb is stored already; 404 where there are no grants, and the client posts the xorb. `PUT`
//!   to the grant's address comes with its headers and no token: 2xx, or 412 where it lies there
//!   already. `POST /v1/xorb-commits/{prefix}/{hash}/grant/{id}` then: 2xx, or 404 where nothing
//!   was put, and the client asks for a new grant.
//! - `POST /v1/shards` with a shard: 200 and [`ShardStored`].
//! - `POST /v2/shards` with the same body: 200 and one [`ShardEvent`] per line, the last `result`
//!   or `error`; 404 or 501 sends the client to `/v1`.
//! - `GET /v1/reconstructions/{file}` with or without `Range`: 200 and [`ReconstructionV1`]; 416
//!   behind the end of the file.
//! - `GET /v2/reconstructions/{file}` likewise: [`ReconstructionV2`]; 404 or 501 sends the client
//!   to `/v1`.
//! - `GET /v1/chunks/{prefix}/{hash}`: 200 and [`crate::dedupe_shard`]; 404 where none is known.
//!
//! `prefix` is `default` or `default-merkledb`; it means nothing. 5xx (but 501), 408 and 429 are
//! tried again. The client asks for reconstructions in growing ranges and takes 416 as the end.

use crate::{FetchRange, Hash, Plan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Most ranges that one address of a V2 answer covers.
///
/// ASSUMPTION: far below the 500 that the published server allows (`cas_types/mod.rs`), so that a
/// `Range` header stays under 4 KiB, which every proxy passes.
pub const FETCH_RANGES_MAX: usize = 128;

/// Answers an uploaded xorb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct XorbStored {
    /// False where it was there already.
    pub was_inserted: bool,
}

/// Asks to put a xorb directly into the object store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantAsked {
    /// Bytes of the upload.
    pub length: u64,
    /// Its checksum.
    pub checksum: GrantChecksum,
}

/// The checksum of an upload under a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantChecksum {
    /// `crc64nvme`.
    pub algo: String,
    /// The checksum as a decimal number.
    pub value: String,
}

/// Lets a client put a xorb directly into the object store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Names the grant when it is committed; not empty, `.` or `..`.
    pub id: String,
    /// HTTP method, `PUT`.
    pub method: String,
    /// Where to put it.
    pub url: String,
    /// Headers to send exactly so.
    pub headers: BTreeMap<String, String>,
}

/// Answers an uploaded shard of `/v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardStored {
    /// 0 where it was there already, 1 where it is new.
    pub result: u8,
    /// The name under which it is kept, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard_hash: Option<Hash>,
}

/// A line of the answer to an uploaded shard of `/v2`. Repeat the last one every 20 seconds while
/// nothing happens: the client gives up on silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ShardEvent {
    /// Files are compared with their xorbs.
    Validating {
        /// Comparisons done.
        verified: u64,
        /// Comparisons known.
        total: u64,
    },
    /// The shard is written.
    Committing {
        /// What is being done.
        stage: ShardStage,
    },
    /// All is well; nothing follows.
    Result,
    /// The shard is refused; nothing follows.
    Error {
        /// Why.
        message: String,
        /// True where trying again may help.
        retryable: bool,
    },
}

/// The steps of writing a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShardStage {
    /// To the store.
    Uploading,
    /// To the index.
    Syncing,
}

/// A term of a file on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermJson {
    /// The xorb.
    pub hash: Hash,
    /// Bytes of its chunks, unpacked.
    pub unpacked_length: u32,
    /// Its chunks, the end not included.
    pub range: ChunksJson,
}

/// A range of chunks, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunksJson {
    /// First chunk.
    pub start: u32,
    /// Chunk after the last.
    pub end: u32,
}

/// A range of bytes as HTTP counts it: **the end included**.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BytesJson {
    /// First byte.
    pub start: u64,
    /// Last byte.
    pub end: u64,
}

/// Answers `GET /v1/reconstructions/{file}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconstructionV1 {
    /// Bytes to drop at the front of the first term.
    pub offset_into_first_range: u64,
    /// The terms in order.
    pub terms: Vec<TermJson>,
    /// What to fetch of each xorb.
    pub fetch_info: BTreeMap<Hash, Vec<FetchV1>>,
}

/// One range of a xorb and where to fetch it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchV1 {
    /// Its chunks.
    pub range: ChunksJson,
    /// Where to get it; no token is sent.
    pub url: String,
    /// What to send as `Range`.
    pub url_range: BytesJson,
}

/// Answers `GET /v2/reconstructions/{file}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconstructionV2 {
    /// Bytes to drop at the front of the first term.
    pub offset_into_first_range: u64,
    /// The terms in order.
    pub terms: Vec<TermJson>,
    /// What to fetch of each xorb.
    pub xorbs: BTreeMap<Hash, Vec<FetchV2>>,
}

/// Ranges of a xorb behind one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchV2 {
    /// Where to get them; no token is sent.
    pub url: String,
    /// The ranges, in order.
    pub ranges: Vec<RangeV2>,
}

/// One range behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeV2 {
    /// Its chunks.
    pub chunks: ChunksJson,
    /// Its bytes.
    pub bytes: BytesJson,
}

impl Plan {
    /// The answer of `/v1`. `url` gives the address for one range of a xorb.
    #[must_use]
    pub fn v1(&self, mut url: impl FnMut(&Hash, &FetchRange) -> String) -> ReconstructionV1 {
        let mut fetch_info = BTreeMap::new();
        for fetch in &self.fetches {
            let entry = |range: &FetchRange| FetchV1 {
                range: chunks_json(&range.chunks),
                url: url(&fetch.xorb, range),
                url_range: bytes_json(&range.bytes),
            };
            fetch_info.insert(fetch.xorb, fetch.ranges.iter().map(entry).collect());
        }
        let offset_into_first_range = self.offset_into_first_range;
        ReconstructionV1 { offset_into_first_range, terms: self.terms_json(), fetch_info }
    }

    /// The answer of `/v2`. `url` gives the address for at most [`FETCH_RANGES_MAX`] ranges.
    #[must_use]
    pub fn v2(&self, mut url: impl FnMut(&Hash, &[FetchRange]) -> String) -> ReconstructionV2 {
        let mut xorbs = BTreeMap::new();
        for fetch in &self.fetches {
            let entry = |ranges: &[FetchRange]| FetchV2 {
                url: url(&fetch.xorb, ranges),
                ranges: ranges.iter().map(range_v2).collect(),
            };
            xorbs.insert(fetch.xorb, fetch.ranges.chunks(FETCH_RANGES_MAX).map(entry).collect());
        }
        let offset_into_first_range = self.offset_into_first_range;
        ReconstructionV2 { offset_into_first_range, terms: self.terms_json(), xorbs }
    }

    fn terms_json(&self) -> Vec<TermJson> {
        let term = |term: &crate::PlanTerm| TermJson {
            hash: term.xorb,
            unpacked_length: term.unpacked_bytes,
            range: chunks_json(&term.chunks),
        };
        self.terms.iter().map(term).collect()
    }
}

fn range_v2(range: &FetchRange) -> RangeV2 {
    RangeV2 { chunks: chunks_json(&range.chunks), bytes: bytes_json(&range.bytes) }
}

fn chunks_json(chunks: &Range<u32>) -> ChunksJson {
    ChunksJson { start: chunks.start, end: chunks.end }
}

/// A plan's ranges are never empty: a chunk has at least nine stored bytes.
fn bytes_json(bytes: &Range<u32>) -> BytesJson {
    BytesJson { start: u64::from(bytes.start), end: u64::from(bytes.end.saturating_sub(1)) }
}
