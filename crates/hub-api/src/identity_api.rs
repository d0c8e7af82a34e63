//! Who one is, and who others are.

use crate::Fault;
use crate::cx::{Cx, token_given};
use crate::page::{next, query};
use crate::stamp::stamp;
use axum::Json;
use axum::extract::Path;
use axum::extract::Request;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use hub::{Refused, Role};
use serde_json::{Value, json};

/// Likes of one page.
const LIKES: u32 = 100;

/// Tells by what somebody is known. Clients keep a token under its name, and one that has none
/// under its person's (`huggingface_hub/_login.py`): what renews itself has none, so that two
/// people who sign in on one day and one machine do not overwrite each other's.
fn known_by(read: &db::Read<'_>, cx: &Cx, token: Option<&str>) -> Result<Value, hub::Error> {
    let role = if cx.visitor.may_change { "write" } else { "read" };
    let found = match token {
        Some(secret) => identity::token_find(read, secret, cx.now)?,
        None => None,
    };
    Ok(match found {
        Some((token, true)) => json!({"type": "oauth", "expiresAt": stamp(token.expires_at)}),
        Some((token, false)) => json!({
            "type": "access_token",
            "accessToken": {
                "displayName": token.label,
                "role": role,
                "createdAt": stamp(token.created_at),
            },
        }),
        None => json!({"type": "session"}),
    })
}

/// `GET /api/whoami-v2`.
pub(crate) async fn whoami(cx: Cx, request: Request) -> Result<Json<Value>, Fault> {
    let person = cx.visitor.signed_in()?;
    let (visitor, asker) = (cx.visitor.clone(), cx.clone());
    let (parts, _) = request.into_parts();
    let token = token_given(&parts);
    let body = cx
        .read(move |read| {
            let known = identity::person_find(read, person)?
                .ok_or_else(|| Refused::PersonUnknown(person.to_string()))?;
            let name = hub::name_of(read, person)?;
            let orgs: Vec<Value> = hub::memberships(read, &visitor)?
                .into_iter()
                .map(|(namespace, role)| {
                    json!({
                        "type": "org",
                        "id": namespace.id,
                        "name": namespace.name,
                        "fullname": namespace.fullname,
                        "roleInOrg": if role == Role::Admin { "admin" } else { "read" },
                        "isEnterprise": false,
                        "avatarUrl": "",
                    })
                })
                .collect();
            Ok(json!({
                "type": "user",
                "id": person,
                "name": name,
                "fullname": known.name,
                "email": known.email,
                "emailVerified": true,
                "isPro": false,
                "canPay": false,
                "avatarUrl": "",
                "orgs": orgs,
                "auth": known_by(read, &asker, token.as_deref())?,
            }))
        })
        .await?;
    Ok(Json(body))
}

/// `GET /api/users/{name}/likes`.
pub(crate) async fn likes(cx: Cx, Path(name): Path<String>, uri: Uri) -> Result<Response, Fault> {
    let visitor = cx.visitor.clone();
    let after = query(&uri, "cursor");
    let part = cx
        .read(move |read| {
            let person = hub::person_named(read, &name)?;
            hub::liked_by(read, &visitor, (person, None), (after.as_deref(), LIKES))
        })
        .await?;
    let item = |liked: &hub::Liked| {
        let (name, kind) = (liked.repo.path(), liked.repo.kind.singular());
        json!({"createdAt": stamp(liked.at), "repo": {"name": name, "type": kind}})
    };
    let items: Vec<Value> = part.rows.iter().map(item).collect();
    Ok((next(&cx, &uri, part.next.as_deref()), Json(items)).into_response())
}

/// `GET /api/{kind}/{owner}/{name}/auth-check` and `.../auth-check/write`: the gate has answered.
pub(crate) async fn auth_check(_: Cx) -> Json<Value> {
    Json(json!({}))
}
