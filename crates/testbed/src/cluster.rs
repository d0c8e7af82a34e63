//! A private PostgreSQL server that cannot outlive the process that started it.

use crate::machine::{TempDir, free_port, wait_until};
use crate::watchdog::Watchdog;
use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

/// Names the environment variable that says where PostgreSQL's programs are (`initdb`,
/// `postgres`); when it is set, no other place is looked at.
pub const PROGRAMS_VARIABLE: &str = "HUTONG_POSTGRES_PROGRAMS";

/// Where Debian and Ubuntu keep the programs of each major version.
const DEBIAN_ROOT: &str = "/usr/lib/postgresql";

/// Limit of the wait for the first connection. A new cluster takes about two seconds on a quiet
/// machine; the rest is for a busy one.
const READY_SECONDS_MAX: u64 = 120;

/// How many free ports are tried, because another process may take one before the server does.
const PORT_ATTEMPTS: u32 = 3;

/// The script that owns the server.
const WATCHDOG: &str = include_str!("watchdog.sh");

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// PostgreSQL is not installed.
    #[error("no `initdb` and `postgres` in `{0}`: install the package `postgresql`")]
    Absent(String),
    /// The folder or the process could not be made.
    #[error("cannot start a PostgreSQL cluster in `{0}`")]
    Start(PathBuf, #[source] io::Error),
    /// The server stopped by itself; the text is the end of its log.
    #[error("PostgreSQL stopped before it accepted a connection:\n{0}")]
    Stopped(String),
    /// The server neither stopped nor accepted in time.
    #[error("PostgreSQL did not accept a connection within {READY_SECONDS_MAX} seconds")]
    Late,
}

/// A running PostgreSQL on 127.0.0.1 with data of its own. It is stopped and its data deleted on
/// drop, and also when this process is killed.
///
/// Everybody on this machine can connect as superuser while it runs: keep nothing in it.
#[derive(Debug)]
pub struct Cluster {
    watchdog: Watchdog,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// Starts a server and waits until it accepts connections. Run by root, it becomes the user
    /// `postgres`, because PostgreSQL refuses to be root.
    ///
    /// # Errors
    /// See [`ClusterError`].
    pub fn start() -> Result<Self, ClusterError> {
        let programs = programs_find().ok_or_else(|| ClusterError::Absent(places()))?;
        let mut attempts = 1;
        loop {
            match Self::start_once(&programs) {
                Err(ClusterError::Stopped(log))
                    if attempts < PORT_ATTEMPTS && log.contains("could not bind") =>
                {
                    attempts += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Returns the URL of its database `postgres`, as superuser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Returns the folder with its data and its `log`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn start_once(programs: &Path) -> Result<Self, ClusterError> {
        let failed = |source| ClusterError::Start(env::temp_dir(), source);
        let folder = TempDir::new().map_err(failed)?;
        let become_user = user_switch(folder.path()).map_err(failed)?;
        let port = free_port().map_err(failed)?;
        let port_text = port.to_string();
        let mut arguments = vec![folder.path().as_os_str(), programs.as_os_str()];
        arguments.push(port_text.as_ref());
        arguments.extend(become_user.iter().map(OsStr::new));
        let watchdog = Watchdog::start(WATCHDOG, &arguments).map_err(failed)?;
        let mut cluster = Self { watchdog, folder: folder.keep(), port };
        cluster.wait_ready()?;
        Ok(cluster)
    }

    fn wait_ready(&mut self) -> Result<(), ClusterError> {
        let (mut is_ready, mut is_stopped) = (false, false);
        let in_time = wait_until(Duration::from_secs(READY_SECONDS_MAX), || {
            is_ready = server_is_ready(&self.folder);
            is_stopped = self.watchdog.is_stopped();
            is_ready || is_stopped
        });
        if is_stopped {
            return Err(ClusterError::Stopped(self.watchdog.last_words()));
        }
        if in_time { Ok(()) } else { Err(ClusterError::Late) }
    }
}

/// Returns the folder with `initdb` and `postgres`: the one named by [`PROGRAMS_VARIABLE`], else
/// Debian's newest version, else the first in `PATH` that has both.
#[must_use]
pub fn programs_find() -> Option<PathBuf> {
    let has_both =
        |folder: &PathBuf| ["initdb", "postgres"].iter().all(|p| folder.join(p).exists());
    if let Some(named) = env::var_os(PROGRAMS_VARIABLE) {
        return Some(PathBuf::from(named)).filter(has_both);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    debian_versions().into_iter().chain(env::split_paths(&path)).find(has_both)
}

/// Debian's program folders, newest version first.
fn debian_versions() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(DEBIAN_ROOT) else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn places() -> String {
    env::var(PROGRAMS_VARIABLE).unwrap_or_else(|_| format!("{DEBIAN_ROOT}/*/bin` or `PATH"))
}

/// Whether the server says in its pid file that it accepts connections: line 8 is its state
/// (PostgreSQL, `src/include/utils/pidfile.h`, `LOCK_FILE_LINE_PM_STATUS`).
fn server_is_ready(folder: &Path) -> bool {
    fs::read_to_string(folder.join("data/postmaster.pid"))
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
}

/// Closes the folder to others and, for root, gives it to `postgres` and returns the command that
/// becomes this user.
fn user_switch(folder: &Path) -> io::Result<Vec<&'static str>> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(Vec::new());
    }
    let given = Command::new("chown").arg("postgres:").arg(folder).status()?;
    if !given.success() {
        return Err(io::Error::other("there is no user `postgres` to run the server as"));
    }
    Ok(vec!["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"])
}
