//! Git's program, run under a limit and without anything of the machine's configuration.

use crate::error::Error;
use crate::model::OBJECT_BYTES_MAX;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes copied at a time.
const STEP_BYTES: usize = 64 * 1024;
/// Bytes kept of what the program complains.
const COMPLAINT_BYTES_MAX: u64 = 4 * 1024;
/// How long is left between two looks at a program that has said all and not ended yet.
const LOOK_MILLIS: u64 = 2;

/// Runs of the program that share one limit of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program {
    seconds: u64,
    end: Instant,
}

/// One run.
pub(crate) struct Run<'a> {
    /// The folder that the program takes for the repository.
    pub(crate) folder: &'a Path,
    pub(crate) args: &'a [&'a str],
    /// What the client says of the protocol, for `GIT_PROTOCOL`.
    pub(crate) protocol: Option<&'a str>,
    pub(crate) input: &'a mut (dyn Read + Send),
    pub(crate) output: &'a mut dyn Write,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) is_success: bool,
    /// The begin of what the program complained.
    pub(crate) complaint: String,
}

impl Program {
    /// Starts the time.
    pub(crate) fn within(seconds: u64) -> Self {
        let now = Instant::now();
        // An end beyond the clock is no end; a century will do.
        let century = Duration::from_secs(100 * 366 * 86_400);
        let end = now.checked_add(Duration::from_secs(seconds)).unwrap_or(now + century);
        Self { seconds, end }
    }

    /// Runs the program to its end. It is killed when the time is over and when the output cannot
    /// be written.
    pub(crate) fn run(&self, run: Run<'_>) -> Result<Ended, Error> {
        if Instant::now() >= self.end {
            return Err(Error::TimedOut { seconds: self.seconds });
        }
        let mut child = command(&run).spawn().map_err(Error::Program)?;
        let taken = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(mut stdout), Some(stderr)) = taken else {
            return Err(Error::Program(io::ErrorKind::BrokenPipe.into()));
        };
        let (done, is_done) = channel::<()>();
        let end = self.end;
        let (input, output) = (run.input, run.output);
        let is_over = &AtomicBool::new(false);
        thread::scope(|scope| {
            let guard = scope.spawn(move || guard(child, &is_done, end, is_over));
            let feeder = scope.spawn(move || {
                let fed = feed(input, &mut stdin);
                drop(stdin);
                // A program that has read enough closes its input. The rest is read all the same:
                // a client hears no answer before it has said all.
                fed.and_then(|is_taken| if is_taken { Ok(()) } else { drain(input, is_over) })
            });
            let listener = scope.spawn(move || complaint(stderr));
            let copied = copy(&mut stdout, output);
            drop(stdout);
            if copied.is_err() {
                // A message, not the end of the channel, means: kill.
                let _ = done.send(());
            }
            drop(done);
            let (status, is_late) =
                guard.join().map_err(|_| Error::Program(io::ErrorKind::Other.into()))?;
            let fed = feeder.join().unwrap_or(Ok(()));
            let complaint = listener.join().unwrap_or_default();
            if is_late {
                return Err(Error::TimedOut { seconds: self.seconds });
            }
            fed?;
            copied?;
            Ok(Ended { is_success: status.map_err(Error::Program)?.success(), complaint })
        })
    }
}

fn command(run: &Run<'_>) -> Command {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(run.folder).args(run.args);
    command.current_dir(run.folder).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("LC_ALL", "C");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
    // No single object of a hostile pack takes more memory than this; bytes (`wrapper.c`).
    command.env("GIT_ALLOC_LIMIT", OBJECT_BYTES_MAX.to_string());
    // The folder is ours, but its owner may be another one: containers map users.
    command.env("GIT_CONFIG_COUNT", "1");
    command.env("GIT_CONFIG_KEY_0", "safe.directory").env("GIT_CONFIG_VALUE_0", "*");
    if let Some(protocol) = run.protocol.filter(|text| is_protocol(text)) {
        command.env("GIT_PROTOCOL", protocol);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Signals meant for the server's terminal are not meant for it.
    command.process_group(0);
    command
}

/// `version=2` and keys like it, as `http-backend` passes them on; nothing longer or stranger.
fn is_protocol(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "=:-_.".contains(c);
    text.len() <= 128 && text.chars().all(is_plain)
}

/// Waits for the program until the time is over or somebody says stop; then kills it.
fn guard(
    mut child: Child,
    is_done: &Receiver<()>,
    end: Instant,
    is_over: &AtomicBool,
) -> (io::Result<ExitStatus>, bool) {
    let left = || end.saturating_duration_since(Instant::now());
    let mut is_late = false;
    match is_done.recv_timeout(left()) {
        Err(RecvTimeoutError::Disconnected) => {
            // It has said all. It ends now, or it hangs.
            loop {
                match child.try_wait() {
                    Ok(Some(status)) => return (Ok(status), false),
                    Ok(None) if !left().is_zero() => {
                        thread::sleep(Duration::from_millis(LOOK_MILLIS));
                    }
                    Ok(None) => {
                        is_late = true;
                        break;
                    }
                    Err(_) => break,
                }
            }
        }
        Err(RecvTimeoutError::Timeout) => is_late = true,
        Ok(()) => {}
    }
    is_over.store(true, Ordering::Relaxed);
    // It may have ended by itself in this moment.
    drop(child.kill());
    (child.wait(), is_late)
}

/// Hands the input to the program; says whether it took all.
fn feed(input: &mut dyn Read, stdin: &mut dyn Write) -> Result<bool, Error> {
    let mut step = vec![0; STEP_BYTES];
    loop {
        let count = read_some(input, &mut step).map_err(Error::Input)?;
        if count == 0 {
            return Ok(true);
        }
        if stdin.write_all(&step[..count]).is_err() {
            return Ok(false);
        }
    }
}

fn drain(input: &mut dyn Read, is_over: &AtomicBool) -> Result<(), Error> {
    let mut step = vec![0; STEP_BYTES];
    while !is_over.load(Ordering::Relaxed) && read_some(input, &mut step).map_err(Error::Input)? > 0
    {
    }
    Ok(())
}

fn copy(stdout: &mut dyn Read, output: &mut dyn Write) -> Result<(), Error> {
    let mut step = vec![0; STEP_BYTES];
    loop {
        match read_some(stdout, &mut step).map_err(Error::Program)? {
            0 => return output.flush().map_err(Error::Output),
            count => output.write_all(&step[..count]).map_err(Error::Output)?,
        }
    }
}

fn read_some(from: &mut dyn Read, step: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(step) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Keeps the begin of what the program complains, and lets it go on complaining.
fn complaint(mut stderr: impl Read) -> String {
    let mut kept = Vec::new();
    drop((&mut stderr).take(COMPLAINT_BYTES_MAX).read_to_end(&mut kept));
    drop(io::copy(&mut stderr, &mut io::sink()));
    String::from_utf8_lossy(&kept).trim().to_owned()
}
