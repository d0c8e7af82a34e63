//! What this machine gives of the protections, tried and not guessed.

use super::cgroup::{Group, Version};
use super::environment::Environment;
use super::filter;
use super::{Config, OpenError};
use crate::Backend;
use landlock::{CompatLevel, Compatible, Ruleset, RulesetAttr, Scope};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

/// What was found.
pub(crate) struct Machine {
    /// The version of `bwrap` that made a sandbox, or why it did not.
    pub sandbox: Result<String, String>,
    pub is_root: bool,
    pub cores_milli: u64,
    pub memory_bytes: Option<u64>,
    limits_missing: Vec<&'static str>,
    is_scoped: bool,
}

impl Machine {
    /// Looks, and makes a sandbox to see that one can be made.
    pub(crate) fn look(config: &Config, groups: &Group) -> Self {
        let is_root = rustix::process::getuid().is_root();
        let missing = groups.kinds().into_iter().filter(|(_, version)| version.is_none());
        let cores =
            available_parallelism().map_or(1, |cores| u64::try_from(cores.get()).unwrap_or(1));
        let scopes = Scope::AbstractUnixSocket | Scope::Signal;
        let ruleset =
            Ruleset::default().set_compatibility(CompatLevel::HardRequirement).scope(scopes);
        Self {
            sandbox: sandbox_try(&config.bwrap, is_root.then_some(config.user)),
            is_root,
            cores_milli: cores * 1_000,
            memory_bytes: memory_bytes(),
            limits_missing: missing.map(|(kind, _)| kind).collect(),
            is_scoped: ruleset.and_then(Ruleset::create).is_ok(),
        }
    }

    /// Refuses what the configuration does not accept.
    pub(crate) fn check(&self, config: &Config) -> Result<(), OpenError> {
        if let (Err(why), false) = (&self.sandbox, config.without_sandbox) {
            return Err(OpenError::NoSandbox(why.clone()));
        }
        if !self.limits_missing.is_empty() && !config.without_limits {
            return Err(OpenError::NoLimits(self.limits_missing.join(", ")));
        }
        let is_shut = |mode: u32| mode & 0o001 == 0;
        let folders = config.folder.ancestors().filter(|it| !it.as_os_str().is_empty());
        let mut shut = folders.filter(|it| fs::metadata(it).is_ok_and(|it| is_shut(it.mode())));
        match shut.next() {
            Some(folder) if self.is_root => Err(OpenError::Unreachable(folder.to_owned())),
            _ => Ok(()),
        }
    }

    /// Tells it in words.
    pub(crate) fn backend(&self, groups: &Group) -> Backend {
        let (mut keeps, mut lacks) = (vec![], vec![]);
        let mut tell = |is: bool, keep: &str, lack: &str| {
            if is { keeps.push(keep.to_owned()) } else { lacks.push(lack.to_owned()) }
        };
        tell(
            self.sandbox.is_ok(),
            "own view of files, processes, users and network (bubblewrap)",
            "no sandbox: install bubblewrap 0.8 or later and allow user namespaces",
        );
        tell(
            self.sandbox.is_ok() && filter::IS_HERE,
            "a filter of system calls (seccomp)",
            "no filter of system calls: it is made for x86-64 and arm64, inside the sandbox",
        );
        tell(
            self.is_scoped,
            "no abstract sockets or signals of others (Landlock)",
            "abstract sockets of the machine are open to runs with network: Linux 6.12 closes them",
        );
        for (kind, version) in groups.kinds() {
            let number = if version == Some(Version::One) { 1 } else { 2 };
            let what = match kind {
                "cpu" => "processor time",
                "pids" => "the number of processes",
                kind => kind,
            };
            tell(
                version.is_some(),
                &format!("a limit on {what} (control groups, version {number})"),
                &format!("no limit on {what} together: hand a control group over (`Delegate=yes`)"),
            );
        }
        keeps
            .push("a limit on each file (the kernel) and on all (counted 5 times a second)".into());
        lacks.push(
            "the disk is counted, not held: what is written in 200 ms may be too much".into(),
        );
        lacks.push("runs with network see that of the machine, with its loopback interface".into());
        lacks.push("accelerators".to_owned());
        let version = self.sandbox.as_deref().unwrap_or("without a sandbox");
        Backend {
            name: format!("local sandbox ({version})"),
            cores_milli: Some(self.cores_milli),
            memory_bytes: self.memory_bytes,
            keeps,
            lacks,
        }
    }
}

/// Makes a sandbox like that of a run, and returns the version of the program that made it.
fn sandbox_try(program: &str, user: Option<u32>) -> Result<String, String> {
    let version = Command::new(program).arg("--version").output();
    let version = version.map_err(|error| format!("`{program}` cannot be started ({error})"))?;
    let mounts = Environment::default().mounts("/nonexistent".as_ref(), false);
    let mut mounts = mounts.map_err(|error| error.to_string())?;
    // Who is who does not matter to `true`.
    while let Some(at) = mounts.iter().position(|it| it.starts_with("/nonexistent")) {
        mounts.drain(at - 1..=at + 1);
    }
    let mut command = Command::new(program);
    command.args(["--unshare-all", "--unshare-user", "--disable-userns", "--uid", "1000"]);
    command.args(["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]);
    command.args(mounts).args(["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/"]);
    command.args(["--", "/usr/bin/true"]).stdin(Stdio::null()).current_dir("/");
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    let done = command.output().map_err(|error| error.to_string())?;
    if !done.status.success() {
        let why = String::from_utf8_lossy(&done.stderr);
        return Err(why.trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&version.stdout).trim().to_owned())
}

fn memory_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}
