//! What the collection of garbage asks of the tables and does to them.
//!
//! A thing that nobody needs is first noted ([`leftovers_note`]) and goes a grace period later, so
//! that a branch deleted by mistake can be made again and a backup of the database finds its files.
//! Bytes go in three steps: marked as going, deleted, forgotten; whoever puts bytes asks
//! [`leftover_claim`] first and is sent away while they go. INVARIANT: no row names bytes that are
//! going.

use crate::{Error, NamespaceId, Repo, RepoId, store};
use base::Time;
use db::{Read, Tx};

/// Least seconds between a note and the deletion. Uploads that are under way rely on it: between
/// the claim of a key and the row that names it lies one request.
pub const GRACE_SECONDS_MIN: i64 = 86_400;

/// A stored thing that nobody needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Names it; see [`object_key`] and [`git_key`], other keys are those of the store of bytes.
    pub key: String,
    /// Since when nobody is known to need it.
    pub noted_at: Time,
    /// Whether its bytes are being deleted.
    pub is_going: bool,
}

/// A file as runs of chunks, and whether a repository holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkedUse {
    /// Its hash.
    pub hash: String,
    /// Its size.
    pub size_bytes: i64,
    /// Its runs of chunks.
    pub terms: Vec<u8>,
    /// When it was sent last.
    pub added_at: Time,
    /// Whether a repository holds it.
    pub is_named: bool,
}

/// A container of chunks, without its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XorbUse {
    /// Its hash.
    pub hash: String,
    /// Bytes it takes.
    pub size_bytes: i64,
    /// When somebody last relied on it.
    pub added_at: Time,
}

/// Names a large file of a repository among leftovers.
#[must_use]
pub fn object_key(repo: RepoId, sha256: &str) -> String {
    format!("object/{repo}/{sha256}")
}

/// Names the Git folder of a repository among leftovers.
#[must_use]
pub fn git_key(repo: &str) -> String {
    format!("git/{repo}")
}

/// Notes what nobody needs, and returns since when that is known.
pub fn leftovers_note(tx: &mut Tx<'_>, keys: &[String]) -> Result<Vec<Leftover>, Error> {
    let now = tx.now();
    for key in keys {
        store::upkeep::note(tx, key, now)?;
    }
    Ok(store::upkeep::of_keys(tx, keys)?)
}

/// Finds what is noted of some keys.
pub fn leftovers_of(read: &Read<'_>, keys: &[String]) -> Result<Vec<Leftover>, Error> {
    Ok(store::upkeep::of_keys(read, keys)?)
}

/// Finds what is noted of a key.
pub fn leftover_find(read: &Read<'_>, key: &str) -> Result<Option<Leftover>, Error> {
    Ok(store::upkeep::find(read, key)?)
}

/// Lists bytes whose deletion has begun, at most `limit`, after a key.
pub fn leftovers_going(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<Leftover>, Error> {
    Ok(store::upkeep::going(read, after, limit)?)
}

/// Claims bytes that are about to be put, so that they are not collected; `false` when they are
/// being deleted at this moment.
pub fn leftover_claim(tx: &mut Tx<'_>, key: &str) -> Result<bool, Error> {
    match store::upkeep::find(tx, key)? {
        Some(found) if found.is_going => Ok(false),
        Some(_) => Ok(store::upkeep::delete_resting(tx, key)? == 1),
        None => Ok(true),
    }
}

/// Forgets a leftover whose deletion is over, or that is needed after all.
pub fn leftover_end(tx: &mut Tx<'_>, key: &str) -> Result<(), Error> {
    store::upkeep::delete(tx, key)?;
    Ok(())
}

/// Forgets leftovers that a whole collection has not met again: they are gone, or needed.
pub fn leftovers_unseen_end(tx: &mut Tx<'_>, seen_before: Time) -> Result<u64, Error> {
    Ok(store::upkeep::delete_unseen(tx, seen_before)?)
}

/// Claims large files of a repository that a client relies on, so that they are not collected soon.
pub fn objects_claim(tx: &mut Tx<'_>, repo: &Repo, hashes: &[String]) -> Result<(), Error> {
    for hash in hashes {
        store::upkeep::delete(tx, &object_key(repo.id, hash))?;
    }
    Ok(())
}

/// Lists the ids of all repositories, at most `limit`, after one.
pub fn repo_ids(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<RepoId>, Error> {
    Ok(store::upkeep::repos(read, after, limit)?)
}

/// Tells which of some ids are repositories.
pub fn repo_ids_known(read: &Read<'_>, ids: &[String]) -> Result<Vec<String>, Error> {
    Ok(store::upkeep::repos_known(read, ids)?)
}

/// Adds up the bytes of a repository's large files; [`Repo::used_bytes`] has to be the same.
pub fn used_summed(read: &Read<'_>, repo: RepoId) -> Result<i64, Error> {
    Ok(store::upkeep::used_summed(read, repo)?)
}

/// Counts the repositories of a namespace and the bytes of their large files.
pub fn namespace_used(read: &Read<'_>, id: NamespaceId) -> Result<(i64, i64), Error> {
    Ok((store::upkeep::repos_count(read, id)?, store::repo::used_bytes(read, id)?))
}

/// Tells which of some SHA-256 are files stored whole that a repository holds.
pub fn wholes_named(read: &Read<'_>, hashes: &[String]) -> Result<Vec<String>, Error> {
    Ok(store::upkeep::wholes_named(read, hashes)?)
}

/// Marks the bytes of a file stored whole as going; `false` when a repository holds it, or somebody
/// has claimed them.
pub fn whole_go(tx: &mut Tx<'_>, key: &str, sha256: &str) -> Result<bool, Error> {
    if !store::upkeep::wholes_named(tx, &[sha256.to_owned()])?.is_empty() {
        return Ok(false);
    }
    Ok(store::upkeep::go(tx, key)? == 1)
}

/// Lists namespaces under which chunks are stored, at most `limit`, after one.
pub fn chunk_stores(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<NamespaceId>, Error> {
    Ok(store::upkeep::stores(read, after, limit)?)
}

/// Lists the chunked files of a namespace by hash, at most `limit`, after one.
pub fn chunkeds_of(
    read: &Read<'_>,
    store_id: NamespaceId,
    (after, limit): (&str, u32),
) -> Result<Vec<ChunkedUse>, Error> {
    Ok(store::upkeep::chunkeds(read, store_id, after, limit)?)
}

/// Tells the size of a chunked file; `None` where it is not known.
pub fn chunked_size(
    read: &Read<'_>,
    store_id: NamespaceId,
    hash: &str,
) -> Result<Option<i64>, Error> {
    Ok(store::upkeep::chunked_size(read, store_id, hash)?)
}

/// Forgets a chunked file that no repository holds and nobody has sent since `until`; `false`
/// when that is not so.
pub fn chunked_forget(
    tx: &mut Tx<'_>,
    store_id: NamespaceId,
    (hash, until): (&str, Time),
) -> Result<bool, Error> {
    Ok(store::upkeep::chunked_delete(tx, store_id, hash, until)? == 1)
}

/// Lists the containers of a namespace by hash, at most `limit`, after one.
pub fn xorbs_of(
    read: &Read<'_>,
    store_id: NamespaceId,
    (after, limit): (&str, u32),
) -> Result<Vec<XorbUse>, Error> {
    Ok(store::upkeep::xorbs(read, store_id, after, limit)?)
}

/// Tells whether a container is known.
pub fn xorb_is_known(read: &Read<'_>, store_id: NamespaceId, hash: &str) -> Result<bool, Error> {
    Ok(store::upkeep::xorb_is_known(read, store_id, hash)?)
}

/// Forgets a container on which nobody has relied since `until`, and marks its bytes as going;
/// `false` when somebody has. The caller has found that no file needs it: a file that came
/// meanwhile has touched it.
pub fn xorb_go(
    tx: &mut Tx<'_>,
    store_id: NamespaceId,
    (hash, until, key): (&str, Time, &str),
) -> Result<bool, Error> {
    if store::upkeep::xorb_delete(tx, store_id, hash, until)? == 0 {
        return Ok(false);
    }
    store::upkeep::chunks_delete(tx, store_id, hash)?;
    let now = tx.now();
    store::upkeep::note(tx, key, now)?;
    store::upkeep::go(tx, key)?;
    Ok(true)
}

/// Marks bytes of a container that is not known as going; `false` when it is known by now, or
/// somebody has claimed them.
pub fn xorb_bytes_go(
    tx: &mut Tx<'_>,
    store_id: NamespaceId,
    (hash, key): (&str, &str),
) -> Result<bool, Error> {
    if store::upkeep::xorb_is_known(tx, store_id, hash)? {
        return Ok(false);
    }
    Ok(store::upkeep::go(tx, key)? == 1)
}
