//! Large files as their repository uses them, and their removal for good.

use super::publish::{TRIES, plain_ref};
use super::{Card, Depot, Error, held};
use crate::App;
use base::FieldProblem;
use db::Tx;
use git::{Change, Commit, Oid, Writer};
use hub::{
    Action, CONVERTED, HEADS, MAIN, Move, Object, POINTER_BYTES_MAX, PULLS, Pointer, Ref, Refused,
    Repo, TAGS, Visitor,
};
use identity::{Actor, audit};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// Refs whose history is searched for the path of a large file.
const REFS_SEARCHED: usize = 200;
/// Commits that one removal writes anew: they are held in memory.
const COMMITS_MAX: usize = 200_000;

/// A large file with a place where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeUse {
    /// The file.
    pub object: Object,
    /// One of its paths and the ref whose history has it; `None` where nothing refers to it.
    pub place: Option<(String, String)>,
}

/// Finds for large files of a repository one path at which each stands, in the history of the main
/// branch before that of others. Blocks: everything that the refs hold on to is walked.
///
/// # Errors
/// When the database or the objects cannot be read.
pub fn larges_used(
    app: &App,
    depot: &Depot,
    repo: &Repo,
    objects: Vec<Object>,
) -> Result<Vec<LargeUse>, Error> {
    let git = depot.git(repo.id)?;
    let mut refs = app.db().read(|read| hub::refs_of(read, repo))?;
    refs.sort_by_key(|found| (group_of(&found.name), found.name.clone()));
    let mut wanted: HashSet<&str> = objects.iter().map(|object| object.sha256.as_str()).collect();
    let mut places: HashMap<String, (String, String)> = HashMap::new();
    for found in refs.iter().take(REFS_SEARCHED) {
        if wanted.is_empty() {
            break;
        }
        let Ok(tip) = found.commit.parse::<Oid>() else { continue };
        each_pointer(&git, &[tip], &mut |path, _, pointer| {
            if wanted.remove(pointer.sha256.as_str()) {
                places.insert(pointer.sha256, (path.to_owned(), found.name.clone()));
            }
        })?;
    }
    let used = objects.into_iter().map(|object| {
        let place = places.remove(&object.sha256);
        LargeUse { object, place }
    });
    Ok(used.collect())
}

/// The order in which refs are searched.
fn group_of(name: &str) -> usize {
    let groups = [MAIN, HEADS, TAGS, CONVERTED, PULLS];
    groups.iter().position(|prefix| name.starts_with(prefix)).unwrap_or(groups.len())
}

/// Shows every pointer that some commits hold on to, each once, with a path and its blob.
fn each_pointer(
    git: &git::Repo,
    tips: &[Oid],
    visit: &mut dyn FnMut(&str, Oid, Pointer),
) -> Result<(), Error> {
    git.reachable::<Error>(tips, &mut |entry| {
        let header = git.object_header(entry.oid)?;
        let is_small =
            header.is_some_and(|header| (1..=POINTER_BYTES_MAX).contains(&header.size_bytes));
        if is_small
            && let Some(pointer) = Pointer::parse(&git.blob_read(entry.oid, POINTER_BYTES_MAX)?)
        {
            visit(&entry.path, entry.oid, pointer);
        }
        Ok(())
    })
}

/// Removes large files of a repository for good. Blocks. With `has_rewrite` every branch, tag and
/// pull request is written anew without the files, and their commits get other names; else the
/// history keeps pointers that lead nowhere. The bytes go with the next collection of garbage.
///
/// # Errors
/// As [`hub::access_test`] for writing; [`Refused::Stale`] when refs kept moving meanwhile;
/// [`Refused::Invalid`] for a history of more than 200,000 commits.
pub fn larges_purge(
    app: &App,
    depot: &Depot,
    (visitor, repo): (&Visitor, &Arc<Repo>),
    (hashes, has_rewrite): (&[String], bool),
) -> Result<(), Error> {
    let lock = depot.lock(repo.id);
    let _turn = held(&lock);
    let mut tries = 0;
    loop {
        tries += 1;
        match purge_once(app, depot, (visitor, repo), (hashes, has_rewrite)) {
            Err(Error::Hub(hub::Error::Refused(Refused::Stale))) if tries < TRIES => {}
            other => return other,
        }
    }
}

fn purge_once(
    app: &App,
    depot: &Depot,
    (visitor, repo): (&Visitor, &Arc<Repo>),
    (hashes, has_rewrite): (&[String], bool),
) -> Result<(), Error> {
    let git = depot.git(repo.id)?;
    let now = app.now();
    let refs = app.db().read(|read| {
        hub::access_test(read, visitor, repo, (Action::Write, now))?;
        hub::refs_of(read, repo)
    })?;
    let rewritten = if has_rewrite { rewrite(&git, &refs, hashes)? } else { Vec::new() };
    let main = rewritten.iter().find(|moved| moved.name == MAIN);
    let main = main.and_then(|moved| moved.new.as_ref()).map(|new| new.commit.parse::<Oid>());
    let card = match main {
        Some(Ok(commit)) => Card::read(&git, repo, (MAIN, git.commit_read(commit)?.tree))?,
        _ => None,
    };
    let (visitor, repo, hashes) = (visitor.clone(), repo.clone(), hashes.to_vec());
    let purge = move |tx: &mut Tx<'_>| {
        let now = tx.now();
        hub::access_test(tx, &visitor, &repo, (Action::Write, now))?;
        // A branch made meanwhile would keep what is to be gone.
        if hub::refs_of(tx, &repo)? != refs {
            return Err(Refused::Stale.into());
        }
        for moved in &rewritten {
            hub::ref_move(tx, &repo, moved)?;
        }
        let actor = Actor::Person(visitor.signed_in()?);
        if let Some(card) = &card {
            card.keep(tx, &repo, actor)?;
        }
        hub::objects_delete(tx, &repo, &hashes)?;
        let detail = (repo.path(), &hashes, has_rewrite);
        audit(tx, actor, "repo.large-files-deleted", &repo.id.0, &detail)?;
        Ok::<_, hub::Error>(())
    };
    Ok(app.db().write(purge).wait()?)
}

/// Writes the history of all refs without some large files, durably; nothing leads to it yet.
fn rewrite(git: &git::Repo, refs: &[Ref], hashes: &[String]) -> Result<Vec<Move>, Error> {
    let tips: Vec<Oid> = refs.iter().filter_map(|found| found.commit.parse().ok()).collect();
    let hashes: HashSet<&str> = hashes.iter().map(String::as_str).collect();
    let mut doomed = HashSet::new();
    each_pointer(git, &tips, &mut |_, oid, pointer| {
        if hashes.contains(pointer.sha256.as_str()) {
            doomed.insert(oid);
        }
    })?;
    if doomed.is_empty() {
        return Ok(Vec::new());
    }
    let mut work = Rewrite {
        git,
        writer: git.writer(),
        doomed,
        trees: HashMap::new(),
        commits: HashMap::new(),
    };
    let mut moves = Vec::new();
    for found in refs {
        let Ok(old) = found.commit.parse::<Oid>() else { continue };
        let new = work.commit(old)?;
        if new != old {
            let to = work.target(found, new)?;
            moves.push(Move {
                name: found.name.clone(),
                old: Some(found.target.clone()),
                new: Some(to),
            });
        }
    }
    work.writer.finish()?;
    Ok(moves)
}

/// A history that is written anew.
struct Rewrite<'a> {
    git: &'a git::Repo,
    writer: Writer,
    /// Blobs that are to be gone.
    doomed: HashSet<Oid>,
    /// Paths of such blobs below the trees met so far.
    trees: HashMap<Oid, Rc<Vec<String>>>,
    /// The commits written so far, by their former names.
    commits: HashMap<Oid, Oid>,
}

impl Rewrite<'_> {
    /// Writes a commit anew, those that it builds on first. A commit in whose history nothing
    /// changes keeps its name.
    fn commit(&mut self, tip: Oid) -> Result<Oid, Error> {
        let mut open = vec![tip];
        while let Some(oid) = open.last().copied() {
            if self.commits.contains_key(&oid) {
                open.pop();
                continue;
            }
            let commit = self.git.commit_read(oid)?;
            let known = self.commits.len();
            let waits = commit.parents.iter().filter(|parent| !self.commits.contains_key(*parent));
            let waits: Vec<Oid> = waits.copied().collect();
            if waits.is_empty() {
                let new = self.commit_write(oid, commit)?;
                self.commits.insert(oid, new);
                open.pop();
            } else if known + open.len() > COMMITS_MAX {
                let problem = format!("the history has more than {COMMITS_MAX} commits: squash it");
                let problem = FieldProblem::new("rewriteHistory", problem);
                return Err(Refused::Invalid(vec![problem]).into());
            } else {
                open.extend(waits);
            }
        }
        Ok(self.commits.get(&tip).copied().unwrap_or(tip))
    }

    fn commit_write(&mut self, oid: Oid, commit: Commit) -> Result<Oid, Error> {
        let new = |parent: &Oid| self.commits.get(parent).copied().unwrap_or(*parent);
        let parents: Vec<Oid> = commit.parents.iter().map(new).collect();
        let paths = self.paths(commit.tree)?;
        if paths.is_empty() && parents == commit.parents {
            return Ok(oid);
        }
        let gone = paths.iter().map(|path| (path.clone(), Change::DeleteFile));
        let changes: BTreeMap<String, Change> = gone.collect();
        // Every path was read from this very tree, so none of them is refused.
        let tree = match self.writer.tree_edit(Some(commit.tree), &changes)? {
            Ok(tree) => tree,
            Err(_) => return Err(Refused::Stale.into()),
        };
        Ok(self.writer.commit_write(&Commit { tree, parents, ..commit })?)
    }

    /// Lists the paths of doomed blobs below a tree; most trees are met again and again. The depth
    /// is what a repository may have, for nothing deeper is taken in.
    fn paths(&mut self, tree: Oid) -> Result<Rc<Vec<String>>, Error> {
        if let Some(known) = self.trees.get(&tree) {
            return Ok(known.clone());
        }
        let mut paths = Vec::new();
        for entry in self.git.tree_read(tree)? {
            if entry.mode.is_dir() {
                let below = self.paths(entry.oid)?;
                paths.extend(below.iter().map(|path| format!("{}/{path}", entry.name)));
            } else if self.doomed.contains(&entry.oid) {
                paths.push(entry.name);
            }
        }
        let paths = Rc::new(paths);
        self.trees.insert(tree, paths.clone());
        Ok(paths)
    }

    /// The ref at its new commit; an annotated tag is written anew around it.
    fn target(&mut self, found: &Ref, new: Oid) -> Result<Ref, Error> {
        let mut to = plain_ref(&found.name, new);
        to.message.clone_from(&found.message);
        if found.target != found.commit
            && let Ok(old) = found.target.parse::<Oid>()
        {
            let tag = git::Tag { target: new, ..self.git.tag_read(old)? };
            to.target = self
                .writer
                .tag_write(&git::Tag { target_kind: git::Kind::Commit, ..tag })?
                .to_string();
        }
        Ok(to)
    }
}
