//! A firm enrols itself: with its owners, and with whom may act for it, in one commit.

use crate::{
    Actor, Error, Grade, Identifier, NewOrganisation, NewOwnership, Organisation, OrganisationId,
    OrganisationKind, OwnershipKind, PersonId, Refused, SizeClass, employment_start,
    organisation_register, ownership_state, store::organisation as store,
};
use base::{Date, FieldProblems, Ppm};
use db::{Read, Tx};

/// Most owners of one enrolment; more are stated one by one.
pub const OWNERS_MAX: usize = 20;
/// The word before a natural person's name among the owners.
const PERSON: &str = "person ";

/// An owner as a firm states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Name or identifier of a registered organisation, or `person` and a natural person's name.
    pub who: String,
    /// How much; `None` where it is not known.
    pub share: Option<Ppm>,
    /// Since when.
    pub since: Option<Date>,
}

/// Enters an organisation with its owners; the person may act for it from then on.
///
/// Refuses bad fields, an organisation without identifier, and owners that are not registered (all
/// at once, by `owners.N.who`); all that [`organisation_register`] and [`ownership_state`] refuse.
pub fn organisation_enrol(
    tx: &mut Tx<'_>,
    person: PersonId,
    new: &NewOrganisation,
    owners: &[Owner],
) -> Result<Organisation, Error> {
    let mut problems = FieldProblems::default();
    problems.require(!new.identifiers.is_empty(), "identifier", ("must be filled in", "须填写"));
    problems.require(
        owners.len() <= OWNERS_MAX,
        "owners",
        ("are too many: at most 20 at once", "数量过多：一次最多 20 项"),
    );
    let mut found = Vec::new();
    for (i, owner) in owners.iter().enumerate().take(OWNERS_MAX) {
        match owner_find(tx, &owner.who)? {
            Some(one) => found.push(one),
            None => problems.add(
                format!("owners.{i}.who"),
                (
                    "is not registered: register it first, or write `person` before the name of \
                     a natural person",
                    "尚未登记：请先登记；如为自然人，请在姓名前加 `person`",
                ),
            ),
        }
    }
    problems.finish().map_err(Refused::Invalid)?;
    let actor = Actor::Person(person);
    let made = organisation_register(tx, actor, new)?;
    for (owner, known) in owners.iter().zip(found) {
        let owner_id = match known {
            Known::Organisation(id) => id,
            Known::Person(name) => person_as_owner(tx, actor, &name)?,
        };
        let stated = NewOwnership {
            owner: owner_id,
            owned: made.id,
            kind: OwnershipKind::Shares,
            share: owner.share,
            valid_from: owner.since,
            valid_to: None,
            grade: Grade::Declared,
            source: "declared at enrolment".to_owned(),
        };
        ownership_state(tx, actor, &stated)?;
    }
    employment_start(tx, actor, person, made.id, (true, None))?;
    Ok(made)
}

enum Known {
    Organisation(OrganisationId),
    Person(String),
}

fn owner_find(read: &Read<'_>, who: &str) -> Result<Option<Known>, Error> {
    let who = who.trim();
    if let Some(name) = who.strip_prefix(PERSON).map(str::trim).filter(|name| !name.is_empty()) {
        return Ok(Some(Known::Person(name.to_owned())));
    }
    Ok(store::by_name_or_identifier(read, who)?.map(Known::Organisation))
}

fn person_as_owner(tx: &mut Tx<'_>, actor: Actor, name: &str) -> Result<OrganisationId, Error> {
    let new = NewOrganisation {
        kind: OrganisationKind::NaturalPerson,
        name_en: name.to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: SizeClass::Unknown,
        region: String::new(),
        registered_on: None,
        is_synthetic: false,
        identifiers: Vec::<Identifier>::new(),
        aliases: Vec::new(),
    };
    Ok(organisation_register(tx, actor, &new)?.id)
}
