//! Bytes on their way in.
//!
//! A stage collects a block, then hands it to a task of its own that hashes and writes while the
//! next block is collected: two blocks in memory, one crossing to a blocking thread a block.

use crate::block::Block;
use crate::local::LocalDraft;
use crate::s3::S3Draft;
use crate::{Error, Part, Stored, Wanted};
use tokio::task::JoinHandle;

/// An object that is being written. It appears when [`Stage::finish`] returns, and not before.
///
/// Dropping a stage removes what it has written.
#[derive(Debug)]
pub struct Stage {
    wanted: Wanted,
    size_bytes: u64,
    block: Block,
    block_bytes: usize,
    work: Work,
}

/// What exists of the object outside this process.
#[derive(Debug)]
pub(crate) enum Draft {
    Local(Box<LocalDraft>),
    S3(Box<S3Draft>),
}

#[derive(Debug)]
enum Work {
    Idle(Draft),
    /// A block is being written; its memory comes back with the draft.
    Busy(JoinHandle<Result<(Draft, Block), Error>>),
    /// Something failed or was refused; the draft is gone.
    Stopped,
}

/// A finished stage: what was stored, and the tag that a part gets.
pub(crate) struct Finished {
    pub(crate) stored: Stored,
    pub(crate) etag: String,
}

impl Stage {
    pub(crate) fn new(draft: Draft, mut wanted: Wanted) -> Self {
        if matches!(draft, Draft::S3(_)) {
            wanted.size_bytes_max = wanted.size_bytes_max.min(S3Draft::SIZE_BYTES_MAX);
        }
        let block_bytes = match &draft {
            Draft::Local(_) => crate::local::BLOCK_BYTES,
            Draft::S3(draft) => draft.block_bytes(),
        };
        Self {
            wanted,
            size_bytes: 0,
            block: Block::default(),
            block_bytes,
            work: Work::Idle(draft),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`crate::Refused::TooLarge`] as soon as more has come than is wanted, and failures of the
    /// disk or the service, also those of bytes given earlier. After an error the stage is empty
    /// and stays [`Error::Stopped`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if matches!(self.work, Work::Stopped) {
            return Err(Error::Stopped);
        }
        self.size_bytes =
            self.size_bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if let Err(refused) = self.wanted.check_limit(self.size_bytes) {
            self.stop();
            return Err(refused.into());
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = self.block_bytes - self.block.len();
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.block.extend(now, self.block_bytes);
            rest = later;
            if self.block.len() == self.block_bytes {
                self.block_flush().await?;
            }
        }
        Ok(())
    }

    /// Returns how many bytes were taken so far.
    #[must_use]
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Verifies what came and makes it the object, durably. An object that had the key before is
    /// replaced in one step: readers see the old bytes or the new, and with content-addressed keys
    /// they are the same.
    ///
    /// # Errors
    /// [`crate::Refused::Size`] and [`crate::Refused::Sha256`] when it is not what was wanted;
    /// failures of the disk or the service. Nothing is left behind, and an object that was there
    /// stays as it was.
    pub async fn finish(self) -> Result<Stored, Error> {
        Ok(self.finish_tagged().await?.stored)
    }

    pub(crate) async fn finish_tagged(mut self) -> Result<Finished, Error> {
        let (draft, _) = self.draft_take().await?;
        let block = std::mem::take(&mut self.block);
        match draft {
            Draft::Local(draft) => {
                let work = tokio::task::spawn_blocking(move || draft.finish(&block));
                work.await.map_err(|_| Error::Stopped)?
            }
            Draft::S3(draft) => draft.finish(block.into_bytes()).await,
        }
    }

    async fn block_flush(&mut self) -> Result<(), Error> {
        let (draft, spare) = self.draft_take().await?;
        let block = std::mem::replace(&mut self.block, spare);
        self.work = Work::Busy(match draft {
            Draft::Local(mut draft) => tokio::task::spawn_blocking(move || {
                let mut block = block;
                draft.append(&block)?;
                block.clear();
                Ok((Draft::Local(draft), block))
            }),
            Draft::S3(mut draft) => tokio::spawn(async move {
                draft.append(block.into_bytes()).await?;
                Ok((Draft::S3(draft), Block::default()))
            }),
        });
        Ok(())
    }

    /// Waits for the block under way and takes the draft, which leaves the stage stopped.
    async fn draft_take(&mut self) -> Result<(Draft, Block), Error> {
        match std::mem::replace(&mut self.work, Work::Stopped) {
            Work::Idle(draft) => Ok((draft, Block::default())),
            Work::Busy(task) => task.await.map_err(|_| Error::Stopped)?,
            Work::Stopped => Err(Error::Stopped),
        }
    }

    fn stop(&mut self) {
        self.block = Block::default();
        // A block under way removes the draft when it ends, on its own thread.
        if let Work::Idle(draft) = std::mem::replace(&mut self.work, Work::Stopped)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            // To delete a large file takes the file system a while.
            drop(runtime.spawn_blocking(move || drop(draft)));
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A part of an [`crate::Upload`] that is being written.
///
/// Dropped, the part is as good as never begun: it has to be put again.
#[derive(Debug)]
pub struct PartStage(pub(crate) Stage);

impl PartStage {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// As [`Stage::write`]; more than the part size of the upload is
    /// [`crate::Refused::TooLarge`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.write(bytes).await
    }

    /// Makes the part durable and returns the tag that its join has to name.
    ///
    /// # Errors
    /// Failures of the disk or the service.
    pub async fn finish(self) -> Result<Part, Error> {
        let Finished { stored, etag } = self.0.finish_tagged().await?;
        Ok(Part { etag, size_bytes: stored.size_bytes })
    }
}
