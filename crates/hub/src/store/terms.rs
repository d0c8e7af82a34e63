//! Table `hub_terms`.

use super::repo;
use crate::cursor::Cursor;
use crate::{Repo, RepoId, StatedTerms, Terms};
use db::{Error, Read, Tx, params};

pub(crate) fn put(tx: &mut Tx<'_>, repo: RepoId, stated: &StatedTerms) -> Result<u64, Error> {
    let StatedTerms { terms, stated_by, stated_at } = stated;
    tx.exec(
        "INSERT INTO hub_terms (repo_id, platform, eligible, price, notice_days, portability,
             stated_by, stated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (repo_id) DO UPDATE SET platform = excluded.platform,
             eligible = excluded.eligible, price = excluded.price,
             notice_days = excluded.notice_days, portability = excluded.portability,
             stated_by = excluded.stated_by, stated_at = excluded.stated_at",
        params![
            &repo.0,
            &terms.platform,
            &terms.eligible,
            &terms.price,
            terms.notice_days,
            &terms.portability,
            &stated_by.0,
            *stated_at
        ],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, repo: RepoId) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_terms WHERE repo_id = ?1", params![&repo.0])
}

pub(crate) fn find(read: &Read<'_>, repo: RepoId) -> Result<Option<StatedTerms>, Error> {
    read.row(
        "SELECT platform, eligible, price, notice_days, portability, stated_by, stated_at
         FROM hub_terms WHERE repo_id = ?1",
        params![&repo.0],
        |row| {
            let terms = Terms {
                platform: row.get(0)?,
                eligible: row.get(1)?,
                price: row.get(2)?,
                notice_days: row.get(3)?,
                portability: row.get(4)?,
            };
            Ok(StatedTerms { terms, stated_by: row.id(5)?, stated_at: row.get(6)? })
        },
    )
}

pub(crate) fn repos(
    read: &Read<'_>,
    platform: &str,
    namespaces: &str,
    (after, limit): (&Cursor, u32),
) -> Result<Vec<Repo>, Error> {
    read.rows(
        repo::select!(
            "JOIN hub_terms t ON t.repo_id = r.id
             WHERE t.platform = ?1
               AND (r.is_private = 0 OR ?2 LIKE '%' || r.namespace_id || '%')
               AND (r.created_at, r.id) < (?3, ?4)
             ORDER BY r.created_at DESC, r.id DESC LIMIT ?5"
        ),
        params![platform, namespaces, after.value, &after.id, limit],
        repo::repo,
    )
}
