//! What is kept of a run, in its own folder: every file is whole and durable when its name is
//! there, and the lock says whether its supervisor lives.
//!
//! | name | what |
//! | --- | --- |
//! | `lock` | held by the supervisor while it lives: no process number can be mistaken |
//! | `run.json` | the run as it was taken, without the values of its secrets |
//! | `started`, `meter`, `ended` | its start, its last reading, its end |
//! | `cancel` | it is to end |
//! | `poke` | a pipe that wakes the supervisor |
//! | `log.N` | output from byte N on |
//! | `scratch`, `output` | what the run writes |

use base::Time;
use compute::{Ended, Ending, Sight, Usage};
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::time::{ClockId, clock_gettime};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The start of a run.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Started {
    pub started_at: Time,
    /// The machine's clock that no one sets, at the start: tells how long it runs.
    pub steady_ms: u64,
    /// The number of the supervisor, for people: the lock says whether it lives.
    pub supervisor: u32,
}

/// A reading of the meter.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Meter {
    pub wall_ms: u64,
    pub cpu_ms: Option<u64>,
    pub memory_peak_bytes: Option<u64>,
}

impl From<Meter> for Usage {
    fn from(meter: Meter) -> Self {
        let Meter { wall_ms, cpu_ms, memory_peak_bytes } = meter;
        Self { wall_ms, cpu_ms, memory_peak_bytes }
    }
}

/// The end of a run, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct End {
    pub started_at: Option<Time>,
    pub ended_at: Time,
    pub how: How,
    pub meter: Meter,
}

/// [`Ending`], as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    Exited(i32),
    Killed(i32),
    TimedOut,
    OutOfMemory,
    Cancelled,
    NodeFailed(String),
    Unstartable(String),
}

impl From<How> for Ending {
    fn from(how: How) -> Self {
        match how {
            How::Exited(code) => Self::Exited(code),
            How::Killed(signal) => Self::Killed(signal),
            How::TimedOut => Self::TimedOut,
            How::OutOfMemory => Self::OutOfMemory,
            How::Cancelled => Self::Cancelled,
            How::NodeFailed(why) => Self::NodeFailed(why),
            How::Unstartable(why) => Self::Unstartable(why),
        }
    }
}

impl From<End> for Ended {
    fn from(end: End) -> Self {
        let End { started_at, ended_at, how, meter } = end;
        Self { started_at, ended_at, ending: how.into(), usage: meter.into() }
    }
}

/// Reads the clock that only ever goes forward, in milliseconds; the same for every process.
pub(crate) fn steady_ms() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let (seconds, nanos) = (u64::try_from(now.tv_sec), u64::try_from(now.tv_nsec));
    seconds.unwrap_or_default() * 1_000 + nanos.unwrap_or_default() / 1_000_000
}

/// The folder of one run.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.file(name).exists()
    }

    /// Says whether a supervisor has taken the run.
    pub(crate) fn is_taken(&self) -> bool {
        self.has("run.json")
    }

    /// Takes the lock, alone or with others; `None` while its supervisor has it.
    pub(crate) fn lock(&self, alone: bool) -> io::Result<Option<File>> {
        let how = if alone {
            FlockOperation::NonBlockingLockExclusive
        } else {
            FlockOperation::NonBlockingLockShared
        };
        let mut options = File::options();
        let file =
            options.read(true).write(true).create(alone).mode(0o600).open(self.file("lock"))?;
        match flock(&file, how) {
            Ok(()) => Ok(Some(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a file: whole and durable, or not at all.
    pub(crate) fn write<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        self.write_soon(name, value)?.sync_data()?;
        self.rename(name)?;
        self.sync()
    }

    /// Writes a file whole, and durable once it and the folder are synced.
    pub(crate) fn write_later<T: Serialize>(&self, name: &str, value: &T) -> io::Result<File> {
        let file = self.write_soon(name, value)?;
        self.rename(name)?;
        Ok(file)
    }

    fn write_soon<T: Serialize>(&self, name: &str, value: &T) -> io::Result<File> {
        let mut options = File::options();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(self.file(&format!("{name}.new")))?;
        file.write_all(&serde_json::to_vec(value)?)?;
        Ok(file)
    }

    fn rename(&self, name: &str) -> io::Result<()> {
        fs::rename(self.file(&format!("{name}.new")), self.file(name))
    }

    /// Makes an empty file, durably. Many may make it at once, unlike [`Self::write`].
    pub(crate) fn mark(&self, name: &str) -> io::Result<()> {
        let mut options = File::options();
        options.write(true).create(true).truncate(false).mode(0o600).open(self.file(name))?;
        self.sync()
    }

    /// Makes the names in the folder durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }

    /// Reads a file, `None` where it is not there.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> io::Result<Option<T>> {
        match fs::read(self.file(name)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Wakes the supervisor, if there is one.
    pub(crate) fn poke(&self) {
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        if let Ok(pipe) = rustix::fs::open(self.file("poke"), flags, Mode::empty()) {
            // A full pipe is a supervisor that will be woken anyway.
            let _ = rustix::io::write(&pipe, b"!");
        }
    }

    /// Tells where the run stands. `meter` reads its group; `lost` is told of a run whose
    /// supervisor has died, to end what is left of it.
    pub(crate) fn look(
        &self,
        meter: impl Fn() -> Meter,
        lost: impl Fn(&Self) -> io::Result<()>,
    ) -> io::Result<Sight> {
        if let Some(end) = self.read::<End>("ended")? {
            return Ok(Sight::Ended(end.into()));
        }
        let lock = match self.lock(false) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Sight::Unknown),
            Err(error) => return Err(error),
        };
        let is_alive = lock.is_none();
        drop(lock);
        if is_alive {
            let Some(started) = self.read::<Started>("started")? else {
                return Ok(Sight::Waiting("its sandbox is being made".to_owned()));
            };
            let wall_ms = steady_ms().saturating_sub(started.steady_ms);
            let usage = Meter { wall_ms, ..meter() }.into();
            return Ok(Sight::Running { started_at: started.started_at, usage });
        }
        if !self.is_taken() {
            return Ok(Sight::Unknown);
        }
        if !self.has("ended") {
            lost(self)?;
        }
        // Without an end, somebody else is about to write it.
        let end = self.read::<End>("ended")?;
        let waits = || Sight::Waiting("its end is being found out".to_owned());
        Ok(end.map_or_else(waits, |end| Sight::Ended(end.into())))
    }

    /// Writes the end of a run whose supervisor died without writing it. The last reading of its
    /// meter is its end: nobody pays for time that nobody saw.
    pub(crate) fn lost_write(&self, now: Time) -> io::Result<()> {
        let Some(_lock) = self.lock(true)? else { return Ok(()) };
        if self.has("ended") {
            return Ok(());
        }
        let started = self.read::<Started>("started")?;
        let meter = self.read::<Meter>("meter")?.unwrap_or_default();
        let started_at = started.map(|started| started.started_at);
        let ended_at = started_at.map_or(now, |start| later(start, meter.wall_ms));
        let why = "its supervisor ended before it: killed, or the machine stopped".to_owned();
        self.write("ended", &End { started_at, ended_at, how: How::NodeFailed(why), meter })
    }
}

/// Adds what a steady clock counted to an instant.
pub(crate) fn later(start: Time, wall_ms: u64) -> Time {
    let wall = i64::try_from(wall_ms).unwrap_or(i64::MAX);
    Time::from_millis(start.millis().saturating_add(wall))
}
