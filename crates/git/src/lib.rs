//! Bare Git repositories: objects in packs, trees, history, differences, merges, the smart
//! protocol.
//!
//! Objects live in packs inside an ordinary bare repository folder, so that Git's own program can
//! serve it. **Refs are not here**: the caller's database owns them, and this crate is told them.
//!
//! Must never: read the clock, keep a ref of its own, show an object before it is durable, or
//! panic on the bytes of a repository. Everything blocks; nothing is async.
//!
//! Start reading at [`Repo`] for reading, [`Writer`] for a change.

mod blame;
mod diff;
mod edit;
mod error;
mod history;
mod merge;
mod model;
mod object;
mod oid;
mod pack;
mod patch;
mod path;
mod reach;
mod repo;
mod serve;
mod text;
mod upkeep;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

pub use blame::LastChange;
pub use diff::{CHANGED_PATHS_MAX, Changed, ChangedHow, ChangedPaths, Side};
pub use edit::{Change, EditRefused};
pub use error::Error;
pub use history::{HISTORY_COMMITS_MAX, LOG_COMMITS_MAX, LogPage};
pub use merge::Merged;
pub use model::{Actor, Commit, Entry, Header, Kind, Mode, OBJECT_BYTES_MAX, PathEntry, Tag};
pub use oid::{Oid, OidError};
pub use patch::Patch;
pub use path::{PATH_BYTES_MAX, PATH_DEPTH_MAX, PathFault, path_check};
pub use repo::{PREFIX_DIGITS_MIN, Repo};
pub use serve::{
    Fetch, PackRefused, PushLimits, Received, RefCommand, Refs, Service, ref_name_is_valid,
};
pub use text::{DiffLine, Hunk, LineKind, TEXT_BYTES_MAX, TEXT_LINES_MAX, TextDiff, diff_text};
pub use upkeep::{RepackLimits, Repacked};
pub use walk::{WALK_ENTRIES_MAX, Walk, WalkPage};
pub use writer::{Writer, Written};
