//! Ends a zone at a call that it makes of the system, by `strace`.

use super::zone::Zone;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testbed::wait_until;

/// Calls that make something durable, or that change what a name stands for.
const CALLS: &str = "fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat";

const PATIENCE: Duration = Duration::from_secs(60);

/// A zone that is being watched.
pub(crate) struct Traced(Child);

impl Traced {
    /// Kills a zone as it begins the call of this number in any one thread, counted from 1.
    pub(crate) fn of(zone: &Zone, number: u32) -> Self {
        let id = zone.child.id();
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-p", &id.to_string()]);
        command.args(["-e", &format!("trace={CALLS}")]);
        command.args(["-e", &format!("inject={CALLS}:signal=SIGKILL:when={number}")]);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        let watch = Self(child.expect("strace starts"));
        assert!(wait_until(PATIENCE, || are_watched(id)), "strace does not watch every thread");
        watch
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // It ends with the zone; where that goes on, it must not end it.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Says whether all threads of a process have a tracer (`proc(5)`, `TracerPid`).
fn are_watched(id: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{id}/task")) else { return false };
    threads.filter_map(Result::ok).all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
        line.is_some_and(|line| line.trim() != "0")
    })
}

/// Says whether one process may watch another here: containers often forbid it.
pub(crate) fn is_traceable() -> bool {
    let Ok(mut child) = Command::new("cat").stdin(Stdio::piped()).spawn() else { return false };
    let mut command = Command::new("strace");
    command.args(["-qq", "-o", "/dev/null", "-p", &child.id().to_string()]);
    let tracer = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut tracer) = tracer else {
        drop(child.kill());
        drop(child.wait());
        return false;
    };
    let mut is_watched = false;
    // Whether it watches or gives up is told by the one word.
    let _ = wait_until(PATIENCE, || {
        is_watched = are_watched(child.id());
        is_watched || tracer.try_wait().is_ok_and(|ended| ended.is_some())
    });
    for process in [&mut tracer, &mut child] {
        drop(process.kill());
        drop(process.wait());
    }
    is_watched
}
