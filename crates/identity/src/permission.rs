//! The one place that says who may do what.

use crate::{OrganisationId, PersonId, Role};

/// Something a route or command asks for before it acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Anybody, without an account.
    Public,
    /// Anybody who is signed in.
    SignedIn,
    /// Apply and claim for organisations one may act for.
    Apply,
    /// Enter organisations, owners and people.
    KeepRecords,
    /// Publish instruments, open and close calls.
    RunCalls,
    /// Vote on awards, verify claims, send payments.
    DecideAwards,
    /// Score applications.
    Review,
    /// See applications, reviews and the audit trail.
    Inspect,
    /// Grant roles.
    GrantRoles,
}

/// Who is asking, with everything that permissions depend on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The person; `None` for a visitor.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Organisations they may act for today.
    pub acts_for: Vec<OrganisationId>,
}

impl Standing {
    /// Tells whether this person may do this.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        let has = |roles: &[Role]| self.roles.iter().any(|role| roles.contains(role));
        match permission {
            Permission::Public => true,
            Permission::SignedIn => self.person.is_some(),
            Permission::Apply => self.person.is_some() && !self.acts_for.is_empty(),
            Permission::KeepRecords | Permission::RunCalls => has(&[Role::Admin, Role::Officer]),
            Permission::DecideAwards => has(&[Role::Officer]),
            Permission::Review => has(&[Role::Reviewer]),
            Permission::Inspect => has(&[Role::Officer, Role::Auditor]),
            Permission::GrantRoles => has(&[Role::Admin]),
        }
    }

    /// Tells whether this person may act for an organisation.
    #[must_use]
    pub fn may_act_for(&self, organisation: OrganisationId) -> bool {
        self.acts_for.contains(&organisation)
    }
}
