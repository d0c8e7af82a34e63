//! What a run writes: counted while it runs, made harmless when it has ended.
//!
//! There is no project quota here, and files in memory would make every checkpoint count against
//! the memory of the job. So folders lie on the disk and are counted a few times a second, with
//! files that are deleted but still open; one file alone is held by the kernel (`RLIMIT_FSIZE`).
//! A run that is over is killed. What it can write between two looks is the price.

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Stat, chmodat, openat2, statat,
    unlinkat,
};
use rustix::io::Errno;
use std::collections::HashSet;
use std::ffi::CStr;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Deepest nesting that is followed. ASSUMPTION: no result of a job is as deep; deeper ones are
/// made to break tools that walk them, and count as too much.
const DEPTH_MAX: usize = 128;
/// What `st_blocks` counts in (stat(2)).
const BLOCK_BYTES: u64 = 512;
/// What a file counts at least: an empty one takes a place in the tables of the disk too. It also
/// bounds how much a run can make its supervisor walk.
const FILE_BYTES_MIN: u64 = 4_096;

/// Counts each file once.
struct Count {
    bytes: u64,
    most: u64,
    seen: HashSet<(u64, u64)>,
}

impl Count {
    /// Adds a file, given its number, whether it has one name, and its blocks; fails when it is
    /// enough.
    fn add(&mut self, (file, is_single, blocks): ((u64, u64), bool, u64)) -> io::Result<()> {
        // Only what has several names, or none, can be met twice.
        if is_single || self.seen.insert(file) {
            let bytes = blocks.saturating_mul(BLOCK_BYTES).max(FILE_BYTES_MIN);
            self.bytes = self.bytes.saturating_add(bytes);
        }
        if self.bytes > self.most { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(()) }
    }
}

/// Says whether there are more than so many bytes below folders on the disk, and in deleted files
/// that processes have open. What cannot be counted is too much.
pub(crate) fn is_over(folders: &[PathBuf], processes: &[u32], most: u64) -> bool {
    let mut count = Count { bytes: 0, most, seen: HashSet::new() };
    for folder in folders {
        let counted = walk(folder, &mut |_, _, stat| {
            // The names of a folder are those of its own folders.
            let is_single = is(stat, FileType::Directory) || stat.st_nlink == 1;
            let blocks = u64::try_from(stat.st_blocks).unwrap_or_default();
            count.add(((stat.st_dev, stat.st_ino), is_single, blocks))
        });
        if counted.is_err() {
            return true;
        }
    }
    let device = folders.first().and_then(|it| fs::metadata(it).ok()).map(|it| it.dev());
    for pid in processes {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        for data in open.filter_map(|file| fs::metadata(file.path()).ok()) {
            let is_deleted = data.nlink() == 0 && data.is_file();
            let is_ours = is_deleted && Some(data.dev()) == device;
            if is_ours && count.add(((data.dev(), data.ino()), false, data.blocks())).is_err() {
                return true;
            }
        }
    }
    false
}

fn is(stat: &Stat, kind: FileType) -> bool {
    FileType::from_raw_mode(stat.st_mode) == kind
}

/// Calls for everything below a folder: with the folder that it is in, its name, and what it is.
///
/// No link is followed, not even one that takes the place of a folder meanwhile: a run could
/// otherwise lead its supervisor through the whole machine. What vanishes is left out; what may not
/// be read is an error.
fn walk(
    folder: &Path,
    each: &mut dyn FnMut(BorrowedFd<'_>, &CStr, &Stat) -> io::Result<()>,
) -> io::Result<()> {
    let Ok(base) = folder_open(CWD, folder, ResolveFlags::NO_MAGICLINKS) else { return Ok(()) };
    let mut todo = vec![(PathBuf::from("."), 0)];
    while let Some((path, depth)) = todo.pop() {
        if depth > DEPTH_MAX {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let inside = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let open = match folder_open(base.as_fd(), &path, inside) {
            Ok(open) => open,
            // Made to be passed over; a zone that is root reads all.
            Err(why @ (Errno::NAMETOOLONG | Errno::ACCESS)) => return Err(why.into()),
            Err(_) => continue,
        };
        for entry in Dir::read_from(&open)?.flatten() {
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let stat = match statat(&open, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                Err(Errno::ACCESS) => return Err(Errno::ACCESS.into()),
                Err(_) => continue,
            };
            each(open.as_fd(), name, &stat)?;
            if is(&stat, FileType::Directory) {
                todo.push((path.join(std::ffi::OsStr::from_bytes(name.to_bytes())), depth + 1));
            }
        }
    }
    Ok(())
}

fn folder_open(at: BorrowedFd<'_>, path: &Path, how: ResolveFlags) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat2(at, path, flags, Mode::empty(), how)
}

/// Makes everything below a folder readable for its owner, and nothing special: no set-user-id, no
/// pipes or devices. Only after its processes are gone.
pub(crate) fn seal(folder: &Path) -> io::Result<()> {
    walk(folder, &mut |at, name, stat| {
        let is_folder = is(stat, FileType::Directory);
        if is(stat, FileType::Symlink) {
            return Ok(());
        }
        if !is_folder && !is(stat, FileType::RegularFile) {
            return Ok(unlinkat(at, name, AtFlags::empty())?);
        }
        let is_run = is_folder || stat.st_mode & 0o100 != 0;
        let mode = Mode::from_raw_mode(if is_run { 0o755 } else { 0o644 });
        Ok(chmodat(at, name, mode, AtFlags::empty())?)
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
