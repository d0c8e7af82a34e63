//! Cards and what they say: validation, tags to filter by, headers of model files.

use crate::Fault;
use crate::content;
use crate::cx::Cx;
use crate::first::{look, work};
use app::depot::{FileFacts, card_kind, file_find, revision_find};
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hub::RepoKind;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Files of one model whose headers are read, and bytes of all their headers.
const SHARDS_MAX: usize = 1_000;
const HEADERS_BYTES_MAX: u64 = 100_000_000;
/// Bytes of an index over the files of a model: one line for each tensor.
const INDEX_BYTES_MAX: u64 = 50_000_000;

/// A card to be checked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AskedCard {
    content: String,
    #[serde(default)]
    repo_type: Option<String>,
}

/// `POST /api/validate-yaml`.
pub(crate) async fn validate(
    cx: Cx,
    headers: HeaderMap,
    Json(asked): Json<AskedCard>,
) -> Result<Response, Fault> {
    let word = asked.repo_type.as_deref().unwrap_or("model");
    let kind = RepoKind::of(word)
        .ok_or_else(|| Fault::Bad(format!("repoType: `{word}` is not model, dataset or space")))?;
    let check = move |_: &app::App, _: &app::depot::Depot| Ok(report(&asked.content, kind));
    let report = work(&cx, check).await?;
    let status = if report.is_valid() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let wants_text = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/plain"));
    if wants_text {
        let kind = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
        return Ok((status, kind, report.to_text()).into_response());
    }
    Ok((status, Json(report)).into_response())
}

fn report(text: &str, kind: RepoKind) -> card::Report {
    card::card_check(text, card_kind(kind)).report
}

/// Tests the card of a commit over the wire: one that other programs would misread is refused.
pub(crate) fn commit_test(path: &str, bytes: &[u8], kind: RepoKind) -> Result<(), Fault> {
    if path != app::depot::README {
        return Ok(());
    }
    let report = report(&String::from_utf8_lossy(bytes), kind);
    if report.is_valid() {
        return Ok(());
    }
    let errors = report.errors.iter().map(|error| format!("- {}", error.message));
    let errors = errors.collect::<Vec<_>>().join("\n");
    Err(Fault::Bad(format!("Invalid metadata in README.md.\n{errors}")))
}

/// `GET /api/models-tags-by-type`.
pub(crate) async fn model_tags(cx: Cx) -> Result<Json<Value>, Fault> {
    tags(cx, RepoKind::Model).await
}

/// `GET /api/datasets-tags-by-type`.
pub(crate) async fn dataset_tags(cx: Cx) -> Result<Json<Value>, Fault> {
    tags(cx, RepoKind::Dataset).await
}

async fn tags(cx: Cx, kind: RepoKind) -> Result<Json<Value>, Fault> {
    let used = cx.read(move |read| hub::tags_used(read, kind)).await?;
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut put = |group: &str, tag: String| {
        groups.entry(group.to_owned()).or_default().insert(tag);
    };
    for license in card::LICENSES {
        put("license", format!("license:{license}"));
    }
    for task in card::PIPELINE_TAGS {
        match kind {
            RepoKind::Dataset => put("task_categories", format!("task_categories:{task}")),
            RepoKind::Model | RepoKind::Space => put("pipeline_tag", (*task).to_owned()),
        }
    }
    if kind == RepoKind::Dataset {
        for size in card::SIZE_CATEGORIES {
            put("size_categories", format!("size_categories:{size}"));
        }
    }
    for tag in used {
        let group = match tag.split_once(':') {
            Some((group, _)) if !group.is_empty() => group.to_owned(),
            _ if card::PIPELINE_TAGS.contains(&tag.as_str()) && kind == RepoKind::Model => {
                "pipeline_tag".to_owned()
            }
            _ => "other".to_owned(),
        };
        put(&group, tag);
    }
    let shown = groups.into_iter().map(|(group, tags)| {
        let items: Vec<Value> = tags.into_iter().map(|tag| tag_json(&group, &tag)).collect();
        (group.clone(), Value::Array(items))
    });
    Ok(Json(Value::Object(shown.collect::<Map<_, _>>())))
}

fn tag_json(group: &str, tag: &str) -> Value {
    let label = tag.strip_prefix(group).and_then(|rest| rest.strip_prefix(':')).unwrap_or(tag);
    json!({"id": tag, "label": label, "type": group})
}

/// `GET /api/models/{owner}/{name}/safetensors-metadata/{*file}`: the headers of the files that an
/// index names, or of one file.
pub(crate) async fn safetensors(
    cx: Cx,
    Path((_, _, file)): Path<(String, String, String)>,
) -> Result<Json<Value>, Fault> {
    let asked = file_of(&cx, file.clone()).await?;
    if !file.ends_with(".json") {
        let (header, _) = header_read(&cx, &asked, HEADERS_BYTES_MAX).await?;
        return Ok(Json(json!({"headers": {file: header}, "index": {}})));
    }
    if asked.size_bytes > INDEX_BYTES_MAX {
        return Err(Fault::Unprocessable(format!("`{file}` is too large for an index")));
    }
    let bytes = bytes_read(&cx, &asked, (0, asked.size_bytes)).await?;
    let index: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Fault::Unprocessable(format!("`{file}` is no JSON: {error}")))?;
    let names = index["weight_map"].as_object().into_iter().flat_map(Map::values);
    let shards: BTreeSet<&str> = names.filter_map(Value::as_str).collect();
    if shards.len() > SHARDS_MAX {
        return Err(Fault::Unprocessable(format!("`{file}` names more than {SHARDS_MAX} files")));
    }
    let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let mut headers = Map::new();
    let mut left = HEADERS_BYTES_MAX;
    for shard in shards {
        let facts = file_of(&cx, format!("{folder}{shard}")).await?;
        let (header, taken) = header_read(&cx, &facts, left).await?;
        left = left.saturating_sub(taken);
        headers.insert(shard.to_owned(), header);
    }
    // The names of all tensors stand in the headers; the index need not repeat them.
    let index = json!({"metadata": index["metadata"]});
    Ok(Json(json!({"headers": headers, "index": index})))
}

async fn file_of(cx: &Cx, path: String) -> Result<FileFacts, Fault> {
    look(cx, move |read, git, repo| {
        let head = revision_find(read, git, repo, hub::MAIN)?;
        file_find(read, git, repo, (head.tree, &path))
    })
    .await
}

async fn bytes_read(cx: &Cx, file: &FileFacts, (start, end): (u64, u64)) -> Result<Bytes, Fault> {
    let most = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
    let body = content::body(cx, file, Some(start..end)).await?;
    axum::body::to_bytes(body, most).await.map_err(Fault::failed)
}

/// Reads the header of a file: eight bytes of length, little end first, then so much JSON.
async fn header_read(cx: &Cx, file: &FileFacts, most: u64) -> Result<(Value, u64), Fault> {
    let bad = |why: &str| Fault::Unprocessable(format!("`{}` {why}", file.path));
    if file.is_dir() || file.size_bytes < 8 {
        return Err(bad("is no safetensors file"));
    }
    let length = bytes_read(cx, file, (0, 8)).await?;
    let length: [u8; 8] = length.as_ref().try_into().map_err(|_| bad("is cut short"))?;
    let length = u64::from_le_bytes(length);
    if length > file.size_bytes - 8 || length > card::SAFETENSORS_HEADER_BYTES_MAX {
        return Err(bad("is no safetensors file: its header does not fit"));
    }
    if length > most {
        return Err(bad("has a header beyond what is read at once"));
    }
    let json = bytes_read(cx, file, (8, 8 + length)).await?;
    let header = serde_json::from_slice(&json).map_err(|_| bad("has a header that is no JSON"))?;
    Ok((header, length))
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::{Need, route};
    use axum::http::Method;
    use hub::Action;
    let get = &Method::GET;
    let headers = "/api/models/{owner}/{name}/safetensors-metadata/{*file}";
    vec![
        route(&Method::POST, "/api/validate-yaml", Need::Seen, validate),
        route(get, "/api/models-tags-by-type", Need::Seen, model_tags),
        route(get, "/api/datasets-tags-by-type", Need::Seen, dataset_tags),
        route(get, headers, Need::Repo(Action::Read), safetensors),
    ]
}
