//! Table `hub_like`.

use super::repo;
use crate::cursor::Cursor;
use crate::{Liked, Liker, RepoId, RepoKind};
use base::Time;
use db::{Error, Read, Tx, params};
use identity::PersonId;

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    repo: RepoId,
    person: PersonId,
    at: Time,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_like (repo_id, person_id, liked_at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
        params![&repo.0, &person.0, at],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, repo: RepoId, person: PersonId) -> Result<u64, Error> {
    tx.exec(
        "DELETE FROM hub_like WHERE repo_id = ?1 AND person_id = ?2",
        params![&repo.0, &person.0],
    )
}

/// Keeps the count on the repository.
pub(crate) fn count_add(tx: &mut Tx<'_>, repo: RepoId, count: i64) -> Result<u64, Error> {
    tx.exec("UPDATE hub_repo SET likes = likes + ?2 WHERE id = ?1", params![&repo.0, count])
}

pub(crate) fn exists(read: &Read<'_>, repo: RepoId, person: PersonId) -> Result<bool, Error> {
    let found: i64 = read.scalar(
        "SELECT COUNT(*) FROM hub_like WHERE repo_id = ?1 AND person_id = ?2",
        params![&repo.0, &person.0],
    )?;
    Ok(found > 0)
}

/// What a person likes and somebody with these namespaces may see.
pub(crate) fn of_person(
    read: &Read<'_>,
    (person, kind): (PersonId, Option<RepoKind>),
    namespaces: &str,
    (after, limit): (&Cursor, u32),
) -> Result<Vec<Liked>, Error> {
    read.rows(
        repo::select!(
            ", l.liked_at",
            "JOIN hub_like l ON l.repo_id = r.id
             WHERE l.person_id = ?1 AND (?2 = '' OR r.kind = ?2)
               AND (r.is_private = 0 OR ?3 LIKE '%' || r.namespace_id || '%')
               AND (l.liked_at, r.id) < (?4, ?5)
             ORDER BY l.liked_at DESC, r.id DESC LIMIT ?6"
        ),
        params![
            &person.0,
            kind.map_or("", RepoKind::as_str),
            namespaces,
            after.value,
            &after.id,
            limit
        ],
        |row| Ok(Liked { repo: repo::repo(row)?, at: row.get(repo::COLUMNS_COUNT)? }),
    )
}

pub(crate) fn of_repo(
    read: &Read<'_>,
    repo: RepoId,
    (after, limit): (&Cursor, u32),
) -> Result<Vec<Liker>, Error> {
    read.rows(
        "SELECT l.person_id, COALESCE(n.name, ''), COALESCE(n.fullname, p.name), l.liked_at
         FROM hub_like l JOIN person p ON p.id = l.person_id
             LEFT JOIN hub_namespace n ON n.person_id = l.person_id
         WHERE l.repo_id = ?1 AND (l.liked_at, l.person_id) < (?2, ?3)
         ORDER BY l.liked_at DESC, l.person_id DESC LIMIT ?4",
        params![&repo.0, after.value, &after.id, limit],
        |row| {
            Ok(Liker {
                person: row.id(0)?,
                name: row.get(1)?,
                fullname: row.get(2)?,
                at: row.get(3)?,
            })
        },
    )
}
