//! Records of text files one after the other, with their places: lines, CSV rows, JSON values.
//!
//! Nothing here holds more than one record, and no record passes [`ROW_BYTES_MAX`].

use crate::error::{Error, Result};
use crate::format::Format;
use crate::limits::ROW_BYTES_MAX;
use crate::source::{Cursor, SourceFile};
use flate2::read::MultiGzDecoder;
use std::cell::Cell as Shared;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;
use std::sync::Arc;

/// Bytes read at a time.
const BUFFER_BYTES: usize = 64 << 10;
/// What is written between the ends of a JSON array's values.
const JSON_SPACE: &[u8] = b" \t\r\n";
/// UTF-8's byte order mark, which some programs write in front.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Where a text file is read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a SourceFile,
    pub(crate) format: Format,
    pub(crate) is_gzip: bool,
    pub(crate) delimiter: u8,
    /// Decompressed bytes before the first record wanted.
    pub(crate) offset: u64,
}

/// Passes bytes on until the budget is used up, so that a reader which looks for the end of a
/// record cannot take in a whole file.
struct Budgeted {
    inner: Box<dyn Read>,
    left: Rc<Shared<u64>>,
}

impl Read for Budgeted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        let left = self.left.get().checked_sub(u64::try_from(count).unwrap_or(u64::MAX));
        self.left.set(left.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?);
        Ok(count)
    }
}

/// Reads records; see [`Records::next`].
pub(crate) struct Records {
    inner: Inner,
    left: Rc<Shared<u64>>,
    path: String,
    format: Format,
}

enum Inner {
    Csv { reader: Box<csv::Reader<Budgeted>>, start: u64, record: csv::ByteRecord },
    Text { reader: BufReader<Budgeted>, offset: u64, buffer: Vec<u8>, state: JsonState },
}

/// Where a JSON file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonState {
    Start,
    Inside,
    Between,
    Ended,
}

/// One record.
pub(crate) enum Record<'a> {
    Fields(&'a csv::ByteRecord),
    Bytes(&'a [u8]),
}

impl Records {
    /// Opens a file at a record.
    pub(crate) fn open(place: Place<'_>) -> Result<Self> {
        let path = place.file.path.clone();
        let bytes = Arc::clone(&place.file.bytes);
        let inner: Box<dyn Read> = if place.is_gzip {
            let buffered = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(bytes, 0));
            let mut decoder = MultiGzDecoder::new(buffered);
            // Gzip has no way into its middle: what stands before is decompressed and dropped.
            io::copy(&mut decoder.by_ref().take(place.offset), &mut io::sink())
                .map_err(|error| explain(&path, place.format, error))?;
            Box::new(decoder)
        } else {
            Box::new(Cursor::new(bytes, place.offset))
        };
        let left = Rc::new(Shared::new(0));
        let budgeted = Budgeted { inner, left: Rc::clone(&left) };
        let inner = match place.format {
            Format::Csv | Format::Tsv => Inner::Csv {
                reader: Box::new(
                    csv::ReaderBuilder::new()
                        .delimiter(place.delimiter)
                        .has_headers(false)
                        .flexible(true)
                        .buffer_capacity(BUFFER_BYTES)
                        .from_reader(budgeted),
                ),
                start: place.offset,
                record: csv::ByteRecord::new(),
            },
            _ => Inner::Text {
                reader: BufReader::with_capacity(BUFFER_BYTES, budgeted),
                offset: place.offset,
                buffer: Vec::new(),
                state: if place.offset == 0 { JsonState::Start } else { JsonState::Between },
            },
        };
        Ok(Self { inner, left, path, format: place.format })
    }

    /// Returns the decompressed bytes before the next record.
    pub(crate) fn offset(&self) -> u64 {
        match &self.inner {
            Inner::Csv { reader, start, .. } => start.saturating_add(reader.position().byte()),
            Inner::Text { offset, .. } => *offset,
        }
    }

    /// Returns the next record, `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>> {
        self.left.set(ROW_BYTES_MAX + u64::try_from(BUFFER_BYTES).unwrap_or(u64::MAX));
        let (path, format) = (&self.path, self.format);
        match &mut self.inner {
            Inner::Csv { reader, record, .. } => match reader.read_byte_record(record) {
                Ok(true) => Ok(Some(Record::Fields(record))),
                Ok(false) => Ok(None),
                Err(error) => Err(explain(path, format, csv_cause(error))),
            },
            Inner::Text { reader, offset, buffer, state } => {
                buffer.clear();
                let found = match format {
                    Format::Json => json_next(reader, buffer, offset, state),
                    _ => line_next(reader, buffer, offset, format == Format::JsonLines),
                };
                match found.map_err(|error| explain(path, format, error))? {
                    true => Ok(Some(Record::Bytes(buffer.strip_prefix(MARK).unwrap_or(buffer)))),
                    false => Ok(None),
                }
            }
        }
    }
}

fn csv_cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    }
}

/// Tells a broken file from a store that fails.
fn explain(path: &str, format: Format, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            Error::too_big(path, "a row of too many bytes", ROW_BYTES_MAX)
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            Error::broken(path, format.name(), error)
        }
        _ => Error::read(path, error),
    }
}

/// Reads a line without its end; blank ones are skipped where they mean nothing.
fn line_next(
    reader: &mut impl BufRead,
    buffer: &mut Vec<u8>,
    offset: &mut u64,
    skips_blank: bool,
) -> io::Result<bool> {
    loop {
        buffer.clear();
        let count = reader.read_until(b'\n', buffer)?;
        *offset = offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if count == 0 {
            return Ok(false);
        }
        while matches!(buffer.last(), Some(b'\n' | b'\r')) {
            buffer.pop();
        }
        if !skips_blank || !buffer.trim_ascii().is_empty() {
            return Ok(true);
        }
    }
}

/// Reads the next value of a JSON array, or of values one after the other.
fn json_next(
    reader: &mut impl BufRead,
    buffer: &mut Vec<u8>,
    offset: &mut u64,
    state: &mut JsonState,
) -> io::Result<bool> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut scan = JsonScan::default();
    loop {
        let available = reader.fill_buf()?;
        if available.is_empty() {
            return match (scan.is_open(), *state) {
                (true, _) => Err(wrong("the file ends inside a value")),
                (false, JsonState::Inside) => Err(wrong("the file ends inside its array")),
                (false, _) => Ok(scan.is_started()),
            };
        }
        let mut used = 0;
        let mut is_done = false;
        for &byte in available {
            if !scan.is_started() {
                used += 1;
                match byte {
                    _ if JSON_SPACE.contains(&byte) || MARK.contains(&byte) => continue,
                    b',' if matches!(*state, JsonState::Inside | JsonState::Between) => continue,
                    b'[' if *state == JsonState::Start => *state = JsonState::Inside,
                    b']' if matches!(*state, JsonState::Inside | JsonState::Between) => {
                        *state = JsonState::Ended;
                    }
                    _ if *state == JsonState::Ended => {
                        return Err(wrong("there is more after the end of the array"));
                    }
                    _ => {
                        if *state == JsonState::Start {
                            *state = JsonState::Between;
                        }
                        buffer.push(byte);
                        scan.step(byte);
                    }
                }
            } else if scan.is_scalar() && (JSON_SPACE.contains(&byte) || b",]".contains(&byte)) {
                is_done = true;
                break;
            } else {
                used += 1;
                buffer.push(byte);
                scan.step(byte);
                if scan.is_closed() {
                    is_done = true;
                    break;
                }
            }
        }
        reader.consume(used);
        *offset = offset.saturating_add(u64::try_from(used).unwrap_or(u64::MAX));
        if is_done {
            return Ok(true);
        }
    }
}

/// Finds the end of a JSON value by its brackets and quotes; whether it is JSON is seen later.
#[derive(Default)]
struct JsonScan {
    first: Option<u8>,
    depth: u64,
    is_text: bool,
    is_escaped: bool,
    is_ended: bool,
}

impl JsonScan {
    fn is_started(&self) -> bool {
        self.first.is_some()
    }

    fn is_scalar(&self) -> bool {
        self.first.is_some_and(|first| !b"{[\"".contains(&first))
    }

    fn is_closed(&self) -> bool {
        self.is_ended
    }

    fn is_open(&self) -> bool {
        self.is_started() && !self.is_scalar() && !self.is_ended
    }

    fn step(&mut self, byte: u8) {
        self.first.get_or_insert(byte);
        if self.is_text {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_text = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => self.is_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.is_ended = !self.is_scalar() && self.depth == 0 && !self.is_text;
    }
}
