//! Large files: which repository may refer to which, and what is known of their bytes.
//!
//! A repository may only name a file whose bytes came to it, or that somebody who may read both
//! repositories copied: a hash alone opens nothing.

use crate::{Error, NamespaceId, Object, ObjectState, Refused, Repo, store};
use db::{Read, Tx};

/// Finds a large file of a repository.
pub fn object_find(read: &Read<'_>, repo: &Repo, sha256: &str) -> Result<Option<Object>, Error> {
    Ok(store::object::find(read, repo.id, sha256)?)
}

/// Finds the large files of a repository among many hashes.
pub fn objects_find(read: &Read<'_>, repo: &Repo, hashes: &[String]) -> Result<Vec<Object>, Error> {
    let mut found = Vec::new();
    for hash in hashes {
        found.extend(store::object::find(read, repo.id, hash)?);
    }
    Ok(found)
}

/// Finds a large file of a repository by its hash as a sequence of chunks.
pub fn object_chunked(
    read: &Read<'_>,
    repo: &Repo,
    chunked: &str,
) -> Result<Option<Object>, Error> {
    Ok(store::object::by_chunked(read, repo.id, chunked)?)
}

/// Lists the large files of a repository by hash, at most `limit`, after one.
pub fn objects_of(
    read: &Read<'_>,
    repo: &Repo,
    (after, limit): (&str, u32),
) -> Result<Vec<Object>, Error> {
    Ok(store::object::all(read, repo.id, after, limit)?)
}

/// A large file that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObject {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size.
    pub size_bytes: i64,
    /// Hash of it as a sequence of chunks, where it is stored so.
    pub chunked: Option<String>,
    /// Namespace under which it is stored.
    pub store: NamespaceId,
    /// What is known of its bytes.
    pub state: ObjectState,
}

/// Notes that a large file's bytes are durable and belong to a repository. Bytes that were hashed
/// here take the place of a claim about them, never the other way round.
pub fn object_add(tx: &mut Tx<'_>, repo: &Repo, new: &NewObject) -> Result<(), Error> {
    let now = tx.now();
    match store::object::find(tx, repo.id, &new.sha256)? {
        None => {
            store::object::insert(tx, repo.id, new, now)?;
            store::repo::used_add(tx, repo.id, new.size_bytes)?;
        }
        Some(known) if known.state != ObjectState::Held => {
            store::object::replace(tx, repo.id, new)?;
            store::repo::used_add(tx, repo.id, new.size_bytes - known.size_bytes)?;
        }
        Some(_) => {}
    }
    store::upkeep::delete(tx, &crate::object_key(repo.id, &new.sha256))?;
    Ok(())
}

/// Notes what hashing has shown of a file that a client claimed, in every repository that has the
/// claim.
pub fn object_settle(
    tx: &mut Tx<'_>,
    store_id: NamespaceId,
    (chunked, sha256): (&str, &str),
    state: ObjectState,
) -> Result<(), Error> {
    store::object::settle(tx, store_id, (chunked, sha256), state.as_str())?;
    Ok(())
}

/// Lists claims that nobody has checked yet: (store, hash as chunks, claimed SHA-256).
pub fn objects_claimed(
    read: &Read<'_>,
    limit: u32,
) -> Result<Vec<(NamespaceId, String, String)>, Error> {
    Ok(store::object::claimed(read, limit)?)
}

/// Gives a repository a large file of another. The caller has tested that the visitor may read the
/// one and write the other.
pub fn object_copy(tx: &mut Tx<'_>, (from, to): (&Repo, &Repo), sha256: &str) -> Result<(), Error> {
    let Some(object) = store::object::find(tx, from.id, sha256)? else {
        let (path, sha256) = (from.path(), sha256.to_owned());
        return Err(Refused::ObjectMissing { path, sha256 }.into());
    };
    let new = NewObject {
        sha256: object.sha256,
        size_bytes: object.size_bytes,
        chunked: object.chunked,
        store: object.store,
        state: object.state,
    };
    object_add(tx, to, &new)
}

/// Forgets large files of a repository; their bytes go with the next collection of garbage.
pub fn objects_delete(tx: &mut Tx<'_>, repo: &Repo, hashes: &[String]) -> Result<(), Error> {
    for hash in hashes {
        if let Some(known) = store::object::find(tx, repo.id, hash)? {
            store::object::delete(tx, repo.id, hash)?;
            store::repo::used_add(tx, repo.id, -known.size_bytes)?;
        }
    }
    Ok(())
}
