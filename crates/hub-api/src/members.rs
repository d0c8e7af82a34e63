//! People and organisations as others see them, and what clients ask on their own.

use crate::Fault;
use crate::cx::Cx;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use db::Read;
use hub::{Holder, Namespace, Refused};
use serde_json::{Value, json};

fn found(read: &Read<'_>, name: &str, is_person: bool) -> Result<Namespace, hub::Error> {
    let found = hub::namespace_find(read, name)?;
    let fits = |found: &Namespace| matches!(found.holder, Holder::Person(_)) == is_person;
    let unknown = || match is_person {
        true => Refused::PersonUnknown(name.to_owned()),
        false => Refused::NamespaceUnknown(name.to_owned()),
    };
    Ok(found.filter(fits).ok_or_else(unknown)?)
}

/// `GET /api/users/{owner}/overview`.
pub(crate) async fn user(cx: Cx, Path(name): Path<String>) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    let look = move |read: &Read<'_>| {
        let namespace = found(read, &name, true)?;
        let counts = hub::counts_of(read, &visitor, &namespace)?;
        Ok(json!({
            "_id": namespace.id,
            "user": namespace.name,
            "fullname": namespace.fullname,
            "type": "user",
            "avatarUrl": "",
            "isPro": false,
            "numModels": counts.models,
            "numDatasets": counts.datasets,
            "numSpaces": counts.spaces,
            "numDiscussions": counts.discussions,
            "numLikes": counts.likes,
            // Who works where is not published here.
            "orgs": [],
        }))
    };
    Ok(Json(cx.read(look).await?))
}

/// `GET /api/organizations/{owner}/overview`.
pub(crate) async fn organisation(cx: Cx, Path(name): Path<String>) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    let look = move |read: &Read<'_>| {
        let namespace = found(read, &name, false)?;
        let counts = hub::counts_of(read, &visitor, &namespace)?;
        Ok(json!({
            "_id": namespace.id,
            "name": namespace.name,
            "fullname": namespace.fullname,
            "type": "org",
            "avatarUrl": "",
            "numModels": counts.models,
            "numDatasets": counts.datasets,
            "numSpaces": counts.spaces,
        }))
    };
    Ok(Json(cx.read(look).await?))
}

/// `GET /api/organizations/{owner}/members`; for its members.
pub(crate) async fn members(cx: Cx, Path(name): Path<String>) -> Result<Json<Value>, Fault> {
    let (visitor, today) = (cx.visitor.clone(), cx.now.date());
    let members = cx
        .read(move |read| {
            let namespace = found(read, &name, false)?;
            hub::members(read, &visitor, &namespace, today)
        })
        .await?;
    let shown = |member: &hub::Member| {
        json!({
            "_id": member.person,
            "user": member.name,
            "fullname": member.fullname,
            "type": "user",
            "role": if member.may_act { "admin" } else { "read" },
            "avatarUrl": "",
            "isPro": false,
        })
    };
    Ok(Json(members.iter().map(shown).collect()))
}

/// `GET /api/agent-harnesses`: clients look for a list of programs that may be running them, to
/// report it. None is kept here and nothing is reported.
pub(crate) async fn harnesses() -> Json<Value> {
    Json(json!({"standardEnvVars": [], "harnesses": {}}))
}

/// `HEAD /api/telemetry/{*topic}`: what clients report of their use is not read and not kept.
pub(crate) async fn telemetry() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::{Need, route};
    use axum::http::Method;
    let get = &Method::GET;
    vec![
        route(get, "/api/users/{owner}/overview", Need::Seen, user),
        route(get, "/api/organizations/{owner}/overview", Need::Seen, organisation),
        route(get, "/api/organizations/{owner}/members", Need::SignedIn, members),
        route(get, "/api/agent-harnesses", Need::Open, harnesses),
        route(&Method::HEAD, "/api/telemetry/{*topic}", Need::Open, telemetry),
    ]
}
