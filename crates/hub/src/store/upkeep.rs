//! Table `hub_leftover`, and the questions that upkeep asks of the other tables.

use crate::upkeep::{ChunkedUse, Leftover, XorbUse};
use crate::{NamespaceId, RepoId};
use base::Time;
use db::{Error, Read, Row, Tx, params};

pub(crate) fn note(tx: &mut Tx<'_>, key: &str, at: Time) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_leftover (key, noted_at, seen_at, is_going) VALUES (?1, ?2, ?2, 0)
         ON CONFLICT (key) DO UPDATE SET seen_at = excluded.seen_at",
        params![key, at],
    )
}

pub(crate) fn find(read: &Read<'_>, key: &str) -> Result<Option<Leftover>, Error> {
    read.row(
        "SELECT key, noted_at, is_going FROM hub_leftover WHERE key = ?1",
        params![key],
        leftover,
    )
}

pub(crate) fn of_keys(read: &Read<'_>, keys: &[String]) -> Result<Vec<Leftover>, Error> {
    let mut found = Vec::new();
    read.each_of("SELECT key, noted_at, is_going FROM hub_leftover WHERE key = ?1", keys, |row| {
        found.push(leftover(row)?);
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn going(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<Leftover>, Error> {
    read.rows(
        "SELECT key, noted_at, is_going FROM hub_leftover
         WHERE is_going = 1 AND key > ?1 ORDER BY key LIMIT ?2",
        params![after, limit],
        leftover,
    )
}

pub(crate) fn go(tx: &mut Tx<'_>, key: &str) -> Result<u64, Error> {
    tx.exec("UPDATE hub_leftover SET is_going = 1 WHERE key = ?1", params![key])
}

pub(crate) fn delete(tx: &mut Tx<'_>, key: &str) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_leftover WHERE key = ?1", params![key])
}

pub(crate) fn delete_resting(tx: &mut Tx<'_>, key: &str) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_leftover WHERE key = ?1 AND is_going = 0", params![key])
}

pub(crate) fn delete_unseen(tx: &mut Tx<'_>, seen_before: Time) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_leftover WHERE is_going = 0 AND seen_at < ?1", params![seen_before])
}

pub(crate) fn repos(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<RepoId>, Error> {
    read.rows(
        "SELECT id FROM hub_repo WHERE id > ?1 ORDER BY id LIMIT ?2",
        params![after, limit],
        |row| row.id(0),
    )
}

pub(crate) fn repos_known(read: &Read<'_>, ids: &[String]) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    read.each_of("SELECT id FROM hub_repo WHERE id = ?1", ids, |row| {
        found.push(row.get(0)?);
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn repos_count(read: &Read<'_>, namespace: NamespaceId) -> Result<i64, Error> {
    read.scalar("SELECT COUNT(*) FROM hub_repo WHERE namespace_id = ?1", params![&namespace.0])
}

pub(crate) fn used_summed(read: &Read<'_>, repo: RepoId) -> Result<i64, Error> {
    read.scalar(
        "SELECT CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM hub_object WHERE repo_id = ?1",
        params![&repo.0],
    )
}

pub(crate) fn wholes_named(read: &Read<'_>, hashes: &[String]) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    read.each_of(
        "SELECT sha256 FROM hub_object WHERE sha256 = ?1 AND chunked IS NULL",
        hashes,
        |row| {
            found.push(row.get(0)?);
            Ok(())
        },
    )?;
    Ok(found)
}

pub(crate) fn stores(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<NamespaceId>, Error> {
    read.rows(
        "SELECT id FROM hub_namespace n
         WHERE id > ?1 AND (EXISTS (SELECT 1 FROM hub_xorb x WHERE x.store_id = n.id)
             OR EXISTS (SELECT 1 FROM hub_chunked c WHERE c.store_id = n.id))
         ORDER BY id LIMIT ?2",
        params![after, limit],
        |row| row.id(0),
    )
}

pub(crate) fn chunkeds(
    read: &Read<'_>,
    store: NamespaceId,
    after: &str,
    limit: u32,
) -> Result<Vec<ChunkedUse>, Error> {
    read.rows(
        "SELECT c.hash, c.size_bytes, c.terms, c.added_at,
             CAST(CASE WHEN EXISTS (SELECT 1 FROM hub_object o
                 WHERE o.store_id = c.store_id AND o.chunked = c.hash) THEN 1 ELSE 0 END AS BIGINT)
         FROM hub_chunked c WHERE c.store_id = ?1 AND c.hash > ?2 ORDER BY c.hash LIMIT ?3",
        params![&store.0, after, limit],
        |row| {
            Ok(ChunkedUse {
                hash: row.get(0)?,
                size_bytes: row.get(1)?,
                terms: row.get(2)?,
                added_at: row.get(3)?,
                is_named: row.get(4)?,
            })
        },
    )
}

pub(crate) fn chunked_size(
    read: &Read<'_>,
    store: NamespaceId,
    hash: &str,
) -> Result<Option<i64>, Error> {
    read.row(
        "SELECT size_bytes FROM hub_chunked WHERE store_id = ?1 AND hash = ?2",
        params![&store.0, hash],
        |row| row.get(0),
    )
}

pub(crate) fn chunked_delete(
    tx: &mut Tx<'_>,
    store: NamespaceId,
    hash: &str,
    until: Time,
) -> Result<u64, Error> {
    tx.exec(
        "DELETE FROM hub_chunked WHERE store_id = ?1 AND hash = ?2 AND added_at <= ?3
         AND NOT EXISTS (SELECT 1 FROM hub_object o WHERE o.store_id = ?1 AND o.chunked = ?2)",
        params![&store.0, hash, until],
    )
}

pub(crate) fn xorbs(
    read: &Read<'_>,
    store: NamespaceId,
    after: &str,
    limit: u32,
) -> Result<Vec<XorbUse>, Error> {
    read.rows(
        "SELECT hash, size_bytes, added_at FROM hub_xorb
         WHERE store_id = ?1 AND hash > ?2 ORDER BY hash LIMIT ?3",
        params![&store.0, after, limit],
        |row| Ok(XorbUse { hash: row.get(0)?, size_bytes: row.get(1)?, added_at: row.get(2)? }),
    )
}

pub(crate) fn xorb_is_known(
    read: &Read<'_>,
    store: NamespaceId,
    hash: &str,
) -> Result<bool, Error> {
    let found = read.row(
        "SELECT 1 FROM hub_xorb WHERE store_id = ?1 AND hash = ?2",
        params![&store.0, hash],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

pub(crate) fn xorb_delete(
    tx: &mut Tx<'_>,
    store: NamespaceId,
    hash: &str,
    until: Time,
) -> Result<u64, Error> {
    tx.exec(
        "DELETE FROM hub_xorb WHERE store_id = ?1 AND hash = ?2 AND added_at <= ?3",
        params![&store.0, hash, until],
    )
}

pub(crate) fn chunks_delete(tx: &mut Tx<'_>, store: NamespaceId, xorb: &str) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_chunk WHERE store_id = ?1 AND xorb = ?2", params![&store.0, xorb])
}

fn leftover(row: &Row<'_>) -> Result<Leftover, Error> {
    Ok(Leftover { key: row.get(0)?, noted_at: row.get(1)?, is_going: row.get(2)? })
}
