//! What a driver has noted of a run whose backend is another program.

use crate::notes::{Notes, blocking, unkept};
use crate::{Error, record};
use base::Time;
use compute::{Ended, Sight};

/// What stands in the notes of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// Whether it was ever handed over, or was about to be.
    pub(crate) is_attempted: bool,
    /// Whether the backend had all of it.
    pub(crate) is_taken: bool,
    pub(crate) cancelled_at: Option<Time>,
    pub(crate) started_at: Option<Time>,
    pub(crate) verdict: Option<Ended>,
}

impl Kept {
    pub(crate) async fn of(notes: &Notes) -> Result<Self, Error> {
        let notes = notes.clone();
        blocking(move || {
            Ok(Self {
                is_attempted: notes.has("attempt"),
                is_taken: notes.has("taken"),
                cancelled_at: record::time(&notes.line("cancelled")),
                started_at: record::time(&notes.line("started")),
                verdict: record::read(&notes.line("verdict")),
            })
        })
        .await
    }

    /// What is known without asking the backend.
    pub(crate) fn settled(&self) -> Option<Sight> {
        match (&self.verdict, self.is_attempted) {
            (Some(ended), _) => Some(Sight::Ended(ended.clone())),
            (None, false) => Some(Sight::Unknown),
            (None, true) => None,
        }
    }
}

/// Leaves a note, durably.
pub(crate) async fn note(notes: Notes, name: &'static str, text: String) -> Result<(), Error> {
    blocking(move || notes.leave(name, text.as_bytes()).map_err(unkept)).await
}
