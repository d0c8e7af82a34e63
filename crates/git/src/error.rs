//! What can fail in reading, writing and serving a repository.

use crate::model::Kind;
use crate::oid::Oid;
use std::io;
use std::path::{Path, PathBuf};

/// The cause of a failed read, as the object store tells it.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the machine, or of the repository on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder of the repository could not be used.
    #[error("cannot {action} `{path}`", path = path.display())]
    File {
        /// What was attempted.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// There is a repository at the place already.
    #[error("there is a repository at `{}` already: open it", .0.display())]
    Exists(PathBuf),
    /// There is no repository at the place.
    #[error("there is no repository at `{}`: create it", .0.display())]
    NotARepository(PathBuf),
    /// An object that another one names is not in the repository.
    #[error("object `{0}` is missing")]
    Missing(Oid),
    /// An object is of another kind than its use asks for.
    #[error("object `{oid}` is a {found}, not a {wanted}")]
    Kind {
        /// Which object.
        oid: Oid,
        /// What was asked for.
        wanted: Kind,
        /// What it is.
        found: Kind,
    },
    /// An object is larger than the caller takes.
    #[error("object `{oid}` has {size_bytes} bytes, at most {size_bytes_max} are read")]
    TooLarge {
        /// Which object.
        oid: Oid,
        /// Its size.
        size_bytes: u64,
        /// The caller's limit.
        size_bytes_max: u64,
    },
    /// An object breaks the format of its kind.
    #[error("object `{oid}` is malformed: {problem}")]
    Malformed {
        /// Which object.
        oid: Oid,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The object store could not read an object.
    #[error("cannot read object `{oid}`")]
    Store {
        /// Which object.
        oid: Oid,
        /// The store's reason.
        #[source]
        source: Source,
    },
    /// Bytes were made to collide with other bytes under SHA-1.
    #[error("the bytes were made to break SHA-1: refuse them")]
    Collision,
    /// Bytes could not be read from the caller: of a new object, or of a request.
    #[error("cannot read the bytes that are sent")]
    Input(#[source] io::Error),
    /// Bytes could not be written to the caller: the client is gone.
    #[error("cannot write the answer")]
    Output(#[source] io::Error),
    /// Git's program could not be started or waited for.
    #[error("cannot run `git`: install Debian's package `git`")]
    Program(#[source] io::Error),
    /// Git's program refused, and says why.
    #[error("`git` refused: {complaint}")]
    ProgramRefused {
        /// What it wrote, at most 4 KiB.
        complaint: String,
    },
    /// Git's program was killed at its limit.
    #[error("`git` was not done after {seconds} s")]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// A request breaks the smart protocol.
    #[error("the request is malformed: {0}")]
    Protocol(&'static str),
    /// The caller's refs have a name that Git does not take.
    #[error("`{0}` is no ref name that Git takes")]
    RefName(String),
    /// The bytes of a new object ended early or did not end.
    #[error("a new object was announced with {announced_bytes} bytes and has {problem}")]
    InputLength {
        /// What the caller said.
        announced_bytes: u64,
        /// Fewer or more.
        problem: &'static str,
    },
    /// An earlier write of the same change failed half-way.
    #[error("an earlier write of this change failed: begin the change anew")]
    Torn,
    /// One of the crate's limits was reached.
    #[error("{what} is more than this repository takes, at most {most}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit, in the unit of `what`.
        most: u64,
    },
}

impl Error {
    /// Wraps the system's reason for a failed use of a file.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { action, path: path.to_owned(), source }
    }

    /// Says whether the same call can succeed later without a change of its input: the disk may
    /// have been full, a file may have been busy. Nothing half-written is left either way.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Store { .. } | Self::Input(_))
    }
}
