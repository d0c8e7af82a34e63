//! A person's own webhooks. Who calls them is [`crate::caller`].

use crate::Fault;
use crate::cx::Cx;
use crate::inward::is_public;
use crate::refs::object;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use hub::{NewWebhook, Webhook, WebhookChange};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::net::IpAddr;
use url::{Host, Url};

fn webhook_json(webhook: &Webhook) -> Value {
    let secret = Some(&webhook.call.secret).filter(|secret| !secret.is_empty());
    json!({
        "id": webhook.id,
        "url": webhook.call.url,
        "job": null,
        "watched": webhook.call.watched,
        "domains": webhook.call.domains,
        "secret": secret,
        "disabled": webhook.is_disabled,
    })
}

fn answer(webhook: &Webhook) -> Json<Value> {
    Json(json!({"webhook": webhook_json(webhook)}))
}

/// Reads a field; `None` where it is not given.
fn field<T: DeserializeOwned>(asked: &Value, name: &str) -> Result<Option<T>, Fault> {
    match &asked[name] {
        Value::Null => Ok(None),
        given => serde_json::from_value(given.clone())
            .map(Some)
            .map_err(|error| Fault::Bad(format!("`{name}` cannot be read: {error}"))),
    }
}

fn change_of(body: &Bytes) -> Result<WebhookChange, Fault> {
    let asked = object(body)?;
    if !asked["jobSourceId"].is_null() {
        let told = "a webhook calls an address here, it starts no job: give `url`";
        return Err(Fault::Bad(told.to_owned()));
    }
    Ok(WebhookChange {
        url: field(&asked, "url")?,
        watched: field(&asked, "watched")?,
        domains: field(&asked, "domains")?,
        secret: field(&asked, "secret")?,
    })
}

/// Refuses an address that would never be called; where a name leads is looked at with each call.
fn url_test(cx: &Cx, text: &str) -> Result<(), Fault> {
    let host = Url::parse(text).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    let address: IpAddr = match host {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        _ => return Ok(()),
    };
    if cx.hub.options.calls_inward || is_public(address) {
        return Ok(());
    }
    let told = "lies inside the zone's own network: give an address of the public internet";
    Err(Fault::Bad(format!("url: `{address}` {told}")))
}

/// `GET /api/settings/webhooks`.
pub(crate) async fn list(cx: Cx) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    let found = cx.read(move |read| hub::webhooks(read, &visitor)).await?;
    Ok(Json(found.iter().map(webhook_json).collect()))
}

/// `GET /api/settings/webhooks/{id}`.
pub(crate) async fn read(cx: Cx, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    let found = cx.read(move |read| hub::webhook_read(read, &visitor, &id)).await?;
    Ok(answer(&found))
}

/// `POST /api/settings/webhooks`.
pub(crate) async fn create(cx: Cx, body: Bytes) -> Result<Json<Value>, Fault> {
    let asked = change_of(&body)?;
    let new = NewWebhook {
        url: asked.url.unwrap_or_default(),
        watched: asked.watched.unwrap_or_default(),
        domains: asked.domains.unwrap_or_default(),
        secret: asked.secret.unwrap_or_default(),
    };
    url_test(&cx, &new.url)?;
    let visitor = cx.visitor.clone();
    let made = cx.write(move |tx| hub::webhook_create(tx, &visitor, &new)).await?;
    Ok(answer(&made))
}

/// `POST /api/settings/webhooks/{id}`.
pub(crate) async fn update(
    cx: Cx,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let (change, visitor) = (change_of(&body)?, cx.visitor.clone());
    url_test(&cx, change.url.as_deref().unwrap_or_default())?;
    let set = cx.write(move |tx| hub::webhook_update(tx, &visitor, &id, &change)).await?;
    Ok(answer(&set))
}

/// `DELETE /api/settings/webhooks/{id}`.
pub(crate) async fn delete(cx: Cx, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    cx.write(move |tx| hub::webhook_delete(tx, &visitor, &id)).await?;
    Ok(Json(json!({"success": true})))
}

/// `POST /api/settings/webhooks/{id}/enable` and `.../disable`.
pub(crate) async fn enable(cx: Cx, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    rest(&cx, id, false).await
}

pub(crate) async fn disable(cx: Cx, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    rest(&cx, id, true).await
}

async fn rest(cx: &Cx, id: String, is_disabled: bool) -> Result<Json<Value>, Fault> {
    let visitor = cx.visitor.clone();
    let set = cx.write(move |tx| hub::webhook_disable(tx, &visitor, (&id, is_disabled))).await?;
    Ok(answer(&set))
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::{Need, route};
    use axum::http::Method;
    const ALL: &str = "/api/settings/webhooks";
    const ONE: &str = "/api/settings/webhooks/{id}";
    let (get, post, need) = (&Method::GET, &Method::POST, Need::SignedIn);
    vec![
        route(get, ALL, need, list),
        route(post, ALL, need, create),
        route(get, ONE, need, read),
        route(post, ONE, need, update),
        route(&Method::DELETE, ONE, need, delete),
        route(post, &format!("{ONE}/enable"), need, enable),
        route(post, &format!("{ONE}/disable"), need, disable),
    ]
}
