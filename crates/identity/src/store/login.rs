//! Table `device_login`.

use crate::{CredentialId, PersonId};
use base::Time;
use db::{Error, Read, Row, Tx, params};

/// A chain of tokens, each of which replaces the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) refresh_sha256: String,
    pub(crate) former_sha256: Option<String>,
    pub(crate) credential: CredentialId,
    pub(crate) former: Option<CredentialId>,
    pub(crate) person: PersonId,
    pub(crate) label: String,
    pub(crate) renewed_at: Time,
    pub(crate) expires_at: Time,
}

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Login) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO device_login
             (refresh_sha256, former_sha256, credential_id, former_id, person_id, label,
              renewed_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            &new.refresh_sha256,
            new.former_sha256.as_deref(),
            &new.credential.0,
            new.former.as_ref().map(|former| &former.0),
            &new.person.0,
            &new.label,
            new.renewed_at,
            new.expires_at
        ],
    )
    .map(|_| ())
}

/// Finds the chain whose present or former secret this is.
pub(crate) fn of_secret(read: &Read<'_>, sha256: &str) -> Result<Option<Login>, Error> {
    read.row(
        "SELECT refresh_sha256, former_sha256, credential_id, former_id, person_id, label,
                renewed_at, expires_at
         FROM device_login WHERE refresh_sha256 = ?1 OR former_sha256 = ?1",
        params![sha256],
        login,
    )
}

/// Finds the chain whose present or former token this is.
pub(crate) fn of_credential(read: &Read<'_>, id: CredentialId) -> Result<Option<Login>, Error> {
    read.row(
        "SELECT refresh_sha256, former_sha256, credential_id, former_id, person_id, label,
                renewed_at, expires_at
         FROM device_login WHERE credential_id = ?1 OR former_id = ?1",
        params![&id.0],
        login,
    )
}

fn login(row: &Row<'_>) -> Result<Login, Error> {
    Ok(Login {
        refresh_sha256: row.get(0)?,
        former_sha256: row.get(1)?,
        credential: row.id(2)?,
        former: row.id_optional(3)?,
        person: row.id(4)?,
        label: row.get(5)?,
        renewed_at: row.get(6)?,
        expires_at: row.get(7)?,
    })
}

/// Deletes a chain by its present secret; 0 where somebody was faster.
pub(crate) fn delete(tx: &mut Tx<'_>, refresh_sha256: &str) -> Result<u64, Error> {
    tx.exec("DELETE FROM device_login WHERE refresh_sha256 = ?1", params![refresh_sha256])
}
