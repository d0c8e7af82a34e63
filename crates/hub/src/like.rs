//! Who likes which repository. The count on the repository changes in the same write.

use crate::cursor::Cursor;
use crate::{Action, Error, Part, Repo, RepoKind, Visitor, access_test, store};
use base::Time;
use db::{Read, Tx};
use identity::{Actor, PersonId, audit};

/// Most rows of one part of a list, as `huggingface_hub` never asks for more.
pub const PART_ROWS_MAX: u32 = 1_000;

/// A repository that somebody likes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liked {
    /// The repository.
    pub repo: Repo,
    /// Since when.
    pub at: Time,
}

/// Somebody who likes a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liker {
    /// Who.
    pub person: PersonId,
    /// Their short name; empty where they have none.
    pub name: String,
    /// Their name to show.
    pub fullname: String,
    /// Since when.
    pub at: Time,
}

/// Notes that the visitor likes a repository; `false` where they did already.
pub fn like_add(tx: &mut Tx<'_>, visitor: &Visitor, repo: &Repo) -> Result<bool, Error> {
    change(tx, visitor, repo, true)
}

/// Notes that the visitor does not like a repository any more; `false` where they did not.
pub fn like_remove(tx: &mut Tx<'_>, visitor: &Visitor, repo: &Repo) -> Result<bool, Error> {
    change(tx, visitor, repo, false)
}

fn change(tx: &mut Tx<'_>, visitor: &Visitor, repo: &Repo, likes: bool) -> Result<bool, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Contribute, now))?;
    let person = visitor.signed_in()?;
    let (changed, action) = if likes {
        (store::like::insert(tx, repo.id, person, now)?, "repo.liked")
    } else {
        (store::like::delete(tx, repo.id, person)?, "repo.unliked")
    };
    if changed == 0 {
        return Ok(false);
    }
    store::like::count_add(tx, repo.id, if likes { 1 } else { -1 })?;
    audit(tx, Actor::Person(person), action, &repo.id.0, &repo.path())?;
    Ok(true)
}

/// Tells whether a person likes a repository.
pub fn is_liked(read: &Read<'_>, repo: &Repo, person: PersonId) -> Result<bool, Error> {
    Ok(store::like::exists(read, repo.id, person)?)
}

/// Lists what a person likes, newest first; what the visitor may not see is left out.
///
/// `limit` is held between 1 and [`PART_ROWS_MAX`].
pub fn liked_by(
    read: &Read<'_>,
    visitor: &Visitor,
    (person, kind): (PersonId, Option<RepoKind>),
    (after, limit): (Option<&str>, u32),
) -> Result<Part<Liked>, Error> {
    let after = Cursor::or_top(after)?;
    let limit = limit.clamp(1, PART_ROWS_MAX);
    let rows = store::like::of_person(
        read,
        (person, kind),
        &visitor.namespaces_text(),
        (&after, limit + 1),
    )?;
    let place = |liked: &Liked| Cursor { value: liked.at.millis(), id: liked.repo.id.0 };
    Ok(Part::cut(rows, limit, place))
}

/// Lists who likes a repository, newest first.
///
/// `limit` is held between 1 and [`PART_ROWS_MAX`].
pub fn likers(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (after, limit): (Option<&str>, u32),
) -> Result<Part<Liker>, Error> {
    visitor.sees(repo)?;
    let after = Cursor::or_top(after)?;
    let limit = limit.clamp(1, PART_ROWS_MAX);
    let rows = store::like::of_repo(read, repo.id, (&after, limit + 1))?;
    Ok(Part::cut(rows, limit, |liker| Cursor { value: liker.at.millis(), id: liker.person.0 }))
}
