//! Tables `payment`, `payment_batch`, `bank_account`.

use super::amount;
use crate::{AwardId, BankAccount, Payment, PaymentBatch, PaymentBatchId, PaymentId};
use base::{Page, Time, Unit};
use db::{Error, Read, Row, Tx, params};
use identity::OrganisationId;

const COLUMNS: &str =
    "id, claim_id, award_id, payee_id, amount_minor, unit, state, batch_id, due_at, paid_at";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Payment) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO payment (id, claim_id, award_id, payee_id, amount_minor, unit, state, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'Due', ?7)",
        params![
            &new.id.0,
            &new.claim.0,
            &new.award.0,
            &new.payee.0,
            new.amount.minor,
            &new.amount.unit,
            new.due_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn sent(tx: &mut Tx<'_>, id: PaymentId, batch: PaymentBatchId) -> Result<u64, Error> {
    tx.exec(
        "UPDATE payment SET state = 'Sent', batch_id = ?2 WHERE id = ?1 AND state = 'Due'",
        params![&id.0, &batch.0],
    )
}

pub(crate) fn paid(tx: &mut Tx<'_>, id: PaymentId, at: Time) -> Result<u64, Error> {
    tx.exec(
        "UPDATE payment SET state = 'Paid', paid_at = ?2 WHERE id = ?1 AND state = 'Sent'",
        params![&id.0, at],
    )
}

pub(crate) fn due(read: &Read<'_>, unit: Unit, limit: u32) -> Result<Vec<Payment>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payment WHERE state = 'Due' AND unit = ?1 ORDER BY id LIMIT ?2"
    );
    read.rows(&sql, params![&unit, limit], payment)
}

pub(crate) fn of_batch(read: &Read<'_>, batch: PaymentBatchId) -> Result<Vec<Payment>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM payment WHERE batch_id = ?1 ORDER BY id");
    read.rows(&sql, params![&batch.0], payment)
}

pub(crate) fn of_award(read: &Read<'_>, award: AwardId) -> Result<Vec<Payment>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM payment WHERE award_id = ?1 ORDER BY id");
    read.rows(&sql, params![&award.0], payment)
}

pub(crate) fn batch_insert(tx: &mut Tx<'_>, new: &PaymentBatch) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO payment_batch (id, unit, payments, total_minor, made_by, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            &new.id.0,
            &new.total.unit,
            new.payments,
            new.total.minor,
            &new.made_by.0,
            new.made_at
        ],
    )
    .map(|_| ())
}

const BATCH: &str = "id, payments, total_minor, unit, made_by, made_at";

pub(crate) fn batch_find(
    read: &Read<'_>,
    id: PaymentBatchId,
) -> Result<Option<PaymentBatch>, Error> {
    let sql = format!("SELECT {BATCH} FROM payment_batch WHERE id = ?1");
    read.row(&sql, params![&id.0], batch)
}

pub(crate) fn batches(read: &Read<'_>, page: &Page) -> Result<Vec<PaymentBatch>, Error> {
    let sql = format!("SELECT {BATCH} FROM payment_batch WHERE id > ?1 ORDER BY id LIMIT ?2");
    let after = page.after.as_deref().unwrap_or("");
    read.rows(&sql, params![after, page.rows], batch)
}

pub(crate) fn batches_newest(read: &Read<'_>, page: &Page) -> Result<Vec<PaymentBatch>, Error> {
    let sql = format!(
        "SELECT {BATCH} FROM payment_batch WHERE ?1 = '' OR id < ?1 ORDER BY id DESC LIMIT ?2"
    );
    let after = page.after.as_deref().unwrap_or("");
    read.rows(&sql, params![after, page.rows], batch)
}

pub(crate) fn account_put(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    account: &BankAccount,
    at: Time,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO bank_account (organisation_id, holder_name, number, bank_code, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (organisation_id) DO UPDATE SET holder_name = excluded.holder_name,
            number = excluded.number, bank_code = excluded.bank_code,
            changed_at = excluded.changed_at",
        params![&organisation.0, &account.holder_name, &account.number, &account.bank_code, at],
    )
    .map(|_| ())
}

pub(crate) fn account(
    read: &Read<'_>,
    organisation: OrganisationId,
) -> Result<Option<BankAccount>, Error> {
    read.row(
        "SELECT holder_name, number, bank_code FROM bank_account WHERE organisation_id = ?1",
        params![&organisation.0],
        |row| {
            Ok(BankAccount {
                holder_name: row.get(0)?,
                number: row.get(1)?,
                bank_code: row.get(2)?,
            })
        },
    )
}

fn payment(row: &Row<'_>) -> Result<Payment, Error> {
    let unit: Unit = row.get(5)?;
    Ok(Payment {
        id: row.id(0)?,
        claim: row.id(1)?,
        award: row.id(2)?,
        payee: row.id(3)?,
        amount: amount(row, 4, unit)?,
        state: row.parse(6)?,
        batch: row.id_optional(7)?,
        due_at: row.get(8)?,
        paid_at: row.get(9)?,
    })
}

fn batch(row: &Row<'_>) -> Result<PaymentBatch, Error> {
    let unit: Unit = row.get(3)?;
    Ok(PaymentBatch {
        id: row.id(0)?,
        payments: row.get(1)?,
        total: amount(row, 2, unit)?,
        made_by: row.id(4)?,
        made_at: row.get(5)?,
    })
}
