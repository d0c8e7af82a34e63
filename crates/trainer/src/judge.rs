//! How good a model is on examples that it has not seen: counts, never rounded.

use crate::dataset::{CLASSES, Example};
use crate::network::Model;
use serde::Serialize;
use std::fmt;

/// What a model made of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Examples that it named rightly.
    pub correct: u64,
    /// All examples.
    pub total: u64,
    /// `confusion[shown][said]`: how often a digit was shown and which was said.
    pub confusion: [[u64; CLASSES]; CLASSES],
}

impl Verdict {
    /// Asks a model for every example.
    #[must_use]
    pub fn of(model: &Model, examples: &[Example]) -> Self {
        let mut confusion = [[0; CLASSES]; CLASSES];
        for example in examples {
            confusion[example.label][model.predict(&example.picture)] += 1;
        }
        let correct = (0..CLASSES).map(|class| confusion[class][class]).sum();
        Self { correct, total: confusion.iter().flatten().sum(), confusion }
    }

    /// Returns the share that is right in parts per million, rounded down; 0 of nothing.
    #[must_use]
    pub fn accuracy_ppm(&self) -> u64 {
        self.correct.saturating_mul(1_000_000).checked_div(self.total).unwrap_or(0)
    }

    /// Returns the accuracy as a decimal fraction of six digits, rounded down.
    #[must_use]
    pub fn accuracy(&self) -> Accuracy {
        Accuracy(self.accuracy_ppm())
    }
}

/// A share of a million, shown as `0.977464`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accuracy(u64);

impl fmt::Display for Accuracy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}
