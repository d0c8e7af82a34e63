//! Table `claim_file`.

use crate::{ClaimFile, ClaimId};
use db::{Error, Read, Tx, params};

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    claim: ClaimId,
    file: &ClaimFile,
    content: &[u8],
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO claim_file (claim_id, sha256, file_name, kind, size_bytes, content, added_by,
            added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            &claim.0,
            &file.sha256,
            &file.file_name,
            file.kind.as_str(),
            file.size_bytes,
            content,
            &file.added_by.0,
            file.added_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn of_claim(read: &Read<'_>, claim: ClaimId) -> Result<Vec<ClaimFile>, Error> {
    read.rows(
        "SELECT sha256, file_name, kind, size_bytes, added_by, added_at FROM claim_file
         WHERE claim_id = ?1 ORDER BY added_at, file_name, sha256",
        params![&claim.0],
        |row| {
            Ok(ClaimFile {
                sha256: row.get(0)?,
                file_name: row.get(1)?,
                kind: row.parse(2)?,
                size_bytes: row.get(3)?,
                added_by: row.id(4)?,
                added_at: row.get(5)?,
            })
        },
    )
}

pub(crate) fn content(
    read: &Read<'_>,
    claim: ClaimId,
    sha256: &str,
) -> Result<Option<Vec<u8>>, Error> {
    read.row(
        "SELECT content FROM claim_file WHERE claim_id = ?1 AND sha256 = ?2",
        params![&claim.0, sha256],
        |row| row.get(0),
    )
}

/// Finds the same content in other claims, at most 20.
pub(crate) fn shared(read: &Read<'_>, claim: ClaimId) -> Result<Vec<(String, ClaimId)>, Error> {
    read.rows(
        "SELECT o.sha256, o.claim_id FROM claim_file f
         JOIN claim_file o ON o.sha256 = f.sha256 AND o.claim_id <> f.claim_id
         WHERE f.claim_id = ?1 ORDER BY o.claim_id, o.sha256 LIMIT 20",
        params![&claim.0],
        |row| Ok((row.get(0)?, row.id(1)?)),
    )
}
