//! Finding repositories: what a visitor may see.

use crate::{Refused, Repo, Visitor};

impl Visitor {
    /// Tests that the visitor may see a repository; to others a private one does not exist.
    pub fn sees(&self, repo: &Repo) -> Result<(), Refused> {
        let member = self.role_in(repo.namespace).is_some();
        if repo.is_private && !member { Err(Refused::RepoUnknown) } else { Ok(()) }
    }

    /// The ids of the visitor's namespaces as one text, so that one statement serves any number of
    /// them: an id has a fixed length and no wildcard, and `LIKE` finds it.
    pub(crate) fn namespaces_text(&self) -> String {
        self.roles.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" ")
    }
}
