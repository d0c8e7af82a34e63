//! Table `hub_access`.

use crate::{Access, AccessId, AccessState, RepoId};
use base::{Page, Time};
use db::{Error, Read, Row, Tx, params};
use identity::PersonId;

/// `by` is whoever gave access without being asked.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    repo: RepoId,
    new: &Access,
    by: Option<PersonId>,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_access (id, repo_id, person_id, state, answers, reason, asked_at,
             decided_at, decided_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            &new.id.0,
            &repo.0,
            &new.person.0,
            new.state.as_str(),
            new.answers.as_deref(),
            &new.reason,
            new.asked_at,
            (new.state != AccessState::Pending).then_some(new.asked_at),
            by.as_ref().map(|by| &by.0)
        ],
    )
}

pub(crate) fn update(
    tx: &mut Tx<'_>,
    access: &Access,
    (by, at): (PersonId, Time),
) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_access SET state = ?2, reason = ?3, decided_by = ?4, decided_at = ?5
         WHERE id = ?1",
        params![&access.id.0, access.state.as_str(), &access.reason, &by.0, at],
    )
}

pub(crate) fn of_person(
    read: &Read<'_>,
    repo: RepoId,
    person: PersonId,
) -> Result<Option<Access>, Error> {
    read.row(
        "SELECT id, person_id, state, answers, reason, asked_at FROM hub_access
         WHERE repo_id = ?1 AND person_id = ?2",
        params![&repo.0, &person.0],
        access,
    )
}

pub(crate) fn by_id(read: &Read<'_>, repo: RepoId, id: AccessId) -> Result<Option<Access>, Error> {
    read.row(
        "SELECT id, person_id, state, answers, reason, asked_at FROM hub_access
         WHERE id = ?2 AND repo_id = ?1",
        params![&repo.0, &id.0],
        access,
    )
}

pub(crate) fn in_state(
    read: &Read<'_>,
    repo: RepoId,
    state: AccessState,
    page: &Page,
) -> Result<Vec<Access>, Error> {
    read.rows(
        "SELECT id, person_id, state, answers, reason, asked_at FROM hub_access
         WHERE repo_id = ?1 AND state = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
        params![&repo.0, state.as_str(), page.after.as_deref().unwrap_or(""), page.rows],
        access,
    )
}

fn access(row: &Row<'_>) -> Result<Access, Error> {
    Ok(Access {
        id: row.id(0)?,
        person: row.id(1)?,
        state: row.parse(2)?,
        answers: row.get(3)?,
        reason: row.get(4)?,
        asked_at: row.get(5)?,
    })
}
