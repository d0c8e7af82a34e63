//! Two changes of one tree brought together.

use crate::diff::Side;
use crate::error::Error;
use crate::model::{Kind, Mode};
use crate::object::{TreeEntries, name_order, tree_entry_write};
use crate::oid::Oid;
use crate::path::PATH_DEPTH_MAX;
use crate::text::{TEXT_BYTES_MAX, changes, is_binary, lines, lines_of};
use crate::walk::joined;
use crate::writer::Writer;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What became of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// Both changes fit: the tree with both.
    Tree(Oid),
    /// Paths that both changed differently, sorted. Nothing of the merge is used: drop the writer.
    Conflicts(Vec<String>),
}

impl Writer {
    /// Merges what `ours` and `theirs` each made of `base`, which is `None` when they have nothing
    /// in common.
    ///
    /// What only one side changed is taken. A text file that both changed is merged by lines,
    /// where their changes neither overlap nor touch. All else that both changed, and differently,
    /// is a conflict: other files, one file deleted and changed, a file and a folder. Renames are
    /// not looked for.
    ///
    /// # Errors
    /// As [`crate::Repo::diff_trees`].
    pub fn merge_trees(
        &mut self,
        base: Option<Oid>,
        ours: Oid,
        theirs: Oid,
    ) -> Result<Merged, Error> {
        let mut merge = Merge { writer: self, conflicts: Vec::new() };
        let trees = Three { base, ours: Some(ours), theirs: Some(theirs) };
        let tree = merge.folders(trees, "", 0)?;
        if !merge.conflicts.is_empty() {
            merge.conflicts.sort();
            return Ok(Merged::Conflicts(merge.conflicts));
        }
        match tree {
            Some(tree) => Ok(Merged::Tree(tree)),
            None => self.object_write(Kind::Tree, &[]).map(Merged::Tree),
        }
    }
}

/// The same thing at three places.
#[derive(Debug, Clone, Copy, Default)]
struct Three<T> {
    base: T,
    ours: T,
    theirs: T,
}

impl<T: PartialEq + Copy> Three<T> {
    /// Decides where at most one side changed.
    fn plain(self) -> Option<T> {
        if self.ours == self.theirs || self.theirs == self.base {
            Some(self.ours)
        } else if self.ours == self.base {
            Some(self.theirs)
        } else {
            None
        }
    }

    fn map<U>(self, mut each: impl FnMut(T) -> U) -> Three<U> {
        Three { base: each(self.base), ours: each(self.ours), theirs: each(self.theirs) }
    }
}

type Sides = Three<Option<Side>>;

struct Merge<'a> {
    writer: &'a mut Writer,
    conflicts: Vec<String>,
}

impl Merge<'_> {
    fn folders(
        &mut self,
        trees: Three<Option<Oid>>,
        path: &str,
        depth: usize,
    ) -> Result<Option<Oid>, Error> {
        if let Some(tree) = trees.plain() {
            return Ok(tree.filter(|tree| *tree != Oid::EMPTY_TREE));
        }
        if depth > PATH_DEPTH_MAX {
            let most = u64::try_from(PATH_DEPTH_MAX).unwrap_or(u64::MAX);
            return Err(Error::Limit { what: "the depth of folders", most });
        }
        let mut names: BTreeMap<String, Sides> = BTreeMap::new();
        self.names(trees.base, |name, side| names.entry(name).or_default().base = Some(side))?;
        self.names(trees.ours, |name, side| names.entry(name).or_default().ours = Some(side))?;
        self.names(trees.theirs, |name, side| names.entry(name).or_default().theirs = Some(side))?;
        let mut merged = Vec::new();
        for (name, sides) in names {
            if let Some(side) = self.sides(sides, &joined(path, &name), depth)? {
                merged.push((name, side));
            }
        }
        if merged.is_empty() {
            return Ok(None);
        }
        merged.sort_by(|(a, a_side), (b, b_side)| {
            let (a_dir, b_dir) = (a_side.mode.is_dir(), b_side.mode.is_dir());
            name_order((a.as_bytes(), a_dir), (b.as_bytes(), b_dir))
        });
        let mut bytes = Vec::new();
        for (name, side) in merged {
            tree_entry_write(&mut bytes, name.as_bytes(), side.mode, side.oid);
        }
        self.writer.object_write(Kind::Tree, &bytes).map(Some)
    }

    fn names(
        &mut self,
        tree: Option<Oid>,
        mut each: impl FnMut(String, Side),
    ) -> Result<(), Error> {
        let Some(oid) = tree else { return Ok(()) };
        let bytes = self.writer.tree(oid)?;
        for entry in TreeEntries(&bytes) {
            let named =
                entry.and_then(|entry| Ok((entry.text()?.to_owned(), entry.mode, entry.oid)));
            let (name, mode, oid) = named.map_err(|problem| Error::Malformed { oid, problem })?;
            each(name, Side { mode, oid });
        }
        Ok(())
    }

    fn sides(&mut self, sides: Sides, path: &str, depth: usize) -> Result<Option<Side>, Error> {
        if let Some(side) = sides.plain() {
            return Ok(side);
        }
        let is_file = |side: Option<Side>| side.is_some_and(|side| !side.mode.is_dir());
        if !is_file(sides.ours) && !is_file(sides.theirs) {
            let tree = |side: Option<Side>| side.filter(|s| s.mode.is_dir()).map(|s| s.oid);
            let tree = self.folders(sides.map(tree), path, depth + 1)?;
            return Ok(tree.map(|oid| Side { mode: Mode::Dir, oid }));
        }
        if let Three { base: Some(base), ours: Some(ours), theirs: Some(theirs) } = sides
            && let Some(side) = self.files(Three { base, ours, theirs })?
        {
            return Ok(Some(side));
        }
        self.conflicts.push(path.to_owned());
        Ok(None)
    }

    /// Merges a file that both sides changed; `None` when that takes a person.
    fn files(&mut self, sides: Three<Side>) -> Result<Option<Side>, Error> {
        let is_text = |side: Side| matches!(side.mode, Mode::File | Mode::Executable);
        if !(is_text(sides.base) && is_text(sides.ours) && is_text(sides.theirs)) {
            return Ok(None);
        }
        let Some(mode) = sides.map(|side| side.mode).plain() else {
            return Ok(None);
        };
        let oids = sides.map(|side| side.oid);
        if let Some(oid) = oids.plain() {
            return Ok(Some(Side { mode, oid }));
        }
        let (base, ours) = (self.text(oids.base)?, self.text(oids.ours)?);
        let theirs = self.text(oids.theirs)?;
        let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs) else {
            return Ok(None);
        };
        match merge_lines(&base, &ours, &theirs) {
            Some(text) => Ok(Some(Side { mode, oid: self.writer.blob_put(&text)? })),
            None => Ok(None),
        }
    }

    fn text(&mut self, oid: Oid) -> Result<Option<Vec<u8>>, Error> {
        match self.writer.blob(oid, TEXT_BYTES_MAX) {
            Ok(bytes) if is_binary(&bytes) => Ok(None),
            Ok(bytes) => Ok(Some(bytes)),
            Err(Error::TooLarge { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Merges three texts by lines; `None` when changes overlap or touch and are not the same, which
/// is where `git merge-file` reports a conflict too.
pub(crate) fn merge_lines(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let (our_changes, their_changes) = (changes(base, ours)?, changes(base, theirs)?);
    let (base, ours, theirs) = (lines(base), lines(ours), lines(theirs));
    let (mut a, mut b) = (our_changes.iter().peekable(), their_changes.iter().peekable());
    let mut merged: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) if a.old.end < b.old.start => Ordering::Less,
            (Some(a), Some(b)) if b.old.end < a.old.start => Ordering::Greater,
            (Some(a), Some(b)) => {
                let new = (lines_of(&ours, a.new.clone()), lines_of(&theirs, b.new.clone()));
                if a.old != b.old || new.0 != new.1 {
                    return None;
                }
                Ordering::Equal
            }
        };
        let mine = order.is_le().then(|| a.next()).flatten();
        let other = order.is_ge().then(|| b.next()).flatten();
        let (change, new) = match (mine, other) {
            (Some(change), _) => (change, lines_of(&ours, change.new.clone())),
            (None, Some(change)) => (change, lines_of(&theirs, change.new.clone())),
            (None, None) => break,
        };
        merged.extend_from_slice(lines_of(&base, at..change.old.start));
        merged.extend_from_slice(new);
        at = change.old.end;
    }
    merged.extend_from_slice(lines_of(&base, at..u32::MAX));
    Some(merged.concat())
}
