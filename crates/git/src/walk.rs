//! Pages of a tree, sought by path.

use crate::error::Error;
use crate::model::PathEntry;
use crate::object::{TreeEntries, name_order};
use crate::oid::Oid;
use crate::path::{PATH_BYTES_MAX, PATH_DEPTH_MAX};
use crate::repo::{Reader, Repo};

/// Most entries of one page.
pub const WALK_ENTRIES_MAX: usize = 10_000;

/// Which entries of a tree are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk<'a> {
    /// The folder whose content is listed; the empty path is the root.
    pub prefix: &'a str,
    /// Whether folders are listed with all that is in them, or by name only.
    pub is_recursive: bool,
    /// The path of the last entry of the page before; `None` for the first page.
    pub after: Option<&'a str>,
    /// Entries wanted, held between 1 and [`WALK_ENTRIES_MAX`].
    pub limit: usize,
}

/// One page of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WalkPage {
    /// Folders and files with their paths from the root of the tree, in Git's order: by bytes, a
    /// folder as if its path ended in a slash, and before what is in it.
    pub entries: Vec<PathEntry>,
    /// Whether there is another page; ask for it after the last path of this one.
    pub has_more: bool,
}

impl Repo {
    /// Lists a page of a tree; `None` when `prefix` is no folder of it.
    ///
    /// Reads only the folders on the way to `after` and those that the page shows. A path that is
    /// not in the tree can be given as `after` too: the page begins behind its place.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Malformed`], and [`Error::Limit`] for folders inside each other
    /// without end.
    pub fn walk(&self, tree: Oid, walk: &Walk<'_>) -> Result<Option<WalkPage>, Error> {
        let mut reader = self.reader();
        let root = if walk.prefix.is_empty() {
            tree
        } else {
            match reader.entry_at(tree, walk.prefix)? {
                Some(entry) if entry.mode.is_dir() => entry.oid,
                _ => return Ok(None),
            }
        };
        let mut cursor = Cursor::default();
        cursor.enter(&mut reader, root, walk.prefix.to_owned())?;
        if let Some(after) = walk.after.and_then(|after| inside(after, walk.prefix)) {
            cursor.seek(&mut reader, after, walk.is_recursive)?;
        }
        let limit = walk.limit.clamp(1, WALK_ENTRIES_MAX);
        let mut page = WalkPage::default();
        while let Some(entry) = cursor.next()? {
            if page.entries.len() == limit {
                page.has_more = true;
                break;
            }
            if walk.is_recursive && entry.mode.is_dir() {
                cursor.enter(&mut reader, entry.oid, entry.path.clone())?;
            }
            page.entries.push(entry);
        }
        Ok(Some(page))
    }
}

/// Returns the part of a path below a folder.
fn inside<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Where a walk stands: the folders that are open, the innermost last.
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    open: Vec<Folder>,
}

#[derive(Debug)]
struct Folder {
    oid: Oid,
    path: String,
    bytes: Vec<u8>,
    /// How much of `bytes` was read.
    at: usize,
}

impl Cursor {
    /// Opens a folder: its entries come next.
    pub(crate) fn enter(
        &mut self,
        reader: &mut Reader,
        oid: Oid,
        path: String,
    ) -> Result<(), Error> {
        if self.open.len() >= PATH_DEPTH_MAX || path.len() > PATH_BYTES_MAX {
            let what = "the depth of folders";
            return Err(Error::Limit { what, most: depth_max() });
        }
        let bytes = reader.tree(oid)?;
        self.open.push(Folder { oid, path, bytes, at: 0 });
        Ok(())
    }

    /// Passes over what comes up to a path below the open folder, opening the folders on the way.
    fn seek(&mut self, reader: &mut Reader, after: &str, is_deep: bool) -> Result<(), Error> {
        let mut parts = after.split('/').peekable();
        while let Some(name) = parts.next() {
            let open = self.open.last_mut().expect("a folder was entered before the seek");
            let Some(oid) = open.pass(name, parts.peek().is_some())?.filter(|_| is_deep) else {
                break;
            };
            let path = joined(&open.path, name);
            self.enter(reader, oid, path)?;
        }
        Ok(())
    }

    /// Returns the next entry, from the innermost open folder.
    pub(crate) fn next(&mut self) -> Result<Option<PathEntry>, Error> {
        while let Some(folder) = self.open.last_mut() {
            if let Some(entry) = folder.read()? {
                return Ok(Some(entry));
            }
            self.open.pop();
        }
        Ok(None)
    }
}

impl Folder {
    /// Takes the next entry.
    fn read(&mut self) -> Result<Option<PathEntry>, Error> {
        let malformed = |problem| Error::Malformed { oid: self.oid, problem };
        let mut rest = TreeEntries(&self.bytes[self.at..]);
        let Some(entry) = rest.next() else {
            return Ok(None);
        };
        let entry = entry.map_err(malformed)?;
        let path = joined(&self.path, entry.text().map_err(malformed)?);
        self.at = self.bytes.len() - rest.0.len();
        Ok(Some(PathEntry { path, mode: entry.mode, oid: entry.oid }))
    }

    /// Passes over the entries up to and with a name. Returns the folder of that name, whose
    /// content comes after it. A name that is not here is passed as a file, or as a folder when
    /// more path is behind it.
    fn pass(&mut self, name: &str, is_folder: bool) -> Result<Option<Oid>, Error> {
        let name = name.as_bytes();
        let mut entries = TreeEntries(&self.bytes);
        let mut end = None;
        loop {
            let at = self.bytes.len() - entries.0.len();
            let Some(entry) = entries.next() else { break };
            let entry = entry.map_err(|problem| Error::Malformed { oid: self.oid, problem })?;
            let behind = self.bytes.len() - entries.0.len();
            let here = (entry.name, entry.mode.is_dir());
            if here == (name, true) {
                self.at = behind;
                return Ok(Some(entry.oid));
            }
            if here == (name, false) && !is_folder {
                end = Some(behind);
                break;
            }
            if end.is_none() && name_order(here, (name, is_folder)).is_gt() {
                end = Some(at);
            }
            // A folder of that name would stand before here.
            if name_order(here, (name, true)).is_gt() {
                break;
            }
        }
        self.at = end.unwrap_or(self.bytes.len());
        Ok(None)
    }
}

/// Puts a name behind a folder's path.
pub(crate) fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn depth_max() -> u64 {
    u64::try_from(PATH_DEPTH_MAX).unwrap_or(u64::MAX)
}
