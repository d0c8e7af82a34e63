//! People, their roles and whom they work for. Nobody's mail address is ever told.

use super::ask::Ask;
use super::operation::{Operation, change, named};
use super::shaped::{Chars, objects};
use super::told::{Answered, Done};
use crate::serve::Fault;
use base::Date;
use identity::Permission::{GrantRoles, KeepRecords};
use identity::{OrganisationId, PersonId, Role};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        change("/api/v1/people", KeepRecords, "Enters a person", register),
        change("/api/v1/people/{id}/roles", GrantRoles, "Grants a role or takes it away", role),
        change(
            "/api/v1/people/{id}/employments",
            KeepRecords,
            "Notes for whom a person works",
            employ,
        ),
    ]
}

objects! {
    /// A person to be entered.
    NewPerson {
        /// Their name.
        name: Chars<1, 100>,
        /// Their mail address; unique.
        email: Chars<1, 200>,
    }
    /// A role granted or taken away.
    RoleSet {
        /// The role.
        role: Role,
        /// False to take it away; true where absent.
        is_granted: Option<bool>,
    }
    /// Work for an organisation.
    NewEmployment {
        /// For whom.
        organisation: OrganisationId,
        /// Whether the person may apply and claim for it.
        may_act: bool,
        /// First day; absent for always.
        valid_from: Option<Date>,
    }
}

async fn register(ask: Ask, new: NewPerson) -> Result<Answered, Fault> {
    let actor = ask.actor()?;
    let new = identity::NewPerson { name: new.name.0, email: new.email.0 };
    ask.change(move |tx| Ok(Done::made("people", &identity::person_register(tx, actor, &new)?.id)))
        .await
}

async fn role(ask: Ask, set: RoleSet) -> Result<Answered, Fault> {
    let (id, actor): (PersonId, _) = (ask.id()?, ask.actor()?);
    let is_granted = set.is_granted.unwrap_or(true);
    ask.change(move |tx| {
        if identity::person_find(tx, id)?.is_none() {
            return Err(Fault::NotFound);
        }
        if is_granted {
            identity::role_grant(tx, actor, id, set.role)?;
        } else {
            identity::role_revoke(tx, actor, id, set.role)?;
        }
        Ok(Done::changed("people", &id))
    })
    .await
}

async fn employ(ask: Ask, new: NewEmployment) -> Result<Answered, Fault> {
    let (id, actor): (PersonId, _) = (ask.id()?, ask.actor()?);
    ask.change(move |tx| {
        if identity::person_find(tx, id)?.is_none() {
            return Err(Fault::NotFound);
        }
        let terms = (new.may_act, new.valid_from);
        let made = identity::employment_start(tx, actor, id, new.organisation, terms);
        let made = made.map_err(Fault::from).map_err(named("organisation"))?;
        Ok(Done { id: Some(made.id.to_string()), ..Done::changed("people", &id) })
    })
    .await
}
