//! A shell script that owns a server and stops it when this process ends, however it ends.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A running script. It holds the other end of a pipe: when that closes, on drop or because this
/// process was killed, the script stops its server and deletes what it kept.
#[derive(Debug)]
pub(crate) struct Watchdog(Child);

impl Watchdog {
    /// Starts a script with `sh`, the one program that is there wherever the servers are and that
    /// survives a killed parent.
    pub(crate) fn start(script: &str, arguments: &[&OsStr]) -> io::Result<Self> {
        let child = Command::new("sh")
            .args(["-c", script, "watchdog"])
            .args(arguments)
            // A group of its own: an interrupt from the keyboard ends the tests, and their end
            // then stops the server in order.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Self(child))
    }

    /// Tells whether the script, and so its server, has ended.
    pub(crate) fn is_stopped(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// Reads what an ended script said: the end of the server's log.
    pub(crate) fn last_words(&mut self) -> String {
        let mut words = String::new();
        if let Some(stderr) = &mut self.0.stderr
            && let Err(error) = stderr.read_to_string(&mut words)
        {
            return format!("(its log cannot be read: {error})");
        }
        words
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Closing the pipe is the signal; a watchdog that is already gone needs none.
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::Watchdog;
    use crate::machine::{TempDir, wait_until};
    use std::ffi::OsStr;
    use std::time::Duration;

    /// A minute is for a busy machine.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_script_runs_until_its_pipe_closes_and_is_waited_for() {
        let folder = TempDir::new().expect("a folder");
        let end = folder.path().join("end");
        let script = "cat >/dev/null; echo done >\"$1\"";
        let mut watchdog = Watchdog::start(script, &[end.as_os_str()]).expect("sh starts");
        assert!(!watchdog.is_stopped() && !end.exists());
        drop(watchdog);
        assert_eq!(std::fs::read_to_string(&end).expect("the script ended"), "done\n");
    }

    #[test]
    fn a_script_that_ends_by_itself_is_seen_and_its_words_are_kept() {
        let words = OsStr::new("no room");
        let mut watchdog = Watchdog::start("echo \"$1\" >&2; exit 1", &[words]).expect("sh starts");
        assert!(wait_until(PATIENCE, || watchdog.is_stopped()));
        assert_eq!(watchdog.last_words(), "no room\n");
    }
}
