//! A file that is being written, past the page cache where that goes.
//!
//! What was just uploaded is seldom read at once, so whole blocks go straight to the disk
//! (`O_DIRECT`, `open(2)`): nothing else is pushed out of the page cache, and little is left to
//! do when the file is synced. The last block, which may end anywhere, goes by the cache, and so
//! does all where the file system has no direct writes.

use super::read::BLOCK_BYTES;
use crate::block::ALIGNMENT_BYTES;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// A file, and how it is written at present.
#[derive(Debug)]
pub(super) struct DraftFile {
    file: File,
    mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Cached,
    Direct,
    /// The file system does not take direct writes.
    CachedOnly,
}

impl DraftFile {
    pub(super) fn of(file: File) -> Self {
        Self { file, mode: Mode::Cached }
    }

    /// Writes bytes at a place.
    pub(super) fn write(&mut self, bytes: &[u8], at: u64) -> io::Result<()> {
        let is_aligned = at.is_multiple_of(ALIGNMENT_BYTES as u64)
            && bytes.as_ptr().align_offset(ALIGNMENT_BYTES) == 0;
        let is_direct = bytes.len() == BLOCK_BYTES && is_aligned && self.mode != Mode::CachedOnly;
        self.turn(is_direct)?;
        match self.file.write_all_at(bytes, at) {
            // A disk may want more alignment than others have.
            Err(error) if self.mode == Mode::Direct && is_refused(&error) => {
                self.turn(false)?;
                self.mode = Mode::CachedOnly;
                self.file.write_all_at(bytes, at)
            }
            outcome => outcome,
        }
    }

    /// Turns direct writes on, where the file system has them, or off.
    fn turn(&mut self, is_direct: bool) -> io::Result<()> {
        if is_direct == (self.mode == Mode::Direct) {
            return Ok(());
        }
        let flags = fcntl_getfl(&self.file)? & !OFlags::DIRECT;
        let wanted = if is_direct { flags | OFlags::DIRECT } else { flags };
        self.mode = match fcntl_setfl(&self.file, wanted) {
            Ok(()) if is_direct => Mode::Direct,
            Ok(()) => Mode::Cached,
            Err(Errno::INVAL) if is_direct => Mode::CachedOnly,
            Err(error) => return Err(error.into()),
        };
        Ok(())
    }

    /// Makes what was written durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

fn is_refused(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::INVAL.raw_os_error())
}
