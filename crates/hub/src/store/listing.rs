//! Lists of `hub_repo`, and table `hub_repo_tag`.

use super::repo;
use crate::cursor::Cursor;
use crate::{Query, Repo, RepoId, RepoKind, Sort};
use db::{Error, Param, Read, Tx, params};
use std::collections::BTreeMap;

/// The conditions of a query with their values, numbered as they come.
#[derive(Default)]
struct Conditions<'a> {
    sql: String,
    values: Vec<Param<'a>>,
}

impl<'a> Conditions<'a> {
    /// Adds a condition in which `#` stands for the value, as often as it is needed.
    fn add(&mut self, condition: &str, value: impl Into<Param<'a>>) {
        self.values.push(value.into());
        let numbered = condition.replace('#', &format!("?{}", self.values.len()));
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(&numbered);
    }

    fn add_some(&mut self, condition: &str, value: Option<&'a String>) {
        if let Some(value) = value {
            self.add(condition, value);
        }
    }
}

/// Lists what a query asks for: `(query, pattern to search for, namespaces of the visitor)`.
pub(crate) fn list(
    read: &Read<'_>,
    (query, pattern, namespaces): (&Query, Option<&str>, &str),
    (after, limit): (&Cursor, u32),
) -> Result<Vec<Repo>, Error> {
    let mut all = Conditions::default();
    all.add("r.kind = #", query.kind.as_str());
    all.add("(r.is_private = 0 OR # LIKE '%' || r.namespace_id || '%')", namespaces);
    if let Some(author) = &query.author {
        all.add("n.name_key = #", author.to_lowercase());
    }
    if let Some(pattern) = pattern {
        all.add(
            "(r.path_key LIKE # ESCAPE '\\' OR LOWER(r.summary) LIKE # ESCAPE '\\'
              OR EXISTS (SELECT 1 FROM hub_repo_tag t
                  WHERE t.repo_id = r.id AND LOWER(t.tag) LIKE # ESCAPE '\\'))",
            pattern,
        );
    }
    for tag in &query.filters {
        // By the index of tags: one that few have is found without walking the whole list.
        all.add("r.id IN (SELECT t.repo_id FROM hub_repo_tag t WHERE t.tag = #)", tag);
    }
    all.add_some("r.pipeline_tag = #", query.pipeline_tag.as_ref());
    all.add_some("r.library = #", query.library.as_ref());
    all.add_some("r.license = #", query.license.as_ref());
    match query.gated {
        Some(true) => all.add("r.gating <> #", "Open"),
        Some(false) => all.add("r.gating = #", "Open"),
        None => {}
    }
    let column = match query.sort {
        Sort::Created => "r.created_at",
        Sort::Changed => "r.changed_at",
        Sort::Downloads => "r.downloads",
        Sort::Likes => "r.likes",
    };
    let (is, order) = if query.is_descending { ("<", "DESC") } else { (">", "ASC") };
    all.values.push(after.value.into());
    let value = all.values.len();
    all.add(&format!("({column}, r.id) {is} (?{value}, #)"), &after.id);
    let mut values = all.values;
    values.push(limit.into());
    let sql = format!(
        "{}{} ORDER BY {column} {order}, r.id {order} LIMIT ?{}",
        repo::select!(""),
        all.sql,
        values.len()
    );
    read.rows(&sql, &values, repo::repo)
}

/// Counts the repositories of a kind that members of `namespaces` may see.
pub(crate) fn count(read: &Read<'_>, kind: RepoKind, namespaces: &str) -> Result<i64, Error> {
    read.scalar(
        "SELECT COUNT(*) FROM hub_repo WHERE kind = ?1
             AND (is_private = 0 OR ?2 LIKE '%' || namespace_id || '%')",
        params![kind.as_str(), namespaces],
    )
}

pub(crate) fn tags_delete(tx: &mut Tx<'_>, repo: RepoId) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_repo_tag WHERE repo_id = ?1", params![&repo.0])
}

pub(crate) fn tag_insert(tx: &mut Tx<'_>, repo: RepoId, tag: &str) -> Result<u64, Error> {
    tx.exec("INSERT INTO hub_repo_tag (repo_id, tag) VALUES (?1, ?2)", params![&repo.0, tag])
}

/// Tags by repository, each list in order.
pub(crate) fn tags(
    read: &Read<'_>,
    repos: &[RepoId],
) -> Result<BTreeMap<RepoId, Vec<String>>, Error> {
    let keys: Vec<String> = repos.iter().map(ToString::to_string).collect();
    let mut tags: BTreeMap<RepoId, Vec<String>> = BTreeMap::new();
    read.each_of("SELECT repo_id, tag FROM hub_repo_tag WHERE repo_id = ?1", &keys, |row| {
        tags.entry(row.id(0)?).or_default().push(row.get(1)?);
        Ok(())
    })?;
    tags.values_mut().for_each(|tags| tags.sort());
    Ok(tags)
}
