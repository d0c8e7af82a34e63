//! A private Ray that cannot outlive the process that started it.

use crate::machine::{TempDir, free_port, wait_until};
use crate::watchdog::Watchdog;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

/// Names the environment variable that says where a virtual environment with `ray[default]` is.
pub const RAY_VARIABLE: &str = "HUTONG_RAY";
/// The Python package that brings it, as PyPI names it. It takes 400 MB and two minutes.
pub const RAY_PACKAGE: &str = "ray[default]==2.60.0";

/// Limit of the wait for the first answer. It takes ten seconds on a quiet machine.
const READY_SECONDS_MAX: u64 = 180;
/// How many sets of free ports are tried, because others, Ray's own parts too, may take one before.
const START_ATTEMPTS: u32 = 3;
/// Ports: Ray's own, the dashboard with the Jobs API, and three that would be fixed otherwise.
const PORTS: usize = 5;
const DASHBOARD: usize = 1;

const WATCHDOG: &str = include_str!("ray_watchdog.sh");

/// Why there is no Ray.
#[derive(Debug, thiserror::Error)]
pub enum RayError {
    /// It is not installed.
    #[error("`{RAY_VARIABLE}` names no virtual environment with `{RAY_PACKAGE}`")]
    Absent,
    /// The folder or the process could not be made.
    #[error("cannot start Ray")]
    Start(#[source] io::Error),
    /// It stopped by itself; the text is the end of its log.
    #[error("Ray stopped before it took jobs:\n{0}")]
    Stopped(String),
    /// It neither stopped nor took jobs in time.
    #[error("Ray did not take jobs within {READY_SECONDS_MAX} seconds")]
    Late,
}

/// A running Ray of four cores. Its Jobs API is on 127.0.0.1; some of its other ports are on all
/// interfaces, as Ray wants it. It is ended with its jobs and its data is deleted on drop, and also
/// when this process is killed.
#[derive(Debug)]
pub struct Ray {
    watchdog: Watchdog,
    folder: PathBuf,
    port: u16,
}

impl Ray {
    /// Starts it and waits until it takes jobs.
    ///
    /// # Errors
    /// See [`RayError`].
    pub fn start() -> Result<Self, RayError> {
        let installed = env::var_os(RAY_VARIABLE).ok_or(RayError::Absent)?;
        let program = PathBuf::from(installed).join("bin/ray");
        if !program.exists() {
            return Err(RayError::Absent);
        }
        let mut attempts = 1;
        loop {
            match Self::start_once(&program) {
                Err(RayError::Stopped(_)) if attempts < START_ATTEMPTS => attempts += 1,
                outcome => return outcome,
            }
        }
    }

    /// Returns the address of the Jobs API.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the folder with its data and its `log`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn start_once(program: &Path) -> Result<Self, RayError> {
        let folder = TempDir::new().map_err(RayError::Start)?;
        let mut ports = [0; PORTS];
        for port in &mut ports {
            *port = free_port().map_err(RayError::Start)?;
        }
        let numbers = ports.map(|port| port.to_string());
        let mut arguments = vec![folder.path().as_os_str(), program.as_os_str()];
        arguments.extend(numbers.iter().map(OsStr::new));
        let watchdog = Watchdog::start(WATCHDOG, &arguments).map_err(RayError::Start)?;
        let mut ray = Self { watchdog, folder: folder.keep(), port: ports[DASHBOARD] };
        ray.wait_ready()?;
        Ok(ray)
    }

    fn wait_ready(&mut self) -> Result<(), RayError> {
        let mut is_stopped = false;
        let in_time = wait_until(Duration::from_secs(READY_SECONDS_MAX), || {
            is_stopped = self.watchdog.is_stopped();
            is_stopped || self.takes_jobs().unwrap_or(false)
        });
        if is_stopped {
            return Err(RayError::Stopped(self.watchdog.last_words()));
        }
        if in_time { Ok(()) } else { Err(RayError::Late) }
    }

    /// The Jobs API answers before there is anybody who starts jobs: that one writes a file.
    fn takes_jobs(&self) -> io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /api/jobs/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let logs = self.folder.join("ray/session_latest/logs");
        let has_agent = fs::read_dir(logs)?.flatten().any(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with("dashboard_agent")
        });
        Ok(answer.starts_with(b"HTTP/1.1 200 ") && has_agent)
    }
}
