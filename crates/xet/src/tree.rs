//! The tree of chunks that names a xorb or a file, built in one pass and constant memory.
//!
//! Chunks are leaves with their lengths. A level is cut into groups of at least three (the last one
//! may be shorter) and at most nine; a group also ends at a hash whose last word is a multiple of
//! four. Each group becomes one node of the next level, until one node is left
//! (`merklehash/aggregated_hashes.rs` of `xet-core-structures` 1.8.0). The published code collects
//! all leaves first; here each level keeps only its open group, so a file of any size costs the
//! same memory.

use crate::Hash;
use std::fmt::Write as _;

/// Mean children of a node (`AGGREGATED_HASHES_MEAN_TREE_BRANCHING_FACTOR`).
const BRANCHES_MEAN: u64 = 4;
/// Most children of a node: twice the mean and one.
const BRANCHES_MAX: usize = 9;
/// A natural cut counts only from the third child on.
const BRANCHES_BEFORE_CUT: usize = 3;

/// Builds the hash of a xorb or a file from its chunks in order.
#[derive(Debug, Default)]
pub struct Tree {
    /// From the leaves up: at most one level per factor of three in the number of chunks.
    levels: Vec<Level>,
}

#[derive(Debug, Default)]
struct Level {
    open: Vec<(Hash, u64)>,
    is_started: bool,
    is_single: bool,
}

impl Tree {
    /// Starts with no chunk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next chunk with its unpacked length in bytes.
    pub fn chunk_add(&mut self, chunk: Hash, unpacked_bytes: u64) {
        self.node_add(0, chunk, unpacked_bytes);
    }

    /// Gives the name of a xorb of these chunks; [`Hash::ZERO`] of none.
    #[must_use]
    pub fn xorb_hash(self) -> Hash {
        self.root().unwrap_or(Hash::ZERO)
    }

    /// Gives the name of a file of these chunks; [`Hash::ZERO`] of none.
    #[must_use]
    pub fn file_hash(self) -> Hash {
        self.root().map_or(Hash::ZERO, |root| root.keyed(&Hash::ZERO))
    }

    fn node_add(&mut self, mut index: usize, mut hash: Hash, mut bytes: u64) {
        loop {
            if self.levels.len() == index {
                self.levels.push(Level::default());
            }
            let level = &mut self.levels[index];
            level.is_single = !level.is_started;
            level.is_started = true;
            level.open.push((hash, bytes));
            let count = level.open.len();
            let is_cut =
                count >= BRANCHES_BEFORE_CUT && hash.last_word().is_multiple_of(BRANCHES_MEAN);
            if !is_cut && count < BRANCHES_MAX {
                return;
            }
            (hash, bytes) = merged(&level.open);
            level.open.clear();
            index += 1;
        }
    }

    fn root(mut self) -> Option<Hash> {
        let mut index = 0;
        loop {
            let level = self.levels.get_mut(index)?;
            if level.is_single {
                return level.open.first().map(|&(hash, _)| hash);
            }
            let open = std::mem::take(&mut level.open);
            if !open.is_empty() {
                let (hash, bytes) = merged(&open);
                self.node_add(index + 1, hash, bytes);
            }
            index += 1;
        }
    }
}

/// The node over a group: each child written as `hash : length` on a line of its own.
fn merged(children: &[(Hash, u64)]) -> (Hash, u64) {
    let mut text = String::with_capacity(children.len() * 88);
    let mut total: u64 = 0;
    for (hash, bytes) in children {
        writeln!(text, "{hash} : {bytes}").expect("a string takes every line");
        total = total.saturating_add(*bytes);
    }
    (Hash::of_node(text.as_bytes()), total)
}
