//! Whether a file of a shard is what it says, given checked xorbs; and its terms as a database
//! keeps them.

use crate::{Bad, File, Hash, RangeHasher, Term, Tree, Xorb};
use std::borrow::Borrow;

/// Bytes of one term in a database: hash, first chunk, end, length.
const TERM_BYTES: usize = 32 + 4 + 4 + 4;

/// Writes terms as a database keeps them: 44 bytes each. Their proofs are not kept: they were
/// tested when the file came.
#[must_use]
pub fn terms_encode(terms: &[Term]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(terms.len() * TERM_BYTES);
    for term in terms {
        bytes.extend_from_slice(term.xorb.as_bytes());
        bytes.extend_from_slice(&term.chunk_start.to_le_bytes());
        bytes.extend_from_slice(&term.chunk_end.to_le_bytes());
        bytes.extend_from_slice(&term.unpacked_bytes.to_le_bytes());
    }
    bytes
}

/// Reads terms that [`terms_encode`] wrote; `None` when they are damaged.
#[must_use]
pub fn terms_decode(bytes: &[u8]) -> Option<Vec<Term>> {
    let rows = bytes.chunks_exact(TERM_BYTES);
    if !rows.remainder().is_empty() {
        return None;
    }
    rows.map(|row| {
        let number = |at: usize| row.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        Some(Term {
            xorb: Hash::from_bytes(row.get(..32)?.try_into().ok()?),
            chunk_start: number(32)?,
            chunk_end: number(36)?,
            unpacked_bytes: number(40)?,
            verification: None,
        })
    })
    .collect()
}

/// Checks a file of an uploaded shard against checked xorbs.
///
/// Every term has to name chunks that its xorb has, state their length and prove that the sender
/// knows them; all chunks together have to make the name of the file. `lookup` gives the table of a
/// xorb that *this sender* may use: a xorb of another tenant must look as if it were not there. It
/// is asked once for each term. Memory does not grow with the file.
///
/// The claimed SHA-256 is not checked: that takes the content, see [`crate::Rebuild`].
///
/// # Errors
/// [`Bad`], naming the first thing that is wrong.
pub fn file_check<X: Borrow<Xorb>>(
    file: &File,
    mut lookup: impl FnMut(&Hash) -> Option<X>,
) -> Result<(), Bad> {
    let mut tree = Tree::new();
    for term in &file.terms {
        let xorb = lookup(&term.xorb).ok_or(Bad::XorbUnknown(term.xorb))?;
        term_check(term, xorb.borrow(), &mut tree)?;
    }
    let found = tree.file_hash();
    if found == file.hash { Ok(()) } else { Err(Bad::FileHash { expected: file.hash, found }) }
}

/// Checks a stored file once more, for a check of the whole store: every term names chunks that its
/// xorb has, and all chunks together make the name `hash`. Proofs are not asked for. Returns the
/// file's size in bytes.
///
/// # Errors
/// [`Bad`], naming the first thing that is wrong.
pub fn stored_check<X: Borrow<Xorb>>(
    hash: Hash,
    terms: &[Term],
    mut lookup: impl FnMut(&Hash) -> Option<X>,
) -> Result<u64, Bad> {
    let mut tree = Tree::new();
    let mut size_bytes: u64 = 0;
    for term in terms {
        let xorb = lookup(&term.xorb).ok_or(Bad::XorbUnknown(term.xorb))?;
        let mut length: u64 = 0;
        for chunk in term.chunks(xorb.borrow())? {
            tree.chunk_add(chunk.hash, u64::from(chunk.unpacked_length));
            length += u64::from(chunk.unpacked_length);
        }
        if length != u64::from(term.unpacked_bytes) {
            let (xorb, stated) = (term.xorb, term.unpacked_bytes);
            return Err(Bad::TermLength { xorb, stated, found: length });
        }
        size_bytes += length;
    }
    let found = tree.file_hash();
    if found == hash { Ok(size_bytes) } else { Err(Bad::FileHash { expected: hash, found }) }
}

fn term_check(term: &Term, xorb: &Xorb, tree: &mut Tree) -> Result<(), Bad> {
    let chunks = term.chunks(xorb)?;
    let mut proof = RangeHasher::new();
    let mut length: u64 = 0;
    for chunk in chunks {
        proof.chunk_add(&chunk.hash);
        tree.chunk_add(chunk.hash, u64::from(chunk.unpacked_length));
        length += u64::from(chunk.unpacked_length);
    }
    if length != u64::from(term.unpacked_bytes) {
        let (xorb, stated) = (term.xorb, term.unpacked_bytes);
        return Err(Bad::TermLength { xorb, stated, found: length });
    }
    match term.verification {
        None => Err(Bad::TermUnproven(term.xorb)),
        Some(sent) if sent != proof.finish() => Err(Bad::TermProof(term.xorb)),
        Some(_) => Ok(()),
    }
}
