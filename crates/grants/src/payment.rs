//! Payments: settled claims go to the bank in batches and come back confirmed.

use crate::award::overflow;
use crate::call::{account_of, zone_account};
use crate::event::note;
use crate::{
    AwardId, BankAccount, ClaimState, Error, EventKind, Payment, PaymentBatch, PaymentBatchId,
    PaymentState, Refused, award_read, claim_read, store,
};
use base::{Amount, FieldProblems, Page, Unit};
use db::{Read, Tx};
use identity::{Actor, OrganisationId, PersonId, Standing};
use ledger::{AccountKind, PostCommand};

/// Most payments in one batch; banks take more, people cannot check more.
const BATCH_PAYMENTS_MAX: u32 = 500;

/// Enters where an organisation is paid. Officers may, and those who act for it.
pub fn bank_account_set(
    tx: &mut Tx<'_>,
    standing: &Standing,
    organisation: OrganisationId,
    account: &BankAccount,
) -> Result<(), Error> {
    let person = match standing.person {
        Some(person)
            if standing.may_act_for(organisation)
                || standing.may(identity::Permission::KeepRecords) =>
        {
            person
        }
        _ => return Err(Refused::NotYours(organisation).into()),
    };
    let mut problems = FieldProblems::default();
    // Lengths of ISO 20022 pain.001: Nm Max70Text, Othr/Id Max34Text, BICFI 8 or 11.
    problems.text("holder_name", &account.holder_name, 1, 70);
    problems.text("number", &account.number, 1, 34);
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "- ".contains(c));
    problems.require(
        plain(&account.number),
        "number",
        ("must be letters, digits, `-`", "须为字母、数字或 `-`"),
    );
    problems.text("bank_code", &account.bank_code, 0, 35);
    problems.require(
        plain(&account.bank_code),
        "bank_code",
        ("must be letters, digits, `-`", "须为字母、数字或 `-`"),
    );
    problems.finish().map_err(Refused::Invalid)?;
    identity::organisation_find(tx, organisation)?.ok_or(Refused::NotYours(organisation))?;
    let now = tx.now();
    store::payment::account_put(tx, organisation, account, now)?;
    // The number stays out of the trail; that it changed is what matters.
    let actor = Actor::Person(person);
    Ok(identity::audit(tx, actor, "organisation.bank-account-set", &organisation.0, &())?)
}

/// Reads where an organisation is paid.
pub fn bank_account_of(
    read: &Read<'_>,
    organisation: OrganisationId,
) -> Result<Option<BankAccount>, Error> {
    Ok(store::payment::account(read, organisation)?)
}

/// Puts all due payments of a unit, at most 500, into a batch for the bank.
pub fn payments_send(
    tx: &mut Tx<'_>,
    officer: PersonId,
    unit: Unit,
) -> Result<PaymentBatch, Error> {
    let due = store::payment::due(tx, unit, BATCH_PAYMENTS_MAX)?;
    let mut total = Amount::zero(unit);
    for payment in &due {
        total = total.plus(payment.amount).map_err(|_| overflow(payment.award))?;
    }
    if due.is_empty() {
        return Err(Refused::NothingDue(unit).into());
    }
    let batch = PaymentBatch {
        id: tx.id(),
        payments: i64::try_from(due.len()).unwrap_or(i64::MAX),
        total,
        made_by: officer,
        made_at: tx.now(),
    };
    store::payment::batch_insert(tx, &batch)?;
    for payment in &due {
        store::payment::sent(tx, payment.id, batch.id)?;
        let award = award_read(tx, payment.award)?;
        let actor = Actor::Person(officer);
        note(tx, actor, award.application, EventKind::PaymentSent, &(payment.id, batch.id))?;
    }
    identity::audit(tx, Actor::Person(officer), "payment-batch.made", &batch.id.0, &batch)?;
    db::effect_put(tx, "payment-file", &format!("batch:{}", batch.id), batch.id.as_str())?;
    Ok(batch)
}

/// Notes that the bank has paid a batch: what was owed moves to the bank account, in one commit.
pub fn batch_confirm(tx: &mut Tx<'_>, officer: PersonId, id: PaymentBatchId) -> Result<(), Error> {
    let batch = batch_read(tx, id)?;
    let payments = store::payment::of_batch(tx, id)?;
    if payments.iter().all(|payment| payment.state == PaymentState::Paid) {
        return Err(Refused::BatchConfirmed.into());
    }
    let bank = zone_account(tx, AccountKind::Bank, batch.total.unit)?;
    for payment in payments.iter().filter(|payment| payment.state == PaymentState::Sent) {
        payment_confirm(tx, officer, payment, bank)?;
    }
    let actor = Actor::Person(officer);
    Ok(identity::audit(tx, actor, "payment-batch.confirmed", &id.0, &())?)
}

fn payment_confirm(
    tx: &mut Tx<'_>,
    officer: PersonId,
    payment: &Payment,
    bank: ledger::AccountId,
) -> Result<(), Error> {
    let now = tx.now();
    let mut award = award_read(tx, payment.award)?;
    let mut claim = claim_read(tx, payment.claim)?;
    let kind = if payment.payee == award.organisation {
        AccountKind::Beneficiary
    } else {
        AccountKind::Supplier
    };
    let debit = account_of(tx, payment.payee.0, kind, payment.amount.unit)?;
    let post = PostCommand {
        key: format!("payment:{}:paid", payment.id),
        debit,
        credit: bank,
        amount: payment.amount,
        reference: format!("payment:{}", payment.id),
    };
    ledger::post(tx, post)?;
    store::payment::paid(tx, payment.id, now)?;
    claim.state = ClaimState::Paid;
    store::claim::update(tx, &claim)?;
    award.paid = award.paid.plus(payment.amount).map_err(|_| overflow(award.id))?;
    store::award::update(tx, &award)?;
    let actor = Actor::Person(officer);
    Ok(note(tx, actor, award.application, EventKind::PaymentConfirmed, &payment.id)?)
}

/// Lists payments that are due in a unit, oldest first, at most 500.
pub fn payments_due(read: &Read<'_>, unit: Unit) -> Result<Vec<Payment>, Error> {
    Ok(store::payment::due(read, unit, BATCH_PAYMENTS_MAX)?)
}

/// Lists the payments of a batch.
pub fn batch_payments(read: &Read<'_>, id: PaymentBatchId) -> Result<Vec<Payment>, Error> {
    Ok(store::payment::of_batch(read, id)?)
}

/// Lists the payments of an award.
pub fn payments_of_award(read: &Read<'_>, id: AwardId) -> Result<Vec<Payment>, Error> {
    Ok(store::payment::of_award(read, id)?)
}

/// Reads a batch.
pub fn batch_read(read: &Read<'_>, id: PaymentBatchId) -> Result<PaymentBatch, Error> {
    store::payment::batch_find(read, id)?.ok_or_else(|| Refused::BatchUnknown(id).into())
}

/// Lists batches, newest first: what was just made is on the first page.
pub fn batches_newest(read: &Read<'_>, page: &Page) -> Result<Vec<PaymentBatch>, Error> {
    Ok(store::payment::batches_newest(read, page)?)
}

/// Lists batches, oldest first.
pub fn batches_list(read: &Read<'_>, page: &Page) -> Result<Vec<PaymentBatch>, Error> {
    Ok(store::payment::batches(read, page)?)
}
