//! Requests for access to gated repositories, and likes.

use crate::Fault;
use crate::cx::Cx;
use crate::first;
use crate::page::{next, query, query_limit};
use crate::refs::object;
use crate::stamp::stamp;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use base::Page;
use db::Read;
use hub::{Access, AccessState, Asker};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Requests and likers of one page.
const PAGE_ROWS: u32 = 100;

fn state_of(word: &str) -> Result<AccessState, Fault> {
    let found = AccessState::ALL.iter().copied().find(|state| state.wire() == word);
    found
        .ok_or_else(|| Fault::Bad(format!("status: `{word}` is not pending, accepted or rejected")))
}

fn access_json(read: &Read<'_>, access: &Access) -> Result<Value, hub::Error> {
    let person = identity::person_find(read, access.person)?;
    // Whoever asked was told that the owner sees their address; whoever was let in unasked was not.
    let has_asked = access.answers.is_some();
    let email = person.as_ref().filter(|_| has_asked).map(|person| person.email.clone());
    let fields: Option<Value> =
        access.answers.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Ok(json!({
        "requestId": access.id,
        "user": {
            "_id": access.person,
            "user": hub::name_of(read, access.person)?,
            "fullname": person.map_or(String::new(), |person| person.name),
            "email": email,
            "type": "user",
            "avatarUrl": "",
        },
        "status": access.state.wire(),
        "timestamp": stamp(access.asked_at),
        "fields": fields,
        "rejectionReason": access.reason,
    }))
}

/// `GET .../user-access-request/{status}`.
pub(crate) async fn list(
    cx: Cx,
    Path(named): Path<BTreeMap<String, String>>,
    uri: Uri,
) -> Result<Response, Fault> {
    let state = state_of(named.get("status").map(String::as_str).unwrap_or_default())?;
    let rows = query_limit(&uri, "limit", (PAGE_ROWS, PAGE_ROWS));
    let page = Page::after(query(&uri, "cursor"), rows);
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let (items, cursor) = cx
        .read(move |read| {
            let found = hub::accesses(read, &visitor, &repo, (state, &page))?;
            let is_full = u32::try_from(found.len()).is_ok_and(|count| count == page.rows);
            let cursor = found.last().filter(|_| is_full).map(|last| last.id.to_string());
            let items = found.iter().map(|access| access_json(read, access));
            Ok((items.collect::<Result<Vec<_>, _>>()?, cursor))
        })
        .await?;
    Ok((next(&cx, &uri, cursor.as_deref()), Json(items)).into_response())
}

/// `POST .../user-access-request/handle`.
pub(crate) async fn handle(cx: Cx, body: Bytes) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let text = |name: &str| asked[name].as_str().map(str::to_owned);
    let asker = match (text("user"), text("requestId")) {
        (Some(user), None) => Asker::Named(user),
        (None, Some(id)) => Asker::Request(id),
        _ => return Err(Fault::Bad("give either `user` or `requestId`".to_owned())),
    };
    let state = state_of(text("status").unwrap_or_default().as_str())?;
    let reason = text("rejectionReason").unwrap_or_default();
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let decide = move |tx: &mut db::Tx<'_>| {
        let decided = hub::access_decide(tx, &visitor, &repo, &asker, (state, &reason))?;
        access_json(tx, &decided)
    };
    Ok(Json(cx.write(decide).await?))
}

/// `POST .../user-access-request/grant`.
pub(crate) async fn grant(cx: Cx, body: Bytes) -> Result<Json<Value>, Fault> {
    let user = object(&body)?["user"].as_str().unwrap_or_default().to_owned();
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let granted = cx.write(move |tx| {
        let granted = hub::access_grant(tx, &visitor, &repo, &user)?;
        access_json(tx, &granted)
    });
    Ok(Json(granted.await?))
}

/// `POST /api/{kind}/{owner}/{name}/ask-access`: asks for the files, with answers to the form of
/// the card as `{"answers": {question: answer}}`. An address of our own; the clients have none.
pub(crate) async fn ask(cx: Cx, body: Bytes) -> Result<Json<Value>, Fault> {
    let answers = object(&body)?["answers"].clone();
    first::own_name(&cx).await?;
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let ask = move |tx: &mut db::Tx<'_>| {
        let form = app::depot::gate_form(&repo);
        let asked = hub::access_ask(tx, &visitor, &repo, (&form, &answers))?;
        access_json(tx, &asked)
    };
    Ok(Json(cx.write(ask).await?))
}

/// `POST .../like` and `DELETE .../like`.
pub(crate) async fn like(cx: Cx) -> Result<Json<Value>, Fault> {
    like_set(&cx, true).await
}

pub(crate) async fn unlike(cx: Cx) -> Result<Json<Value>, Fault> {
    like_set(&cx, false).await
}

async fn like_set(cx: &Cx, is_liked: bool) -> Result<Json<Value>, Fault> {
    first::own_name(cx).await?;
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let set = move |tx: &mut db::Tx<'_>| {
        if is_liked {
            hub::like_add(tx, &visitor, &repo)?;
        } else {
            hub::like_remove(tx, &visitor, &repo)?;
        }
        Ok(hub::repo_by_id(tx, repo.id)?.map_or(0, |now| now.likes))
    };
    let likes = cx.write(set).await?;
    Ok(Json(json!({"liked": is_liked, "likes": likes})))
}

/// `GET .../likers`.
pub(crate) async fn likers(cx: Cx, uri: Uri) -> Result<Response, Fault> {
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let after = query(&uri, "cursor");
    let rows = query_limit(&uri, "limit", (PAGE_ROWS, hub::PART_ROWS_MAX));
    let part =
        cx.read(move |read| hub::likers(read, &visitor, &repo, (after.as_deref(), rows))).await?;
    let liker = |liker: &hub::Liker| {
        json!({
            "_id": liker.person,
            "user": liker.name,
            "fullname": liker.fullname,
            "type": "user",
            "avatarUrl": "",
        })
    };
    let items: Vec<Value> = part.rows.iter().map(liker).collect();
    Ok((next(&cx, &uri, part.next.as_deref()), Json(items)).into_response())
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::api;
    use axum::http::Method;
    use hub::Action::{Administer, Contribute, See};
    let (get, post) = (&Method::GET, &Method::POST);
    vec![
        api(get, "/user-access-request/{status}", See, list),
        api(post, "/user-access-request/handle", Administer, handle),
        api(post, "/user-access-request/grant", Administer, grant),
        api(post, "/ask-access", Contribute, ask),
        api(post, "/like", Contribute, like),
        api(&Method::DELETE, "/like", Contribute, unlike),
        api(get, "/likers", See, likers),
    ]
}
