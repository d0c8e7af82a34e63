//! Signals to processes of a run.

use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, getrlimit, kill_process, pidfd_open,
    pidfd_send_signal, setrlimit,
};
use std::fs;
use std::io;

/// Most files that a process of a run may have open: what Debian gives a login, times four.
const FILES_MAX: u64 = 4_096;

fn named(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// Kills a process, if it is still there.
pub(crate) fn kill(pid: u32) {
    if let Some(pid) = named(pid) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Asks the processes directly below one to end. The number is looked at again after it is held,
/// so that it cannot be somebody else's.
pub(crate) fn children_ask(parent: u32) {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let text = fs::read_to_string(path).unwrap_or_default();
    for child in text.split_whitespace().filter_map(|pid| pid.parse().ok()) {
        let Some(pid) = named(child) else { continue };
        let Ok(held) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
        if parent_of(child) == Some(parent) {
            let _ = pidfd_send_signal(held, Signal::TERM);
        }
    }
}

fn parent_of(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    text.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Sets the limits that go with each process, for this one and all that it starts: the size of a
/// file, open files, no memory images. For others they could only be set with more rights.
pub(crate) fn limit_own(file_bytes: u64) -> io::Result<()> {
    let set = |resource: Resource, most: u64| {
        // Lowered only: raising takes rights.
        let most = getrlimit(resource).maximum.map_or(most, |now| most.min(now));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
    };
    set(Resource::Fsize, file_bytes)?;
    set(Resource::Core, 0)?;
    set(Resource::Nofile, FILES_MAX)?;
    Ok(())
}

/// Asks a process to end.
pub(crate) fn ask(pid: u32) {
    if let Some(pid) = named(pid) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// Says whether a process is there and has not ended.
pub(crate) fn is_there(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
