//! A shard: which chunks of which xorbs make which files, as clients upload it.
//!
//! 48 bytes of header, then records of 48 bytes: the section of files, a mark, the section of
//! xorbs, a mark (`metadata_shard/` of `xet-core-structures` 1.8.0). Clients send it so, with a
//! footer size of 0 in the header (`MDBShardFile::read_shard_to_bytes_remove_footer`). A shard that
//! announces its footer of 200 bytes is taken too; its lookup tables are not read.
//!
//! Nothing a shard says is true until [`crate::file_check`] has compared it with checked xorbs.
//! Memory is at most four times the bytes of the shard, for the smallest of files: every count is
//! compared with the bytes that are there before anything is reserved for it.

use crate::chunk::at;
use crate::{Bad, Hash};

/// Most bytes of an uploaded shard (`MDB_SHARD_TARGET_SIZE`, `metadata_shard/constants.rs`: clients
/// begin a new shard there; `file_structs.rs` calls it the largest).
pub const SHARD_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Most chunks that the files of one shard may name, each as often as it is named.
///
/// ASSUMPTION: 4 TiB of files in chunks of 64 KiB. Without it a small shard that names the same
/// chunks over and over would keep the server hashing for hours.
pub const SHARD_CHUNKS_MAX: u64 = 64 * 1024 * 1024;

pub(crate) const RECORD: usize = 48;
pub(crate) const FOOTER_BYTES: usize = 200;
pub(crate) const MAGIC: [u8; 32] = [
    b'H', b'F', b'R', b'e', b'p', b'o', b'M', b'e', b't', b'a', b'D', b'a', b't', b'a', 0, 85, 105,
    103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169,
];
pub(crate) const HEADER_VERSION: u64 = 2;
pub(crate) const FOOTER_VERSION: u64 = 1;
/// Flag of a file with a verification record for every term.
const FILE_PROVEN: u32 = 1 << 31;
/// Flag of a file with a record for its SHA-256.
const FILE_SHA256: u32 = 1 << 30;
/// Flag of a chunk that any client may ask for, as the first of a file.
pub(crate) const CHUNK_SHARED: u32 = 1 << 31;

/// What an uploaded shard claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shard {
    /// Files, each once, by their names.
    pub files: Vec<File>,
    /// Xorbs as the client cut them; the checked xorbs know better.
    pub xorbs: Vec<ShardXorb>,
}

/// A file as a series of chunk ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub hash: Hash,
    /// Its SHA-256, where the client computed one. Claimed: rebuild the file and compare.
    pub sha256: Option<[u8; 32]>,
    /// The sum of its terms.
    pub size_bytes: u64,
    /// Its content, in order.
    pub terms: Vec<Term>,
}

/// A range of chunks of one xorb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The xorb.
    pub xorb: Hash,
    /// First chunk.
    pub chunk_start: u32,
    /// Chunk after the last.
    pub chunk_end: u32,
    /// Bytes of these chunks, unpacked.
    pub unpacked_bytes: u32,
    /// Proof that the sender knows the chunks.
    pub verification: Option<Hash>,
}

/// A xorb in a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardXorb {
    /// Its name.
    pub hash: Hash,
    /// Its chunks, in order.
    pub chunks: Vec<ShardChunk>,
}

/// A chunk in a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardChunk {
    /// Its name.
    pub hash: Hash,
    /// Where it begins in the unpacked xorb, in bytes.
    pub unpacked_start: u32,
    /// Its length, in bytes.
    pub unpacked_length: u32,
    /// True where the client wants it to be found by other clients: the first chunk of a file.
    pub is_shared: bool,
}

/// Reads an uploaded shard, with or without a footer.
///
/// A file described twice in the same way is given once; an empty file has the name
/// [`Hash::ZERO`] or is refused.
///
/// # Errors
/// [`Bad`] where the bytes are too many, end early, go on too long, or are keyed.
pub fn shard_check(bytes: &[u8]) -> Result<Shard, Bad> {
    if bytes.len() > SHARD_BYTES_MAX {
        return Err(Bad::ShardBytes(bytes.len()));
    }
    let mut records = Records { bytes, used: 0 };
    let footer_bytes = header_read(&mut records)?;
    let files = files_read(&mut records)?;
    let chunks = |term: &Term| u64::from(term.chunk_end.saturating_sub(term.chunk_start));
    if files.iter().flat_map(|file| &file.terms).map(chunks).sum::<u64>() > SHARD_CHUNKS_MAX {
        return Err(Bad::ShardChunks);
    }
    let xorbs_start = records.used;
    let xorbs = xorbs_read(&mut records)?;
    match footer_bytes {
        0 if records.used == bytes.len() => {}
        0 => return Err(Bad::Trailing { what: "shard" }),
        _ => footer_check(bytes, records.used, xorbs_start)?,
    }
    Ok(Shard { files, xorbs })
}

/// The records that are left.
struct Records<'a> {
    bytes: &'a [u8],
    used: usize,
}

impl<'a> Records<'a> {
    fn take(&mut self) -> Result<&'a [u8; RECORD], Bad> {
        let rest = &self.bytes[self.used..];
        let record = rest.first_chunk().ok_or(Bad::Truncated { what: "shard" })?;
        self.used += RECORD;
        Ok(record)
    }

    /// Refuses a count for which there are not enough bytes, before anything is reserved.
    fn count_check(&self, count: u64) -> Result<(), Bad> {
        let left = (self.bytes.len() - self.used) / RECORD;
        if count > u64::try_from(left).unwrap_or(0) {
            return Err(Bad::Truncated { what: "shard" });
        }
        Ok(())
    }
}

fn hash_at(record: &[u8; RECORD]) -> Hash {
    Hash::from_bytes(*record.first_chunk().expect("a record begins with 32 bytes"))
}

/// The number in the given place (0 to 3) behind the hash.
fn number_at(record: &[u8; RECORD], place: usize) -> u32 {
    let start = 32 + place * 4;
    u32::from_le_bytes(*record[start..].first_chunk().expect("a record ends with 4 numbers"))
}

fn header_read(records: &mut Records<'_>) -> Result<usize, Bad> {
    let record = records.take()?;
    let version = long_at(record, 32);
    let footer_bytes = long_at(record, 40);
    if record[..32] != MAGIC || version != HEADER_VERSION {
        return Err(Bad::ShardHeader);
    }
    match footer_bytes {
        0 => Ok(0),
        200 => Ok(FOOTER_BYTES),
        _ => Err(Bad::ShardHeader),
    }
}

fn long_at(bytes: &[u8], start: usize) -> u64 {
    u64::from_le_bytes(*bytes[start..].first_chunk().expect("the caller counted 8 bytes"))
}

fn files_read(records: &mut Records<'_>) -> Result<Vec<File>, Bad> {
    let mut files: Vec<File> = Vec::new();
    loop {
        let head = records.take()?;
        if hash_at(head) == Hash::END {
            break;
        }
        files.push(file_read(records, head)?);
    }
    // Sorting in place needs no memory, where a map of names would double it.
    files.sort_unstable_by_key(|file| file.hash);
    for pair in files.windows(2) {
        if pair[0].hash == pair[1].hash && pair[0] != pair[1] {
            return Err(Bad::FileTwice(pair[0].hash));
        }
    }
    files.dedup();
    Ok(files)
}

fn file_read(records: &mut Records<'_>, head: &[u8; RECORD]) -> Result<File, Bad> {
    let (flags, count) = (number_at(head, 0), number_at(head, 1));
    let is_proven = flags & FILE_PROVEN != 0;
    let has_sha256 = flags & FILE_SHA256 != 0;
    let proofs = if is_proven { u64::from(count) } else { 0 };
    records.count_check(u64::from(count) + proofs + u64::from(has_sha256))?;
    let name = hash_at(head);
    if count == 0 && name != Hash::ZERO {
        return Err(Bad::FileHash { expected: name, found: Hash::ZERO });
    }
    let mut file =
        File { hash: name, sha256: None, size_bytes: 0, terms: Vec::with_capacity(at(count)) };
    for _ in 0..count {
        let record = records.take()?;
        let term = Term {
            xorb: hash_at(record),
            unpacked_bytes: number_at(record, 1),
            chunk_start: number_at(record, 2),
            chunk_end: number_at(record, 3),
            verification: None,
        };
        file.size_bytes += u64::from(term.unpacked_bytes);
        file.terms.push(term);
    }
    if is_proven {
        for term in &mut file.terms {
            term.verification = Some(hash_at(records.take()?));
        }
    }
    if has_sha256 {
        file.sha256 = Some(hash_at(records.take()?).to_sha256());
    }
    Ok(file)
}

fn xorbs_read(records: &mut Records<'_>) -> Result<Vec<ShardXorb>, Bad> {
    let mut xorbs = Vec::new();
    loop {
        let head = records.take()?;
        let hash = hash_at(head);
        if hash == Hash::END {
            return Ok(xorbs);
        }
        let count = number_at(head, 1);
        records.count_check(u64::from(count))?;
        let mut chunks = Vec::with_capacity(at(count));
        for _ in 0..count {
            let record = records.take()?;
            chunks.push(ShardChunk {
                hash: hash_at(record),
                unpacked_start: number_at(record, 0),
                unpacked_length: number_at(record, 1),
                is_shared: number_at(record, 2) & CHUNK_SHARED != 0,
            });
        }
        xorbs.push(ShardXorb { hash, chunks });
    }
}

/// Compares what a footer says with where the sections lie. Lookup tables between are skipped.
fn footer_check(bytes: &[u8], sections_end: usize, xorbs_start: usize) -> Result<(), Bad> {
    let start = bytes.len().checked_sub(FOOTER_BYTES).filter(|start| *start >= sections_end);
    let start = start.ok_or(Bad::Truncated { what: "shard" })?;
    let footer = &bytes[start..];
    let is_at = |place: usize, offset: usize| {
        u64::try_from(offset).is_ok_and(|offset| long_at(footer, place) == offset)
    };
    let is_right = long_at(footer, 0) == FOOTER_VERSION
        && is_at(8, RECORD)
        && is_at(16, xorbs_start)
        && is_at(192, start);
    if !is_right {
        return Err(Bad::ShardFooter);
    }
    if footer[72..104] != [0; 32] {
        return Err(Bad::ShardKeyed);
    }
    Ok(())
}
