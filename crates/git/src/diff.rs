//! What differs between two trees.

use crate::error::Error;
use crate::model::Mode;
use crate::object::{TreeEntries, name_order};
use crate::oid::Oid;
use crate::path::PATH_DEPTH_MAX;
use crate::repo::{Reader, Repo};
use crate::walk::joined;
use std::cmp::Ordering;

/// Most differing paths that are returned at once.
pub const CHANGED_PATHS_MAX: usize = 100_000;

/// An object and how it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Side {
    /// How it is used; never [`Mode::Dir`].
    pub mode: Mode,
    /// The object.
    pub oid: Oid,
}

/// One path that differs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Changed {
    /// The path of a file, link or submodule.
    pub path: String,
    /// What happened to it.
    pub what: ChangedHow,
}

/// How a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangedHow {
    /// It is only in the new tree.
    Added(Side),
    /// It is in both with another content or mode.
    Modified(Side, Side),
    /// It is only in the old tree.
    Deleted(Side),
}

impl ChangedHow {
    /// Returns what was there before.
    #[must_use]
    pub const fn before(self) -> Option<Side> {
        match self {
            Self::Added(_) => None,
            Self::Modified(old, _) | Self::Deleted(old) => Some(old),
        }
    }

    /// Returns what is there now.
    #[must_use]
    pub const fn after(self) -> Option<Side> {
        match self {
            Self::Deleted(_) => None,
            Self::Modified(_, new) | Self::Added(new) => Some(new),
        }
    }
}

/// The paths that differ between two trees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangedPaths {
    /// In the order of their paths' bytes, as `git diff` has them.
    pub paths: Vec<Changed>,
    /// Whether there are more than were asked for.
    pub is_cut: bool,
}

impl Repo {
    /// Lists the paths that differ between two trees; `None` is a tree without entries. A file that
    /// became a folder is one path deleted and others added. Renames are not looked for.
    ///
    /// Folders that are the same on both sides are not read. At most `limit` paths are returned,
    /// held between 1 and [`CHANGED_PATHS_MAX`].
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Kind`], [`Error::Malformed`], and [`Error::Limit`] for folders
    /// inside each other without end.
    pub fn diff_trees(
        &self,
        old: Option<Oid>,
        new: Option<Oid>,
        limit: usize,
    ) -> Result<ChangedPaths, Error> {
        let limit = limit.clamp(1, CHANGED_PATHS_MAX);
        let mut diff = Diff { reader: self.reader(), found: ChangedPaths::default(), limit };
        diff.folders(old, new, "", 0)?;
        Ok(diff.found)
    }
}

struct Diff {
    reader: Reader,
    found: ChangedPaths,
    limit: usize,
}

/// One name of a folder, taken out of its tree.
type Named = (String, Side);

impl Diff {
    fn folders(
        &mut self,
        old: Option<Oid>,
        new: Option<Oid>,
        path: &str,
        depth: usize,
    ) -> Result<(), Error> {
        if depth > PATH_DEPTH_MAX {
            let most = u64::try_from(PATH_DEPTH_MAX).unwrap_or(u64::MAX);
            return Err(Error::Limit { what: "the depth of folders", most });
        }
        let (old, new) = (entries(&mut self.reader, old)?, entries(&mut self.reader, new)?);
        let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
        while !self.found.is_cut {
            // A file and a folder of one name have different places in Git's order, so they never
            // meet here: one goes, the other comes.
            let order = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => name_order(sorted_as(old), sorted_as(new)),
            };
            let before = order.is_le().then(|| old.next()).flatten();
            let after = order.is_ge().then(|| new.next()).flatten();
            self.pair(before, after, path, depth)?;
        }
        Ok(())
    }

    fn pair(
        &mut self,
        old: Option<Named>,
        new: Option<Named>,
        path: &str,
        depth: usize,
    ) -> Result<(), Error> {
        let (old_side, new_side) = (old.as_ref().map(|o| o.1), new.as_ref().map(|n| n.1));
        if old_side == new_side {
            return Ok(());
        }
        let Some((name, side)) = new.or(old) else {
            return Ok(());
        };
        let path = joined(path, &name);
        if side.mode.is_dir() {
            return self.folders(
                old_side.map(|o| o.oid),
                new_side.map(|n| n.oid),
                &path,
                depth + 1,
            );
        }
        let what = match (old_side, new_side) {
            (Some(old), Some(new)) => ChangedHow::Modified(old, new),
            (Some(old), None) => ChangedHow::Deleted(old),
            (None, _) => ChangedHow::Added(side),
        };
        if self.found.paths.len() == self.limit {
            self.found.is_cut = true;
        } else {
            self.found.paths.push(Changed { path, what });
        }
        Ok(())
    }
}

fn sorted_as(named: &Named) -> (&[u8], bool) {
    (named.0.as_bytes(), named.1.mode.is_dir())
}

fn entries(reader: &mut Reader, tree: Option<Oid>) -> Result<Vec<Named>, Error> {
    let Some(oid) = tree else {
        return Ok(Vec::new());
    };
    let bytes = reader.tree(oid)?;
    let named = TreeEntries(&bytes).map(|entry| {
        let entry = entry?;
        Ok((entry.text()?.to_owned(), Side { mode: entry.mode, oid: entry.oid }))
    });
    named.collect::<Result<_, _>>().map_err(|problem| Error::Malformed { oid, problem })
}
