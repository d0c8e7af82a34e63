//! Table `hub_access`.

use crate::{Access, RepoId};
use db::{Error, Read, Row, params};
use identity::PersonId;

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
