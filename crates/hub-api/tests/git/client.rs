//! Git's programs on the side of somebody who works with a zone.

use crate::world::World;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testbed::is_ci;

/// A clone in a folder of its own.
pub(crate) struct Client {
    path: PathBuf,
    home: PathBuf,
}

/// Says whether Git LFS is here; in a run that nobody watches it has to be.
pub(crate) fn has_lfs() -> bool {
    let is_here = Command::new("git-lfs")
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(is_here || !is_ci(), "GIT-LFS ABSENT: `CI` is set but `git-lfs` is not installed");
    if !is_here {
        eprintln!("GIT-LFS ABSENT: not tested");
    }
    is_here
}

impl Client {
    /// An empty folder that nothing was cloned into yet.
    pub(crate) fn empty(world: &World, name: &str) -> Self {
        let path = world.folder.path().join(name);
        let home = world.folder.path().join("home");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::create_dir_all(&home).unwrap();
        Self { path, home }
    }

    /// Clones from an address.
    pub(crate) fn of(world: &World, name: &str, url: &str) -> Self {
        let client = Self::empty(world, name);
        client.git(&["clone", "-q", url, "."]);
        client
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs Git's program; what it says is an `Err` where it fails.
    pub(crate) fn run(&self, args: &[&str]) -> Result<String, String> {
        let output = self.command(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(text) } else { Err(format!("{text}\n{complaint}")) }
    }

    /// Prepares Git's program, without anything of the machine's configuration.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.path).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.home).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.args(["-c", "user.name=Lin", "-c", "user.email=lin@example.org"]);
        command.args(["-c", "init.defaultBranch=main", "-c", "core.quotePath=false"]);
        command.args(args);
        command
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.run(args).unwrap_or_else(|error| panic!("git {args:?}: {error}"))
    }

    /// Lets Git send large files through Git LFS from now on.
    pub(crate) fn lfs(&self) {
        self.git(&["lfs", "install"]);
    }

    /// Writes a file.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Writes a file and commits everything; returns the commit.
    pub(crate) fn commit(&self, path: &str, bytes: &[u8]) -> String {
        self.put(path, bytes);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", &format!("change {path}")]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path.join(path)).unwrap()
    }

    /// Pushes, and returns the complaint.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let all: Vec<&str> = ["push"].iter().chain(args).copied().collect();
        self.run(&all).expect_err("the push is refused")
    }
}
