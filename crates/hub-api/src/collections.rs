//! Collections.

use crate::Fault;
use crate::cx::Cx;
use crate::page::{next, query, query_limit};
use crate::refs::object;
use crate::stamp::stamp;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use db::Read;
use hub::{
    Collection, CollectionChange, CollectionQuery, Item, Listed, NewCollection, RepoKind, Target,
    Visitor,
};
use serde_json::{Value, json};

/// Collections of one page.
const PAGE_ROWS: u32 = 50;
/// Items shown with each collection of a list; the collection itself has them all.
const ITEMS_LISTED: usize = 4;

fn said(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn item_json(item: &Item) -> Value {
    let mut shown = match &item.listed {
        Listed::Repo(repo) => json!({
            "id": repo.path(),
            "type": repo.kind.singular(),
            "author": repo.owner,
            "private": repo.is_private,
            "likes": repo.likes,
            "downloads": repo.downloads,
            "lastModified": stamp(repo.changed_at),
        }),
        Listed::Nested(nested) => json!({
            "id": nested.id,
            "type": "collection",
            "slug": nested.slug(),
            "title": nested.title,
        }),
    };
    shown["_id"] = json!(item.id);
    shown["position"] = json!(item.position);
    if !item.note.is_empty() {
        shown["note"] = json!({"text": item.note});
    }
    shown
}

/// Writes a collection; a list's place in it stands for its position, so there it has none.
fn collection_json(
    read: &Read<'_>,
    visitor: &Visitor,
    (collection, is_listed): (&Collection, bool),
) -> Result<Value, hub::Error> {
    let mut items = hub::collection_items(read, visitor, collection)?;
    if is_listed {
        items.truncate(ITEMS_LISTED);
    }
    let owner = hub::namespace_read(read, collection.namespace)?;
    let kind = match owner.holder {
        hub::Holder::Person(_) => "user",
        hub::Holder::Organisation(_) => "org",
    };
    let mut shown = json!({
        "_id": collection.id,
        "slug": collection.slug(),
        "title": collection.title,
        "description": said(&collection.description),
        "owner": {"name": owner.name, "fullname": owner.fullname, "type": kind, "avatarUrl": ""},
        "items": items.iter().map(item_json).collect::<Vec<_>>(),
        "lastUpdated": stamp(collection.changed_at),
        "private": collection.is_private,
        "theme": collection.theme,
        "upvotes": 0,
        "isUpvotedByUser": false,
    });
    if !is_listed {
        shown["position"] = json!(collection.position);
    }
    Ok(shown)
}

/// `GET /api/collections`.
pub(crate) async fn list(cx: Cx, uri: Uri) -> Result<Response, Fault> {
    let asked = CollectionQuery {
        owner: query(&uri, "owner"),
        item: query(&uri, "item"),
        search: query(&uri, "q"),
        after: query(&uri, "cursor"),
        limit: query_limit(&uri, "limit", (PAGE_ROWS, PAGE_ROWS)),
    };
    let visitor = cx.visitor.clone();
    let (items, cursor) = cx
        .read(move |read| {
            let part = hub::collections(read, &visitor, &asked)?;
            let shown = part.rows.iter().map(|row| collection_json(read, &visitor, (row, true)));
            Ok((shown.collect::<Result<Vec<_>, _>>()?, part.next))
        })
        .await?;
    Ok((next(&cx, &uri, cursor.as_deref()), Json(items)).into_response())
}

type Slugged = Path<(String, String)>;
type ItemNamed = Path<(String, String, String)>;

/// `GET /api/collections/{owner}/{slug}`.
pub(crate) async fn read(cx: Cx, Path((owner, slug)): Slugged) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    let look = move |read: &Read<'_>| {
        let found = hub::collection_find(read, &visitor, &format!("{owner}/{slug}"))?;
        collection_json(read, &visitor, (&found, false))
    };
    Ok(Json(cx.read(look).await?))
}

/// Writes a change and answers with the collection as it is then.
async fn changed<F>(cx: &Cx, act: F) -> Result<Value, Fault>
where
    F: Fn(&mut db::Tx<'_>, &Visitor) -> Result<Collection, hub::Error> + Send + 'static,
{
    let visitor = cx.visitor.clone();
    cx.write(move |tx| {
        let collection = act(tx, &visitor)?;
        collection_json(tx, &visitor, (&collection, false))
    })
    .await
}

/// `POST /api/collections`.
pub(crate) async fn create(cx: Cx, body: Bytes) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let text = |name: &str| asked[name].as_str().map(str::to_owned);
    let new = NewCollection {
        owner: text("namespace"),
        title: text("title").unwrap_or_default(),
        description: text("description").unwrap_or_default(),
        is_private: asked["private"].as_bool().unwrap_or(false),
    };
    crate::first::own_name(&cx).await?;
    let made = changed(&cx, move |tx, visitor| hub::collection_create(tx, visitor, &new));
    Ok(Json(made.await?))
}

/// `PATCH /api/collections/{owner}/{slug}`.
pub(crate) async fn update(
    cx: Cx,
    Path((owner, slug)): Slugged,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let text = |name: &str| asked[name].as_str().map(str::to_owned);
    let change = CollectionChange {
        title: text("title"),
        description: text("description"),
        theme: text("theme"),
        is_private: asked["private"].as_bool(),
        position: asked["position"].as_i64(),
    };
    let slug = format!("{owner}/{slug}");
    let done = changed(&cx, move |tx, visitor| hub::collection_update(tx, visitor, &slug, &change));
    Ok(Json(json!({"success": true, "data": done.await?})))
}

/// `DELETE /api/collections/{owner}/{slug}`.
pub(crate) async fn delete(cx: Cx, Path((owner, slug)): Slugged) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    let slug = format!("{owner}/{slug}");
    cx.write(move |tx| hub::collection_delete(tx, &visitor, &slug)).await?;
    Ok(Json(json!({"success": true})))
}

/// `POST /api/collections/{owner}/{slug}/items`.
pub(crate) async fn item_add(
    cx: Cx,
    Path((owner, slug)): Slugged,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let id = asked["item"]["id"].as_str().unwrap_or_default().to_owned();
    let kind = asked["item"]["type"].as_str().unwrap_or_default();
    let target = match (RepoKind::of(kind), kind) {
        (Some(kind), _) => Target::Repo(kind, id),
        (None, "collection") => Target::Nested(id),
        (None, other) => {
            return Err(Fault::Bad(format!(
                "item.type: `{other}` is not model, dataset, space or collection"
            )));
        }
    };
    let note = asked["note"].as_str().unwrap_or_default().to_owned();
    let slug = format!("{owner}/{slug}");
    let done = changed(&cx, move |tx, visitor| hub::item_add(tx, visitor, &slug, (&target, &note)));
    Ok(Json(done.await?))
}

/// `PATCH /api/collections/{owner}/{slug}/items/{item}`.
pub(crate) async fn item_update(
    cx: Cx,
    Path((owner, slug, item)): ItemNamed,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let note = asked["note"].as_str().map(str::to_owned);
    let position = asked["position"].as_u64().map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    let slug = format!("{owner}/{slug}");
    let done = changed(&cx, move |tx, visitor| {
        hub::item_update(tx, visitor, &slug, &item, (note.as_deref(), position))
    });
    Ok(Json(json!({"success": true, "data": done.await?})))
}

/// `DELETE /api/collections/{owner}/{slug}/items/{item}`.
pub(crate) async fn item_delete(
    cx: Cx,
    Path((owner, slug, item)): ItemNamed,
) -> Result<Json<Value>, Fault> {
    let slug = format!("{owner}/{slug}");
    let done = changed(&cx, move |tx, visitor| hub::item_delete(tx, visitor, &slug, &item));
    done.await?;
    Ok(Json(json!({"success": true})))
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::{Need, route};
    use axum::http::Method;
    const ONE: &str = "/api/collections/{owner}/{slug}";
    let (items, item) = (format!("{ONE}/items"), format!("{ONE}/items/{{item}}"));
    vec![
        route(&Method::GET, "/api/collections", Need::Seen, list),
        route(&Method::POST, "/api/collections", Need::SignedIn, create),
        route(&Method::GET, ONE, Need::Seen, read),
        route(&Method::PATCH, ONE, Need::SignedIn, update),
        route(&Method::DELETE, ONE, Need::SignedIn, delete),
        route(&Method::POST, &items, Need::SignedIn, item_add),
        route(&Method::PATCH, &item, Need::SignedIn, item_update),
        route(&Method::DELETE, &item, Need::SignedIn, item_delete),
    ]
}
