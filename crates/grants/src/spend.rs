//! Spends: money of an award reserved before its cost is known, and settled when it is.
//!
//! A job in a pool is paid so: what it can cost at most is reserved in the commit that takes the
//! job, what it did cost is settled when it ends. A spend is a claim whose invoice comes later: the
//! rule's conditions are tested when the money is reserved. What is reserved lies within the hold
//! of the award, so nothing else can spend it, and it is settled even if the award's term ends
//! meanwhile. Spends are many and small: each leaves an audit line, none an event of its
//! application, whose story they would drown.

use crate::award::overflow;
use crate::call::account_of;
use crate::claim::{Invoice, most_on_invoice, supplier_test, unpromised};
use crate::{AwardId, Error, NewSpend, Refused, Spend, award_read, store};
use base::Amount;
use db::{Read, Tx};
use identity::Actor;
use ledger::{AccountKind, SettleCommand};

/// Reserves what an award gives on a bill that may come: at most its rule's part of it, and at most
/// what is left. The caller has tested that the actor may spend for the beneficiary, and pays the
/// rest of the bill from elsewhere.
///
/// Refuses what [`crate::claim_check`] refuses about award, term, supplier and rule, an award with
/// nothing left, and a key that was used for something else.
pub fn spend_hold(tx: &mut Tx<'_>, actor: Actor, new: &NewSpend) -> Result<Spend, Error> {
    if let Some(earlier) = store::spend::by_key(tx, &new.key)? {
        let is_same =
            (earlier.award, earlier.supplier, earlier.bill) == (new.award, new.supplier, new.bill);
        return if is_same { Ok(earlier) } else { Err(Refused::SpendKeyTaken(earlier.id).into()) };
    }
    let mut award = award_read(tx, new.award)?;
    let unit = award.amount.unit;
    if new.bill.unit != unit || new.bill.minor <= 0 {
        return Err(Refused::BillInvalid { bill: new.bill, unit }.into());
    }
    let now = tx.now();
    let rule = supplier_test(tx, &award, new.supplier, now)?;
    let invoice = Invoice { cost: &new.cost, what: &new.what, total: new.bill };
    let most = most_on_invoice(tx, &rule, &award, (&invoice, now))?;
    let left = unpromised(tx, &award)?;
    let wanted = new.at_most.map_or(i64::MAX, |at_most| at_most.minor);
    let held = most.minor.min(left.minor).min(new.bill.minor).min(wanted);
    if held <= 0 {
        return Err(Refused::ClaimAboveAward { asked: new.bill, left }.into());
    }
    let held = Amount::new(held, unit);
    let spend = Spend {
        id: tx.id(),
        key: new.key.clone(),
        award: award.id,
        supplier: new.supplier,
        bill: new.bill,
        held,
        billed: None,
        settled: Amount::zero(unit),
        made_at: now,
        ended_at: None,
    };
    store::spend::insert(tx, &spend)?;
    award.reserved = award.reserved.plus(held).map_err(|_| overflow(award.id))?;
    store::award::update(tx, &award)?;
    identity::audit(tx, actor, "spend.hold", &award.id.0, &spend.id.0)?;
    Ok(spend)
}

/// Settles the award's part of what something did cost, to the supplier, and gives the rest of what
/// was reserved back to the award. The part is the same as that of the bill, rounded down:
/// `held * billed / bill`. A cost above the bill counts as the bill. Repeated, it does nothing.
///
/// Refuses a cost that is negative or in another unit.
pub fn spend_settle(
    tx: &mut Tx<'_>,
    actor: Actor,
    key: &str,
    billed: Amount,
) -> Result<Spend, Error> {
    let mut spend = spend_read(tx, key)?;
    if spend.billed.is_some() {
        return Ok(spend);
    }
    let unit = spend.bill.unit;
    if billed.unit != unit || billed.minor < 0 {
        return Err(Refused::BillInvalid { bill: billed, unit }.into());
    }
    let mut award = award_read(tx, spend.award)?;
    let billed = Amount::new(billed.minor.min(spend.bill.minor), unit);
    let part =
        i128::from(spend.held.minor) * i128::from(billed.minor) / i128::from(spend.bill.minor);
    let part = i64::try_from(part).map_err(|_| overflow(award.id))?;
    if part > 0 {
        let to = account_of(tx, spend.supplier.0, AccountKind::Supplier, unit)?;
        let command = SettleCommand {
            key: format!("spend:{}:settle", spend.id),
            hold: award.hold,
            amount: Amount::new(part, unit),
            to: Some(to),
            reference: format!("spend:{}", spend.id),
        };
        ledger::hold_settle(tx, command)?;
        store::award::supplier_insert(tx, award.id, spend.supplier)?;
    }
    spend.billed = Some(billed);
    spend.settled = Amount::new(part, unit);
    spend.ended_at = Some(tx.now());
    store::spend::update(tx, &spend)?;
    award.settled = award.settled.plus(spend.settled).map_err(|_| overflow(award.id))?;
    award.reserved = award.reserved.minus(spend.held).map_err(|_| overflow(award.id))?;
    store::award::update(tx, &award)?;
    identity::audit(tx, actor, "spend.settle", &award.id.0, &spend.id.0)?;
    Ok(spend)
}

/// Reads a spend by the caller's name for it.
pub fn spend_read(read: &Read<'_>, key: &str) -> Result<Spend, Error> {
    store::spend::by_key(read, key)?.ok_or_else(|| Refused::SpendUnknown(key.to_owned()).into())
}

/// Lists what an award was spent on, in the order of time.
pub fn spends_of_award(read: &Read<'_>, award: AwardId) -> Result<Vec<Spend>, Error> {
    Ok(store::spend::of_award(read, award)?)
}
