//! A socket that knows which bytes stand for a file.

use crate::outlet::{Outlet, stands_for_file};
use crate::patience::Patience;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use rustix::fs::sendfile;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Connection {
    socket: TokioIo<TcpStream>,
    outlet: Outlet,
    patience: Patience,
}

impl Connection {
    pub(crate) fn of(socket: TcpStream, outlet: Outlet) -> Self {
        Self { socket: TokioIo::new(socket), outlet, patience: Patience::default() }
    }

    fn poll_file(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let socket = self.socket.inner();
        loop {
            ready!(socket.poll_write_ready(cx))?;
            let sent = self.outlet.send(bytes, |file, at, left| {
                let mut at = at;
                socket
                    .try_io(Interest::WRITABLE, || Ok(sendfile(socket, file, Some(&mut at), left)?))
            });
            match sent {
                Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
                Some(outcome) => return Poll::Ready(outcome),
                None => return Poll::Ready(Err(io::Error::other("bytes stand for no file"))),
            }
        }
    }
}

impl Read for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, into)
    }
}

impl Write for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let sent = if stands_for_file(bytes) {
            self.poll_file(cx, bytes)
        } else {
            Pin::new(&mut self.socket).poll_write(cx, bytes)
        };
        self.patience.watch(cx, sent)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    /// hyper copies bytes together where this is false; then none of them would stand for a file.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let plain = slices.iter().position(|slice| stands_for_file(slice)).unwrap_or(slices.len());
        let sent = match slices.first() {
            Some(first) if plain == 0 => self.poll_file(cx, first),
            _ => Pin::new(&mut self.socket).poll_write_vectored(cx, &slices[..plain]),
        };
        self.patience.watch(cx, sent)
    }
}
