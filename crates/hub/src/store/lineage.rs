//! Table `hub_lineage`.

use super::repo;
use crate::cursor::Cursor;
use crate::{Edge, Holder, LineageEdge, LineageRepo, Repo, RepoId, RepoKind};
use db::{Error, Read, Row, Tx, params};

pub(crate) fn delete(tx: &mut Tx<'_>, repo: RepoId) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_lineage WHERE repo_id = ?1", params![&repo.0])
}

pub(crate) fn insert(tx: &mut Tx<'_>, repo: RepoId, edge: &Edge) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_lineage (repo_id, relation, target_kind, target, target_key)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            &repo.0,
            &edge.relation,
            edge.target_kind.as_str(),
            &edge.target,
            edge.target.to_lowercase()
        ],
    )
}

pub(crate) fn of_repo(read: &Read<'_>, repo: RepoId) -> Result<Vec<Edge>, Error> {
    read.rows(
        "SELECT relation, target_kind, target FROM hub_lineage WHERE repo_id = ?1
         ORDER BY relation, target_kind, target",
        params![&repo.0],
        |row| edge(row, 0),
    )
}

fn edge(row: &Row<'_>, first: usize) -> Result<Edge, Error> {
    Ok(Edge {
        relation: row.get(first)?,
        target_kind: row.parse(first + 1)?,
        target: row.get(first + 2)?,
    })
}

/// Those of a path, and of every former path of the repository there (an empty id for none).
pub(crate) fn dependents(
    read: &Read<'_>,
    (kind, key, id): (RepoKind, &str, &str),
    namespaces: &str,
    (after, limit): (&Cursor, u32),
) -> Result<Vec<Repo>, Error> {
    read.rows(
        repo::select!(
            "WHERE r.id IN (
                 SELECT l.repo_id FROM hub_lineage l
                 WHERE l.target_kind = ?1 AND (l.target_key = ?2 OR l.target_key IN (
                     SELECT d.path_key FROM hub_redirect d
                     WHERE d.repo_id = ?3 AND d.kind = ?1)))
               AND (r.is_private = 0 OR ?4 LIKE '%' || r.namespace_id || '%')
               AND (r.created_at, r.id) < (?5, ?6)
             ORDER BY r.created_at DESC, r.id DESC LIMIT ?7"
        ),
        params![kind.as_str(), key, id, namespaces, after.value, &after.id, limit],
        repo::repo,
    )
}

/// A path in use hides a redirect of the same path, as in [`crate::repo_find`].
pub(crate) fn all(read: &Read<'_>) -> Result<Vec<LineageEdge>, Error> {
    read.rows(
        "SELECT l.repo_id, l.relation, l.target_kind, l.target, COALESCE(r.id, d.repo_id)
         FROM hub_lineage l
             LEFT JOIN hub_repo r ON r.kind = l.target_kind AND r.path_key = l.target_key
             LEFT JOIN hub_redirect d ON d.kind = l.target_kind AND d.path_key = l.target_key
         ORDER BY l.repo_id, l.relation, l.target_kind, l.target",
        params![],
        |row| {
            Ok(LineageEdge { repo: row.id(0)?, edge: edge(row, 1)?, target: row.id_optional(4)? })
        },
    )
}

/// Models and datasets that are not private.
pub(crate) fn repos(read: &Read<'_>) -> Result<Vec<LineageRepo>, Error> {
    read.rows(
        "SELECT r.id, r.kind, n.name, r.name, n.person_id, n.organisation_id, p.repo_id
         FROM hub_repo r
             JOIN hub_namespace n ON n.id = r.namespace_id
             LEFT JOIN hub_personal p ON p.repo_id = r.id
         WHERE r.is_private = 0 AND r.kind <> 'Space' ORDER BY r.id",
        params![],
        |row| {
            let (owner, name): (String, String) = (row.get(2)?, row.get(3)?);
            let declared: Option<RepoId> = row.id_optional(6)?;
            Ok(LineageRepo {
                id: row.id(0)?,
                kind: row.parse(1)?,
                path: format!("{owner}/{name}"),
                holder: match row.id_optional(4)? {
                    Some(person) => Holder::Person(person),
                    None => Holder::Organisation(row.id(5)?),
                },
                is_personal: declared.is_some(),
            })
        },
    )
}
