//! Where the bytes come from: anything that can be read at an offset.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Reads bytes at an offset: a local file, or a file rebuilt from its chunks.
pub trait ReadAt: Send + Sync {
    /// Returns the length in bytes.
    fn len(&self) -> u64;

    /// Reads at most `buf.len()` bytes from `offset`; zero means the end.
    ///
    /// # Errors
    /// Whatever the store reports.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// Says whether there are no bytes at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ReadAt for Vec<u8> {
    fn len(&self) -> u64 {
        u64::try_from(self.as_slice().len()).unwrap_or(u64::MAX)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.get(start..).unwrap_or_default();
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

#[cfg(unix)]
impl ReadAt for std::fs::File {
    fn len(&self) -> u64 {
        self.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buf, offset)
    }
}

/// One data file of a dataset.
#[derive(Clone)]
pub struct SourceFile {
    /// Path inside the repository, with `/` between folders.
    pub path: String,
    /// Its bytes.
    pub bytes: Arc<dyn ReadAt>,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Reads a source from a place to its end, one buffer after the other.
pub(crate) struct Cursor {
    bytes: Arc<dyn ReadAt>,
    offset: u64,
}

impl Cursor {
    pub(crate) fn new(bytes: Arc<dyn ReadAt>, offset: u64) -> Self {
        Self { bytes, offset }
    }
}

impl io::Read for Cursor {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(self.offset, buf)?;
        self.offset = self.offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

/// Reads exactly `length` bytes at `offset`.
///
/// # Errors
/// `UnexpectedEof` if the source ends before; whatever the store reports.
pub(crate) fn read_exact_at(bytes: &dyn ReadAt, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let end = offset.checked_add(u64::try_from(length).unwrap_or(u64::MAX));
    if end.is_none_or(|end| end > bytes.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut buf = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let place = offset + u64::try_from(filled).unwrap_or(u64::MAX);
        match bytes.read_at(place, &mut buf[filled..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => filled += count,
        }
    }
    Ok(buf)
}
