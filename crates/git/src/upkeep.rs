//! Packs joined, and litter of dead processes taken away.

use crate::error::Error;
use crate::oid::Oid;
use crate::pack::index_names;
use crate::repo::Repo;
use crate::serve::{Program, Refs, Run, VIEWS, View};
use base::Time;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Which packs are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepackLimits {
    /// Packs that may stand beside each other; nothing happens as long as there are no more.
    pub packs: usize,
    /// Packs of more bytes than this stay as they are: rewriting them costs more than it brings.
    pub pack_bytes: u64,
    /// Seconds until the program is killed.
    pub seconds: u64,
}

/// What became of small packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repacked {
    /// Packs that were joined and are gone.
    pub packs: usize,
    /// Objects in the pack that took their place.
    pub objects: usize,
}

impl Repo {
    /// Joins the small packs of the repository into one; `None` when there are not too many. No
    /// object is lost, whether a ref holds it or not. Safe beside readers, writers and itself:
    /// packs go when the new one is durable, and readers look again when a pack is gone.
    ///
    /// `refs` only help to find which files are alike.
    ///
    /// # Errors
    /// [`Error::Program`], [`Error::ProgramRefused`], [`Error::TimedOut`], [`Error::File`]. The
    /// repository is whole after each of them.
    pub fn repack(&self, refs: &Refs, limits: RepackLimits) -> Result<Option<Repacked>, Error> {
        let packs = small_packs(&self.pack_folder(), limits.pack_bytes)?;
        if packs.len() <= limits.packs.max(1) {
            return Ok(None);
        }
        let view = View::create(self, refs)?;
        let mut names = String::new();
        for pack in &packs {
            let name = pack.file_name().unwrap_or_default().to_string_lossy();
            names.push_str(&format!("{name}\n"));
        }
        let args = [
            "-c",
            "pack.windowMemory=64m",
            "pack-objects",
            "--stdin-packs",
            "--delta-base-offset",
            "--window=10",
            "--depth=50",
            "--quiet",
            "objects/pack/pack",
        ];
        let ended = Program::within(limits.seconds).run(Run {
            folder: view.path(),
            args: &args,
            protocol: None,
            input: &mut names.as_bytes(),
            output: &mut io::sink(),
        })?;
        if !ended.is_success {
            return Err(Error::ProgramRefused { complaint: ended.complaint });
        }
        let mut joined: HashSet<Oid> = HashSet::new();
        for index in view.pack_files()?.iter().filter(|path| is_kind(path, "idx")) {
            joined.extend(index_names(index)?);
        }
        // The program is trusted with nothing that cannot be made again.
        for pack in &packs {
            if let Some(oid) = index_names(&pack.with_extension("idx"))?
                .into_iter()
                .find(|oid| !joined.contains(oid))
            {
                return Err(Error::Missing(oid));
            }
        }
        let kept = view.packs_move(&self.pack_folder())?;
        let gone = packs.into_iter().filter(|pack| !kept.contains(pack));
        let mut count = 0;
        for pack in gone {
            // Without its index a pack is not looked for.
            for kind in ["idx", "rev", "pack"] {
                file_remove(&pack.with_extension(kind))?;
            }
            count += 1;
        }
        Ok(Some(Repacked { packs: count, objects: joined.len() }))
    }

    /// Removes what dead processes left: unfinished packs, and folders of requests. Whatever was
    /// touched at `before` or later is left alone; choose a moment longer ago than any request may
    /// take. Returns how many were removed.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn sweep(&self, before: Time) -> Result<u64, Error> {
        let mut count = 0;
        for path in listing(&self.pack_folder())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_orphan = is_kind(&path, "pack") && !path.with_extension("idx").exists();
            if (name.starts_with("tmp_") || is_orphan) && is_older(&path, before)? {
                file_remove(&path)?;
                count += 1;
            }
        }
        for path in listing(&self.path().join(VIEWS))? {
            if is_older(&path, before)? {
                fs::remove_dir_all(&path).map_err(Error::file("remove", &path))?;
                count += 1;
            }
        }
        Ok(count)
    }
}

/// Lists the packs with an index and at most so many bytes.
fn small_packs(folder: &Path, bytes_max: u64) -> Result<Vec<PathBuf>, Error> {
    let mut packs = Vec::new();
    for path in listing(folder)? {
        if is_kind(&path, "pack") && path.with_extension("idx").exists() {
            let found = fs::metadata(&path).map_err(Error::file("look at", &path))?;
            if found.len() <= bytes_max {
                packs.push(path);
            }
        }
    }
    packs.sort();
    Ok(packs)
}

fn is_kind(path: &Path, kind: &str) -> bool {
    path.extension().is_some_and(|found| found == kind)
}

/// Lists a folder; one that is not there is empty.
fn listing(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::file("list the folder", folder))?,
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    paths.map_err(Error::file("list the folder", folder))
}

/// Says whether a file was last changed before a moment; one that is gone was not.
fn is_older(path: &Path, before: Time) -> Result<bool, Error> {
    let changed = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        found => found.and_then(|found| found.modified()).map_err(Error::file("look at", path))?,
    };
    let millis = changed.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Ok(i64::try_from(millis).is_ok_and(|millis| millis < before.millis()))
}

/// Removes a file that somebody else may have removed.
fn file_remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}
