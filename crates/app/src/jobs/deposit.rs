//! An organisation's own money, paid in before it is spent.

use super::{JobError, JobRefused};
use base::{Amount, Page, Unit};
use db::{Read, Tx};
use grants::{account_of, zone_account};
use identity::{Actor, OrganisationId, PersonId};
use ledger::{AccountId, AccountKind, PostCommand};

/// Enters what an organisation has paid in, as the bank's statement shows it.
///
/// `key` is the bank's own name for the payment, 1 to 150 bytes: entered twice, it counts once.
///
/// # Errors
/// [`JobRefused::DepositInvalid`] for an amount that is not positive, and a key that was used with
/// another content.
pub fn deposit_add(
    tx: &mut Tx<'_>,
    officer: PersonId,
    organisation: OrganisationId,
    (amount, key): (Amount, &str),
) -> Result<Amount, JobError> {
    if amount.minor <= 0 {
        return Err(JobRefused::DepositInvalid(amount).into());
    }
    let command = PostCommand {
        key: format!("deposit:{key}"),
        debit: zone_account(tx, AccountKind::Bank, amount.unit)?,
        credit: deposit_account(tx, organisation, amount.unit)?,
        amount,
        reference: format!("deposit:{organisation}"),
    };
    ledger::post(tx, command)?;
    identity::audit(tx, Actor::Person(officer), "deposit.add", &organisation.0, &(amount, key))?;
    deposit_left(tx, organisation, amount.unit)
}

/// Returns what an organisation has paid in and neither spent nor reserved.
///
/// # Errors
/// Failures of the database.
pub fn deposit_left(
    read: &Read<'_>,
    organisation: OrganisationId,
    unit: Unit,
) -> Result<Amount, JobError> {
    let page = Page::first(base::PAGE_ROWS_MAX);
    let accounts = ledger::accounts_of(read, &organisation.0, &page)?;
    let is_deposit =
        |a: &&ledger::Account| a.kind == AccountKind::Deposit && a.standing.unit == unit;
    let left = accounts.iter().find(is_deposit).map_or(0, |a| a.standing.left_to_debit());
    Ok(Amount::new(left, unit))
}

pub(super) fn deposit_account(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    unit: Unit,
) -> Result<AccountId, JobError> {
    Ok(account_of(tx, organisation.0, AccountKind::Deposit, unit)?)
}
