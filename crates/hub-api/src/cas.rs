//! The store of chunks, as `hf-xet` speaks to it: tokens, containers, shards, plans, ranges.
//!
//! A token is good for one repository and a quarter of an hour; a file is found only through a
//! repository that holds it; an address of a container gives just the bytes that a plan named.

use crate::chunks::{self, Tables};
use crate::cx::Cx;
use crate::token::{Permit, XET_SECONDS};
use crate::{Fault, content, shards, upload};
use app::depot::Depot;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hub::{NamespaceId, NewObject, ObjectState, Refused, Repo, RepoId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::Range;
use xet::{
    Bad, DedupeTerms, FetchRange, Hash, Shard, dedupe_shard, file_check, shard_check, terms_encode,
};

/// How long a client may rely on a container that it was told of.
const DEDUPE_SECONDS: i64 = 24 * 3_600;
/// Life of an address of a part of a container.
const PART_SECONDS: i64 = 3_600;

/// Allows to read or to add chunked files of one repository.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) repo: RepoId,
    /// Namespace under which new chunks are stored.
    pub(crate) store: NamespaceId,
    /// To add files and not to read any, for whoever may propose a change need not be let to the
    /// files; else the other way round.
    pub(crate) may_write: bool,
}

impl Permit for Transfer {
    const KIND: &'static str = "xet";
}

/// Allows to read one range of one container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    store: NamespaceId,
    xorb: String,
    start: u64,
    end: u64,
}

impl Permit for Part {
    const KIND: &'static str = "xorb";
}

/// Reads the token of a request.
pub(crate) fn transfer(cx: &Cx, headers: &HeaderMap, is_write: bool) -> Result<Transfer, Fault> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|text| text.strip_prefix("Bearer ")).ok_or(Fault::Credentials)?;
    let may: Transfer = cx.hub.signer.open(token.trim(), cx.now).map_err(|_| Fault::Credentials)?;
    if is_write && !may.may_write { Err(Refused::ReadOnlyToken.into()) } else { Ok(may) }
}

/// `GET /api/{kind}/{owner}/{name}/xet-read-token/{revision}`.
pub(crate) async fn read_token(cx: Cx) -> Result<Response, Fault> {
    cx.reading_note("*", "").await?;
    let store = cx.repo()?.namespace;
    token(&cx, (store, false))
}

/// `GET /api/{kind}/{owner}/{name}/xet-write-token/{revision}`: also for proposals, whose files
/// come before there is a pull request.
///
/// Somebody from outside uploads to a store of their own: in that of the repository's namespace
/// they would learn which chunks its private repositories have.
pub(crate) async fn write_token(cx: Cx) -> Result<Response, Fault> {
    let store = upload::store_of(&cx).await?;
    // The client does not show what a refused container is answered with; this it shows.
    let (repo, quota) = (cx.repo()?, cx.hub.options.quota_bytes);
    let is_outside = store != repo.namespace;
    cx.read(move |read| upload::room_test(read, &repo, (1, quota), is_outside)).await?;
    token(&cx, (store, true))
}

fn token(cx: &Cx, (store, may_write): (NamespaceId, bool)) -> Result<Response, Fault> {
    const CAS_URL: HeaderName = HeaderName::from_static("x-xet-cas-url");
    const TOKEN: HeaderName = HeaderName::from_static("x-xet-access-token");
    const EXPIRATION: HeaderName = HeaderName::from_static("x-xet-token-expiration");
    let repo = cx.repo()?;
    let may = Transfer { repo: repo.id, store, may_write };
    let (token, exp) = cx.hub.signer.sign(&may, cx.now, XET_SECONDS);
    // Clients remember by this address which containers are here: each namespace has its own, for
    // what one holds another does not.
    let url = cx.url(&format!("hub/xet/{store}"));
    let text = |text: &str| HeaderValue::from_str(text).map_err(Fault::failed);
    let headers =
        [(CAS_URL, text(&url)?), (TOKEN, text(&token)?), (EXPIRATION, HeaderValue::from(exp))];
    let body = json!({"casUrl": url, "exp": exp, "accessToken": token});
    Ok((headers, Json(body)).into_response())
}

fn bad(bad: &Bad) -> Fault {
    match bad {
        Bad::OutOfRange { .. } => Fault::Range(0),
        other => Fault::Bad(other.to_string()),
    }
}

fn hash(text: &str) -> Result<Hash, Fault> {
    text.parse().map_err(|_| Fault::Bad(format!("`{text}` is no hash: 64 hexadecimal digits")))
}

/// `POST /hub/xet/{store}/v1/xorbs/{prefix}/{hash}`: a container.
pub(crate) async fn xorb_put(
    cx: Cx,
    Path((_, _, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<xet::wire::XorbStored>, Fault> {
    let may = transfer(&cx, &headers, true)?;
    let hash = hash(&name)?;
    let (store, asked) = (may.store, name.clone());
    let quota = cx.hub.options.quota_bytes;
    let length: Option<i64> =
        headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    cx.read(move |read| hub::store_test(read, store, (length.unwrap_or(0), quota))).await?;
    // The client relies on a container that is here: garbage collection must know.
    let is_known = cx
        .write(move |tx| {
            let repo = hub::repo_by_id(tx, may.repo)?.ok_or(Refused::RepoUnknown)?;
            hub::quota_test(tx, &repo, (length.unwrap_or(0), quota))?;
            hub::xorb_touch(tx, store, &asked)
        })
        .await?;
    if is_known {
        upload::drain(body).await?;
        return Ok(Json(xet::wire::XorbStored { was_inserted: false }));
    }
    let table = upload::xorb(&cx.hub, store, hash, body).await?;
    let eligible: Vec<String> = table
        .chunks()
        .iter()
        .filter(|chunk| chunk.hash.is_global_dedupe_chunk())
        .map(|chunk| chunk.hash.to_string())
        .collect();
    let size_bytes = i64::from(table.body_bytes());
    let new = hub::Xorb { hash: name, size_bytes, chunks: table.encode() };
    let was_inserted = cx.write(move |tx| hub::xorb_add(tx, store, &new, &eligible)).await?;
    Ok(Json(xet::wire::XorbStored { was_inserted }))
}

/// `POST /hub/xet/{store}/v1/xorb-grants/{prefix}/{hash}`: 200 tells that a container is here;
/// uploads by grant are not offered.
pub(crate) async fn xorb_grant(
    cx: Cx,
    Path((_, _, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let may = transfer(&cx, &headers, true)?;
    hash(&name)?;
    let asked = name.clone();
    let known = cx.write(move |tx| hub::xorb_touch(tx, may.store, &asked)).await?;
    if known {
        return Ok((StatusCode::OK, Json(json!({}))).into_response());
    }
    Err(Fault::NotFound("no grants here: post the container".to_owned()))
}

/// `POST /hub/xet/{store}/v1/shards`: what files consist of.
pub(crate) async fn shard_put(
    cx: Cx,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<xet::wire::ShardStored>, Fault> {
    let may = transfer(&cx, &headers, true)?;
    let bytes = shards::body(&cx.hub.shards, &headers, body).await?;
    let _turn = cx.hub.shards.check.acquire().await.map_err(Fault::failed)?;
    let hub = cx.hub.clone();
    let store = may.store;
    let checked = tokio::task::spawn_blocking(move || checked(&hub.app, store, &bytes));
    let shard = checked.await.map_err(Fault::failed)??;
    entered(&cx, &may, shard).await?;
    Ok(Json(xet::wire::ShardStored { result: 1, shard_hash: None }))
}

/// A shard that was checked, with the chunks by which its files can be found.
struct Checked {
    shard: Shard,
    /// (chunk, container) of each file's beginning.
    firsts: BTreeSet<(String, String)>,
}

/// Tests a shard against the containers of its namespace. Blocks.
fn checked(app: &app::App, store: NamespaceId, bytes: &[u8]) -> Result<Checked, Fault> {
    let shard = shard_check(bytes).map_err(|found| bad(&found))?;
    let mut firsts = BTreeSet::new();
    let mut outcome = Ok(());
    app.db().read(|read| {
        let mut tables = Tables::all(store);
        let mut failed = None;
        for file in &shard.files {
            let tested = file_check(file, |hash: &Hash| match tables.find(read, hash) {
                Ok(table) => table,
                Err(error) => {
                    failed = Some(error);
                    None
                }
            });
            if let Some(error) = failed {
                return Err(error);
            }
            if let Err(found) = tested {
                outcome = Err(bad(&found));
                break;
            }
            let Some(term) = file.terms.first() else { continue };
            let Some(table) = tables.find(read, &term.xorb)? else { continue };
            let first =
                usize::try_from(term.chunk_start).ok().and_then(|at| table.chunks().get(at));
            if let Some(chunk) = first {
                firsts.insert((chunk.hash.to_string(), term.xorb.to_string()));
            }
        }
        Ok::<_, hub::Error>(())
    })?;
    outcome.map(|()| Checked { shard, firsts })
}

/// Notes the files of a shard for the repository of the token, and begins to check their claims.
async fn entered(cx: &Cx, may: &Transfer, checked: Checked) -> Result<(), Fault> {
    let Checked { shard, firsts } = checked;
    let (repo, store, quota) = (may.repo, may.store, cx.hub.options.quota_bytes);
    let mut files = Vec::new();
    let mut claims = Vec::new();
    let mut xorbs = BTreeSet::new();
    for file in &shard.files {
        let hash = file.hash.to_string();
        xorbs.extend(file.terms.iter().map(|term| term.xorb.to_string()));
        let size_bytes = i64::try_from(file.size_bytes).unwrap_or(i64::MAX);
        let terms = terms_encode(&file.terms);
        files.push(hub::Chunked { hash: hash.clone(), size_bytes, terms });
        if let Some(sha256) = file.sha256 {
            let sha256 = blob::Sha256::from_bytes(sha256).to_string();
            let (chunked, state) = (Some(hash), ObjectState::Claimed);
            claims.push(NewObject { sha256, size_bytes, chunked, store, state });
        }
    }
    let entered = claims.clone();
    outside_test(cx, may, &claims).await?;
    let claimed = cx
        .write(move |tx| {
            let repo = hub::repo_by_id(tx, repo)?.ok_or(Refused::RepoUnknown)?;
            // Each must be here still: one that nobody needed may have gone since the check.
            for xorb in &xorbs {
                if !hub::xorb_touch(tx, store, xorb)? {
                    return Ok(Err(xorb.clone()));
                }
            }
            for file in &files {
                hub::chunked_add(tx, store, file)?;
            }
            for (chunk, xorb) in &firsts {
                hub::chunk_add(tx, store, chunk, xorb)?;
            }
            let mut asked = 0_i64;
            for new in &entered {
                if hub::object_find(tx, &repo, &new.sha256)?.is_none() {
                    asked = asked.saturating_add(new.size_bytes);
                }
            }
            hub::quota_test(tx, &repo, (asked, quota))?;
            let mut claimed = Vec::new();
            for new in &entered {
                hub::object_add(tx, &repo, new)?;
                let found = hub::object_find(tx, &repo, &new.sha256)?;
                claimed.extend(found.filter(|found| found.state == ObjectState::Claimed));
            }
            Ok(Ok(claimed))
        })
        .await?
        .map_err(|xorb| Fault::Bad(format!("the container {xorb} is not here: post it first")))?;
    for object in claimed {
        if let Some(chunked) = object.chunked {
            cx.hub.verifier.begin(&cx.hub, (object.store, chunked, object.sha256));
        }
    }
    Ok(())
}

/// Tests whether files of somebody outside still fit their share.
async fn outside_test(cx: &Cx, may: &Transfer, claims: &[NewObject]) -> Result<(), Fault> {
    let (repo, store, quota) = (may.repo, may.store, cx.hub.options.quota_bytes);
    let claims = claims.to_vec();
    cx.read(move |read| {
        let repo = hub::repo_by_id(read, repo)?.ok_or(Refused::RepoUnknown)?;
        if store == repo.namespace {
            return Ok(());
        }
        let mut asked = 0_i64;
        for new in &claims {
            if hub::object_find(read, &repo, &new.sha256)?.is_none() {
                asked = asked.saturating_add(new.size_bytes);
            }
        }
        hub::share_test(read, &repo, (asked, quota))
    })
    .await
}

/// `GET /hub/xet/{store}/v1/chunks/{prefix}/{hash}`: a container of the namespace that
/// holds a chunk.
pub(crate) async fn chunk_find(
    cx: Cx,
    Path((_, _, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let may = transfer(&cx, &headers, true)?;
    hash(&name)?;
    let asked = name.clone();
    let found = cx
        .write(move |tx| {
            let found = hub::xorb_of_chunk(tx, may.store, &asked)?;
            if let Some(found) = &found {
                // The client relies on it for a day: garbage collection must know.
                hub::xorb_touch(tx, may.store, &found.hash)?;
            }
            Ok(found)
        })
        .await?;
    let found = found.ok_or_else(|| Fault::NotFound("no container has this chunk".to_owned()))?;
    let table = xet::Xorb::decode(hash(&found.hash)?, &found.chunks)
        .map_err(|found| Fault::Failed(found.to_string()))?;
    // A fresh key hides the hashes of the other chunks from whoever does not have them.
    let secret = cx.hub.app.random().secret();
    let key = Hash::from_bytes(blake3::derive_key("hutong hub dedupe v1", secret.as_bytes()));
    let expires = cx.now.plus_seconds(DEDUPE_SECONDS);
    let bytes = dedupe_shard(&[&table], &DedupeTerms { key, created: cx.now, expires });
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// `GET /hub/xet/{store}/v1/reconstructions/{hash}`: how a file is rebuilt.
pub(crate) async fn plan(
    cx: Cx,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<xet::wire::ReconstructionV1>, Fault> {
    let may = transfer(&cx, &headers, false)?;
    hash(&name)?;
    if may.may_write {
        let told = "this token is for uploads: `xet-read-token` gives one that reads";
        return Err(Fault::NotFound(told.to_owned()));
    }
    let (asked, now) = (name.clone(), cx.now);
    let known = cx
        .read(move |read| {
            let repo: Repo = hub::repo_by_id(read, may.repo)?.ok_or(Refused::RepoUnknown)?;
            let Some(object) = hub::object_chunked(read, &repo, &asked)? else { return Ok(None) };
            chunks::known(read, object.store, &asked)
        })
        .await?;
    let known =
        known.ok_or_else(|| Fault::NotFound("the repository has no such file".to_owned()))?;
    let range = plan_range(&headers, known.size_bytes)?;
    let tables = known.tables.clone();
    let plan = xet::plan(&known.terms, range, |hash: &Hash| tables.get(hash).cloned())
        .map_err(|found| bad(&found))?;
    let store = known.store;
    let url = |hash: &Hash, range: &FetchRange| {
        let may = Part {
            store,
            xorb: hash.to_string(),
            start: range.bytes.start.into(),
            end: range.bytes.end.into(),
        };
        let (token, _) = cx.hub.signer.sign(&may, now, PART_SECONDS);
        cx.url(&format!("hub/xorb/{token}"))
    };
    Ok(Json(plan.v1(url)))
}

/// The range of a plan; the client's may reach far beyond the end.
fn plan_range(headers: &HeaderMap, size: u64) -> Result<Option<Range<u64>>, Fault> {
    let text = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let Some(text) = text.and_then(|text| text.strip_prefix("bytes=")) else { return Ok(None) };
    let (first, last) = text.split_once('-').unwrap_or((text, ""));
    let Ok(start) = first.trim().parse::<u64>() else { return Ok(None) };
    if size == 0 && start == 0 {
        return Ok(None);
    }
    if start >= size {
        return Err(Fault::Range(size));
    }
    let end = last.trim().parse::<u64>().map_or(size, |last| last.saturating_add(1).min(size));
    Ok(Some(start..end))
}

/// `GET /hub/xorb/{token}`: the part of a container that a plan named, and nothing else.
pub(crate) async fn part(cx: Cx, Path(token): Path<String>) -> Result<Response, Fault> {
    let may: Part = cx.hub.signer.open(&token, cx.now)?;
    let key = Depot::xorb_key(may.store, &may.xorb)?;
    let opened = content::stored(&cx, &key, Some(may.start..may.end)).await?;
    let lost = || Fault::Failed(format!("container {} is lost", may.xorb));
    let (body, size_bytes) = opened.ok_or_else(lost)?;
    let value = format!("bytes {}-{}/{size_bytes}", may.start, may.end - 1);
    let mut told = HeaderMap::new();
    told.insert(CONTENT_RANGE, HeaderValue::from_str(&value).map_err(Fault::failed)?);
    told.insert(CONTENT_LENGTH, HeaderValue::from(may.end - may.start));
    told.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok((StatusCode::PARTIAL_CONTENT, told, body).into_response())
}

/// `POST /v1/telemetry`: nothing is kept.
pub(crate) async fn telemetry(_: Cx) -> StatusCode {
    StatusCode::NO_CONTENT
}
