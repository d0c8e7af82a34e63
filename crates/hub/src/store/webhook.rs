//! Tables `hub_webhook`, `hub_webhook_watch`.

use crate::webhook::WEBHOOKS_MAX;
use crate::{NewWebhook, Webhook, WebhookId};
use base::Time;
use db::{Error, Read, Row, Tx, params};
use identity::PersonId;
use serde::de::DeserializeOwned;

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Webhook, at: Time) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_webhook (id, person_id, url, watched, domains, secret, is_disabled,
             created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            &new.id.0,
            &new.person.0,
            &new.call.url,
            base::canonical_json(&new.call.watched),
            base::canonical_json(&new.call.domains),
            &new.call.secret,
            new.is_disabled,
            at
        ],
    )
}

pub(crate) fn update(tx: &mut Tx<'_>, changed: &Webhook) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_webhook SET url = ?2, watched = ?3, domains = ?4, secret = ?5,
             is_disabled = ?6
         WHERE id = ?1",
        params![
            &changed.id.0,
            &changed.call.url,
            base::canonical_json(&changed.call.watched),
            base::canonical_json(&changed.call.domains),
            &changed.call.secret,
            changed.is_disabled
        ],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: WebhookId) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_webhook WHERE id = ?1", params![&id.0])
}

pub(crate) fn watch(tx: &mut Tx<'_>, id: WebhookId, target: &str) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_webhook_watch (target, webhook_id) VALUES (?1, ?2)
         ON CONFLICT DO NOTHING",
        params![target, &id.0],
    )
}

pub(crate) fn unwatch(tx: &mut Tx<'_>, id: WebhookId) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_webhook_watch WHERE webhook_id = ?1", params![&id.0])
}

pub(crate) fn count(read: &Read<'_>, person: PersonId) -> Result<i64, Error> {
    read.scalar("SELECT COUNT(*) FROM hub_webhook WHERE person_id = ?1", params![&person.0])
}

pub(crate) fn find(read: &Read<'_>, id: WebhookId) -> Result<Option<Webhook>, Error> {
    read.row(
        "SELECT id, person_id, url, watched, domains, secret, is_disabled FROM hub_webhook
         WHERE id = ?1",
        params![&id.0],
        webhook,
    )
}

pub(crate) fn of_person(read: &Read<'_>, person: PersonId) -> Result<Vec<Webhook>, Error> {
    read.rows(
        "SELECT id, person_id, url, watched, domains, secret, is_disabled FROM hub_webhook
         WHERE person_id = ?1 ORDER BY id LIMIT ?2",
        params![&person.0, WEBHOOKS_MAX],
        webhook,
    )
}

/// Those awake that watch one thing or the other.
pub(crate) fn watching(read: &Read<'_>, one: &str, other: &str) -> Result<Vec<Webhook>, Error> {
    read.rows(
        "SELECT id, person_id, url, watched, domains, secret, is_disabled FROM hub_webhook
         WHERE is_disabled = 0 AND id IN (
             SELECT webhook_id FROM hub_webhook_watch WHERE target = ?1 OR target = ?2)
         ORDER BY id",
        params![one, other],
        webhook,
    )
}

fn webhook(row: &Row<'_>) -> Result<Webhook, Error> {
    Ok(Webhook {
        id: row.id(0)?,
        person: row.id(1)?,
        call: NewWebhook {
            url: row.get(2)?,
            watched: list(row, 3)?,
            domains: list(row, 4)?,
            secret: row.get(5)?,
        },
        is_disabled: row.get(6)?,
    })
}

fn list<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Vec<T>, Error> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|_| Error::Column {
        column,
        found: text.chars().take(40).collect(),
        expected: "a list as JSON",
    })
}
