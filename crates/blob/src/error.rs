//! What is refused, what can fail, and whether trying again can help.

use crate::{PART_NUMBER_MAX, Sha256};
use std::io::{self, ErrorKind};
use std::sync::Arc;

/// Tells whether repeating the same call can help. An unknown outcome is no case of its own here:
/// every operation of a store can be repeated without harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same call will fail the same way.
    Never,
    /// The same call may succeed later.
    Again,
}

/// A normal answer to bytes or requests that are not acceptable. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More bytes came than are taken.
    #[error("the content is larger than `{limit_bytes}` bytes: send less or raise the limit")]
    TooLarge {
        /// The most that would have been taken.
        limit_bytes: u64,
    },
    /// The content is shorter or longer than was announced.
    #[error("the content has `{found}` bytes, announced were `{expected}`: send all of it again")]
    Size {
        /// Announced, in bytes.
        expected: u64,
        /// Counted, in bytes.
        found: u64,
    },
    /// The content is not the one that was announced.
    #[error("the content has SHA-256 `{found}`, announced was `{expected}`: send it again")]
    Sha256 {
        /// Announced.
        expected: Sha256,
        /// Computed.
        found: Sha256,
    },
    /// A range that is empty, reversed or reaches beyond the object.
    #[error("`{start}..{end}` is no part of `{size_bytes}` bytes: ask for bytes that are there")]
    Range {
        /// First byte asked for.
        start: u64,
        /// The one after the last.
        end: u64,
        /// Size of the object in bytes.
        size_bytes: u64,
    },
    /// An upload has no such part number.
    #[error("`{number}` is no part number: count from 1 to {PART_NUMBER_MAX}")]
    PartNumber {
        /// The number given.
        number: u32,
    },
    /// A part was never put, or has been replaced since.
    #[error("part `{number}` with this ETag is not there: put it again")]
    PartAbsent {
        /// Its number.
        number: u32,
    },
    /// The parts of a whole are not numbered 1, 2, 3.
    #[error("part `{number}` stands at place `{place}`: list every part once, in order, from 1")]
    PartOrder {
        /// Its place in the list, from 1.
        place: u32,
        /// Its number.
        number: u32,
    },
    /// A part that is not the last has not the size agreed for the upload.
    #[error("part `{number}` has `{found}` bytes: only the last may have less than `{expected}`")]
    PartSize {
        /// Its number.
        number: u32,
        /// Agreed, in bytes.
        expected: u64,
        /// Found, in bytes.
        found: u64,
    },
    /// A part of the upload is being written, or its parts are being joined.
    #[error("another request is still writing to upload `{upload}`, try again when it has ended")]
    UploadBusy {
        /// The name of the upload.
        upload: String,
    },
    /// The parts of the upload are an object already.
    #[error("upload `{upload}` is joined already: begin another one")]
    UploadJoined {
        /// The name of the upload.
        upload: String,
    },
}

/// A refusal, or a failure of the disk, the service or the way to it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The request was understood and refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The address names no store.
    #[error(
        "`{url}` is no store ({why}): use `file:/FOLDER` or \
         `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`"
    )]
    Url {
        /// The address.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There are no credentials for the bucket.
    #[error(
        "no credentials for `{bucket}`: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in the \
         environment"
    )]
    Credentials {
        /// The bucket.
        bucket: String,
    },
    /// The bucket does not exist.
    #[error("the bucket `{bucket}` does not exist: create it, or correct the address of the store")]
    Bucket {
        /// The bucket.
        bucket: String,
    },
    /// The service knows the caller and says no.
    #[error("the service forbids to {what}: check the credentials and the policy of the bucket")]
    Denied {
        /// What was attempted.
        what: String,
        /// The service's words.
        #[source]
        source: Arc<object_store::Error>,
    },
    /// The disk, or the quota on it, is full. What was being written is gone again.
    #[error("no space left to {what}: free or add space, then try again")]
    Full {
        /// What was attempted.
        what: String,
        /// The system's words.
        #[source]
        source: Arc<io::Error>,
    },
    /// The file system failed.
    #[error("cannot {what}")]
    File {
        /// What was attempted.
        what: String,
        /// The system's words.
        #[source]
        source: Arc<io::Error>,
    },
    /// The service failed, or could not be reached.
    #[error("cannot {what}")]
    Service {
        /// What was attempted.
        what: String,
        /// The client's words.
        #[source]
        source: Arc<object_store::Error>,
    },
    /// An object is shorter than it was when its reading began.
    #[error("`{key}` ended at byte `{at}` of `{size_bytes}`: check the store for damage")]
    Truncated {
        /// Its key.
        key: String,
        /// Where it ended.
        at: u64,
        /// The size it had, in bytes.
        size_bytes: u64,
    },
    /// The stage has failed before, or the program is shutting down.
    #[error("the stage was stopped: begin it again")]
    Stopped,
}

impl Error {
    /// Tells whether repeating the same call can help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Refused(Refused::UploadBusy { .. })
            | Self::Full { .. }
            | Self::Service { .. }
            | Self::Stopped => Retry::Again,
            Self::Refused(
                Refused::TooLarge { .. }
                | Refused::Size { .. }
                | Refused::Sha256 { .. }
                | Refused::Range { .. }
                | Refused::PartNumber { .. }
                | Refused::PartAbsent { .. }
                | Refused::PartOrder { .. }
                | Refused::PartSize { .. }
                | Refused::UploadJoined { .. },
            )
            | Self::Url { .. }
            | Self::Credentials { .. }
            | Self::Bucket { .. }
            | Self::Denied { .. }
            | Self::File { .. }
            | Self::Truncated { .. } => Retry::Never,
        }
    }

    /// Sorts a failure of the file system. `what` completes "cannot ...".
    pub(crate) fn from_file(what: String, source: io::Error) -> Self {
        let is_full = matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
        let source = Arc::new(source);
        if is_full { Self::Full { what, source } } else { Self::File { what, source } }
    }

    /// Sorts a failure of the service. `what` completes "cannot ...".
    pub(crate) fn from_service(what: String, source: object_store::Error) -> Self {
        use object_store::Error::{PermissionDenied, Unauthenticated};
        let is_denied = matches!(source, PermissionDenied { .. } | Unauthenticated { .. });
        let source = Arc::new(source);
        if is_denied { Self::Denied { what, source } } else { Self::Service { what, source } }
    }
}
