//! A push by Git's own program: judged while its objects wait outside, then shown in one
//! transaction.

use super::card::Card;
use super::publish::{larges_test, ref_push};
use super::{Depot, Error, held};
use crate::App;
use db::{Read, Tx};
use git::{Kind, Oid, Received, RefCommand, Refs};
use hub::{
    MAIN, Move, ObjectState, POINTER_BYTES_MAX, PULLS, Pointer, Ref, Refused, Repo, Visitor,
};
use identity::{Actor, audit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Largest file that Git keeps itself: each clone takes all versions of it. The same limit decides
/// what goes to large-file storage in uploads by the API.
const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// Commits of a push that are looked through for the path of a file that is refused; the message
/// names the file by its object where that does not find it.
const SEARCHED_COMMITS_MAX: usize = 1_000;
/// Longest message of a tag that is kept beside it, in characters; Git has the whole.
const TAG_MESSAGE_CHARS_MAX: usize = 2_000;

/// Why one ref of a push is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushRefused {
    /// The hub refuses.
    #[error("{0}")]
    Hub(Refused),
    /// The name is none that a push may change.
    #[error("`{0}` is no branch, tag or pull request that can be pushed")]
    Name(String),
    /// Somebody else pushed meanwhile.
    #[error("fetch first: the ref was changed meanwhile")]
    Stale,
    /// Pull requests are closed, not deleted.
    #[error("`{0}` stays: close the pull request instead")]
    PullStays(String),
    /// A tag leads to no commit.
    #[error("`{0}` stands for no commit")]
    NoCommit(String),
    /// A pointer names a large file that did not come.
    #[error("LFS object missing: {file} names {sha256}; run `git lfs push --all` for this remote")]
    LfsMissing {
        /// Where the pointer stands.
        file: String,
        /// The large file.
        sha256: String,
    },
    /// A file is too large for Git.
    #[error(
        "{file} has {size_bytes} bytes, Git takes {size_bytes_max}: track it by `git lfs migrate import`"
    )]
    FileTooLarge {
        /// Which file.
        file: String,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        size_bytes_max: u64,
    },
    /// The client asked for all or nothing, and another ref is refused.
    #[error("atomic push: `{0}` is refused")]
    Together(String),
}

impl From<Refused> for PushRefused {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Stale => Self::Stale,
            other => Self::Hub(other),
        }
    }
}

/// What became of each ref of a push, in the order of its commands.
pub type Outcomes = Vec<Result<(), PushRefused>>;

/// Returns the refs of a repository as Git's program is shown them.
pub fn refs_shown(read: &Read<'_>, repo: &Repo) -> Result<Refs, hub::Error> {
    let mut refs = Refs { head: MAIN.to_owned(), ..Refs::default() };
    for found in hub::refs_of(read, repo)? {
        match found.target.parse::<Oid>() {
            Ok(oid) if git::ref_name_is_valid(&found.name) => {
                refs.names.insert(found.name, oid);
            }
            // One ref that cannot be shown must not hide the others.
            _ => tracing::warn!(name = found.name, "a ref cannot be shown to Git"),
        }
    }
    Ok(refs)
}

/// Tests whether a visitor may push to some ref of a repository: they may change its files, or have
/// a pull request open in it. Which ref is tested again when it is known.
///
/// # Errors
/// As [`hub::access_test`].
pub fn push_allowed(
    read: &Read<'_>,
    (visitor, repo): (&Visitor, &Repo),
    now: base::Time,
) -> Result<(), hub::Error> {
    use hub::{Action, DiscussionFilter};
    let refused = match hub::access_test(read, visitor, repo, (Action::Write, now)) {
        Err(hub::Error::Refused(refused @ Refused::Forbidden { .. })) => refused,
        other => return other,
    };
    hub::access_test(read, visitor, repo, (Action::Contribute, now))?;
    let author = hub::name_of(read, visitor.signed_in()?)?;
    let own =
        DiscussionFilter { is_pull_request: Some(true), is_open: Some(true), author: Some(author) };
    let (_, count) = hub::discussions(read, visitor, repo, &own, (0, 1))?;
    if count > 0 { Ok(()) } else { Err(refused.into()) }
}

/// Carries out a push. Blocks. Durable when it returns: the objects first, then all refs in one
/// transaction. Branches may be forced, as on other hubs; the main branch cannot be deleted.
///
/// Nothing is kept of a push whose refs are all refused.
///
/// # Errors
/// When the machine fails; what is refused is in the answer, which is empty when the objects were
/// refused before.
pub fn push_take(
    app: &App,
    depot: &Depot,
    (visitor, repo): (&Visitor, &Arc<Repo>),
    received: &Received,
) -> Result<Outcomes, Error> {
    if received.refused().is_some() || received.commands().is_empty() {
        return Ok(Vec::new());
    }
    let git = received.repo();
    let found = app.db().read(|read| objects_judge(read, received, repo))?;
    let mut moves = Vec::new();
    for command in received.commands() {
        let judged = command_judge(git, repo, command)?;
        let of_objects = |found: &Judged| match (&found.refused, command.new) {
            (Some(refused), Some(_)) => Err(refused.clone()),
            _ => Ok(()),
        };
        moves.push(judged.and_then(|wished| of_objects(&found).map(|()| wished)));
    }
    if received.is_atomic() {
        together(&mut moves, received.commands());
    }
    if moves.iter().all(Result::is_err) {
        return Ok(moves.into_iter().map(|judged| judged.map(drop)).collect());
    }
    if moves.iter().flatten().any(|wished| wished.moved.new.is_some()) {
        received.accept()?;
    }
    let lock = depot.lock(repo.id);
    let _turn = held(&lock);
    let outcomes = moves_carry_out(app, (visitor, repo), &moves, (&found.larges, received))?;
    depot.touched(repo.id);
    Ok(outcomes)
}

/// A ref to be moved, and what its newest commit says.
#[derive(Debug, Clone)]
struct Wished {
    moved: Move,
    title: String,
    /// What the main branch will say of the repository.
    card: Option<Card>,
}

/// What the objects of a push are.
struct Judged {
    refused: Option<PushRefused>,
    /// Large files that they name.
    larges: BTreeMap<String, Pointer>,
}

fn objects_judge(read: &Read<'_>, received: &Received, repo: &Repo) -> Result<Judged, Error> {
    let git = received.repo();
    let mut larges = BTreeMap::new();
    let refused = |refused| Ok(Judged { refused: Some(refused), larges: BTreeMap::new() });
    let blobs = received.objects().iter().filter(|(_, header)| header.kind == Kind::Blob);
    for &(oid, header) in blobs {
        if header.size_bytes > FILE_BYTES_MAX {
            return refused(PushRefused::FileTooLarge {
                file: file_named(received, oid),
                size_bytes: header.size_bytes,
                size_bytes_max: FILE_BYTES_MAX,
            });
        }
        if header.size_bytes > POINTER_BYTES_MAX {
            continue;
        }
        let Some(pointer) = Pointer::parse(&git.blob_read(oid, POINTER_BYTES_MAX)?) else {
            continue;
        };
        let sha256 = pointer.sha256.clone();
        match hub::object_find(read, repo, &sha256)?.map(|object| object.state) {
            Some(ObjectState::Held | ObjectState::Claimed) => {}
            Some(ObjectState::False) => return refused(Refused::ObjectFalse { sha256 }.into()),
            None => {
                let file = file_named(received, oid);
                return refused(PushRefused::LfsMissing { file, sha256 });
            }
        }
        larges.insert(format!("object {oid}"), pointer);
    }
    Ok(Judged { refused: None, larges })
}

/// Names a file of a push by a path at which it stands, where the commits that come tell one.
fn file_named(received: &Received, blob: Oid) -> String {
    let git = received.repo();
    let commits = received.objects().iter().filter(|(_, header)| header.kind == Kind::Commit);
    for (commit, _) in commits.take(SEARCHED_COMMITS_MAX) {
        let Ok(commit) = git.commit_read(*commit) else { continue };
        let parent = commit.parents.first().and_then(|parent| git.commit_read(*parent).ok());
        let before = parent.map(|parent| parent.tree);
        let Ok(changed) = git.diff_trees(before, Some(commit.tree), git::CHANGED_PATHS_MAX) else {
            continue;
        };
        let is_it = |path: &&git::Changed| path.what.after().is_some_and(|side| side.oid == blob);
        if let Some(path) = changed.paths.iter().find(is_it) {
            return format!("`{}`", path.path);
        }
    }
    format!("object {blob}")
}

fn command_judge(
    git: &git::Repo,
    repo: &Repo,
    command: &RefCommand,
) -> Result<Result<Wished, PushRefused>, Error> {
    let name = command.name.clone();
    let Some(new) = command.new else { return Ok(deletion_judge(command)) };
    if hub::ref_name_test(&name).is_err() {
        return Ok(Err(PushRefused::Name(name)));
    }
    if command.old.is_none() && name.starts_with(PULLS) {
        // Its number comes from the discussion, which is opened first.
        let number = name.trim_start_matches(PULLS).parse().unwrap_or(0);
        return Ok(Err(Refused::DiscussionUnknown(number).into()));
    }
    let Some(commit) = git.commit_peel(new)? else {
        return Ok(Err(PushRefused::NoCommit(name)));
    };
    let message = if commit == new { String::new() } else { git.tag_read(new)?.message };
    let target = Ref {
        name: name.clone(),
        target: new.to_string(),
        commit: commit.to_string(),
        message: message.trim_end().chars().take(TAG_MESSAGE_CHARS_MAX).collect(),
    };
    let facts = git.commit_read(commit)?;
    let card = Card::read(git, repo, (&name, facts.tree))?;
    let title = facts.title().to_owned();
    let old = command.old.map(|old| old.to_string());
    Ok(Ok(Wished { moved: Move { name, old, new: Some(target) }, title, card }))
}

fn deletion_judge(command: &RefCommand) -> Result<Wished, PushRefused> {
    let name = command.name.clone();
    if name == MAIN {
        return Err(Refused::RefProtected("main".to_owned()).into());
    }
    if name.starts_with(PULLS) {
        return Err(PushRefused::PullStays(name));
    }
    let old = command.old.map(|old| old.to_string());
    Ok(Wished { moved: Move { name, old, new: None }, title: String::new(), card: None })
}

/// Refuses every ref of an all-or-nothing push of which one is refused.
fn together(moves: &mut [Result<Wished, PushRefused>], commands: &[RefCommand]) {
    let refused = moves.iter().position(Result::is_err).and_then(|at| commands.get(at));
    let Some(refused) = refused else { return };
    for judged in moves.iter_mut().filter(|judged| judged.is_ok()) {
        *judged = Err(PushRefused::Together(refused.name.clone()));
    }
}

/// Why the transaction of a push is undone.
enum Undone {
    Hub(hub::Error),
    /// One ref of an all-or-nothing push is refused.
    At(usize, Refused),
}

impl From<hub::Error> for Undone {
    fn from(error: hub::Error) -> Self {
        Self::Hub(error)
    }
}

impl From<Refused> for Undone {
    fn from(refused: Refused) -> Self {
        Self::Hub(refused.into())
    }
}

impl From<db::Error> for Undone {
    fn from(error: db::Error) -> Self {
        Self::Hub(error.into())
    }
}

fn moves_carry_out(
    app: &App,
    (visitor, repo): (&Visitor, &Arc<Repo>),
    moves: &[Result<Wished, PushRefused>],
    (larges, received): (&BTreeMap<String, Pointer>, &Received),
) -> Result<Outcomes, Error> {
    let is_atomic = received.is_atomic();
    let (wished, larges) = (moves.to_vec(), larges.clone());
    let (id, person, may_change) = (repo.id, visitor.signed_in()?, visitor.may_change);
    let written = app.db().write(move |tx| {
        // A push may take long: what its maker may do is asked again.
        let today = tx.now().date();
        let actor = hub::visitor_of(tx, person, today, may_change)?;
        let repo = hub::repo_by_id(tx, id)?.ok_or(Refused::RepoUnknown)?;
        larges_test(tx, &repo, &larges)?;
        let mut outcomes: Outcomes = wished.iter().cloned().map(|w| w.map(drop)).collect();
        // What goes makes room for what comes: `a` for `a/b`.
        for comes in [false, true] {
            for (at, wished) in wished.iter().enumerate() {
                let Ok(wished) = wished else { continue };
                if wished.moved.new.is_some() != comes {
                    continue;
                }
                match move_carry_out(tx, (&actor, &repo), wished) {
                    Ok(()) => {}
                    Err(hub::Error::Refused(refused)) if is_atomic => {
                        return Err(Undone::At(at, refused));
                    }
                    Err(hub::Error::Refused(refused)) => outcomes[at] = Err(refused.into()),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(outcomes)
    });
    match written.wait() {
        Ok(outcomes) => Ok(outcomes),
        Err(Undone::At(at, refused)) => {
            let mut moves = moves.to_vec();
            moves[at] = Err(refused.into());
            together(&mut moves, received.commands());
            Ok(moves.into_iter().map(|judged| judged.map(drop)).collect())
        }
        Err(Undone::Hub(hub::Error::Refused(refused))) => {
            Ok(moves.iter().map(|_| Err(refused.clone().into())).collect())
        }
        Err(Undone::Hub(error)) => Err(error.into()),
    }
}

/// Moves one ref. Whatever is refused is refused before anything is written, so that the other refs
/// of the push can go on.
fn move_carry_out(
    tx: &mut Tx<'_>,
    (visitor, repo): (&Visitor, &Repo),
    wished: &Wished,
) -> Result<(), hub::Error> {
    let moved = &wished.moved;
    let found = hub::ref_find(tx, repo, &moved.name)?;
    if found.as_ref().map(|found| &found.target) != moved.old.as_ref() {
        return Err(Refused::Stale.into());
    }
    if moved.new.is_some() {
        return ref_push(tx, (visitor, repo), moved, (&wished.title, wished.card.as_ref()));
    }
    let now = tx.now();
    hub::access_test(tx, visitor, repo, (hub::Action::Write, now))?;
    let Some(found) = found else { return Ok(()) };
    hub::ref_move(tx, repo, moved)?;
    // The commit stays in the trail, so that a branch deleted by mistake can be made again.
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "repo.ref-deleted", &repo.id.0, &(&moved.name, found.target))?;
    Ok(())
}
