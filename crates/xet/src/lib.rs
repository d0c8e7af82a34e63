//! The formats of chunked transfer: xorbs and shards checked, files rebuilt from their chunks.
//!
//! Xet cuts a file into *chunks* by content, packs chunks into *xorbs* of up to 64 MiB, and
//! describes files as ranges of chunks in a *shard*. A client uploads xorbs, then the shard;
//! downloads ask for a *plan*, then for ranges of xorbs. The formats are those of the published
//! `xet-core-structures` 1.8.0. It is the oracle of the tests and not a dependency: its parsers
//! reserve memory for counts they have not checked, its unpacker trusts the input for the length of
//! the output and counts time in a shared `static mut`, and it brings 160 crates.
//!
//! 1. [`xorb_check`] or [`xorb_read`] an upload; keep the body, and [`Xorb::encode`] for the table.
//! 2. [`shard_check`], then [`file_check`] each file against the tables of *this tenant*.
//! 3. [`plan`] a download and answer [`Plan::v1`] or [`Plan::v2`]; or give plain bytes by [`Steps`]
//!    or [`Rebuild`], which is also how a claimed SHA-256 is verified.
//! 4. [`dedupe_shard`] answers whether chunks are known; [`Packer`] makes xorbs of other uploads.
//!
//! Must never: do I/O beyond [`std::io::Read`] and [`std::io::Write`] handed to it, reserve memory
//! for a number it has not checked, or believe a length, a hash or a count that the input states.
//! Start reading at [`Xorb`]; the wire is in [`wire`].

mod bad;
mod chunk;
mod dedupe;
mod file;
mod hash;
mod packer;
mod plan;
mod rebuild;
mod shard;
mod tree;
pub mod wire;
mod xorb;

#[cfg(test)]
mod tests;

pub use bad::Bad;
pub use chunk::{CHUNK_BYTES_MAX, CHUNK_HEADER_BYTES, CHUNK_PACKED_BYTES_MAX, chunks_unpack};
pub use dedupe::{DedupeTerms, dedupe_shard};
pub use file::{file_check, stored_check, terms_decode, terms_encode};
pub use hash::{Hash, HashError, RangeHasher};
pub use packer::{PackedXorb, Packer};
pub use plan::{Fetch, FetchRange, Plan, PlanTerm, plan};
pub use rebuild::{Rebuild, STEP_BYTES_MAX, Step, Steps};
pub use shard::{
    File, SHARD_BYTES_MAX, SHARD_CHUNKS_MAX, Shard, ShardChunk, ShardXorb, Term, shard_check,
};
pub use tree::Tree;
pub use xorb::{
    Chunk, XORB_BODY_BYTES_MAX, XORB_BYTES_MAX, XORB_CHUNKS_MAX, XORB_UPLOAD_BYTES_MAX, Xorb,
    XorbError, xorb_check, xorb_read,
};
