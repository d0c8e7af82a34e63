//! Tables `hub_personal`, `hub_purpose`, `hub_reading`.

use crate::{Personal, Purpose, PurposeId, Reading, RepoId};
use base::{Page, Time};
use db::{Error, Read, Row, Tx, params};
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

pub(crate) fn put(tx: &mut Tx<'_>, repo: RepoId, new: &Personal) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_personal (repo_id, statement, office, declared_by, declared_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (repo_id) DO UPDATE SET statement = excluded.statement,
             office = excluded.office, declared_by = excluded.declared_by,
             declared_at = excluded.declared_at",
        params![&repo.0, &new.statement, &new.office, &new.declared_by.0, new.declared_at],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, repo: RepoId) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_personal WHERE repo_id = ?1", params![&repo.0])
}

pub(crate) fn declared(read: &Read<'_>, repo: RepoId) -> Result<Option<Personal>, Error> {
    read.row(
        "SELECT statement, office, declared_by, declared_at FROM hub_personal WHERE repo_id = ?1",
        params![&repo.0],
        |row| {
            Ok(Personal {
                statement: row.get(0)?,
                office: row.get(1)?,
                declared_by: row.id(2)?,
                declared_at: row.get(3)?,
            })
        },
    )
}

pub(crate) fn purpose_insert(tx: &mut Tx<'_>, repo: RepoId, new: &Purpose) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_purpose (id, repo_id, person_id, purpose, state, reason, asked_at,
             expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            &new.id.0,
            &repo.0,
            &new.person.0,
            &new.purpose,
            new.state.as_str(),
            &new.reason,
            new.asked_at,
            new.expires_at
        ],
    )
}

pub(crate) fn purpose_update(
    tx: &mut Tx<'_>,
    changed: &Purpose,
    (by, at): (PersonId, Time),
) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_purpose SET state = ?2, reason = ?3, decided_by = ?4, decided_at = ?5
         WHERE id = ?1",
        params![&changed.id.0, changed.state.as_str(), &changed.reason, &by.0, at],
    )
}

/// Whether a person waits for an answer.
pub(crate) fn waits(read: &Read<'_>, repo: RepoId, person: PersonId) -> Result<bool, Error> {
    let found: i64 = read.scalar(
        "SELECT COUNT(*) FROM hub_purpose
         WHERE repo_id = ?1 AND person_id = ?2 AND state = 'Asked'",
        params![&repo.0, &person.0],
    )?;
    Ok(found > 0)
}

pub(crate) fn purpose(
    read: &Read<'_>,
    repo: RepoId,
    id: PurposeId,
) -> Result<Option<Purpose>, Error> {
    read.row(
        "SELECT id, person_id, purpose, state, reason, asked_at, expires_at FROM hub_purpose
         WHERE id = ?2 AND repo_id = ?1",
        params![&repo.0, &id.0],
        purpose_row,
    )
}

/// Those of one person, or all.
pub(crate) fn purposes(
    read: &Read<'_>,
    repo: RepoId,
    person: Option<PersonId>,
    page: &Page,
) -> Result<Vec<Purpose>, Error> {
    let after = page.after.as_deref().unwrap_or("");
    let person = person.map(|person| person.to_string()).unwrap_or_default();
    read.rows(
        "SELECT id, person_id, purpose, state, reason, asked_at, expires_at FROM hub_purpose
         WHERE repo_id = ?1 AND (?2 = '' OR person_id = ?2) AND id > ?3 ORDER BY id LIMIT ?4",
        params![&repo.0, person, after, page.rows],
        purpose_row,
    )
}

fn purpose_row(row: &Row<'_>) -> Result<Purpose, Error> {
    Ok(Purpose {
        id: row.id(0)?,
        person: row.id(1)?,
        purpose: row.get(2)?,
        state: row.parse(3)?,
        reason: row.get(4)?,
        asked_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}

pub(crate) fn reading_insert(tx: &mut Tx<'_>, repo: RepoId, new: &Reading) -> Result<(), Error> {
    tx.insert_later(
        "INSERT INTO hub_reading (id, repo_id, repo_path, person_id, purpose, path, commit_id, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            &new.id,
            &repo.0,
            &new.repo_path,
            &new.person.0,
            &new.purpose,
            &new.path,
            &new.commit,
            new.at
        ],
    )
}

pub(crate) fn readings(read: &Read<'_>, repo: RepoId, page: &Page) -> Result<Vec<Reading>, Error> {
    read.rows(
        "SELECT id, repo_path, person_id, purpose, path, commit_id, at FROM hub_reading
         WHERE repo_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        params![&repo.0, page.after.as_deref().unwrap_or(""), page.rows],
        |row| {
            Ok(Reading {
                id: row.get(0)?,
                repo_path: row.get(1)?,
                person: row.id(2)?,
                purpose: row.get(3)?,
                path: row.get(4)?,
                commit: row.get(5)?,
                at: row.get(6)?,
            })
        },
    )
}
