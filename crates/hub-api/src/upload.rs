//! A container of chunks on its way in: checked chunk by chunk while it streams to the store.

use crate::cx::Cx;
use crate::{Fault, Hub, pipe};
use app::depot::Depot;
use axum::body::Body;
use blob::{Key, Wanted};
use futures_util::StreamExt;
use hub::NamespaceId;
use std::io::{self, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use xet::{Hash, XORB_BODY_BYTES_MAX, XORB_UPLOAD_BYTES_MAX, Xorb, XorbError, xorb_read};

/// Longest time that a container may take to come.
const WITHIN: Duration = Duration::from_secs(3_600);
/// Bytes gathered before they go to the store.
const BLOCK_BYTES: usize = 1024 * 1024;

/// A stage as blocking code writes it.
struct Outgoing {
    stage: blob::Stage,
    runtime: Handle,
    error: Option<blob::Error>,
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.runtime.block_on(self.stage.write(bytes)) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                // The first says why; the writer tries again when it is flushed.
                self.error.get_or_insert(error);
                Err(io::Error::other("the store failed"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Finds the namespace under which the visitor's bytes are stored: somebody from outside uploads to
/// a store of their own.
pub(crate) async fn store_of(cx: &Cx) -> Result<NamespaceId, Fault> {
    let (namespace, person) = (cx.repo()?.namespace, cx.visitor.may_change()?);
    match cx.visitor.role_in(namespace) {
        Some(_) => Ok(namespace),
        None => Ok(cx.write(move |tx| hub::namespace_ensure(tx, person)).await?.id),
    }
}

/// Tests whether a namespace has space for more bytes, and for those of somebody outside.
pub(crate) fn room_test(
    read: &db::Read<'_>,
    repo: &hub::Repo,
    asked: (i64, i64),
    is_outside: bool,
) -> Result<(), hub::Error> {
    if is_outside {
        hub::share_test(read, repo, asked)?;
    }
    hub::quota_test(read, repo, asked)
}

/// Reads a body to its end without keeping it.
pub(crate) async fn drain(body: Body) -> Result<(), Fault> {
    let mut bytes = body.into_data_stream();
    let mut taken = 0_u64;
    while let Some(part) = bytes.next().await {
        let part = part.map_err(|error| Fault::Bad(format!("the body broke off: {error}")))?;
        taken += u64::try_from(part.len()).unwrap_or(u64::MAX);
        if taken > u64::from(XORB_UPLOAD_BYTES_MAX) {
            return Err(Fault::TooLarge(XORB_UPLOAD_BYTES_MAX.into()));
        }
    }
    Ok(())
}

/// Claims bytes just before they are put; see [`app::depot::bytes_claim`].
///
/// # Errors
/// [`Fault::Busy`] while older bytes of the same name are being deleted.
pub(crate) async fn claim(hub: &Hub, key: &Key) -> Result<(), Fault> {
    Ok(app::depot::bytes_claim(&hub.app, key).await?)
}

/// Checks a container against its name and stores its body; durable when this returns.
pub(crate) async fn xorb(
    hub: &Hub,
    store: NamespaceId,
    hash: Hash,
    body: Body,
) -> Result<Xorb, Fault> {
    let _turn = hub.xorbs.acquire().await.map_err(Fault::failed)?;
    let key = Depot::xorb_key(store, &hash.to_string())?;
    let limit = u64::from(XORB_BODY_BYTES_MAX);
    let stage = hub.depot.blobs().stage(&key, Wanted::unhashed(limit));
    let (mut incoming, sending) = pipe::incoming(body, (u64::from(XORB_UPLOAD_BYTES_MAX), WITHIN));
    let runtime = Handle::current();
    let check = move || {
        let outgoing = Outgoing { stage, runtime, error: None };
        let mut writer = io::BufWriter::with_capacity(BLOCK_BYTES, outgoing);
        let outcome = xorb_read(&mut incoming, &mut writer, hash);
        let flushed = writer.flush();
        let (outgoing, _) = writer.into_parts();
        match (outcome, outgoing.error, flushed) {
            (_, Some(error), _) => Err(Fault::from(error)),
            (Err(XorbError::Bad(bad)), ..) => Err(Fault::Bad(bad.to_string())),
            (Err(XorbError::Read(error)), ..) => {
                Err(Fault::Bad(format!("the body broke off: {error}")))
            }
            (Err(error), ..) => Err(Fault::failed(error)),
            (Ok(_), None, Err(error)) => Err(Fault::failed(error)),
            (Ok(table), None, Ok(())) => Ok((table, outgoing.stage)),
        }
    };
    let checked = tokio::task::spawn_blocking(check).await.map_err(Fault::failed)?;
    sending.abort();
    let (table, stage) = checked?;
    claim(hub, &key).await?;
    stage.finish().await?;
    Ok(table)
}
