//! The one place that says who may do what with a repository.

use crate::{
    AccessState, Action, Error, Gating, NamespaceId, Refused, Repo, Role, Visitor, namespace_read,
    store,
};
use base::Time;
use db::Read;
use identity::PersonId;

impl Visitor {
    /// Returns the person, or asks them to sign in.
    pub fn signed_in(&self) -> Result<PersonId, Refused> {
        self.person.ok_or(Refused::SignIn)
    }

    /// Returns what the visitor may do with the repositories of a namespace.
    #[must_use]
    pub fn role_in(&self, namespace: NamespaceId) -> Option<Role> {
        self.roles.iter().find(|(id, _)| *id == namespace).map(|(_, role)| *role)
    }

    /// Returns the person if their token may change things.
    pub fn may_change(&self) -> Result<PersonId, Refused> {
        let person = self.signed_in()?;
        if self.may_change { Ok(person) } else { Err(Refused::ReadOnlyToken) }
    }
}

/// Tests whether a visitor may do something with a repository at an instant.
///
/// A private repository does not exist for others ([`Refused::RepoUnknown`]): neither its name nor
/// its hashes can be found out.
pub fn access_test(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (action, now): (Action, Time),
) -> Result<(), Error> {
    let role = visitor.role_in(repo.namespace);
    if repo.is_private && role.is_none() {
        return Err(Refused::RepoUnknown.into());
    }
    if repo.is_disabled && action != Action::See {
        return Err(Refused::Disabled.into());
    }
    match action {
        Action::See => Ok(()),
        Action::Read => may_read(read, visitor, repo, now),
        Action::Contribute => Ok(visitor.may_change().map(|_| ())?),
        Action::Write => {
            administers(read, visitor, repo.namespace, "change files")?;
            may_read(read, visitor, repo, now)
        }
        Action::Administer => administers(read, visitor, repo.namespace, "change repositories"),
    }
}

/// Tests whether a visitor administers a namespace.
pub fn administers(
    read: &Read<'_>,
    visitor: &Visitor,
    namespace: NamespaceId,
    what: &'static str,
) -> Result<(), Error> {
    visitor.may_change()?;
    if visitor.role_in(namespace) == Some(Role::Admin) {
        return Ok(());
    }
    let namespace = namespace_read(read, namespace)?.name;
    Err(Refused::Forbidden { what, namespace }.into())
}

/// The gates before files: personal data first, for it binds members too; then the owner's own.
fn may_read(read: &Read<'_>, visitor: &Visitor, repo: &Repo, now: Time) -> Result<(), Error> {
    let (kind, path, page) = (repo.kind.singular(), repo.path(), repo.page());
    if store::personal::find(read, repo.id)?.is_some() {
        let purpose = match visitor.person {
            Some(person) => store::personal::approved(read, repo.id, person, now)?,
            None => None,
        };
        if purpose.is_none() && visitor.role_in(repo.namespace) != Some(Role::Admin) {
            return Err(Refused::PurposeNeeded { kind, path, page }.into());
        }
    }
    if repo.gating == Gating::Open || visitor.role_in(repo.namespace).is_some() {
        return Ok(());
    }
    let asked = match visitor.person {
        Some(person) => store::gate::of_person(read, repo.id, person)?,
        None => None,
    };
    if asked.is_some_and(|asked| asked.state == AccessState::Accepted) {
        return Ok(());
    }
    Err(Refused::Gated { kind, path, page }.into())
}
