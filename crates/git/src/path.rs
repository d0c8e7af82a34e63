//! Which paths a tree may hold.
//!
//! The rules are those of Git's `verify_path` (`read-cache.c`), `is_hfs_dotgit` (`utf8.c`) and
//! `is_ntfs_dotgit` (`path.c`), with the protections for both file systems always on: what is
//! stored here is checked out on machines that we do not know, and `git fsck --strict` refuses it
//! anywhere.

/// Longest path in bytes: `PATH_MAX` of Linux, and where `git fsck` begins to warn
/// (`largePathname`).
pub const PATH_BYTES_MAX: usize = 4_096;

/// Most folders inside each other. Git reads 2,048 on most machines and 512 with the Windows
/// compiler (`core.maxTreeDepth`): every client can check out what we take. Half of that keeps the
/// walk within half a small stack, also in a build without optimisation.
pub const PATH_DEPTH_MAX: usize = 256;

/// Why a path cannot be in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PathFault {
    /// The path, or a part between two slashes, is empty.
    #[error("a part of the path is empty: leave out slashes at its ends and double ones")]
    EmptyPart,
    /// A part is `.` or `..`.
    #[error("the path has a part `.` or `..`: give the path from the root")]
    Dots,
    /// A part would be the folder `.git` on some file system.
    #[error("a part of the path is `.git` on some file system: choose another name")]
    DotGit,
    /// The path holds a NUL byte.
    #[error("the path holds a NUL byte: leave it out")]
    Nul,
    /// More than [`PATH_BYTES_MAX`] bytes.
    #[error("the path is longer than 4096 bytes: shorten it")]
    TooLong,
    /// More than [`PATH_DEPTH_MAX`] parts.
    #[error("the path has more than 512 parts: flatten it")]
    TooDeep,
}

/// Checks that a path can be in a tree: relative, `/` between its parts. A backslash in a name is
/// legal.
///
/// # Errors
/// The first fault from the left.
pub fn path_check(path: &str) -> Result<(), PathFault> {
    if path.len() > PATH_BYTES_MAX {
        return Err(PathFault::TooLong);
    }
    for (depth, part) in path.split('/').enumerate() {
        if depth >= PATH_DEPTH_MAX {
            return Err(PathFault::TooDeep);
        }
        part_check(part)?;
    }
    Ok(())
}

/// Checks one part of a path.
pub(crate) fn part_check(part: &str) -> Result<(), PathFault> {
    if part.is_empty() {
        return Err(PathFault::EmptyPart);
    }
    if part == "." || part == ".." {
        return Err(PathFault::Dots);
    }
    if part.contains('\0') {
        return Err(PathFault::Nul);
    }
    // `fsck.c` looks behind every backslash too: it separates folders on Windows.
    if is_hfs_dot_git(part) || part.split('\\').any(is_ntfs_dot_git) {
        return Err(PathFault::DotGit);
    }
    Ok(())
}

/// HFS+ folds case and drops these code points from names (Apple TN1150, as `utf8.c` has them).
fn is_hfs_dot_git(part: &str) -> bool {
    let is_mark = |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
    let is_format = |c: char| matches!(c, '\u{206a}'..='\u{206f}' | '\u{feff}');
    let seen = part.chars().filter(|c| !is_mark(*c) && !is_format(*c));
    seen.flat_map(char::to_lowercase).eq(".git".chars())
}

/// NTFS folds case, drops dots and spaces at the end, opens `name:stream` as `name`, and gives
/// `.git` the short name `git~1`.
fn is_ntfs_dot_git(part: &str) -> bool {
    let name = part.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}
