//! One stored chunk: a header of eight bytes and the packed bytes after it.
//!
//! The header is a version, the packed length (three bytes, little-endian), the scheme and the
//! unpacked length (three bytes) (`xorb_object/xorb_chunk_format.rs` of `xet-core-structures`
//! 1.8.0). Schemes are 0 plain, 1 an LZ4 frame, 2 the same after sorting bytes by their place in
//! groups of four. The published unpacker trusts the frame for the length of its output and leaves
//! what follows a frame unread; this one does neither: nothing longer than a chunk is written, and
//! a chunk has to be used up to its last byte.

use crate::Bad;
use lz4_flex::frame::{FrameDecoder, FrameEncoder};
use std::io::{Read, Write};

/// Most unpacked bytes of a chunk (`TARGET_CHUNK_SIZE * MAXIMUM_CHUNK_MULTIPLIER`,
/// `xorb_object/constants.rs`).
pub const CHUNK_BYTES_MAX: u32 = 128 * 1024;
/// Most packed bytes of a chunk: twice the unpacked limit (`XorbChunkHeader::validate`).
pub const CHUNK_PACKED_BYTES_MAX: u32 = 2 * CHUNK_BYTES_MAX;
/// Bytes of the header of a chunk.
pub const CHUNK_HEADER_BYTES: u32 = 8;
/// The same, to index with.
pub(crate) const HEADER: usize = 8;

const VERSION: u8 = 0;

/// How a chunk is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Plain,
    Lz4,
    GroupedLz4,
}

/// The checked header of a chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) scheme: Scheme,
    pub(crate) packed_bytes: u32,
    pub(crate) unpacked_bytes: u32,
}

impl Header {
    /// Reads the header of chunk number `chunk`, within the limits.
    pub(crate) fn read(chunk: u32, bytes: [u8; HEADER]) -> Result<Self, Bad> {
        let [version, p0, p1, p2, scheme, u0, u1, u2] = bytes;
        if version != VERSION {
            return Err(Bad::ChunkVersion { chunk, version });
        }
        let packed_bytes = u32::from_le_bytes([p0, p1, p2, 0]);
        let unpacked_bytes = u32::from_le_bytes([u0, u1, u2, 0]);
        let scheme = match scheme {
            0 => Scheme::Plain,
            1 => Scheme::Lz4,
            2 => Scheme::GroupedLz4,
            _ => return Err(Bad::ChunkScheme { chunk, scheme }),
        };
        let is_within = (1..=CHUNK_BYTES_MAX).contains(&unpacked_bytes)
            && (1..=CHUNK_PACKED_BYTES_MAX).contains(&packed_bytes);
        if !is_within {
            return Err(Bad::ChunkLength { chunk, unpacked_bytes, packed_bytes });
        }
        Ok(Self { scheme, packed_bytes, unpacked_bytes })
    }

    fn write(self, to: &mut Vec<u8>) {
        let [p0, p1, p2, _] = self.packed_bytes.to_le_bytes();
        let [u0, u1, u2, _] = self.unpacked_bytes.to_le_bytes();
        let scheme = match self.scheme {
            Scheme::Plain => 0,
            Scheme::Lz4 => 1,
            Scheme::GroupedLz4 => 2,
        };
        to.extend_from_slice(&[VERSION, p0, p1, p2, scheme, u0, u1, u2]);
    }
}

/// A length in bytes as an index. Lengths of this crate are 32 bits wide.
pub(crate) fn at(bytes: u32) -> usize {
    usize::try_from(bytes).expect("an index has at least 32 bits")
}

/// Buffers for unpacking, used again for every chunk.
#[derive(Debug, Default)]
pub(crate) struct Unpacker {
    grouped: Vec<u8>,
    plain: Vec<u8>,
}

impl Unpacker {
    /// Unpacks chunk number `chunk`; plain chunks are not copied.
    pub(crate) fn unpack<'a>(
        &'a mut self,
        chunk: u32,
        header: Header,
        packed: &'a [u8],
    ) -> Result<&'a [u8], Bad> {
        let length = at(header.unpacked_bytes);
        let is_done = match header.scheme {
            Scheme::Plain if packed.len() == length => return Ok(packed),
            Scheme::Plain => false,
            Scheme::Lz4 => frame_unpack(packed, length, &mut self.plain),
            Scheme::GroupedLz4 => {
                let is_done = frame_unpack(packed, length, &mut self.grouped);
                if is_done {
                    self.plain.resize(length, 0);
                    ungroup(&self.grouped, &mut self.plain);
                }
                is_done
            }
        };
        if is_done { Ok(&self.plain[..length]) } else { Err(Bad::ChunkPacking { chunk }) }
    }
}

/// Unpacks one LZ4 frame of exactly `length` bytes; false where it is anything else.
///
/// The decoder reserves at most 16 MiB, for the largest blocks a frame may announce, and fills what
/// one block unpacks to, at most 4 MiB (8 in the legacy format). Large blocks are not refused:
/// other writers of LZ4 announce 4 MiB whatever they write.
fn frame_unpack(packed: &[u8], length: usize, to: &mut Vec<u8>) -> bool {
    to.resize(length, 0);
    let mut decoder = FrameDecoder::new(packed);
    let is_filled = decoder.read_exact(&mut to[..length]).is_ok();
    // Reading on drives the decoder over the end mark; one byte more would be a lie in the header.
    is_filled && matches!(decoder.read(&mut [0]), Ok(0)) && decoder.into_inner().is_empty()
}

/// Splits where the four groups of `bytes` sorted bytes begin: the first groups take the rest.
fn group_bounds(bytes: usize) -> [usize; 3] {
    let (each, rest) = (bytes / 4, bytes % 4);
    let first = each + usize::from(rest > 0);
    let second = first + each + usize::from(rest > 1);
    [first, second, second + each + usize::from(rest > 2)]
}

/// Puts bytes sorted by place back into their order.
fn ungroup(grouped: &[u8], plain: &mut [u8]) {
    let [b1, b2, b3] = group_bounds(grouped.len());
    let (g0, g1, g2, g3) = (&grouped[..b1], &grouped[b1..b2], &grouped[b2..b3], &grouped[b3..]);
    let mut fours = plain.chunks_exact_mut(4);
    let columns = g0.iter().zip(g1).zip(g2).zip(g3);
    for (four, (((a, b), c), d)) in fours.by_ref().zip(columns) {
        four.copy_from_slice(&[*a, *b, *c, *d]);
    }
    let rest = fours.into_remainder();
    for (byte, group) in rest.iter_mut().zip([g0, g1, g2]) {
        *byte = group[group.len() - 1];
    }
}

/// Sorts bytes by their place in groups of four.
fn group(plain: &[u8]) -> Vec<u8> {
    let mut grouped = Vec::with_capacity(plain.len());
    for place in 0..4 {
        grouped.extend(plain.iter().skip(place).step_by(4));
    }
    grouped
}

/// Packs one chunk the smallest way there is and appends it with its header.
///
/// `plain` has 1 to [`CHUNK_BYTES_MAX`] bytes. Returns the stored length, header included.
pub(crate) fn pack(plain: &[u8], to: &mut Vec<u8>) -> u32 {
    let lz4 = frame_pack(plain);
    let grouped = frame_pack(&group(plain));
    let (scheme, packed) = if plain.len() <= lz4.len().min(grouped.len()) {
        (Scheme::Plain, plain)
    } else if lz4.len() <= grouped.len() {
        (Scheme::Lz4, lz4.as_slice())
    } else {
        (Scheme::GroupedLz4, grouped.as_slice())
    };
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a chunk is at most 128 KiB");
    let header = Header { scheme, packed_bytes: length(packed), unpacked_bytes: length(plain) };
    header.write(to);
    to.extend_from_slice(packed);
    CHUNK_HEADER_BYTES + header.packed_bytes
}

fn frame_pack(plain: &[u8]) -> Vec<u8> {
    let mut encoder = FrameEncoder::new(Vec::with_capacity(plain.len() / 2));
    encoder.write_all(plain).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail")
}

/// Unpacks a run of whole stored chunks, as a ranged read of a xorb gives it, onto `to`.
///
/// Grows `to` by at most [`CHUNK_BYTES_MAX`] per chunk. Returns the number of chunks.
///
/// # Errors
/// [`Bad`] where a header, a length or the packing is wrong; `to` then ends with the last good
/// chunk.
pub fn chunks_unpack(stored: &[u8], to: &mut Vec<u8>) -> Result<u32, Bad> {
    let mut unpacker = Unpacker::default();
    let mut rest = stored;
    let mut count = 0;
    while !rest.is_empty() {
        let (header, packed, after) = chunk_split(count, rest)?;
        to.extend_from_slice(unpacker.unpack(count, header, packed)?);
        rest = after;
        count += 1;
    }
    Ok(count)
}

/// Splits the first stored chunk from what follows it.
pub(crate) fn chunk_split(chunk: u32, stored: &[u8]) -> Result<(Header, &[u8], &[u8]), Bad> {
    let cut = Bad::Truncated { what: "chunk" };
    let (header, rest) = stored.split_first_chunk().ok_or_else(|| cut.clone())?;
    let header = Header::read(chunk, *header)?;
    let (packed, rest) = rest.split_at_checked(at(header.packed_bytes)).ok_or(cut)?;
    Ok((header, packed, rest))
}
