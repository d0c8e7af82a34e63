//! Chunked files and the containers that they need.

use super::{Check, FsckFault};
use crate::depot::{Depot, UpkeepError};
use blob::Key;
use db::Read;
use futures_util::TryStreamExt;
use hub::{NamespaceId, XorbUse};
use std::collections::HashMap;
use std::sync::Arc;
use xet::{Hash, Xorb, XorbError, stored_check, terms_decode, xorb_check};

const ROWS_AT_ONCE: u32 = 500;
const FILES_AT_ONCE: u32 = 50;
/// Tables of containers that are kept in memory: some 400 KiB each at most.
const TABLES_MAX: usize = 64;

impl Check<'_> {
    pub(super) async fn chunks(&mut self) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = move |read: &Read<'_>| hub::chunk_stores(read, &from, ROWS_AT_ONCE);
            let stores = self.read(page).await?;
            let Some(last) = stores.last() else { return Ok(()) };
            after = last.to_string();
            for store in stores {
                self.chunkeds(store).await?;
                self.xorbs(store).await?;
            }
        }
    }

    async fn chunkeds(&mut self, store: NamespaceId) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            self.step("checking chunked files");
            let from = after.clone();
            let page = move |read: &Read<'_>| chunkeds_look(read, store, &from);
            let (last, count, faults) = self.read(page).await?;
            let Some(last) = last else { return Ok(()) };
            after = last;
            self.found.chunked += count;
            faults.into_iter().for_each(|fault| self.fault(fault));
        }
    }

    async fn xorbs(&mut self, store: NamespaceId) -> Result<(), UpkeepError> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = move |read: &Read<'_>| hub::xorbs_of(read, store, (&from, ROWS_AT_ONCE));
            let xorbs = self.read(page).await?;
            let Some(last) = xorbs.last() else { return Ok(()) };
            after.clone_from(&last.hash);
            for xorb in xorbs {
                self.step("checking containers of chunks");
                self.found.xorbs += 1;
                let Some(fault) = self.xorb(store, &xorb).await? else { continue };
                let hash = xorb.hash.clone();
                // It may have gone while it was looked at.
                if self.read(move |read| hub::xorb_is_known(read, store, &hash)).await? {
                    self.fault(fault);
                }
            }
        }
    }

    async fn xorb(
        &mut self,
        store: NamespaceId,
        xorb: &XorbUse,
    ) -> Result<Option<FsckFault>, UpkeepError> {
        let lost = |key: String| Ok(Some(FsckFault::XorbLost { key }));
        let Ok(key) = Depot::xorb_key(store, &xorb.hash) else { return lost(xorb.hash.clone()) };
        let Some(found) = self.depot.blobs().size(&key).await? else {
            return lost(key.to_string());
        };
        let stated = xorb.size_bytes;
        if i64::try_from(found) != Ok(stated) {
            return Ok(Some(FsckFault::BytesSize { key: key.to_string(), stated, found }));
        }
        if self.is_quick {
            return Ok(None);
        }
        let Some(body) = self.body(&key).await? else { return lost(key.to_string()) };
        self.found.bytes += found;
        let name = xorb.hash.clone();
        let asked = name.clone();
        let row = self.read(move |read| hub::xorb_find(read, store, &asked)).await?;
        let table = row.map(|row| row.chunks).unwrap_or_default();
        let why = Self::aside(move || xorb_why(&name, &table, &body)).await?;
        Ok(why.map(|found| FsckFault::BytesWrong { key: key.to_string(), found }))
    }

    async fn body(&mut self, key: &Key) -> Result<Option<Vec<u8>>, UpkeepError> {
        let Some(mut opened) = self.depot.blobs().read(key, None).await? else { return Ok(None) };
        let mut body = Vec::new();
        while let Some(part) = opened.bytes.try_next().await? {
            body.extend_from_slice(&part);
        }
        Ok(Some(body))
    }
}

/// Says what is wrong with the body of a container.
fn xorb_why(name: &str, table: &[u8], body: &[u8]) -> Option<String> {
    let Ok(hash) = name.parse::<Hash>() else { return Some("its name is no hash".to_owned()) };
    match xorb_check(body, hash).map_err(XorbError::from) {
        Ok(found) if found.encode() == table => None,
        Ok(_) => Some("the database has another table of its chunks".to_owned()),
        Err(bad) => Some(bad.to_string()),
    }
}

/// The last hash of a page, how many files it has, and what is wrong with them.
type Page = (Option<String>, u64, Vec<FsckFault>);

/// Checks a page of chunked files against the tables of their containers, over one snapshot.
fn chunkeds_look(read: &Read<'_>, store: NamespaceId, after: &str) -> Result<Page, hub::Error> {
    let files = hub::chunkeds_of(read, store, (after, FILES_AT_ONCE))?;
    let mut tables = Tables { store, known: HashMap::new() };
    let mut faults = Vec::new();
    for file in &files {
        let why = match (file.hash.parse::<Hash>(), terms_decode(&file.terms)) {
            (Ok(hash), Some(terms)) => {
                let mut failed = None;
                let found = stored_check(hash, &terms, |xorb: &Hash| {
                    tables.find(read, xorb).unwrap_or_else(|error| {
                        failed = Some(error);
                        None
                    })
                });
                if let Some(error) = failed {
                    return Err(error);
                }
                match found {
                    Ok(size) if i64::try_from(size) == Ok(file.size_bytes) => None,
                    Ok(size) => Some(format!("it has {size} bytes, not {}", file.size_bytes)),
                    Err(bad) => Some(bad.to_string()),
                }
            }
            _ => Some("its row cannot be read".to_owned()),
        };
        if let Some(why) = why {
            let (store, hash) = (store.to_string(), file.hash.clone());
            faults.push(FsckFault::ChunkedWrong { store, hash, why });
        }
    }
    let count = u64::try_from(files.len()).unwrap_or(0);
    Ok((files.last().map(|file| file.hash.clone()), count, faults))
}

/// Tables of containers, the last ones asked for.
struct Tables {
    store: NamespaceId,
    known: HashMap<Hash, Option<Arc<Xorb>>>,
}

impl Tables {
    fn find(&mut self, read: &Read<'_>, hash: &Hash) -> Result<Option<Arc<Xorb>>, hub::Error> {
        if let Some(known) = self.known.get(hash) {
            return Ok(known.clone());
        }
        if self.known.len() >= TABLES_MAX {
            self.known.clear();
        }
        let found = hub::xorb_find(read, self.store, &hash.to_string())?;
        let table = found.and_then(|found| Xorb::decode(*hash, &found.chunks).ok()).map(Arc::new);
        self.known.insert(*hash, table.clone());
        Ok(table)
    }
}
