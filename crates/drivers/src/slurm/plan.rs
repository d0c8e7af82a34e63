//! From a run to what the script on the node reads: bubblewrap's arguments and the settings.
//!
//! What a run sees is laid out as in the local sandbox. Secrets go only into the arguments, which
//! are a file that nobody else may read: neither Slurm nor a list of processes ever has them.

use super::folder::{Files, Folder};
use crate::Error;
use crate::sandbox::EnvironmentError;
use crate::sandbox::environment::environment_read;
use crate::sandbox::{request, spec};
use compute::Run;
use std::fmt::Write;
use std::path::Path;

/// Bytes of a block of `ulimit -f` (POSIX, `ulimit`).
const BLOCK_BYTES: u64 = 512;
/// Seconds that a program has between the polite end and the other.
const GRACE_SECONDS: u64 = 5;
/// Slurm's batch script has no terminal, and finds the sandbox that it started by its session.
const SESSION: &str = "--new-session";

/// Builds the files of a run.
///
/// # Errors
/// [`Error::Refused`] where the run cannot be expressed: the person has to change it.
pub(super) fn files(run: &Run, folder: &Folder, environments: &Path) -> Result<Files, Error> {
    let environment =
        environment_read(environments, &run.environment).map_err(|error| match error {
            EnvironmentError::Files { .. } => Error::Unavailable(error.to_string()),
            _ => Error::Refused(error.to_string()),
        })?;
    request::words_check(run).map_err(Error::Refused)?;
    request::places_check(run, &environment).map_err(Error::Refused)?;
    let people = folder.path("people");
    let unread = |error| Error::Unavailable(format!("`{}`: {error}", run.environment));
    let mut words = spec::bubble(run, &environment, (folder.at(), &people)).map_err(unread)?;
    words.retain(|word| word != SESSION);
    if run.limits.accelerators > 0 {
        devices_open(&mut words);
    }
    for (name, value) in spec::variables(run, &environment) {
        words.extend(["--setenv".to_owned(), name, value]);
    }
    let mut arguments = Vec::new();
    for word in words {
        arguments.extend_from_slice(word.as_bytes());
        arguments.push(0);
    }
    Ok(Files { settings: settings(run).into_bytes(), arguments })
}

/// Leaves `/dev` open for the accelerators, which only the script on the node knows.
fn devices_open(words: &mut Vec<String>) {
    let is_shut = |pair: &[String]| pair[0] == "--remount-ro" && pair[1] == "/dev";
    if let Some(at) = words.windows(2).position(is_shut) {
        words.drain(at..at + 2);
    }
}

fn settings(run: &Run) -> String {
    let mut text = String::new();
    let limits = &run.limits;
    let lines = [
        ("seconds", limits.seconds.max(1)),
        ("log_half", limits.log_bytes / 2),
        ("file_blocks", limits.disk_bytes / BLOCK_BYTES),
        ("accelerators", u64::from(limits.accelerators)),
    ];
    for (name, value) in lines {
        writeln!(text, "{name}={value}").expect("a string takes all");
    }
    let command: Vec<String> = run.command.iter().map(|word| quoted(word)).collect();
    let limited = format!("timeout --kill-after={GRACE_SECONDS} \"$seconds\"");
    let wrapped = "bwrap --json-status-fd 9 --args 8 \"$@\" --";
    writeln!(text, "start() {{\n    {limited} {wrapped} {}\n}}", command.join(" "))
        .expect("a string takes all");
    text
}

/// Quotes a word for the shell: within single quotes everything but themselves is as it is.
pub(crate) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_reaches_the_shell_as_it_is() {
        assert_eq!(quoted("it's $HOME; `x`"), "'it'\\''s $HOME; `x`'");
        assert_eq!(quoted(""), "''");
    }
}
