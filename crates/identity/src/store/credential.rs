//! Table `credential`.

use crate::{Credential, CredentialId, CredentialKind, PersonId};
use base::Time;
use db::{Error, Read, Tx, params};

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Credential, secret_sha256: &str) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO credential (secret_sha256, id, person_id, kind, label, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            secret_sha256,
            &new.id.0,
            &new.person.0,
            new.kind.as_str(),
            &new.label,
            new.created_at,
            new.expires_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn live(
    read: &Read<'_>,
    secret_sha256: &str,
    kind: CredentialKind,
    at: Time,
) -> Result<Option<(CredentialId, PersonId)>, Error> {
    read.row(
        "SELECT id, person_id FROM credential
         WHERE secret_sha256 = ?1 AND kind = ?2 AND expires_at > ?3 AND ended_at IS NULL",
        params![secret_sha256, kind.as_str(), at],
        |row| Ok((row.id(0)?, row.id(1)?)),
    )
}

pub(crate) fn live_whole(
    read: &Read<'_>,
    secret_sha256: &str,
    kind: CredentialKind,
    at: Time,
) -> Result<Option<Credential>, Error> {
    read.row(
        "SELECT id, person_id, label, created_at, expires_at FROM credential
         WHERE secret_sha256 = ?1 AND kind = ?2 AND expires_at > ?3 AND ended_at IS NULL",
        params![secret_sha256, kind.as_str(), at],
        |row| {
            Ok(Credential {
                id: row.id(0)?,
                person: row.id(1)?,
                kind,
                label: row.get(2)?,
                created_at: row.get(3)?,
                expires_at: row.get(4)?,
            })
        },
    )
}

pub(crate) fn end(tx: &mut Tx<'_>, id: CredentialId, at: Time) -> Result<u64, Error> {
    tx.exec(
        "UPDATE credential SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL",
        params![&id.0, at],
    )
}

/// Lets a credential end sooner; one that ends before stays as it is.
pub(crate) fn lapse(tx: &mut Tx<'_>, id: CredentialId, at: Time) -> Result<u64, Error> {
    tx.exec(
        "UPDATE credential SET expires_at = ?2 WHERE id = ?1 AND expires_at > ?2",
        params![&id.0, at],
    )
}

pub(crate) fn end_of_person(
    tx: &mut Tx<'_>,
    id: CredentialId,
    person: PersonId,
    at: Time,
) -> Result<u64, Error> {
    tx.exec(
        "UPDATE credential SET ended_at = ?3
         WHERE id = ?1 AND person_id = ?2 AND ended_at IS NULL",
        params![&id.0, &person.0, at],
    )
}

pub(crate) fn of_person(
    read: &Read<'_>,
    person: PersonId,
    kind: CredentialKind,
) -> Result<Vec<Credential>, Error> {
    read.rows(
        "SELECT id, label, created_at, expires_at FROM credential
         WHERE person_id = ?1 AND kind = ?2 AND ended_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM device_login WHERE former_id = credential.id)
         ORDER BY id LIMIT 200",
        params![&person.0, kind.as_str()],
        |row| {
            Ok(Credential {
                id: row.id(0)?,
                person,
                kind,
                label: row.get(1)?,
                created_at: row.get(2)?,
                expires_at: row.get(3)?,
            })
        },
    )
}
