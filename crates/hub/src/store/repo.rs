//! Tables `hub_repo`, `hub_redirect`.

use crate::{NamespaceId, Repo, RepoId, RepoKind};
use db::{Error, Read, Row, Tx, params};
use identity::PersonId;

/// Columns of [`repo`], in its order; `n` is the namespace.
macro_rules! columns {
    () => {
        "r.id, r.kind, r.namespace_id, n.name, r.name, r.is_private, r.gating, r.is_disabled,
         r.sdk, r.created_at, r.changed_at, r.card, r.summary, r.license, r.pipeline_tag,
         r.library, r.likes, r.downloads, r.used_bytes"
    };
}

/// How many columns [`repo`] reads; further ones of a statement come after them.
pub(crate) const COLUMNS_COUNT: usize = 19;

/// Selects repositories, with further columns after those of [`repo`] where they are given.
macro_rules! select {
    ($rest:literal) => {
        $crate::store::repo::select!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $crate::store::repo::columns!(),
            $more,
            " FROM hub_repo r JOIN hub_namespace n ON n.id = r.namespace_id ",
            $rest
        )
    };
}
pub(crate) use {columns, select};

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Repo, by: PersonId) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO hub_repo (id, kind, namespace_id, name, path_key, is_private, gating,
             is_disabled, sdk, created_by, created_at, changed_at, card, summary, license,
             pipeline_tag, library, likes, downloads, used_bytes, number_next)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?10, '', '', '', '', '', 0, 0, 0, 1)",
        params![
            &new.id.0,
            new.kind.as_str(),
            &new.namespace.0,
            &new.name,
            new.path().to_lowercase(),
            new.is_private,
            new.gating.as_str(),
            &new.sdk,
            &by.0,
            new.created_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn by_path(
    read: &Read<'_>,
    kind: RepoKind,
    path_key: &str,
) -> Result<Option<Repo>, Error> {
    read.row(
        select!("WHERE r.kind = ?1 AND r.path_key = ?2"),
        params![kind.as_str(), path_key],
        repo,
    )
}

pub(crate) fn by_id(read: &Read<'_>, id: RepoId) -> Result<Option<Repo>, Error> {
    read.row(select!("WHERE r.id = ?1"), params![&id.0], repo)
}

pub(crate) fn by_redirect(
    read: &Read<'_>,
    kind: RepoKind,
    path_key: &str,
) -> Result<Option<Repo>, Error> {
    read.row(
        select!("JOIN hub_redirect d ON d.repo_id = r.id WHERE d.kind = ?1 AND d.path_key = ?2"),
        params![kind.as_str(), path_key],
        repo,
    )
}

pub(crate) fn redirect_insert(
    tx: &mut Tx<'_>,
    kind: RepoKind,
    path_key: &str,
    id: RepoId,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_redirect (kind, path_key, repo_id) VALUES (?1, ?2, ?3)",
        params![kind.as_str(), path_key, &id.0],
    )
}

pub(crate) fn redirect_delete(
    tx: &mut Tx<'_>,
    kind: RepoKind,
    path_key: &str,
) -> Result<u64, Error> {
    tx.exec(
        "DELETE FROM hub_redirect WHERE kind = ?1 AND path_key = ?2",
        params![kind.as_str(), path_key],
    )
}

pub(crate) fn settings_update(tx: &mut Tx<'_>, repo: &Repo) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_repo SET is_private = ?2, gating = ?3 WHERE id = ?1",
        params![&repo.id.0, repo.is_private, repo.gating.as_str()],
    )
}

pub(crate) fn disable(tx: &mut Tx<'_>, id: RepoId, is_disabled: bool) -> Result<u64, Error> {
    tx.exec("UPDATE hub_repo SET is_disabled = ?2 WHERE id = ?1", params![&id.0, is_disabled])
}

pub(crate) fn path_update(tx: &mut Tx<'_>, repo: &Repo) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_repo SET namespace_id = ?2, name = ?3, path_key = ?4, changed_at = ?5
         WHERE id = ?1",
        params![
            &repo.id.0,
            &repo.namespace.0,
            &repo.name,
            repo.path().to_lowercase(),
            repo.changed_at
        ],
    )
}

/// What a repository says of itself: the parts of its card.
pub(crate) fn card_update(tx: &mut Tx<'_>, repo: &Repo) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_repo SET card = ?2, summary = ?3, license = ?4, pipeline_tag = ?5,
             library = ?6, changed_at = ?7
         WHERE id = ?1",
        params![
            &repo.id.0,
            &repo.card,
            &repo.summary,
            &repo.license,
            &repo.pipeline_tag,
            &repo.library,
            repo.changed_at
        ],
    )
}

pub(crate) fn downloads_add(tx: &mut Tx<'_>, id: RepoId, count: i64) -> Result<u64, Error> {
    tx.exec("UPDATE hub_repo SET downloads = downloads + ?2 WHERE id = ?1", params![&id.0, count])
}

pub(crate) fn used_add(tx: &mut Tx<'_>, id: RepoId, bytes: i64) -> Result<u64, Error> {
    tx.exec("UPDATE hub_repo SET used_bytes = used_bytes + ?2 WHERE id = ?1", params![&id.0, bytes])
}

pub(crate) fn used_bytes(read: &Read<'_>, namespace: NamespaceId) -> Result<i64, Error> {
    read.scalar(
        "SELECT CAST(COALESCE(SUM(used_bytes), 0) AS BIGINT) FROM hub_repo
         WHERE namespace_id = ?1",
        params![&namespace.0],
    )
}

/// Takes the next number of a repository's discussions.
pub(crate) fn number_take(tx: &mut Tx<'_>, id: RepoId) -> Result<i64, Error> {
    tx.exec("UPDATE hub_repo SET number_next = number_next + 1 WHERE id = ?1", params![&id.0])?;
    tx.scalar("SELECT number_next - 1 FROM hub_repo WHERE id = ?1", params![&id.0])
}

/// Deletes a repository and every row that names it.
pub(crate) fn delete(tx: &mut Tx<'_>, id: RepoId) -> Result<(), Error> {
    const STATEMENTS: &[&str] = &[
        "DELETE FROM hub_redirect WHERE repo_id = ?1",
        "DELETE FROM hub_repo_tag WHERE repo_id = ?1",
        "DELETE FROM hub_ref WHERE repo_id = ?1",
        "DELETE FROM hub_object WHERE repo_id = ?1",
        "DELETE FROM hub_like WHERE repo_id = ?1",
        "DELETE FROM hub_access WHERE repo_id = ?1",
        "DELETE FROM hub_discussion_event WHERE repo_id = ?1",
        "DELETE FROM hub_discussion WHERE repo_id = ?1",
        "DELETE FROM hub_collection_item WHERE repo_id = ?1",
        "DELETE FROM hub_lineage WHERE repo_id = ?1",
        "DELETE FROM hub_terms WHERE repo_id = ?1",
        "DELETE FROM hub_purpose WHERE repo_id = ?1",
        "DELETE FROM hub_personal WHERE repo_id = ?1",
        "DELETE FROM hub_repo WHERE id = ?1",
    ];
    for sql in STATEMENTS {
        tx.exec(sql, params![&id.0])?;
    }
    Ok(())
}

pub(crate) fn repo(row: &Row<'_>) -> Result<Repo, Error> {
    Ok(Repo {
        id: row.id(0)?,
        kind: row.parse(1)?,
        namespace: row.id(2)?,
        owner: row.get(3)?,
        name: row.get(4)?,
        is_private: row.get(5)?,
        gating: row.parse(6)?,
        is_disabled: row.get(7)?,
        sdk: row.get(8)?,
        created_at: row.get(9)?,
        changed_at: row.get(10)?,
        card: row.get(11)?,
        summary: row.get(12)?,
        license: row.get(13)?,
        pipeline_tag: row.get(14)?,
        library: row.get(15)?,
        likes: row.get(16)?,
        downloads: row.get(17)?,
        used_bytes: row.get(18)?,
    })
}
