//! A folder that shows a repository's objects under given refs, for one run of Git's program.
//!
//! The program reads refs from a folder, but ours are in a database. Writing them into the
//! repository's folder would let two requests overwrite each other's refs, and show one client the
//! refs of another. So each request gets a small folder of its own: `HEAD`, `packed-refs`, and an
//! `alternates` file that names the repository's objects. It is also where pushed objects wait
//! until they are accepted.

use super::refs::{Refs, ref_name_is_valid};
use crate::error::Error;
use crate::repo::{Repo, folder_sync};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where views are, inside the repository's folder: packs are renamed out of them, which has to
/// stay on one file system.
pub(crate) const VIEWS: &str = "views";

/// The program's settings. Files from 32 MiB on are not held in memory; folders inside each other
/// go as deep as paths do ([`crate::PATH_DEPTH_MAX`]). Partial clones are served. Deltas that are
/// stored are sent, none are looked for: that costs seconds of a core for every clone. A few
/// threads of a program that runs many times at once help nobody.
const CONFIG: &str = "[core]
\trepositoryformatversion = 0
\tbare = true
\tlogAllRefUpdates = false
\tbigFileThreshold = 32m
\tmaxTreeDepth = 512
[gc]
\tauto = 0
[maintenance]
\tauto = false
[pack]
\tthreads = 1
\twindow = 0
[uploadpack]
\tallowFilter = true
[lsrefs]
\tunborn = advertise
";

/// Tells the folders of two requests of one process apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// The folder. It is deleted on drop.
#[derive(Debug)]
pub(crate) struct View {
    path: PathBuf,
}

impl View {
    pub(crate) fn create(repo: &Repo, refs: &Refs) -> Result<Self, Error> {
        let objects = repo.path().join("objects");
        let objects = fs::canonicalize(&objects).map_err(Error::file("find", &objects))?;
        let view = Self { path: folder_create(&repo.path().join(VIEWS))? };
        for folder in ["refs", "objects/pack", "objects/info"] {
            let folder = view.path.join(folder);
            fs::create_dir_all(&folder).map_err(Error::file("create the folder", &folder))?;
        }
        let mut alternates = objects.into_os_string();
        alternates.push("\n");
        view.write("objects/info/alternates", alternates.as_encoded_bytes())?;
        view.write("config", CONFIG.as_bytes())?;
        view.write("packed-refs", packed(refs)?.as_bytes())?;
        let head = if ref_name_is_valid(&refs.head) { &refs.head } else { "refs/heads/main" };
        view.write("HEAD", format!("ref: {head}\n").as_bytes())?;
        Ok(view)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lists the files of the packs that the program has put here.
    pub(crate) fn pack_files(&self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.path.join("objects/pack");
        let listing = fs::read_dir(&folder).map_err(Error::file("list the folder", &folder))?;
        let paths: io::Result<Vec<PathBuf>> = listing.map(|entry| Ok(entry?.path())).collect();
        let paths = paths.map_err(Error::file("list the folder", &folder))?;
        let is_pack = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let ends = [".pack", ".idx", ".rev"];
            name.starts_with("pack-") && ends.iter().any(|end| name.ends_with(end))
        };
        Ok(paths.into_iter().filter(is_pack).collect())
    }

    /// Moves the packs into a folder of packs, durable before they are visible. Returns where the
    /// files are now.
    pub(crate) fn packs_move(&self, into: &Path) -> Result<Vec<PathBuf>, Error> {
        let mut files = self.pack_files()?;
        // The index makes a pack visible: it goes last.
        files.sort_by_key(|path| path.extension().is_some_and(|kind| kind == "idx"));
        for path in &files {
            let file = File::open(path).map_err(Error::file("open", path))?;
            file.sync_all().map_err(Error::file("sync", path))?;
        }
        let mut moved = Vec::new();
        for path in files {
            let target = into.join(path.file_name().unwrap_or_default());
            fs::rename(&path, &target).map_err(Error::file("rename to", &target))?;
            moved.push(target);
        }
        folder_sync(into)?;
        Ok(moved)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path.join(name);
        fs::write(&path, bytes).map_err(Error::file("write", &path))
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // What is left is litter that no one reads; the sweep takes it.
        drop(fs::remove_dir_all(&self.path));
    }
}

/// Writes refs as `packed-refs` holds them, sorted by bytes.
fn packed(refs: &Refs) -> Result<String, Error> {
    let mut text = String::from("# pack-refs with: sorted \n");
    for (name, oid) in &refs.names {
        if !ref_name_is_valid(name) {
            return Err(Error::RefName(name.clone()));
        }
        writeln!(text, "{oid} {name}").expect("writing to a text cannot fail");
    }
    Ok(text)
}

fn folder_create(parent: &Path) -> Result<PathBuf, Error> {
    match fs::create_dir(parent) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(Error::file("create the folder", parent)(error));
        }
        _ => {}
    }
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{}-{number}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::file("create the folder", &path)(error)),
        }
    }
}
