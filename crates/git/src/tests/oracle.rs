//! A repository of ours beside Git's own program.

use crate::{Actor, Change, Commit, Mode, Oid, Repo};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use testbed::TempDir;

/// A repository in a folder of its own.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) repo: Repo,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let repo = Repo::create(&folder.path().join("it.git")).unwrap();
        Self { folder, repo }
    }

    /// Runs Git's program on the repository; its output as text without the last line end.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        run(self.repo.path(), args, b"").unwrap_or_else(|error| panic!("git {args:?}: {error}"))
    }

    /// Has Git's program check everything.
    pub(crate) fn fsck(&self) {
        self.git(&["fsck", "--strict", "--full", "--no-dangling"]);
    }

    /// Commits files by path; `None` deletes one.
    pub(crate) fn commit(&self, parents: &[Oid], files: &[(&str, Option<&str>)]) -> Oid {
        let base = parents.first().map(|parent| self.repo.commit_read(*parent).unwrap().tree);
        let mut writer = self.repo.writer();
        let mut changes = BTreeMap::new();
        for (path, text) in files {
            let change = match text {
                Some(text) => {
                    let oid = writer.blob_put(text.as_bytes()).unwrap();
                    Change::Put { mode: Mode::File, oid }
                }
                None => Change::DeleteFile,
            };
            changes.insert((*path).to_owned(), change);
        }
        let tree = writer.tree_edit(base, &changes).unwrap().unwrap();
        let seconds = 1_000 + parents.iter().map(|p| self.seconds(*p)).max().unwrap_or(0);
        let commit = commit_of(tree, parents, seconds, "change");
        let oid = writer.commit_write(&commit).unwrap();
        writer.finish().unwrap();
        oid
    }

    fn seconds(&self, commit: Oid) -> i64 {
        self.repo.commit_read(commit).unwrap().committer.seconds
    }
}

pub(crate) fn actor(seconds: i64) -> Actor {
    Actor {
        name: "Lin Wei".to_owned(),
        email: "lin@zone.example".to_owned(),
        seconds,
        offset_minutes: 480,
    }
}

pub(crate) fn commit_of(tree: Oid, parents: &[Oid], seconds: i64, message: &str) -> Commit {
    Commit {
        tree,
        parents: parents.to_vec(),
        author: actor(seconds),
        committer: actor(seconds),
        message: message.to_owned(),
    }
}

/// Runs Git's program without any configuration of the machine.
pub(crate) fn run(folder: &Path, args: &[&str], input: &[u8]) -> Result<String, String> {
    let mut child = Command::new("git")
        .current_dir(folder)
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that does not read its input closes the pipe: not this test's matter.
            drop(std::io::Write::write_all(&mut stdin, input));
        });
        child.wait_with_output()
    });
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned();
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
    }
}
