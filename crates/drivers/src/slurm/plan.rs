//! From a run to what the script on the node reads: bubblewrap's arguments and the settings.
//!
//! Secrets go only into the arguments, which are a file that nobody else may read: neither Slurm
//! nor the list of processes ever has them.

use super::folder::{Files, Folder};
use crate::Error;
use compute::Run;
use std::fmt::Write;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Bytes of a block of `ulimit -f` (POSIX, `ulimit`).
const BLOCK_BYTES: u64 = 512;
/// Seconds that a program has between the polite end and the other.
const GRACE_SECONDS: u64 = 5;
/// Folders of the node's system that every environment without a root of its own sees.
const SYSTEM: [&str; 5] = ["bin", "sbin", "lib", "lib32", "lib64"];
/// Parts of a root directory that the sandbox makes itself.
const MADE: [&str; 5] = ["dev", "proc", "run", "sys", "tmp"];
/// Files that programs with network need to find others and to trust them.
const NETWORK: [&str; 4] = ["/etc/resolv.conf", "/etc/hosts", "/etc/ssl", "/etc/ca-certificates"];
/// Where the run works: its scratch folder.
const WORK: &str = "/tmp";

/// Builds the files of a run.
///
/// # Errors
/// [`Error::Refused`] where the run cannot be expressed: the person has to change it.
pub(super) fn files(run: &Run, folder: &Folder, environments: &Path) -> Result<Files, Error> {
    check(run)?;
    let mut arguments = Arguments::default();
    arguments.add(&["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000"]);
    // No session of its own: Slurm's batch script has no terminal, and finds its sandbox by it.
    arguments.add(&["--die-with-parent", "--cap-drop", "ALL", "--clearenv"]);
    arguments.add(&["--hostname", "run"]);
    let path = environment(run, environments, &mut arguments)?;
    if run.limits.network {
        arguments.add(&["--share-net"]);
        NETWORK.iter().for_each(|file| arguments.add(&["--ro-bind-try", file, file]));
    }
    arguments.add(&["--proc", "/proc", "--dev", "/dev"]);
    arguments.add(&["--bind", text(&folder.path("scratch"))?, WORK, "--chdir", WORK]);
    for input in &run.inputs {
        arguments.add(&["--ro-bind", text(&input.from)?, &input.to]);
    }
    if let Some(output) = &run.output {
        arguments.add(&["--bind", text(&folder.path("output"))?, output]);
    }
    arguments.add(&["--setenv", "PATH", &path, "--setenv", "HOME", WORK]);
    for (name, value) in &run.variables {
        arguments.add(&["--setenv", name, value]);
    }
    for (name, secret) in &run.secrets {
        arguments.add(&["--setenv", name, secret.reveal()]);
    }
    Ok(Files { settings: settings(run).into_bytes(), arguments: arguments.0 })
}

#[derive(Default)]
struct Arguments(Vec<u8>);

impl Arguments {
    fn add(&mut self, arguments: &[&str]) {
        for argument in arguments {
            self.0.extend_from_slice(argument.as_bytes());
            self.0.push(0);
        }
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
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn check(run: &Run) -> Result<(), Error> {
    if run.command.is_empty() {
        return Err(Error::Refused("there is no command".to_owned()));
    }
    let secrets = run.secrets.iter().map(|(name, secret)| (name, secret.reveal()));
    let variables = run.variables.iter().map(|(name, value)| (name, value.as_str()));
    for (name, value) in variables.chain(secrets) {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_good = name.bytes().all(is_name) && !name.is_empty();
        if !is_good || name.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(Error::Refused(format!("`{name}` is no name of an environment variable")));
        }
        if value.contains('\0') {
            return Err(Error::Refused(format!("the value of `{name}` has a zero byte")));
        }
    }
    if run.command.iter().any(|word| word.contains('\0')) {
        return Err(Error::Refused("the command has a zero byte".to_owned()));
    }
    let mut places = run.inputs.iter().map(|input| &input.to).chain(&run.output);
    places.try_for_each(|place| place_check(place))?;
    let missing = run.inputs.iter().find(|input| !input.from.exists());
    missing.map_or(Ok(()), |input| {
        Err(Error::Refused(format!("the input for `{}` is not there", input.to)))
    })
}

/// A folder of a run is an absolute path without `..`, and not where the sandbox has its own.
fn place_check(place: &str) -> Result<(), Error> {
    let path = Path::new(place);
    let mut parts = path.components();
    let is_plain = parts.next() == Some(Component::RootDir)
        && parts.all(|part| matches!(part, Component::Normal(_)))
        && !place.contains('\0');
    let is_own = ["/", "/dev", "/proc", "/usr"].iter().any(|own| path == Path::new(own))
        || path.starts_with("/proc")
        || path.starts_with("/dev");
    if is_plain && !is_own {
        return Ok(());
    }
    Err(Error::Refused(format!("`{place}` is no place for a folder of a run: use `/data`")))
}

/// Adds what the run sees of its environment, and returns its search path.
fn environment(run: &Run, all: &Path, arguments: &mut Arguments) -> Result<String, Error> {
    let name = run.environment.as_str();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    let is_good = !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_name);
    let folder = all.join(name);
    if !is_good || !folder.is_dir() {
        return Err(Error::Refused(format!("there is no environment `{name}`")));
    }
    if folder.join("pyvenv.cfg").is_file() {
        return virtual_environment(&folder, arguments);
    }
    let unread = |error| Error::Unavailable(format!("environment `{name}`: {error}"));
    for entry in fs::read_dir(&folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let place = entry.file_name();
        let place = place.to_str().filter(|place| !MADE.contains(place));
        let Some(place) = place else { continue };
        let inside = format!("/{place}");
        match fs::read_link(entry.path()) {
            Ok(target) => arguments.add(&["--symlink", text(&target)?, &inside]),
            Err(_) => arguments.add(&["--ro-bind", text(&entry.path())?, &inside]),
        }
    }
    Ok("/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin".to_owned())
}

/// A virtual environment lies on the node's own system, read-only, and is seen where it is: its
/// scripts name that place.
fn virtual_environment(folder: &Path, arguments: &mut Arguments) -> Result<String, Error> {
    arguments.add(&["--ro-bind", "/usr", "/usr"]);
    for part in SYSTEM {
        let (target, place) = (format!("usr/{part}"), format!("/{part}"));
        arguments.add(&["--symlink", &target, &place]);
    }
    for file in ["/etc/alternatives", "/etc/ld.so.cache"] {
        arguments.add(&["--ro-bind-try", file, file]);
    }
    // Its Python may be one that lies elsewhere.
    if let Some(home) = python_home(folder).filter(|home| !home.starts_with("/usr")) {
        arguments.add(&["--ro-bind-try", text(&home)?, text(&home)?]);
    }
    let place = text(folder)?;
    arguments.add(&["--ro-bind", place, place, "--setenv", "VIRTUAL_ENV", place]);
    Ok(format!("{place}/bin:/usr/local/bin:/usr/bin:/bin"))
}

/// Returns the folder of the Python that a virtual environment was made from.
fn python_home(folder: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(folder.join("pyvenv.cfg")).ok()?;
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let (_, home) = lines.into_iter().find(|(name, _)| name.trim() == "home")?;
    Path::new(home.trim()).parent().filter(|home| home.is_absolute()).map(Path::to_path_buf)
}

fn text(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| {
        Error::Refused(format!("the path `{}` is not UTF-8", path.to_string_lossy()))
    })
}

#[cfg(test)]
mod tests {
    use super::{place_check, quoted};

    #[test]
    fn a_word_reaches_the_shell_as_it_is() {
        assert_eq!(quoted("it's $HOME; `x`"), "'it'\\''s $HOME; `x`'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn folders_of_a_run_are_plain_absolute_paths() {
        for good in ["/data", "/data/deep", "/output", "/mnt/in"] {
            assert!(place_check(good).is_ok(), "{good}");
        }
        for bad in ["", "data", "/", "/a/../b", "/proc", "/proc/self", "/dev/x", "/usr", "/a\0"] {
            assert!(place_check(bad).is_err(), "{bad}");
        }
    }
}
