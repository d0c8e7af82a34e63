//! Walks the pages of a Parquet column before they are decoded.
//!
//! A page says how large it is once decompressed, and the `parquet` crate allocates as much; its
//! gzip reader does not even stop there. So every header is read first, bounded, and gzip pages are
//! decompressed once into nothing to see that they keep their word. Pages that hold an LZ4 frame
//! under the old codec `LZ4` are refused, as that reader does not stop either. The other codecs
//! stop at the claimed size by themselves.
//!
//! The reader behind must walk the same headers: it is opened without the page index, whose
//! places could lead elsewhere.
//!
//! Source: apache/parquet-format, `parquet.thrift` (`PageHeader`: fields 2 uncompressed size, 3
//! compressed size, 8 `DataPageHeaderV2` with 5 and 6 the bytes of its levels, which are never
//! compressed), and the Thrift compact protocol.

use crate::limits::PAGE_BYTES_MAX;
use crate::source::{ReadAt, read_exact_at};
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};

/// Longest page header: statistics of long texts are the bulk of it.
const HEADER_BYTES_MAX: usize = 1 << 20;
/// Bytes read first; most headers are below 100 bytes.
const HEADER_BYTES_FIRST: usize = 512;
/// Deepest nesting of a header; the format needs three.
const HEADER_DEPTH_MAX: usize = 8;
/// Most elements of a list in a header; the format needs none.
const HEADER_LIST_MAX: u64 = 1_000;

/// How pages are compressed, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// The reader stops at the claimed size.
    Bounded,
    /// The reader takes what comes.
    Gzip,
    /// The reader tries several framings, one of which takes what comes.
    Lz4Hadoop,
}

/// What the pages of a column chunk can take in memory.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pages {
    /// Bytes of the largest page once decompressed.
    pub(crate) largest_bytes: u64,
}

/// Why a column must not be decoded.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The store failed; nothing is known of the file.
    Read(io::Error),
    /// The file lies or swells.
    Wrong(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Wrong("a page lies outside the file".to_owned()),
            _ => Self::Read(error),
        }
    }
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        Self::Wrong(reason.to_owned())
    }
}

/// First bytes of an LZ4 frame.
const LZ4_FRAME: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];

/// Checks all pages of one column chunk.
pub(crate) fn pages_check(
    bytes: &dyn ReadAt,
    start: u64,
    length: u64,
    codec: Codec,
) -> Result<Pages, Fault> {
    let mut pages = Pages::default();
    let end = start.checked_add(length).filter(|end| *end <= bytes.len());
    let end = end.ok_or("a column lies outside the file")?;
    let mut offset = start;
    while offset < end {
        let header = header_at(bytes, offset, end)?;
        let body = offset + header.length;
        let next = body.checked_add(header.compressed).filter(|next| *next <= end);
        offset = next.ok_or("a page lies outside its column")?;
        if header.uncompressed > PAGE_BYTES_MAX {
            return Err(Fault::Wrong(format!(
                "a page claims `{}` bytes, over the limit of `{PAGE_BYTES_MAX}`",
                header.uncompressed
            )));
        }
        pages.largest_bytes = pages.largest_bytes.max(header.uncompressed);
        match codec {
            Codec::Bounded => {}
            Codec::Gzip => gzip_check(bytes, body, &header)?,
            Codec::Lz4Hadoop => {
                let length = if header.compressed < 4 { 0 } else { LZ4_FRAME.len() };
                let front = read_exact_at(bytes, body, length)?;
                let is_v2 = header.levels.is_some();
                if front == LZ4_FRAME || is_v2 {
                    return Err("a page is an LZ4 frame; write it with `LZ4_RAW`".into());
                }
            }
        }
    }
    Ok(pages)
}

fn gzip_check(bytes: &dyn ReadAt, body: u64, header: &Header) -> Result<(), Fault> {
    let levels = header.levels.unwrap_or(0);
    let (Some(compressed), Some(claimed)) =
        (header.compressed.checked_sub(levels), header.uncompressed.checked_sub(levels))
    else {
        return Err("a page is smaller than its levels".into());
    };
    let length = usize::try_from(compressed).map_err(|_| "a page is too long")?;
    let page = read_exact_at(bytes, body + levels, length)?;
    let mut decoder = MultiGzDecoder::new(page.as_slice()).take(claimed + 1);
    let mut buffer = vec![0; 32 << 10];
    let mut count = 0_u64;
    // What was unpacked before an error counts as well.
    while let Ok(more @ 1..) = decoder.read(&mut buffer) {
        count += u64::try_from(more).unwrap_or(u64::MAX);
    }
    if count > claimed {
        let reason = format!("a page claims `{claimed}` bytes and unpacks to more");
        return Err(Fault::Wrong(reason));
    }
    Ok(())
}

struct Header {
    length: u64,
    uncompressed: u64,
    compressed: u64,
    /// Bytes of levels in front of a version 2 page.
    levels: Option<u64>,
}

fn header_at(bytes: &dyn ReadAt, offset: u64, end: u64) -> Result<Header, Fault> {
    let room = usize::try_from(end - offset).unwrap_or(usize::MAX).min(HEADER_BYTES_MAX);
    let mut length = room.min(HEADER_BYTES_FIRST);
    loop {
        let buffer = read_exact_at(bytes, offset, length)?;
        match (Compact { bytes: &buffer, at: 0 }).page_header() {
            Some(Ok(header)) => return Ok(header),
            Some(Err(reason)) => return Err(reason.into()),
            None if length < room => length = room.min(length.saturating_mul(8)),
            None => return Err("a page header has no end".into()),
        }
    }
}

/// Reads the Thrift compact protocol. `None` means that the buffer ends too early.
struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

const WRONG: &str = "a page header is not of the Parquet format";

type Read1<T> = Option<Result<T, &'static str>>;

/// Unwraps a value, or hands on the end of the buffer or the error.
macro_rules! take {
    ($read:expr) => {
        match $read? {
            Ok(value) => value,
            Err(reason) => return Some(Err(reason)),
        }
    };
}

impl Compact<'_> {
    fn page_header(mut self) -> Read1<Header> {
        let (mut uncompressed, mut compressed, mut levels) = (None, None, None);
        let mut last = 0;
        while let Some((field, kind)) = take!(self.field(last)) {
            if field <= last {
                // Fields out of order could be read differently by two readers.
                return Some(Err(WRONG));
            }
            last = field;
            match field {
                2 if kind == 5 => uncompressed = Some(take!(self.size())),
                3 if kind == 5 => compressed = Some(take!(self.size())),
                8 if kind == 12 => levels = Some(take!(self.level_bytes())),
                _ => take!(self.skip(kind, 0)),
            }
        }
        let length = u64::try_from(self.at).unwrap_or(u64::MAX);
        Some(match (uncompressed, compressed) {
            (Some(uncompressed), Some(compressed)) => {
                Ok(Header { length, uncompressed, compressed, levels })
            }
            _ => Err(WRONG),
        })
    }

    /// Reads a number that must not be negative.
    fn size(&mut self) -> Read1<u64> {
        let value = take!(self.varint());
        Some(if value & 1 == 0 { Ok(value >> 1) } else { Err(WRONG) })
    }

    /// Reads the bytes of both kinds of levels from a `DataPageHeaderV2`.
    fn level_bytes(&mut self) -> Read1<u64> {
        let (mut sum, mut last) = (0_u64, 0);
        while let Some((field, kind)) = take!(self.field(last)) {
            if field <= last {
                return Some(Err(WRONG));
            }
            last = field;
            match field {
                5 | 6 if kind == 5 => sum = sum.saturating_add(take!(self.size())),
                _ => take!(self.skip(kind, 1)),
            }
        }
        Some(Ok(sum))
    }

    /// Reads a field's number and type; `None` inside is the end of the struct.
    fn field(&mut self, last: u64) -> Read1<Option<(u64, u8)>> {
        let byte = self.byte()?;
        let (step, kind) = (byte >> 4, byte & 15);
        if kind == 0 {
            return Some(Ok(None));
        }
        let number = match step {
            0 => take!(self.varint()) >> 1,
            _ => last + u64::from(step),
        };
        Some(Ok(Some((number, kind))))
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Read1<u64> {
        let mut value = 0;
        for place in 0..10 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << (7 * place).min(63);
            if byte & 0x80 == 0 {
                return Some(Ok(value));
            }
        }
        Some(Err(WRONG))
    }

    fn jump(&mut self, count: u64) -> Read1<()> {
        let at = usize::try_from(count).ok().and_then(|count| self.at.checked_add(count))?;
        if at > self.bytes.len() {
            return None;
        }
        self.at = at;
        Some(Ok(()))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Read1<()> {
        if depth > HEADER_DEPTH_MAX {
            return Some(Err(WRONG));
        }
        match kind {
            1 | 2 => Some(Ok(())),
            3 => self.jump(1),
            4..=6 => {
                take!(self.varint());
                Some(Ok(()))
            }
            7 => self.jump(8),
            8 => {
                let count = take!(self.varint());
                self.jump(count)
            }
            9 | 10 => self.skip_list(depth),
            12 => {
                let mut last = 0;
                while let Some((field, kind)) = take!(self.field(last)) {
                    last = field;
                    take!(self.skip(kind, depth + 1));
                }
                Some(Ok(()))
            }
            _ => Some(Err(WRONG)),
        }
    }

    fn skip_list(&mut self, depth: usize) -> Read1<()> {
        let byte = self.byte()?;
        let count = match byte >> 4 {
            15 => take!(self.varint()),
            count => u64::from(count),
        };
        if count > HEADER_LIST_MAX {
            return Some(Err(WRONG));
        }
        for _ in 0..count {
            // In a list a truth value takes a byte; in a struct it is in the field's type.
            match byte & 15 {
                1 | 2 => take!(self.jump(1)),
                kind => take!(self.skip(kind, depth + 1)),
            }
        }
        Some(Ok(()))
    }
}
