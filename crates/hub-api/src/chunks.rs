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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
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

/// Memory of all files that are on their way out as plain bytes, in KiB: what a slow client has not
/// taken yet stays in it, so that many of them wait for each other and not for the machine.
const ROOM_KIB: usize = 96 * 1024;

/// Room for parts of files on their way out.
pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM_KIB)))
    }
}

impl Room {
    /// Waits until there is room for so many KiB; one step takes 6 MiB at most.
    async fn take(&self, kib: u32) -> Result<OwnedSemaphorePermit, Fault> {
        self.0.clone().acquire_many_owned(kib).await.map_err(Fault::failed)
    }
}

fn kib(bytes: u64) -> Result<u32, Fault> {
    u32::try_from(bytes.div_ceil(1_024)).map_err(Fault::failed)
}

/// Bytes with their room, which is free again when they have gone out.
struct Roomed {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Roomed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

type Lookup = Box<dyn FnMut(&Hash) -> Option<Arc<Xorb>> + Send>;

/// Looks tables up one at a time: those of a whole file would be a thousandth of its size. Blocks.
fn lookup(hub: &Arc<Hub>, store: NamespaceId) -> Lookup {
    let hub = hub.clone();
    let mut last: Option<(Hash, Arc<Xorb>)> = None;
    Box::new(move |hash| {
        if let Some((known, table)) = &last
            && known == hash
        {
            return Some(table.clone());
        }
        let found = hub.app.db().read(|read| Tables::all(store).find(read, hash));
        let table = found
            .inspect_err(|error| tracing::error!(%error, "the table of a container is not read"))
            .ok()??;
        last = Some((*hash, table.clone()));
        Some(table)
    })
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
    let found = hub.app.read(move |read| hub::chunked_find(read, store, &hash)).await?;
    let lost = || Fault::Failed(format!("the chunks of {chunked} are lost"));
    let file = found.ok_or_else(lost)?;
    if file.size_bytes == 0 {
        return Ok(Body::empty());
    }
    let terms = terms_decode(&file.terms).ok_or_else(lost)?;
    let steps = Steps::new(terms, range, lookup(hub, store)).map_err(damaged)?;
    let hub = hub.clone();
    let opened = stream::try_unfold(steps, step_next).map(move |step| {
        let hub = hub.clone();
        async move { step_bytes(&hub, store, step?).await }
    });
    let told = |opened: Result<Bytes, Fault>| opened.map_err(|fault| format!("{fault:?}"));
    Ok(Body::from_stream(opened.buffered(AHEAD).map(told)))
}

type FileSteps = Steps<Vec<Term>, Lookup>;

async fn step_next(mut steps: FileSteps) -> Result<Option<(Step, FileSteps)>, Fault> {
    let next = move || Ok(steps.next().transpose()?.map(|step| (step, steps)));
    tokio::task::spawn_blocking(next).await.map_err(Fault::failed)?.map_err(damaged)
}

/// Reads one step and unpacks it; every chunk is checked against its hash.
async fn step_bytes(hub: &Hub, store: NamespaceId, step: Step) -> Result<Bytes, Fault> {
    let packed = step.bytes();
    let packed_kib = kib(packed.end - packed.start)?;
    let mut room = hub.room.take(packed_kib + kib(step.length())?).await?;
    let stored = xorb_bytes(&hub.depot, store, (&step.xorb(), packed)).await?;
    let unpack = move || {
        let mut bytes = Vec::with_capacity(usize::try_from(step.length()).unwrap_or(0));
        step.open(&stored, &mut bytes)?;
        drop((stored, room.split(usize::try_from(packed_kib).unwrap_or(0))));
        Ok(Bytes::from_owner(Roomed { bytes, _room: room }))
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

#[cfg(test)]
mod tests {
    use super::{Bytes, ROOM_KIB, Room, Roomed};

    #[tokio::test]
    async fn bytes_hold_their_room_until_all_of_them_have_gone() {
        let room = Room::default();
        let held = Roomed { bytes: vec![7; 10], _room: room.take(1_024).await.unwrap() };
        let mut bytes = Bytes::from_owner(held);
        let first = bytes.split_to(4);
        drop(first);
        assert_eq!(room.0.available_permits(), ROOM_KIB - 1_024);
        drop(bytes);
        assert_eq!(room.0.available_permits(), ROOM_KIB);
    }

    #[tokio::test]
    async fn who_finds_no_room_waits() {
        let room = Room::default();
        let all = room.take(u32::try_from(ROOM_KIB).unwrap()).await.unwrap();
        let mut next = std::pin::pin!(room.take(1));
        assert!(futures_util::poll!(&mut next).is_pending());
        drop(all);
        assert!(next.await.is_ok());
    }
}
