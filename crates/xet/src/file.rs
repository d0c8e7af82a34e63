//! Whether a file of a shard is what it says, given checked xorbs.

use crate::{Bad, File, Hash, RangeHasher, Term, Tree, Xorb};
use std::borrow::Borrow;

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
