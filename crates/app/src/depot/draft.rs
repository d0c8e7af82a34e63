//! A change of files before anybody sees it.

use super::{Attributes, Depot, Error};
use git::{Actor, Change, Commit, EditRefused, Mode, Oid};
use hub::{Pointer, Refused, Repo};
use std::collections::BTreeMap;

/// File of patterns that send paths to large-file storage.
const ATTRIBUTES: &str = ".gitattributes";
/// Largest such file that is read.
const ATTRIBUTES_BYTES_MAX: u64 = 1024 * 1024;
/// Most paths of one change.
const PATHS_MAX: usize = 200_000;

/// What is to happen to a path; whether a path is a folder is looked up when it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Put {
        mode: Mode,
        oid: Oid,
    },
    /// A file or a folder, whichever is there.
    Delete,
    DeleteFolder,
}

/// A change in the making: its files are written as they come, but not to be seen.
#[derive(Debug)]
pub struct Draft {
    git: git::Repo,
    writer: Option<git::Writer>,
    wishes: BTreeMap<String, Wish>,
    larges: BTreeMap<String, Pointer>,
    /// Content of `.gitattributes`, where the change brings it.
    attributes: Option<String>,
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Short name of the author.
    pub author: String,
    /// First line.
    pub summary: String,
    /// The rest; may be empty.
    pub description: String,
    /// When, in seconds since 1970.
    pub seconds: i64,
}

impl Message {
    pub(super) fn text(&self) -> String {
        let (summary, rest) = (self.summary.trim(), self.description.trim());
        let summary = if summary.is_empty() { "Update" } else { summary };
        if rest.is_empty() { summary.to_owned() } else { format!("{summary}\n\n{rest}") }
    }

    pub(super) fn actor(&self) -> Actor {
        // Mail addresses are not published: Git wants one, so it gets one that goes nowhere.
        let email = format!("{}@users.noreply.invalid", self.author);
        Actor { name: self.author.clone(), email, seconds: self.seconds, offset_minutes: 0 }
    }
}

/// A commit whose objects are durable; no ref leads to it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The commit.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
}

impl Draft {
    /// Begins a change of a repository.
    pub fn begin(depot: &Depot, repo: &Repo) -> Result<Self, Error> {
        Ok(Self::of(depot.git(repo.id)?))
    }

    pub(super) fn of(git: git::Repo) -> Self {
        let writer = Some(git.writer());
        Self { git, writer, wishes: BTreeMap::new(), larges: BTreeMap::new(), attributes: None }
    }

    /// Returns the large files that the change names, by path.
    #[must_use]
    pub fn larges(&self) -> &BTreeMap<String, Pointer> {
        &self.larges
    }

    /// Puts a small file.
    pub fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        path_test(path)?;
        if path == ATTRIBUTES {
            self.attributes = Some(String::from_utf8_lossy(bytes).into_owned());
        }
        let oid = self.writer().blob_put(bytes)?;
        self.larges.remove(path);
        // A pointer that comes as a small file refers to a large one all the same.
        if let Some(pointer) = Pointer::parse(bytes) {
            self.larges.insert(path.to_owned(), pointer);
        }
        self.wish(path, Wish::Put { mode: Mode::File, oid })
    }

    /// Puts a large file, whose bytes are here already.
    pub fn large(&mut self, path: &str, pointer: &Pointer) -> Result<(), Error> {
        path_test(path)?;
        let oid = self.writer().blob_put(pointer.text().as_bytes())?;
        self.larges.insert(path.to_owned(), pointer.clone());
        self.wish(path, Wish::Put { mode: Mode::File, oid })
    }

    /// Puts an object that the repository has.
    pub fn put(&mut self, path: &str, (mode, oid): (Mode, Oid)) -> Result<(), Error> {
        path_test(path)?;
        self.wish(path, Wish::Put { mode, oid })
    }

    /// Deletes a file, or a folder with all that is in it.
    pub fn delete(&mut self, path: &str, is_folder: bool) -> Result<(), Error> {
        let path = path.trim_end_matches('/');
        path_test(path)?;
        self.larges.remove(path);
        self.wish(path, if is_folder { Wish::DeleteFolder } else { Wish::Delete })
    }

    fn wish(&mut self, path: &str, wish: Wish) -> Result<(), Error> {
        if self.wishes.len() >= PATHS_MAX {
            let problem = format!("at most {PATHS_MAX} paths in one commit: send several");
            let problem = base::FieldProblem::new("operations", problem);
            return Err(Refused::Invalid(vec![problem]).into());
        }
        self.wishes.insert(path.to_owned(), wish);
        Ok(())
    }

    fn writer(&mut self) -> &mut git::Writer {
        let git = &self.git;
        self.writer.get_or_insert_with(|| git.writer())
    }

    /// Writes trees and commit on top of `base`, durably. May be called again with another base
    /// when somebody else was faster.
    pub fn build(
        &mut self,
        base: Option<(Oid, Oid)>,
        parents: Vec<Oid>,
        message: &Message,
    ) -> Result<Built, Error> {
        let base_tree = base.map(|(_, tree)| tree);
        let mut changes = self.changes(base_tree)?;
        if let Some(text) = self.attributes_needed(base_tree)? {
            let oid = self.writer().blob_put(text.as_bytes())?;
            changes.insert(ATTRIBUTES.to_owned(), Change::Put { mode: Mode::File, oid });
        }
        let mut writer = self.writer.take().unwrap_or_else(|| self.git.writer());
        let tree = match writer.tree_edit(base_tree, &changes)? {
            Ok(tree) => tree,
            Err(refused) => {
                // The files stay for another try.
                self.writer = Some(writer);
                return Err(edit_refused(refused));
            }
        };
        let actor = message.actor();
        let commit = Commit {
            tree,
            parents,
            author: actor.clone(),
            committer: actor,
            message: message.text(),
        };
        let commit = writer.commit_write(&commit)?;
        writer.finish()?;
        Ok(Built { commit, tree })
    }

    fn changes(&self, base: Option<Oid>) -> Result<BTreeMap<String, Change>, Error> {
        let mut changes = BTreeMap::new();
        for (path, wish) in &self.wishes {
            let change = match wish {
                Wish::Put { mode, oid } => Change::Put { mode: *mode, oid: *oid },
                Wish::DeleteFolder => Change::DeleteDir,
                Wish::Delete => {
                    let found = match base {
                        Some(tree) => self.git.entry_at(tree, path)?,
                        None => None,
                    };
                    let entry = found.ok_or_else(|| Refused::FileMissing(path.clone()))?;
                    if entry.mode.is_dir() { Change::DeleteDir } else { Change::DeleteFile }
                }
            };
            changes.insert(path.clone(), change);
        }
        Ok(changes)
    }

    /// Lines for large files that no pattern covers yet: without them a clone would show pointers.
    fn attributes_needed(&self, base: Option<Oid>) -> Result<Option<String>, Error> {
        if self.larges.is_empty() {
            return Ok(None);
        }
        let is_gone = matches!(self.wishes.get(ATTRIBUTES), Some(Wish::Delete));
        let text = match (&self.attributes, base) {
            (Some(text), _) => text.clone(),
            (None, Some(tree)) if !is_gone => attributes_read(&self.git, tree)?,
            (None, _) => String::new(),
        };
        let known = Attributes::parse(&text);
        let missing = self.larges.keys().filter(|path| !known.is_large(path));
        let lines: String = missing.map(|path| Attributes::line(path)).collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        Ok(Some(format!("{text}{gap}{lines}")))
    }
}

/// Reads the `.gitattributes` of a tree; empty where there is none that can be read.
pub fn attributes_read(git: &git::Repo, tree: Oid) -> Result<String, Error> {
    text_read(git, (tree, ATTRIBUTES), ATTRIBUTES_BYTES_MAX)
}

/// Reads a small text of a tree; empty where it is missing, too large, or no file.
pub fn text_read(
    git: &git::Repo,
    (tree, path): (Oid, &str),
    bytes_max: u64,
) -> Result<String, Error> {
    let Some(entry) = git.entry_at(tree, path)? else { return Ok(String::new()) };
    match git.blob_read(entry.oid, bytes_max) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(git::Error::TooLarge { .. } | git::Error::Kind { .. }) => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

fn path_test(path: &str) -> Result<(), Error> {
    // Legal in Git, but a program on Windows that joins paths would leave its folder.
    if path.starts_with("..") {
        let (path, why) = (path.to_owned(), "it begins with `..`".to_owned());
        return Err(Refused::PathInvalid { path, why }.into());
    }
    git::path_check(path).map_err(|fault| {
        let (path, why) = (path.to_owned(), fault.to_string());
        Error::from(Refused::PathInvalid { path, why })
    })
}

/// Tells the first of what was refused; there is one for every path at fault, and one is enough
/// to act on.
fn edit_refused(refused: Vec<EditRefused>) -> Error {
    let Some(first) = refused.into_iter().next() else { return Refused::Stale.into() };
    match first {
        EditRefused::Path { path, fault } => {
            Refused::PathInvalid { path, why: fault.to_string() }.into()
        }
        EditRefused::NotFound { path, .. } => Refused::FileMissing(path).into(),
        EditRefused::Clash { path, inside } => {
            let why = format!("`{inside}` is put in the same change and is no folder");
            Refused::PathInvalid { path, why }.into()
        }
    }
}
