//! The local sandbox: runs on the machine of the zone, behind namespaces and limits.
//!
//! A run is a folder, a supervisor and a sandbox. The zone starts the supervisor, hands it all
//! through a pipe, and hears that the run is taken when that is durable; from then on it only reads
//! the folder. The supervisor starts `bwrap`, keeps time, output, disk and meter, and writes the
//! end. So the zone may be killed at any moment and finds every run again by its key.
//!
//! Must never: run a command without a sandbox unless the operator said so, or put a secret where
//! a file, a log or a list of processes shows it. Start reading at [`Sandbox`]; what a supervisor
//! does is in `supervisor`.

mod cgroup;
mod disk;
pub(crate) mod environment;
mod filter;
mod launch;
mod log;
mod probe;
mod process;
mod record;
pub(crate) mod request;
pub(crate) mod spec;
mod supervisor;

#[cfg(test)]
mod tests;

use crate::{Backend, Driver, Error, LogPart};
use base::Clock;
use cgroup::Group;
use compute::{Run, RunKey, Sight};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use probe::Machine;
use record::{Folder, Meter};
use spec::{Bound, Bubble, Spec};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use environment::{
    ENVIRONMENT_NAME_BYTES_MAX, Environment, environment_add, environments_list,
};
pub use supervisor::supervise;

/// The user and group `nobody` of Debian, whose rights runs have where the zone is root.
pub const NOBODY: u32 = 65_534;
/// Longest answer of a supervisor that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 4_096;
/// Begins the names of folders that are being removed; no key begins with a dot.
const GONE: &str = ".gone-";

/// How the sandbox is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything is kept: `runs/` and `environments/` are made in it.
    pub folder: PathBuf,
    /// The program that is [`supervise`], with the arguments that make it so.
    pub supervisor: Vec<String>,
    /// The program that makes sandboxes: `bwrap`, or where it is.
    pub bwrap: String,
    /// Whose rights runs have on the machine where the zone is root; else they have the zone's.
    pub user: u32,
    /// A control group of version 2 that the operator handed over; otherwise the zone's own.
    pub cgroup: Option<PathBuf>,
    /// Takes runs without a sandbox where none can be made. For development on other machines.
    pub without_sandbox: bool,
    /// Takes runs where the machine cannot limit memory, processor time or processes together.
    pub without_limits: bool,
}

impl Config {
    /// Returns the strict setting.
    #[must_use]
    pub fn new(folder: PathBuf, supervisor: Vec<String>) -> Self {
        Self {
            folder,
            supervisor,
            bwrap: "bwrap".to_owned(),
            user: NOBODY,
            cgroup: None,
            without_sandbox: false,
            without_limits: false,
        }
    }
}

/// Why the sandbox was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The machine makes no sandbox.
    #[error(
        "no sandbox can be made here: {0}; install bubblewrap 0.8 or later and allow user \
         namespaces, or say `without_sandbox` to run jobs unprotected"
    )]
    NoSandbox(String),
    /// The machine keeps no limits.
    #[error(
        "{0} cannot be limited here; give the zone a control group of its own (systemd: \
         `Delegate=yes`), or say `without_limits` to do without"
    )]
    NoLimits(String),
    /// Runs have other rights than the zone, and could not get at their own folders.
    #[error("runs cannot reach `{0}`; let others pass (`chmod o+x`) or choose another folder")]
    Unreachable(PathBuf),
    /// Its folder could not be made.
    #[error("make the folder `{folder}` of the sandbox")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What is wrong with an environment.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// There is none of this name.
    #[error("there is no environment `{0}`; the operator adds environments")]
    Unknown(String),
    /// It cannot be called so.
    #[error("`{0}` is no name of an environment: 1 to 64 of a-z, 0-9, `.`, `_` and `-`")]
    Name(String),
    /// A folder that it names is not there.
    #[error("`{0}` is no folder with an absolute path")]
    NoFolder(PathBuf),
    /// Its description is not understood.
    #[error("read `{file}`: see docs/compute.md for what it may say")]
    Text {
        /// Which.
        file: PathBuf,
        /// Why.
        source: Box<toml::de::Error>,
    },
    /// The disk failed.
    #[error("read or write `{folder}`")]
    Files {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The driver of the local sandbox.
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    clock: Arc<dyn Clock>,
    machine: Machine,
    /// Where groups for runs are made.
    groups: Group,
    /// Supervisors of this zone, to be told of their ends; those of an earlier zone have another
    /// parent.
    supervisors: Mutex<Vec<Child>>,
    gone: AtomicU64,
}

impl Sandbox {
    /// Opens the sandbox: makes its folders, tries what the machine gives, and refuses a machine
    /// that does not protect or does not limit, unless the configuration says otherwise.
    ///
    /// `clock` gives the time of events that have no supervisor.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let make = |folder: PathBuf| {
            fs::create_dir_all(&folder).map_err(|source| OpenError::Folder { folder, source })
        };
        for name in ["runs", "environments", "people"] {
            make(config.folder.join(name))?;
        }
        people_write(&config.folder.join("people"))
            .map_err(|source| OpenError::Folder { folder: config.folder.clone(), source })?;
        let groups = groups_find(config.cgroup.as_deref());
        let machine = Machine::look(&config, &groups);
        machine.check(&config)?;
        gone_remove(&config.folder.join("runs"));
        let (supervisors, gone) = (Mutex::default(), AtomicU64::default());
        let inner = Inner { config, clock, machine, groups, supervisors, gone };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns the folder with the environments, for [`environment_add`].
    #[must_use]
    pub fn environments(&self) -> PathBuf {
        self.inner.config.folder.join("environments")
    }

    /// Does something that blocks on another thread.
    fn off<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || what(&inner));
        done.map(|done| done.unwrap_or_else(|error| Err(Error::Unavailable(error.to_string()))))
            .boxed()
    }
}

impl Driver for Sandbox {
    fn probe(&self) -> BoxFuture<'_, Result<Backend, Error>> {
        self.off(|inner| Ok(Machine::look(&inner.config, &inner.groups).backend(&inner.groups)))
    }

    fn submit<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<(), Error>> {
        let run = run.clone();
        self.off(move |inner| inner.submit(&run))
    }

    fn look<'a>(&'a self, keys: &'a [RunKey]) -> BoxFuture<'a, Result<Vec<Sight>, Error>> {
        let keys = keys.to_vec();
        self.off(move |inner| {
            inner.reap();
            keys.iter().map(|key| inner.look(key).map_err(|it| broken(&it))).collect()
        })
    }

    fn cancel<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<(), Error>> {
        let key = key.clone();
        self.off(move |inner| {
            let folder = inner.folder(&key);
            if folder.is_taken() && !folder.has("ended") {
                folder.mark("cancel").map_err(|error| broken(&error))?;
                folder.poke();
            }
            Ok(())
        })
    }

    fn logs<'a>(
        &'a self,
        key: &'a RunKey,
        part: (u64, usize),
    ) -> BoxFuture<'a, Result<LogPart, Error>> {
        let key = key.clone();
        self.off(move |inner| {
            let folder = inner.folder(&key);
            if !folder.is_taken() {
                return Err(Error::Refused(format!("there is no run `{key}`")));
            }
            // Asked first: what was written before the end is then there.
            let is_over = folder.has("ended");
            let read = log::read(folder.path(), part).map_err(|error| broken(&error))?;
            Ok(LogPart { is_over: is_over && read.bytes.is_empty(), ..read })
        })
    }

    fn output<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<Option<PathBuf>, Error>> {
        let key = key.clone();
        self.off(move |inner| {
            let folder = inner.folder(&key);
            let output = folder.file("output");
            let has_any = || fs::read_dir(&output).is_ok_and(|mut list| list.next().is_some());
            Ok((folder.has("ended") && has_any()).then_some(output))
        })
    }

    fn forget<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<(), Error>> {
        let key = key.clone();
        self.off(move |inner| inner.forget(&key).map_err(|error| broken(&error)))
    }
}

impl Inner {
    fn folder(&self, key: &RunKey) -> Folder {
        Folder::new(self.config.folder.join("runs").join(key.as_str()))
    }

    fn submit(&self, run: &Run) -> Result<(), Error> {
        if self.folder(&run.key).is_taken() {
            return Ok(());
        }
        request::check(run, &self.machine).map_err(Error::Refused)?;
        let spec = self.spec(run)?;
        let answer = self.hand_over(&spec).map_err(|error| broken(&error))?;
        match answer.trim() {
            supervisor::TAKEN => Ok(()),
            "" => Err(Error::Unavailable("the supervisor died".to_owned())),
            other => Err(Error::Unavailable(other.to_owned())),
        }
    }

    fn spec(&self, run: &Run) -> Result<Spec, Error> {
        let environments = self.config.folder.join("environments");
        let environment = environment::environment_read(&environments, &run.environment);
        let environment = environment.map_err(|error| match error {
            EnvironmentError::Unknown(_) | EnvironmentError::Name(_) => {
                Error::Refused(error.to_string())
            }
            error => Error::Unavailable(error.to_string()),
        })?;
        request::places_check(run, &environment).map_err(Error::Refused)?;
        let folder = self.folder(&run.key).path().to_owned();
        let people = self.config.folder.join("people");
        let mut variables = spec::variables(run, &environment);
        let bubble = if self.machine.sandbox.is_ok() {
            let list = spec::bubble(run, &environment, (&folder, &people));
            let arguments = list.map_err(|error| broken(&error))?;
            Some(Bubble { program: self.config.bwrap.clone(), arguments })
        } else {
            request::bare_check(run, &environment).map_err(Error::Refused)?;
            spec::variables_bare(&mut variables, &folder);
            None
        };
        let group = self.groups.below(&group_name(&self.config.folder, &run.key));
        let user = self.machine.is_root.then_some(self.config.user);
        let (record, command) = (spec::record(run, &group), run.command.clone());
        let limits = Bound::from(run.limits);
        Ok(Spec { folder, record, bubble, command, variables, group, user, limits })
    }

    /// Starts a supervisor, and returns what it answers.
    fn hand_over(&self, spec: &Spec) -> io::Result<String> {
        self.reap();
        let (program, arguments) =
            self.config.supervisor.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.env_clear().current_dir("/").spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let bytes = serde_json::to_vec(spec)?;
        // One that died while it was told says so by its empty answer.
        let told = stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&bytes));
        let mut answer = String::new();
        if let Some(stdout) = stdout {
            stdout.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
        }
        self.supervisors.lock().unwrap_or_else(PoisonError::into_inner).push(child);
        told.map(|()| answer)
    }

    /// Takes note of supervisors that have ended, which is all that is needed to let them go.
    fn reap(&self) {
        let mut list = self.supervisors.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }

    fn look(&self, key: &RunKey) -> io::Result<Sight> {
        let folder = self.folder(key);
        let meter = || {
            let Ok(Some(group)) = spec::group_of(&folder) else { return Meter::default() };
            let (cpu_ms, memory_peak_bytes) = (group.cpu_ms(), group.memory_peak_bytes());
            Meter { wall_ms: 0, cpu_ms, memory_peak_bytes }
        };
        folder.look(meter, |folder| {
            if let Some(group) = spec::group_of(folder)? {
                group.end()?;
            }
            drop(disk::remove(&folder.file("scratch")));
            drop(disk::seal(&folder.file("output")));
            folder.lost_write(self.clock.now())
        })
    }

    fn forget(&self, key: &RunKey) -> io::Result<()> {
        let folder = self.folder(key);
        if !folder.has("ended") {
            return Ok(());
        }
        let number = self.gone.fetch_add(1, Ordering::Relaxed);
        let runs = self.config.folder.join("runs");
        let aside = runs.join(format!("{GONE}{}-{number}", std::process::id()));
        fs::rename(folder.path(), &aside)?;
        Folder::new(runs).sync()?;
        disk::remove(&aside)
    }
}

fn broken(error: &io::Error) -> Error {
    Error::Unavailable(error.to_string())
}

/// Names the control group of a run: the folder of the sandbox tells zones on one machine apart.
fn group_name(folder: &Path, key: &RunKey) -> String {
    let digest = base::sha256_hex(folder.as_os_str().as_encoded_bytes());
    format!("hutong-{}-{key}", &digest[..8])
}

fn groups_find(named: Option<&Path>) -> Group {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    Group::find(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup"), named)
}

/// Writes who is who in a sandbox: programs ask for the name of their own user.
pub(crate) fn people_write(folder: &Path) -> io::Result<()> {
    let passwd = "root:x:0:0::/:/bin/false\njob:x:1000:1000::/scratch:/bin/sh\n";
    fs::write(folder.join("passwd"), passwd)?;
    fs::write(folder.join("group"), "root:x:0:\njob:x:1000:\n")
}

/// Removes what a zone that was killed had begun to remove.
fn gone_remove(runs: &Path) {
    for entry in fs::read_dir(runs).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(GONE) {
            drop(disk::remove(&entry.path()));
        }
    }
}
