//! Calls webhooks: takes what the outbox holds for them and posts it.
//!
//! A call that fails for now waits in a queue of its own for the next try: each queue has one
//! delay, so that its oldest row is the first that is due, and receivers that do not answer keep
//! nobody else waiting. A call is made at least once; after a crash it may be made twice.
//!
//! Must never: follow a redirect, use a proxy, or connect to an address that was not looked at
//! ([`is_public`]).

use crate::inward::is_public;
use crate::{Fault, Hub};
use db::{Effect, EffectState};
use hub::{WEBHOOK_EFFECT, Webhook, WebhookId};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::{Host, Url};

/// Seconds before each further try. ASSUMPTION: a receiver is restarted within minutes or not
/// before somebody looks; after the last try a call is given up.
const DELAYS_SECONDS: [i64; 4] = [10, 60, 600, 3_600];
/// Calls taken from one queue in one round.
const CALLS: u32 = 200;
/// Receivers called at once.
const RECEIVERS_AT_ONCE: usize = 16;
/// How long a receiver may take to answer; it should note the call and work later.
const ANSWER_SECONDS: u64 = 10;
/// How long the calls of one webhook may take in one round; the rest waits as if it had failed.
const TURN_SECONDS: u64 = 20;

/// Whether a round is under way: one at a time, so that no call is made by two.
#[derive(Debug, Default)]
pub(crate) struct Caller(AtomicBool);

/// Begins a round unless one is under way. Returns at once.
pub(crate) fn begin(hub: &Arc<Hub>) {
    if hub.caller.0.swap(true, Ordering::AcqRel) {
        return;
    }
    let hub = hub.clone();
    tokio::spawn(async move {
        let _turn = Turn(&hub.caller);
        if let Err(fault) = round(&hub).await {
            tracing::warn!(?fault, "webhooks could not be called");
        }
    });
}

/// Ends the round also when it ends by a bug.
struct Turn<'a>(&'a Caller);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Release);
    }
}

/// A call as the outbox holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Call {
    webhook: WebhookId,
    event: Value,
    /// Milliseconds since 1970 before which it is not tried again.
    #[serde(default)]
    after: i64,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tried {
    Done,
    /// For good.
    Refused(String),
    /// For now.
    Failed(String),
}

fn queue(tries: usize) -> String {
    if tries == 0 { WEBHOOK_EFFECT.to_owned() } else { format!("{WEBHOOK_EFFECT}-{tries}") }
}

/// Makes every call that is due, once. Returns how many were tried.
pub(crate) async fn round(hub: &Arc<Hub>) -> Result<usize, Fault> {
    let mut tried = 0;
    for tries in 0..=DELAYS_SECONDS.len() {
        tried += queue_work(hub, tries).await?;
    }
    Ok(tried)
}

async fn queue_work(hub: &Arc<Hub>, tries: usize) -> Result<usize, Fault> {
    let kind = queue(tries);
    let effects = hub.app.read(move |read| db::effects_open(read, &kind, CALLS)).await?;
    let now = hub.app.now().millis();
    let mut by_webhook: BTreeMap<WebhookId, Vec<(Effect, Call)>> = BTreeMap::new();
    for effect in effects {
        match serde_json::from_str::<Call>(&effect.payload) {
            Ok(call) if call.after > now => {}
            Ok(call) => by_webhook.entry(call.webhook).or_default().push((effect, call)),
            Err(error) => {
                tracing::error!(%error, key = effect.key, "a call in the outbox cannot be read");
                close(hub, &effect, EffectState::Refused).await?;
            }
        }
    }
    let turns = Arc::new(Semaphore::new(RECEIVERS_AT_ONCE));
    let mut receivers = JoinSet::new();
    for (id, calls) in by_webhook {
        let (hub, turns) = (hub.clone(), turns.clone());
        receivers.spawn(async move {
            let _turn = turns.acquire().await.map_err(Fault::failed)?;
            webhook_work(&hub, id, (calls, tries)).await
        });
    }
    let mut tried = 0;
    while let Some(done) = receivers.join_next().await {
        tried += done.map_err(Fault::failed)??;
    }
    Ok(tried)
}

/// Makes the calls of one webhook in their order; after one that fails the others wait too.
async fn webhook_work(
    hub: &Arc<Hub>,
    id: WebhookId,
    (calls, tries): (Vec<(Effect, Call)>, usize),
) -> Result<usize, Fault> {
    let webhook = hub.app.read(move |read| hub::webhook_awake(read, id)).await?;
    let end = tokio::time::Instant::now() + Duration::from_secs(TURN_SECONDS);
    let mut failed: Option<String> = None;
    let count = calls.len();
    for (effect, call) in calls {
        let told = match (&webhook, &failed) {
            (None, _) => Tried::Refused("the webhook is gone or rests".to_owned()),
            (Some(_), Some(reason)) => Tried::Failed(reason.clone()),
            (Some(_), None) if tokio::time::Instant::now() > end => {
                Tried::Failed("the receiver is slow".to_owned())
            }
            (Some(webhook), None) => call_make(hub, webhook, &call.event).await,
        };
        if let Tried::Failed(reason) = &told {
            failed = Some(reason.clone());
        }
        settle(hub, &effect, (call, tries), told).await?;
    }
    Ok(count)
}

/// Writes down how a try ended.
async fn settle(
    hub: &Arc<Hub>,
    effect: &Effect,
    (call, tries): (Call, usize),
    told: Tried,
) -> Result<(), Fault> {
    let id = call.webhook;
    match told {
        Tried::Done => close(hub, effect, EffectState::Done).await,
        Tried::Refused(reason) => {
            tracing::warn!(reason, %id, "a webhook is not called");
            close(hub, effect, EffectState::Refused).await
        }
        Tried::Failed(reason) => {
            tracing::debug!(reason, %id, tries, "a webhook could not be called");
            wait(hub, effect, (call, tries)).await
        }
    }
}

async fn close(hub: &Arc<Hub>, effect: &Effect, state: EffectState) -> Result<(), Fault> {
    let id = effect.id;
    hub.app.write(move |tx| db::effect_close(tx, &id, state)).await?;
    Ok(())
}

/// Moves a call to the queue of its next try, or gives it up.
async fn wait(hub: &Arc<Hub>, effect: &Effect, (call, tries): (Call, usize)) -> Result<(), Fault> {
    let Some(delay) = DELAYS_SECONDS.get(tries) else {
        tracing::warn!(id = %call.webhook, "a call of a webhook is given up");
        return close(hub, effect, EffectState::Refused).await;
    };
    let after = hub.app.now().millis().saturating_add(delay.saturating_mul(1_000));
    let next = base::canonical_json(&Call { after, ..call });
    let (id, key, kind) = (effect.id, effect.key.clone(), queue(tries + 1));
    hub.app
        .write(move |tx| {
            // Whoever closed it meanwhile has seen to what follows.
            if db::effect_close(tx, &id, EffectState::Refused)? {
                db::effect_put(tx, &kind, &format!("{key}:{}", tries + 1), &next)?;
            }
            Ok::<_, db::Error>(())
        })
        .await?;
    Ok(())
}

/// Resolves every name to the addresses that were looked at, so that a name cannot lead elsewhere
/// between the look and the call.
struct Pinned(Vec<SocketAddr>);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// Finds the addresses of a receiver that may be called.
async fn addresses(url: &Url, calls_inward: bool) -> Result<Vec<SocketAddr>, Tried> {
    let port = url.port_or_known_default();
    let (Some(host), Some(port)) = (url.host(), port) else {
        return Err(Tried::Refused("the address has no host".to_owned()));
    };
    let found: Vec<SocketAddr> = match host {
        Host::Ipv4(address) => vec![(address, port).into()],
        Host::Ipv6(address) => vec![(address, port).into()],
        Host::Domain(name) => {
            let wait = Duration::from_secs(ANSWER_SECONDS);
            let found = tokio::time::timeout(wait, tokio::net::lookup_host((name, port))).await;
            match found {
                Ok(Ok(found)) => found.collect(),
                Ok(Err(error)) => return Err(Tried::Failed(error.to_string())),
                Err(_) => return Err(Tried::Failed("the name is not resolved in time".to_owned())),
            }
        }
    };
    // One address inside is enough: a name that leads both ways is no honest receiver.
    if found.is_empty() || (!calls_inward && !found.iter().all(|at| is_public(at.ip()))) {
        return Err(Tried::Refused("the address lies inside the zone's own network".to_owned()));
    }
    Ok(found)
}

async fn call_make(hub: &Arc<Hub>, webhook: &Webhook, event: &Value) -> Tried {
    let url = match Url::parse(&webhook.call.url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        _ => return Tried::Refused("the address cannot be read".to_owned()),
    };
    let addresses = match addresses(&url, hub.options.calls_inward).await {
        Ok(addresses) => addresses,
        Err(told) => return told,
    };
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(ANSWER_SECONDS))
        .dns_resolver(Arc::new(Pinned(addresses)))
        .user_agent("hutong-webhook")
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return Tried::Failed(error.to_string()),
    };
    let body = dressed(hub, webhook, event).to_string();
    let mut request = client.post(url).header(CONTENT_TYPE, "application/json").body(body);
    if !webhook.call.secret.is_empty() {
        request = request.header("X-Webhook-Secret", &webhook.call.secret);
    }
    match request.send().await {
        Ok(answer) => judged(answer.status().as_u16()),
        // The error's text has the address, which may hold secrets.
        Err(error) => Tried::Failed(error.without_url().to_string()),
    }
}

/// What an answer means: too early, too many and the server's own faults pass.
fn judged(status: u16) -> Tried {
    match status {
        200..=299 => Tried::Done,
        408 | 425 | 429 | 500..=599 => Tried::Failed(format!("the receiver answered {status}")),
        other => Tried::Refused(format!("the receiver answered {other}")),
    }
}

/// Adds what only the edge knows: addresses, and which webhook this is.
fn dressed(hub: &Hub, webhook: &Webhook, event: &Value) -> Value {
    let mut event = event.clone();
    let name = event["repo"]["name"].as_str().unwrap_or_default().to_owned();
    let kind = event["repo"]["type"].as_str().and_then(hub::RepoKind::of);
    if let Some(kind) = kind {
        let url = |prefix: &str| format!("{}/{prefix}{name}", hub.public_url);
        let (web, api) = (url(kind.prefix()), url(&format!("api/{}/", kind.plural())));
        if let Some(number) = event["discussion"]["num"].as_i64() {
            event["discussion"]["url"] = json!({
                "web": format!("{web}/discussions/{number}"),
                "api": format!("{api}/discussions/{number}"),
            });
        }
        event["repo"]["url"] = json!({"web": web, "api": api});
    }
    event["webhook"] = json!({"id": webhook.id, "version": 3});
    event
}

#[cfg(test)]
mod tests {
    use super::{Tried, addresses, judged};
    use url::Url;

    #[tokio::test]
    async fn an_address_inside_is_refused_however_it_is_written() {
        for inside in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]:80/",
            "http://169.254.169.254/latest",
            "http://localhost:9/",
            "http://localhost.:9/",
        ] {
            let url = Url::parse(inside).unwrap();
            let told = addresses(&url, false).await.expect_err(inside);
            // A name that this machine does not know leads nowhere either.
            let is_refused = matches!(told, Tried::Refused(_) | Tried::Failed(_));
            assert!(is_refused, "{inside}: {told:?}");
        }
        let url = Url::parse("http://127.0.0.1:81/").unwrap();
        assert_eq!(addresses(&url, true).await, Ok(vec!["127.0.0.1:81".parse().unwrap()]));
        let url = Url::parse("https://1.1.1.1/").unwrap();
        assert_eq!(addresses(&url, false).await, Ok(vec!["1.1.1.1:443".parse().unwrap()]));
    }

    #[test]
    fn a_redirect_is_no_success_and_a_busy_receiver_is_asked_again() {
        assert_eq!(judged(204), Tried::Done);
        assert!(matches!(judged(302), Tried::Refused(_)));
        assert!(matches!(judged(404), Tried::Refused(_)));
        for passing in [408, 429, 500, 503] {
            assert!(matches!(judged(passing), Tried::Failed(_)), "{passing}");
        }
    }
}
