//! What a run writes: counted while it runs, made harmless when it has ended.
//!
//! There is no project quota here, and files in memory would make every checkpoint count against
//! the memory of the job. So folders lie on the disk and are counted a few times a second, with
//! files that are deleted but still open; one file alone is held by the kernel (`RLIMIT_FSIZE`).
//! A run that is over is killed. What it can write between two looks is the price.

use std::collections::HashSet;
use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Deepest nesting that is followed. ASSUMPTION: no result of a job is as deep; deeper ones are
/// made to break tools that walk them, and count as too much.
const DEPTH_MAX: usize = 128;
/// What `st_blocks` counts in (stat(2)).
const BLOCK_BYTES: u64 = 512;

/// Counts each file once.
#[derive(Default)]
struct Count {
    bytes: u64,
    seen: HashSet<(u64, u64)>,
}

impl Count {
    fn add(&mut self, data: &Metadata) {
        // Only what has several names, or none, can be met twice.
        let is_single = data.nlink() == 1 || data.is_dir();
        if is_single || self.seen.insert((data.dev(), data.ino())) {
            self.bytes = self.bytes.saturating_add(data.blocks().saturating_mul(BLOCK_BYTES));
        }
    }
}

/// Counts the bytes below folders on the disk, and of deleted files that processes have open.
/// `u64::MAX` where it cannot be counted.
pub(crate) fn bytes(folders: &[PathBuf], processes: &[u32]) -> u64 {
    let mut count = Count::default();
    for folder in folders {
        let is_counted = walk(folder, &mut |_, data| {
            count.add(data);
            Ok(())
        });
        if is_counted.is_err() {
            return u64::MAX;
        }
    }
    let device = folders.first().and_then(|it| fs::metadata(it).ok()).map(|it| it.dev());
    for pid in processes {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        for data in open.filter_map(|file| fs::metadata(file.path()).ok()) {
            if data.nlink() == 0 && data.is_file() && Some(data.dev()) == device {
                count.add(&data);
            }
        }
    }
    count.bytes
}

/// Calls for everything below a folder, without following links; a folder comes before its
/// content. What vanishes meanwhile, or may not be read, is left out.
fn walk(folder: &Path, each: &mut dyn FnMut(&Path, &Metadata) -> io::Result<()>) -> io::Result<()> {
    let mut todo = vec![(folder.to_owned(), 0)];
    while let Some((path, depth)) = todo.pop() {
        if depth > DEPTH_MAX {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let Ok(entries) = fs::read_dir(&path) else { continue };
        for entry in entries.flatten() {
            let Ok(data) = entry.metadata() else { continue };
            each(&entry.path(), &data)?;
            if data.is_dir() {
                todo.push((entry.path(), depth + 1));
            }
        }
    }
    Ok(())
}

/// Makes everything below a folder readable for its owner, and nothing special: no set-user-id, no
/// pipes or devices. Only after its processes are gone.
pub(crate) fn seal(folder: &Path) -> io::Result<()> {
    walk(folder, &mut |path, data| {
        if data.is_symlink() {
            return Ok(());
        }
        if !data.is_dir() && !data.is_file() {
            return fs::remove_file(path);
        }
        let is_run = data.is_dir() || data.mode() & 0o100 != 0;
        fs::set_permissions(path, Permissions::from_mode(if is_run { 0o755 } else { 0o644 }))
    })
}

/// Removes a folder whatever is in it.
pub(crate) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {}
        _ => return Ok(()),
    }
    // Unreadable folders are opened; those that are too deep for a walk need a tool that changes
    // into them.
    drop(seal(folder));
    let rm = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).arg("--").arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    rm("chmod", &["-R", "u+rwX"])?;
    rm("rm", &["-rf"])?;
    if folder.exists() { Err(io::ErrorKind::DirectoryNotEmpty.into()) } else { Ok(()) }
}
