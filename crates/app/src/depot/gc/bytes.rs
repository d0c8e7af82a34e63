//! Bytes in the store that no row names.

use super::{KEYS_AT_ONCE, ROWS_AT_ONCE, Run, UpkeepError};
use blob::Entry;
use futures_util::TryStreamExt;
use hub::NamespaceId;
use std::collections::HashSet;

/// What a key of the store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::depot) enum Held {
    /// A file stored whole, by its SHA-256.
    Whole(String),
    /// A container of a namespace, by its hash.
    Xorb(NamespaceId, String),
}

/// Reads a key; `None` for those that the hub did not give.
pub(in crate::depot) fn key_read(key: &str) -> Option<Held> {
    let parts: Vec<&str> = key.split('/').collect();
    match parts.as_slice() {
        ["whole", _, _, sha256] => Some(Held::Whole((*sha256).to_owned())),
        ["xorb", store, _, _, hash] => {
            let store = NamespaceId(store.parse().ok()?);
            Some(Held::Xorb(store, (*hash).to_owned()))
        }
        _ => None,
    }
}

impl Run<'_> {
    pub(super) async fn bytes(&mut self) -> Result<(), UpkeepError> {
        let depot = self.depot.clone();
        let mut listed = depot.blobs().list(None);
        let mut some: Vec<(Entry, Held)> = Vec::new();
        while let Some(entry) = listed.try_next().await? {
            let Some(held) = key_read(entry.key.as_str()) else { continue };
            some.push((entry, held));
            if some.len() >= KEYS_AT_ONCE {
                self.listed(std::mem::take(&mut some)).await?;
            }
        }
        self.listed(some).await
    }

    async fn listed(&mut self, some: Vec<(Entry, Held)>) -> Result<(), UpkeepError> {
        self.step("comparing stored files")?;
        let asked: Vec<Held> = some.iter().map(|(_, held)| held.clone()).collect();
        let named = self.app.read(move |read| named(read, &asked)).await?;
        let (mut keys, mut unnamed) = (Vec::new(), Vec::new());
        for ((entry, held), is_named) in some.into_iter().zip(named) {
            if !is_named {
                keys.push(entry.key.to_string());
                unnamed.push((entry, held));
            } else if matches!(held, Held::Whole(_)) {
                // Containers were counted by their rows.
                self.found.wholes.kept += 1;
            }
        }
        let due: HashSet<String> = self.note(keys).await?.into_iter().collect();
        for (entry, held) in unnamed {
            let is_due = due.contains(entry.key.as_str()) && entry.modified_at <= self.cutoff;
            let is_gone = match (is_due, self.lease.is_some()) {
                (false, _) => false,
                (true, false) => true,
                (true, true) => self.unnamed_delete(&entry, &held).await?,
            };
            let found = match held {
                Held::Whole(_) => &mut self.found.wholes,
                Held::Xorb(..) => &mut self.found.xorbs,
            };
            found.unneeded(is_gone, entry.size_bytes);
        }
        Ok(())
    }

    async fn unnamed_delete(&mut self, entry: &Entry, held: &Held) -> Result<bool, UpkeepError> {
        let (key, held) = (entry.key.to_string(), held.clone());
        let named = key.clone();
        let go = move |tx: &mut db::Tx<'_>| {
            Ok(match &held {
                Held::Whole(sha256) => hub::whole_go(tx, &named, sha256)?,
                Held::Xorb(store, hash) => hub::xorb_bytes_go(tx, *store, (hash, &named))?,
            })
        };
        let is_going = self.write(go).await?;
        if is_going {
            self.step("deleting stored files")?;
            self.bytes_delete(&key).await?;
        }
        Ok(is_going)
    }

    /// Deletes bytes that are marked as going, and forgets the mark.
    pub(super) async fn bytes_delete(&mut self, key: &str) -> Result<(), UpkeepError> {
        let lease = self.lease.clone().ok_or(UpkeepError::LeaseLost)?;
        // Asked just before, because a process that was stopped for minutes has lost its turn, and
        // the bytes may be somebody's by now.
        self.app.write(move |tx| lease.hold(tx)).await?;
        if let Ok(known) = key.parse() {
            self.depot.blobs().delete(&known).await?;
        }
        self.step("forgetting marks")?;
        let key = key.to_owned();
        self.write(move |tx| Ok(hub::leftover_end(tx, &key)?)).await
    }

    /// Ends the deletions that a killed collection has begun.
    pub(super) async fn going_finish(&mut self) -> Result<(), UpkeepError> {
        loop {
            let page = |read: &db::Read<'_>| hub::leftovers_going(read, "", ROWS_AT_ONCE);
            let going = self.app.read(page).await?;
            if going.is_empty() {
                return Ok(());
            }
            for found in going {
                self.step("ending what was begun")?;
                self.bytes_delete(&found.key).await?;
            }
        }
    }
}

/// Tells of each whether a row names it.
fn named(read: &db::Read<'_>, asked: &[Held]) -> Result<Vec<bool>, hub::Error> {
    let hashes = asked.iter().filter_map(|held| match held {
        Held::Whole(sha256) => Some(sha256.clone()),
        Held::Xorb(..) => None,
    });
    let wholes = hub::wholes_named(read, &hashes.collect::<Vec<_>>())?;
    let wholes: HashSet<String> = wholes.into_iter().collect();
    let is_named = |held: &Held| match held {
        Held::Whole(sha256) => Ok(wholes.contains(sha256)),
        Held::Xorb(store, hash) => hub::xorb_is_known(read, *store, hash),
    };
    asked.iter().map(is_named).collect()
}

#[cfg(test)]
mod tests {
    use super::{Held, key_read};
    use crate::depot::Depot;
    use base::{Id, Time};
    use hub::NamespaceId;

    #[test]
    fn keys_of_the_hub_are_read_and_others_left_alone() {
        let hash = "0123456789abcdef".repeat(4);
        let store = NamespaceId(Id::new(Time::from_millis(1), 2, 3));
        let whole = Depot::whole_key(&hash).unwrap();
        assert_eq!(key_read(whole.as_str()), Some(Held::Whole(hash.clone())));
        let xorb = Depot::xorb_key(store, &hash).unwrap();
        assert_eq!(key_read(xorb.as_str()), Some(Held::Xorb(store, hash)));
        for other in ["whole/ab", "viewer/ab/cd/abcd", "xorb/no/ab/cd/abcd", "whole"] {
            assert_eq!(key_read(other), None, "{other}");
        }
    }
}
