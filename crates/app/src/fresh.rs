//! What is worked out from the whole database, kept until something has changed.

use crate::App;
use base::Time;
use db::Read;
use identity::AuditMark;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a figure is shown before it is looked at again, in milliseconds: a reader does not
/// notice, and a busy zone computes it at most so often.
const KEPT_MILLIS: i64 = 2_000;
/// Most figures kept of one sort: readers choose the year.
const KEPT_MAX: usize = 32;

/// The figures shown last, each with how far the audit trail had come.
pub(crate) struct Fresh<K, V> {
    seen: Mutex<HashMap<K, Seen<V>>>,
    /// Held by whoever computes: the others wait and take what was computed.
    computing: tokio::sync::Mutex<()>,
}

struct Seen<V> {
    mark: AuditMark,
    at: Time,
    figure: Arc<V>,
}

impl<K, V> Default for Fresh<K, V> {
    fn default() -> Self {
        Self { seen: Mutex::default(), computing: tokio::sync::Mutex::default() }
    }
}

impl<K: Copy + Eq + Hash, V: Send + Sync + 'static> Fresh<K, V> {
    /// Returns the figure of a key; it is made again when something has changed since. `make` is
    /// told the present instant.
    pub(crate) async fn get<F>(
        &self,
        app: &Arc<App>,
        key: K,
        make: F,
    ) -> Result<Arc<V>, grants::Error>
    where
        F: FnOnce(&App, &Read<'_>, Time) -> Result<V, grants::Error> + Send + 'static,
    {
        let now = app.now();
        let is_new = |at: Time| now >= at && now.millis() - at.millis() < KEPT_MILLIS;
        if let Some(figure) = self.known(key, |seen| is_new(seen.at)) {
            return Ok(figure);
        }
        let _computing = self.computing.lock().await;
        let mark = app.read(|read| identity::audit_mark(read).map_err(grants::Error::from)).await?;
        if let Some(figure) = self.known(key, |seen| seen.mark == mark) {
            return Ok(figure);
        }
        let own = app.clone();
        let figure = Arc::new(app.read(move |read| make(&own, read, now)).await?);
        let mut kept = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, Seen { mark, at: now, figure: figure.clone() });
        Ok(figure)
    }

    fn known(&self, key: K, is_good: impl Fn(&Seen<V>) -> bool) -> Option<Arc<V>> {
        let kept = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&key).filter(|seen| is_good(seen)).map(|seen| seen.figure.clone())
    }
}
