//! Folders, ports and waiting.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, io, process, thread};

/// How long a condition is left alone between two looks.
const LOOK_MILLIS: u64 = 10;

/// A new empty folder below the system's temporary folder, deleted with its content on drop.
#[derive(Debug)]
pub struct TempDir {
    path: PathBuf,
}

impl TempDir {
    /// Makes the folder. Two calls never give the same one, in one process or in several.
    ///
    /// # Errors
    /// When the temporary folder cannot be written.
    pub fn new() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("hutong-{}", unique_name()));
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the folder to another owner, who has to delete it.
    pub(crate) fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // A folder that cannot be deleted is litter, not a failed test.
            drop(fs::remove_dir_all(&self.path));
        }
    }
}

/// Returns a port of 127.0.0.1 that nobody listens on at this moment.
///
/// Somebody else may take it before the caller does: prefer to listen on port 0, and use this only
/// for programs that must be told their port.
///
/// # Errors
/// When the loopback interface has no free port.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Says whether this is a run that nobody watches, where a missing tool is a failure.
///
/// True when the variable `CI` is set to anything but the empty text, `0` or `false`.
#[must_use]
pub fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// Waits until the condition holds, and says whether it did within the limit.
#[must_use]
pub fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() >= limit {
            return false;
        }
        thread::sleep(Duration::from_millis(LOOK_MILLIS));
    }
    true
}

/// Returns a name of lower-case letters, digits and `_` that no other call returns. The random
/// part keeps it apart from the leavings of a killed run that had the same process id.
pub(crate) fn unique_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}_{count}_{:016x}", process::id(), RandomState::new().hash_one(count))
}
