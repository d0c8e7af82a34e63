//! Webhooks: addresses that are called when something that a person watches changes.
//!
//! This module only writes what is to be called into the outbox. Whoever delivers must resolve the
//! address and refuse private and loopback ones (server-side request forgery): a name that is
//! public today may point inward tomorrow, so nothing of the kind is tested here.

use crate::{
    Error, Holder, Refused, Repo, RepoKind, Visitor, WebhookId, namespace_read, store, visitor_of,
};
use base::FieldProblems;
use db::{Read, Tx};
use identity::{Actor, PersonId, audit};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most webhooks of a person.
pub const WEBHOOKS_MAX: i64 = 100;
/// Most things that a webhook watches.
pub const WATCHED_MAX: usize = 100;
/// Kind of the effects in the outbox. Payload: `{"webhook": id, "event": ...}`.
pub const WEBHOOK_EFFECT: &str = "webhook";

/// What can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WatchedKind {
    /// All repositories of a person.
    User,
    /// All repositories of an organisation.
    Org,
    /// A model.
    Model,
    /// A dataset.
    Dataset,
    /// A space.
    Space,
}

/// Something watched, by its name at that time. It need not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: WatchedKind,
    /// A namespace or a repository's path.
    pub name: String,
}

impl Watched {
    /// What a webhook is found by.
    fn key(&self) -> String {
        key(self.kind, &self.name)
    }
}

fn key(kind: WatchedKind, name: &str) -> String {
    let word = match kind {
        WatchedKind::User => "user",
        WatchedKind::Org => "org",
        WatchedKind::Model => "model",
        WatchedKind::Dataset => "dataset",
        WatchedKind::Space => "space",
    };
    format!("{word}/{}", name.to_lowercase())
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Domain {
    /// Files, refs and settings of repositories.
    Repo,
    /// Discussions and pull requests.
    Discussion,
}

/// What a webhook is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Address, `http` or `https`, at most 2,048 characters.
    pub url: String,
    /// What is watched, at most 100 things.
    pub watched: Vec<Watched>,
    /// Kinds of events, at least one.
    pub domains: Vec<Domain>,
    /// Sent with every call: at most 256 visible characters of ASCII, for it becomes a header.
    /// Empty for none.
    pub secret: String,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is.
    pub person: PersonId,
    /// What it does.
    pub call: NewWebhook,
    /// Whether it rests.
    pub is_disabled: bool,
}

/// A change of a webhook; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookChange {
    /// Address.
    pub url: Option<String>,
    /// What is watched.
    pub watched: Option<Vec<Watched>>,
    /// Kinds of events.
    pub domains: Option<Vec<Domain>>,
    /// Secret.
    pub secret: Option<String>,
}

/// Makes a webhook of the visitor's own; they may have 100.
pub fn webhook_create(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    new: &NewWebhook,
) -> Result<Webhook, Error> {
    let person = visitor.may_change()?;
    let mut problems = FieldProblems::default();
    webhook_check(&mut problems, new);
    problems.require(
        store::webhook::count(tx, person)? < WEBHOOKS_MAX,
        "webhook",
        format!("there are {WEBHOOKS_MAX} already: delete one"),
    );
    problems.finish().map_err(Refused::Invalid)?;
    let webhook = Webhook { id: tx.id(), person, call: new.clone(), is_disabled: false };
    let now = tx.now();
    store::webhook::insert(tx, &webhook, now)?;
    watch(tx, &webhook)?;
    audit(tx, Actor::Person(person), "webhook.created", &webhook.id.0, &host(&new.url))?;
    Ok(webhook)
}

fn webhook_check(problems: &mut FieldProblems, webhook: &NewWebhook) {
    let url = &webhook.url;
    let plain = url.chars().all(|c| c.is_ascii_graphic()) && url.len() <= 2_048;
    problems.require(
        plain && host(url).is_some_and(|host| !host.is_empty() && !host.contains('@')),
        "url",
        "must be an address that begins with `http://` or `https://`, without a password",
    );
    problems.require(
        webhook.watched.len() <= WATCHED_MAX,
        "watched",
        format!("has {} entries; at most {WATCHED_MAX} are watched", webhook.watched.len()),
    );
    for watched in webhook.watched.iter().take(WATCHED_MAX) {
        problems.text("watched.name", &watched.name, 1, 200);
    }
    let domains = &webhook.domains;
    problems.require(
        (1..=2).contains(&domains.len()),
        "domains",
        "must be repo, discussion or both",
    );
    problems.require(
        webhook.secret.len() <= 256 && webhook.secret.chars().all(|c| c.is_ascii_graphic()),
        "secret",
        "must be at most 256 letters, digits and signs of ASCII without spaces",
    );
}

/// Returns host and port of an address; the rest may hold secrets and stays out of the trail.
fn host(url: &str) -> Option<&str> {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let rest = ["https://", "http://"]
        .iter()
        .find(|scheme| lower.starts_with(**scheme))
        .and_then(|scheme| url.get(scheme.len()..))?;
    rest.split(['/', '?', '#', '\\']).next()
}

/// Enters what a webhook watches, by which it is found.
fn watch(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<(), Error> {
    store::webhook::unwatch(tx, webhook.id)?;
    for watched in &webhook.call.watched {
        store::webhook::watch(tx, webhook.id, &watched.key())?;
    }
    Ok(())
}

/// Reads a webhook of the visitor's own.
pub fn webhook_read(read: &Read<'_>, visitor: &Visitor, id: &str) -> Result<Webhook, Error> {
    let person = visitor.signed_in()?;
    let found = match id.parse() {
        Ok(id) => store::webhook::find(read, id)?,
        Err(_) => None,
    };
    Ok(found.filter(|found| found.person == person).ok_or(Refused::WebhookUnknown)?)
}

/// Lists the visitor's own webhooks, oldest first.
pub fn webhooks(read: &Read<'_>, visitor: &Visitor) -> Result<Vec<Webhook>, Error> {
    Ok(store::webhook::of_person(read, visitor.signed_in()?)?)
}

/// Changes a webhook of the visitor's own.
pub fn webhook_update(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    id: &str,
    change: &WebhookChange,
) -> Result<Webhook, Error> {
    visitor.may_change()?;
    let mut webhook = webhook_read(tx, visitor, id)?;
    let former = webhook.call;
    webhook.call = NewWebhook {
        url: change.url.clone().unwrap_or(former.url),
        watched: change.watched.clone().unwrap_or(former.watched),
        domains: change.domains.clone().unwrap_or(former.domains),
        secret: change.secret.clone().unwrap_or(former.secret),
    };
    let mut problems = FieldProblems::default();
    webhook_check(&mut problems, &webhook.call);
    problems.finish().map_err(Refused::Invalid)?;
    store::webhook::update(tx, &webhook)?;
    watch(tx, &webhook)?;
    let detail = host(&webhook.call.url);
    audit(tx, Actor::Person(webhook.person), "webhook.changed", &webhook.id.0, &detail)?;
    Ok(webhook)
}

/// Lets a webhook of the visitor's own rest, or wakes it.
pub fn webhook_disable(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    (id, is_disabled): (&str, bool),
) -> Result<Webhook, Error> {
    visitor.may_change()?;
    let webhook = Webhook { is_disabled, ..webhook_read(tx, visitor, id)? };
    store::webhook::update(tx, &webhook)?;
    let action = if is_disabled { "webhook.disabled" } else { "webhook.enabled" };
    audit(tx, Actor::Person(webhook.person), action, &webhook.id.0, &())?;
    Ok(webhook)
}

/// Deletes a webhook of the visitor's own; calls that wait are not made any more.
pub fn webhook_delete(tx: &mut Tx<'_>, visitor: &Visitor, id: &str) -> Result<(), Error> {
    visitor.may_change()?;
    let webhook = webhook_read(tx, visitor, id)?;
    store::webhook::unwatch(tx, webhook.id)?;
    store::webhook::delete(tx, webhook.id)?;
    audit(tx, Actor::Person(webhook.person), "webhook.deleted", &webhook.id.0, &())?;
    Ok(())
}

/// Finds a webhook for the worker that calls it; `None` where it is gone or rests.
pub fn webhook_awake(read: &Read<'_>, id: WebhookId) -> Result<Option<Webhook>, Error> {
    Ok(store::webhook::find(read, id)?.filter(|webhook| !webhook.is_disabled))
}

/// Asks for a call of every webhook that watches a repository or its owner, as an effect of kind
/// [`WEBHOOK_EFFECT`] in the same commit. Returns how many.
///
/// Whoever may not see the repository on this day is not called.
pub fn webhook_due(
    tx: &mut Tx<'_>,
    repo: &Repo,
    domain: Domain,
    event: &Value,
) -> Result<usize, Error> {
    let holder = match namespace_read(tx, repo.namespace)?.holder {
        Holder::Person(_) => WatchedKind::User,
        Holder::Organisation(_) => WatchedKind::Org,
    };
    let kind = match repo.kind {
        RepoKind::Model => WatchedKind::Model,
        RepoKind::Dataset => WatchedKind::Dataset,
        RepoKind::Space => WatchedKind::Space,
    };
    let found = store::webhook::watching(tx, &key(holder, &repo.owner), &key(kind, &repo.path()))?;
    let mut due = 0;
    for webhook in found.iter().filter(|webhook| webhook.call.domains.contains(&domain)) {
        let today = tx.now().date();
        if repo.is_private && visitor_of(tx, webhook.person, today, false)?.sees(repo).is_err() {
            continue;
        }
        let call: base::Id = tx.id();
        let payload = serde_json::json!({"webhook": webhook.id, "event": event}).to_string();
        db::effect_put(tx, WEBHOOK_EFFECT, &format!("webhook:{}:{call}", webhook.id), &payload)?;
        due += 1;
    }
    Ok(due)
}
