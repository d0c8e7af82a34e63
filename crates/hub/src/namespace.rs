//! Short names of people and organisations, under which repositories stand.

use crate::{Error, Holder, Namespace, NamespaceId, Refused, Role, Visitor, rules, store};
use base::Date;
use db::{Read, Tx};
use identity::{Actor, PersonId, audit};

/// Gives a person or an organisation its short name.
///
/// Refuses a name that is taken in any case, and a second name for the same holder.
pub fn namespace_claim(
    tx: &mut Tx<'_>,
    actor: Actor,
    holder: Holder,
    (name, is_private): (&str, bool),
) -> Result<Namespace, Error> {
    rules::namespace_check(name).map_err(Refused::Invalid)?;
    if store::namespace::by_key(tx, &name.to_lowercase())?.is_some() {
        return Err(Refused::NamespaceTaken(name.to_owned()).into());
    }
    if let Some(held) = store::namespace::by_holder(tx, holder)? {
        return Err(Refused::NamespaceHeld(held.name).into());
    }
    let fullname = match holder {
        Holder::Person(id) => {
            identity::person_find(tx, id)?
                .ok_or(identity::Error::Refused(identity::Refused::PersonUnknown(id)))?
                .name
        }
        Holder::Organisation(id) => identity::organisation_read(tx, id)?.name().to_owned(),
    };
    let id: NamespaceId = tx.id();
    let name = name.to_owned();
    let namespace = Namespace { id, name, fullname, holder, is_private, quota_bytes: None };
    let now = tx.now();
    store::namespace::insert(tx, &namespace, now)?;
    audit(tx, actor, "namespace.claimed", &id.0, &(&namespace.name, holder.to_string()))?;
    Ok(namespace)
}

/// Gives a person a namespace where they have none: their name or mail address made short, with
/// a number where it is taken.
pub fn namespace_ensure(tx: &mut Tx<'_>, person: PersonId) -> Result<Namespace, Error> {
    /// Numbers tried before the person's id is used.
    const NUMBERS: u32 = 100;
    let holder = Holder::Person(person);
    if let Some(held) = store::namespace::by_holder(tx, holder)? {
        return Ok(held);
    }
    let known = identity::person_find(tx, person)?
        .ok_or(identity::Error::Refused(identity::Refused::PersonUnknown(person)))?;
    let stem = rules::namespace_stem(&known.name, &known.email);
    for number in 1..=NUMBERS {
        let name = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        if store::namespace::by_key(tx, &name.to_lowercase())?.is_none() {
            return namespace_claim(tx, Actor::Person(person), holder, (&name, false));
        }
    }
    namespace_claim(tx, Actor::Person(person), holder, (person.as_str(), false))
}

/// Finds a namespace by name, whatever its case.
pub fn namespace_find(read: &Read<'_>, name: &str) -> Result<Option<Namespace>, Error> {
    Ok(store::namespace::by_key(read, &name.to_lowercase())?)
}

/// Finds a namespace by its id.
pub fn namespace_read(read: &Read<'_>, id: NamespaceId) -> Result<Namespace, Error> {
    let found = store::namespace::by_id(read, id)?;
    Ok(found.ok_or_else(|| Refused::NamespaceUnknown(id.to_string()))?)
}

/// Finds the namespace of a person or an organisation.
pub fn namespace_of(read: &Read<'_>, holder: Holder) -> Result<Option<Namespace>, Error> {
    Ok(store::namespace::by_holder(read, holder)?)
}

/// Lists namespaces by name, at most `limit`, after one.
pub fn namespaces(read: &Read<'_>, after: &str, limit: u32) -> Result<Vec<Namespace>, Error> {
    Ok(store::namespace::all(read, after, limit)?)
}

/// Sets how many bytes the large files of a namespace may take; `None` for the zone's own limit.
pub fn quota_set(
    tx: &mut Tx<'_>,
    actor: Actor,
    id: NamespaceId,
    quota_bytes: Option<i64>,
) -> Result<(), Error> {
    store::namespace::quota_set(tx, id, quota_bytes)?;
    audit(tx, actor, "namespace.quota-set", &id.0, &quota_bytes)?;
    Ok(())
}

/// Finds the short name of a person; theirs on pages and in commits.
pub fn name_of(read: &Read<'_>, person: PersonId) -> Result<String, Error> {
    let found = store::namespace::by_holder(read, Holder::Person(person))?;
    Ok(found.map_or_else(|| "deleted".to_owned(), |namespace| namespace.name))
}

/// Finds the person behind a short name.
pub fn person_named(read: &Read<'_>, name: &str) -> Result<PersonId, Error> {
    match store::namespace::by_key(read, &name.to_lowercase())?.map(|found| found.holder) {
        Some(Holder::Person(id)) => Ok(id),
        _ => Err(Refused::PersonUnknown(name.to_owned()).into()),
    }
}

/// Reads what a person may do on the hub on a day. Who may act for an organisation administers
/// its repositories; who works there reads its private ones.
pub fn visitor_of(
    read: &Read<'_>,
    person: PersonId,
    on: Date,
    may_change: bool,
) -> Result<Visitor, Error> {
    let mut roles = Vec::new();
    if let Some(own) = store::namespace::by_holder(read, Holder::Person(person))? {
        roles.push((own.id, Role::Admin));
    }
    for (organisation, may_act) in identity::memberships_of(read, person, on)? {
        let holder = Holder::Organisation(organisation);
        if let Some(found) = store::namespace::by_holder(read, holder)? {
            roles.push((found.id, if may_act { Role::Admin } else { Role::Read }));
        }
    }
    Ok(Visitor { person: Some(person), roles, may_change })
}

/// Lists the namespaces of organisations in which somebody is a member, with their role.
pub fn memberships(read: &Read<'_>, visitor: &Visitor) -> Result<Vec<(Namespace, Role)>, Error> {
    let mut found = Vec::new();
    for (id, role) in &visitor.roles {
        let namespace = namespace_read(read, *id)?;
        if matches!(namespace.holder, Holder::Organisation(_)) {
            found.push((namespace, *role));
        }
    }
    Ok(found)
}
