//! Everything that a set of commits holds on to.

use crate::error::Error;
use crate::history::DateWalk;
use crate::model::{Kind, PathEntry};
use crate::oid::Oid;
use crate::repo::Repo;
use crate::walk::Cursor;
use std::collections::HashSet;

impl Repo {
    /// Shows every blob that is reachable from commits or tags, each once, with one path at which
    /// it stands. Whatever is not shown is held by nobody.
    ///
    /// Tips that stand for no commit are passed over. Memory: some 60 bytes for each commit, folder
    /// and blob met, whatever their size.
    ///
    /// # Errors
    /// [`Error::Missing`] and [`Error::Malformed`]: then nothing can be said of what is held. An
    /// error of `visit` ends the walk and is returned.
    pub fn reachable<E: From<Error>>(
        &self,
        tips: &[Oid],
        visit: &mut dyn FnMut(&PathEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut reader = self.reader();
        let mut commits = Vec::new();
        for tip in tips {
            commits.extend(self.commit_peel(*tip)?);
        }
        let mut walk = DateWalk::from(&mut reader, commits)?;
        let mut met: HashSet<Oid> = HashSet::new();
        while let Some((_, commit)) = walk.next(&mut reader)? {
            if !met.insert(commit.tree) {
                continue;
            }
            let mut cursor = Cursor::default();
            cursor.enter(&mut reader, commit.tree, String::new())?;
            while let Some(entry) = cursor.next()? {
                if entry.mode == crate::Mode::Submodule || !met.insert(entry.oid) {
                    continue;
                }
                if entry.mode.is_dir() {
                    cursor.enter(&mut reader, entry.oid, entry.path)?;
                } else if reader.header(entry.oid)?.is_some_and(|found| found.kind == Kind::Blob) {
                    visit(&entry)?;
                } else {
                    return Err(Error::Missing(entry.oid).into());
                }
            }
        }
        Ok(())
    }
}
