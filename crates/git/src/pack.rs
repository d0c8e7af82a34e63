//! A pack file being written, and its index.
//!
//! Formats: `gitformat-pack` of Git 2.47: pack version 2, index version 2.

use crate::error::Error;
use crate::model::Kind;
use crate::oid::{OID_BYTES, Oid};
use crate::repo::folder_sync;
use flate2::{Compress, Compression, FlushCompress, Status};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes read, compressed and written at a time.
const STEP_BYTES: usize = 64 * 1024;
/// Level of compression: the quickest. A hub's large files are compressed already.
const LEVEL: u32 = 1;
/// Bytes that are compressed to see whether an object shrinks; only objects with eight times as
/// many are sampled.
const SAMPLE_BYTES: usize = 4 * 1024;
/// Offsets from here on stand in the index's table of 64-bit numbers.
const OFFSET_LARGE: u64 = 0x8000_0000;

/// Tells the files of two writers of one process apart.
static FILE_NUMBER: AtomicU64 = AtomicU64::new(0);

/// Where an object of the pack stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) crc32: u32,
    pub(crate) kind: Kind,
    pub(crate) size_bytes: u64,
}

/// A pack that nobody sees yet. Dropped before [`PackFile::publish`], it leaves nothing.
#[derive(Debug)]
pub(crate) struct PackFile {
    folder: PathBuf,
    path: PathBuf,
    file: BufWriter<File>,
    /// Bytes written so far.
    end: u64,
    deflate: Deflate,
    pub(crate) places: BTreeMap<Oid, Place>,
    /// Whether an object was begun and neither ended nor taken back: writing it failed.
    is_torn: bool,
    is_published: bool,
}

impl PackFile {
    pub(crate) fn create(folder: &Path) -> Result<Self, Error> {
        let (path, file) = temporary_file(folder, "pack")?;
        let mut pack = Self {
            folder: folder.to_owned(),
            path,
            file: BufWriter::with_capacity(STEP_BYTES, file),
            end: 0,
            deflate: Deflate::new(),
            places: BTreeMap::new(),
            is_torn: false,
            is_published: false,
        };
        // The number of objects is put in at the end.
        pack.write(b"PACK\0\0\0\x02\0\0\0\0", &mut crc32fast::Hasher::new())?;
        Ok(pack)
    }

    /// Adds an object whose name is known and not in the pack yet.
    pub(crate) fn object_add(&mut self, oid: Oid, kind: Kind, bytes: &[u8]) -> Result<(), Error> {
        let size_bytes = bytes_count(bytes);
        let mut entry = self.entry_begin(kind, size_bytes)?;
        self.entry_bytes(&mut entry, bytes)?;
        let place = self.entry_end(entry)?;
        self.places.insert(oid, place);
        Ok(())
    }

    /// Begins an object of a known size.
    pub(crate) fn entry_begin(&mut self, kind: Kind, size_bytes: u64) -> Result<NewEntry, Error> {
        if std::mem::replace(&mut self.is_torn, true) {
            return Err(Error::Torn);
        }
        let mut entry = NewEntry {
            offset: self.end,
            crc32: crc32fast::Hasher::new(),
            kind,
            size_bytes,
            is_begun: false,
        };
        self.write(&entry_header(kind, size_bytes), &mut entry.crc32)?;
        Ok(entry)
    }

    /// Adds bytes to an object; the first ones decide whether it is compressed.
    pub(crate) fn entry_bytes(&mut self, entry: &mut NewEntry, bytes: &[u8]) -> Result<(), Error> {
        if !entry.is_begun {
            entry.is_begun = true;
            self.deflate.begin(bytes)?;
        }
        for step in bytes.chunks(STEP_BYTES) {
            self.deflated_write(entry, step, FlushCompress::None)?;
        }
        Ok(())
    }

    pub(crate) fn entry_end(&mut self, mut entry: NewEntry) -> Result<Place, Error> {
        if !entry.is_begun {
            self.deflate.begin(&[])?;
        }
        self.deflated_write(&mut entry, &[], FlushCompress::Finish)?;
        self.is_torn = false;
        let NewEntry { offset, crc32, kind, size_bytes, .. } = entry;
        Ok(Place { offset, crc32: crc32.finalize(), kind, size_bytes })
    }

    /// Takes back everything from an object's begin on.
    pub(crate) fn entry_undo(&mut self, entry: &NewEntry) -> Result<(), Error> {
        let failed = |source| Error::file("shorten", &self.path)(source);
        self.file.seek(SeekFrom::Start(entry.offset)).map_err(failed)?;
        self.file.get_ref().set_len(entry.offset).map_err(Error::file("shorten", &self.path))?;
        self.end = entry.offset;
        self.is_torn = false;
        Ok(())
    }

    /// Reads back an object of this pack.
    pub(crate) fn object_read(&mut self, oid: Oid) -> Result<Option<(Kind, Vec<u8>)>, Error> {
        let Some(place) = self.places.get(&oid).copied() else {
            return Ok(None);
        };
        self.file.flush().map_err(Error::file("write", &self.path))?;
        let from = place.offset + bytes_count(&entry_header(place.kind, place.size_bytes));
        let mut packed = At { file: self.file.get_ref(), at: from };
        let bytes = inflate(&mut packed, place.size_bytes)
            .map_err(Error::file("read back from", &self.path))?;
        Ok(Some((place.kind, bytes)))
    }

    /// Makes the pack durable and then visible.
    ///
    /// The index is what makes a pack visible, so it is renamed last.
    pub(crate) fn publish(mut self) -> Result<u64, Error> {
        if self.is_torn {
            return Err(Error::Torn);
        }
        let count = u32::try_from(self.places.len()).map_err(|_| Error::Limit {
            what: "the number of new objects",
            most: u32::MAX.into(),
        })?;
        self.file.flush().map_err(Error::file("write", &self.path))?;
        let file = self.file.get_ref();
        file.write_all_at(&count.to_be_bytes(), 8).map_err(Error::file("write", &self.path))?;
        let checksum = file_checksum(&self.path)?;
        file.write_all_at(checksum.bytes(), self.end).map_err(Error::file("write", &self.path))?;
        file_finish(file, &self.path)?;
        let (index_path, mut index_file) = temporary_file(&self.folder, "idx")?;
        let guard = Litter(&index_path);
        let index = index_bytes(&self.places, checksum)?;
        index_file.write_all(&index).map_err(Error::file("write", &index_path))?;
        file_finish(&index_file, &index_path)?;
        let name = self.folder.join(format!("pack-{checksum}"));
        let (pack_name, index_name) = (name.with_extension("pack"), name.with_extension("idx"));
        fs::rename(&self.path, &pack_name).map_err(Error::file("rename to", &pack_name))?;
        self.is_published = true;
        fs::rename(&index_path, &index_name).map_err(Error::file("rename to", &index_name))?;
        std::mem::forget(guard);
        folder_sync(&self.folder)?;
        Ok(self.end + bytes_count(checksum.bytes()))
    }

    fn deflated_write(
        &mut self,
        entry: &mut NewEntry,
        bytes: &[u8],
        flush: FlushCompress,
    ) -> Result<(), Error> {
        let Self { deflate, file, end, path, .. } = self;
        deflate.run(bytes, flush, |packed| {
            entry.crc32.update(packed);
            *end += bytes_count(packed);
            file.write_all(packed).map_err(Error::file("write", path))
        })
    }

    fn write(&mut self, bytes: &[u8], crc32: &mut crc32fast::Hasher) -> Result<(), Error> {
        crc32.update(bytes);
        self.end += bytes_count(bytes);
        self.file.write_all(bytes).map_err(Error::file("write", &self.path))
    }
}

impl Drop for PackFile {
    fn drop(&mut self) {
        if !self.is_published {
            // Litter in the folder is no error: nothing reads it, and the sweep takes it.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// An object whose bytes are still coming.
pub(crate) struct NewEntry {
    offset: u64,
    crc32: crc32fast::Hasher,
    kind: Kind,
    size_bytes: u64,
    is_begun: bool,
}

/// A file that is deleted on drop.
struct Litter<'a>(&'a Path);

impl Drop for Litter<'_> {
    fn drop(&mut self) {
        drop(fs::remove_file(self.0));
    }
}

/// Compresses one object after the other with the same memory.
struct Deflate {
    quick: Compress,
    stored: Compress,
    is_stored: bool,
    out: Vec<u8>,
}

impl std::fmt::Debug for Deflate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deflate")
    }
}

impl Deflate {
    fn new() -> Self {
        Self {
            quick: Compress::new(Compression::new(LEVEL), true),
            stored: Compress::new(Compression::none(), true),
            is_stored: false,
            out: Vec::with_capacity(STEP_BYTES),
        }
    }

    /// Starts an object. Files of a hub are often compressed or random already: stored as they
    /// are they are written several times quicker and no larger. A sample from the middle of the
    /// first bytes decides, since such files begin with a readable header.
    fn begin(&mut self, first: &[u8]) -> Result<(), Error> {
        self.is_stored = false;
        self.quick.reset();
        let sample_at = first.len().min(STEP_BYTES) / 2;
        if first.len() >= 8 * SAMPLE_BYTES
            && let Some(sample) = first.get(sample_at..sample_at + SAMPLE_BYTES)
        {
            let mut packed = 0;
            self.run(sample, FlushCompress::Finish, |bytes| {
                packed += bytes.len();
                Ok(())
            })?;
            self.quick.reset();
            // A gain of less than 1 in 32 is none.
            self.is_stored = packed > SAMPLE_BYTES - SAMPLE_BYTES / 32;
        }
        self.stored.reset();
        Ok(())
    }

    fn current(&mut self) -> &mut Compress {
        if self.is_stored { &mut self.stored } else { &mut self.quick }
    }

    fn run(
        &mut self,
        mut bytes: &[u8],
        flush: FlushCompress,
        mut sink: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let is_end = matches!(flush, FlushCompress::Finish);
        loop {
            let mut out = std::mem::take(&mut self.out);
            out.clear();
            let before = self.current().total_in();
            let status = self.current().compress_vec(bytes, &mut out, flush);
            let taken = usize::try_from(self.current().total_in() - before).unwrap_or(bytes.len());
            bytes = &bytes[taken.min(bytes.len())..];
            let written = sink(&out);
            let is_idle = out.is_empty() && taken == 0;
            self.out = out;
            written?;
            let is_done = match status {
                Ok(Status::StreamEnd) => true,
                Ok(Status::Ok | Status::BufError) => !is_end && (bytes.is_empty() || is_idle),
                Err(_) => false,
            };
            if is_done {
                return Ok(());
            }
            if status.is_err() || is_idle {
                let what = io::Error::other("the compressor stands still");
                return Err(Error::Input(what));
            }
        }
    }
}

/// Writes kind and size as a pack does: three bits of kind, then the size by seven bits.
fn entry_header(kind: Kind, size_bytes: u64) -> Vec<u8> {
    let code: u8 = match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    };
    let mut rest = size_bytes >> 4;
    let mut bytes = vec![code << 4 | low_bits(size_bytes, 0x0f)];
    while rest > 0 {
        if let Some(last) = bytes.last_mut() {
            *last |= 0x80;
        }
        bytes.push(low_bits(rest, 0x7f));
        rest >>= 7;
    }
    bytes
}

fn low_bits(number: u64, mask: u8) -> u8 {
    number.to_le_bytes()[0] & mask
}

/// Writes an index of version 2: a count per first byte, then names, checksums and offsets.
fn index_bytes(places: &BTreeMap<Oid, Place>, pack: Oid) -> Result<Vec<u8>, Error> {
    let mut bytes = b"\xfftOc\0\0\0\x02".to_vec();
    let mut counts = [0_u32; 256];
    for oid in places.keys() {
        counts[usize::from(oid.bytes()[0])] += 1;
    }
    let mut total = 0;
    for count in counts {
        total += count;
        bytes.extend_from_slice(&total.to_be_bytes());
    }
    places.keys().for_each(|oid| bytes.extend_from_slice(oid.bytes()));
    places.values().for_each(|place| bytes.extend_from_slice(&place.crc32.to_be_bytes()));
    let mut large = Vec::new();
    let mut large_count = 0x8000_0000_u32;
    for place in places.values() {
        let small = u32::try_from(place.offset).ok().filter(|_| place.offset < OFFSET_LARGE);
        let word = small.unwrap_or_else(|| {
            large.extend_from_slice(&place.offset.to_be_bytes());
            large_count += 1;
            large_count - 1
        });
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    bytes.extend_from_slice(&large);
    bytes.extend_from_slice(pack.bytes());
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    hasher.update(&bytes);
    bytes.extend_from_slice(hash_end(hasher)?.bytes());
    Ok(bytes)
}

/// Reads the names of the objects in a pack out of its index of version 2: after eight bytes of
/// head a table of 256 counts, of which the last is the number of names.
pub(crate) fn index_names(path: &Path) -> Result<Vec<Oid>, Error> {
    let bytes = fs::read(path).map_err(Error::file("read", path))?;
    let names = bytes.get(8 + 255 * 4..8 + 256 * 4).and_then(|count| {
        let count = u32::from_be_bytes(count.try_into().ok()?);
        let end = usize::try_from(count).ok()?.checked_mul(OID_BYTES)?;
        bytes.get(8 + 256 * 4..)?.get(..end)
    });
    let cut = || Error::file("read", path)(io::ErrorKind::InvalidData.into());
    Ok(names.ok_or_else(cut)?.chunks_exact(OID_BYTES).filter_map(Oid::from_slice).collect())
}

/// Ends a hash.
pub(crate) fn hash_end(hasher: gix_hash::Hasher) -> Result<Oid, Error> {
    let oid = hasher.try_finalize().map_err(|_| Error::Collision)?;
    Oid::from_slice(oid.as_slice()).ok_or(Error::Collision)
}

/// Begins the hash that names an object.
pub(crate) fn hash_begin(kind: Kind, size_bytes: u64) -> gix_hash::Hasher {
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    hasher.update(format!("{kind} {size_bytes}\0").as_bytes());
    hasher
}

pub(crate) fn bytes_count(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("memory has fewer than 2^64 bytes")
}

fn file_checksum(path: &Path) -> Result<Oid, Error> {
    let file = File::open(path).map_err(Error::file("open", path))?;
    let mut reader = BufReader::with_capacity(STEP_BYTES, file);
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    let mut step = vec![0; STEP_BYTES];
    loop {
        let count = reader.read(&mut step).map_err(Error::file("read", path))?;
        if count == 0 {
            return hash_end(hasher);
        }
        hasher.update(&step[..count]);
    }
}

/// Packs never change: they are made read-only, as Git does, and durable.
fn file_finish(file: &File, path: &Path) -> Result<(), Error> {
    file.set_permissions(Permissions::from_mode(0o444)).map_err(Error::file("protect", path))?;
    file.sync_all().map_err(Error::file("sync", path))
}

/// Makes a new file with a name that `git gc` too knows as litter, `tmp_...`.
fn temporary_file(folder: &Path, kind: &str) -> Result<(PathBuf, File), Error> {
    loop {
        let number = FILE_NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("tmp_{kind}_{}_{number}", std::process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::file("create", &path)(error)),
        }
    }
}

/// Reads a file from a place on, without moving its one cursor.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}

/// Unpacks one zlib stream of a known length.
fn inflate(packed: &mut impl Read, size_bytes: u64) -> io::Result<Vec<u8>> {
    let size = usize::try_from(size_bytes).map_err(io::Error::other)?;
    let mut bytes = Vec::with_capacity(size);
    let mut decoder = flate2::read::ZlibDecoder::new(packed);
    decoder.read_to_end(&mut bytes)?;
    if bytes.len() == size { Ok(bytes) } else { Err(io::ErrorKind::InvalidData.into()) }
}
