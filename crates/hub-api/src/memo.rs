//! What the last requests found out, for as long as it is surely so.
//!
//! A client that downloads a repository asks for the same account, repository and revision
//! hundreds of times. What was read stays good while this process commits nothing; other processes
//! on the same database are noticed within [`MILLIS`].

use crate::Hub;
use axum::body::Bytes;
use base::Time;
use git::Oid;
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long an answer is believed without looking, in milliseconds: so long a token that was ended
/// by another process may still be good.
const MILLIS: i64 = 1_000;
/// Answers kept; then all are forgotten.
const ANSWERS_MAX: usize = 20_000;
/// Largest small file that is kept, and all of them together.
const FILE_BYTES_MAX: usize = 64 * 1024;
const FILES_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The moment of an answer: take it before reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    commits: u64,
    at: Time,
}

impl Moment {
    pub(crate) fn of(hub: &Hub, now: Time) -> Self {
        Self { commits: hub.app.db().commits(), at: now }
    }

    fn covers(self, other: Self) -> bool {
        self.commits == other.commits
            && (0..MILLIS).contains(&(other.at.millis() - self.at.millis()))
    }
}

#[derive(Default)]
struct Answers {
    since: Option<Moment>,
    known: HashMap<String, Arc<dyn Any + Send + Sync>>,
}

#[derive(Default)]
struct Files {
    bytes: usize,
    known: HashMap<Oid, Bytes>,
}

/// Answers by question, and the content of small files by name.
#[derive(Default)]
pub(crate) struct Memo {
    answers: Mutex<Answers>,
    files: Mutex<Files>,
}

impl Memo {
    /// Finds an answer of this moment.
    pub(crate) fn find<T: Any + Send + Sync>(
        &self,
        moment: Moment,
        question: &str,
    ) -> Option<Arc<T>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if !answers.since.is_some_and(|since| since.covers(moment)) {
            return None;
        }
        answers.known.get(question)?.clone().downcast().ok()
    }

    /// Keeps an answer that was read after a moment.
    pub(crate) fn keep<T: Any + Send + Sync>(
        &self,
        moment: Moment,
        question: String,
        answer: Arc<T>,
    ) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = answers.since.is_some_and(|since| since.covers(moment));
        if !is_same || answers.known.len() >= ANSWERS_MAX {
            // An answer of an older moment than those at hand is dropped, not they.
            if answers.since.is_some_and(|since| since.commits > moment.commits) {
                return;
            }
            answers.known.clear();
            answers.since = Some(moment);
        }
        answers.known.insert(question, answer);
    }

    /// Finds the content of a small file. A name stands for one content for ever.
    pub(crate) fn file(&self, oid: Oid) -> Option<Bytes> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).known.get(&oid).cloned()
    }

    /// Keeps the content of a file, if it is small.
    pub(crate) fn file_keep(&self, oid: Oid, bytes: &Bytes) {
        if bytes.len() > FILE_BYTES_MAX {
            return;
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.bytes + bytes.len() > FILES_BYTES_MAX {
            files.known.clear();
            files.bytes = 0;
        }
        if files.known.insert(oid, bytes.clone()).is_none() {
            files.bytes += bytes.len();
        }
    }
}
