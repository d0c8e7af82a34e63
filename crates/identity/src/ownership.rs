//! Stating and withdrawing who owns whom.

use crate::{
    Actor, Error, NewOwnership, OrganisationId, Ownership, OwnershipId, Refused, audit, rules,
    store,
};
use db::{Read, Tx};

/// Enters an ownership statement.
///
/// Refuses unknown organisations, self-ownership, and shares of one kind and grade that would be
/// above the whole on any day. Circles are kept as stated: `oversight` resolves them.
pub fn ownership_state(
    tx: &mut Tx<'_>,
    actor: Actor,
    new: &NewOwnership,
) -> Result<Ownership, Error> {
    rules::ownership_check(new).map_err(Refused::Invalid)?;
    if new.owner == new.owned {
        return Err(Refused::OwnsItself.into());
    }
    for organisation in [new.owner, new.owned] {
        if store::organisation::find(tx, organisation)?.is_none() {
            return Err(Refused::OrganisationUnknown(organisation).into());
        }
    }
    let total_ppm = rules::owned_at_once_ppm(new, &store::ownership::of_owned(tx, new.owned)?);
    if total_ppm > base::Ppm::ONE.get() {
        return Err(Refused::ShareAboveWhole { total_ppm }.into());
    }
    let statement = Ownership {
        id: tx.id(),
        owner: new.owner,
        owned: new.owned,
        kind: new.kind,
        share: new.share,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        grade: new.grade,
        source: new.source.trim().to_owned(),
        stated_at: tx.now(),
        withdrawn_at: None,
    };
    store::ownership::insert(tx, &statement)?;
    audit(tx, actor, "ownership.stated", &statement.id.0, &statement)?;
    Ok(statement)
}

/// Takes a statement back; it stays readable.
pub fn ownership_withdraw(
    tx: &mut Tx<'_>,
    actor: Actor,
    id: OwnershipId,
    reason: &str,
) -> Result<(), Error> {
    let statement = store::ownership::find(tx, id)?.ok_or(Refused::OwnershipUnknown(id))?;
    if statement.withdrawn_at.is_some() {
        return Err(Refused::AlreadyWithdrawn.into());
    }
    let now = tx.now();
    store::ownership::withdraw(tx, id, now)?;
    audit(tx, actor, "ownership.withdrawn", &id.0, &reason)?;
    Ok(())
}

/// Reads the statements about an organisation as owned and as owner, withdrawn ones included.
pub fn ownership_of(
    read: &Read<'_>,
    organisation: OrganisationId,
) -> Result<(Vec<Ownership>, Vec<Ownership>), Error> {
    let owned = store::ownership::of_owned(read, organisation)?;
    Ok((owned, store::ownership::of_owner(read, organisation)?))
}

/// Reads every statement that stands, for the ownership graph.
pub fn ownership_all(read: &Read<'_>) -> Result<Vec<Ownership>, Error> {
    Ok(store::ownership::all(read)?)
}
