//! Tables `hub_discussion`, `hub_discussion_event`.

use crate::discussion::EVENTS_MAX;
use crate::{Discussion, Event, EventId, RepoId};
use db::{Error, Param, Read, Row, Tx, params};
use identity::PersonId;

/// Whether pull requests, whether open, by whom.
type Asked = (Option<bool>, Option<bool>, Option<PersonId>);

/// The rows that are asked for; `?2` and `?3` are -1 and `?4` is empty where it does not matter.
macro_rules! asked {
    () => {
        "repo_id = ?1 AND (?2 < 0 OR is_pull_request = ?2) AND (?4 = '' OR author_id = ?4)
         AND (?3 < 0 OR (?3 = 1 AND status IN ('Draft', 'Open'))
             OR (?3 = 0 AND status IN ('Closed', 'Merged')))"
    };
}

pub(crate) fn insert(tx: &mut Tx<'_>, repo: RepoId, new: &Discussion) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_discussion (repo_id, number, title, author_id, status, is_pull_request,
             base, base_commit, merge_commit, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            &repo.0,
            new.number,
            &new.title,
            &new.author.0,
            new.status.as_str(),
            new.is_pull_request,
            &new.base,
            &new.base_commit,
            new.merge_commit.as_deref(),
            new.created_at
        ],
    )
}

pub(crate) fn update(tx: &mut Tx<'_>, repo: RepoId, changed: &Discussion) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_discussion SET title = ?3, status = ?4, merge_commit = ?5
         WHERE repo_id = ?1 AND number = ?2",
        params![
            &repo.0,
            changed.number,
            &changed.title,
            changed.status.as_str(),
            changed.merge_commit.as_deref()
        ],
    )
}

pub(crate) fn find(
    read: &Read<'_>,
    repo: RepoId,
    number: i64,
) -> Result<Option<Discussion>, Error> {
    read.row(
        "SELECT number, title, author_id, status, is_pull_request, base, base_commit,
             merge_commit, created_at
         FROM hub_discussion WHERE repo_id = ?1 AND number = ?2",
        params![&repo.0, number],
        discussion,
    )
}

pub(crate) fn count(read: &Read<'_>, repo: RepoId, asked: Asked) -> Result<i64, Error> {
    let (pull, open, author) = bound(&asked);
    read.scalar(
        concat!("SELECT COUNT(*) FROM hub_discussion WHERE ", asked!()),
        params![&repo.0, pull, open, author],
    )
}

pub(crate) fn list(
    read: &Read<'_>,
    repo: RepoId,
    asked: Asked,
    (start, rows): (i64, u32),
) -> Result<Vec<Discussion>, Error> {
    let (pull, open, author) = bound(&asked);
    read.rows(
        concat!(
            "SELECT number, title, author_id, status, is_pull_request, base, base_commit,
                 merge_commit, created_at
             FROM hub_discussion WHERE ",
            asked!(),
            " ORDER BY number DESC LIMIT ?6 OFFSET ?5"
        ),
        params![&repo.0, pull, open, author, start, rows],
        discussion,
    )
}

fn bound(asked: &Asked) -> (i64, i64, Param<'_>) {
    let flag = |asked: Option<bool>| asked.map_or(-1, i64::from);
    let author = asked.2.as_ref().map_or(Param::Text(""), |person| Param::from(&person.0));
    (flag(asked.0), flag(asked.1), author)
}

fn discussion(row: &Row<'_>) -> Result<Discussion, Error> {
    Ok(Discussion {
        number: row.get(0)?,
        title: row.get(1)?,
        author: row.id(2)?,
        status: row.parse(3)?,
        is_pull_request: row.get(4)?,
        base: row.get(5)?,
        base_commit: row.get(6)?,
        merge_commit: row.get(7)?,
        created_at: row.get(8)?,
    })
}

pub(crate) fn event_insert(
    tx: &mut Tx<'_>,
    repo: RepoId,
    (number, place): (i64, i64),
    new: &Event,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_discussion_event (id, repo_id, number, place, kind, author_id, at, text,
             other, is_hidden)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            &new.id.0,
            &repo.0,
            number,
            place,
            new.kind.as_str(),
            &new.author.0,
            new.at,
            &new.text,
            &new.other,
            new.is_hidden
        ],
    )
}

/// Writes a comment that was edited or hidden.
pub(crate) fn event_update(tx: &mut Tx<'_>, changed: &Event) -> Result<u64, Error> {
    let (by, at) = match &changed.edited {
        Some((by, at)) => (Some(&by.0), Some(*at)),
        None => (None, None),
    };
    tx.exec(
        "UPDATE hub_discussion_event
         SET text = ?2, edited_by = ?3, edited_at = ?4, is_hidden = ?5 WHERE id = ?1",
        params![&changed.id.0, &changed.text, by, at, changed.is_hidden],
    )
}

pub(crate) fn events_count(read: &Read<'_>, repo: RepoId, number: i64) -> Result<i64, Error> {
    read.scalar(
        "SELECT COUNT(*) FROM hub_discussion_event WHERE repo_id = ?1 AND number = ?2",
        params![&repo.0, number],
    )
}

pub(crate) fn events(read: &Read<'_>, repo: RepoId, number: i64) -> Result<Vec<Event>, Error> {
    read.rows(
        "SELECT id, kind, author_id, at, text, other, edited_by, edited_at, is_hidden
         FROM hub_discussion_event WHERE repo_id = ?1 AND number = ?2
         ORDER BY place LIMIT ?3",
        params![&repo.0, number, 2 * EVENTS_MAX],
        found,
    )
}

pub(crate) fn event(
    read: &Read<'_>,
    repo: RepoId,
    number: i64,
    id: EventId,
) -> Result<Option<Event>, Error> {
    read.row(
        "SELECT id, kind, author_id, at, text, other, edited_by, edited_at, is_hidden
         FROM hub_discussion_event WHERE id = ?3 AND repo_id = ?1 AND number = ?2",
        params![&repo.0, number, &id.0],
        found,
    )
}

fn found(row: &Row<'_>) -> Result<Event, Error> {
    Ok(Event {
        id: row.id(0)?,
        kind: row.parse(1)?,
        author: row.id(2)?,
        at: row.get(3)?,
        text: row.get(4)?,
        other: row.get(5)?,
        edited: row.id_optional(6)?.zip(row.get(7)?),
        is_hidden: row.get(8)?,
    })
}
