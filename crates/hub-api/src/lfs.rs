//! Large files by Git LFS: the batch, single and multipart uploads, downloads.
//!
//! Source: git-lfs, `docs/api/batch.md` and `docs/api/basic-transfers.md`; multipart as
//! `huggingface_hub/lfs.py` does it. Addresses carry their own permission: clients send nothing
//! else with them.

use crate::cx::Cx;
use crate::token::{HREF_SECONDS, Permit, UPLOAD_SECONDS};
use crate::tongue::LFS_JSON;
use crate::{Fault, content, opened, range, upload};
use app::depot::Depot;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use blob::{Join, Sha256, Upload, Wanted};
use futures_util::StreamExt;
use hub::{Action, NamespaceId, NewObject, ObjectState, Refused, Repo, RepoId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Objects of one batch.
const OBJECTS_MAX: usize = 2_000;
/// From this size on an upload comes in parts, where the client offers that: a broken line then
/// costs a part and not the file.
const MULTIPART_BYTES_MIN: u64 = 256 * 1024 * 1024;
/// Least size of a part.
const PART_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// Most parts of one file: their addresses stand in one answer.
const PARTS_MAX: u64 = 1_000;

/// Allows to upload one object to one repository.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Put {
    repo: RepoId,
    store: NamespaceId,
    sha256: String,
    size: u64,
    /// Name of a multipart upload and bytes of a part; absent for a single one.
    parts: Option<(String, u64)>,
}

impl Permit for Put {
    const KIND: &'static str = "lfs-put";
}

/// Allows to download one object of one repository.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Get {
    repo: RepoId,
    sha256: String,
}

impl Permit for Get {
    const KIND: &'static str = "lfs-get";
}

#[derive(Debug, Deserialize)]
pub(crate) struct Batch {
    operation: String,
    #[serde(default)]
    transfers: Vec<String>,
    objects: Vec<Wished>,
    #[serde(default)]
    hash_algo: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Wished {
    oid: String,
    size: u64,
}

fn lfs_json(body: &Value) -> Response {
    ([(CONTENT_TYPE, LFS_JSON)], body.to_string()).into_response()
}

/// `POST /{owner}/{name}.git/info/lfs/objects/batch`.
pub(crate) async fn batch(cx: Cx, Json(batch): Json<Batch>) -> Result<Response, Fault> {
    if batch.objects.len() > OBJECTS_MAX {
        return Err(Fault::TooLarge(u64::try_from(OBJECTS_MAX).unwrap_or(u64::MAX)));
    }
    if batch.hash_algo.as_deref().is_some_and(|algo| algo != "sha256") {
        return Err(Fault::Unprocessable("hash_algo must be sha256".to_owned()));
    }
    match batch.operation.as_str() {
        "download" => download(&cx, batch.objects).await,
        "upload" => wanted(&cx, batch).await,
        other => {
            Err(Fault::Unprocessable(format!("`{other}` is no operation: upload or download")))
        }
    }
}

fn wrong(wished: &Wished, (code, message): (u16, &str)) -> Value {
    json!({
        "oid": wished.oid,
        "size": wished.size,
        "error": {"code": code, "message": message},
    })
}

async fn download(cx: &Cx, wished: Vec<Wished>) -> Result<Response, Fault> {
    let (repo, visitor, now) = (cx.repo()?, cx.visitor.clone(), cx.now);
    let asked = wished.clone();
    let known = cx
        .read(move |read| {
            hub::access_test(read, &visitor, &repo, (Action::Read, now))?;
            let hashes: Vec<String> = asked.into_iter().map(|wished| wished.oid).collect();
            hub::objects_find(read, &repo, &hashes)
        })
        .await?;
    for object in &known {
        cx.reading_note(&object.sha256, "").await?;
    }
    let repo = cx.repo()?.id;
    let objects = wished.iter().map(|wished| {
        let Some(object) = known.iter().find(|object| object.sha256 == wished.oid) else {
            return wrong(wished, (404, "the repository has no such object"));
        };
        let may = Get { repo, sha256: object.sha256.clone() };
        let (token, _) = cx.hub.signer.sign(&may, cx.now, HREF_SECONDS);
        json!({
            "oid": object.sha256,
            "size": object.size_bytes,
            "authenticated": true,
            "actions": {"download": {
                "href": cx.url(&format!("hub/lfs/{token}")),
                "expires_in": HREF_SECONDS,
            }},
        })
    });
    let objects: Vec<Value> = objects.collect();
    Ok(lfs_json(&json!({"transfer": "basic", "hash_algo": "sha256", "objects": objects})))
}

async fn wanted(cx: &Cx, batch: Batch) -> Result<Response, Fault> {
    let (repo, visitor, now) = (cx.repo()?, cx.visitor.clone(), cx.now);
    let quota = cx.hub.options.quota_bytes;
    let is_outside = visitor.role_in(repo.namespace).is_none();
    let wished = batch.objects.clone();
    let (known, has_leftovers) = cx
        .read(move |read| {
            hub::access_test(read, &visitor, &repo, (Action::Contribute, now))?;
            let hashes: Vec<String> = wished.iter().map(|wished| wished.oid.clone()).collect();
            let known = hub::objects_find(read, &repo, &hashes)?;
            let is_new = |wished: &&Wished| known.iter().all(|object| object.sha256 != wished.oid);
            let asked =
                wished.iter().filter(is_new).fold(0_u64, |sum, w| sum.saturating_add(w.size));
            let asked = i64::try_from(asked).unwrap_or(i64::MAX);
            upload::room_test(read, &repo, (asked, quota), is_outside)?;
            let keys = known.iter().map(|object| hub::object_key(repo.id, &object.sha256));
            let leftovers = hub::leftovers_of(read, &keys.collect::<Vec<_>>())?;
            Ok((known, !leftovers.is_empty()))
        })
        .await?;
    if has_leftovers {
        // The client relies on what is here and will not send it.
        let hashes: Vec<String> = known.iter().map(|object| object.sha256.clone()).collect();
        let repo = cx.repo()?;
        cx.write(move |tx| hub::objects_claim(tx, &repo, &hashes)).await?;
    }
    let takes_parts = batch.transfers.iter().any(|transfer| transfer == "multipart");
    let is_large = |wished: &Wished| takes_parts && wished.size >= MULTIPART_BYTES_MIN;
    let has_parts = batch.objects.iter().any(is_large);
    let (repo, store) = (cx.repo()?, upload::store_of(cx).await?);
    let objects: Vec<Value> = batch
        .objects
        .iter()
        .map(|wished| {
            if !hub::is_sha256(&wished.oid) {
                return wrong(wished, (422, "oid must be a SHA-256 in hexadecimal"));
            }
            let held = known.iter().find(|object| object.sha256 == wished.oid);
            if held.is_some_and(|object| object.state != ObjectState::False) {
                return json!({"oid": wished.oid, "size": wished.size});
            }
            upload_told(cx, (&repo, store), (wished, is_large(wished)))
        })
        .collect();
    let transfer = if has_parts { "multipart" } else { "basic" };
    Ok(lfs_json(&json!({"transfer": transfer, "hash_algo": "sha256", "objects": objects})))
}

fn upload_told(
    cx: &Cx,
    (repo, store): (&Repo, NamespaceId),
    (wished, has_parts): (&Wished, bool),
) -> Value {
    let part_bytes = PART_BYTES_MIN.max(wished.size.div_ceil(PARTS_MAX));
    let name = || cx.hub.app.random().id(cx.now).to_string();
    let may = Put {
        repo: repo.id,
        store,
        sha256: wished.oid.clone(),
        size: wished.size,
        parts: has_parts.then(|| (name(), part_bytes)),
    };
    let (token, _) = cx.hub.signer.sign(&may, cx.now, UPLOAD_SECONDS);
    let href = cx.url(&format!("hub/lfs/{token}"));
    let mut upload = json!({"href": href, "expires_in": UPLOAD_SECONDS});
    if has_parts {
        let mut header = json!({"chunk_size": part_bytes.to_string()});
        for number in 1..=wished.size.div_ceil(part_bytes) {
            header[number.to_string()] = json!(format!("{href}/{number}"));
        }
        upload["header"] = header;
    }
    json!({
        "oid": wished.oid,
        "size": wished.size,
        "authenticated": true,
        "actions": {
            "upload": upload,
            "verify": {"href": format!("{href}/verify"), "expires_in": UPLOAD_SECONDS},
        },
    })
}

/// Streams a body into a stage.
macro_rules! body_into {
    ($stage:expr, $body:expr) => {{
        let mut bytes = $body.into_data_stream();
        while let Some(part) = bytes.next().await {
            let part = part.map_err(|error| Fault::Bad(format!("the body broke off: {error}")))?;
            $stage.write(&part).await?;
        }
    }};
}

fn sha256(text: &str) -> Result<Sha256, Fault> {
    text.parse().map_err(|_| Fault::Bad(format!("`{text}` is no SHA-256")))
}

/// `PUT /hub/lfs/{token}`: the whole object.
pub(crate) async fn put(cx: Cx, Path(token): Path<String>, body: Body) -> Result<Response, Fault> {
    let may: Put = cx.hub.signer.open(&token, cx.now)?;
    let key = Depot::whole_key(&may.sha256)?;
    let wanted = Wanted::exactly(sha256(&may.sha256)?, may.size);
    let mut stage = cx.hub.depot.blobs().stage(&key, wanted);
    room_test(&cx, &may).await?;
    body_into!(stage, body);
    room_test(&cx, &may).await?;
    upload::claim(&cx.hub, &key).await?;
    stage.finish().await?;
    entered(&cx, &may).await?;
    let etag = HeaderValue::from_str(&format!("\"{}\"", may.sha256)).map_err(Fault::failed)?;
    Ok(([(ETAG, etag)], StatusCode::OK).into_response())
}

/// Asks for space again before bytes become durable: many addresses may be given for the same.
async fn room_test(cx: &Cx, may: &Put) -> Result<(), Fault> {
    let (may, quota) = (may.clone(), cx.hub.options.quota_bytes);
    cx.read(move |read| {
        let repo = hub::repo_by_id(read, may.repo)?.ok_or(Refused::RepoUnknown)?;
        if hub::object_find(read, &repo, &may.sha256)?.is_some() {
            return Ok(());
        }
        let asked = i64::try_from(may.size).unwrap_or(i64::MAX);
        upload::room_test(read, &repo, (asked, quota), may.store != repo.namespace)
    })
    .await
}

/// Notes an object whose bytes are durable.
async fn entered(cx: &Cx, may: &Put) -> Result<(), Fault> {
    let new = NewObject {
        sha256: may.sha256.clone(),
        size_bytes: i64::try_from(may.size).unwrap_or(i64::MAX),
        chunked: None,
        store: may.store,
        state: ObjectState::Held,
    };
    let (repo, quota) = (may.repo, cx.hub.options.quota_bytes);
    cx.write(move |tx| {
        let repo = hub::repo_by_id(tx, repo)?.ok_or(Refused::RepoUnknown)?;
        if hub::object_find(tx, &repo, &new.sha256)?.is_none() {
            hub::quota_test(tx, &repo, (new.size_bytes, quota))?;
        }
        hub::object_add(tx, &repo, &new)
    })
    .await
}

fn parts_of(may: &Put) -> Result<Upload, Fault> {
    let (name, part_bytes) =
        may.parts.as_ref().ok_or_else(|| Fault::Bad("this upload has no parts".to_owned()))?;
    Ok(Upload::new(name, *part_bytes)?)
}

/// `PUT /hub/lfs/{token}/{number}`: one part.
pub(crate) async fn part_put(
    cx: Cx,
    Path((token, number)): Path<(String, u32)>,
    body: Body,
) -> Result<Response, Fault> {
    let may: Put = cx.hub.signer.open(&token, cx.now)?;
    let upload = parts_of(&may)?;
    let (name, part_bytes) = may.parts.clone().unwrap_or_default();
    if u64::from(number) > may.size.div_ceil(part_bytes.max(1)) {
        let told = format!("part {number} lies beyond the {} bytes of this upload", may.size);
        return Err(Fault::Unprocessable(told));
    }
    opened::begin(&cx, may.store, (&name, may.size)).await?;
    let mut stage = cx.hub.depot.blobs().part_put(&upload, number).await?;
    body_into!(stage, body);
    let part = stage.finish().await?;
    let etag = HeaderValue::from_str(&part.etag).map_err(Fault::failed)?;
    Ok(([(ETAG, etag)], StatusCode::OK).into_response())
}

#[derive(Debug, Deserialize)]
pub(crate) struct Joined {
    oid: String,
    parts: Vec<JoinedPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct JoinedPart {
    part_number: u32,
    etag: String,
}

/// `POST /hub/lfs/{token}`: the parts become the object.
pub(crate) async fn join(
    cx: Cx,
    Path(token): Path<String>,
    Json(joined): Json<Joined>,
) -> Result<Response, Fault> {
    let may: Put = cx.hub.signer.open(&token, cx.now)?;
    if joined.oid != may.sha256 {
        return Err(Fault::Unprocessable("oid is not the one of this upload".to_owned()));
    }
    let upload = parts_of(&may)?;
    let join = Join {
        upload: upload.clone(),
        parts: joined.parts.into_iter().map(|part| (part.part_number, part.etag)).collect(),
        key: Depot::whole_key(&may.sha256)?,
        sha256: sha256(&may.sha256)?,
        size_bytes: may.size,
    };
    room_test(&cx, &may).await?;
    upload::claim(&cx.hub, &join.key).await?;
    let joined = cx.hub.depot.blobs().parts_join(&join).await;
    let name = may.parts.as_ref().map_or("", |(name, _)| name);
    if matches!(joined, Err(blob::Error::Refused(blob::Refused::Sha256 { .. }))) {
        // The store has dropped them.
        cx.hub.opened.end(may.store, name);
    }
    joined?;
    entered(&cx, &may).await?;
    cx.hub.depot.blobs().parts_drop(&upload).await?;
    cx.hub.opened.end(may.store, name);
    Ok(lfs_json(&json!({"oid": may.sha256, "size": may.size})))
}

/// `POST /hub/lfs/{token}/verify`: whether the object has come. The body says nothing new.
pub(crate) async fn verify(cx: Cx, Path(token): Path<String>) -> Result<Response, Fault> {
    let may: Put = cx.hub.signer.open(&token, cx.now)?;
    let (repo, hash) = (may.repo, may.sha256.clone());
    let held = cx
        .read(move |read| {
            let repo = hub::repo_by_id(read, repo)?.ok_or(Refused::RepoUnknown)?;
            hub::object_find(read, &repo, &hash)
        })
        .await?;
    match held {
        Some(object) if u64::try_from(object.size_bytes) == Ok(may.size) => {
            Ok(lfs_json(&json!({"oid": may.sha256, "size": may.size})))
        }
        _ => Err(Fault::NotFound(format!("{} has not come: upload it again", may.sha256))),
    }
}

/// `GET` and `HEAD /hub/lfs/{token}`: the object, or a part of it.
pub(crate) async fn get(
    cx: Cx,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let may: Get = cx.hub.signer.open(&token, cx.now)?;
    let object = cx
        .read(move |read| {
            let repo = hub::repo_by_id(read, may.repo)?.ok_or(Refused::RepoUnknown)?;
            let found = hub::object_find(read, &repo, &may.sha256)?;
            Ok(found.ok_or_else(|| Refused::EntryUnknown(may.sha256.clone()))?)
        })
        .await?;
    let size = u64::try_from(object.size_bytes).unwrap_or(0);
    let asked = range::asked(&headers, size)?;
    let mut told = HeaderMap::new();
    told.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    told.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let mut status = StatusCode::OK;
    let mut length = size;
    if let Some(range) = &asked {
        let value = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        told.insert(CONTENT_RANGE, HeaderValue::from_str(&value).map_err(Fault::failed)?);
        (status, length) = (StatusCode::PARTIAL_CONTENT, range.end - range.start);
    }
    told.insert(CONTENT_LENGTH, HeaderValue::from(length));
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        content::object_body(&cx, &object, asked).await?
    };
    Ok((status, told, body).into_response())
}
