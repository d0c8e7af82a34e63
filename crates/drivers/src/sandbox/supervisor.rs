//! The supervisor: one small process for each run, which outlives the zone.
//!
//! It has its own session and no connection to the zone but the folder of the run, so that the
//! zone may die, come back, and find the run by its lock. It is one thread around one `poll`: the
//! output, the end of the process, the pipe that wakes it, and the time.

use super::disk;
use super::launch::{Launched, Outcome, scopes_close};
use super::log::Log;
use super::process;
use super::record::{End, Folder, How, Meter, Started, later, steady_ms};
use super::spec::{Bound, Spec};
use base::Clock;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{CWD, Mode, OFlags, mkfifoat};
use rustix::process::setsid;
use rustix::time::Timespec;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// What a supervisor answers when the run is its, or was taken before.
pub(crate) const TAKEN: &str = "taken";
/// How long a run that is cancelled has after it was asked to end, in milliseconds. ASSUMPTION:
/// enough to write a last line; a run that needs a checkpoint writes it before.
const GRACE_MS: u64 = 3_000;
/// Between two looks at the disk, in milliseconds: the price of each is some 50 microseconds of a
/// core, and what may be written in between is not held.
const DISK_LOOK_MS: u64 = 200;
/// A look at many files takes longer; then it comes as rarely as to cost a twentieth.
const DISK_LOOK_SHARE: u64 = 20;
/// Between two readings of the meter, in milliseconds: what a run may lose when its supervisor
/// dies with the machine.
const METER_MS: u64 = 10_000;
/// Longest wait for the lock of a run that somebody looks at, and between two tries.
const LOCK_TRIES: u32 = 500;
const LOCK_WAIT: Duration = Duration::from_millis(2);
/// Least size of a file that the kernel holds a run to, in bytes: the supervisor has its own small
/// files under the same limit. What a run writes in all is counted below it too.
const FILE_BYTES_MIN: u64 = 16 << 20;
/// Read from the pipe at once, in bytes: what it holds.
const PIPE_BYTES: usize = 64 * 1_024;
/// How long output is read after every process is gone, in milliseconds.
const DRAIN_MS: u64 = 1_000;
/// Longest reason that is told of a run that could not be started, in bytes.
const REASON_BYTES_MAX: usize = 500;
/// The folders that a run writes into.
const WRITTEN: [&str; 3] = ["scratch/home", "scratch/tmp", "output"];
/// A process that writes a file larger than it may gets this signal; so does one that writes
/// more in all.
const DISK_SIGNAL: i32 = libc::SIGXFSZ;

/// Runs the supervisor of one run, which it reads from standard input, to the end of the run.
///
/// For a hidden subcommand or a small binary; `Sandbox` starts it. Returns after the run.
pub fn supervise(clock: &dyn Clock) -> ExitCode {
    // What the zone was handed open by whoever started it is not for a run.
    close_fds::set_fds_cloexec(3, &[]);
    let taken = read().and_then(|spec| take(&spec).map(|lock| (spec, lock)));
    let answer = match &taken {
        Ok(_) => TAKEN.to_owned(),
        Err(error) => error.to_string(),
    };
    // A zone that died meanwhile looks for the run when it is back.
    drop(writeln!(io::stdout(), "{answer}").and_then(|()| io::stdout().flush()));
    let Ok((spec, lock)) = taken else { return ExitCode::FAILURE };
    let Some(_lock) = lock else { return ExitCode::SUCCESS };
    match let_go().and_then(|()| Supervisor::new(&spec, clock)?.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(spec.group.end());
            let folder = Folder::new(spec.folder.clone());
            // On a broken disk this fails too; then the next look finds the lock free.
            let why = format!("its supervisor failed: {error}");
            drop(failed(&folder, clock, why).and_then(|end| folder.write("ended", &end)));
            drop(disk::remove(&folder.file("scratch")));
            ExitCode::FAILURE
        }
    }
}

/// Returns the end of a run that its supervisor could not see to.
fn failed(folder: &Folder, clock: &dyn Clock, why: String) -> io::Result<End> {
    let started = folder.read::<Started>("started")?;
    let wall_ms = started.map_or(0, |start| steady_ms().saturating_sub(start.steady_ms));
    let started_at = started.map(|start| start.started_at);
    let ended_at = started_at.map_or_else(|| clock.now(), |start| later(start, wall_ms));
    let meter = Meter { wall_ms, ..Meter::default() };
    Ok(End { started_at, ended_at, how: How::NodeFailed(why), meter })
}

fn read() -> io::Result<Spec> {
    let mut bytes = vec![];
    io::stdin().read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Takes the run: the lock for as long as this process lives, `None` where it was taken before.
fn take(spec: &Spec) -> io::Result<Option<File>> {
    let folder = Folder::new(spec.folder.clone());
    for _ in 0..LOCK_TRIES {
        match fs::create_dir(folder.path()) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if folder.is_taken() {
            return Ok(None);
        }
        let Some(lock) = folder.lock(true)? else {
            thread::sleep(LOCK_WAIT);
            continue;
        };
        if folder.is_taken() {
            return Ok(None);
        }
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711))?;
        folder.write("run.json", &spec.record)?;
        let parent = folder.path().parent().ok_or(io::ErrorKind::InvalidInput)?;
        Folder::new(parent.to_owned()).sync()?;
        return Ok(Some(lock));
    }
    Err(io::Error::other("somebody else takes the run and does not finish"))
}

/// Lets go of the zone: no session, terminal or pipe of its.
fn let_go() -> io::Result<()> {
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    // It fails for the leader of a group, which is on its own already.
    let _ = setsid();
    Ok(())
}

/// What is due when, in milliseconds of the steady clock.
struct Due {
    limit: u64,
    disk: u64,
    meter: u64,
    /// When a cancelled run is killed.
    grace: Option<u64>,
}

struct Supervisor<'a> {
    spec: &'a Spec,
    limits: Bound,
    clock: &'a dyn Clock,
    folder: Folder,
    wake: OwnedFd,
    log: Log,
    start: Option<Started>,
    /// The file of the start, as long as it is not durable.
    unsynced: Option<File>,
    /// Why this supervisor ends the run, once it does.
    cause: Option<How>,
}

impl<'a> Supervisor<'a> {
    fn new(spec: &'a Spec, clock: &'a dyn Clock) -> io::Result<Self> {
        let folder = Folder::new(spec.folder.clone());
        mkfifoat(CWD, folder.file("poke"), Mode::RUSR | Mode::WUSR)?;
        // Held open for writing too, so that it never reads as ended.
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let wake = rustix::fs::open(folder.file("poke"), flags, Mode::empty())?;
        let log = Log::create(folder.path(), spec.limits.log_bytes)?;
        let limits = spec.limits;
        Ok(Self {
            spec,
            limits,
            clock,
            folder,
            wake,
            log,
            start: None,
            unsynced: None,
            cause: None,
        })
    }

    fn run(&mut self) -> io::Result<()> {
        self.folders_make()?;
        self.spec.group.make(self.limits.group())?;
        // The limit holds for the supervisor as well, which writes the output.
        let file_bytes = self.limits.disk_bytes.max(self.limits.log_bytes).max(FILE_BYTES_MIN);
        process::limit_own(file_bytes)?;
        scopes_close();
        let mut launched = Launched::start(self.spec)?;
        let outcome = self.watch(&mut launched);
        if outcome.is_err() {
            launched.kill();
        }
        let (outcome, wall_ms) = outcome?;
        // One that was killed here tells nothing either, but began.
        if self.cause.is_none() && matches!(outcome, Outcome::NotRun) {
            self.start = None;
        }
        let is_out_of_memory = self.spec.group.is_out_of_memory();
        let meter = self.meter(if self.start.is_some() { wall_ms } else { 0 });
        self.spec.group.end()?;
        self.drain(&mut launched.output)?;
        let how = self.how(outcome, is_out_of_memory)?;
        self.log.finish()?;
        drop(disk::seal(&self.folder.file("output")));
        let started_at = self.start.map(|start| start.started_at);
        let ended_at =
            started_at.map_or_else(|| self.clock.now(), |start| later(start, meter.wall_ms));
        self.folder.write("ended", &End { started_at, ended_at, how, meter })?;
        disk::remove(&self.folder.file("scratch"))
    }

    fn folders_make(&self) -> io::Result<()> {
        fs::create_dir(self.folder.file("scratch"))?;
        for path in WRITTEN.map(|name| self.folder.file(name)) {
            fs::create_dir(&path)?;
            std::os::unix::fs::chown(&path, self.spec.user, self.spec.user)?;
        }
        Ok(())
    }

    /// Lets the run go, and stays with it to its end. Returns how long it took, too.
    fn watch(&mut self, launched: &mut Launched) -> io::Result<(Outcome, u64)> {
        launched.bound(self.spec)?;
        let start_ms = steady_ms();
        if self.folder.has("cancel") {
            self.cause = Some(How::Cancelled);
            launched.kill();
        } else if launched.first != 0 {
            let (started_at, supervisor) = (self.clock.now(), std::process::id());
            let start = Started { started_at, steady_ms: start_ms, supervisor };
            // Made durable when there is time: until then it has to outlive this process only, and
            // the end carries it too.
            self.unsynced = Some(self.folder.write_later("started", &start)?);
            self.start = Some(start);
        }
        launched.release();
        let limit_ms = self.limits.seconds.saturating_mul(1_000);
        let mut due = Due {
            limit: start_ms.saturating_add(limit_ms),
            disk: start_ms + DISK_LOOK_MS,
            meter: start_ms + METER_MS,
            grace: None,
        };
        let mut buffer = vec![0; PIPE_BYTES];
        let mut is_open = true;
        loop {
            let [wrote, ended, woken] = self.wait(launched, is_open, &due)?;
            if wrote {
                let bytes = launched.output.read(&mut buffer)?;
                self.log.append(&buffer[..bytes])?;
                is_open = bytes > 0;
            }
            if ended {
                let wall_ms = steady_ms().saturating_sub(start_ms);
                return Ok((launched.outcome()?, wall_ms));
            }
            if woken {
                let _ = rustix::io::read(&self.wake, &mut buffer);
            }
            self.act(launched, &mut due)?;
        }
    }

    /// Waits until there is something to do: output, the end, a wake.
    fn wait(&self, launched: &Launched, is_open: bool, due: &Due) -> io::Result<[bool; 3]> {
        let next = [due.limit, due.disk, due.meter, due.grace.unwrap_or(u64::MAX)];
        let next = next.into_iter().min().unwrap_or_default().saturating_sub(steady_ms());
        let timeout = Timespec {
            tv_sec: i64::try_from(next / 1_000).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(next % 1_000).unwrap_or_default() * 1_000_000,
        };
        let mut list = vec![
            PollFd::new(&launched.ended, PollFlags::IN),
            PollFd::new(&self.wake, PollFlags::IN),
        ];
        if is_open {
            list.push(PollFd::new(&launched.output, PollFlags::IN));
        }
        match poll(&mut list, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => return Ok([false; 3]),
            other => other?,
        };
        let is = |index: usize| list.get(index).is_some_and(|it| !it.revents().is_empty());
        Ok([is(2), is(0), is(1)])
    }

    /// Does what is due.
    fn act(&mut self, launched: &mut Launched, due: &mut Due) -> io::Result<()> {
        let now = steady_ms();
        if due.grace.is_none() && self.folder.has("cancel") {
            self.cause.get_or_insert(How::Cancelled);
            launched.ask(self.spec.bubble.is_some());
            due.grace = Some(now + GRACE_MS);
        }
        if due.grace.is_some_and(|grace| now >= grace) {
            self.end(launched, How::Cancelled);
            due.grace = Some(u64::MAX);
        }
        if now >= due.limit {
            self.end(launched, How::TimedOut);
            due.limit = u64::MAX;
        }
        if now >= due.disk {
            if let Some(file) = self.unsynced.take() {
                file.sync_data()?;
                self.folder.sync()?;
            }
            let folders = WRITTEN.map(|name| self.folder.file(name));
            self.disk_check(launched, &folders);
            let took = steady_ms().saturating_sub(now);
            due.disk = steady_ms() + DISK_LOOK_MS.max(took * DISK_LOOK_SHARE);
        }
        if now >= due.meter {
            let wall_ms = self.start.map_or(0, |start| now.saturating_sub(start.steady_ms));
            self.folder.write("meter", &self.meter(wall_ms))?;
            due.meter = now + METER_MS;
        }
        Ok(())
    }

    fn disk_check(&mut self, launched: &mut Launched, folders: &[PathBuf]) {
        let most = self.limits.disk_bytes;
        if self.cause.is_none() && disk::is_over(folders, &self.spec.group.processes(), most) {
            let line = format!("\nhutong: killed: it wrote more than {most} bytes\n");
            drop(self.log.append(line.as_bytes()));
            self.end(launched, How::Killed(DISK_SIGNAL));
        }
    }

    /// Kills the run; the first cause stays.
    fn end(&mut self, launched: &mut Launched, cause: How) {
        self.cause.get_or_insert(cause);
        launched.kill();
        self.spec.group.kill();
    }

    fn meter(&self, wall_ms: u64) -> Meter {
        let group = &self.spec.group;
        Meter { wall_ms, cpu_ms: group.cpu_ms(), memory_peak_bytes: group.memory_peak_bytes() }
    }

    /// Reads what is left in the pipe. Nobody writes any more, unless the machine keeps no groups
    /// and a process got away; then not for long.
    fn drain(&mut self, output: &mut File) -> io::Result<()> {
        let until = steady_ms() + DRAIN_MS;
        let mut buffer = vec![0; PIPE_BYTES];
        while steady_ms() < until {
            let mut list = [PollFd::new(&*output, PollFlags::IN)];
            let soon = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
            if poll(&mut list, Some(&soon))? == 0 {
                continue;
            }
            let bytes = output.read(&mut buffer)?;
            if bytes == 0 {
                return Ok(());
            }
            self.log.append(&buffer[..bytes])?;
        }
        Ok(())
    }

    /// Says how it ended: by this supervisor, by the kernel for want of memory, or by itself.
    fn how(&mut self, outcome: Outcome, is_out_of_memory: bool) -> io::Result<How> {
        if let Some(cause) = self.cause.take() {
            return Ok(cause);
        }
        Ok(match outcome {
            Outcome::Exited(0) => How::Exited(0),
            _ if is_out_of_memory => How::OutOfMemory,
            Outcome::Exited(code) => How::Exited(code),
            Outcome::Killed(signal) => How::Killed(signal),
            Outcome::NotRun => How::Unstartable(self.reason()?),
        })
    }

    /// Takes what `bwrap` wrote about a command that it could not run.
    fn reason(&self) -> io::Result<String> {
        let part = super::log::read(self.folder.path(), (0, REASON_BYTES_MAX))?;
        let text = String::from_utf8_lossy(&part.bytes);
        let text = text.trim().trim_start_matches("bwrap: ").replace("execvp ", "cannot execute ");
        Ok(if text.is_empty() { "its sandbox could not be made".to_owned() } else { text })
    }
}
