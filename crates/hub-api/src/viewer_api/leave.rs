//! Work that ends soon after its client has left.
//!
//! A question reads its files piece by piece: row groups, pages, buffers. When nobody waits for it
//! any more, the next read fails, the work unwinds and its turn is free. What is shared and kept
//! (indexes, statistics) is no question's own and goes on.

use super::wrong::{Told, Wrong};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;
use viewer::{ReadAt, SourceFile};

/// Whether the client has left, as the work sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct Leave(Arc<AtomicBool>);

/// Held by whoever waits: says that nobody does when it is dropped.
struct Waits(Leave);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Leave {
    fn test(&self) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(io::Error::other("nobody waits for the answer"));
        }
        Ok(())
    }

    /// Lets every read of these files fail once the client has left.
    pub(super) fn watch(&self, files: Vec<SourceFile>) -> Vec<SourceFile> {
        let watched = |SourceFile { path, bytes }| {
            let bytes = Arc::new(Watched { bytes, leave: self.clone() });
            SourceFile { path, bytes }
        };
        files.into_iter().map(watched).collect()
    }
}

struct Watched {
    bytes: Arc<dyn ReadAt>,
    leave: Leave,
}

impl ReadAt for Watched {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.leave.test()?;
        self.bytes.read_at(offset, buf)
    }
}

/// Waits for a turn and does work on a thread that may block. The turn is kept until the work has
/// ended; dropping the future ends it at its next read.
pub(super) async fn turn<T, F>(turns: Arc<Semaphore>, work: F) -> Result<T, Wrong>
where
    T: Send + 'static,
    F: FnOnce(&Leave) -> Result<T, viewer::Error> + Send + 'static,
{
    let turn = tokio::time::timeout(super::jobs::PATIENCE, turns.acquire_owned()).await;
    let turn = turn.map_err(|_| Told::not_ready())?.map_err(Told::failed)?;
    let waits = Waits(Leave::default());
    let leave = waits.0.clone();
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work(&leave)
    });
    Ok(done.await.map_err(Told::failed)??)
}

#[cfg(test)]
mod tests {
    use super::turn;
    use std::future::Future;
    use std::io;
    use std::pin::pin;
    use std::sync::{Arc, mpsc};
    use std::task::{Context, Waker};
    use tokio::runtime::Runtime;
    use tokio::sync::Semaphore;
    use viewer::{ReadAt, SourceFile};

    /// Reads that a test makes at most, so that one that is never stopped ends too.
    const READS_MAX: u64 = 200_000_000;

    struct Endless;

    impl ReadAt for Endless {
        fn len(&self) -> u64 {
            u64::MAX
        }

        fn read_at(&self, _: u64, buf: &mut [u8]) -> io::Result<usize> {
            Ok(buf.len())
        }
    }

    fn endless() -> Vec<SourceFile> {
        vec![SourceFile { path: "a.csv".to_owned(), bytes: Arc::new(Endless) }]
    }

    #[test]
    fn work_ends_and_gives_its_turn_back_when_nobody_waits() {
        let runtime = Runtime::new().unwrap();
        let turns = Arc::new(Semaphore::new(1));
        let (begun_tell, begun) = mpsc::channel();
        let (ended_tell, ended) = mpsc::channel();
        runtime.block_on(async {
            let mut asked = Box::pin(turn(turns.clone(), move |leave| {
                let files = leave.watch(endless());
                begun_tell.send(()).unwrap();
                let stopped =
                    (0..READS_MAX).find_map(|at| files[0].bytes.read_at(at, &mut [0]).err());
                ended_tell.send(stopped.map(|error| error.to_string())).unwrap();
                Ok(())
            }));
            let mut context = Context::from_waker(Waker::noop());
            assert!(asked.as_mut().poll(&mut context).is_pending());
            begun.recv().unwrap();
            assert_eq!(turns.available_permits(), 0);
            drop(asked);
            let stopped = ended.recv().unwrap();
            assert_eq!(stopped.as_deref(), Some("nobody waits for the answer"));
            drop(turns.acquire().await.unwrap());
        });
    }

    #[test]
    fn work_that_somebody_waits_for_reads_to_its_end() {
        let runtime = Runtime::new().unwrap();
        let read = runtime.block_on(async {
            let asked = pin!(turn(Arc::new(Semaphore::new(1)), |leave| {
                let files = leave.watch(endless());
                Ok((0..1_000).map(|at| files[0].bytes.read_at(at, &mut [0; 8]).unwrap()).sum())
            }));
            asked.await.map_err(|_| "refused")
        });
        assert_eq!(read, Ok(8_000_usize));
    }
}
