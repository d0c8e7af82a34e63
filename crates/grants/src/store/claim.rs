//! Table `claim`.

use super::amount;
use crate::{AwardId, Claim, ClaimId, ClaimState};
use base::{Page, Unit};
use db::{Error, Read, Row, Tx, params};
use identity::OrganisationId;

const COLUMNS: &str = "c.id, c.award_id, c.supplier_id, c.invoice_number, c.invoice_date,
    c.invoice_minor, c.cost, c.what, c.asked_minor, c.settled_minor, c.state, c.submitted_by,
    c.submitted_at, c.verified_by, c.verified_at, c.reason, a.unit";
const FROM: &str = "claim c JOIN award a ON a.id = c.award_id";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Claim, key: &str) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO claim (id, award_id, supplier_id, invoice_number, invoice_key, invoice_date,
            invoice_minor, cost, what, asked_minor, settled_minor, state, submitted_by,
            submitted_at, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 'Submitted', ?11, ?12, '')",
        params![
            &new.id.0,
            &new.award.0,
            &new.supplier.0,
            &new.invoice_number,
            key,
            new.invoice_date,
            new.invoice.minor,
            new.cost.as_deref(),
            new.what.as_deref(),
            new.asked.minor,
            &new.submitted_by.0,
            new.submitted_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn update(tx: &mut Tx<'_>, claim: &Claim) -> Result<(), Error> {
    tx.exec(
        "UPDATE claim SET settled_minor = ?2, state = ?3, verified_by = ?4, verified_at = ?5,
            reason = ?6
         WHERE id = ?1",
        params![
            &claim.id.0,
            claim.settled.minor,
            claim.state.as_str(),
            claim.verified_by.as_ref().map(|person| &person.0),
            claim.verified_at,
            &claim.reason
        ],
    )
    .map(|_| ())
}

pub(crate) fn find(read: &Read<'_>, id: ClaimId) -> Result<Option<Claim>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE c.id = ?1");
    read.row(&sql, params![&id.0], claim)
}

/// Finds the standing claim on an invoice.
pub(crate) fn by_invoice(
    read: &Read<'_>,
    supplier: OrganisationId,
    key: &str,
) -> Result<Option<ClaimId>, Error> {
    read.row(
        "SELECT id FROM claim
         WHERE supplier_id = ?1 AND invoice_key = ?2 AND state <> 'Refused'",
        params![&supplier.0, key],
        |row| row.id(0),
    )
}

pub(crate) fn of_award(read: &Read<'_>, award: AwardId) -> Result<Vec<Claim>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE c.award_id = ?1 ORDER BY c.id");
    read.rows(&sql, params![&award.0], claim)
}

pub(crate) fn list(read: &Read<'_>, state: ClaimState, page: &Page) -> Result<Vec<Claim>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE c.state = ?1 AND c.id > ?2 ORDER BY c.id LIMIT ?3"
    );
    let after = page.after.as_deref().unwrap_or("");
    read.rows(&sql, params![state.as_str(), after, page.rows], claim)
}

fn claim(row: &Row<'_>) -> Result<Claim, Error> {
    let unit: Unit = row.get(16)?;
    Ok(Claim {
        id: row.id(0)?,
        award: row.id(1)?,
        supplier: row.id(2)?,
        invoice_number: row.get(3)?,
        invoice_date: row.get(4)?,
        invoice: amount(row, 5, unit)?,
        cost: row.get(6)?,
        what: row.get(7)?,
        asked: amount(row, 8, unit)?,
        settled: amount(row, 9, unit)?,
        state: row.parse(10)?,
        submitted_by: row.id(11)?,
        submitted_at: row.get(12)?,
        verified_by: row.id_optional(13)?,
        verified_at: row.get(14)?,
        reason: row.get(15)?,
    })
}
