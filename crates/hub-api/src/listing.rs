//! Lists of repositories: everybody's, and one's own with their storage.

use crate::Fault;
use crate::cx::Cx;
use crate::first::work;
use crate::info::{self, Wanted};
use crate::page::{next, query, query_all, query_limit};
use crate::stamp::stamp;
use app::depot::{self, Depot, revision_find};
use axum::Json;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use db::Read;
use hub::{MAIN, Part, Query, Refused, Repo, RepoKind, Sort, Visitor};
use serde_json::{Value, json};

/// Repositories of one page, and of one whose files are listed too.
const PAGE_REPOS: u32 = 1_000;
const PAGE_REPOS_WITH_FILES: u32 = 50;

/// Questions that nothing here can answer: asking them is refused rather than passed over.
const UNKNOWN: &[&str] = &["apps", "num_parameters"];

/// `GET /api/models`.
pub(crate) async fn models(cx: Cx, uri: Uri) -> Result<Response, Fault> {
    list(cx, uri, RepoKind::Model).await
}

/// `GET /api/datasets`.
pub(crate) async fn datasets(cx: Cx, uri: Uri) -> Result<Response, Fault> {
    list(cx, uri, RepoKind::Dataset).await
}

/// `GET /api/spaces`.
pub(crate) async fn spaces(cx: Cx, uri: Uri) -> Result<Response, Fault> {
    list(cx, uri, RepoKind::Space).await
}

/// Reads what a query asks for.
fn asked(uri: &Uri, kind: RepoKind, most: u32) -> Result<Query, Fault> {
    if let Some(name) = UNKNOWN.iter().find(|name| query(uri, name).is_some()) {
        return Err(Fault::Bad(format!("`{name}` is no filter here: leave it out")));
    }
    let text = |name: &str| query(uri, name).filter(|text| !text.is_empty());
    let sort = match text("sort") {
        None => Sort::default(),
        Some(word) => Sort::of(&word).ok_or_else(|| {
            let known = "createdAt, lastModified, downloads, likes, trendingScore";
            Fault::Bad(format!("sort: `{word}` is none of {known}"))
        })?,
    };
    let gated = match text("gated").as_deref() {
        None => None,
        Some("true" | "True" | "1") => Some(true),
        Some("false" | "False" | "0") => Some(false),
        Some(other) => return Err(Fault::Bad(format!("gated: `{other}` is not true or false"))),
    };
    let filters = query_all(uri, "filter").into_iter().chain(query_all(uri, "tags"));
    Ok(Query {
        author: text("author"),
        search: text("search"),
        filters: filters.filter(|tag| !tag.is_empty()).collect(),
        pipeline_tag: text("pipeline_tag"),
        library: text("library"),
        license: text("license"),
        gated,
        sort,
        is_descending: text("direction").as_deref() != Some("1"),
        after: text("cursor"),
        ..Query::of(kind, query_limit(uri, "limit", (most, most)))
    })
}

async fn list(cx: Cx, uri: Uri, kind: RepoKind) -> Result<Response, Fault> {
    let wanted = Wanted::of(&uri, kind)?;
    let is_asked = |name: &str| wanted.expand.iter().any(|asked| asked == name);
    let has_files = wanted.has_files || is_asked("siblings");
    let most = if has_files { PAGE_REPOS_WITH_FILES } else { PAGE_REPOS };
    // Nothing is run here for others, so nothing is found that is.
    let is_served = |name: &str| query(&uri, name).is_some();
    if is_served("inference") || is_served("inference_provider") {
        return Ok(Json(Vec::<Value>::new()).into_response());
    }
    let asked = asked(&uri, kind, most)?;
    // Beyond the first word searched for, the others only narrow the page.
    let words: Vec<String> =
        query_all(&uri, "search").iter().skip(1).map(|word| word.to_lowercase()).collect();
    let visitor = cx.visitor.clone();
    let (items, cursor) = work(&cx, move |app, depot| {
        app.db().read(|read| {
            let Part { mut rows, next } = hub::repos_list(read, &visitor, &asked)?;
            rows.retain(|repo| words.iter().all(|word| repo.path().to_lowercase().contains(word)));
            let items = items(read, depot, (&rows, &wanted), has_files)?;
            Ok::<_, depot::Error>((items, next))
        })
    })
    .await?;
    Ok((next(&cx, &uri, cursor.as_deref()), Json(items)).into_response())
}

fn items(
    read: &Read<'_>,
    depot: &Depot,
    (repos, wanted): (&[Repo], &Wanted),
    has_files: bool,
) -> Result<Vec<Value>, depot::Error> {
    let ids: Vec<_> = repos.iter().map(|repo| repo.id).collect();
    let tags = hub::tags_of(read, &ids)?;
    let none = Vec::new();
    let mut items = Vec::with_capacity(repos.len());
    for repo in repos {
        let mut facts = info::facts(repo, tags.get(&repo.id).unwrap_or(&none));
        if !wanted.has_card && wanted.expand.is_empty() {
            facts.remove("cardData");
        }
        let main = hub::ref_find(read, repo, MAIN)?;
        facts.insert("sha".to_owned(), json!(main.map(|main| main.commit)));
        if has_files {
            let git = depot.git(repo.id)?;
            let files = match revision_find(read, &git, repo, MAIN) {
                Ok(head) => info::siblings(read, &git, repo, (&head, false))?,
                Err(depot::Error::Hub(hub::Error::Refused(_))) => Vec::new(),
                Err(error) => return Err(error),
            };
            facts.insert("siblings".to_owned(), Value::Array(files));
        }
        items.push(info::shown(repo, facts, wanted));
    }
    Ok(items)
}

/// `GET /api/settings/repositories`: everything in one's own namespace.
pub(crate) async fn own(cx: Cx, uri: Uri) -> Result<Response, Fault> {
    let person = cx.visitor.signed_in()?;
    let name = cx.read(move |read| hub::name_of(read, person)).await?;
    stored(cx, uri, name).await
}

/// `GET /api/organizations/{owner}/settings/repositories`.
pub(crate) async fn organisation(
    cx: Cx,
    Path(owner): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    stored(cx, uri, owner).await
}

/// Lists the repositories of a namespace with what they store, kind after kind; for its members.
async fn stored(cx: Cx, uri: Uri, owner: String) -> Result<Response, Fault> {
    let limit = query_limit(&uri, "limit", (PAGE_REPOS, PAGE_REPOS));
    let after = query(&uri, "cursor").unwrap_or_else(|| format!("{}:", RepoKind::Model.plural()));
    let visitor = cx.visitor.clone();
    let (items, cursor) =
        cx.read(move |read| stored_part(read, &visitor, &owner, (&after, limit))).await?;
    Ok((next(&cx, &uri, cursor.as_deref()), Json(items)).into_response())
}

fn stored_part(
    read: &Read<'_>,
    visitor: &Visitor,
    owner: &str,
    (after, limit): (&str, u32),
) -> Result<(Vec<Value>, Option<String>), hub::Error> {
    let unknown = || Refused::NamespaceUnknown(owner.to_owned());
    let namespace = hub::namespace_find(read, owner)?.ok_or_else(unknown)?;
    if visitor.role_in(namespace.id).is_none() {
        let what = "read the storage of repositories";
        return Err(Refused::Forbidden { what, namespace: namespace.name }.into());
    }
    let (kind, place) = after.split_once(':').unwrap_or((after, ""));
    let kind = RepoKind::of(kind).unwrap_or(RepoKind::Model);
    let query = Query {
        author: Some(namespace.name.clone()),
        sort: Sort::Created,
        after: Some(place.to_owned()).filter(|place| !place.is_empty()),
        ..Query::of(kind, limit)
    };
    let part = hub::repos_list(read, visitor, &query)?;
    let following = RepoKind::ALL.iter().skip_while(|known| **known != kind).nth(1);
    let cursor = match part.next {
        Some(place) => Some(format!("{}:{place}", kind.plural())),
        None => following.map(|kind| format!("{}:", kind.plural())),
    };
    let used = hub::used_bytes(read, namespace.id)?;
    let shown = |repo: &Repo| {
        json!({
            "id": repo.path(),
            "type": repo.kind.singular(),
            "updatedAt": stamp(repo.changed_at),
            "visibility": if repo.is_private { "private" } else { "public" },
            "storage": repo.used_bytes,
            "storagePercent": percent(repo.used_bytes, used),
        })
    };
    Ok((part.rows.iter().map(shown).collect(), cursor))
}

/// A share in whole percent: for orientation.
fn percent(part: i64, whole: i64) -> i64 {
    if whole <= 0 { 0 } else { part.saturating_mul(100) / whole }
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::{Need, route};
    let get = &axum::http::Method::GET;
    let storage = "/api/organizations/{owner}/settings/repositories";
    vec![
        route(get, "/api/models", Need::Seen, models),
        route(get, "/api/datasets", Need::Seen, datasets),
        route(get, "/api/spaces", Need::Seen, spaces),
        route(get, "/api/settings/repositories", Need::SignedIn, own),
        route(get, storage, Need::SignedIn, organisation),
    ]
}
