//! What went wrong in a benchmark: times of requests that failed are no times.

use std::process::ExitCode;

/// Requests without a good answer.
#[derive(Debug, Default)]
pub(crate) struct Failed(u64);

impl Failed {
    /// Counts some more.
    pub(crate) fn add(&mut self, requests: u64) {
        self.0 = self.0.saturating_add(requests);
    }

    /// Returns how many failed; nothing where none did.
    pub(crate) fn told(&self) -> Option<String> {
        (self.0 > 0).then(|| format!("{} requests failed: the figures above do not count", self.0))
    }

    /// Tells how many failed and ends with 1 where any did.
    pub(crate) fn end(&self) -> ExitCode {
        let Some(told) = self.told() else { return ExitCode::SUCCESS };
        eprintln!("{told}");
        ExitCode::FAILURE
    }
}
