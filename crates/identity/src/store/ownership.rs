//! Table `ownership`.

use crate::{OrganisationId, Ownership, OwnershipId};
use base::Time;
use db::{Error, Read, Row, Tx, params};

const COLUMNS: &str = "id, owner_id, owned_id, kind, share_ppm, valid_from, valid_to, grade,
    source, stated_at, withdrawn_at";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Ownership) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO ownership (id, owner_id, owned_id, kind, share_ppm, valid_from, valid_to,
            grade, source, stated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            &new.id.0,
            &new.owner.0,
            &new.owned.0,
            new.kind.as_str(),
            new.share,
            new.valid_from,
            new.valid_to,
            new.grade.as_str(),
            &new.source,
            new.stated_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn withdraw(tx: &mut Tx<'_>, id: OwnershipId, at: Time) -> Result<u64, Error> {
    tx.exec(
        "UPDATE ownership SET withdrawn_at = ?2 WHERE id = ?1 AND withdrawn_at IS NULL",
        params![&id.0, at],
    )
}

pub(crate) fn find(read: &Read<'_>, id: OwnershipId) -> Result<Option<Ownership>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM ownership WHERE id = ?1");
    read.row(&sql, params![&id.0], ownership)
}

pub(crate) fn of_owned(read: &Read<'_>, owned: OrganisationId) -> Result<Vec<Ownership>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM ownership WHERE owned_id = ?1 ORDER BY id");
    read.rows(&sql, params![&owned.0], ownership)
}

pub(crate) fn of_owner(read: &Read<'_>, owner: OrganisationId) -> Result<Vec<Ownership>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM ownership WHERE owner_id = ?1 ORDER BY id");
    read.rows(&sql, params![&owner.0], ownership)
}

/// Every statement that was not withdrawn.
pub(crate) fn all(read: &Read<'_>) -> Result<Vec<Ownership>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM ownership WHERE withdrawn_at IS NULL ORDER BY id");
    read.rows(&sql, params![], ownership)
}

fn ownership(row: &Row<'_>) -> Result<Ownership, Error> {
    Ok(Ownership {
        id: row.id(0)?,
        owner: row.id(1)?,
        owned: row.id(2)?,
        kind: row.parse(3)?,
        share: row.get(4)?,
        valid_from: row.get(5)?,
        valid_to: row.get(6)?,
        grade: row.parse(7)?,
        source: row.get(8)?,
        stated_at: row.get(9)?,
        withdrawn_at: row.get(10)?,
    })
}
