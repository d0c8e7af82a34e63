//! `GET /api/datasets/{owner}/{name}/croissant`: the description that `mlcroissant` loads.
//!
//! It names every file with its address at the commit and its SHA-256, and says what the card says;
//! of people only the short name under which the repository stands.

use super::answers::SPLITS_MAX;
use super::catalog::{Card, card, paths};
use super::exports::address;
use super::jobs::outcome;
use super::table::{Ready, ready};
use super::view::View;
use super::wrong::{Told, Wrong};
use crate::cx::Cx;
use crate::page::query;
use app::depot::FileFacts;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use base::Time;
use git::Oid;
use hub::Holder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use viewer::{
    Config, CroissantCreator, CroissantFacts, CroissantFile, CroissantSplit, Split,
    croissant as describe,
};

/// Files described. ASSUMPTION: a description of more is longer than anybody loads.
const FILES_MAX: usize = 10_000;
/// Characters of the description taken from the card.
const DESCRIPTION_CHARS: usize = 2_000;

/// Answers with the description.
pub(crate) async fn croissant(cx: Cx, uri: Uri) -> Response {
    let revision = query(&uri, "revision").filter(|text| !text.is_empty());
    match View::of(&cx, revision).await {
        Ok(view) => {
            let answer = body(&view).await;
            view.told(answer)
        }
        Err(wrong) => wrong.into_response(),
    }
}

async fn body(view: &View) -> Result<Vec<u8>, Wrong> {
    let tree = view.head.tree;
    let (paths, card) =
        view.look(move |_, git, _| Ok((paths(git, tree)?, card(git, tree)?))).await?;
    let (paths, card) = (paths?, card?);
    if paths.len() > FILES_MAX {
        let told =
            format!("the dataset has `{}` files, over `{FILES_MAX}`: pack them", paths.len());
        return Err(Told::too_big(told).into());
    }
    let files = view.files(&paths).await?;
    view.settle(&files).await?;
    let hashes = hashes(view, &files).await?;
    let listed: Vec<CroissantFile> =
        files.iter().filter_map(|file| listed(view, file, &hashes)).collect();
    let facts = facts(view, &card).await?;
    let splits = splits(view).await?;
    let splits: Vec<CroissantSplit<'_>> = splits
        .iter()
        .map(|(config, split, ready)| CroissantSplit { config, split, index: &ready.index })
        .collect();
    Ok(serde_json::to_vec(&describe(&facts, &listed, &splits)).map_err(Told::failed)?)
}

fn listed(view: &View, file: &FileFacts, hashes: &BTreeMap<Oid, String>) -> Option<CroissantFile> {
    let sha256 = match &file.large {
        Some(large) => large.object.sha256.clone(),
        // A module of another repository has no bytes here.
        None => hashes.get(&file.oid)?.clone(),
    };
    Some(CroissantFile {
        path: file.path.clone(),
        content_url: address(view, &file.path),
        sha256,
        size_bytes: file.size_bytes,
    })
}

/// Hashes the files that are in Git, once for a tree.
async fn hashes(view: &View, files: &[FileFacts]) -> Result<BTreeMap<Oid, String>, Wrong> {
    let small =
        files.iter().filter(|file| file.large.is_none() && file.mode != git::Mode::Submodule);
    let mut small: Vec<Oid> = small.map(|file| file.oid).collect();
    small.sort_unstable();
    small.dedup();
    let (hub, repo) = (view.hub().clone(), view.repo.id);
    let work = move || {
        let git = hub.depot.git(repo).map_err(Told::failed)?;
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for oid in small {
            let bytes = git.blob_read(oid, git::OBJECT_BYTES_MAX).map_err(Told::failed)?;
            found.insert(oid.to_string(), sha256(&bytes));
        }
        serde_json::to_vec(&found).map_err(Told::failed)
    };
    // Which of a tree's files are large also depends on the repository.
    let name = format!("hashes-{}-{}", view.head.tree, repo.0);
    let bytes = outcome(view.hub(), &name, work).await?;
    let found: BTreeMap<String, String> = serde_json::from_slice(&bytes).map_err(Told::failed)?;
    Ok(found.into_iter().filter_map(|(oid, hash)| Some((oid.parse().ok()?, hash))).collect())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns the splits that can be read. What is wrong with the others is told by the viewer; their
/// files are described all the same.
async fn splits(view: &View) -> Result<Vec<(Config, Split, Ready)>, Wrong> {
    let catalog = match view.catalog().await {
        Ok(catalog) => catalog,
        Err(Wrong::Told(told)) if told.is_of_data() => return Ok(Vec::new()),
        Err(wrong) => return Err(wrong),
    };
    let gather = async {
        let mut found = Vec::new();
        for config in &catalog.configs {
            for split in &config.splits {
                if found.len() == SPLITS_MAX {
                    return Ok(found);
                }
                match ready(view, config, split).await {
                    Ok(ready) => found.push((config.clone(), split.clone(), ready)),
                    Err(Wrong::Told(told)) if told.is_of_data() => {}
                    Err(wrong) => return Err(wrong),
                }
            }
        }
        Ok(found)
    };
    let gathered = tokio::time::timeout(super::jobs::PATIENCE, gather).await;
    gathered.unwrap_or_else(|_| Err(Told::not_ready().into()))
}

async fn facts(view: &View, card: &Card) -> Result<CroissantFacts, Wrong> {
    let repo = Arc::clone(&view.repo);
    let (own, visitor) = (repo.clone(), view.cx.visitor.clone());
    let (holder, personal) = view
        .cx
        .read(move |read| {
            let holder = hub::namespace_read(read, own.namespace)?.holder;
            // What is declared about a dataset that somebody may read is told to them.
            Ok((holder, hub::personal_of(read, &visitor, &own)?))
        })
        .await?;
    let said = &card.facts;
    let text = |name: &str| card.metadata.get(name).and_then(Value::as_str).map(str::to_owned);
    let description = card::excerpt(&card.text, DESCRIPTION_CHARS);
    let description = Some(description).filter(|text| !text.trim().is_empty());
    let link = said.license_link.iter().filter(|link| link.starts_with("https://"));
    let licenses = said.licenses.iter().filter(|license| *license != "other");
    let mut keywords = said.tags.clone();
    keywords.extend(said.task_categories.iter().cloned());
    let committed = Time::from_millis(view.head.seconds.saturating_mul(1_000));
    Ok(CroissantFacts {
        name: said.pretty_name.clone().unwrap_or_else(|| repo.name.clone()),
        url: view.cx.url(&repo.page()),
        description: description.or_else(|| text("description")),
        licenses: licenses.chain(link).chain(said.license_name.iter()).cloned().collect(),
        creators: vec![CroissantCreator {
            name: repo.owner.clone(),
            url: Some(view.cx.url(&repo.owner)),
            is_person: matches!(holder, Holder::Person(_)),
        }],
        date_published: Some(repo.created_at.date()),
        date_modified: Some(committed.date()),
        version: Some(view.head.commit.to_string()),
        citation: text("citation"),
        keywords,
        languages: said.languages.clone(),
        personal_data: personal.into_iter().map(|personal| personal.statement).collect(),
        ..CroissantFacts::default()
    })
}
