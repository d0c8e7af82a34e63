//! Tables `hub_xorb`, `hub_chunk`, `hub_chunked`.

use crate::NamespaceId;
use crate::chunk::{Chunked, Xorb};
use base::Time;
use db::{Error, Read, Row, Tx, params};

pub(crate) fn xorb_insert(
    tx: &mut Tx<'_>,
    store: NamespaceId,
    new: &Xorb,
    at: Time,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_xorb (store_id, hash, size_bytes, chunks, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (store_id, hash) DO NOTHING",
        params![&store.0, &new.hash, new.size_bytes, new.chunks.as_slice(), at],
    )
}

pub(crate) fn used_bytes(read: &Read<'_>, store: NamespaceId) -> Result<i64, Error> {
    read.scalar(
        "SELECT CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM hub_xorb WHERE store_id = ?1",
        params![&store.0],
    )
}

pub(crate) fn xorb_touch(
    tx: &mut Tx<'_>,
    store: NamespaceId,
    hash: &str,
    at: Time,
) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_xorb SET added_at = ?3 WHERE store_id = ?1 AND hash = ?2",
        params![&store.0, hash, at],
    )
}

pub(crate) fn chunk_insert(
    tx: &mut Tx<'_>,
    store: NamespaceId,
    hash: &str,
    xorb: &str,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_chunk (store_id, hash, xorb) VALUES (?1, ?2, ?3)
         ON CONFLICT (store_id, hash) DO NOTHING",
        params![&store.0, hash, xorb],
    )
}

pub(crate) fn xorb_find(
    read: &Read<'_>,
    store: NamespaceId,
    hash: &str,
) -> Result<Option<Xorb>, Error> {
    read.row(
        "SELECT hash, size_bytes, chunks FROM hub_xorb WHERE store_id = ?1 AND hash = ?2",
        params![&store.0, hash],
        xorb,
    )
}

pub(crate) fn xorb_of_chunk(
    read: &Read<'_>,
    store: NamespaceId,
    chunk: &str,
) -> Result<Option<Xorb>, Error> {
    read.row(
        "SELECT x.hash, x.size_bytes, x.chunks
         FROM hub_chunk c JOIN hub_xorb x ON x.store_id = c.store_id AND x.hash = c.xorb
         WHERE c.store_id = ?1 AND c.hash = ?2",
        params![&store.0, chunk],
        xorb,
    )
}

pub(crate) fn chunked_insert(
    tx: &mut Tx<'_>,
    store: NamespaceId,
    new: &Chunked,
    at: Time,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_chunked (store_id, hash, size_bytes, terms, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (store_id, hash) DO UPDATE SET added_at = excluded.added_at",
        params![&store.0, &new.hash, new.size_bytes, new.terms.as_slice(), at],
    )
}

pub(crate) fn chunked_find(
    read: &Read<'_>,
    store: NamespaceId,
    hash: &str,
) -> Result<Option<Chunked>, Error> {
    read.row(
        "SELECT hash, size_bytes, terms FROM hub_chunked WHERE store_id = ?1 AND hash = ?2",
        params![&store.0, hash],
        |row| Ok(Chunked { hash: row.get(0)?, size_bytes: row.get(1)?, terms: row.get(2)? }),
    )
}

fn xorb(row: &Row<'_>) -> Result<Xorb, Error> {
    Ok(Xorb { hash: row.get(0)?, size_bytes: row.get(1)?, chunks: row.get(2)? })
}
