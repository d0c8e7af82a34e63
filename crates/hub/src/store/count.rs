//! Counts over several tables.

use crate::{NamespaceId, RepoKind};
use db::{Error, Read, params};
use identity::PersonId;

/// Repositories of a namespace by kind that somebody with these namespaces may see.
pub(crate) fn repos(
    read: &Read<'_>,
    namespace: NamespaceId,
    seen: &str,
) -> Result<Vec<(RepoKind, i64)>, Error> {
    read.rows(
        "SELECT r.kind, COUNT(*) FROM hub_repo r
         WHERE r.namespace_id = ?1 AND (r.is_private = 0 OR ?2 LIKE '%' || r.namespace_id || '%')
         GROUP BY r.kind",
        params![&namespace.0, seen],
        |row| Ok((row.parse(0)?, row.get(1)?)),
    )
}

/// Discussions that a person opened.
pub(crate) fn discussions(read: &Read<'_>, person: PersonId, seen: &str) -> Result<i64, Error> {
    read.scalar(
        "SELECT COUNT(*) FROM hub_discussion d JOIN hub_repo r ON r.id = d.repo_id
         WHERE d.author_id = ?1 AND (r.is_private = 0 OR ?2 LIKE '%' || r.namespace_id || '%')",
        params![&person.0, seen],
    )
}

/// Repositories that a person likes.
pub(crate) fn likes(read: &Read<'_>, person: PersonId, seen: &str) -> Result<i64, Error> {
    read.scalar(
        "SELECT COUNT(*) FROM hub_like l JOIN hub_repo r ON r.id = l.repo_id
         WHERE l.person_id = ?1 AND (r.is_private = 0 OR ?2 LIKE '%' || r.namespace_id || '%')",
        params![&person.0, seen],
    )
}

/// Tags of public repositories of a kind.
pub(crate) fn tags_used(read: &Read<'_>, kind: RepoKind, limit: u32) -> Result<Vec<String>, Error> {
    read.rows(
        "SELECT DISTINCT t.tag FROM hub_repo_tag t JOIN hub_repo r ON r.id = t.repo_id
         WHERE r.kind = ?1 AND r.is_private = 0 ORDER BY t.tag LIMIT ?2",
        params![kind.as_str(), limit],
        |row| row.get(0),
    )
}
