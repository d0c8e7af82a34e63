//! Work on a whole repository: its history pressed into one commit, its copy.

use super::publish::{plain_ref, ref_push};
use super::{Card, Depot, Error, Published, Push, held, revision_find};
use crate::App;
use git::Commit;
use hub::{Action, Gating, Move, NewRepo, PULLS, Ref, Refused, Repo, RepoId, Settings, Visitor};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Large files that are copied in one read.
const OBJECTS_ROWS: u32 = 1_000;
/// Times that the packs of a repository are listed again because some were joined meanwhile: that
/// happens once in fifty changes.
const LOOKS: u32 = 4;

/// Puts one commit with the files of a branch in the place of its history. Blocks. The history
/// stays where other refs lead to it.
///
/// # Errors
/// [`Refused::RevisionUnknown`], [`Refused::RefInvalid`] for a tag, [`Refused::Stale`].
pub fn squash(app: &App, depot: &Depot, push: &Push) -> Result<Published, Error> {
    let name = hub::writable_name(&push.revision)?;
    let lock = depot.lock(push.repo.id);
    let _turn = held(&lock);
    let git = depot.git(push.repo.id)?;
    let head = app.db().read(|read| {
        if hub::ref_find(read, &push.repo, &name)?.is_none() {
            return Err(Error::from(Refused::RevisionUnknown(push.revision.clone())));
        }
        revision_find(read, &git, &push.repo, &name)
    })?;
    let mut writer = git.writer();
    let actor = push.message.actor();
    let commit = Commit {
        tree: head.tree,
        parents: Vec::new(),
        author: actor.clone(),
        committer: actor,
        message: push.message.text(),
    };
    let commit = writer.commit_write(&commit)?;
    writer.finish()?;
    let moved = Move {
        name: name.clone(),
        old: Some(head.commit.to_string()),
        new: Some(plain_ref(&name, commit)),
    };
    let (visitor, repo, title) =
        (push.visitor.clone(), push.repo.clone(), push.message.summary.clone());
    let card = Card::read(&git, &push.repo, (&name, head.tree))?;
    let act =
        move |tx: &mut db::Tx<'_>| ref_push(tx, (&visitor, &repo), &moved, (&title, card.as_ref()));
    app.db().write(act).wait()?;
    Ok(Published { commit, name })
}

/// Copies a repository with its history, branches, tags and large files; pull requests and people's
/// traces stay behind. The gate before its files and the declaration of personal data go along.
/// Blocks.
///
/// # Errors
/// As [`hub::repo_create`], [`hub::access_test`] and [`hub::personal_copy_test`] for the source.
pub fn repo_copy(
    app: &App,
    depot: &Depot,
    (visitor, source): (&Visitor, &Arc<Repo>),
    new: &NewRepo,
) -> Result<Repo, Error> {
    let id = RepoId(app.random().id(app.now()));
    let from = depot.git(source.id)?;
    let to = depot.git_create(id)?;
    // Refs first: the packs that are linked after it hold everything that they lead to, whoever
    // pushes meanwhile.
    let refs = app.db().read(|read| hub::refs_of(read, source))?;
    packs_link(from.path(), to.path())?;
    let made = {
        let (visitor, source, new) = (visitor.clone(), source.clone(), new.clone());
        let refs: Vec<_> = refs.into_iter().filter(|r| !r.name.starts_with(PULLS)).collect();
        app.db().write(move |tx| copy_rows(tx, (&visitor, &source, &refs), id, &new)).wait()
    };
    if made.is_err()
        && let Err(error) = fs::remove_dir_all(depot.git_path(id))
    {
        tracing::warn!(%error, "a folder of no repository stays for now");
    }
    Ok(made?)
}

/// Puts before the files of a copy what stands before those of its source.
fn closed_likewise(
    tx: &mut db::Tx<'_>,
    visitor: &Visitor,
    (source, copy): (&Repo, Repo),
) -> Result<Repo, hub::Error> {
    if let Some(personal) = hub::personal_of(tx, visitor, source)? {
        hub::personal_declare(tx, visitor, &copy, (&personal.statement, &personal.office))?;
    }
    if source.gating == Gating::Open {
        return Ok(copy);
    }
    let settings = Settings { is_private: None, gating: Some(source.gating) };
    hub::repo_set(tx, visitor, &copy, &settings)
}

fn copy_rows(
    tx: &mut db::Tx<'_>,
    (visitor, source, refs): (&Visitor, &Repo, &[Ref]),
    id: RepoId,
    new: &NewRepo,
) -> Result<Repo, hub::Error> {
    let now = tx.now();
    hub::access_test(tx, visitor, source, (Action::Read, now))?;
    hub::personal_copy_test(tx, visitor, source)?;
    let repo = hub::repo_create(tx, visitor, id, new)?;
    let repo = closed_likewise(tx, visitor, (source, repo))?;
    for found in refs {
        let name = found.name.clone();
        hub::ref_move(tx, &repo, &Move { name, old: None, new: Some(found.clone()) })?;
    }
    let card = hub::CardFacts {
        card: source.card.clone(),
        summary: source.summary.clone(),
        license: source.license.clone(),
        pipeline_tag: source.pipeline_tag.clone(),
        library: source.library.clone(),
        tags: hub::tags_of(tx, &[source.id])?.remove(&source.id).unwrap_or_default(),
    };
    hub::card_set(tx, &repo, &card)?;
    let edges = hub::lineage_of(tx, visitor, source)?;
    hub::lineage_set(tx, &repo, &edges)?;
    let mut after = String::new();
    loop {
        let objects = hub::objects_of(tx, source, (&after, OBJECTS_ROWS))?;
        let Some(last) = objects.last() else { break };
        after.clone_from(&last.sha256);
        for object in &objects {
            hub::object_copy(tx, (source, &repo), &object.sha256)?;
        }
    }
    Ok(repo)
}

/// Packs never change, so a copy shares them; where the file system has no links they are copied.
fn packs_link(from: &Path, to: &Path) -> Result<(), Error> {
    let (from, to) = (from.join("objects/pack"), to.join("objects/pack"));
    let mut looks = 0;
    while !packs_link_once(&from, &to)? {
        looks += 1;
        if looks == LOOKS {
            let source = io::ErrorKind::NotFound.into();
            return Err(git::Error::File { action: "copy the packs of", path: from, source }.into());
        }
    }
    let folder = fs::File::open(&to).map_err(failed("open", &to))?;
    folder.sync_all().map_err(failed("sync", &to))
}

/// Links what there is; `false` when a pack went meanwhile because it was joined with others. The
/// pack in its place stands in a new listing.
fn packs_link_once(from: &Path, to: &Path) -> Result<bool, Error> {
    let entries = fs::read_dir(from).map_err(failed("read", from))?;
    let mut names: Vec<_> = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()
        .map_err(failed("read", from))?;
    // An index without its pack would be read: packs come first.
    names.sort_by_key(|name| name.to_string_lossy().ends_with(".idx"));
    for name in names {
        let (old, new) = (from.join(&name), to.join(&name));
        // What is linked is the same file: copying over it would empty both.
        if new.exists() || fs::hard_link(&old, &new).is_ok() {
            continue;
        }
        match fs::copy(&old, &new) {
            Ok(_) => {
                let copied = fs::File::open(&new).map_err(failed("open", &new))?;
                copied.sync_all().map_err(failed("sync", &new))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed("copy", &new)(error)),
        }
    }
    Ok(true)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| git::Error::File { action, path: path.to_owned(), source }.into()
}
