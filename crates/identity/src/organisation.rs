//! Entering and finding organisations.

use crate::{
    Actor, Counts, Error, Identifier, NewOrganisation, Organisation, OrganisationId,
    OrganisationKind, Refused, audit, rules, store::organisation as store,
};
use base::Page;
use db::{Read, Tx};

/// Enters an organisation.
///
/// Refuses bad fields (all at once) and an identifier that another organisation has.
pub fn organisation_register(
    tx: &mut Tx<'_>,
    actor: Actor,
    new: &NewOrganisation,
) -> Result<Organisation, Error> {
    rules::organisation_check(new).map_err(Refused::Invalid)?;
    for identifier in &new.identifiers {
        if let Some(owner) = store::by_identifier(tx, identifier)? {
            let Identifier { scheme, value } = identifier.clone();
            return Err(Refused::IdentifierTaken { scheme, value, owner }.into());
        }
    }
    let trimmed = |text: &String| text.trim().to_owned();
    let organisation = Organisation {
        id: tx.id(),
        kind: new.kind,
        name_en: trimmed(&new.name_en),
        name_zh: trimmed(&new.name_zh),
        name_pinyin: trimmed(&new.name_pinyin),
        size_class: new.size_class,
        region: trimmed(&new.region),
        registered_on: new.registered_on,
        is_synthetic: new.is_synthetic,
        created_at: tx.now(),
        identifiers: new.identifiers.clone(),
        aliases: new.aliases.clone(),
    };
    store::insert(tx, &organisation)?;
    for identifier in &organisation.identifiers {
        store::identifier_insert(tx, organisation.id, identifier)?;
    }
    for (language, alias) in &organisation.aliases {
        store::alias_insert(tx, organisation.id, *language, alias.trim())?;
    }
    audit(tx, actor, "organisation.registered", &organisation.id.0, &organisation)?;
    Ok(organisation)
}

/// Reads an organisation with its identifiers and aliases, if there is one.
pub fn organisation_find(
    read: &Read<'_>,
    id: OrganisationId,
) -> Result<Option<Organisation>, Error> {
    let Some(mut organisation) = store::find(read, id)? else { return Ok(None) };
    organisation.identifiers = store::identifiers(read, id)?;
    organisation.aliases = store::aliases(read, id)?;
    Ok(Some(organisation))
}

/// Reads an organisation; refuses where there is none.
pub fn organisation_read(read: &Read<'_>, id: OrganisationId) -> Result<Organisation, Error> {
    organisation_find(read, id)?.ok_or_else(|| Refused::OrganisationUnknown(id).into())
}

/// Finds the organisation that has an identifier.
pub fn organisation_by_identifier(
    read: &Read<'_>,
    identifier: &Identifier,
) -> Result<Option<OrganisationId>, Error> {
    Ok(store::by_identifier(read, identifier)?)
}

/// Reads every organisation and what it is, natural persons included: for the ownership graph.
pub fn organisation_kinds(
    read: &Read<'_>,
) -> Result<Vec<(OrganisationId, OrganisationKind)>, Error> {
    Ok(store::kinds(read)?)
}

/// Reads every organisation without identifiers and aliases, natural persons included: never for
/// publication as it is.
pub fn organisations_all(read: &Read<'_>) -> Result<Vec<Organisation>, Error> {
    Ok(store::all(read)?)
}

/// Counts what the ownership graph is built from. Organisations and statements are only added, and
/// statements only withdrawn, so equal counts mean that nothing has changed.
pub fn organisation_counts(read: &Read<'_>) -> Result<Counts, Error> {
    Ok(store::counts(read)?)
}

/// Searches names, aliases and identifiers for a text, by id; natural persons are left out.
pub fn organisations_search(
    read: &Read<'_>,
    text: &str,
    page: &Page,
) -> Result<Vec<Organisation>, Error> {
    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars().take(100) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Ok(store::search(read, &pattern, page)?)
}

/// Streams (organisation, alias) over all aliases.
pub fn aliases_each(
    read: &Read<'_>,
    each: impl FnMut(OrganisationId, String),
) -> Result<(), Error> {
    Ok(store::aliases_each(read, each)?)
}
