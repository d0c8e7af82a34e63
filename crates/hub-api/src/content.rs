//! The bytes of a file, wherever they are: in Git, stored whole, or in chunks.

use crate::cx::Cx;
use crate::first::work;
use crate::{Fault, chunks};
use app::depot::{Depot, FileFacts};
use axum::body::{Body, Bytes};
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

/// Files of a local store go from the disk's cache to the socket, all others through memory.
async fn whole_body(cx: &Cx, object: &Object, range: Option<Range<u64>>) -> Result<Body, Fault> {
    let (key, blobs) = (Depot::whole_key(&object.sha256)?, cx.hub.depot.blobs());
    let lost =
        || Fault::Failed(format!("the bytes of {} are lost: run the checker", object.sha256));
    if let Some(outlet) = &cx.outlet
        && blobs.file_path(&key).is_some()
    {
        let (file, size) = blobs.file_open(&key).await?.ok_or_else(lost)?;
        let range = range.unwrap_or(0..size);
        if range.end > size {
            return Err(lost());
        }
        return Ok(outlet.body(file, range));
    }
    // The store refuses an empty range, and an empty file has no other.
    Ok(Body::from_stream(blobs.read(&key, range).await?.ok_or_else(lost)?.bytes))
}
