//! The next piece of a file, and whether the disk has to be waited for.

use crate::outlet::{Piece, WINDOW_BYTES};
use rustix::fs::{Advice, fadvise};
use rustix::io::{Errno, ReadWriteFlags, preadv2};
use std::fs::File;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::num::NonZeroU64;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Bytes read at a time to bring a window into the page cache.
const BLOCK_BYTES: usize = 64 << 10;

/// What is left of a range of a file.
#[derive(Debug)]
pub(crate) struct Window {
    file: Arc<File>,
    left: Range<u64>,
}

impl Window {
    pub(crate) fn of(file: Arc<File>, left: Range<u64>) -> Self {
        // Larger steps of reading ahead; advice that is not taken does no harm.
        let _ = fadvise(&*file, 0, None, Advice::Sequential);
        Self { file, left }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Bytes of the next piece.
    fn length(&self) -> usize {
        let left = self.left.end - self.left.start;
        usize::try_from(left).unwrap_or(usize::MAX).min(WINDOW_BYTES)
    }

    /// Tells whether the last byte of the next piece can be read without waiting: pages are read
    /// ahead, so those before it are at hand too, or nearly always.
    pub(crate) fn is_at_hand(&self) -> bool {
        let last = self.left.start + self.length() as u64 - 1;
        let mut byte = [0];
        let mut into = [IoSliceMut::new(&mut byte)];
        // Where the file system cannot tell, the kernel reads ahead well enough.
        !matches!(preadv2(&self.file, &mut into, last, ReadWriteFlags::NOWAIT), Err(Errno::AGAIN))
    }

    /// Brings the next piece into the page cache, on a thread that may wait.
    pub(crate) fn fetch(&self) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (file, from, length) = (Arc::clone(&self.file), self.left.start, self.length());
        let read = move || {
            let after = from + length as u64;
            // Advice that is not taken does no harm.
            let _ = fadvise(&file, after, NonZeroU64::new(WINDOW_BYTES as u64), Advice::WillNeed);
            let mut block = vec![0; BLOCK_BYTES];
            let mut at = from;
            while at < after {
                match file.read_at(&mut block, at)? {
                    0 => break,
                    count => at += count as u64,
                }
            }
            Ok(())
        };
        let reading = tokio::task::spawn_blocking(read);
        async move { reading.await.map_err(io::Error::other)? }
    }

    /// Takes the next piece.
    pub(crate) fn take(&mut self) -> Piece {
        let (at, left) = (self.left.start, self.length());
        self.left.start += left as u64;
        Piece { file: Arc::clone(&self.file), at, left }
    }
}
