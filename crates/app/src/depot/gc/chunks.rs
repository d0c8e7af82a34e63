//! Chunked files that no repository holds, and containers that no chunked file needs.

use super::{KEYS_AT_ONCE, ROWS_AT_ONCE, Run, UpkeepError};
use crate::depot::Depot;
use hub::{ChunkedUse, NamespaceId, XorbUse};
use std::collections::HashSet;
use xet::terms_decode;

/// Chunked files that are read in one snapshot: their terms may have some MiB each.
const FILES_AT_ONCE: u32 = 50;

/// Hashes of the containers that a namespace's files need.
type Needed = HashSet<[u8; 32]>;

impl Run<'_> {
    pub(super) async fn chunks(&mut self) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let read = move |read: &db::Read<'_>| hub::chunk_stores(read, &from, ROWS_AT_ONCE);
            let stores = self.app.read(read).await?;
            let Some(last) = stores.last() else { return Ok(()) };
            after = last.to_string();
            for store in stores {
                // A damaged file may need any container.
                if let Some(needed) = self.chunkeds(store).await? {
                    self.xorbs(store, &needed).await?;
                }
            }
        }
    }

    /// Forgets chunked files that no repository holds, and gathers what the others need; `None`
    /// where that cannot be read.
    async fn chunkeds(&mut self, store: NamespaceId) -> Result<Option<Needed>, UpkeepError> {
        let mut needed = Needed::new();
        let mut after = String::new();
        loop {
            self.step("reading chunked files")?;
            let from = after.clone();
            let page =
                move |read: &db::Read<'_>| hub::chunkeds_of(read, store, (&from, FILES_AT_ONCE));
            let files: Vec<ChunkedUse> = self.app.read(page).await?;
            let Some(last) = files.last() else { return Ok(Some(needed)) };
            after.clone_from(&last.hash);
            for file in files {
                if self.chunked_gone(store, &file).await? {
                    continue;
                }
                self.found.chunked.kept += 1;
                let Some(terms) = terms_decode(&file.terms) else {
                    let what = format!("chunked file {} of namespace {store}: damaged", file.hash);
                    self.found.skipped.push(what);
                    return Ok(None);
                };
                needed.extend(terms.iter().map(|term| *term.xorb.as_bytes()));
            }
        }
    }

    /// Forgets a chunked file if no repository holds it, nor one did a grace period ago.
    async fn chunked_gone(
        &mut self,
        store: NamespaceId,
        file: &ChunkedUse,
    ) -> Result<bool, UpkeepError> {
        if file.is_named || file.added_at > self.cutoff {
            return Ok(false);
        }
        let (hash, cutoff) = (file.hash.clone(), self.cutoff);
        let is_gone = match self.lease {
            None => true,
            Some(_) => {
                let forget =
                    move |tx: &mut db::Tx<'_>| Ok(hub::chunked_forget(tx, store, (&hash, cutoff))?);
                self.write(forget).await?
            }
        };
        if is_gone {
            self.found.chunked.unneeded(true, u64::try_from(file.size_bytes).unwrap_or(0));
        }
        Ok(is_gone)
    }

    async fn xorbs(&mut self, store: NamespaceId, needed: &Needed) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = move |read: &db::Read<'_>| hub::xorbs_of(read, store, (&from, ROWS_AT_ONCE));
            let xorbs: Vec<XorbUse> = self.app.read(page).await?;
            let Some(last) = xorbs.last() else { return Ok(()) };
            after.clone_from(&last.hash);
            let all = xorbs.len();
            let is_needed = |xorb: &XorbUse| {
                let hash = xorb.hash.parse::<xet::Hash>();
                hash.is_ok_and(|hash| needed.contains(hash.as_bytes()))
            };
            let unneeded: Vec<XorbUse> = xorbs.into_iter().filter(|x| !is_needed(x)).collect();
            self.found.xorbs.kept += u64::try_from(all - unneeded.len()).unwrap_or(0);
            for some in unneeded.chunks(KEYS_AT_ONCE) {
                self.step("forgetting containers")?;
                self.xorbs_go(store, some).await?;
            }
        }
    }

    async fn xorbs_go(&mut self, store: NamespaceId, some: &[XorbUse]) -> Result<(), UpkeepError> {
        let key = |xorb: &XorbUse| Depot::xorb_key(store, &xorb.hash).map(|key| key.to_string());
        // A hash that makes no key was never stored under one.
        let keyed = some.iter().filter_map(|xorb| Some((key(xorb).ok()?, xorb)));
        let keyed: Vec<(String, &XorbUse)> = keyed.collect();
        let due = self.note(keyed.iter().map(|(key, _)| key.clone()).collect()).await?;
        for (key, xorb) in keyed {
            let bytes = u64::try_from(xorb.size_bytes).unwrap_or(0);
            if xorb.added_at > self.cutoff || !due.contains(&key) {
                self.found.xorbs.unneeded(false, bytes);
                continue;
            }
            if self.lease.is_none() {
                self.found.xorbs.unneeded(true, bytes);
                continue;
            }
            let (hash, cutoff, named) = (xorb.hash.clone(), self.cutoff, key.clone());
            let go =
                move |tx: &mut db::Tx<'_>| Ok(hub::xorb_go(tx, store, (&hash, cutoff, &named))?);
            if self.write(go).await? {
                self.step("deleting containers")?;
                self.bytes_delete(&key).await?;
                self.found.xorbs.unneeded(true, bytes);
            } else {
                self.found.xorbs.kept += 1;
            }
        }
        Ok(())
    }
}
