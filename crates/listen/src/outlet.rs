//! Files that a connection sends by itself.
//!
//! hyper takes bodies as bytes in memory. For a file it gets bytes that stand for others: slices
//! of [`PLACE`], of the right length, while the piece of the file waits in the connection's
//! queue. The connection knows such a slice by its address and sends the piece instead. A slice
//! whose piece is not there, or that has another length, ends the connection: what stands in
//! [`PLACE`] is never sent.

use crate::window::Window;
use axum::body::{Body, Bytes};
use futures_core::Stream;
use std::collections::VecDeque;
use std::fs::File;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

/// Bytes of a file that are promised at once.
pub(crate) const WINDOW_BYTES: usize = 4 << 20;

/// Stands for bytes of files. Nobody reads or writes it, so it takes no memory.
static PLACE: LazyLock<&[u8]> = LazyLock::new(|| Vec::leak(vec![0; WINDOW_BYTES]));

/// A piece of a file that is to be sent.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) file: Arc<File>,
    /// Next byte.
    pub(crate) at: u64,
    /// Bytes that are still to be sent.
    pub(crate) left: usize,
}

/// The way from a handler to the socket of its request. It is an extension of every request that
/// came through [`crate::serve`]; only the answer to that request may use it.
#[derive(Debug, Clone, Default)]
pub struct Outlet(Arc<Mutex<VecDeque<Piece>>>);

impl Outlet {
    /// Returns a body that is a range of a file, which nobody may write to. The answer must carry
    /// its length, and no layer may look into the body.
    pub fn body(&self, file: File, range: Range<u64>) -> Body {
        let window = Window::of(Arc::new(file), range);
        Body::from_stream(Pieces { outlet: self.clone(), window, reading: None })
    }

    fn promise(&self, piece: Piece) -> Bytes {
        let left = piece.left;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(piece);
        Bytes::from_static(&PLACE[..left])
    }

    /// Sends from the piece that bytes stand for; `None` for bytes that are what they are.
    ///
    /// `send` gets the file, where to begin and how much is left, and returns how much it sent.
    pub(crate) fn send(
        &self,
        bytes: &[u8],
        send: impl FnOnce(&File, u64, usize) -> io::Result<usize>,
    ) -> Option<io::Result<usize>> {
        stands_for_file(bytes).then(|| self.piece_send(bytes.len(), send))
    }

    fn piece_send(
        &self,
        length: usize,
        send: impl FnOnce(&File, u64, usize) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let piece = pieces.front_mut().filter(|piece| piece.left == length);
        let piece = piece.ok_or_else(|| io::Error::other("bytes stand for no piece of a file"))?;
        let sent = send(&piece.file, piece.at, piece.left)?;
        if sent == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file has become shorter"));
        }
        piece.at += sent as u64;
        piece.left -= sent;
        if piece.left == 0 {
            pieces.pop_front();
        }
        Ok(sent)
    }
}

/// Tells whether bytes stand for a piece of a file.
pub(crate) fn stands_for_file(bytes: &[u8]) -> bool {
    let place = PLACE.as_ptr_range();
    place.contains(&bytes.as_ptr()) && !bytes.is_empty()
}

type Reading = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// The body: one window after the other, each once its bytes are in the page cache.
struct Pieces {
    outlet: Outlet,
    window: Window,
    reading: Option<Reading>,
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(reading) = &mut self.reading {
            let outcome = ready!(reading.as_mut().poll(cx));
            self.reading = None;
            if let Err(error) = outcome {
                return Poll::Ready(Some(Err(error)));
            }
        } else if self.window.is_empty() {
            return Poll::Ready(None);
        } else if !self.window.is_at_hand() {
            self.reading = Some(Box::pin(self.window.fetch()));
            return self.poll_next(cx);
        }
        let piece = self.window.take();
        Poll::Ready(Some(Ok(self.outlet.promise(piece))))
    }
}
