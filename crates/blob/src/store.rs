//! The store: one door to a local folder or a bucket.

use crate::local::Local;
use crate::s3::S3;
use crate::stage::Draft;
use crate::{
    Bytestream, Entries, Error, Join, Key, Object, PartStage, Refused, Sha256, Stage, Stored,
    Upload, Wanted,
};
use base::{Random, Time};
use bytes::Bytes;
use futures_util::TryStreamExt;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Objects in a local folder or in a bucket. Cheap to clone; all clones are the same store.
///
/// Needs a running tokio runtime. No operation blocks its threads.
#[derive(Debug, Clone)]
pub struct Store(Place);

/// An enum, not a trait: the two differ in what is cheap, and the callers must see the same.
#[derive(Debug, Clone)]
enum Place {
    Local(Arc<Local>),
    S3(Arc<S3>),
}

impl Store {
    /// Opens `file:/FOLDER`, which is made where it is not there, or
    /// `s3://BUCKET/PREFIX?endpoint=URL&region=NAME` (both settings optional; credentials from
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and the other `AWS_*` variables), which must
    /// exist and answer.
    ///
    /// In the bucket, set a rule that aborts incomplete multipart uploads after some days: those of
    /// a killed process are invisible and only S3 can collect them.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Credentials`], [`Error::Bucket`], and failures to reach the place.
    pub async fn open(url: &str, random: Arc<Random>) -> Result<Self, Error> {
        let wrong = |why| Error::Url { url: url.to_owned(), why };
        if let Some(path) = url.strip_prefix("file:") {
            // `file:///FOLDER` is the long form (RFC 8089, section 2); a host between is not ours.
            let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
            if !path.is_absolute() {
                return Err(wrong("the folder must begin with `/`"));
            }
            let local = blocking(move || Local::open(path, random)).await?;
            Ok(Self(Place::Local(Arc::new(local))))
        } else if url.starts_with("s3:") {
            let variables = std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            });
            let variables: Vec<_> =
                variables.filter(|(name, _)| name.starts_with("AWS_")).collect();
            let s3 = Box::pin(S3::open(url, &variables)).await?;
            Ok(Self(Place::S3(Arc::new(s3))))
        } else {
            Err(wrong("it begins neither with `file:` nor with `s3:`"))
        }
    }

    /// Begins an object under a key.
    #[must_use]
    pub fn stage(&self, key: &Key, wanted: Wanted) -> Stage {
        let draft = match &self.0 {
            Place::Local(local) => Draft::Local(Box::new(local.draft(key, wanted))),
            Place::S3(s3) => Draft::S3(Box::new(s3.draft(key, wanted))),
        };
        Stage::new(draft, wanted)
    }

    /// Stores bytes that are in memory already.
    ///
    /// # Errors
    /// As [`Stage::write`] and [`Stage::finish`].
    pub async fn put(&self, key: &Key, bytes: &[u8], wanted: Wanted) -> Result<Stored, Error> {
        let mut stage = self.stage(key, wanted);
        stage.write(bytes).await?;
        stage.finish().await
    }

    /// Begins a part of an upload, numbered from 1. It replaces the part that was there under the
    /// number: in a bucket when it is finished, in a local store from here on, so that after an
    /// error, or when the stage is dropped, the number has no part.
    ///
    /// # Errors
    /// [`Refused::PartNumber`]; [`Refused::UploadBusy`] while the upload is being joined.
    pub async fn part_put(&self, upload: &Upload, number: u32) -> Result<PartStage, Error> {
        Upload::check_number(number)?;
        let wanted = Wanted::at_most(upload.part_size_bytes());
        let draft = match &self.0 {
            Place::Local(local) => {
                let (local, upload) = (Arc::clone(local), upload.clone());
                let begin = move || local.part_draft(&upload, number, wanted);
                Draft::Local(Box::new(blocking(begin).await?))
            }
            Place::S3(s3) => Draft::S3(Box::new(s3.part_draft(upload, number, wanted))),
        };
        Ok(PartStage(Stage::new(draft, wanted)))
    }

    /// Makes the listed parts of an upload one object.
    ///
    /// Can be repeated after a crash at any step, and after it succeeded, until
    /// [`Store::parts_drop`]: call that once the object is entered in the caller's own records. In
    /// a local store it reads every byte once and copies none; in a bucket every byte passes
    /// through this process.
    ///
    /// # Errors
    /// [`Refused::PartOrder`], [`Refused::PartAbsent`] and [`Refused::PartSize`] for the list;
    /// [`Refused::UploadBusy`] while a part is being written; [`Refused::Size`] and
    /// [`Refused::Sha256`] for the whole, where a wrong SHA-256 also drops the parts.
    pub async fn parts_join(&self, join: &Join) -> Result<Stored, Error> {
        Upload::check_order(&join.parts)?;
        let outcome = match &self.0 {
            Place::Local(local) => {
                let (local, join) = (Arc::clone(local), join.clone());
                blocking(move || local.parts_join(&join)).await
            }
            Place::S3(s3) => Box::pin(s3.parts_join(join)).await,
        };
        if matches!(outcome, Err(Error::Refused(Refused::Sha256 { .. }))) {
            self.parts_drop(&join.upload).await?;
        }
        outcome
    }

    /// Forgets an upload and its parts. Nothing happens where there is none.
    ///
    /// # Errors
    /// [`Refused::UploadBusy`] while a part is being written or the parts are being joined;
    /// failures of the disk or the service.
    pub async fn parts_drop(&self, upload: &Upload) -> Result<(), Error> {
        match &self.0 {
            Place::Local(local) => {
                let (local, upload) = (Arc::clone(local), upload.clone());
                blocking(move || local.parts_drop(&upload)).await
            }
            Place::S3(s3) => s3.parts_drop(upload).await,
        }
    }

    /// Opens an object, or a part of it from the first byte up to but without the last.
    /// `None` when there is no such object.
    ///
    /// # Errors
    /// [`Refused::Range`] for a range that is empty or reaches beyond the object; failures of the
    /// disk or the service.
    pub async fn read(
        &self,
        key: &Key,
        range: Option<Range<u64>>,
    ) -> Result<Option<Object>, Error> {
        match &self.0 {
            Place::Local(local) => {
                let (local, key) = (Arc::clone(local), key.clone());
                blocking(move || local.read(&key, range)).await
            }
            Place::S3(s3) => Box::pin(s3.read(key, range)).await,
        }
    }

    /// Returns the size of an object in bytes, `None` when there is none.
    ///
    /// # Errors
    /// Failures of the disk or the service.
    pub async fn size(&self, key: &Key) -> Result<Option<u64>, Error> {
        match &self.0 {
            Place::Local(local) => {
                let (local, key) = (Arc::clone(local), key.clone());
                blocking(move || local.size(&key)).await
            }
            Place::S3(s3) => Box::pin(s3.size(key)).await,
        }
    }

    /// Returns where an object is, or would be, in a local store, for a server that sends files by
    /// itself; `None` for a bucket. Nobody may write to the file.
    #[must_use]
    pub fn file_path(&self, key: &Key) -> Option<PathBuf> {
        match &self.0 {
            Place::Local(local) => Some(local.object_path(key)),
            Place::S3(_) => None,
        }
    }

    /// Opens an object of a local store for reading, with its size in bytes. `None` when there is
    /// no such object, and always for a bucket.
    ///
    /// # Errors
    /// Failures of the disk.
    pub async fn file_open(&self, key: &Key) -> Result<Option<(File, u64)>, Error> {
        match &self.0 {
            Place::Local(local) => {
                let (local, key) = (Arc::clone(local), key.clone());
                blocking(move || local.file_open(&key)).await
            }
            Place::S3(_) => Ok(None),
        }
    }

    /// Deletes an object, durably. Nothing happens where there is none; who is reading it in a
    /// local store reads on.
    ///
    /// # Errors
    /// Failures of the disk or the service.
    pub async fn delete(&self, key: &Key) -> Result<(), Error> {
        match &self.0 {
            Place::Local(local) => {
                let (local, key) = (Arc::clone(local), key.clone());
                blocking(move || local.delete(&key)).await
            }
            Place::S3(s3) => Box::pin(s3.delete(key)).await,
        }
    }

    /// Lists the objects whose keys continue `below` with a `/`, or all, in the order of their
    /// keys' segments. Objects put or deleted meanwhile may be listed or not; every other is listed
    /// once. Files and objects whose names are no keys are passed over.
    #[must_use]
    pub fn list(&self, below: Option<&Key>) -> Entries {
        match &self.0 {
            Place::Local(local) => Arc::clone(local).list(below.cloned()),
            Place::S3(s3) => S3::list(Arc::clone(s3), below),
        }
    }

    /// Reads an object and returns its SHA-256, for a checker; `None` when there is none.
    ///
    /// # Errors
    /// Failures of the disk or the service, and [`Error::Truncated`].
    pub async fn rehash(&self, key: &Key) -> Result<Option<Sha256>, Error> {
        match &self.0 {
            Place::Local(local) => {
                let (local, key) = (Arc::clone(local), key.clone());
                blocking(move || local.rehash(&key)).await
            }
            Place::S3(_) => {
                let Some(object) = self.read(key, None).await? else { return Ok(None) };
                Ok(Some(stream_hash(object.bytes).await?))
            }
        }
    }

    /// Removes what killed or abandoned uploads left behind: staged files, and uploads none of
    /// whose parts was touched since `older_than`. Returns how many files were removed.
    ///
    /// What is still being written is not harmed by a reaping that is some hours behind the clock.
    ///
    /// # Errors
    /// Failures of the disk or the service.
    pub async fn staged_reap(&self, older_than: Time) -> Result<u64, Error> {
        match &self.0 {
            Place::Local(local) => {
                let local = Arc::clone(local);
                blocking(move || local.staged_reap(older_than)).await
            }
            Place::S3(s3) => Box::pin(s3.staged_reap(older_than)).await,
        }
    }
}

/// Runs file work on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped)?
}

/// Adds bytes to a hasher on a thread that may be busy for a while.
pub(crate) async fn hash_on<B: AsRef<[u8]> + Send + 'static>(
    mut hasher: sha2::Sha256,
    bytes: B,
) -> Result<(sha2::Sha256, B), Error> {
    blocking(move || {
        sha2::Digest::update(&mut hasher, bytes.as_ref());
        Ok((hasher, bytes))
    })
    .await
}

/// Collected before a crossing to another thread pays.
const HASH_BLOCK_BYTES: usize = 1 << 20;

async fn stream_hash(mut bytes: Bytestream) -> Result<Sha256, Error> {
    let mut hasher = sha2::Sha256::default();
    let mut block = Vec::with_capacity(HASH_BLOCK_BYTES);
    while let Some(chunk) = bytes.try_next().await? {
        let chunk: Bytes = chunk;
        block.extend_from_slice(&chunk);
        if block.len() >= HASH_BLOCK_BYTES {
            (hasher, block) = hash_on(hasher, block).await?;
            block.clear();
        }
    }
    let (hasher, _) = hash_on(hasher, block).await?;
    Ok(hasher.into())
}
