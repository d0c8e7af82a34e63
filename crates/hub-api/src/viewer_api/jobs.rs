//! Work that takes long: done once however many ask for it, and kept.

use super::kept::Outcome;
use super::wrong::{Told, Wrong};
use crate::{Fault, Hub};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// Pieces of work done at once: each takes a core.
const AT_ONCE: usize = 2;
/// Pieces of work that wait or run; who asks for one more is told to come again.
const QUEUE_MAX: usize = 64;
/// How long a question waits for work. Below the minute after which proxies give up.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

type Shared = Result<Arc<Vec<u8>>, Told>;
type Outlook = watch::Receiver<Option<Shared>>;

/// Work under way, by name.
pub(super) struct Jobs {
    running: Mutex<HashMap<String, Outlook>>,
    turns: Semaphore,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { running: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

/// Returns what was kept under a name, or does the work and keeps its outcome.
///
/// # Errors
/// What the work says; not ready, when it takes longer than a question waits. It goes on then.
pub(super) async fn outcome<F>(hub: &Arc<Hub>, name: &str, work: F) -> Result<Arc<Vec<u8>>, Wrong>
where
    F: FnOnce() -> Outcome + Send + 'static,
{
    let (own, wanted) = (hub.clone(), name.to_owned());
    let find = move || own.viewer.kept.find(&wanted);
    match tokio::task::spawn_blocking(find).await.map_err(Fault::failed)? {
        Some(Ok(bytes)) => return Ok(Arc::new(bytes)),
        Some(Err(told)) => return Err(told.into()),
        None => {}
    }
    let mut told = begin(hub, name, work)?;
    let wait = told.wait_for(Option::is_some);
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(Ok(outcome)) => {
            let outcome = outcome.clone().ok_or_else(Told::not_ready)?;
            outcome.map_err(Wrong::from)
        }
        Ok(Err(_)) => Err(Told::failed("work ended without an outcome").into()),
        Err(_) => Err(Told::not_ready().into()),
    }
}

fn begin<F>(hub: &Arc<Hub>, name: &str, work: F) -> Result<Outlook, Told>
where
    F: FnOnce() -> Outcome + Send + 'static,
{
    let mut running = hub.viewer.jobs.running.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = running.get(name) {
        return Ok(known.clone());
    }
    if running.len() >= QUEUE_MAX {
        return Err(Told::not_ready());
    }
    let (tell, told) = watch::channel(None);
    running.insert(name.to_owned(), told.clone());
    let (hub, name) = (hub.clone(), name.to_owned());
    tokio::spawn(async move {
        let outcome = run(&hub, &name, work).await;
        let mut running = hub.viewer.jobs.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&name);
        tell.send_replace(Some(outcome));
    });
    Ok(told)
}

async fn run<F>(hub: &Arc<Hub>, name: &str, work: F) -> Shared
where
    F: FnOnce() -> Outcome + Send + 'static,
{
    let _turn = hub.viewer.jobs.turns.acquire().await.map_err(Told::failed)?;
    let (own, name) = (hub.clone(), name.to_owned());
    let done = move || {
        let outcome = work();
        own.viewer.kept.put(&name, &outcome, own.app.random());
        outcome.map(Arc::new)
    };
    // A reader that panics on somebody's file ends here, as an answer.
    tokio::task::spawn_blocking(done).await.map_err(Told::failed)?
}
