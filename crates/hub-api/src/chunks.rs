//! Files stored as chunks, read from the containers that hold them.

use crate::{Fault, Hub};
use app::depot::Depot;
use axum::body::{Body, Bytes};
use db::Read;
use futures_util::{StreamExt, stream};
use hub::NamespaceId;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use xet::{Bad, Hash, Step, Steps, Term, Xorb, terms_decode};

/// Tables of containers of one namespace, each read once.
pub(crate) struct Tables {
    store: NamespaceId,
    known: HashMap<Hash, Option<Arc<Xorb>>>,
}

impl Tables {
    /// Keeps every table that was read: for the check of one shard, whose terms come in any order.
    pub(crate) fn all(store: NamespaceId) -> Self {
        Self { store, known: HashMap::new() }
    }

    /// Finds the table of a container; one that the namespace does not hold, or that is damaged,
    /// is `None`.
    pub(crate) fn find(
        &mut self,
        read: &Read<'_>,
        hash: &Hash,
    ) -> Result<Option<Arc<Xorb>>, hub::Error> {
        if let Some(known) = self.known.get(hash) {
            return Ok(known.clone());
        }
        let found = hub::xorb_find(read, self.store, &hash.to_string())?;
        let table = found.and_then(|found| Xorb::decode(*hash, &found.chunks).ok()).map(Arc::new);
        self.known.insert(*hash, table.clone());
        Ok(table)
    }
}

/// A file whose terms and tables are at hand.
pub(crate) struct Known {
    pub(crate) store: NamespaceId,
    pub(crate) size_bytes: u64,
    pub(crate) terms: Arc<Vec<Term>>,
    pub(crate) tables: Arc<HashMap<Hash, Arc<Xorb>>>,
}

impl Known {
    /// Returns roughly what it takes in memory: a container's table has about a thousand rows.
    pub(crate) fn weight_bytes(&self) -> usize {
        const TABLE_BYTES: usize = 64 << 10;
        self.terms.len() * size_of::<Term>() + self.tables.len() * TABLE_BYTES
    }
}

/// Reads what is known of a file of a namespace, with the tables of its containers.
pub(crate) fn known(
    read: &Read<'_>,
    store: NamespaceId,
    hash: &str,
) -> Result<Option<Known>, hub::Error> {
    let Some(file) = hub::chunked_find(read, store, hash)? else { return Ok(None) };
    let Some(terms) = terms_decode(&file.terms) else { return Ok(None) };
    let mut tables = Tables::all(store);
    for term in &terms {
        tables.find(read, &term.xorb)?;
    }
    let found = tables.known.into_iter().filter_map(|(hash, table)| Some((hash, table?)));
    let size_bytes = u64::try_from(file.size_bytes).unwrap_or(0);
    Ok(Some(Known { store, size_bytes, terms: Arc::new(terms), tables: Arc::new(found.collect()) }))
}

fn damaged(bad: Bad) -> Fault {
    match bad {
        Bad::OutOfRange { .. } => Fault::Range(0),
        other => Fault::Failed(format!("a chunked file is damaged: {other}")),
    }
}

/// Lists the steps that rebuild a part of a file.
pub(crate) fn steps(known: &Known, range: Option<Range<u64>>) -> Result<Vec<Step>, Fault> {
    let tables = known.tables.clone();
    let steps = Steps::new(known.terms.as_slice(), range, |hash: &Hash| tables.get(hash).cloned());
    steps.map_err(damaged)?.collect::<Result<Vec<Step>, Bad>>().map_err(damaged)
}

/// Opens a file, or a part of it, as plain bytes: step by step, with the next one read ahead.
pub(crate) async fn body(
    hub: &Arc<Hub>,
    (store, chunked): (NamespaceId, &str),
    range: Option<Range<u64>>,
) -> Result<Body, Fault> {
    /// Steps under way at once: one is sent while another is read.
    const AHEAD: usize = 2;
    let hash = chunked.to_owned();
    let found = hub.app.read(move |read| known(read, store, &hash)).await?;
    let known = found.ok_or_else(|| Fault::Failed(format!("the chunks of {chunked} are lost")))?;
    if known.size_bytes == 0 {
        return Ok(Body::empty());
    }
    let steps = steps(&known, range)?;
    let hub = hub.clone();
    let opened = stream::iter(steps).map(move |step| {
        let hub = hub.clone();
        async move { step_bytes(&hub, store, step).await.map_err(|fault| format!("{fault:?}")) }
    });
    Ok(Body::from_stream(opened.buffered(AHEAD)))
}

/// Reads one step and unpacks it; every chunk is checked against its hash.
async fn step_bytes(hub: &Hub, store: NamespaceId, step: Step) -> Result<Bytes, Fault> {
    let stored = xorb_bytes(&hub.depot, store, (&step.xorb(), step.bytes())).await?;
    let unpack = move || {
        let mut bytes = Vec::with_capacity(usize::try_from(step.length()).unwrap_or(0));
        step.open(&stored, &mut bytes).map(|()| Bytes::from(bytes))
    };
    tokio::task::spawn_blocking(unpack).await.map_err(Fault::failed)?.map_err(damaged)
}

/// Reads a short part of a file into memory. Unpacks on the caller's thread, which may block.
pub(crate) async fn part_bytes(
    depot: &Depot,
    known: &Known,
    range: Range<u64>,
) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0));
    for step in steps(known, Some(range))? {
        let stored = xorb_bytes(depot, known.store, (&step.xorb(), step.bytes())).await?;
        step.open(&stored, &mut bytes).map_err(damaged)?;
    }
    Ok(bytes)
}

/// Reads a part of a container into memory; steps are a few MiB at most.
async fn xorb_bytes(
    depot: &Depot,
    store: NamespaceId,
    (hash, range): (&Hash, Range<u64>),
) -> Result<Vec<u8>, Fault> {
    let key = Depot::xorb_key(store, &hash.to_string())?;
    let length = usize::try_from(range.end - range.start).unwrap_or(0);
    let opened = depot.blobs().read(&key, Some(range)).await?;
    let mut opened =
        opened.ok_or_else(|| Fault::Failed(format!("the container {hash} is lost")))?;
    let mut bytes = Vec::with_capacity(length);
    while let Some(part) = opened.bytes.next().await {
        bytes.extend_from_slice(&part?);
    }
    Ok(bytes)
}
