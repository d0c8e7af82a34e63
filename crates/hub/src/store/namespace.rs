//! Table `hub_namespace`.

use crate::{Holder, Namespace, NamespaceId};
use base::Time;
use db::{Error, Read, Row, Tx, params};

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Namespace, at: Time) -> Result<(), Error> {
    let (person, organisation) = match &new.holder {
        Holder::Person(id) => (Some(&id.0), None),
        Holder::Organisation(id) => (None, Some(&id.0)),
    };
    tx.exec(
        "INSERT INTO hub_namespace (id, name, name_key, fullname, person_id, organisation_id,
             is_private, quota_bytes, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            &new.id.0,
            &new.name,
            new.name.to_lowercase(),
            &new.fullname,
            person,
            organisation,
            new.is_private,
            new.quota_bytes,
            at
        ],
    )
    .map(|_| ())
}

pub(crate) fn by_key(read: &Read<'_>, key: &str) -> Result<Option<Namespace>, Error> {
    read.row(
        "SELECT id, name, fullname, person_id, organisation_id, is_private, quota_bytes
         FROM hub_namespace WHERE name_key = ?1",
        params![key],
        namespace,
    )
}

pub(crate) fn by_id(read: &Read<'_>, id: NamespaceId) -> Result<Option<Namespace>, Error> {
    read.row(
        "SELECT id, name, fullname, person_id, organisation_id, is_private, quota_bytes
         FROM hub_namespace WHERE id = ?1",
        params![&id.0],
        namespace,
    )
}

pub(crate) fn by_holder(read: &Read<'_>, holder: Holder) -> Result<Option<Namespace>, Error> {
    let (sql, id) = match &holder {
        Holder::Person(id) => (
            "SELECT id, name, fullname, person_id, organisation_id, is_private, quota_bytes
             FROM hub_namespace WHERE person_id = ?1",
            &id.0,
        ),
        Holder::Organisation(id) => (
            "SELECT id, name, fullname, person_id, organisation_id, is_private, quota_bytes
             FROM hub_namespace WHERE organisation_id = ?1",
            &id.0,
        ),
    };
    read.row(sql, params![id], namespace)
}

pub(crate) fn all(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<Namespace>, Error> {
    read.rows(
        "SELECT id, name, fullname, person_id, organisation_id, is_private, quota_bytes
         FROM hub_namespace WHERE name_key > ?1 ORDER BY name_key LIMIT ?2",
        params![after, limit],
        namespace,
    )
}

pub(crate) fn quota_set(
    tx: &mut Tx<'_>,
    id: NamespaceId,
    quota_bytes: Option<i64>,
) -> Result<u64, Error> {
    tx.exec("UPDATE hub_namespace SET quota_bytes = ?2 WHERE id = ?1", params![&id.0, quota_bytes])
}

fn namespace(row: &Row<'_>) -> Result<Namespace, Error> {
    let person = row.id_optional(3)?.map(Holder::Person);
    let holder = match person {
        Some(person) => person,
        None => Holder::Organisation(row.id(4)?),
    };
    Ok(Namespace {
        id: row.id(0)?,
        name: row.get(1)?,
        fullname: row.get(2)?,
        holder,
        is_private: row.get(5)?,
        quota_bytes: row.get(6)?,
    })
}
