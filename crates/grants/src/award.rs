//! Awards: money held for a project, and the list of all of them.

use crate::call::account_of;
use crate::event::note;
use crate::{
    Application, ApplicationId, Award, AwardId, AwardOrder, AwardState, Call, ClaimState, Error,
    EventKind, Refused, conflict_find, instrument_read, store,
};
use base::{Amount, Page, Time, Unit};
use db::{Read, Tx};
use identity::{Actor, OrganisationId};
use ledger::{AccountKind, HoldCommand, ReleaseCommand};
use rulebook::model::Instrument;
use std::collections::BTreeSet;
use std::ops::Range;

/// Narrows the list of awards; `None` narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AwardFilter {
    /// In a name of the beneficiary or in the project's title.
    pub text: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The instrument's code.
    pub instrument_code: Option<String>,
    /// The unit.
    pub unit: Option<Unit>,
    /// Awarded at or after.
    pub from: Option<Time>,
    /// Awarded before.
    pub to: Option<Time>,
    /// Amount from, in minor units.
    pub least: Option<i64>,
    /// Amount up to, in minor units.
    pub most: Option<i64>,
    /// One of these is a supplier of the project; an empty list fits nothing, and it
    /// holds at most [`FILTER_IDS_MAX`].
    pub suppliers: Option<Vec<OrganisationId>>,
    /// The beneficiary.
    pub organisation: Option<OrganisationId>,
    /// One of these beneficiaries, such as the members of a group; at most [`FILTER_IDS_MAX`].
    pub organisations: Option<Vec<OrganisationId>>,
}

/// Most organisations that one filter may name; both engines bind some more values at once.
pub const FILTER_IDS_MAX: usize = 10_000;

impl AwardFilter {
    /// Tells whether the filter names an empty list, which no award fits.
    pub(crate) fn fits_nothing(&self) -> bool {
        let is_empty = |list: &Option<Vec<_>>| list.as_ref().is_some_and(Vec::is_empty);
        is_empty(&self.organisations) || is_empty(&self.suppliers)
    }
}

/// Totals of awards in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct AwardSum {
    /// How many.
    pub count: i64,
    /// What was awarded.
    pub awarded: Amount,
    /// What was paid.
    pub paid: Amount,
}

/// Holds the money and makes the award. The caller has decided and set the application's state.
pub(crate) fn award_make(
    tx: &mut Tx<'_>,
    actor: Actor,
    application: &Application,
    call: &Call,
    amount: Amount,
) -> Result<Award, Error> {
    let (published, rule) = instrument_read(tx, call.instrument)?;
    let id: AwardId = tx.id();
    let holder = application.organisation.0;
    let credit = account_of(tx, holder, AccountKind::Beneficiary, amount.unit)?;
    let command = HoldCommand {
        key: format!("award:{id}:hold"),
        debit: call.budget_account,
        credit,
        amount,
        reference: format!("award:{id}"),
        // The award's own term ends the hold, with the award's state in the same commit.
        expires_at: None,
    };
    let receipt = ledger::hold_place(tx, command).map_err(budget_refusal)?;
    let hold = receipt.transfer.hold_placed().ok_or_else(|| Error::Stored {
        what: "hold of award",
        id: id.to_string(),
        reason: "the ledger made another kind of transfer".to_owned(),
    })?;
    let zero = Amount::zero(amount.unit);
    let award = Award {
        id,
        application: application.id,
        call: call.id,
        instrument_code: published.code,
        category: call.category.clone(),
        organisation: application.organisation,
        amount,
        settled: zero,
        paid: zero,
        released: zero,
        reserved: zero,
        hold,
        state: AwardState::Active,
        awarded_at: tx.now(),
        expires_at: expiry(&rule, tx.now()),
        is_synthetic: call.is_synthetic,
    };
    store::award::insert(tx, &award)?;
    let suppliers: BTreeSet<OrganisationId> =
        application.draft.lines.iter().filter_map(|line| line.supplier).collect();
    for supplier in suppliers {
        store::award::supplier_insert(tx, id, supplier)?;
    }
    note(tx, actor, application.id, EventKind::AwardMade, &award)?;
    Ok(award)
}

fn budget_refusal(error: ledger::Error) -> Error {
    match error {
        ledger::Error::Refused(ledger::Refused::InsufficientFunds { asked, left, .. }) => {
            Refused::BudgetExceeded { asked, left }.into()
        }
        other => other.into(),
    }
}

/// A voucher lapses some months after it was issued, where the rule says so.
fn expiry(rule: &Instrument, now: Time) -> Option<Time> {
    let months = *rule.payment.as_ref()?.valid_months.as_ref()?.known()?;
    let span = base::Span::new().try_months(i64::from(months)).ok()?;
    now.date().checked_add(span).ok().map(Time::from_date)
}

/// Gives what is left of an award back to its budget. Claims still to be verified must be
/// settled or refused first, and what money is reserved for must have ended.
///
/// Refuses a person who has a conflict of interest.
pub fn award_close(tx: &mut Tx<'_>, actor: Actor, id: AwardId) -> Result<Amount, Error> {
    let mut award = award_read(tx, id)?;
    if award.state == AwardState::Closed {
        return Err(Refused::AwardClosed.into());
    }
    let claims = store::claim::of_award(tx, id)?;
    if claims.iter().any(|claim| claim.state == ClaimState::Submitted) {
        return Err(Refused::ClaimState(ClaimState::Submitted).into());
    }
    if let Actor::Person(person) = actor
        && let Some(conflict) = conflict_find(tx, person, award.application, tx.now())?
    {
        return Err(Refused::OfficerConflict(conflict).into());
    }
    if award.reserved.minor > 0 {
        return Err(Refused::SpendsOpen(award.reserved).into());
    }
    let left = award.left();
    if left.minor > 0 {
        let command = ReleaseCommand {
            key: format!("award:{id}:release"),
            hold: award.hold,
            reference: format!("award:{id}"),
        };
        ledger::hold_release(tx, command)?;
        award.released = award.released.plus(left).map_err(|_| overflow(id))?;
    }
    award.state = AwardState::Closed;
    store::award::update(tx, &award)?;
    note(tx, actor, award.application, EventKind::AwardClosed, &left)?;
    Ok(left)
}

/// Closes awards whose term is over and that have no claim to be verified, at most `limit`.
pub fn awards_expired_close(tx: &mut Tx<'_>, limit: u32) -> Result<u32, Error> {
    let now = tx.now();
    let mut closed = 0;
    for award in store::award::expired(tx, now, limit)? {
        let claims = store::claim::of_award(tx, award.id)?;
        if claims.iter().all(|claim| claim.state != ClaimState::Submitted) {
            award_close(tx, Actor::System, award.id)?;
            closed += 1;
        }
    }
    Ok(closed)
}

/// Reads an award, if there is one.
pub fn award_find(read: &Read<'_>, id: AwardId) -> Result<Option<Award>, Error> {
    Ok(store::award::find(read, id)?)
}

/// Reads an award.
pub fn award_read(read: &Read<'_>, id: AwardId) -> Result<Award, Error> {
    award_find(read, id)?.ok_or_else(|| Refused::AwardUnknown(id).into())
}

/// Reads the award that answers an application, if it was supported.
pub fn award_of_application(read: &Read<'_>, id: ApplicationId) -> Result<Option<Award>, Error> {
    Ok(store::award::of_application(read, id)?)
}

/// Lists awards, newest first. The key of the next page is [`award_page_key`] of the last row.
pub fn awards_list(
    read: &Read<'_>,
    filter: &AwardFilter,
    page: &Page,
) -> Result<Vec<Award>, Error> {
    Ok(store::award::list(read, filter, AwardOrder::Newest, page)?)
}

/// Returns the key with which the page after this award begins.
#[must_use]
pub fn award_page_key(award: &Award) -> String {
    AwardOrder::Newest.key(award)
}

/// Adds up awards, one sum per unit.
pub fn awards_sum(read: &Read<'_>, filter: &AwardFilter) -> Result<Vec<AwardSum>, Error> {
    let sums = store::award::sums(read, filter)?;
    let sum = |(unit, count, awarded, paid)| AwardSum {
        count,
        awarded: Amount::new(awarded, unit),
        paid: Amount::new(paid, unit),
    };
    Ok(sums.into_iter().map(sum).collect())
}

/// Streams awards, oldest first, without keeping them.
pub fn awards_each(
    read: &Read<'_>,
    filter: &AwardFilter,
    each: impl FnMut(Award) -> Result<(), db::Error>,
) -> Result<(), Error> {
    Ok(store::award::each(read, filter, each)?)
}

/// Lists the suppliers of an award's project.
pub fn suppliers_of_award(read: &Read<'_>, id: AwardId) -> Result<Vec<OrganisationId>, Error> {
    Ok(store::award::suppliers(read, id)?)
}

/// Streams (award, supplier) over the awards made in a period, in the order of
/// [`crate::register_each`].
pub fn suppliers_each(
    read: &Read<'_>,
    period: &Range<Time>,
    each: impl FnMut(AwardId, OrganisationId),
) -> Result<(), Error> {
    Ok(store::award::suppliers_each(read, period, each)?)
}

pub(crate) fn overflow(id: AwardId) -> Error {
    Error::Stored {
        what: "award",
        id: id.to_string(),
        reason: "its sums are beyond 64 bits".to_owned(),
    }
}
