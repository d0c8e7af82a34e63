//! A private Slurm cluster that cannot outlive the process that started it.

use crate::machine::{TempDir, free_port, wait_until};
use crate::watchdog::Watchdog;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, io};

/// Limit of the wait until all nodes take jobs. It takes two seconds on a quiet machine.
const READY_SECONDS_MAX: u64 = 120;
/// How many sets of free ports are tried, because others may take one before the daemons do.
const START_ATTEMPTS: u32 = 3;
/// Nodes: one to fail and one to go on.
const NODES: usize = 2;
/// The controller's port and one per node.
const PORTS: usize = NODES + 1;
/// What has to be installed. Debian's packages: slurmctld, slurmd, slurm-client, munge.
const PROGRAMS: [&str; 5] = ["slurmctld", "slurmd", "sbatch", "munged", "bwrap"];
/// Where Debian keeps the daemons, which is not in everybody's `PATH`.
const DAEMONS: &str = "/usr/sbin";

const WATCHDOG: &str = include_str!("slurm_watchdog.sh");

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum SlurmError {
    /// A program is not installed.
    #[error("no `{0}`: install slurmctld, slurmd, slurm-client, munge and bubblewrap")]
    Absent(&'static str),
    /// The folder or the process could not be made.
    #[error("cannot start a Slurm cluster")]
    Start(#[source] io::Error),
    /// A daemon stopped by itself; the text is the end of the logs.
    #[error("Slurm stopped before it took jobs:\n{0}")]
    Stopped(String),
    /// The cluster neither stopped nor took jobs in time.
    #[error("Slurm did not take jobs within {READY_SECONDS_MAX} seconds")]
    Late,
}

/// A running Slurm of two nodes (`n1`, `n2`: 4 cores, 4,000 MiB and 2 accelerators that are none
/// each) on 127.0.0.1, run by the user of the test. It is stopped with its jobs and its data is
/// deleted on drop, and also when this process is killed.
#[derive(Debug)]
pub struct Slurm {
    watchdog: Watchdog,
    folder: PathBuf,
}

impl Slurm {
    /// Starts a cluster and waits until both nodes take jobs.
    ///
    /// # Errors
    /// See [`SlurmError`].
    pub fn start() -> Result<Self, SlurmError> {
        if let Some(absent) = PROGRAMS.iter().find(|program| !is_installed(program)) {
            return Err(SlurmError::Absent(absent));
        }
        let mut attempts = 1;
        loop {
            match Self::start_once() {
                Err(SlurmError::Stopped(_)) if attempts < START_ATTEMPTS => attempts += 1,
                outcome => return outcome,
            }
        }
    }

    /// Returns the configuration file, for `SLURM_CONF`.
    #[must_use]
    pub fn configuration(&self) -> PathBuf {
        self.folder.join("slurm.conf")
    }

    /// Returns the folder with its state and its `log`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn start_once() -> Result<Self, SlurmError> {
        let folder = TempDir::new().map_err(SlurmError::Start)?;
        let mut ports = [0; PORTS];
        for port in &mut ports {
            *port = free_port().map_err(SlurmError::Start)?;
        }
        let numbers = ports.map(|port| port.to_string());
        let nodes = NODES.to_string();
        let mut arguments = vec![folder.path().as_os_str(), nodes.as_ref()];
        arguments.extend(numbers.iter().map(OsStr::new));
        let watchdog = Watchdog::start(WATCHDOG, &arguments).map_err(SlurmError::Start)?;
        let mut cluster = Self { watchdog, folder: folder.keep() };
        cluster.wait_ready()?;
        Ok(cluster)
    }

    fn wait_ready(&mut self) -> Result<(), SlurmError> {
        let mut is_stopped = false;
        let in_time = wait_until(Duration::from_secs(READY_SECONDS_MAX), || {
            is_stopped = self.watchdog.is_stopped();
            is_stopped || self.folder.join("ready").exists()
        });
        if is_stopped {
            return Err(SlurmError::Stopped(self.watchdog.last_words()));
        }
        if in_time { Ok(()) } else { Err(SlurmError::Late) }
    }
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain([DAEMONS.into()]).any(|folder| folder.join(program).exists())
}
