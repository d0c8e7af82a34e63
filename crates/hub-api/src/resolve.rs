//! Files by revision and path: what clients download, and what browsers show.

use crate::cx::Cx;
use crate::first::look;
use crate::memo::Moment;
use crate::page::encode_path;
use crate::{Fault, content, quick, range};
use app::depot::{FileFacts, Revision, file_find, revision_find};
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderName, IF_NONE_MATCH, LINK, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use hub::Refused;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Headers that the clients read beside those of HTTP.
const REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");
const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");
const XET_HASH: HeaderName = HeaderName::from_static("x-xet-hash");
const SECURITY_POLICY: HeaderName = HeaderName::from_static("content-security-policy");

/// `GET` and `HEAD /{owner}/{name}/resolve/{revision}/{path}`, `/raw/` alike.
pub(crate) async fn resolve(
    cx: Cx,
    Path(mut named): Path<BTreeMap<String, String>>,
    request: Request,
) -> Result<Response, Fault> {
    let (method, headers) = (request.method(), request.headers());
    let revision = named.remove("revision").unwrap_or_default();
    let path = named.remove("path").unwrap_or_default();
    let (head, file) = found(&cx, revision, path).await?;
    let mut told = facts_told(&cx, &head, &file)?;
    let etag = format!("\"{}\"", file.etag());
    let is_known = headers.get_all(IF_NONE_MATCH).iter().any(|value| {
        value.to_str().is_ok_and(|text| text.split(',').any(|tag| tag.trim() == etag))
    });
    if is_known {
        return answer(StatusCode::NOT_MODIFIED, told, Body::empty());
    }
    let asked = range::asked(headers, file.size_bytes)?;
    let status = match &asked {
        Some(range) => {
            let (start, last, size) = (range.start, range.end - 1, file.size_bytes);
            let value = format!("bytes {start}-{last}/{size}");
            told.insert(CONTENT_RANGE, header(&value)?);
            StatusCode::PARTIAL_CONTENT
        }
        None => StatusCode::OK,
    };
    let length = asked.as_ref().map_or(file.size_bytes, |range| range.end - range.start);
    told.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if *method == Method::HEAD {
        return answer(status, told, Body::empty());
    }
    cx.reading_note(&file.path, &head.commit.to_string()).await?;
    let is_first = asked.as_ref().is_none_or(|range| range.start == 0);
    if is_first {
        cx.hub.counted.add(cx.repo()?.id);
    }
    let body = content::body(&cx, &file, asked.clone()).await?;
    if asked.is_none() {
        quick::keep(&cx, &request, (&file, &told));
    }
    answer(status, told, body)
}

/// Finds revision and file; what is missing is told in the way that clients remember.
async fn found(cx: &Cx, revision: String, path: String) -> Result<(Revision, FileFacts), Fault> {
    let moment = Moment::of(&cx.hub, cx.now);
    let question = format!("file {} {revision} {path}", cx.repo()?.id);
    if let Some(known) = cx.hub.memo.find::<(Revision, FileFacts)>(moment, &question) {
        return Ok(known.as_ref().clone());
    }
    let wanted = path.clone();
    let (head, file) = look(cx, move |read, git, repo| {
        let head = revision_find(read, git, repo, &revision)?;
        match file_find(read, git, repo, (head.tree, &path)) {
            Ok(file) => Ok((head, Some(file))),
            Err(app::depot::Error::Hub(hub::Error::Refused(Refused::EntryUnknown(_)))) => {
                Ok((head, None))
            }
            Err(error) => Err(error),
        }
    })
    .await?;
    match file.filter(|file| !file.is_dir()) {
        Some(file) => {
            let found = Arc::new((head, file));
            cx.hub.memo.keep(moment, question, found.clone());
            Ok(found.as_ref().clone())
        }
        None => Err(Fault::Missing { path: wanted, commit: head.commit.to_string() }),
    }
}

fn header(text: &str) -> Result<HeaderValue, Fault> {
    HeaderValue::from_str(text).map_err(Fault::failed)
}

fn facts_told(cx: &Cx, head: &Revision, file: &FileFacts) -> Result<HeaderMap, Fault> {
    let mut told = HeaderMap::new();
    let etag = format!("\"{}\"", file.etag());
    told.insert(REPO_COMMIT, header(&head.commit.to_string())?);
    told.insert(ETAG, header(&etag)?);
    told.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    told.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // What people uploaded never runs as a page of the zone.
    told.insert(CONTENT_TYPE, HeaderValue::from_static(mime(&file.path)));
    told.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    told.insert(SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let disposition = format!("inline; filename*=UTF-8''{}", encode_path(name));
    told.insert(CONTENT_DISPOSITION, header(&disposition)?);
    if let Some(large) = &file.large {
        told.insert(LINKED_SIZE, HeaderValue::from(file.size_bytes));
        told.insert(LINKED_ETAG, header(&etag)?);
        if let Some(chunked) = &large.object.chunked {
            let repo = cx.repo()?;
            let api = format!("api/{}/{}", repo.kind.plural(), repo.path());
            let url = cx.url(&format!("{api}/xet-read-token/{}", head.commit));
            told.insert(XET_HASH, header(chunked)?);
            told.insert(LINK, header(&format!("<{url}>; rel=\"xet-auth\""))?);
        }
    }
    Ok(told)
}

/// Types that a browser may show as they are; all else is text or bytes, never a page or a script.
fn mime(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "ogg" => "audio/ogg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "pdf" => "application/pdf",
        "json" => "application/json",
        "txt" | "md" | "csv" | "tsv" | "jsonl" | "yaml" | "yml" | "toml" | "py" | "rs" | "html"
        | "htm" | "js" | "css" | "svg" | "xml" | "gitattributes" | "gitignore" | "cfg" | "ini" => {
            "text/plain; charset=utf-8"
        }
        _ => "application/octet-stream",
    }
}

fn answer(status: StatusCode, told: HeaderMap, body: Body) -> Result<Response, Fault> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = told;
    Ok(response)
}
