//! Large files of a repository: where each is used, copies to other repositories, removal for good.

use crate::cx::Cx;
use crate::first::work;
use crate::page::{next, query, query_limit};
use crate::stamp::stamp;
use crate::{Fault, upload};
use app::depot::{LargeUse, larges_purge, larges_used};
use axum::Json;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use hub::{Action, Found, Refused, Repo, RepoKind};
use serde::Deserialize;
use serde_json::{Value, json};

/// Files of one page.
const PAGE_FILES: u32 = 1_000;
/// Files that one request may remove or copy; the client sends 1,000 at most.
const FILES_MAX: usize = 2_000;

fn use_json(used: &LargeUse) -> Value {
    let object = &used.object;
    // Without a path the hash is the only name that the file has.
    let (filename, name) = match &used.place {
        Some((path, name)) => (path.clone(), Some(name)),
        None => (object.sha256.clone(), None),
    };
    json!({
        "fileOid": object.sha256,
        "filename": filename,
        "oid": object.sha256,
        "pushedAt": stamp(object.added_at),
        "ref": name,
        "size": object.size_bytes,
    })
}

/// `GET /api/{kind}/{owner}/{name}/lfs-files`.
pub(crate) async fn list(cx: Cx, uri: Uri) -> Result<Response, Fault> {
    let after = query(&uri, "cursor").unwrap_or_default();
    let limit = query_limit(&uri, "limit", (PAGE_FILES, PAGE_FILES));
    let repo = cx.repo()?;
    let used = work(&cx, move |app, depot| {
        let objects = app.db().read(|read| hub::objects_of(read, &repo, (&after, limit)))?;
        larges_used(app, depot, &repo, objects)
    })
    .await?;
    let is_full = u32::try_from(used.len()).is_ok_and(|count| count == limit);
    let cursor = used.last().filter(|_| is_full).map(|last| last.object.sha256.clone());
    let items: Vec<Value> = used.iter().map(use_json).collect();
    Ok((next(&cx, &uri, cursor.as_deref()), Json(items)).into_response())
}

#[derive(Deserialize)]
pub(crate) struct AskedRemoval {
    deletions: Removal,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Removal {
    sha: Vec<String>,
    #[serde(default)]
    rewrite_history: bool,
}

/// `POST /api/{kind}/{owner}/{name}/lfs-files/batch`.
pub(crate) async fn delete(cx: Cx, Json(asked): Json<AskedRemoval>) -> Result<Json<Value>, Fault> {
    let Removal { sha, rewrite_history } = asked.deletions;
    few(sha.len())?;
    if let Some(wrong) = sha.iter().find(|hash| !hub::is_sha256(hash)) {
        return Err(Fault::Bad(format!("`{wrong}` is no SHA-256 in hexadecimal")));
    }
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    work(&cx, move |app, depot| {
        larges_purge(app, depot, (&visitor, &repo), (&sha, rewrite_history))
    })
    .await?;
    Ok(Json(json!({"success": true})))
}

fn few(count: usize) -> Result<(), Fault> {
    if count <= FILES_MAX {
        return Ok(());
    }
    Err(Fault::Bad(format!("at most {FILES_MAX} files at once: send several requests")))
}

#[derive(Deserialize)]
pub(crate) struct AskedCopy {
    target: Target,
    files: Vec<Copied>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

#[derive(Deserialize)]
struct Copied {
    sha256: String,
}

/// `POST /api/{kind}/{owner}/{name}/lfs-files/duplicate`: gives another repository large files of
/// this one, so that a commit there may name them. The bytes are not sent again.
pub(crate) async fn copy(cx: Cx, Json(asked): Json<AskedCopy>) -> Result<Json<Value>, Fault> {
    few(asked.files.len())?;
    let kind = RepoKind::of(&asked.target.kind)
        .ok_or_else(|| Fault::Bad(format!("target.type: `{}` is not known", asked.target.kind)))?;
    let (source, visitor, now) = (cx.repo()?, cx.visitor.clone(), cx.now);
    let quota = cx.hub.options.quota_bytes;
    let hashes: Vec<String> = asked.files.into_iter().map(|file| file.sha256).collect();
    let path = asked.target.name;
    let failed = cx
        .write(move |tx| {
            let found = hub::repo_find(tx, kind, &path)?.ok_or(Refused::RepoUnknown)?;
            let (Found::Here(target) | Found::Moved(target)) = found;
            hub::access_test(tx, &visitor, &source, (Action::Read, now))?;
            hub::personal_copy_test(tx, &visitor, &source)?;
            // As for an upload: whoever may propose a change may bring its files.
            hub::access_test(tx, &visitor, &target, (Action::Contribute, now))?;
            let is_outside = visitor.role_in(target.namespace).is_none();
            copy_all(tx, (&source, &target), (&hashes, quota, is_outside))
        })
        .await?;
    Ok(Json(json!({ "failed": failed })))
}

fn copy_all(
    tx: &mut db::Tx<'_>,
    (source, target): (&Repo, &Repo),
    (hashes, quota, is_outside): (&[String], i64, bool),
) -> Result<Vec<Value>, hub::Error> {
    let mut failed = Vec::new();
    let mut known = Vec::new();
    let mut asked_bytes = 0_i64;
    for hash in hashes {
        match hub::object_find(tx, source, hash)? {
            None => failed.push(json!({"sha256": hash, "error": "not in the source repository"})),
            Some(object) => {
                if hub::object_find(tx, target, hash)?.is_none() {
                    asked_bytes = asked_bytes.saturating_add(object.size_bytes);
                }
                known.push(hash);
            }
        }
    }
    upload::room_test(tx, target, (asked_bytes, quota), is_outside)?;
    for hash in known {
        hub::object_copy(tx, (source, target), hash)?;
    }
    Ok(failed)
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::api;
    use axum::http::Method;
    let post = &Method::POST;
    vec![
        api(&Method::GET, "/lfs-files", Action::Write, list),
        api(post, "/lfs-files/batch", Action::Write, delete),
        api(post, "/lfs-files/duplicate", Action::Read, copy),
    ]
}
