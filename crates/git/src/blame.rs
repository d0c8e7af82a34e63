//! Which commit last changed each name of a folder.

use crate::error::Error;
use crate::model::{Commit, Mode};
use crate::object::TreeEntries;
use crate::oid::Oid;
use crate::repo::{Reader, Repo};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

/// Who changed a name last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastChange {
    /// This commit.
    Known(Oid, Box<Commit>),
    /// A commit further back than was looked.
    Unknown,
}

/// What a name stood for at one commit.
type Content = BTreeMap<String, (Mode, Oid)>;

impl Repo {
    /// Finds for each name in a folder the newest commit that gave it its present content. A
    /// folder's name counts as changed when anything in it is.
    ///
    /// At a merge the first parent with the same content is followed, as `git log -- path` does.
    /// At most `commits_max` commits are visited; names older than that are
    /// [`LastChange::Unknown`]. Names that the folder does not have are left out, and so are all
    /// when there is no such folder. The empty `folder` is the root.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Kind`] and [`Error::Malformed`] for any object on the way.
    pub fn last_changes(
        &self,
        commit: Oid,
        folder: &str,
        names: &[&str],
        commits_max: usize,
    ) -> Result<BTreeMap<String, LastChange>, Error> {
        let mut search = Search {
            reader: self.reader(),
            folder,
            points: HashMap::new(),
            waiting: BinaryHeap::new(),
        };
        let content = search.point(commit)?.folder;
        let content = search.content(content)?;
        let wanted: BTreeSet<String> =
            names.iter().filter(|n| content.contains_key(**n)).map(|n| (*n).to_owned()).collect();
        let mut found: BTreeMap<String, LastChange> =
            wanted.iter().map(|name| (name.clone(), LastChange::Unknown)).collect();
        search.wait(commit, wanted)?;
        for _ in 0..commits_max {
            let Some((_, oid)) = search.waiting.pop() else { break };
            let changed = search.visit(oid)?;
            if changed.is_empty() {
                continue;
            }
            let commit = search.reader.commit(oid)?;
            for name in changed {
                found.insert(name, LastChange::Known(oid, Box::new(commit.clone())));
            }
        }
        Ok(found)
    }
}

/// A commit as far as this search goes.
#[derive(Debug, Clone)]
struct Point {
    seconds: i64,
    parents: Vec<Oid>,
    /// The folder at this commit; `None` when there was none.
    folder: Option<Oid>,
    /// Names whose last change is here or further back.
    wanted: BTreeSet<String>,
}

struct Search<'a> {
    reader: Reader,
    folder: &'a str,
    points: HashMap<Oid, Point>,
    /// Commits with wanted names, newest first.
    waiting: BinaryHeap<(i64, Oid)>,
}

impl Search<'_> {
    fn point(&mut self, oid: Oid) -> Result<Point, Error> {
        if let Some(point) = self.points.get(&oid) {
            return Ok(point.clone());
        }
        let commit = self.reader.commit(oid)?;
        let folder = if self.folder.is_empty() {
            Some(commit.tree)
        } else {
            let entry = self.reader.entry_at(commit.tree, self.folder)?;
            entry.filter(|entry| entry.mode.is_dir()).map(|entry| entry.oid)
        };
        let point = Point {
            seconds: commit.committer.seconds,
            parents: commit.parents,
            folder,
            wanted: BTreeSet::new(),
        };
        self.points.insert(oid, point.clone());
        Ok(point)
    }

    fn wait(&mut self, oid: Oid, names: BTreeSet<String>) -> Result<(), Error> {
        if names.is_empty() {
            return Ok(());
        }
        self.point(oid)?;
        if let Some(point) = self.points.get_mut(&oid) {
            if point.wanted.is_empty() {
                self.waiting.push((point.seconds, oid));
            }
            point.wanted.extend(names);
        }
        Ok(())
    }

    /// Hands the wanted names of a commit on to its parents; returns those that it changed itself.
    fn visit(&mut self, oid: Oid) -> Result<BTreeSet<String>, Error> {
        let Point { parents, folder, mut wanted, .. } = self.point(oid)?;
        if let Some(point) = self.points.get_mut(&oid) {
            point.wanted.clear();
        }
        let mut here = None;
        for parent in parents {
            if wanted.is_empty() {
                break;
            }
            let before = self.point(parent)?.folder;
            if before == folder {
                self.wait(parent, std::mem::take(&mut wanted))?;
                continue;
            }
            let before = self.content(before)?;
            if here.is_none() {
                here = Some(self.content(folder)?);
            }
            let now = here.as_ref();
            let (same, other) = wanted
                .into_iter()
                .partition(|name| now.is_some_and(|now| now.get(name) == before.get(name)));
            wanted = other;
            self.wait(parent, same)?;
        }
        Ok(wanted)
    }

    fn content(&mut self, folder: Option<Oid>) -> Result<Content, Error> {
        let Some(oid) = folder else {
            return Ok(Content::new());
        };
        let bytes = self.reader.tree(oid)?;
        let entries = TreeEntries(&bytes).map(|entry| {
            let entry = entry?;
            Ok((entry.text()?.to_owned(), (entry.mode, entry.oid)))
        });
        entries.collect::<Result<_, _>>().map_err(|problem| Error::Malformed { oid, problem })
    }
}
