//! A xorb: up to 64 MiB of chunks, stored one after the other and named by their tree.
//!
//! Clients since 1.6 send the chunks alone; older ones add a footer that repeats what the chunks
//! say. Only the chunks are stored (the *body*), and the table of chunks goes to the database. A
//! footer is never read: the only right one is built from the chunks and compared, apart from the
//! sixteen bytes that mean nothing.

use crate::chunk::{CHUNK_HEADER_BYTES, HEADER, Header, Unpacker, at, chunk_split};
use crate::{Bad, CHUNK_BYTES_MAX, CHUNK_PACKED_BYTES_MAX, Hash, Tree};
use std::io::{self, Read, Write};
use std::ops::Range;

/// Most unpacked bytes of a xorb (`MAX_XORB_BYTES`, `xorb_object/constants.rs` of
/// `xet-core-structures` 1.8.0).
pub const XORB_BYTES_MAX: u32 = 64 * 1024 * 1024;
/// Most chunks of a xorb (`MAX_XORB_CHUNKS`, same place).
pub const XORB_CHUNKS_MAX: u32 = 8 * 1024;
/// Most bytes of the body: every chunk plain, with its header. Clients keep what would not shrink
/// plain, so no honest body is longer.
pub const XORB_BODY_BYTES_MAX: u32 = XORB_BYTES_MAX + XORB_CHUNKS_MAX * CHUNK_HEADER_BYTES;
/// Most bytes of an upload: the longest body and its footer.
pub const XORB_UPLOAD_BYTES_MAX: u32 =
    XORB_BODY_BYTES_MAX + FOOTER_FIXED_BYTES + XORB_CHUNKS_MAX * FOOTER_CHUNK_BYTES;

const FOOTER_FIXED_BYTES: u32 = 96;
const FOOTER_CHUNK_BYTES: u32 = 40;
const FOOTER_MARK: &[u8; 7] = b"XETBLOB";
/// Least and most stored bytes of a chunk.
const CHUNK_LENGTH_MIN: u32 = CHUNK_HEADER_BYTES + 1;
const CHUNK_LENGTH_MAX: u32 = CHUNK_HEADER_BYTES + CHUNK_PACKED_BYTES_MAX;
const TABLE_VERSION: u8 = 1;
const TABLE_ROW_BYTES: usize = 38;

/// One chunk of a xorb: where it lies, packed and unpacked. All in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its name.
    pub hash: Hash,
    /// Where its header begins in the body.
    pub start: u32,
    /// Its length in the body, header included.
    pub length: u32,
    /// Where its content begins in the unpacked xorb.
    pub unpacked_start: u32,
    /// Length of its content.
    pub unpacked_length: u32,
}

/// The table of a checked xorb: its name and its chunks in order.
///
/// INVARIANT: 1 to [`XORB_CHUNKS_MAX`] chunks, each beginning where the one before ends, within
/// [`XORB_BYTES_MAX`] unpacked and [`XORB_BODY_BYTES_MAX`] stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xorb {
    hash: Hash,
    chunks: Vec<Chunk>,
}

/// A xorb that could not be taken in: refused, or not read or written.
#[derive(Debug, thiserror::Error)]
pub enum XorbError {
    /// The bytes are refused.
    #[error(transparent)]
    Bad(#[from] Bad),
    /// The upload could not be read.
    #[error("reading the xorb failed")]
    Read(#[source] io::Error),
    /// The body could not be written.
    #[error("writing the body of the xorb failed")]
    Write(#[source] io::Error),
}

impl Xorb {
    /// Its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Its chunks in order.
    #[must_use]
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Bytes of the body: what is stored, without a footer.
    #[must_use]
    pub fn body_bytes(&self) -> u32 {
        self.chunks.last().map_or(0, |last| last.start + last.length)
    }

    /// Bytes of the content of all chunks.
    #[must_use]
    pub fn unpacked_bytes(&self) -> u32 {
        self.chunks.last().map_or(0, |last| last.unpacked_start + last.unpacked_length)
    }

    /// The chunks of a term; none where the range is empty or reaches too far.
    #[must_use]
    pub fn range(&self, chunks: Range<u32>) -> Option<&[Chunk]> {
        self.chunks.get(at(chunks.start)..at(chunks.end)).filter(|found| !found.is_empty())
    }

    /// Says whether the chunks still make the name; for a check of the whole store.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let mut tree = Tree::new();
        for chunk in &self.chunks {
            tree.chunk_add(chunk.hash, u64::from(chunk.unpacked_length));
        }
        tree.xorb_hash() == self.hash
    }

    /// Writes the table as a database keeps it: 1 byte, then 38 for each chunk.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.chunks.len() * TABLE_ROW_BYTES);
        bytes.push(TABLE_VERSION);
        for chunk in &self.chunks {
            bytes.extend_from_slice(chunk.hash.as_bytes());
            bytes.extend_from_slice(&chunk.length.to_le_bytes()[..3]);
            bytes.extend_from_slice(&chunk.unpacked_length.to_le_bytes()[..3]);
        }
        bytes
    }

    /// Reads the table of the xorb `hash` back, checking every limit but not the name: see
    /// [`Xorb::is_whole`].
    ///
    /// # Errors
    /// [`Bad::Table`] where the bytes are not what [`Xorb::encode`] wrote.
    pub fn decode(hash: Hash, bytes: &[u8]) -> Result<Self, Bad> {
        let bad = Bad::Table(hash);
        let Some((&TABLE_VERSION, rows)) = bytes.split_first() else { return Err(bad) };
        if rows.len() % TABLE_ROW_BYTES != 0 || rows.len() / TABLE_ROW_BYTES > at(XORB_CHUNKS_MAX) {
            return Err(bad);
        }
        let mut table = Table::with_capacity(rows.len() / TABLE_ROW_BYTES);
        for row in rows.chunks_exact(TABLE_ROW_BYTES) {
            let (name, lengths) = row.split_first_chunk().expect("a row has 38 bytes");
            let [l0, l1, l2, u0, u1, u2] = lengths else { return Err(bad) };
            let length = u32::from_le_bytes([*l0, *l1, *l2, 0]);
            let unpacked_length = u32::from_le_bytes([*u0, *u1, *u2, 0]);
            let is_within = (CHUNK_LENGTH_MIN..=CHUNK_LENGTH_MAX).contains(&length)
                && (1..=CHUNK_BYTES_MAX).contains(&unpacked_length);
            let added = table.chunk_add(Hash::from_bytes(*name), length, unpacked_length);
            if !is_within || added.is_err() {
                return Err(bad);
            }
        }
        if table.chunks.is_empty() { Err(bad) } else { Ok(Self { hash, chunks: table.chunks }) }
    }

    /// The only right footer of this xorb, its sixteen free bytes zero.
    pub(crate) fn footer(&self) -> Vec<u8> {
        let count = u32::try_from(self.chunks.len()).expect("a xorb has at most 8192 chunks");
        let bounds_bytes = 12 + 8 * count + 28;
        let hashes_bytes = 12 + 32 * count + bounds_bytes;
        let mut bytes = Vec::with_capacity(at(hashes_bytes) + 44);
        let number = |bytes: &mut Vec<u8>, number: u32| bytes.extend(number.to_le_bytes());
        bytes.extend_from_slice(FOOTER_MARK);
        bytes.push(1);
        bytes.extend_from_slice(self.hash.as_bytes());
        bytes.extend_from_slice(b"XBLBHSH\0");
        number(&mut bytes, count);
        for chunk in &self.chunks {
            bytes.extend_from_slice(chunk.hash.as_bytes());
        }
        bytes.extend_from_slice(b"XBLBBND\x01");
        number(&mut bytes, count);
        for chunk in &self.chunks {
            number(&mut bytes, chunk.start + chunk.length);
        }
        for chunk in &self.chunks {
            number(&mut bytes, chunk.unpacked_start + chunk.unpacked_length);
        }
        number(&mut bytes, count);
        number(&mut bytes, hashes_bytes);
        number(&mut bytes, bounds_bytes);
        bytes.extend_from_slice(&[0; 16]);
        number(&mut bytes, 40 + hashes_bytes);
        bytes
    }

    fn footer_check(&self, sent: &[u8]) -> Result<(), Bad> {
        let right = self.footer();
        let free = right.len() - 20..right.len() - 4;
        let is_right = sent.len() == right.len()
            && sent[..free.start] == right[..free.start]
            && sent[free.end..] == right[free.end..];
        if is_right { Ok(()) } else { Err(Bad::XorbFooter) }
    }
}

/// A table that grows, within the limits of a xorb.
#[derive(Debug, Default)]
pub(crate) struct Table {
    chunks: Vec<Chunk>,
    tree: Tree,
}

impl Table {
    fn with_capacity(chunks: usize) -> Self {
        Self { chunks: Vec::with_capacity(chunks), tree: Tree::new() }
    }

    /// Number of the chunk that would come next.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.chunks.len()).expect("a table has at most 8192 rows")
    }

    /// Says whether one more chunk of so many bytes fits.
    pub(crate) fn has_room(&self, unpacked_length: u32) -> bool {
        self.count() < XORB_CHUNKS_MAX
            && self.unpacked_end().saturating_add(unpacked_length) <= XORB_BYTES_MAX
    }

    fn unpacked_end(&self) -> u32 {
        self.chunks.last().map_or(0, |last| last.unpacked_start + last.unpacked_length)
    }

    /// Refuses a chunk for which there is no room.
    fn room_check(&self, length: u32, unpacked_length: u32) -> Result<(), Bad> {
        let end = self.chunks.last().map_or(0, |last| last.start + last.length);
        if self.count() >= XORB_CHUNKS_MAX {
            return Err(Bad::XorbChunks);
        }
        let is_fitting =
            self.has_room(unpacked_length) && end.saturating_add(length) <= XORB_BODY_BYTES_MAX;
        if is_fitting { Ok(()) } else { Err(Bad::XorbBytes) }
    }

    /// Appends a chunk without looking at the tree.
    fn chunk_add(&mut self, hash: Hash, length: u32, unpacked_length: u32) -> Result<(), Bad> {
        self.room_check(length, unpacked_length)?;
        let start = self.chunks.last().map_or(0, |last| last.start + last.length);
        let unpacked_start = self.unpacked_end();
        self.chunks.push(Chunk { hash, start, length, unpacked_start, unpacked_length });
        Ok(())
    }

    /// Appends a chunk whose hash was computed, for the name of the xorb as well.
    pub(crate) fn hashed_add(
        &mut self,
        hash: Hash,
        length: u32,
        unpacked_length: u32,
    ) -> Result<(), Bad> {
        self.chunk_add(hash, length, unpacked_length)?;
        self.tree.chunk_add(hash, u64::from(unpacked_length));
        Ok(())
    }

    /// Names the xorb.
    pub(crate) fn finish(self) -> Result<Xorb, Bad> {
        if self.chunks.is_empty() {
            return Err(Bad::XorbEmpty);
        }
        Ok(Xorb { hash: self.tree.xorb_hash(), chunks: self.chunks })
    }

    fn finish_as(self, expected: Hash) -> Result<Xorb, Bad> {
        let xorb = self.finish()?;
        if xorb.hash == expected {
            Ok(xorb)
        } else {
            Err(Bad::XorbHash { expected, found: xorb.hash })
        }
    }
}

/// Checks an uploaded xorb that lies in memory; the first [`Xorb::body_bytes`] of it are the body.
///
/// Every chunk is unpacked and hashed, and their tree has to have the name `expected`. Plain
/// chunks are not copied.
///
/// # Errors
/// [`Bad`] for anything else than the chunks of `expected`, alone or with their right footer.
pub fn xorb_check(bytes: &[u8], expected: Hash) -> Result<Xorb, Bad> {
    let mut table = Table::default();
    let mut unpacker = Unpacker::default();
    let mut rest = bytes;
    while !rest.is_empty() && !rest.starts_with(FOOTER_MARK) {
        let chunk = table.count();
        let (header, packed, after) = chunk_split(chunk, rest)?;
        table.room_check(CHUNK_HEADER_BYTES + header.packed_bytes, header.unpacked_bytes)?;
        chunk_take(&mut table, &mut unpacker, header, packed)?;
        rest = after;
    }
    let xorb = table.finish_as(expected)?;
    if !rest.is_empty() {
        xorb.footer_check(rest)?;
    }
    Ok(xorb)
}

/// Checks a xorb while it is read, and writes its body, chunk by chunk, to `body`.
///
/// Memory is one packed and one unpacked chunk beside the table. What was written is worthless
/// until this returns: the name is known only at the end.
///
/// # Errors
/// [`XorbError::Bad`] as [`xorb_check`]; else the failure of `from` or `body`.
pub fn xorb_read(
    from: &mut impl Read,
    body: &mut impl Write,
    expected: Hash,
) -> Result<Xorb, XorbError> {
    let mut table = Table::default();
    let mut unpacker = Unpacker::default();
    let mut stored = Vec::new();
    loop {
        stored.clear();
        let got = some_read(from, HEADER, &mut stored)?;
        if got == 0 || stored.starts_with(FOOTER_MARK) {
            break;
        }
        let cut = Bad::Truncated { what: "chunk" };
        let header = *stored.first_chunk().ok_or_else(|| cut.clone())?;
        let header = Header::read(table.count(), header)?;
        table.room_check(CHUNK_HEADER_BYTES + header.packed_bytes, header.unpacked_bytes)?;
        if some_read(from, at(header.packed_bytes), &mut stored)? < at(header.packed_bytes) {
            return Err(cut.into());
        }
        chunk_take(&mut table, &mut unpacker, header, &stored[HEADER..])?;
        body.write_all(&stored).map_err(XorbError::Write)?;
    }
    let xorb = table.finish_as(expected)?;
    if !stored.is_empty() {
        // One byte more than the right footer is enough to know that it is too long.
        let footer_bytes = at(FOOTER_FIXED_BYTES + FOOTER_CHUNK_BYTES * XORB_CHUNKS_MAX);
        some_read(from, footer_bytes, &mut stored)?;
        xorb.footer_check(&stored)?;
    }
    Ok(xorb)
}

/// Unpacks and hashes one chunk into the table.
fn chunk_take(
    table: &mut Table,
    unpacker: &mut Unpacker,
    header: Header,
    packed: &[u8],
) -> Result<(), Bad> {
    let plain = unpacker.unpack(table.count(), header, packed)?;
    let hash = Hash::of_chunk(plain);
    table.hashed_add(hash, CHUNK_HEADER_BYTES + header.packed_bytes, header.unpacked_bytes)
}

/// Appends up to `bytes` bytes; fewer only at the end. Returns how many.
fn some_read(from: &mut impl Read, bytes: usize, to: &mut Vec<u8>) -> Result<usize, XorbError> {
    let limit = u64::try_from(bytes).unwrap_or(u64::MAX);
    from.by_ref().take(limit).read_to_end(to).map_err(XorbError::Read)
}
