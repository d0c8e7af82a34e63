//! How long a connection may rest while one side waits for the other: who takes nothing, or sends
//! nothing, would otherwise hold its place, and memory, for ever.

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// How long nothing may move. ASSUMPTION: a client that is alive takes or sends something sooner.
const STILL: Duration = Duration::from_secs(120);

/// Looks at one direction of a connection.
pub(crate) struct Patience {
    most: Duration,
    since: Option<Instant>,
    /// Set when something first had to be waited for, and then only put forward when it goes off:
    /// a busy connection waits thousands of times.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(STILL)
    }
}

impl Patience {
    pub(crate) fn of(most: Duration) -> Self {
        Self { most, since: None, alarm: None }
    }

    /// Passes an outcome on; what has been waited for too long becomes an error.
    pub(crate) fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.since = None;
            return outcome;
        }
        let end = *self.since.get_or_insert_with(Instant::now) + self.most;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(self.most)));
        while alarm.as_mut().poll(cx).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            alarm.as_mut().reset(end);
        }
        Poll::Pending
    }
}

/// A body whose client may not rest for long while it is waited for.
pub(crate) struct Watched {
    body: Body,
    patience: Patience,
}

impl Watched {
    pub(crate) fn of(body: Body, patience: Patience) -> Self {
        Self { body, patience }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match self.patience.watch(cx, frame.map(Ok)) {
            Poll::Ready(Ok(frame)) => Poll::Ready(frame),
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(axum::Error::new(error)))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Body, Bytes, Context, Duration, Frame, HttpBody, Patience, Pin, Poll, Watched, io,
    };
    use std::future::poll_fn;

    /// A body that does not come.
    struct Never;

    impl HttpBody for Never {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn who_takes_nothing_is_left_and_who_takes_something_is_not() {
        let mut patience = Patience::of(Duration::from_millis(5));
        let still = poll_fn(|cx| patience.watch(cx, Poll::Pending::<io::Result<()>>)).await;
        assert_eq!(still.expect_err("it has rested").kind(), io::ErrorKind::TimedOut);
        let moving = poll_fn(|cx| patience.watch(cx, Poll::Ready(Ok(7)))).await;
        assert_eq!(moving.expect("it moves"), 7);
        assert!(patience.since.is_none(), "the next wait counts from its own beginning");
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_ends_with_an_error() {
        let mut body = Watched::of(Body::new(Never), Patience::of(Duration::from_millis(5)));
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        assert!(frame.expect("an outcome").is_err());
        let mut body = Watched::of(Body::from("here"), Patience::of(Duration::from_millis(5)));
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        assert!(frame.expect("an outcome").is_ok());
    }
}
