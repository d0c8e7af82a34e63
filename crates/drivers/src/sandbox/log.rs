//! The output of a run on disk: its beginning and its end, when it is longer than it may be.
//!
//! Places are counted in the output as it came. The first half of what may be kept is written to
//! `log.0`; what follows goes to segments of a quarter, `log.N` from byte N on, of which the last
//! two stay. So a reader who keeps up misses nothing, and one who comes late reads a line that
//! says how much is gone. That line is made when it is read, and is no part of the count.

use crate::LogPart;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Tries again when a segment was dropped under a reader; it is dropped once in a quarter.
const TRIES: usize = 5;

/// Writes.
pub(crate) struct Log {
    folder: PathBuf,
    file: Option<File>,
    /// Where the next byte goes, counted in the output.
    place: u64,
    /// Where the present segment is full.
    full_at: u64,
    segment_bytes: u64,
    /// Starts of the segments after the first, oldest first.
    tail: Vec<u64>,
}

impl Log {
    pub(crate) fn create(folder: &Path, bytes_max: u64) -> io::Result<Self> {
        let segment_bytes = bytes_max / 4;
        let full_at = bytes_max - 2 * segment_bytes;
        let file = Some(open(folder, 0)?);
        Ok(Self { folder: folder.to_owned(), file, place: 0, full_at, segment_bytes, tail: vec![] })
    }

    pub(crate) fn append(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.place == self.full_at {
                self.segment_next(bytes.len())?;
            }
            let room = usize::try_from(self.full_at - self.place).unwrap_or(usize::MAX);
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            if let Some(file) = &mut self.file {
                file.write_all(now)?;
            }
            self.place += length(now.len());
            bytes = rest;
        }
        Ok(())
    }

    fn segment_next(&mut self, coming: usize) -> io::Result<()> {
        if self.segment_bytes == 0 {
            // Less may be kept than makes a segment: the beginning is all.
            self.file = None;
            self.full_at = self.place + length(coming);
            return Ok(());
        }
        if self.tail.len() == 2 {
            fs::remove_file(name(&self.folder, self.tail.remove(0)))?;
        }
        self.file = Some(open(&self.folder, self.place)?);
        self.tail.push(self.place);
        self.full_at = self.place + self.segment_bytes;
        Ok(())
    }

    /// Makes it durable.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        let file = self.file.as_ref().filter(|_| self.place > 0);
        file.map_or(Ok(()), File::sync_data)
    }
}

/// Reads at most so many bytes from a place on.
pub(crate) fn read(folder: &Path, part: (u64, usize)) -> io::Result<LogPart> {
    let mut tries = 0;
    loop {
        match read_once(folder, part) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && tries < TRIES => tries += 1,
            other => return other,
        }
    }
}

fn read_once(folder: &Path, (from, most): (u64, usize)) -> io::Result<LogPart> {
    let mut starts = vec![];
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("log."));
        starts.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    starts.sort_unstable();
    for start in starts {
        let file = File::open(name(folder, start))?;
        let end = start + file.metadata()?.len();
        if end <= from {
            continue;
        }
        if start > from {
            let mut bytes =
                format!("\n[... {} bytes of output are left out ...]\n", start - from).into_bytes();
            bytes.truncate(most);
            return Ok(LogPart { bytes, next: start, is_over: false });
        }
        let left = usize::try_from(end - from).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(most)];
        file.read_exact_at(&mut bytes, from - start)?;
        let next = from + length(bytes.len());
        return Ok(LogPart { bytes, next, is_over: false });
    }
    Ok(LogPart { bytes: vec![], next: from, is_over: false })
}

fn name(folder: &Path, start: u64) -> PathBuf {
    folder.join(format!("log.{start}"))
}

fn open(folder: &Path, start: u64) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600).open(name(folder, start))
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
