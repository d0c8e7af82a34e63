//! Files and folders of a revision: pages of a tree, facts of given paths.

use crate::cx::Cx;
use crate::first::look;
use crate::page::{next, query, query_flag, query_limit};
use crate::stamp::stamp_seconds;
use crate::{Fault, page};
use app::depot::{self, FileFacts, entry_facts, revision_find};
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use git::{LastChange, Oid, PathEntry, Walk};
use hub::Refused;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of a page, unless asked for otherwise; with their last commits, fewer.
const PAGE_ENTRIES: u32 = 1_000;
const PAGE_ENTRIES_EXPANDED: u32 = 100;
/// Paths that one request may ask the facts of.
const PATHS_MAX: usize = 1_000;
/// Commits walked to find the last change of an entry; beyond them it is not told.
const COMMITS_MAX: usize = 5_000;

type LastCommits = BTreeMap<String, (Oid, String, i64)>;

/// Writes one entry as the clients read it.
pub(crate) fn entry_json(facts: &FileFacts, last: Option<&(Oid, String, i64)>) -> Value {
    let mut entry = json!({
        "type": if facts.is_dir() { "directory" } else { "file" },
        "path": facts.path,
        "oid": facts.oid.to_string(),
        "size": facts.size_bytes,
    });
    if let Some(large) = &facts.large {
        entry["lfs"] = json!({
            "oid": large.object.sha256,
            "size": large.object.size_bytes,
            "pointerSize": large.pointer_bytes,
        });
        if let Some(chunked) = &large.object.chunked {
            entry["xetHash"] = json!(chunked);
        }
    }
    if let Some((commit, title, seconds)) = last {
        entry["lastCommit"] = json!({
            "id": commit.to_string(),
            "title": title,
            "date": stamp_seconds(*seconds),
        });
    }
    entry
}

/// Writes a file as it stands in the list with its repository.
pub(crate) fn sibling_json(facts: &FileFacts) -> Value {
    let mut sibling = json!({
        "rfilename": facts.path,
        "blobId": facts.oid.to_string(),
        "size": facts.size_bytes,
    });
    if let Some(large) = &facts.large {
        sibling["lfs"] = json!({
            "sha256": large.object.sha256,
            "size": large.object.size_bytes,
            "pointerSize": large.pointer_bytes,
        });
    }
    sibling
}

/// Finds the newest commit that changed each path.
fn lasts(git: &git::Repo, commit: Oid, paths: &[String]) -> Result<LastCommits, depot::Error> {
    let mut by_folder: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for path in paths {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        by_folder.entry(folder).or_default().insert(name.to_owned());
    }
    let mut found = LastCommits::new();
    for (folder, names) in by_folder {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (name, last) in git.last_changes(commit, folder, &names, COMMITS_MAX)? {
            let LastChange::Known(commit, facts) = last else { continue };
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let title = facts.title().to_owned();
            found.insert(path, (commit, title, facts.committer.seconds));
        }
    }
    Ok(found)
}

/// `GET /api/{kind}/{owner}/{name}/tree/{revision}` and `.../{path}`.
pub(crate) async fn tree(
    cx: Cx,
    Path(mut named): Path<BTreeMap<String, String>>,
    uri: Uri,
) -> Result<Response, Fault> {
    let revision = named.remove("revision").unwrap_or_default();
    let path = named.remove("path").unwrap_or_default();
    let path = path.trim_matches('/').to_owned();
    let is_recursive = query_flag(&uri, "recursive");
    let is_expanded = query_flag(&uri, "expand");
    let usual = if is_expanded { PAGE_ENTRIES_EXPANDED } else { PAGE_ENTRIES };
    let limit = query_limit(&uri, "limit", (usual, usual));
    let after = query(&uri, "cursor");
    let (entries, cursor) = look(&cx, move |read, git, repo| {
        let head = revision_find(read, git, repo, &revision)?;
        let limit = usize::try_from(limit).unwrap_or(1);
        let walk = Walk { prefix: &path, is_recursive, after: after.as_deref(), limit };
        let found = git.walk(head.tree, &walk)?;
        let found = found.ok_or_else(|| Refused::EntryUnknown(path.clone()))?;
        let cursor = found.entries.last().filter(|_| found.has_more).map(|e| e.path.clone());
        let facts = entry_facts(read, git, repo, found.entries)?;
        let lasts = if is_expanded {
            let paths: Vec<String> = facts.iter().map(|facts| facts.path.clone()).collect();
            lasts(git, head.commit, &paths)?
        } else {
            LastCommits::new()
        };
        let shown = |facts: &FileFacts| entry_json(facts, lasts.get(&facts.path));
        Ok((facts.iter().map(shown).collect::<Vec<_>>(), cursor))
    })
    .await?;
    Ok((next(&cx, &uri, cursor.as_deref()), Json(entries)).into_response())
}

/// Paths as a form (`paths=a&paths=b`) or as JSON (`{"paths": [...]}`).
fn paths_of(body: &Bytes) -> Result<(Vec<String>, bool), Fault> {
    let text =
        std::str::from_utf8(body).map_err(|_| Fault::Bad("the body is no text".to_owned()))?;
    let (paths, is_expanded) = if text.trim_start().starts_with('{') {
        let parsed: Value = serde_json::from_str(text)
            .map_err(|error| Fault::Bad(format!("the body is no JSON: {error}")))?;
        let list = match &parsed["paths"] {
            Value::String(one) => vec![one.clone()],
            Value::Array(list) => {
                list.iter().filter_map(|path| path.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        (list, parsed["expand"].as_bool().unwrap_or(false))
    } else {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<(String, String)> =
            pairs.map(|(key, value)| (page::decode(key), page::decode(value))).collect();
        let is_true = |value: &str| matches!(value, "true" | "True" | "1");
        let expand = pairs.iter().any(|(key, value)| key == "expand" && is_true(value));
        let paths = pairs.into_iter().filter(|(key, _)| key == "paths" || key == "paths[]");
        (paths.map(|(_, value)| value).collect(), expand)
    };
    if paths.len() > PATHS_MAX {
        return Err(Fault::Bad(format!("at most {PATHS_MAX} paths at once")));
    }
    Ok((paths, is_expanded))
}

/// `POST /api/{kind}/{owner}/{name}/paths-info/{revision}`: paths that are not there are left out.
pub(crate) async fn paths_info(
    cx: Cx,
    Path((_, _, _, revision)): Path<(String, String, String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let (paths, is_expanded) = paths_of(&body)?;
    let entries = look(&cx, move |read, git, repo| {
        let head = revision_find(read, git, repo, &revision)?;
        let mut found = Vec::new();
        for path in paths {
            let path = path.trim_matches('/').to_owned();
            let Ok(Some(entry)) = git.entry_at(head.tree, &path) else { continue };
            found.push(PathEntry { path, mode: entry.mode, oid: entry.oid });
        }
        let facts = entry_facts(read, git, repo, found)?;
        let lasts = if is_expanded {
            let paths: Vec<String> = facts.iter().map(|facts| facts.path.clone()).collect();
            lasts(git, head.commit, &paths)?
        } else {
            LastCommits::new()
        };
        Ok(facts.iter().map(|facts| entry_json(facts, lasts.get(&facts.path))).collect::<Vec<_>>())
    })
    .await?;
    Ok(Json(Value::Array(entries)))
}
