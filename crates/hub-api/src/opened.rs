//! Uploads in parts that are not joined yet: their parts take space and are in no sum of a quota.
//!
//! This process remembers them. After a restart an upload is entered again with its next part; what
//! is abandoned meanwhile goes with the collection of garbage.

use crate::cx::Cx;
use crate::{Fault, Hub};
use base::Time;
use hub::{Namespace, NamespaceId, Refused};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an upload counts after its last part where garbage is collected by hand, as by default.
const GRACE_DAYS: u16 = 7;

/// An upload that is under way.
#[derive(Debug)]
struct Open {
    size_bytes: i64,
    until: Time,
}

/// All that are under way, by namespace and name.
#[derive(Debug, Default)]
pub(crate) struct Opened(Mutex<BTreeMap<String, BTreeMap<String, Open>>>);

impl Opened {
    fn held(&self) -> MutexGuard<'_, BTreeMap<String, BTreeMap<String, Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters an upload with the size that it announced, or lets it count for longer.
    fn enter(
        &self,
        (namespace, quota_bytes): (Namespace, i64),
        (name, new): (&str, Open),
        now: Time,
    ) -> Result<(), Refused> {
        let mut all = self.held();
        let open = all.entry(namespace.id.to_string()).or_default();
        open.retain(|_, open| open.until > now);
        let others = open.iter().filter(|(known, _)| *known != name).map(|(_, open)| open);
        let used_bytes = others.fold(0_i64, |sum, open| sum.saturating_add(open.size_bytes));
        let asked_bytes = new.size_bytes;
        if asked_bytes > quota_bytes.saturating_sub(used_bytes) {
            let namespace = format!("{} (for uploads that are not ended)", namespace.name);
            return Err(Refused::QuotaExceeded { namespace, quota_bytes, used_bytes, asked_bytes });
        }
        open.insert(name.to_owned(), new);
        Ok(())
    }

    /// Forgets an upload whose parts are gone.
    pub(crate) fn end(&self, store: NamespaceId, name: &str) {
        let mut all = self.held();
        let store = store.to_string();
        if let Some(open) = all.get_mut(&store) {
            open.remove(name);
            if open.is_empty() {
                all.remove(&store);
            }
        }
    }
}

/// Counts an upload from its first part on. All that are under way in a namespace may take its
/// limit once more.
pub(crate) async fn begin(
    cx: &Cx,
    store: NamespaceId,
    (name, size): (&str, u64),
) -> Result<(), Fault> {
    let namespace = cx.read(move |read| hub::namespace_read(read, store)).await?;
    let quota_bytes = namespace.quota_bytes.unwrap_or(cx.hub.options.quota_bytes);
    let size_bytes = i64::try_from(size).unwrap_or(i64::MAX);
    let open = Open { size_bytes, until: cx.now.plus_seconds(lasting_seconds(&cx.hub)) };
    Ok(cx.hub.opened.enter((namespace, quota_bytes), (name, open), cx.now)?)
}

/// Abandoned parts are there for the grace period, and until the next daily collection.
fn lasting_seconds(hub: &Hub) -> i64 {
    (i64::from(hub.options.grace_days.unwrap_or(GRACE_DAYS)) + 1) * 86_400
}
