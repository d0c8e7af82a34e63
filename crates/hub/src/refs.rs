//! Branches, tags and pull requests. The database owns them: a ref moves by compare and swap in one
//! transaction, after the objects behind it are durable.

use crate::{Action, Error, Ref, Refused, Repo, Visitor, access_test, event, rules, store};
use db::{Read, Tx};
use identity::{Actor, audit};

/// The branch that a repository opens with.
pub const MAIN: &str = "refs/heads/main";
/// What the names of branches begin with.
pub const HEADS: &str = "refs/heads/";
/// What the names of tags begin with.
pub const TAGS: &str = "refs/tags/";
/// What the names of pull requests begin with.
pub const PULLS: &str = "refs/pr/";
/// What the names of converted copies begin with.
pub const CONVERTED: &str = "refs/convert/";
/// Most refs of a repository: a clone lists them all.
const REFS_MAX: i64 = 10_000;

/// Lists the refs of a repository by name.
pub fn refs_of(read: &Read<'_>, repo: &Repo) -> Result<Vec<Ref>, Error> {
    Ok(store::refs::all(read, repo.id)?)
}

/// Finds a ref by its full name.
pub fn ref_find(read: &Read<'_>, repo: &Repo, name: &str) -> Result<Option<Ref>, Error> {
    Ok(store::refs::find(read, repo.id, name)?)
}

/// Finds the ref that a revision names: a full name, a branch, or a tag, in this order. Commits
/// are not looked up here.
pub fn ref_of_revision(read: &Read<'_>, repo: &Repo, revision: &str) -> Result<Option<Ref>, Error> {
    if revision.starts_with("refs/") {
        return ref_find(read, repo, revision);
    }
    let branch = ref_find(read, repo, &format!("{HEADS}{revision}"))?;
    if branch.is_some() {
        return Ok(branch);
    }
    ref_find(read, repo, &format!("{TAGS}{revision}"))
}

/// Returns the full name of the ref that a commit to a revision moves: a branch or a pull request.
pub fn writable_name(revision: &str) -> Result<String, Refused> {
    let name = if revision.starts_with("refs/") {
        revision.to_owned()
    } else {
        format!("{HEADS}{revision}")
    };
    let known = name.starts_with(HEADS) || name.starts_with(PULLS) || name.starts_with(CONVERTED);
    if known { Ok(name) } else { Err(Refused::RefInvalid(revision.to_owned())) }
}

/// A ref to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Full name.
    pub name: String,
    /// Where it stands; `None` where it does not exist.
    pub old: Option<String>,
    /// Where it goes; `None` deletes it.
    pub new: Option<Ref>,
}

/// Tests that a full name may be given to a ref by a push: a branch, a tag, a pull request or a
/// converted copy, with the rest of the name as Git takes it.
pub fn ref_name_test(name: &str) -> Result<(), Refused> {
    let short = [HEADS, TAGS, PULLS, CONVERTED].iter().find_map(|prefix| name.strip_prefix(prefix));
    let is_valid = |short: &str| rules::ref_name_is_valid(short) && !short.starts_with("refs/");
    if short.is_some_and(is_valid) { Ok(()) } else { Err(Refused::RefInvalid(name.to_owned())) }
}

/// Finds the ref that keeps a new one from being made: Git keeps refs as files, so `a` and `a/b`
/// cannot both be there in a clone.
pub fn ref_clash(read: &Read<'_>, repo: &Repo, name: &str) -> Result<Option<Ref>, Error> {
    for (at, _) in name.match_indices('/') {
        if let Some(found) = store::refs::find(read, repo.id, &name[..at])? {
            return Ok(Some(found));
        }
    }
    Ok(store::refs::below(read, repo.id, name)?)
}

/// Moves a ref if it stands where the mover believes; else the move is [`Refused::Stale`]. A new
/// one is [`Refused::RefTaken`] where [`ref_clash`] finds another.
pub fn ref_move(tx: &mut Tx<'_>, repo: &Repo, moved: &Move) -> Result<(), Error> {
    let found = store::refs::find(tx, repo.id, &moved.name)?;
    if found.as_ref().map(|found| &found.target) != moved.old.as_ref() {
        return Err(Refused::Stale.into());
    }
    let now = tx.now();
    match (&moved.new, found) {
        (Some(new), Some(_)) => store::refs::update(tx, repo.id, new, now)?,
        (Some(new), None) => {
            if store::refs::count(tx, repo.id)? >= REFS_MAX {
                return Err(Refused::RefInvalid(new.name.clone()).into());
            }
            if let Some(other) = ref_clash(tx, repo, &new.name)? {
                return Err(Refused::RefTaken(other.name).into());
            }
            store::refs::insert(tx, repo.id, new, now)?
        }
        (None, _) => store::refs::delete(tx, repo.id, &moved.name)?,
    };
    let new = moved.new.as_ref().map(|new| new.commit.as_str());
    event::ref_happened(tx, repo, (&moved.name, moved.old.as_deref(), new))
}

/// Makes a branch at a commit that the caller has found.
pub fn branch_create(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (branch, commit): (&str, &str),
) -> Result<(), Error> {
    create(tx, visitor, repo, (HEADS, branch), (commit, ""))
}

/// Makes a tag at a commit that the caller has found.
pub fn tag_create(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (tag, commit, message): (&str, &str, &str),
) -> Result<(), Error> {
    create(tx, visitor, repo, (TAGS, tag), (commit, message))
}

fn create(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (prefix, short): (&str, &str),
    (commit, message): (&str, &str),
) -> Result<(), Error> {
    /// Longest message of a tag, in characters.
    const MESSAGE_CHARS_MAX: usize = 2_000;
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Write, now))?;
    if !rules::ref_name_is_valid(short) || short.starts_with("refs/") {
        return Err(Refused::RefInvalid(short.to_owned()).into());
    }
    let name = format!("{prefix}{short}");
    if ref_find(tx, repo, &name)?.is_some() {
        return Err(Refused::RefTaken(name).into());
    }
    let new = Ref {
        name: name.clone(),
        target: commit.to_owned(),
        commit: commit.to_owned(),
        message: message.chars().take(MESSAGE_CHARS_MAX).collect(),
    };
    ref_move(tx, repo, &Move { name: name.clone(), old: None, new: Some(new) })?;
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "repo.ref-created", &repo.id.0, &(name, commit))?;
    Ok(())
}

/// Deletes a branch; the main branch stays.
pub fn branch_delete(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    branch: &str,
) -> Result<(), Error> {
    if format!("{HEADS}{branch}") == MAIN {
        return Err(Refused::RefProtected(branch.to_owned()).into());
    }
    delete(tx, visitor, repo, (HEADS, branch))
}

/// Deletes a tag.
pub fn tag_delete(tx: &mut Tx<'_>, visitor: &Visitor, repo: &Repo, tag: &str) -> Result<(), Error> {
    delete(tx, visitor, repo, (TAGS, tag))
}

fn delete(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (prefix, short): (&str, &str),
) -> Result<(), Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Write, now))?;
    let name = format!("{prefix}{short}");
    let Some(found) = ref_find(tx, repo, &name)? else {
        return Err(Refused::RefUnknown(short.to_owned()).into());
    };
    let moved = Move { name: name.clone(), old: Some(found.target.clone()), new: None };
    ref_move(tx, repo, &moved)?;
    let actor = Actor::Person(visitor.signed_in()?);
    // The commit stays in the trail, so that a branch deleted by mistake can be made again.
    audit(tx, actor, "repo.ref-deleted", &repo.id.0, &(name, found.target))?;
    Ok(())
}
