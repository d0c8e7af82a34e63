//! Accepting, and one task for each connection.

use crate::connection::Connection;
use crate::patience::{Patience, Watched};
use crate::{Outlet, unread};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::Service;

/// Connections at once; further ones wait until one ends.
const CONNECTIONS_MAX: usize = 4_096;
/// Longest time between an answer and the whole head of the next request.
const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// Pause after the system refused a connection, as when no file can be opened any more.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop` is ready; requests under way are finished.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve<S, F>(
    listener: TcpListener,
    service: S,
    stop: impl Future<Output = ()>,
) -> io::Result<()>
where
    S: Service<Request, Response = Response, Error = Infallible, Future = F>,
    S: Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            Ok((place, listener.accept().await?.0))
        };
        let (place, socket) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_of_one(&error) => continue,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        let connection = connection(socket, service.clone(), graceful.watcher());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
    Ok(())
}

/// Tells whether an error is about one connection, not about the listener.
fn is_of_one(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

async fn connection<S, F>(socket: TcpStream, service: S, watcher: Watcher)
where
    S: Service<Request, Response = Response, Error = Infallible, Future = F>,
    S: Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    // Without it a small answer waits for the client's delayed acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let outlet = Outlet::default();
    let connection = Connection::of(socket, outlet.clone());
    let answer = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(outlet.clone());
        answer(service.clone(), request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(connection, answer);
    if let Err(error) = watcher.watch(served).await {
        // Mostly clients that left.
        tracing::debug!(%error, "a connection ended");
    }
}

async fn answer<S, F>(mut service: S, request: Request) -> Result<Response, Infallible>
where
    S: Service<Request, Response = Response, Error = Infallible, Future = F>,
    F: Future<Output = Result<Response, Infallible>>,
{
    let (parts, body) = request.into_parts();
    let body = match body.is_end_stream() {
        true => body,
        false => Body::new(Watched::of(body, Patience::default())),
    };
    let (body, left) = unread::lend(body, &parts.headers);
    // A router is always ready.
    let response = service.call(Request::from_parts(parts, body)).await?;
    left.drain().await;
    Ok(response)
}
