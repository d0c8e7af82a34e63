//! Tables `person`, `person_role`, `employment`.

use crate::{Employment, EmploymentId, OrganisationId, Person, PersonId, Role};
use base::{Date, Time};
use db::{Error, Read, Row, Tx, params};

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Person, at: Time) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO person (id, name, email, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![&new.id.0, &new.name, &new.email, at],
    )
    .map(|_| ())
}

pub(crate) fn find(read: &Read<'_>, id: PersonId) -> Result<Option<Person>, Error> {
    read.row("SELECT id, name, email FROM person WHERE id = ?1", params![&id.0], person)
}

pub(crate) fn by_email(read: &Read<'_>, email: &str) -> Result<Option<Person>, Error> {
    read.row("SELECT id, name, email FROM person WHERE email = ?1", params![email], person)
}

pub(crate) fn all(read: &Read<'_>) -> Result<Vec<Person>, Error> {
    read.rows("SELECT id, name, email FROM person ORDER BY id LIMIT 10000", params![], person)
}

pub(crate) fn role_insert(
    tx: &mut Tx<'_>,
    id: PersonId,
    role: Role,
    at: Time,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO person_role (person_id, role, granted_at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
        params![&id.0, role.as_str(), at],
    )
}

pub(crate) fn role_delete(tx: &mut Tx<'_>, id: PersonId, role: Role) -> Result<u64, Error> {
    tx.exec(
        "DELETE FROM person_role WHERE person_id = ?1 AND role = ?2",
        params![&id.0, role.as_str()],
    )
}

pub(crate) fn role_holders(read: &Read<'_>, role: Role) -> Result<i64, Error> {
    read.scalar("SELECT COUNT(*) FROM person_role WHERE role = ?1", params![role.as_str()])
}

pub(crate) fn roles(read: &Read<'_>, id: PersonId) -> Result<Vec<Role>, Error> {
    read.rows(
        "SELECT role FROM person_role WHERE person_id = ?1 ORDER BY role",
        params![&id.0],
        |row| row.parse(0),
    )
}

pub(crate) fn employment_insert(tx: &mut Tx<'_>, new: &Employment) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO employment (id, person_id, organisation_id, may_act, valid_from, valid_to)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            &new.id.0,
            &new.person.0,
            &new.organisation.0,
            new.may_act,
            new.valid_from,
            new.valid_to
        ],
    )
    .map(|_| ())
}

pub(crate) fn employment_end(tx: &mut Tx<'_>, id: EmploymentId, on: Date) -> Result<u64, Error> {
    tx.exec("UPDATE employment SET valid_to = ?2 WHERE id = ?1", params![&id.0, on])
}

pub(crate) fn acts_for(
    read: &Read<'_>,
    person: PersonId,
    on: Date,
) -> Result<Vec<OrganisationId>, Error> {
    read.rows(
        "SELECT DISTINCT organisation_id FROM employment
         WHERE person_id = ?1 AND may_act = 1
           AND (valid_from IS NULL OR valid_from <= ?2)
           AND (valid_to IS NULL OR valid_to >= ?2)
         ORDER BY organisation_id",
        params![&person.0, on],
        |row| row.id(0),
    )
}

/// Organisations that somebody works for on a day, and whether they may act for them.
pub(crate) fn memberships(
    read: &Read<'_>,
    person: PersonId,
    on: Date,
) -> Result<Vec<(OrganisationId, bool)>, Error> {
    read.rows(
        "SELECT organisation_id, MAX(may_act) FROM employment
         WHERE person_id = ?1
           AND (valid_from IS NULL OR valid_from <= ?2)
           AND (valid_to IS NULL OR valid_to >= ?2)
         GROUP BY organisation_id ORDER BY organisation_id",
        params![&person.0, on],
        |row| Ok((row.id(0)?, row.get::<i64>(1)? == 1)),
    )
}

/// People who work for an organisation on a day, and whether they may act for it.
pub(crate) fn employees(
    read: &Read<'_>,
    organisation: OrganisationId,
    on: Date,
) -> Result<Vec<(PersonId, bool)>, Error> {
    read.rows(
        "SELECT person_id, MAX(may_act) FROM employment
         WHERE organisation_id = ?1
           AND (valid_from IS NULL OR valid_from <= ?2)
           AND (valid_to IS NULL OR valid_to >= ?2)
         GROUP BY person_id ORDER BY person_id",
        params![&organisation.0, on],
        |row| Ok((row.id(0)?, row.get::<i64>(1)? == 1)),
    )
}

/// Every employment; conflicts of interest are searched over all of them.
pub(crate) fn employments(read: &Read<'_>) -> Result<Vec<Employment>, Error> {
    read.rows(
        "SELECT id, person_id, organisation_id, may_act, valid_from, valid_to FROM employment
         ORDER BY id",
        params![],
        |row| {
            Ok(Employment {
                id: row.id(0)?,
                person: row.id(1)?,
                organisation: row.id(2)?,
                may_act: row.get(3)?,
                valid_from: row.get(4)?,
                valid_to: row.get(5)?,
            })
        },
    )
}

fn person(row: &Row<'_>) -> Result<Person, Error> {
    Ok(Person { id: row.id(0)?, name: row.get(1)?, email: row.get(2)? })
}
