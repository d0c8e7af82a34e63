//! Table `hub_ref`.

use crate::{Ref, RepoId};
use base::Time;
use db::{Error, Read, Row, Tx, params};

pub(crate) fn all(read: &Read<'_>, repo: RepoId) -> Result<Vec<Ref>, Error> {
    read.rows(
        "SELECT name, target, commit_id, message FROM hub_ref WHERE repo_id = ?1 ORDER BY name",
        params![&repo.0],
        found,
    )
}

pub(crate) fn find(read: &Read<'_>, repo: RepoId, name: &str) -> Result<Option<Ref>, Error> {
    read.row(
        "SELECT name, target, commit_id, message FROM hub_ref WHERE repo_id = ?1 AND name = ?2",
        params![&repo.0, name],
        found,
    )
}

/// Finds a ref whose name goes on below `name`, as `refs/heads/a/b` does below `refs/heads/a`.
pub(crate) fn below(read: &Read<'_>, repo: RepoId, name: &str) -> Result<Option<Ref>, Error> {
    // `0` is the character after `/`, and names are ordered by their bytes.
    let (from, to) = (format!("{name}/"), format!("{name}0"));
    read.row(
        "SELECT name, target, commit_id, message FROM hub_ref
         WHERE repo_id = ?1 AND name >= ?2 AND name < ?3 LIMIT 1",
        params![&repo.0, &from, &to],
        found,
    )
}

pub(crate) fn count(read: &Read<'_>, repo: RepoId) -> Result<i64, Error> {
    read.scalar("SELECT COUNT(*) FROM hub_ref WHERE repo_id = ?1", params![&repo.0])
}

pub(crate) fn insert(tx: &mut Tx<'_>, repo: RepoId, new: &Ref, at: Time) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_ref (repo_id, name, target, commit_id, message, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![&repo.0, &new.name, &new.target, &new.commit, &new.message, at],
    )
}

pub(crate) fn update(tx: &mut Tx<'_>, repo: RepoId, new: &Ref, at: Time) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_ref SET target = ?3, commit_id = ?4, message = ?5, changed_at = ?6
         WHERE repo_id = ?1 AND name = ?2",
        params![&repo.0, &new.name, &new.target, &new.commit, &new.message, at],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, repo: RepoId, name: &str) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_ref WHERE repo_id = ?1 AND name = ?2", params![&repo.0, name])
}

fn found(row: &Row<'_>) -> Result<Ref, Error> {
    Ok(Ref { name: row.get(0)?, target: row.get(1)?, commit: row.get(2)?, message: row.get(3)? })
}
