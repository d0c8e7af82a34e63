//! The collection of garbage, once a day.

use crate::Hub;
use app::depot::{Collected, GcOptions, GcStep, UpkeepError, gc, last_ended, lease_read};
use base::Time;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// From the end of one collection to the begin of the next.
const PAUSE_SECONDS: i64 = 86_400;
/// How often a process asks whether a collection is due: whether another ran one costs a read.
const ASK_SECONDS: i64 = 300;

/// When this process next asks, and whether it collects.
#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    ask_at: AtomicI64,
    is_running: AtomicBool,
}

/// Begins a collection if it is due and nobody runs one.
pub(crate) async fn tend(hub: &Arc<Hub>) {
    let Some(days) = hub.options.grace_days else { return };
    let now = hub.app.now();
    if now.millis() < hub.upkeep.ask_at.load(Ordering::Relaxed) {
        return;
    }
    hub.upkeep.ask_at.store(now.plus_seconds(ASK_SECONDS).millis(), Ordering::Relaxed);
    match hub.app.read(move |read| is_due(read, now)).await {
        Ok(true) => begin(hub, i64::from(days) * 86_400),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "the last collection of garbage is not known"),
    }
}

fn is_due(read: &db::Read<'_>, now: Time) -> Result<bool, db::Error> {
    let is_rested = last_ended(read)?.is_none_or(|at| at.plus_seconds(PAUSE_SECONDS) <= now);
    Ok(is_rested && lease_read(read, now)?.is_none())
}

fn begin(hub: &Arc<Hub>, grace_seconds: i64) {
    if hub.upkeep.is_running.swap(true, Ordering::AcqRel) {
        return;
    }
    let hub = hub.clone();
    tokio::spawn(async move {
        let options = GcOptions { grace_seconds, is_dry: false };
        let mut watch = |_: GcStep| true;
        tell(gc(&hub.app, &hub.depot, &options, &mut watch).await);
        hub.upkeep.is_running.store(false, Ordering::Release);
    });
}

fn tell(outcome: Result<Collected, UpkeepError>) {
    match outcome {
        Ok(collected) => {
            let (gone, waiting) = (collected.gone_bytes(), collected.waiting_bytes());
            tracing::info!(gone, waiting, "garbage was collected");
            skipped_tell(&collected.skipped);
        }
        // Another process was faster.
        Err(UpkeepError::Busy { .. }) => {}
        Err(error) => {
            let text = chain(&error);
            tracing::error!(error = text, "garbage could not be collected");
        }
    }
}

fn skipped_tell(skipped: &[String]) {
    for what in skipped {
        tracing::warn!(what, "left alone by the collection: run the checker");
    }
}

/// Names an error with all its causes.
fn chain(error: &UpkeepError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
