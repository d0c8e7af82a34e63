//! One run: what a backend is asked to do, and what it reports.

use base::Time;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Longest key, in bytes: fits a Slurm comment, a Kubernetes name and a folder.
pub const KEY_BYTES_MAX: usize = 40;

/// Names one run at every backend, for ever. A submission whose reply was lost is found by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey(String);

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key of a run: 1 to {KEY_BYTES_MAX} of a-z, 0-9 and `-`, not at an end")]
pub struct KeyError(String);

impl RunKey {
    /// Returns the key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RunKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_key = (1..=KEY_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|byte| is_plain(byte) || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if is_key { Ok(Self(text.to_owned())) } else { Err(KeyError(text.to_owned())) }
    }
}

impl fmt::Display for RunKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value that no log may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a value.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// Returns the value: for the environment of the process that it is meant for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a run may use. A backend that cannot keep a limit says so before it takes the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Thousandths of a core.
    pub cores_milli: u32,
    /// Bytes of memory, with those of its files in memory.
    pub memory_bytes: u64,
    /// Bytes that it may write into its scratch and output folders together.
    pub disk_bytes: u64,
    /// Processes and threads at once.
    pub processes: u32,
    /// Accelerators.
    pub accelerators: u32,
    /// Seconds from its start to its end; then it is killed.
    pub seconds: u64,
    /// Bytes of output that are kept; of more, the beginning and the end.
    pub log_bytes: u64,
    /// Whether it may open connections.
    pub network: bool,
}

/// A folder that a run reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is on the machine of the zone.
    pub from: PathBuf,
    /// Where the run sees it: an absolute path.
    pub to: String,
}

/// What is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub key: RunKey,
    /// An environment that the operator made, or an image where the backend runs images.
    pub environment: String,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Environment variables.
    pub variables: Vec<(String, String)>,
    /// Environment variables that no log may show.
    pub secrets: Vec<(String, Secret)>,
    /// What it may use.
    pub limits: Limits,
    /// What it reads.
    pub inputs: Vec<Input>,
    /// Where it sees the folder whose content is its result, an absolute path; `None` where it has
    /// none.
    pub output: Option<String>,
}

/// What a run has used since its start. Readings only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Milliseconds between start and end, or until now.
    pub wall_ms: u64,
    /// Milliseconds of processor time, where the backend tells.
    pub cpu_ms: Option<u64>,
    /// Most bytes of memory at once, where the backend tells.
    pub memory_peak_bytes: Option<u64>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Its process ended with this code; 0 is success.
    Exited(i32),
    /// A signal ended it.
    Killed(i32),
    /// It took longer than it may.
    TimedOut,
    /// It needed more memory than it may.
    OutOfMemory,
    /// It was cancelled.
    Cancelled,
    /// The machine under it failed, or the backend lost it.
    NodeFailed(String),
    /// It could not be started, and never will be: why.
    Unstartable(String),
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When it began; `None` where it never did.
    pub started_at: Option<Time>,
    /// When it ended.
    pub ended_at: Time,
    /// How.
    pub ending: Ending,
    /// What it used in all.
    pub usage: Usage,
}

/// What a backend knows of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It was never submitted, or was forgotten.
    Unknown,
    /// It waits; the backend's reason in words.
    Waiting(String),
    /// It runs.
    Running {
        /// Since when.
        started_at: Time,
        /// What it has used so far.
        usage: Usage,
    },
    /// It has ended.
    Ended(Ended),
}

#[cfg(test)]
mod tests {
    use super::{RunKey, Secret};

    #[test]
    fn a_key_is_plain_and_short() {
        for good in ["a", "01jd8q2n-1", "0"] {
            assert!(good.parse::<RunKey>().is_ok(), "{good}");
        }
        let long = "a".repeat(super::KEY_BYTES_MAX + 1);
        for bad in ["", "-a", "a-", "A", "a/b", "a.b", "ü", "a b", &long] {
            assert!(bad.parse::<RunKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new("hush".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(secret.reveal(), "hush");
    }
}
