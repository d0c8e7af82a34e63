//! What a repository is, as one answer and as items of lists.

use crate::cx::Cx;
use crate::first::look;
use crate::page::{query_all, query_flag};
use crate::repos::gated;
use crate::stamp::stamp;
use crate::{Fault, tree};
use app::depot::{self, Revision, entry_facts, revision_find};
use axum::Json;
use axum::extract::Path;
use axum::http::Uri;
use git::{WALK_ENTRIES_MAX, Walk};
use hub::{Repo, RepoKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Files listed with a repository; a larger one is listed by pages of its tree.
const SIBLINGS_MAX: usize = 50_000;

/// Properties that `expand` may name, as the client's own lists have them.
const OF_MODELS: &str = "author baseModels cardData childrenModelCount config createdAt disabled \
    downloads downloadsAllTime evalResults gated gguf inference inferenceProviderMapping \
    lastModified library_name likes mask_token model-index pipeline_tag private resourceGroup \
    safetensors sha siblings spaces tags transformersInfo trendingScore usedStorage widgetData";
const OF_DATASETS: &str = "author cardData citation createdAt description disabled downloads \
    downloadsAllTime gated lastModified likes mainSize paperswithcode_id private resourceGroup \
    sha siblings tags trendingScore usedStorage";
const OF_SPACES: &str = "author cardData createdAt datasets disabled lastModified likes models \
    private region resourceGroup runtime sdk sha siblings subdomain tags trendingScore usedStorage";

/// Returns the properties of a kind.
fn properties(kind: RepoKind) -> Vec<&'static str> {
    let list = match kind {
        RepoKind::Model => OF_MODELS,
        RepoKind::Dataset => OF_DATASETS,
        RepoKind::Space => OF_SPACES,
    };
    list.split_whitespace().collect()
}

/// What of a repository is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Wanted {
    /// Only these properties; empty for the usual ones.
    pub(crate) expand: Vec<String>,
    /// Sizes and hashes of files.
    pub(crate) has_blobs: bool,
    /// Metadata of the card, in lists.
    pub(crate) has_card: bool,
    /// Files, in lists.
    pub(crate) has_files: bool,
}

impl Wanted {
    /// Reads what a query asks for.
    pub(crate) fn of(uri: &Uri, kind: RepoKind) -> Result<Self, Fault> {
        let expand = query_all(uri, "expand");
        let known = properties(kind);
        if let Some(at) = expand.iter().position(|asked| !known.contains(&asked.as_str())) {
            let list: Vec<String> = known.iter().map(|name| format!("\"{name}\"")).collect();
            let list = list.join("|");
            return Err(Fault::Bad(format!(
                "invalid option: expected one of {list}, at expand[{at}]"
            )));
        }
        Ok(Self {
            expand,
            has_blobs: query_flag(uri, "blobs"),
            has_card: query_flag(uri, "cardData") || query_flag(uri, "full"),
            has_files: query_flag(uri, "full"),
        })
    }

    pub(crate) fn is_wanted(&self, name: &str) -> bool {
        self.expand.is_empty() || self.expand.iter().any(|asked| asked == name)
    }
}

/// Everything that the database knows of a repository.
pub(crate) fn facts(repo: &Repo, tags: &[String]) -> Map<String, Value> {
    let card: Value = serde_json::from_str(&repo.card).unwrap_or(Value::Null);
    let base_models = card.get("base_model").cloned();
    let index = card.get("model-index").cloned();
    let said = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let mut facts = json!({
        "_id": repo.id,
        "author": repo.owner,
        "cardData": card,
        "createdAt": stamp(repo.created_at),
        "disabled": repo.is_disabled,
        "downloads": repo.downloads,
        "downloadsAllTime": repo.downloads,
        "gated": gated(repo),
        "lastModified": stamp(repo.changed_at),
        "likes": repo.likes,
        "private": repo.is_private,
        "tags": tags,
        "trendingScore": repo.likes,
        "usedStorage": repo.used_bytes,
    });
    match repo.kind {
        RepoKind::Model => {
            facts["pipeline_tag"] = said(&repo.pipeline_tag);
            facts["library_name"] = said(&repo.library);
            facts["model-index"] = index.unwrap_or(Value::Null);
            facts["baseModels"] = base_models.unwrap_or(Value::Null);
            facts["spaces"] = json!([]);
        }
        RepoKind::Dataset => facts["description"] = said(&repo.summary),
        RepoKind::Space => {
            facts["sdk"] = json!(repo.sdk);
            // Nothing of a space runs here, and that is what its runtime says.
            facts["runtime"] = json!({"stage": "NO_APP_FILE", "hardware": {}});
            facts["models"] = json!([]);
            facts["datasets"] = json!([]);
        }
    }
    match facts {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Keeps what is wanted; the id is always there.
pub(crate) fn shown(repo: &Repo, mut facts: Map<String, Value>, wanted: &Wanted) -> Value {
    if !wanted.expand.is_empty() {
        facts.retain(|name, _| wanted.is_wanted(name));
    }
    facts.insert("id".to_owned(), json!(repo.path()));
    if repo.kind == RepoKind::Model {
        facts.insert("modelId".to_owned(), json!(repo.path()));
    }
    Value::Object(facts)
}

/// Lists the files of a revision, by name, or with sizes and hashes.
pub(crate) fn siblings(
    read: &db::Read<'_>,
    git: &git::Repo,
    repo: &Repo,
    (head, has_blobs): (&Revision, bool),
) -> Result<Vec<Value>, depot::Error> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    while found.len() < SIBLINGS_MAX {
        let walk = Walk {
            prefix: "",
            is_recursive: true,
            after: after.as_deref(),
            limit: WALK_ENTRIES_MAX,
        };
        let Some(page) = git.walk(head.tree, &walk)? else { break };
        after = page.entries.last().map(|entry| entry.path.clone());
        let files: Vec<_> = page.entries.into_iter().filter(|e| !e.mode.is_dir()).collect();
        if has_blobs {
            let facts = entry_facts(read, git, repo, files)?;
            found.extend(facts.iter().map(tree::sibling_json));
        } else {
            found.extend(files.into_iter().map(|file| json!({"rfilename": file.path})));
        }
        if !page.has_more {
            break;
        }
    }
    found.truncate(SIBLINGS_MAX);
    Ok(found)
}

/// `GET /api/{kind}/{owner}/{name}` and `.../revision/{revision}`.
pub(crate) async fn info(
    cx: Cx,
    Path(named): Path<BTreeMap<String, String>>,
    uri: Uri,
) -> Result<Json<Value>, Fault> {
    let wanted = Wanted::of(&uri, cx.repo()?.kind)?;
    let revision = named.get("revision").cloned().unwrap_or_else(|| "main".to_owned());
    let body = look(&cx, move |read, git, repo| {
        let head = revision_find(read, git, repo, &revision)?;
        let tags = hub::tags_of(read, &[repo.id])?.remove(&repo.id).unwrap_or_default();
        let mut facts = facts(repo, &tags);
        facts.insert("sha".to_owned(), json!(head.commit.to_string()));
        if wanted.is_wanted("siblings") {
            let files = siblings(read, git, repo, (&head, wanted.has_blobs))?;
            facts.insert("siblings".to_owned(), Value::Array(files));
        }
        Ok(shown(repo, facts, &wanted))
    })
    .await?;
    Ok(Json(body))
}
