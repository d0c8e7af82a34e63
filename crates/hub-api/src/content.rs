//! The bytes of a file, wherever they are: in Git, stored whole, or in chunks.

use crate::cx::Cx;
use crate::first::work;
use crate::{Fault, chunks};
use app::depot::{Depot, FileFacts};
use axum::body::{Body, Bytes};
use blob::Key;
use hub::{Object, ObjectState, Refused};
use std::ops::Range;

/// Opens the bytes of a file, or of a part of it.
pub(crate) async fn body(
    cx: &Cx,
    file: &FileFacts,
    range: Option<Range<u64>>,
) -> Result<Body, Fault> {
    match &file.large {
        Some(large) => object_body(cx, &large.object, range).await,
        None => small_body(cx, file, range).await,
    }
}

/// Small files are read whole: Git keeps them compressed.
async fn small_body(cx: &Cx, file: &FileFacts, range: Option<Range<u64>>) -> Result<Body, Fault> {
    let (repo, oid) = (cx.repo()?, file.oid);
    let read = move |_: &app::App, depot: &Depot| {
        Ok(depot.git(repo.id)?.blob_read(oid, git::OBJECT_BYTES_MAX)?)
    };
    let bytes = match cx.hub.memo.file(oid) {
        Some(known) => known,
        None => {
            let bytes = Bytes::from(work(cx, read).await?);
            cx.hub.memo.file_keep(oid, &bytes);
            bytes
        }
    };
    let cut = |range: Range<u64>| {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        bytes.slice(place(range.start)..place(range.end))
    };
    Ok(Body::from(range.map_or_else(|| bytes.clone(), cut)))
}

/// Opens a large file; a claim about its bytes is checked first.
pub(crate) async fn object_body(
    cx: &Cx,
    object: &Object,
    range: Option<Range<u64>>,
) -> Result<Body, Fault> {
    let hub = &cx.hub;
    let Some(chunked) = &object.chunked else { return whole_body(cx, object, range).await };
    let state = match object.state {
        ObjectState::Claimed => hub.verifier.settle(hub, object).await?,
        known => known,
    };
    if state != ObjectState::Held {
        return Err(Refused::ObjectFalse { sha256: object.sha256.clone() }.into());
    }
    chunks::body(hub, (object.store, chunked), range).await
}

async fn whole_body(cx: &Cx, object: &Object, range: Option<Range<u64>>) -> Result<Body, Fault> {
    let found = stored(cx, &Depot::whole_key(&object.sha256)?, range).await?;
    let lost =
        || Fault::Failed(format!("the bytes of {} are lost: run the checker", object.sha256));
    Ok(found.ok_or_else(lost)?.0)
}

/// Opens stored bytes, with the size of all of them; `None` where they are not there. Files of a
/// local store go from the disk's cache to the socket, all others through memory.
pub(crate) async fn stored(
    cx: &Cx,
    key: &Key,
    range: Option<Range<u64>>,
) -> Result<Option<(Body, u64)>, Fault> {
    let blobs = cx.hub.depot.blobs();
    if let Some(outlet) = &cx.outlet
        && blobs.file_path(key).is_some()
    {
        let Some((file, size)) = blobs.file_open(key).await? else { return Ok(None) };
        let range = range.unwrap_or(0..size);
        return Ok((range.end <= size).then(|| (outlet.body(file, range), size)));
    }
    // The store refuses an empty range, and an empty file has no other.
    let opened = blobs.read(key, range).await?;
    Ok(opened.map(|opened| (Body::from_stream(opened.bytes), opened.size_bytes)))
}
