//! Lists of repositories: of the zone, of one namespace, of a collection.

use super::frame::count;
use super::here::visitor_of;
use crate::Field;
use crate::handlers::encoded;
use crate::handlers::view::{self, Link};
use crate::pages::repos::frame::kind_key;
use crate::pages::repos::list::{
    CollectionPage, HubPage, KindLink, KindList, NamespacePage, RepoRow,
};
use crate::serve::{Cx, Fault, Page, Query, See};
use axum::extract::Path;
use db::Read;
use hub::{Action, CollectionQuery, Listed, Refused, Repo, RepoKind, Role, Sort, Visitor};

/// Repositories of one page.
const ROWS: u32 = 30;
/// Repositories of each kind, and collections, on the page of a namespace.
const NAMESPACE_ROWS: u32 = 20;
/// What an address of the list keeps.
const KEPT: [&str; 7] = ["kind", "q", "author", "tag", "license", "gated", "sort"];

/// Shows one repository of a list.
fn row(repo: &Repo, note: &str) -> RepoRow {
    RepoRow {
        path: repo.path(),
        href: format!("/{}", repo.page()),
        kind: repo.kind,
        summary: repo.summary.clone(),
        licence: repo.license.clone(),
        task: repo.pipeline_tag.clone(),
        likes: count(repo.likes),
        downloads: count(repo.downloads),
        changed: view::day(repo.changed_at),
        is_private: repo.is_private,
        gating: repo.gating,
        note: note.to_owned(),
    }
}

/// Lists the models.
pub(super) async fn models() -> See {
    See("/hub?kind=model".to_owned())
}

/// Lists the datasets.
pub(super) async fn datasets() -> See {
    See("/hub?kind=dataset".to_owned())
}

/// Lists the spaces.
pub(super) async fn spaces() -> See {
    See("/hub?kind=space".to_owned())
}

/// Searches the repositories of the zone.
pub(super) async fn search(cx: Cx, query: Query) -> Result<Page, Fault> {
    let app = cx.app.clone();
    Page::of(&app.read(move |read| hub_page(&cx, &query, read)).await?)
}

fn asked(query: &Query, kind: RepoKind) -> hub::Query {
    let gated = match query.text("gated") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    hub::Query {
        author: query.optional("author"),
        search: query.optional("q"),
        filters: query.optional("tag").into_iter().collect(),
        license: query.optional("license"),
        gated,
        sort: Sort::of(query.text("sort")).unwrap_or_default(),
        after: query.optional("after"),
        ..hub::Query::of(kind, ROWS)
    }
}

fn hub_page(cx: &Cx, query: &Query, read: &Read<'_>) -> Result<HubPage, hub::Error> {
    let visitor = visitor_of(read, cx)?;
    let kind = RepoKind::of(query.text("kind")).unwrap_or(RepoKind::Model);
    let asked = asked(query, kind);
    let (rows, next, wrong) = match hub::repos_list(read, &visitor, &asked) {
        Ok(part) => (part.rows, part.next, String::new()),
        // A filter that cannot be read is told on the page, with an empty list.
        Err(hub::Error::Refused(Refused::Invalid(problems))) => {
            let says = |one: &base::FieldProblem| crate::refusal::of_field(one, cx.lang).to_owned();
            let said = problems.iter().map(says).collect::<Vec<_>>().join("; ");
            (Vec::new(), None, said)
        }
        Err(error) => return Err(error),
    };
    let kept: Vec<(&str, &str)> = KEPT.iter().map(|name| (*name, query.text(name))).collect();
    let link = Link::new("/hub", &kept);
    let text = |name: &str| Field::new(name, query.text(name));
    let sorts = [
        ("lastModified", cx.t("hub.sort-changed")),
        ("createdAt", cx.t("hub.sort-created")),
        ("downloads", cx.t("hub.sort-downloads")),
        ("likes", cx.t("hub.sort-likes")),
    ];
    let gates =
        [("", cx.t("hub.gating-any")), ("no", cx.t("hub.gating-open")), ("yes", cx.t("hub.gated"))];
    let narrowing = KEPT.iter().filter(|name| !matches!(**name, "kind" | "sort"));
    Ok(HubPage {
        ui: cx.ui(),
        kinds: kinds(read, &visitor, kind)?,
        kind: kind.singular(),
        words: text("q"),
        tag: text("tag"),
        author: text("author"),
        license: text("license"),
        sort: Field::choose("sort", query.text("sort"), &sorts),
        gated: Field::choose("gated", query.text("gated"), &gates),
        rows: rows.iter().map(|repo| row(repo, "")).collect(),
        next: next.map(|after| link.with(&[("after", &after)])),
        is_filtered: narrowing.clone().any(|name| query.optional(name).is_some()),
        wrong,
        is_signed_in: visitor.person.is_some(),
        endpoint: format!("export HF_ENDPOINT={}", cx.shared.public_url),
    })
}

fn kinds(read: &Read<'_>, visitor: &Visitor, now: RepoKind) -> Result<Vec<KindLink>, hub::Error> {
    let link = |kind: &RepoKind| {
        Ok(KindLink {
            href: format!("/hub?kind={}", kind.singular()),
            key: kind_key(*kind),
            count: count(hub::repos_count(read, visitor, *kind)?),
            is_current: *kind == now,
        })
    };
    RepoKind::ALL.iter().map(link).collect()
}

/// Shows what stands under one short name.
pub(super) async fn namespace(cx: Cx, Path(owner): Path<String>) -> Result<Page, Fault> {
    let app = cx.app.clone();
    let page = app.read(move |read| namespace_page(&cx, &owner, read)).await?;
    Page::of(&page.ok_or(Fault::NotFound)?)
}

fn namespace_page(
    cx: &Cx,
    owner: &str,
    read: &Read<'_>,
) -> Result<Option<NamespacePage>, hub::Error> {
    let Some(found) = hub::namespace_find(read, owner)? else { return Ok(None) };
    let visitor = visitor_of(read, cx)?;
    let mut kinds = Vec::new();
    for kind in RepoKind::ALL {
        let author = Some(found.name.clone());
        let query = hub::Query { author, ..hub::Query::of(*kind, NAMESPACE_ROWS) };
        let part = hub::repos_list(read, &visitor, &query)?;
        if part.rows.is_empty() {
            continue;
        }
        let (word, name) = (kind.singular(), encoded(&found.name));
        kinds.push(KindList {
            key: kind_key(*kind),
            id: kind.plural(),
            rows: part.rows.iter().map(|repo| row(repo, "")).collect(),
            more: part.next.map(|_| format!("/hub?kind={word}&author={name}")),
        });
    }
    let asked = CollectionQuery {
        owner: Some(found.name.clone()),
        limit: NAMESPACE_ROWS,
        ..CollectionQuery::default()
    };
    let collections = hub::collections(read, &visitor, &asked)?.rows;
    let collection = |one: hub::Collection| (one.title.clone(), collection_href(&one));
    Ok(Some(NamespacePage {
        ui: cx.ui(),
        may_add: visitor.role_in(found.id) == Some(Role::Admin),
        // People's names are not published.
        fullname: match found.holder {
            hub::Holder::Organisation(_) => found.fullname,
            hub::Holder::Person(_) => String::new(),
        },
        name: found.name,
        kinds,
        collections: collections.into_iter().map(collection).collect(),
    }))
}

fn collection_href(collection: &hub::Collection) -> String {
    format!("/collections/{}", collection.slug())
}

/// Shows a collection as far as the visitor may see it.
pub(super) async fn collection(
    cx: Cx,
    Path((owner, slug)): Path<(String, String)>,
) -> Result<Page, Fault> {
    let app = cx.app.clone();
    let page = app.read(move |read| collection_page(&cx, &format!("{owner}/{slug}"), read));
    Page::of(&page.await?)
}

fn collection_page(cx: &Cx, slug: &str, read: &Read<'_>) -> Result<CollectionPage, hub::Error> {
    let visitor = visitor_of(read, cx)?;
    let found = hub::collection_find(read, &visitor, slug)?;
    let (mut rows, mut nested) = (Vec::new(), Vec::new());
    for item in hub::collection_items(read, &visitor, &found)? {
        match item.listed {
            Listed::Repo(repo) => {
                let asked = (Action::See, cx.now);
                if hub::access_test(read, &visitor, &repo, asked).is_ok() {
                    rows.push(row(&repo, &item.note));
                }
            }
            Listed::Nested(inner) => nested.push((inner.title.clone(), collection_href(&inner))),
        }
    }
    Ok(CollectionPage {
        ui: cx.ui(),
        owner: found.owner,
        title: found.title,
        description: found.description,
        rows,
        nested,
    })
}
