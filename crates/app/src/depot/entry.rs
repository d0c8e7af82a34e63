//! Files of a commit with what clients want to know of each.

use super::Error;
use db::Read;
use git::{Mode, Oid, PathEntry};
use hub::{Object, POINTER_BYTES_MAX, Pointer, Refused, Repo};

/// A large file behind a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Large {
    /// The file.
    pub object: Object,
    /// Bytes of the pointer in Git.
    pub pointer_bytes: u64,
}

/// A file, or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Path from the root.
    pub path: String,
    /// What Git calls it.
    pub oid: Oid,
    /// How Git uses it.
    pub mode: Mode,
    /// Its size: of the large file where there is one; 0 for folders.
    pub size_bytes: u64,
    /// The large file, where the entry stands for one that the repository holds.
    pub large: Option<Large>,
}

impl FileFacts {
    /// Tells whether it is a folder.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.mode.is_dir()
    }

    /// Returns the name by which caches know the content: SHA-256 of large files, Git's of others.
    #[must_use]
    pub fn etag(&self) -> String {
        match &self.large {
            Some(large) => large.object.sha256.clone(),
            None => self.oid.to_string(),
        }
    }
}

/// Gathers the facts of entries, in their order.
pub fn entry_facts(
    read: &Read<'_>,
    git: &git::Repo,
    repo: &Repo,
    entries: Vec<PathEntry>,
) -> Result<Vec<FileFacts>, Error> {
    let files = entries.iter().filter(|entry| has_bytes(entry.mode));
    let headers = git.object_headers(&files.map(|entry| entry.oid).collect::<Vec<_>>())?;
    let mut headers = headers.into_iter();
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        let header = if has_bytes(entry.mode) { headers.next().flatten() } else { None };
        let size_bytes = header.map_or(0, |header| header.size_bytes);
        let mut facts = FileFacts {
            path: entry.path,
            oid: entry.oid,
            mode: entry.mode,
            size_bytes,
            large: None,
        };
        if has_bytes(facts.mode) && (1..=POINTER_BYTES_MAX).contains(&size_bytes) {
            large_find(read, git, repo, &mut facts)?;
        }
        found.push(facts);
    }
    Ok(found)
}

fn has_bytes(mode: Mode) -> bool {
    matches!(mode, Mode::File | Mode::Executable | Mode::Symlink)
}

fn large_find(
    read: &Read<'_>,
    git: &git::Repo,
    repo: &Repo,
    facts: &mut FileFacts,
) -> Result<(), Error> {
    let bytes = git.blob_read(facts.oid, POINTER_BYTES_MAX)?;
    let Some(pointer) = Pointer::parse(&bytes) else { return Ok(()) };
    // Text that looks like a pointer opens nothing that the repository was not given.
    let Some(object) = hub::object_find(read, repo, &pointer.sha256)? else { return Ok(()) };
    let pointer_bytes = facts.size_bytes;
    facts.size_bytes = u64::try_from(object.size_bytes).unwrap_or(0);
    facts.large = Some(Large { object, pointer_bytes });
    Ok(())
}

/// Finds a file or folder by path.
///
/// # Errors
/// [`Refused::EntryUnknown`].
pub fn file_find(
    read: &Read<'_>,
    git: &git::Repo,
    repo: &Repo,
    (tree, path): (Oid, &str),
) -> Result<FileFacts, Error> {
    let unknown = || Error::from(Refused::EntryUnknown(path.to_owned()));
    let entry = git.entry_at(tree, path)?.ok_or_else(unknown)?;
    let entry = PathEntry { path: path.to_owned(), mode: entry.mode, oid: entry.oid };
    entry_facts(read, git, repo, vec![entry])?.pop().ok_or_else(unknown)
}
