//! A tree changed by paths.

use crate::error::Error;
use crate::model::{Kind, Mode};
use crate::object::{TreeEntries, name_order, tree_entry_write};
use crate::oid::Oid;
use crate::path::{PathFault, path_check};
use crate::walk::joined;
use crate::writer::Writer;
use std::collections::BTreeMap;

/// What happens to one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Puts an object at the path. A file replaces a folder with all that is in it, and a folder
    /// on the way to the path replaces a file.
    Put {
        /// How the object is used; [`Mode::Dir`] takes over a whole tree.
        mode: Mode,
        /// A blob, or a tree for [`Mode::Dir`]; of a [`Mode::Submodule`] nothing is checked.
        oid: Oid,
    },
    /// Removes a file, link or submodule.
    DeleteFile,
    /// Removes a folder with all that was in it. Paths below it can be put in the same edit.
    DeleteDir,
}

/// Why a tree was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditRefused {
    /// The path cannot be in a tree.
    #[error("path `{path}` is refused: {fault}")]
    Path {
        /// As it was given.
        path: String,
        /// Why.
        fault: PathFault,
    },
    /// There is nothing of that sort to delete.
    #[error("there is no {} `{path}` to delete", if *.is_dir { "folder" } else { "file" })]
    NotFound {
        /// As it was given.
        path: String,
        /// Whether a folder was meant.
        is_dir: bool,
    },
    /// One path is put below another one that is put too: it would be a file and a folder.
    #[error("path `{path}` cannot be put: `{inside}` is put too, and is no folder of this edit")]
    Clash {
        /// The longer path.
        path: String,
        /// The path that it would be in.
        inside: String,
    },
}

impl Writer {
    /// Changes a tree by paths and returns the new one. Only folders on the way to a changed path
    /// are read and written; folders that become empty vanish. The result is deterministic, and
    /// equal to `base` when nothing is different.
    ///
    /// Paths are deleted as `base` has them; then the new ones are put. `base` may be a tree of
    /// this change. `None` begins with nothing.
    ///
    /// # Errors
    /// [`Error::Missing`] and [`Error::Kind`] for objects that are put and not here. Refusals name
    /// every path at fault and leave the change as it was.
    pub fn tree_edit(
        &mut self,
        base: Option<Oid>,
        changes: &BTreeMap<String, Change>,
    ) -> Result<Result<Oid, Vec<EditRefused>>, Error> {
        let mut refused = Vec::new();
        let root = steps_sort(changes, &mut refused);
        self.puts_check(changes)?;
        let mut edit = Edit { writer: self, refused, is_dry: true };
        // Once without writing: a refused edit leaves no object behind.
        edit.folder(base, true, &root, "")?;
        if !edit.refused.is_empty() {
            return Ok(Err(edit.refused));
        }
        edit.is_dry = false;
        let tree = edit.folder(base, true, &root, "")?;
        match tree {
            Some(tree) => Ok(Ok(tree)),
            None => self.object_write(Kind::Tree, &[]).map(Ok),
        }
    }

    fn puts_check(&mut self, changes: &BTreeMap<String, Change>) -> Result<(), Error> {
        for change in changes.values() {
            match change {
                Change::Put { mode: Mode::Submodule, .. } => {}
                Change::Put { mode: Mode::Dir, oid } => self.kind_check(*oid, Kind::Tree)?,
                Change::Put { oid, .. } => self.kind_check(*oid, Kind::Blob)?,
                Change::DeleteFile | Change::DeleteDir => {}
            }
        }
        Ok(())
    }
}

/// The changes sorted by folders.
#[derive(Debug, Default)]
struct Step<'a> {
    change: Option<Change>,
    below: BTreeMap<&'a str, Step<'a>>,
}

fn steps_sort<'a>(
    changes: &'a BTreeMap<String, Change>,
    refused: &mut Vec<EditRefused>,
) -> Step<'a> {
    let mut root = Step::default();
    for (path, change) in changes {
        if let Err(fault) = path_check(path) {
            refused.push(EditRefused::Path { path: path.clone(), fault });
            continue;
        }
        let is_put = matches!(change, Change::Put { .. });
        let mut step = &mut root;
        let mut end = 0;
        for part in path.split('/') {
            // A path sorts behind its folders, so a folder that is put was met before.
            if is_put && matches!(step.change, Some(Change::Put { .. })) {
                let inside = path[..end].trim_end_matches('/').to_owned();
                refused.push(EditRefused::Clash { path: path.clone(), inside });
                break;
            }
            end += part.len() + 1;
            step = step.below.entry(part).or_default();
        }
        step.change = Some(*change);
    }
    root
}

/// What a name stands for in a tree.
type Node = (Mode, Oid);

struct Edit<'a> {
    writer: &'a mut Writer,
    refused: Vec<EditRefused>,
    /// Only looks for refusals; the names of written trees are not used then.
    is_dry: bool,
}

impl Edit<'_> {
    /// Changes one folder; `None` when nothing is left of it. `is_kept` is false below a folder
    /// that is deleted or replaced: its entries count as there to be deleted, and go anyway.
    fn folder(
        &mut self,
        base: Option<Oid>,
        is_kept: bool,
        step: &Step<'_>,
        path: &str,
    ) -> Result<Option<Oid>, Error> {
        let bytes = base.map_or(Ok(Vec::new()), |oid| self.writer.tree(oid))?;
        let malformed = |problem| Error::Malformed { oid: base.unwrap_or(Oid::ZERO), problem };
        let mut entries: Vec<(&[u8], Node)> = Vec::new();
        let mut old: BTreeMap<&[u8], Node> = BTreeMap::new();
        for entry in TreeEntries(&bytes) {
            let entry = entry.map_err(malformed)?;
            let node = (entry.mode, entry.oid);
            let is_named =
                std::str::from_utf8(entry.name).is_ok_and(|n| step.below.contains_key(n));
            if is_named {
                old.insert(entry.name, node);
            } else if is_kept {
                entries.push((entry.name, node));
            }
        }
        for (name, below) in &step.below {
            let was = old.get(name.as_bytes()).copied();
            if let Some(node) = self.node(was, is_kept, below, &joined(path, name))? {
                entries.push((name.as_bytes(), node));
            }
        }
        if entries.is_empty() {
            return Ok(None);
        }
        if self.is_dry {
            return Ok(Some(Oid::ZERO));
        }
        entries.sort_by(|a, b| name_order((a.0, a.1.0.is_dir()), (b.0, b.1.0.is_dir())));
        let mut tree = Vec::with_capacity(bytes.len());
        for (name, (mode, oid)) in entries {
            tree_entry_write(&mut tree, name, mode, oid);
        }
        self.writer.object_write(Kind::Tree, &tree).map(Some)
    }

    /// Changes what one name stands for; `None` when nothing is left.
    fn node(
        &mut self,
        was: Option<Node>,
        is_kept: bool,
        step: &Step<'_>,
        path: &str,
    ) -> Result<Option<Node>, Error> {
        let was_dir = was.filter(|(mode, _)| mode.is_dir());
        let was_file = was.filter(|(mode, _)| !mode.is_dir());
        let is_missing = match step.change {
            Some(Change::DeleteFile) => was_file.is_none(),
            Some(Change::DeleteDir) => was_dir.is_none(),
            Some(Change::Put { .. }) | None => false,
        };
        if is_missing {
            let is_dir = step.change == Some(Change::DeleteDir);
            self.refused.push(EditRefused::NotFound { path: path.to_owned(), is_dir });
        }
        let is_kept = is_kept && step.change.is_none();
        let below = if step.below.is_empty() {
            was_dir.filter(|_| is_kept)
        } else {
            let tree = was_dir.map(|(_, oid)| oid);
            self.folder(tree, is_kept, step, path)?.map(|oid| (Mode::Dir, oid))
        };
        Ok(match step.change {
            Some(Change::Put { mode, oid }) => Some((mode, oid)),
            Some(Change::DeleteFile | Change::DeleteDir) => below,
            None => below.or(was_file.filter(|_| is_kept)),
        })
    }
}
