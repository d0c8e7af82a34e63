//! A file, or a range of it, put together again from stored xorbs.
//!
//! [`Steps`] says what to read next and opens what was read; it does no I/O, so it serves a thread
//! and an asynchronous server alike. [`Rebuild`] drives it over a function that reads. Every chunk
//! is compared with its name on the way: damage in the store is never given out.

use crate::chunk::{Unpacker, at, chunk_split};
use crate::plan::range_cut;
use crate::{Bad, Chunk, Hash, Term, Xorb};
use std::borrow::Borrow;
use std::io::{self, Cursor, Read};
use std::ops::Range;

/// Most bytes of one read of a xorb.
///
/// ASSUMPTION: long enough that a read of an object store is mostly transfer, short enough that
/// sixteen downloads at once hold at most 96 MiB, packed and unpacked.
pub const STEP_BYTES_MAX: u32 = 2 * 1024 * 1024;

/// Most unpacked bytes of one step: chunks that packed well would otherwise make it large.
const STEP_UNPACKED_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// One read of one xorb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    xorb: Hash,
    chunk_start: u32,
    chunks: Vec<Chunk>,
    /// The bytes to give out, counted from the first unpacked byte of the step.
    keep: Range<u64>,
}

impl Step {
    /// The xorb to read.
    #[must_use]
    pub fn xorb(&self) -> Hash {
        self.xorb
    }

    /// The bytes of its body to read, at most [`STEP_BYTES_MAX`] or one chunk.
    #[must_use]
    pub fn bytes(&self) -> Range<u64> {
        let start = self.chunks.first().map_or(0, |first| first.start);
        let end = self.chunks.last().map_or(0, |last| last.start + last.length);
        u64::from(start)..u64::from(end)
    }

    /// Bytes of the file that this step gives.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.keep.end - self.keep.start
    }

    /// Opens what was read and appends the bytes of the file to `to`.
    ///
    /// # Errors
    /// [`Bad::ChunkHash`] or another damage; `to` is then not longer than before.
    pub fn open(&self, stored: &[u8], to: &mut Vec<u8>) -> Result<(), Bad> {
        let before = to.len();
        let opened = self.chunks_open(stored, to);
        if opened.is_err() {
            to.truncate(before);
        }
        opened
    }

    fn chunks_open(&self, stored: &[u8], to: &mut Vec<u8>) -> Result<(), Bad> {
        let mut unpacker = Unpacker::default();
        let mut rest = stored;
        let mut position: u64 = 0;
        for (number, chunk) in (self.chunk_start..).zip(&self.chunks) {
            let (header, packed, after) = chunk_split(number, rest)?;
            let plain = unpacker.unpack(number, header, packed)?;
            if header.unpacked_bytes != chunk.unpacked_length || Hash::of_chunk(plain) != chunk.hash
            {
                return Err(Bad::ChunkHash { xorb: self.xorb, chunk: number });
            }
            let end = position + u64::from(chunk.unpacked_length);
            to.extend_from_slice(&plain[inside(&self.keep, position, end)]);
            position = end;
            rest = after;
        }
        if rest.is_empty() { Ok(()) } else { Err(Bad::Trailing { what: "chunk" }) }
    }
}

/// The part of the chunk at `start..end` that lies in `keep`, counted from the chunk's first byte.
fn inside(keep: &Range<u64>, start: u64, end: u64) -> Range<usize> {
    let from = keep.start.clamp(start, end) - start;
    let until = keep.end.clamp(start, end) - start;
    let index = |bytes| usize::try_from(bytes).expect("a chunk is at most 128 KiB");
    index(from)..index(until)
}

/// The reads that make a file or a range of it, in order.
#[derive(Debug)]
pub struct Steps<T, L> {
    terms: T,
    lookup: L,
    range: Range<u64>,
    term: usize,
    /// Chunks of the current term that are done with.
    chunks_done: u32,
    /// Where the next chunk begins in the file.
    position: u64,
}

impl<T, L, X> Steps<T, L>
where
    T: Borrow<[Term]>,
    L: FnMut(&Hash) -> Option<X>,
    X: Borrow<Xorb>,
{
    /// Starts at the first byte of `range`, or of the file without one.
    ///
    /// `lookup` gives the table of a stored xorb and is asked once for each step; keep the last one
    /// at hand.
    ///
    /// # Errors
    /// [`Bad::OutOfRange`] where the range begins at or after the end.
    pub fn new(terms: T, range: Option<Range<u64>>, lookup: L) -> Result<Self, Bad> {
        let range = range_cut(terms.borrow(), range)?;
        Ok(Self { terms, lookup, range, term: 0, chunks_done: 0, position: 0 })
    }

    /// The bytes of the file that the steps give, cut at its end.
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    fn step(&mut self) -> Result<Option<Step>, Bad> {
        while self.position < self.range.end {
            let Some(term) = self.terms.borrow().get(self.term).copied() else { return Ok(None) };
            let end = self.position.saturating_add(term.size_bytes());
            if self.chunks_done == 0 && end <= self.range.start {
                self.position = end;
                self.term += 1;
                continue;
            }
            let xorb = (self.lookup)(&term.xorb).ok_or(Bad::XorbUnknown(term.xorb))?;
            let chunks = term.chunks(xorb.borrow())?;
            if let Some(step) = self.term_step(&term, chunks) {
                return Ok(Some(step));
            }
            self.term += 1;
            self.chunks_done = 0;
        }
        Ok(None)
    }

    /// The next step within one term; none where nothing of it is left to read.
    fn term_step(&mut self, term: &Term, chunks: &[Chunk]) -> Option<Step> {
        let mut taken: Vec<Chunk> = Vec::new();
        let (mut packed, mut unpacked) = (0, 0);
        let mut chunk_start = 0;
        let mut start = 0;
        for chunk in chunks.get(at(self.chunks_done)..)? {
            if self.position >= self.range.end {
                break;
            }
            let end = self.position + u64::from(chunk.unpacked_length);
            if end > self.range.start {
                packed += chunk.length;
                unpacked += chunk.unpacked_length;
                let is_full = packed > STEP_BYTES_MAX || unpacked > STEP_UNPACKED_BYTES_MAX;
                if is_full && !taken.is_empty() {
                    break;
                }
                if taken.is_empty() {
                    chunk_start = term.chunk_start + self.chunks_done;
                    start = self.position;
                }
                taken.push(*chunk);
            }
            self.position = end;
            self.chunks_done += 1;
        }
        if taken.is_empty() {
            return None;
        }
        let keep =
            self.range.start.saturating_sub(start)..self.position.min(self.range.end) - start;
        Some(Step { xorb: term.xorb, chunk_start, chunks: taken, keep })
    }
}

impl<T, L, X> Iterator for Steps<T, L>
where
    T: Borrow<[Term]>,
    L: FnMut(&Hash) -> Option<X>,
    X: Borrow<Xorb>,
{
    type Item = Result<Step, Bad>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step().transpose();
        if matches!(step, Some(Err(_))) {
            // A lost xorb would be asked for again and again.
            self.range.end = self.position;
        }
        step
    }
}

/// Reads a file, or a range of it, from stored xorbs.
///
/// Holds one step at a time. Damage is an [`io::Error`] of kind `InvalidData` around a [`Bad`].
#[derive(Debug)]
pub struct Rebuild<T, L, F> {
    steps: Steps<T, L>,
    fetch: F,
    ready: Cursor<Vec<u8>>,
}

impl<T, L, X, F> Rebuild<T, L, F>
where
    T: Borrow<[Term]>,
    L: FnMut(&Hash) -> Option<X>,
    X: Borrow<Xorb>,
    F: FnMut(&Hash, Range<u64>) -> io::Result<Vec<u8>>,
{
    /// Reads the steps through `fetch`, which gives a range of bytes of the body of a xorb.
    pub fn new(steps: Steps<T, L>, fetch: F) -> Self {
        Self { steps, fetch, ready: Cursor::default() }
    }

    /// Reads and opens the next step; false at the end.
    fn step(&mut self) -> io::Result<bool> {
        let damage = |bad| io::Error::new(io::ErrorKind::InvalidData, bad);
        let Some(step) = self.steps.next() else { return Ok(false) };
        let step = step.map_err(damage)?;
        let stored = (self.fetch)(&step.xorb(), step.bytes())?;
        let mut bytes = std::mem::take(&mut self.ready).into_inner();
        bytes.clear();
        step.open(&stored, &mut bytes).map_err(damage)?;
        self.ready = Cursor::new(bytes);
        Ok(true)
    }
}

impl<T, L, X, F> Read for Rebuild<T, L, F>
where
    T: Borrow<[Term]>,
    L: FnMut(&Hash) -> Option<X>,
    X: Borrow<Xorb>,
    F: FnMut(&Hash, Range<u64>) -> io::Result<Vec<u8>>,
{
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.ready.read(to)?;
            if count > 0 || to.is_empty() || !self.step()? {
                return Ok(count);
            }
        }
    }
}
