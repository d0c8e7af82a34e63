//! Packing a stream of bytes into xorbs, for files that did not come through Xet.
//!
//! Chunks are cut where the published client cuts them (`deduplication/chunking.rs` of `xet-data`
//! 1.8.0), so a file that came by Git or LFS shares its chunks with the same file sent by Xet.

use crate::chunk::{at, pack};
use crate::xorb::Table;
use crate::{CHUNK_BYTES_MAX, File, Hash, RangeHasher, Term, Tree, Xorb};
use sha2::{Digest, Sha256};

/// Fewest bytes of a chunk that is not the last (`TARGET_CHUNK_SIZE / MINIMUM_CHUNK_DIVISOR`).
const CUT_BYTES_MIN: usize = 8 * 1024;
/// Bytes that the rolling hash sees.
const WINDOW_BYTES: usize = 64;
/// A cut is where these sixteen bits of the rolling hash are zero: one in 65,536 places.
const CUT_MASK: u64 = 0xFFFF << 48;

/// Finds where chunks end, from bytes that come in pieces of any length.
pub(crate) struct Cutter {
    rolling: gearhash::Hasher<'static>,
    /// Bytes of the open chunk that were seen already.
    open_bytes: usize,
}

impl Cutter {
    pub(crate) fn new() -> Self {
        Self { rolling: gearhash::Hasher::default(), open_bytes: 0 }
    }

    /// Looks for the end of the open chunk in `bytes`, which follow what was seen before.
    ///
    /// Returns how many of them belong to the open chunk; none if it does not end here.
    pub(crate) fn end_find(&mut self, bytes: &[u8]) -> Option<usize> {
        let most = at(CHUNK_BYTES_MAX) - self.open_bytes;
        let mut place = 0;
        if self.open_bytes + WINDOW_BYTES < CUT_BYTES_MIN {
            // No cut can be here; the hash has to be warm one byte before the first possible one.
            place = (CUT_BYTES_MIN - self.open_bytes - WINDOW_BYTES - 1).min(bytes.len());
        }
        let end = bytes.len().min(most);
        while place < end {
            let Some(step) = self.rolling.next_match(&bytes[place..end], CUT_MASK) else { break };
            place += step;
            if self.open_bytes + place >= CUT_BYTES_MIN {
                return Some(self.cut(place));
            }
        }
        if bytes.len() >= most {
            return Some(self.cut(most));
        }
        self.open_bytes += bytes.len();
        None
    }

    fn cut(&mut self, place: usize) -> usize {
        self.rolling.set_hash(0);
        self.open_bytes = 0;
        place
    }
}

/// A finished xorb: its table and the body to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedXorb {
    /// The table for the database.
    pub xorb: Xorb,
    /// The body for the store.
    pub body: Vec<u8>,
}

/// Packs one file. Holds one xorb, at most 64 MiB, and one chunk.
pub struct Packer {
    cutter: Cutter,
    /// The bytes of the open chunk.
    open: Vec<u8>,
    table: Table,
    body: Vec<u8>,
    proof: RangeHasher,
    tree: Tree,
    sha256: Sha256,
    size_bytes: u64,
    terms: Vec<Term>,
}

impl Packer {
    /// Starts an empty file.
    #[must_use]
    pub fn new() -> Self {
        Self {
            cutter: Cutter::new(),
            open: Vec::new(),
            table: Table::default(),
            body: Vec::new(),
            proof: RangeHasher::new(),
            tree: Tree::new(),
            sha256: Sha256::new(),
            size_bytes: 0,
            terms: Vec::new(),
        }
    }

    /// Adds the next bytes of the file, of any length; `store` gets each xorb that is full.
    ///
    /// # Errors
    /// What `store` failed with; the packer is then of no more use.
    pub fn bytes_add<E>(
        &mut self,
        bytes: &[u8],
        store: &mut impl FnMut(PackedXorb) -> Result<(), E>,
    ) -> Result<(), E> {
        self.sha256.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = self.cutter.end_find(rest);
            let (own, after) = rest.split_at(end.unwrap_or(rest.len()));
            if end.is_some() && self.open.is_empty() {
                self.chunk_close(own, store)?;
            } else {
                self.open.extend_from_slice(own);
                if end.is_some() {
                    self.open_close(store)?;
                }
            }
            rest = after;
        }
        Ok(())
    }

    /// Ends the file; `store` gets the last xorb. The file carries its SHA-256 and its proofs.
    ///
    /// # Errors
    /// What `store` failed with.
    pub fn finish<E>(
        mut self,
        store: &mut impl FnMut(PackedXorb) -> Result<(), E>,
    ) -> Result<File, E> {
        if !self.open.is_empty() {
            self.open_close(store)?;
        }
        self.xorb_close(store)?;
        Ok(File {
            hash: self.tree.file_hash(),
            sha256: Some(self.sha256.finalize().into()),
            size_bytes: self.size_bytes,
            terms: self.terms,
        })
    }

    fn open_close<E>(
        &mut self,
        store: &mut impl FnMut(PackedXorb) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut open = std::mem::take(&mut self.open);
        self.chunk_close(&open, store)?;
        open.clear();
        self.open = open;
        Ok(())
    }

    fn chunk_close<E>(
        &mut self,
        plain: &[u8],
        store: &mut impl FnMut(PackedXorb) -> Result<(), E>,
    ) -> Result<(), E> {
        let length = u32::try_from(plain.len()).expect("a chunk is cut at 128 KiB");
        if !self.table.has_room(length) {
            self.xorb_close(store)?;
        }
        let hash = Hash::of_chunk(plain);
        let stored = pack(plain, &mut self.body);
        self.table.hashed_add(hash, stored, length).expect("there is room: it was made above");
        self.proof.chunk_add(&hash);
        self.tree.chunk_add(hash, u64::from(length));
        self.size_bytes += u64::from(length);
        Ok(())
    }

    /// Gives the open xorb away, if it has a chunk.
    fn xorb_close<E>(
        &mut self,
        store: &mut impl FnMut(PackedXorb) -> Result<(), E>,
    ) -> Result<(), E> {
        let Ok(xorb) = std::mem::take(&mut self.table).finish() else { return Ok(()) };
        let proof = std::mem::take(&mut self.proof);
        self.terms.push(Term {
            xorb: xorb.hash(),
            chunk_start: 0,
            chunk_end: u32::try_from(xorb.chunks().len()).expect("a xorb has at most 8192 chunks"),
            unpacked_bytes: xorb.unpacked_bytes(),
            verification: Some(proof.finish()),
        });
        store(PackedXorb { xorb, body: std::mem::take(&mut self.body) })
    }
}

impl Default for Packer {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packer").field("size_bytes", &self.size_bytes).finish_non_exhaustive()
    }
}
