//! From a revision's name to its commit.

use super::Error;
use db::Read;
use git::Oid;
use hub::{Refused, Repo};

/// A commit that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The commit.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// When it was made, in seconds since 1970.
    pub seconds: i64,
}

/// Finds what a revision names: a ref by its full or short name, or a commit id
/// of at least seven digits.
///
/// # Errors
/// [`Refused::RevisionUnknown`].
pub fn revision_find(
    read: &Read<'_>,
    git: &git::Repo,
    repo: &Repo,
    name: &str,
) -> Result<Revision, Error> {
    let unknown = || Error::from(Refused::RevisionUnknown(name.to_owned()));
    let wanted = if name == "HEAD" { "main" } else { name };
    let commit = match hub::ref_of_revision(read, repo, wanted)? {
        Some(found) => found.commit.parse().map_err(|_| unknown())?,
        None => match name.parse::<Oid>() {
            Ok(commit) => commit,
            Err(_) => git.commit_by_prefix(name)?.ok_or_else(unknown)?,
        },
    };
    let is_commit = |header: git::Header| header.kind == git::Kind::Commit;
    if !git.object_header(commit)?.is_some_and(is_commit) {
        return Err(unknown());
    }
    let found = git.commit_read(commit)?;
    Ok(Revision { commit, tree: found.tree, seconds: found.committer.seconds })
}
