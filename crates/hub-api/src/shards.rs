//! Descriptions of files on their way in: who is slow to send one keeps no other waiting.

use crate::Fault;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Those up to this size, in bytes, wait for no larger one: files of 2 GB have less.
const SMALL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Small ones that come at once.
const SMALL_AT_ONCE: usize = 16;
/// How long a small one may take to come: a line of 1 Mbit/s needs half of it.
const SMALL_WITHIN: Duration = Duration::from_secs(60);
/// How long any other may take, one at a time.
const LARGE_WITHIN: Duration = Duration::from_secs(600);

/// Turns of descriptions of files.
pub(crate) struct Shards {
    small: Semaphore,
    large: Semaphore,
    /// How long a small and a large one may take to come.
    within: [Duration; 2],
    /// To be checked, one at a time: a full one takes some hundred MiB meanwhile.
    pub(crate) check: Semaphore,
}

impl Default for Shards {
    fn default() -> Self {
        let small = Semaphore::new(SMALL_AT_ONCE);
        let within = [SMALL_WITHIN, LARGE_WITHIN];
        Self { small, large: Semaphore::new(1), within, check: Semaphore::new(1) }
    }
}

/// Reads a description into memory. One that does not say its length may be large.
pub(crate) async fn body(shards: &Shards, headers: &HeaderMap, body: Body) -> Result<Bytes, Fault> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let is_small = length.is_some_and(|length: usize| length <= SMALL_BYTES_MAX);
    let [small, large] = shards.within;
    let (turns, within) = if is_small { (&shards.small, small) } else { (&shards.large, large) };
    let _turn = turns.acquire().await.map_err(Fault::failed)?;
    match timeout(within, to_bytes(body, xet::SHARD_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Fault::TooLarge(u64::try_from(xet::SHARD_BYTES_MAX).unwrap_or(u64::MAX))),
        Err(_) => Err(Fault::Bad("the body takes too long to come: send it again".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Shards, body};
    use axum::body::{Body, Bytes};
    use axum::http::{HeaderMap, HeaderValue};
    use futures_util::stream;

    fn never() -> Body {
        Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>())
    }

    fn headers(length: usize) -> HeaderMap {
        HeaderMap::from_iter([("content-length".parse().unwrap(), HeaderValue::from(length))])
    }

    #[tokio::test]
    async fn a_stalled_one_keeps_no_other_from_coming() {
        let shards = Shards::default();
        let small = headers(9);
        for stalled in [&small, &HeaderMap::new()] {
            let mut stalled = std::pin::pin!(body(&shards, stalled, never()));
            assert!(futures_util::poll!(&mut stalled).is_pending());
            let quick = body(&shards, &small, Body::from("a shard"));
            assert_eq!(quick.await.unwrap(), "a shard");
        }
    }

    #[tokio::test]
    async fn a_large_one_that_does_not_come_gives_its_turn_away() {
        let shards = Shards { within: [Duration::ZERO; 2], ..Shards::default() };
        let none = HeaderMap::new();
        assert!(body(&shards, &none, never()).await.is_err());
        assert!(body(&shards, &none, Body::from("another")).await.is_ok());
    }
}
