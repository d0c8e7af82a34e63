//! The objects of a repository as values: kinds, entries, commits, tags.

use crate::oid::Oid;
use std::fmt;

/// Largest object that is read at all, in bytes: what a file outside of LFS may have. The object
/// store allocates no more than this for one object.
pub const OBJECT_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// The four kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The bytes of a file, or the target of a symbolic link.
    Blob,
    /// A folder.
    Tree,
    /// A state of the whole tree with its history.
    Commit,
    /// An annotated tag.
    Tag,
}

impl Kind {
    /// Returns the word that Git writes for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
            Self::Tag => "tag",
        }
    }

    pub(crate) fn from_word(word: &[u8]) -> Option<Self> {
        [Self::Blob, Self::Tree, Self::Commit, Self::Tag]
            .into_iter()
            .find(|kind| kind.word().as_bytes() == word)
    }

    pub(crate) const fn from_outer(kind: gix_object::Kind) -> Self {
        match kind {
            gix_object::Kind::Blob => Self::Blob,
            gix_object::Kind::Tree => Self::Tree,
            gix_object::Kind::Commit => Self::Commit,
            gix_object::Kind::Tag => Self::Tag,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub kind: Kind,
    /// Its size when unpacked.
    pub size_bytes: u64,
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A file, `100644`.
    File,
    /// A file that may be run, `100755`.
    Executable,
    /// A symbolic link, `120000`; its blob is the target.
    Symlink,
    /// A folder, `040000`.
    Dir,
    /// A commit of another repository, `160000`; it is not in this one.
    Submodule,
}

impl Mode {
    /// Reads the number in a tree. Permission bits other than the owner's "execute" are history:
    /// Git reads them as one of the five modes, and so do we.
    pub(crate) const fn from_bits(bits: u32) -> Option<Self> {
        match bits & 0o170_000 {
            0o100_000 if bits & 0o100 != 0 => Some(Self::Executable),
            0o100_000 => Some(Self::File),
            0o120_000 => Some(Self::Symlink),
            0o040_000 => Some(Self::Dir),
            0o160_000 => Some(Self::Submodule),
            _ => None,
        }
    }

    /// Returns the digits that a tree holds; without the leading zero of folders.
    pub(crate) const fn digits(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Dir => "40000",
            Self::Submodule => "160000",
        }
    }

    /// Returns the six digits that people see.
    #[must_use]
    pub const fn octal(self) -> &'static str {
        match self {
            Self::Dir => "040000",
            other => other.digits(),
        }
    }

    /// Says whether this is a folder.
    #[must_use]
    pub const fn is_dir(self) -> bool {
        matches!(self, Self::Dir)
    }
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The name without its folder. Names are UTF-8 in repositories that only this crate writes.
    pub name: String,
    /// What it is.
    pub mode: Mode,
    /// The object.
    pub oid: Oid,
}

/// One name below a folder, with its whole path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathEntry {
    /// The path from the root of the tree, without a slash at either end.
    pub path: String,
    /// What it is.
    pub mode: Mode,
    /// The object.
    pub oid: Oid,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// The name. When written, `<`, `>`, line ends and NUL are left out, and an empty one becomes
    /// `unknown`.
    pub name: String,
    /// The mail address; cleaned as the name is, empty when there is none.
    pub email: String,
    /// Seconds since 1970 in UTC; written as 0 when negative, which Git does not take.
    pub seconds: i64,
    /// Minutes that the person's clock was ahead of UTC; 0 is UTC.
    pub offset_minutes: i32,
}

/// A state of the whole tree with its history.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Commit {
    /// The folder at the root.
    pub tree: Oid,
    /// The commits before this one: none for a first commit, two and more for a merge.
    pub parents: Vec<Oid>,
    /// Who made the change.
    pub author: Actor,
    /// Who recorded it.
    pub committer: Actor,
    /// Title, empty line, body. Bytes that are no UTF-8 are shown as replacement characters.
    pub message: String,
}

impl Commit {
    /// Returns the first line of the message.
    #[must_use]
    pub fn title(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// Returns what follows the first line and the empty lines after it.
    #[must_use]
    pub fn body(&self) -> &str {
        self.message.split_once('\n').map_or("", |(_, rest)| rest.trim_matches('\n'))
    }
}

/// An annotated tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag {
    /// What it names.
    pub target: Oid,
    /// The kind of the target.
    pub target_kind: Kind,
    /// The short name, such as `v1.0`.
    pub name: String,
    /// Who set it; very old tags do not say.
    pub tagger: Option<Actor>,
    /// Why.
    pub message: String,
}
