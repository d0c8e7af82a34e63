//! Downloads, gathered in memory and written together.

use crate::{Fault, Hub};
use hub::RepoId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Downloads since the last writing. A killed process loses some seconds of them: they are a
/// figure for orientation, not a record.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<HashMap<RepoId, i64>>);

impl Counted {
    /// Counts one download.
    pub(crate) fn add(&self, repo: RepoId) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.entry(repo).or_default() += 1;
    }

    /// Writes what was gathered.
    pub(crate) async fn write(&self, hub: &Hub) -> Result<usize, Fault> {
        let taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let counted: Vec<(RepoId, i64)> = taken.into_iter().collect();
        let count = counted.len();
        if count > 0 {
            hub.app.write(move |tx| hub::downloads_add(tx, &counted)).await?;
        }
        Ok(count)
    }
}
