//! Bodies that nobody read.
//!
//! When an answer goes out before the request was read to its end, the connection must be closed,
//! and a client that is still writing then often sees a broken connection instead of the answer
//! (RFC 9112, section 9.6). So what is left is read away first, up to a limit.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::EXPECT;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;

/// Most bytes that are read away.
const BYTES_MAX: usize = 8 << 20;
/// Longest time for it.
const WITHIN: Duration = Duration::from_secs(5);

/// A body that comes back when its reader leaves it.
struct Lent {
    body: Body,
    back: Option<oneshot::Sender<Body>>,
}

/// Waits for a body that was lent.
pub(crate) struct Left(Option<oneshot::Receiver<Body>>);

/// Lends a body. One that is empty, and one whose client waits to be asked for it, are given.
pub(crate) fn lend(body: Body, headers: &HeaderMap) -> (Body, Left) {
    if body.is_end_stream() || headers.contains_key(EXPECT) {
        return (body, Left(None));
    }
    let (back, left) = oneshot::channel();
    (Body::new(Lent { body, back: Some(back) }), Left(Some(left)))
}

impl Left {
    /// Reads away what came back. A body that is still being read has not come back.
    pub(crate) async fn drain(self) {
        let Some(Ok(mut body)) = self.0.map(|mut left| left.try_recv()) else { return };
        let read = async {
            let mut taken = 0;
            while taken < BYTES_MAX {
                let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
                let Some(Ok(frame)) = frame else { return };
                taken += frame.data_ref().map_or(0, Bytes::len);
            }
        };
        // Whoever is slower has to do with a closed connection.
        drop(tokio::time::timeout(WITHIN, read).await);
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(back) = self.back.take()
            && !self.body.is_end_stream()
        {
            // The request may have ended otherwise; then nobody waits.
            drop(back.send(std::mem::take(&mut self.body)));
        }
    }
}
