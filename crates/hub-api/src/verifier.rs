//! Claims about large files, checked: a chunked file is rebuilt once and hashed before it is served
//! under the SHA-256 that its uploader claimed.

use crate::{Fault, Hub, chunks};
use futures_util::StreamExt;
use hub::{NamespaceId, Object, ObjectState};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// Files that are hashed at once: each takes a core.
const AT_ONCE: usize = 2;
/// How long a request waits for a check before its client is asked to come again.
const PATIENCE: Duration = Duration::from_secs(45);

type Claim = (NamespaceId, String, String);
type Outcome = Option<Result<ObjectState, String>>;

/// Checks under way, so that a file is hashed once however many ask for it.
#[derive(Debug)]
pub(crate) struct Verifier {
    running: Mutex<HashMap<Claim, watch::Receiver<Outcome>>>,
    turns: Semaphore,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { running: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl Verifier {
    /// Begins the check of a claim, unless it is under way.
    pub(crate) fn begin(&self, hub: &Arc<Hub>, claim: Claim) -> watch::Receiver<Outcome> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = running.get(&claim) {
            return known.clone();
        }
        let (tell, told) = watch::channel(None);
        running.insert(claim.clone(), told.clone());
        let hub = hub.clone();
        tokio::spawn(async move {
            let outcome = check(&hub, &claim).await.map_err(|fault| format!("{fault:?}"));
            if let Err(cause) = &outcome {
                tracing::error!(cause, sha256 = claim.2, "a large file could not be checked");
            }
            let mut running = hub.verifier.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.remove(&claim);
            tell.send_replace(Some(outcome));
        });
        told
    }

    /// Waits until a claim is checked.
    ///
    /// # Errors
    /// [`Fault::Busy`] when it takes long.
    pub(crate) async fn settle(
        &self,
        hub: &Arc<Hub>,
        object: &Object,
    ) -> Result<ObjectState, Fault> {
        let Some(chunked) = object.chunked.clone() else { return Ok(object.state) };
        let mut told = self.begin(hub, (object.store, chunked, object.sha256.clone()));
        let wait = told.wait_for(Option::is_some);
        let outcome = match tokio::time::timeout(PATIENCE, wait).await {
            Ok(Ok(outcome)) => outcome.clone(),
            Ok(Err(_)) => None,
            Err(_) => return Err(Fault::Busy("the file is being checked: try again")),
        };
        match outcome {
            Some(Ok(state)) => Ok(state),
            Some(Err(cause)) => Err(Fault::Failed(cause)),
            None => Err(Fault::Failed("a check ended without an outcome".to_owned())),
        }
    }
}

async fn check(hub: &Arc<Hub>, (store, chunked, sha256): &Claim) -> Result<ObjectState, Fault> {
    let _turn = hub.verifier.turns.acquire().await.map_err(Fault::failed)?;
    let body = chunks::body(hub, (*store, chunked), None).await?;
    let mut bytes = body.into_data_stream();
    let mut hasher = Sha256::new();
    while let Some(part) = bytes.next().await {
        let part = part.map_err(|error| Fault::Failed(error.to_string()))?;
        // A few MiB: long enough to be moved off the threads that serve requests.
        let hash = move || {
            hasher.update(&part);
            hasher
        };
        hasher = tokio::task::spawn_blocking(hash).await.map_err(Fault::failed)?;
    }
    let found = hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let state = if found == *sha256 { ObjectState::Held } else { ObjectState::False };
    let (store, chunked, sha256) = (*store, chunked.clone(), sha256.clone());
    hub.app.write(move |tx| hub::object_settle(tx, store, (&chunked, &sha256), state)).await?;
    Ok(state)
}
