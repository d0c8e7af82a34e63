//! People, their roles and whom they work for.

use crate::{
    Actor, Employment, EmploymentId, Error, NewPerson, OrganisationId, Person, PersonId, Refused,
    Role, Standing, audit, rules,
    store::{self, person as people},
};
use base::Date;
use db::{Read, Tx};

/// Enters a person; one natural person is entered once, whatever they do.
pub fn person_register(tx: &mut Tx<'_>, actor: Actor, new: &NewPerson) -> Result<Person, Error> {
    rules::person_check(new).map_err(Refused::Invalid)?;
    let email = new.email.trim().to_lowercase();
    if people::by_email(tx, &email)?.is_some() {
        return Err(Refused::EmailTaken(email).into());
    }
    let person = Person { id: tx.id(), name: new.name.trim().to_owned(), email };
    let now = tx.now();
    people::insert(tx, &person, now)?;
    // The address stays out of the trail: it is personal and of no use there.
    audit(tx, actor, "person.registered", &person.id.0, &person.name)?;
    Ok(person)
}

/// Reads a person, if there is one.
pub fn person_find(read: &Read<'_>, id: PersonId) -> Result<Option<Person>, Error> {
    Ok(people::find(read, id)?)
}

/// Finds a person by mail address, whatever its case.
pub fn person_by_email(read: &Read<'_>, email: &str) -> Result<Option<Person>, Error> {
    Ok(people::by_email(read, &email.trim().to_lowercase())?)
}

/// Reads all people, at most 10,000.
pub fn persons_all(read: &Read<'_>) -> Result<Vec<Person>, Error> {
    Ok(people::all(read)?)
}

/// Grants a role; granting it twice changes nothing.
pub fn role_grant(
    tx: &mut Tx<'_>,
    actor: Actor,
    person: PersonId,
    role: Role,
) -> Result<(), Error> {
    people::find(tx, person)?.ok_or(Refused::PersonUnknown(person))?;
    let now = tx.now();
    if people::role_insert(tx, person, role, now)? == 1 {
        audit(tx, actor, "person.role-granted", &person.0, &role)?;
    }
    Ok(())
}

/// Takes a role away; the last administrator keeps theirs.
pub fn role_revoke(
    tx: &mut Tx<'_>,
    actor: Actor,
    person: PersonId,
    role: Role,
) -> Result<(), Error> {
    let holds = people::roles(tx, person)?.contains(&role);
    if holds && role == Role::Admin && people::role_holders(tx, role)? == 1 {
        return Err(Refused::LastAdmin.into());
    }
    if people::role_delete(tx, person, role)? == 1 {
        audit(tx, actor, "person.role-revoked", &person.0, &role)?;
    }
    Ok(())
}

/// Notes that a person works for an organisation from a day on.
pub fn employment_start(
    tx: &mut Tx<'_>,
    actor: Actor,
    person: PersonId,
    organisation: OrganisationId,
    (may_act, valid_from): (bool, Option<Date>),
) -> Result<Employment, Error> {
    people::find(tx, person)?.ok_or(Refused::PersonUnknown(person))?;
    store::organisation::find(tx, organisation)?
        .ok_or(Refused::OrganisationUnknown(organisation))?;
    let id = tx.id();
    let employment = Employment { id, person, organisation, may_act, valid_from, valid_to: None };
    people::employment_insert(tx, &employment)?;
    audit(tx, actor, "employment.started", &employment.id.0, &employment)?;
    Ok(employment)
}

/// Notes the last day of an employment.
pub fn employment_end(
    tx: &mut Tx<'_>,
    actor: Actor,
    id: EmploymentId,
    on: Date,
) -> Result<(), Error> {
    people::employment_end(tx, id, on)?;
    audit(tx, actor, "employment.ended", &id.0, &on)?;
    Ok(())
}

/// Reads all employments, ended ones included.
pub fn employments_all(read: &Read<'_>) -> Result<Vec<Employment>, Error> {
    Ok(people::employments(read)?)
}

/// Lists the organisations that a person works for on a day, and whether they may act for them.
pub fn memberships_of(
    read: &Read<'_>,
    person: PersonId,
    on: Date,
) -> Result<Vec<(OrganisationId, bool)>, Error> {
    Ok(people::memberships(read, person, on)?)
}

/// Lists the people who work for an organisation on a day, and whether they may act for it. Names
/// of natural persons: not for publication.
pub fn employees_of(
    read: &Read<'_>,
    organisation: OrganisationId,
    on: Date,
) -> Result<Vec<(PersonId, bool)>, Error> {
    Ok(people::employees(read, organisation, on)?)
}

/// Reads what a person may do on a day.
pub fn standing_of(read: &Read<'_>, person: PersonId, on: Date) -> Result<Standing, Error> {
    Ok(Standing {
        person: Some(person),
        roles: people::roles(read, person)?,
        acts_for: people::acts_for(read, person, on)?,
    })
}
