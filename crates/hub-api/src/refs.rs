//! Branches, tags, pull requests, and the history behind them.

use crate::cx::Cx;
use crate::first::{look, work};
use crate::page::{next, query, query_all, query_flag};
use crate::stamp::stamp_seconds;
use crate::{Fault, first};
use app::depot::{self, revision_find};
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use hub::{CONVERTED, HEADS, PULLS, Ref, TAGS};
use serde_json::{Value, json};

/// Commits of one page.
const PAGE_COMMITS: usize = 50;

type Revisioned = Path<(String, String, String, String)>;

/// `GET /api/{kind}/{owner}/{name}/refs`.
pub(crate) async fn refs(cx: Cx, uri: Uri) -> Result<Json<Value>, Fault> {
    let repo = cx.repo()?;
    let all = cx.read(move |read| hub::refs_of(read, &repo)).await?;
    let group = |prefix: &str| {
        let of_group = |found: &&Ref| found.name.starts_with(prefix);
        let shown = |found: &Ref| {
            json!({
                "name": found.name.strip_prefix(prefix).unwrap_or(&found.name),
                "ref": found.name,
                "targetCommit": found.commit,
            })
        };
        all.iter().filter(of_group).map(shown).collect::<Vec<_>>()
    };
    let mut body = json!({
        "branches": group(HEADS),
        "converts": group(CONVERTED),
        "tags": group(TAGS),
    });
    if query_flag(&uri, "include_prs") {
        body["pullRequests"] = json!(group(PULLS));
    }
    Ok(Json(body))
}

/// `GET /api/{kind}/{owner}/{name}/commits/{revision}`.
pub(crate) async fn commits(
    cx: Cx,
    Path((_, _, _, revision)): Revisioned,
    uri: Uri,
) -> Result<Response, Fault> {
    let after = query(&uri, "cursor");
    let is_formatted = query_all(&uri, "expand").iter().any(|asked| asked == "formatted");
    let (items, cursor) = look(&cx, move |read, git, repo| {
        let head = revision_find(read, git, repo, &revision)?;
        let after = after.and_then(|text| text.parse().ok());
        let page = git.log(head.commit, PAGE_COMMITS, after)?;
        let cursor = page.commits.last().filter(|_| page.has_more).map(|(id, _)| id.to_string());
        let item = |(id, commit): &(git::Oid, git::Commit)| {
            let mut item = json!({
                "id": id.to_string(),
                "title": commit.title(),
                "message": commit.body(),
                "date": stamp_seconds(commit.committer.seconds),
                "authors": [{"user": commit.author.name, "avatar": ""}],
            });
            if is_formatted {
                // Titles are shown as they are: escaped, nothing else.
                let (title, message) = (escape(commit.title()), escape(commit.body()));
                item["formatted"] = json!({"title": title, "message": message});
            }
            item
        };
        Ok((page.commits.iter().map(item).collect::<Vec<_>>(), cursor))
    })
    .await?;
    Ok((next(&cx, &uri, cursor.as_deref()), Json(items)).into_response())
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Reads a body of JSON; an empty one is an empty object.
pub(crate) fn object(body: &Bytes) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body)
        .map_err(|error| Fault::Bad(format!("the body is no JSON: {error}")))
}

/// `POST /api/{kind}/{owner}/{name}/branch/{branch}`.
pub(crate) async fn branch_create(
    cx: Cx,
    Path((_, _, _, branch)): Revisioned,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let start = asked["startingPoint"].as_str().unwrap_or("main").to_owned();
    let commit =
        look(&cx, move |read, git, repo| Ok(revision_find(read, git, repo, &start)?.commit))
            .await?
            .to_string();
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    cx.write(move |tx| hub::branch_create(tx, &visitor, &repo, (&branch, &commit))).await?;
    Ok(Json(json!({})))
}

/// `DELETE /api/{kind}/{owner}/{name}/branch/{branch}`.
pub(crate) async fn branch_delete(
    cx: Cx,
    Path((_, _, _, branch)): Revisioned,
) -> Result<Json<Value>, Fault> {
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    cx.write(move |tx| hub::branch_delete(tx, &visitor, &repo, &branch)).await?;
    Ok(Json(json!({})))
}

/// `POST /api/{kind}/{owner}/{name}/tag/{revision}`.
pub(crate) async fn tag_create(
    cx: Cx,
    Path((_, _, _, revision)): Revisioned,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let tag = asked["tag"].as_str().unwrap_or("").to_owned();
    let message = asked["message"].as_str().unwrap_or("").to_owned();
    let commit =
        look(&cx, move |read, git, repo| Ok(revision_find(read, git, repo, &revision)?.commit))
            .await?
            .to_string();
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    cx.write(move |tx| hub::tag_create(tx, &visitor, &repo, (&tag, &commit, &message))).await?;
    Ok(Json(json!({})))
}

/// `DELETE /api/{kind}/{owner}/{name}/tag/{tag}`.
pub(crate) async fn tag_delete(
    cx: Cx,
    Path((_, _, _, tag)): Revisioned,
) -> Result<Json<Value>, Fault> {
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    cx.write(move |tx| hub::tag_delete(tx, &visitor, &repo, &tag)).await?;
    Ok(Json(json!({})))
}

/// `POST /api/{kind}/{owner}/{name}/super-squash/{branch}`: one commit with the files of the branch
/// takes the place of its history.
pub(crate) async fn squash(
    cx: Cx,
    Path((_, _, _, branch)): Revisioned,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let usual = format!("Super-squash branch '{branch}' using huggingface_hub");
    let summary = asked["message"].as_str().filter(|text| !text.trim().is_empty());
    let message = depot::Message {
        author: first::own_name(&cx).await?,
        summary: summary.map_or(usual, str::to_owned),
        description: String::new(),
        seconds: cx.now.millis().div_euclid(1_000),
    };
    let push = depot::Push {
        repo: cx.repo()?,
        visitor: cx.visitor.clone(),
        revision: branch,
        parent: None,
        message,
    };
    let done = work(&cx, move |app, depot| depot::squash(app, depot, &push)).await?;
    Ok(Json(json!({"commitOid": done.commit.to_string()})))
}
