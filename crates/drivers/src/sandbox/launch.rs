//! Starts the first process of a run and holds it until its limits are set.

use super::filter;
use super::process;
use super::spec::{Bubble, Spec};
use landlock::{CompatLevel, Compatible, Ruleset, RulesetAttr, Scope};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};

/// Longest status line of `bwrap` that is read, in bytes.
const STATUS_BYTES_MAX: u64 = 4_096;
/// Holds a process without a sandbox until a line comes.
const HOLD: &str = "read -r _ && exec \"$@\" < /dev/null";

/// A process that was started.
pub(crate) struct Launched {
    child: Child,
    /// Readable when it has ended.
    pub ended: OwnedFd,
    /// What it writes.
    pub output: File,
    /// What `bwrap` tells; `None` without a sandbox.
    status: Option<File>,
    hold: Option<OwnedFd>,
    /// Its first process, the parent of the command in a sandbox.
    pub first: u32,
}

/// How it ended.
pub(crate) enum Outcome {
    /// The command was never run.
    NotRun,
    Exited(i32),
    Killed(i32),
}

impl Launched {
    /// Starts the run up to the point where its command would be executed. `None` when it did not
    /// get there: what it wrote says why.
    pub(crate) fn start(spec: &Spec) -> io::Result<Self> {
        let mut kept = vec![];
        let (output, output_in) = pipe_with(PipeFlags::CLOEXEC)?;
        let (hold_out, hold) = pipe_with(PipeFlags::CLOEXEC)?;
        let mut status = None;
        let mut command = match &spec.bubble {
            Some(made) => {
                let (status_out, status_in) = pipe_with(PipeFlags::CLOEXEC)?;
                status = Some(File::from(status_out));
                bubble(spec, made, (status_in, hold_out), &mut kept)?
            }
            None => bare(spec, hold_out),
        };
        command.stdout(output_in.try_clone()?).stderr(output_in);
        if let Some(user) = spec.user {
            // The standard library drops the other groups of root with it.
            command.uid(user).gid(user);
        }
        spec.group.hop(true)?;
        let child = command.spawn();
        spec.group.hop(false)?;
        let child = child?;
        // The writing ends are only the child's from here on.
        drop((command, kept));
        let pid = Pid::from_child(&child);
        let ended = pidfd_open(pid, PidfdFlags::empty())?;
        let output = File::from(output);
        let mut launched =
            Self { first: child.id(), child, ended, output, status, hold: Some(hold) };
        launched.first_find()?;
        Ok(launched)
    }

    /// Learns the first process of a sandbox; it is 0 when there is none.
    fn first_find(&mut self) -> io::Result<()> {
        let Some(status) = &mut self.status else { return Ok(()) };
        let mut line = vec![];
        let mut byte = [0];
        while line.last() != Some(&b'\n') && status.read(&mut byte)? == 1 {
            line.push(byte[0]);
        }
        let told = serde_json::from_slice::<serde_json::Value>(&line).ok();
        let pid = told.as_ref().and_then(|told| told["child-pid"].as_u64());
        self.first = pid.and_then(|pid| u32::try_from(pid).ok()).unwrap_or_default();
        Ok(())
    }

    /// Puts it under the limits of its group. Before it is let go.
    pub(crate) fn bound(&self, spec: &Spec) -> io::Result<()> {
        if self.first == 0 {
            return Ok(());
        }
        let done = spec.group.enter(self.first);
        // It may have failed meanwhile; then it tells why itself.
        if process::is_there(self.first) { done } else { Ok(()) }
    }

    /// Lets it execute the command.
    pub(crate) fn release(&mut self) {
        if let Some(hold) = self.hold.take() {
            // When it has failed before, nobody reads.
            let _ = rustix::io::write(&hold, b"\n");
        }
    }

    /// Kills it with all that it started in its sandbox.
    pub(crate) fn kill(&mut self) {
        if self.first != 0 {
            process::kill(self.first);
        }
        drop(self.child.kill());
    }

    /// Asks the command to end.
    pub(crate) fn ask(&self, is_bubble: bool) {
        if is_bubble {
            process::children_ask(self.first);
        } else {
            process::ask(self.first);
        }
    }

    /// Returns how it ended, after it did.
    pub(crate) fn outcome(&mut self) -> io::Result<Outcome> {
        let status = self.child.wait()?;
        let Some(told) = &mut self.status else { return Ok(plain(status)) };
        let mut text = String::new();
        told.take(STATUS_BYTES_MAX).read_to_string(&mut text)?;
        let mut lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        let code = lines.find_map(|line: serde_json::Value| line["exit-code"].as_i64());
        // `bwrap` tells a code only of a command that it executed, and 128 + N of a signal.
        Ok(match code.and_then(|code| i32::try_from(code).ok()) {
            None => Outcome::NotRun,
            Some(code @ 129..=192) => Outcome::Killed(code - 128),
            Some(code) => Outcome::Exited(code),
        })
    }
}

fn plain(status: ExitStatus) -> Outcome {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Outcome::Exited(code),
        (None, Some(signal)) => Outcome::Killed(signal),
        (None, None) => Outcome::NotRun,
    }
}

/// Prepares `bwrap`. Its arguments go through memory, so that no list of processes shows them.
fn bubble(
    spec: &Spec,
    made: &Bubble,
    (status, hold): (OwnedFd, OwnedFd),
    kept: &mut Vec<OwnedFd>,
) -> io::Result<Command> {
    let mut list = vec![];
    let texts = made.arguments.iter().map(String::as_str);
    let sets = spec.variables.iter().flat_map(|(name, value)| ["--setenv", name, value]);
    for text in texts.chain(sets) {
        list.extend_from_slice(text.as_bytes());
        list.push(0);
    }
    let mut command = Command::new(&made.program);
    let mut hand = |option: &str, fd: OwnedFd| -> io::Result<()> {
        fcntl_setfd(&fd, FdFlags::empty())?;
        command.arg(option).arg(fd.as_raw_fd().to_string());
        kept.push(fd);
        Ok(())
    };
    hand("--args", memory(&list)?)?;
    hand("--json-status-fd", status)?;
    hand("--block-fd", hold)?;
    if filter::IS_HERE {
        hand("--add-seccomp-fd", memory(&filter::filter())?)?;
    }
    command.arg("--").args(&spec.command).env_clear().stdin(Stdio::null());
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    Ok(command)
}

/// Prepares the command as it is: in its folder, with its variables, and nothing more.
fn bare(spec: &Spec, hold: OwnedFd) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", HOLD, "sh"]).args(&spec.command).env_clear();
    command.envs(spec.variables.iter().map(|(name, value)| (name, value)));
    command.current_dir(spec.folder.join("scratch/home")).process_group(0).stdin(hold);
    command
}

/// Keeps bytes in a file that has no name.
fn memory(bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut file = File::from(memfd_create("hutong", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    debug_assert!(file.as_fd().as_raw_fd() > 2, "the first three are taken");
    Ok(file.into())
}

/// Takes from this process, and what it starts from now on, the way to abstract sockets and
/// signals of everybody else. A shared network leaves abstract sockets open, such as that of a
/// desktop's bus. Says whether the kernel does it.
///
/// Landlock's rules for files are left alone: they would forbid the mounts by which `bwrap` makes
/// the sandbox, and those show the run nothing to forbid.
pub(crate) fn scopes_close() -> bool {
    let scopes = Scope::AbstractUnixSocket | Scope::Signal;
    let closed = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .scope(scopes)
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    closed.is_ok()
}
