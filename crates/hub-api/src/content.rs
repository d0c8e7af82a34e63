//! The bytes of a file, wherever they are: in Git, stored whole, or in chunks.

use crate::cx::Cx;
use crate::first::work;
use crate::{Fault, Hub, chunks};
use app::depot::{Depot, FileFacts};
use axum::body::{Body, Bytes};
use hub::{Object, ObjectState, Refused};
use std::ops::Range;
use std::sync::Arc;

/// Opens the bytes of a file, or of a part of it.
pub(crate) async fn body(
    cx: &Cx,
    file: &FileFacts,
    range: Option<Range<u64>>,
) -> Result<Body, Fault> {
    match &file.large {
        Some(large) => object_body(&cx.hub, &large.object, range).await,
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
    hub: &Arc<Hub>,
    object: &Object,
    range: Option<Range<u64>>,
) -> Result<Body, Fault> {
    let Some(chunked) = &object.chunked else { return whole_body(hub, object, range).await };
    let state = match object.state {
        ObjectState::Claimed => hub.verifier.settle(hub, object).await?,
        known => known,
    };
    if state != ObjectState::Held {
        return Err(Refused::ObjectFalse { sha256: object.sha256.clone() }.into());
    }
    chunks::body(hub, (object.store, chunked), range).await
}

async fn whole_body(
    hub: &Arc<Hub>,
    object: &Object,
    range: Option<Range<u64>>,
) -> Result<Body, Fault> {
    let key = Depot::whole_key(&object.sha256)?;
    // The store refuses an empty range, and an empty file has no other.
    let opened = hub.depot.blobs().read(&key, range).await?;
    let opened = opened.ok_or_else(|| {
        Fault::Failed(format!("the bytes of {} are lost: run the checker", object.sha256))
    })?;
    Ok(Body::from_stream(opened.bytes))
}
