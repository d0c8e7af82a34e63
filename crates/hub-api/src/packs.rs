//! The upkeep of Git folders, beside the requests: one repository at a time.

use crate::Hub;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a round is under way.
#[derive(Debug, Default)]
pub(crate) struct Packs {
    is_running: Arc<AtomicBool>,
}

impl Packs {
    /// Looks after the repositories that have changed, unless that is under way. Returns at once.
    pub(crate) fn begin(&self, hub: &Arc<Hub>) {
        if self.is_running.swap(true, Ordering::SeqCst) {
            return;
        }
        let (hub, is_running) = (hub.clone(), self.is_running.clone());
        tokio::task::spawn_blocking(move || {
            let _running = Running(is_running);
            loop {
                match hub.depot.upkeep(&hub.app) {
                    Ok(Some(_)) => {}
                    Ok(None) => return,
                    Err(error) => tracing::warn!(%error, "a repository could not be looked after"),
                }
            }
        });
    }
}

/// Notes the end of a round, however it ends.
struct Running(Arc<AtomicBool>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}
