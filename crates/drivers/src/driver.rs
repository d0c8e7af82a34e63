//! What every backend can do.

use compute::{Run, RunKey, Sight};
use futures_util::future::BoxFuture;
use std::path::PathBuf;

/// Why a driver did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The backend will never take this run; why, for the person who submitted it.
    #[error("the backend refuses the run: {0}")]
    Refused(String),
    /// The backend could not be reached or failed. Whether it took the run is unknown: look.
    #[error("the backend cannot be reached: {0}")]
    Unavailable(String),
}

/// What a backend is and has, as found at start-up and looked at again now and then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Its name and version, for people.
    pub name: String,
    /// Thousandths of a core in all, where it tells.
    pub cores_milli: Option<u64>,
    /// Bytes of memory in all, where it tells.
    pub memory_bytes: Option<u64>,
    /// What it keeps of the limits and of isolation, in words.
    pub keeps: Vec<String>,
    /// What it does not keep here, in words, with what the operator can do.
    pub lacks: Vec<String>,
}

/// A part of the output of a run: standard output and error as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPart {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Where to read on.
    pub next: u64,
    /// Whether the run has ended and nothing follows.
    pub is_over: bool,
}

/// A backend. Object-safe, so that a zone can have many of different kinds.
pub trait Driver: Send + Sync {
    /// Tells what the backend is and has.
    fn probe(&self) -> BoxFuture<'_, Result<Backend, Error>>;

    /// Hands a run over. Durable when it returns; a run that was taken before is left as it is.
    fn submit<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<(), Error>>;

    /// Tells of runs, in the order of the keys.
    fn look<'a>(&'a self, keys: &'a [RunKey]) -> BoxFuture<'a, Result<Vec<Sight>, Error>>;

    /// Ends a run and what it started. Nothing happens to one that has ended or is unknown.
    fn cancel<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<(), Error>>;

    /// Reads output: from a place on, at most so many bytes.
    fn logs<'a>(
        &'a self,
        key: &'a RunKey,
        part: (u64, usize),
    ) -> BoxFuture<'a, Result<LogPart, Error>>;

    /// Returns the folder with the result of a run that has ended, `None` where it left none. Its
    /// content is not to be trusted: links may lead anywhere.
    fn output<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<Option<PathBuf>, Error>>;

    /// Removes what is kept of a run that has ended. Nothing happens to one that has not.
    fn forget<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<(), Error>>;
}
