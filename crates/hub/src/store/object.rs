//! Table `hub_object`.

use crate::object::NewObject;
use crate::{NamespaceId, Object, RepoId};
use base::Time;
use db::{Error, Read, Row, Tx, params};

pub(crate) fn find(read: &Read<'_>, repo: RepoId, sha256: &str) -> Result<Option<Object>, Error> {
    read.row(
        "SELECT sha256, size_bytes, chunked, store_id, state, added_at FROM hub_object
         WHERE repo_id = ?1 AND sha256 = ?2",
        params![&repo.0, sha256],
        object,
    )
}

pub(crate) fn by_chunked(
    read: &Read<'_>,
    repo: RepoId,
    chunked: &str,
) -> Result<Option<Object>, Error> {
    read.row(
        "SELECT sha256, size_bytes, chunked, store_id, state, added_at FROM hub_object
         WHERE repo_id = ?1 AND chunked = ?2 ORDER BY sha256",
        params![&repo.0, chunked],
        object,
    )
}

pub(crate) fn all(
    read: &Read<'_>,
    repo: RepoId,
    after: &str,
    limit: u32,
) -> Result<Vec<Object>, Error> {
    read.rows(
        "SELECT sha256, size_bytes, chunked, store_id, state, added_at FROM hub_object
         WHERE repo_id = ?1 AND sha256 > ?2 ORDER BY sha256 LIMIT ?3",
        params![&repo.0, after, limit],
        object,
    )
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    repo: RepoId,
    new: &NewObject,
    at: Time,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_object (repo_id, sha256, size_bytes, chunked, store_id, state, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &repo.0,
            &new.sha256,
            new.size_bytes,
            new.chunked.as_deref(),
            &new.store.0,
            new.state.as_str(),
            at
        ],
    )
}

pub(crate) fn replace(tx: &mut Tx<'_>, repo: RepoId, new: &NewObject) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_object SET size_bytes = ?3, chunked = ?4, store_id = ?5, state = ?6
         WHERE repo_id = ?1 AND sha256 = ?2",
        params![
            &repo.0,
            &new.sha256,
            new.size_bytes,
            new.chunked.as_deref(),
            &new.store.0,
            new.state.as_str()
        ],
    )
}

pub(crate) fn settle(
    tx: &mut Tx<'_>,
    store: NamespaceId,
    (chunked, sha256): (&str, &str),
    state: &str,
) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_object SET state = ?4
         WHERE store_id = ?1 AND chunked = ?2 AND sha256 = ?3 AND state = 'Claimed'",
        params![&store.0, chunked, sha256, state],
    )
}

pub(crate) fn claimed(
    read: &Read<'_>,
    limit: u32,
) -> Result<Vec<(NamespaceId, String, String)>, Error> {
    read.rows(
        "SELECT DISTINCT store_id, chunked, sha256 FROM hub_object
         WHERE state = 'Claimed' AND chunked IS NOT NULL
         ORDER BY store_id, chunked, sha256 LIMIT ?1",
        params![limit],
        |row| Ok((row.id(0)?, row.get(1)?, row.get(2)?)),
    )
}

pub(crate) fn outside_bytes(read: &Read<'_>, namespace: NamespaceId) -> Result<i64, Error> {
    read.scalar(
        "SELECT CAST(COALESCE(SUM(o.size_bytes), 0) AS BIGINT)
         FROM hub_object o JOIN hub_repo r ON r.id = o.repo_id
         WHERE r.namespace_id = ?1 AND o.store_id <> ?1",
        params![&namespace.0],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, repo: RepoId, sha256: &str) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_object WHERE repo_id = ?1 AND sha256 = ?2", params![&repo.0, sha256])
}

fn object(row: &Row<'_>) -> Result<Object, Error> {
    Ok(Object {
        sha256: row.get(0)?,
        size_bytes: row.get(1)?,
        chunked: row.get(2)?,
        store: row.id(3)?,
        state: row.parse(4)?,
        added_at: row.get(5)?,
    })
}
