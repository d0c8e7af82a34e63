//! Bare Git repositories: objects in packs, trees, history, differences, merges, the smart protocol.
//!
//! Objects live in packs inside an ordinary bare repository folder, so that Git's own program can
//! serve it. **Refs are not here**: the caller's database owns them, and this crate is told them.
//!
//! Must never: read the clock, keep a ref of its own, show an object before it is durable, or
//! panic on the bytes of a repository. Everything blocks; nothing is async.
//!
//! Start reading at [`Repo`] for reading, [`Writer`] for a change.

mod edit;
mod error;
mod model;
mod object;
mod oid;
mod pack;
mod path;
mod repo;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

pub use edit::{Change, EditRefused};
pub use error::Error;
pub use model::{Actor, Commit, Entry, Header, Kind, Mode, OBJECT_BYTES_MAX, PathEntry, Tag};
pub use oid::{Oid, OidError};
pub use path::{PATH_BYTES_MAX, PATH_DEPTH_MAX, PathFault, path_check};
pub use repo::Repo;
pub use walk::{WALK_ENTRIES_MAX, Walk, WalkPage};
pub use writer::{Writer, Written};
