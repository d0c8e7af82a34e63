//! Tables `hub_personal`, `hub_purpose`, `hub_reading`.

use crate::{PurposeId, RepoId};
use base::Time;
use db::{Error, Read, params};
use identity::PersonId;

/// The publisher's statement and the data subjects' office, where personal data is declared.
pub(crate) fn find(read: &Read<'_>, repo: RepoId) -> Result<Option<(String, String)>, Error> {
    read.row(
        "SELECT statement, office FROM hub_personal WHERE repo_id = ?1",
        params![&repo.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// An approved purpose of a person that has not expired.
pub(crate) fn approved(
    read: &Read<'_>,
    repo: RepoId,
    person: PersonId,
    at: Time,
) -> Result<Option<PurposeId>, Error> {
    read.row(
        "SELECT id FROM hub_purpose
         WHERE repo_id = ?1 AND person_id = ?2 AND state = 'Approved' AND expires_at > ?3
         ORDER BY expires_at DESC",
        params![&repo.0, &person.0, at],
        |row| row.id(0),
    )
}
