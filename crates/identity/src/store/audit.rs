//! Table `audit`.

use crate::AuditLine;
use base::{Id, Time};
use db::{Error, Read, Tx, params};

pub(crate) fn insert(tx: &mut Tx<'_>, line: &AuditLine) -> Result<(), Error> {
    tx.insert_later(
        "INSERT INTO audit (id, at, person_id, action, subject_kind, subject_id, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &line.id,
            line.at,
            line.person.as_ref().map(|person| &person.0),
            &line.action,
            &line.subject_kind,
            &line.subject_id,
            &line.detail
        ],
    )
}

pub(crate) fn of_subject(
    read: &Read<'_>,
    subject: &Id,
    limit: u32,
) -> Result<Vec<AuditLine>, Error> {
    read.rows(
        "SELECT id, at, person_id, action, subject_kind, subject_id, detail FROM audit
         WHERE subject_id = ?1 ORDER BY id DESC LIMIT ?2",
        params![subject, limit],
        |row| {
            Ok(AuditLine {
                id: row.get(0)?,
                at: row.get(1)?,
                person: row.id_optional(2)?,
                action: row.get(3)?,
                subject_kind: row.get(4)?,
                subject_id: row.get(5)?,
                detail: row.get(6)?,
            })
        },
    )
}

pub(crate) fn count_from(read: &Read<'_>, id: &Id) -> Result<i64, Error> {
    read.scalar("SELECT COUNT(*) FROM audit WHERE id >= ?1", params![id])
}

pub(crate) fn newest(read: &Read<'_>) -> Result<Option<(Id, Time)>, Error> {
    let sql = "SELECT id, at FROM audit ORDER BY id DESC LIMIT 1";
    read.row(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))
}
