//! The step that shows a change: one transaction moves the ref.

use super::draft::Draft;
use super::{ATTRIBUTES_DEFAULT, Card, Depot, Error, Message, README, held, revision_find};
use crate::{App, once, once_find};
use db::Tx;
use git::Oid;
use hub::{
    Action, MAIN, Move, NewRepo, ObjectState, PULLS, Pointer, Ref, Refused, Repo, RepoId, RepoKind,
    Visitor,
};
use identity::{Actor, audit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Times that a change is built anew when another process was faster.
pub(super) const TRIES: u32 = 8;

/// A change with everything that publishing needs to know.
#[derive(Debug)]
pub struct Push {
    /// The repository.
    pub repo: Arc<Repo>,
    /// Who pushes.
    pub visitor: Visitor,
    /// The branch or pull request, as the client names it.
    pub revision: String,
    /// The commit that the client believes it builds on; else the newest is taken.
    pub parent: Option<String>,
    /// What the commit says.
    pub message: Message,
}

/// A change that everybody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The commit.
    pub commit: Oid,
    /// The ref that leads to it.
    pub name: String,
}

/// Publishes a change. Blocks. Durable when it returns; of two pushes at once on the same parent
/// one is [`Refused::Stale`], or is built again where its client named no parent.
///
/// # Errors
/// [`Refused::Stale`], [`Refused::RevisionUnknown`], [`Refused::ObjectMissing`],
/// [`Refused::ObjectFalse`], [`Refused::FileMissing`], [`Refused::PathInvalid`].
pub fn publish(
    app: &App,
    depot: &Depot,
    push: &Push,
    draft: &mut Draft,
) -> Result<Published, Error> {
    let lock = depot.lock(push.repo.id);
    let _turn = held(&lock);
    publish_tries(app, depot, push, (draft, None))
}

/// Publishes a change once per key, however often it is sent, also after a crash: the key is kept
/// with `location` in the transaction that shows the change, where [`crate::once_find`] finds it.
/// Says where to go. An empty key publishes each time.
///
/// # Errors
/// As [`publish`].
pub fn publish_keyed(
    app: &App,
    depot: &Depot,
    push: &Push,
    (draft, key, location): (&mut Draft, &str, &str),
) -> Result<String, Error> {
    let lock = depot.lock(push.repo.id);
    let _turn = held(&lock);
    let known = || app.db().read(|read| once_find(read, key));
    if let Some(location) = known()? {
        return Ok(location);
    }
    match publish_tries(app, depot, push, (draft, Some((key, location)))) {
        Ok(_) => Ok(location.to_owned()),
        // Perhaps another process has done this very change.
        Err(error) => known()?.ok_or(error),
    }
}

fn publish_tries(
    app: &App,
    depot: &Depot,
    push: &Push,
    (draft, key): (&mut Draft, Option<(&str, &str)>),
) -> Result<Published, Error> {
    let name = hub::writable_name(&push.revision)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match publish_once(app, depot, push, (&name, draft, key)) {
            Err(Error::Hub(hub::Error::Refused(Refused::Stale)))
                if push.parent.is_none() && tries < TRIES => {}
            other => return other,
        }
    }
}

fn publish_once(
    app: &App,
    depot: &Depot,
    push: &Push,
    (name, draft, key): (&str, &mut Draft, Option<(&str, &str)>),
) -> Result<Published, Error> {
    let git = depot.git(push.repo.id)?;
    let head = app.db().read(|read| revision_find(read, &git, &push.repo, name))?;
    if let Some(parent) = &push.parent
        && *parent != head.commit.to_string()
    {
        return Err(Refused::Stale.into());
    }
    let base = Some((head.commit, head.tree));
    let built = draft.build(base, vec![head.commit], &push.message)?;
    let moved = Move {
        name: name.to_owned(),
        old: Some(head.commit.to_string()),
        new: Some(plain_ref(name, built.commit)),
    };
    let (repo, visitor, larges) = (push.repo.clone(), push.visitor.clone(), draft.larges().clone());
    let title = push.message.summary.clone();
    let card = Card::read(&git, &push.repo, (name, built.tree))?;
    let key = key.map(|(key, location)| (key.to_owned(), location.to_owned()));
    app.db()
        .write(move |tx| {
            larges_test(tx, &repo, &larges)?;
            if let Some((key, location)) = &key {
                if once_find(tx, key)?.is_some() {
                    return Err(Refused::Stale.into());
                }
                once(tx, key, |_| Ok::<_, db::Error>(location.clone()))?;
            }
            ref_push(tx, (&visitor, &repo), &moved, (&title, card.as_ref()))
        })
        .wait()?;
    depot.touched(push.repo.id);
    Ok(Published { commit: built.commit, name: name.to_owned() })
}

/// Moves a ref as the visitor may: branches need writing, a pull request its author. Where the main
/// branch moves, what its card says is kept with it.
pub(super) fn ref_push(
    tx: &mut Tx<'_>,
    (visitor, repo): (&Visitor, &Repo),
    moved: &Move,
    (title, card): (&str, Option<&Card>),
) -> Result<(), hub::Error> {
    let now = tx.now();
    let pull = moved.name.strip_prefix(PULLS).and_then(|number| number.parse::<i64>().ok());
    match (pull, &moved.new) {
        (Some(number), Some(new)) => {
            hub::commit_note(tx, visitor, repo, number, (&new.commit, title))?;
        }
        _ => hub::access_test(tx, visitor, repo, (Action::Write, now))?,
    }
    hub::ref_move(tx, repo, moved)?;
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "repo.pushed", &repo.id.0, &(&moved.name, title))?;
    match card {
        Some(card) => card.keep(tx, repo, actor),
        None => Ok(()),
    }
}

pub(super) fn plain_ref(name: &str, commit: Oid) -> Ref {
    let commit = commit.to_string();
    Ref { name: name.to_owned(), target: commit.clone(), commit, message: String::new() }
}

/// Tests that the repository holds every large file that a change names.
pub(super) fn larges_test(
    tx: &mut Tx<'_>,
    repo: &Repo,
    larges: &BTreeMap<String, Pointer>,
) -> Result<(), hub::Error> {
    for (path, pointer) in larges {
        let sha256 = pointer.sha256.clone();
        match hub::object_find(tx, repo, &pointer.sha256)?.map(|object| object.state) {
            Some(ObjectState::Held | ObjectState::Claimed) => {}
            Some(ObjectState::False) => return Err(Refused::ObjectFalse { sha256 }.into()),
            None => {
                let path = path.clone();
                return Err(Refused::ObjectMissing { path, sha256 }.into());
            }
        }
    }
    Ok(())
}

/// The card that a space begins with: clients read its framework from there and expect it to be
/// there (`metadata_update` in `repocard.py` of `huggingface_hub`). Others begin without one.
fn card_first(new: &NewRepo) -> Option<String> {
    let is_space = new.kind == RepoKind::Space;
    is_space.then(|| format!("---\ntitle: \"{}\"\nsdk: {}\n---\n", new.name, new.sdk))
}

/// Makes a repository with its first commit. Blocks. The folder comes first: a process killed in
/// between leaves one that no repository names, and the collection of garbage removes it.
pub fn repo_begin(
    app: &App,
    depot: &Depot,
    (visitor, author): (&Visitor, &str),
    new: &NewRepo,
) -> Result<Repo, Error> {
    let now = app.now();
    let id = RepoId(app.random().id(now));
    let git = depot.git_create(id)?;
    let mut draft = Draft::of(git);
    draft.file(".gitattributes", ATTRIBUTES_DEFAULT.as_bytes())?;
    let text = card_first(new);
    if let Some(text) = &text {
        draft.file(README, text.as_bytes())?;
    }
    let card = text.map(|text| Card::of(new.kind, &text));
    let message = Message {
        author: author.to_owned(),
        summary: "initial commit".to_owned(),
        description: String::new(),
        seconds: now.millis().div_euclid(1_000),
    };
    let built = draft.build(None, Vec::new(), &message)?;
    let (visitor, new) = (visitor.clone(), new.clone());
    let made = app
        .db()
        .write(move |tx| {
            let repo = hub::repo_create(tx, &visitor, id, &new)?;
            let first = plain_ref(MAIN, built.commit);
            let moved = Move { name: MAIN.to_owned(), old: None, new: Some(first) };
            hub::ref_move(tx, &repo, &moved)?;
            if let Some(card) = &card {
                card.keep(tx, &repo, Actor::Person(visitor.signed_in()?))?;
            }
            Ok::<_, hub::Error>(repo)
        })
        .wait();
    if made.is_err() {
        // Nobody knows the folder; if it stays, the collection of garbage takes it.
        if let Err(error) = std::fs::remove_dir_all(depot.git_path(id)) {
            tracing::warn!(%error, "a folder of no repository stays for now");
        }
    }
    Ok(made?)
}
