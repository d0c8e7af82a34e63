//! Bodies as blocking code reads and writes them.
//!
//! Every wait has an end: who sends nothing, or takes nothing, for [`IDLE`] is gone.

use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use std::io::{self, Read, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// Parts of a body that wait between the connection and the thread.
const WAITING: usize = 8;
/// How long nothing may come or go. ASSUMPTION: a client that computes what it sends is quicker.
pub(crate) const IDLE: Duration = Duration::from_secs(120);

/// A request's body.
pub(crate) struct Incoming {
    parts: Receiver<Result<Bytes, String>>,
    at_hand: Bytes,
    taken: u64,
    bytes_max: u64,
}

/// Begins to read a body of at most `bytes_max` bytes, which has to come `within` a time. The task
/// ends when the body does, or its reader.
pub(crate) fn incoming(
    body: Body,
    (bytes_max, within): (u64, Duration),
) -> (Incoming, JoinHandle<Body>) {
    let (tell, parts) = channel(WAITING);
    let reading = tokio::spawn(read_on(body, tell, within));
    (Incoming { parts, at_hand: Bytes::new(), taken: 0, bytes_max }, reading)
}

/// Hands a body on; returns what of it nobody wanted.
async fn read_on(body: Body, tell: Sender<Result<Bytes, String>>, within: Duration) -> Body {
    let mut bytes = body.into_data_stream();
    let end = Instant::now() + within;
    loop {
        let patience = IDLE.min(end.saturating_duration_since(Instant::now()));
        let part = match timeout(patience, bytes.next()).await {
            Ok(Some(part)) => part.map_err(|error| error.to_string()),
            Ok(None) => return Body::empty(),
            Err(_) => Err("it takes too long to come".to_owned()),
        };
        let is_over = part.is_err();
        // A reader that has ended has told its caller why.
        if tell.send(part).await.is_err() {
            return Body::from_stream(bytes);
        }
        if is_over {
            return Body::empty();
        }
    }
}

impl Read for Incoming {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at_hand.is_empty() {
            match self.parts.blocking_recv() {
                Some(Ok(part)) => self.at_hand = part,
                Some(Err(cause)) => return Err(io::Error::other(cause)),
                None => return Ok(0),
            }
        }
        let length = into.len().min(self.at_hand.len());
        self.taken = self.taken.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if self.taken > self.bytes_max {
            return Err(io::Error::other("the body is too large"));
        }
        into[..length].copy_from_slice(&self.at_hand.split_to(length));
        Ok(length)
    }
}

/// An answer's body.
pub(crate) struct Outgoing {
    tell: Sender<Result<Bytes, io::Error>>,
    runtime: Handle,
    is_begun: bool,
}

/// Makes a body that a thread writes; call it where a runtime is.
pub(crate) fn outgoing() -> (Outgoing, Receiver<Result<Bytes, io::Error>>) {
    let (tell, parts) = channel(WAITING);
    (Outgoing { tell, runtime: Handle::current(), is_begun: false }, parts)
}

impl Outgoing {
    /// Says whether some of the body is on its way.
    pub(crate) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// Ends the body before its time, so that its reader does not take it for whole.
    pub(crate) fn break_off(&self) {
        // A reader that is gone need not be told.
        drop(self.sent(Err(io::ErrorKind::UnexpectedEof.into())));
    }

    fn sent(&self, part: Result<Bytes, io::Error>) -> io::Result<()> {
        match self.runtime.block_on(async { timeout(IDLE, self.tell.send(part)).await }) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent(Ok(Bytes::copy_from_slice(bytes)))?;
        self.is_begun = true;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
