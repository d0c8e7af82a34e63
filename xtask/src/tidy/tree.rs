//! The files that the rules look at.

use super::source::{self, Line};
use crate::metadata::{self, Crate};
use crate::runner::is_installed;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Folders that are never part of the project, for a checkout without git.
const FOREIGN: [&str; 3] = [".git", "node_modules", "target"];

/// A workspace in memory: the rules are pure, and their tests make trees up.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Every file by its path from the root; bytes that are no text are kept as an empty text.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) crates: Vec<Crate>,
}

/// A file of Rust source.
pub(crate) struct RustFile<'a> {
    pub(crate) path: &'a str,
    pub(crate) source: &'a str,
    pub(crate) lines: Vec<Line>,
    /// Whether all of it is test code.
    pub(crate) is_test: bool,
}

impl Tree {
    /// Reads what git tracks or would track below the root, and the crates there.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in paths(root)? {
            let full = root.join(&path);
            // A link, or a file that is deleted but still in git's index.
            if !full.is_file() || full.is_symlink() {
                continue;
            }
            let bytes = fs::read(&full).with_context(|| format!("read `{path}`"))?;
            files.insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
        Ok(Self { files, crates: metadata::crates()? })
    }

    /// The Rust files, taken apart.
    pub(crate) fn rust(&self) -> impl Iterator<Item = RustFile<'_>> {
        self.files.iter().filter(|(path, _)| path.ends_with(".rs")).map(|(path, source)| RustFile {
            path,
            source,
            lines: source::lines(source),
            is_test: is_test_path(path),
        })
    }

    /// The Markdown files, as path and text.
    pub(crate) fn markdown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(|(path, _)| path.ends_with(".md"))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Whether there is such a file or such a folder.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        path.is_empty()
            || self.files.contains_key(path)
            || self.files.keys().any(|file| file.starts_with(&folder))
    }
}

/// Test code lives in `tests.rs`, in `*_tests.rs` and below a folder `tests`.
fn is_test_path(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
        || path.split('/').rev().skip(1).any(|folder| folder == "tests")
}

/// What git tracks or would track. Without git, in an unpacked archive, everything there is.
pub(crate) fn paths(root: &Path) -> Result<Vec<String>> {
    if !root.join(".git").exists() || !is_installed("git") {
        let mut found = Vec::new();
        walk(root, "", &mut found)?;
        return Ok(found);
    }
    let output = Command::new("git")
        // A checkout often belongs to another user than the one who checks it; it is only listed.
        .args(["-c", "safe.directory=*", "-C"])
        .arg(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .output()
        .context("run `git ls-files`")?;
    ensure!(
        output.status.success(),
        "`git ls-files` failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let names = String::from_utf8(output.stdout).context("read the file names")?;
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}

fn walk(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("list `{folder}`"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() && !FOREIGN.contains(&name.as_str()) {
            walk(root, &path, found)?;
        } else if kind.is_file() {
            found.push(path);
        }
    }
    Ok(())
}
