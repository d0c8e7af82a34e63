//! The lines of commits on their way in. A small file is one line, so that lines may be long; how
//! many long ones are in memory is the same however many clients send some.

use crate::Fault;
use axum::body::Body;
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Largest line: the largest small file ([`app::depot::REGULAR_BYTES_MAX`]) in base64, with its
/// path.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest line that waits for no turn.
const SHORT_BYTES_MAX: usize = 256 * 1024;
/// Long lines in memory at once: each is there three times while it is unpacked.
const LONG_AT_ONCE: usize = 3;
/// How long the rest of a long line may take to come: a line of 2 Mbit/s needs half of it.
const LONG_WITHIN: Duration = Duration::from_secs(120);
/// Commits that are read at once: each has a thread.
const COMMITS_AT_ONCE: usize = 64;
/// How long a commit waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// Turns of commits and of their long lines.
pub(crate) struct Lines {
    commits: Arc<Semaphore>,
    long: Arc<Semaphore>,
    long_within: Duration,
}

impl Default for Lines {
    fn default() -> Self {
        let [commits, long] =
            [COMMITS_AT_ONCE, LONG_AT_ONCE].map(|count| Arc::new(Semaphore::new(count)));
        Self { commits, long, long_within: LONG_WITHIN }
    }
}

/// One line; a long one with its turn.
pub(crate) struct Line {
    bytes: Vec<u8>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Line {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Lines {
    /// Waits until a commit may be read.
    ///
    /// # Errors
    /// [`Fault::Busy`] where that takes too long.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Fault> {
        match timeout(PATIENCE, self.commits.clone().acquire_owned()).await {
            Ok(turn) => turn.map_err(Fault::failed),
            Err(_) => Err(Fault::Busy("too many people commit at once: try again")),
        }
    }

    /// Cuts a body into lines and hands them on, until it ends or nobody takes them: a worker that
    /// has stopped has an error to tell, and its caller tells it.
    ///
    /// # Errors
    /// [`Fault::Bad`] where the body breaks off, or a line is too long or too slow.
    pub(crate) async fn send(&self, to: Sender<Line>, body: Body) -> Result<(), Fault> {
        let mut body = body.into_data_stream();
        let mut line = Vec::new();
        let mut long: Option<(OwnedSemaphorePermit, tokio::time::Instant)> = None;
        loop {
            let next = match &long {
                Some((_, end)) => tokio::time::timeout_at(*end, body.next()).await,
                None => Ok(body.next().await),
            };
            let next = next.map_err(|_| slow())?;
            let Some(data) = next else { break };
            let data = data.map_err(|error| Fault::Bad(format!("the body broke off: {error}")))?;
            let mut rest: &[u8] = &data;
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                line.extend_from_slice(&rest[..end]);
                rest = &rest[end + 1..];
                let turn = long.take().map(|(turn, _)| turn);
                if to.send(Line { bytes: std::mem::take(&mut line), _turn: turn }).await.is_err() {
                    return Ok(());
                }
            }
            line.extend_from_slice(rest);
            if line.len() > BYTES_MAX {
                return Err(Fault::Bad(format!(
                    "a line of the commit is above {BYTES_MAX} bytes: send files above {} bytes as \
                     large ones",
                    app::depot::REGULAR_BYTES_MAX
                )));
            }
            if line.len() > SHORT_BYTES_MAX && long.is_none() {
                let turn = self.long.clone().acquire_owned().await.map_err(Fault::failed)?;
                long = Some((turn, tokio::time::Instant::now() + self.long_within));
            }
        }
        if !line.is_empty() {
            let turn = long.map(|(turn, _)| turn);
            // As above.
            to.send(Line { bytes: line, _turn: turn }).await.ok();
        }
        Ok(())
    }
}

fn slow() -> Fault {
    Fault::Bad("a line of the commit takes too long to come: send it again".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{BYTES_MAX, Body, Duration, Fault, LONG_AT_ONCE, Line, Lines, SHORT_BYTES_MAX};
    use axum::body::Bytes;
    use futures_util::stream;
    use tokio::sync::mpsc::{Receiver, channel};

    /// A body that begins and does not go on.
    fn stalled(bytes: usize) -> Body {
        use futures_util::StreamExt;
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; bytes]))]);
        Body::from_stream(first.chain(stream::pending()))
    }

    fn taken(lines: &mut Receiver<Line>) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| lines.try_recv().ok()).map(|line| line.bytes().to_vec()).collect()
    }

    #[tokio::test]
    async fn lines_come_whole_also_the_last() {
        let (send, mut lines) = channel(9);
        let parts = ["a\nb", "c\n\n", "d"].map(Ok::<_, std::io::Error>);
        Lines::default().send(send, Body::from_stream(stream::iter(parts))).await.unwrap();
        assert_eq!(taken(&mut lines), [&b"a"[..], b"bc", b"", b"d"]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_told() {
        let (send, _lines) = channel(9);
        let told = Lines::default().send(send, Body::from(vec![b'x'; BYTES_MAX + 1])).await;
        assert!(matches!(told, Err(Fault::Bad(told)) if told.contains("large ones")));
    }

    #[tokio::test]
    async fn long_lines_wait_for_each_other_and_end_where_they_stall() {
        let lines = Lines { long_within: Duration::from_millis(50), ..Lines::default() };
        let long = SHORT_BYTES_MAX + 1;
        let stall = |_| async {
            let (send, _taken) = channel(9);
            lines.send(send, stalled(long)).await
        };
        let mut all: Vec<_> = (0..LONG_AT_ONCE).map(|n| Box::pin(stall(n))).collect();
        for one in &mut all {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert_eq!(lines.long.available_permits(), 0);
        let (send, mut short) = channel(9);
        lines.send(send, Body::from("a\nb")).await.expect("short lines wait for none");
        assert_eq!(taken(&mut short).len(), 2);
        for one in all {
            assert!(one.await.is_err(), "it has stalled");
        }
        assert_eq!(lines.long.available_permits(), LONG_AT_ONCE);
    }
}
