//! Table `spend`.

use super::amount;
use crate::{AwardId, Spend};
use base::{Amount, Unit};
use db::{Error, Read, Row, Tx, params};

const COLUMNS: &str = "s.id, s.spend_key, s.award_id, s.supplier_id, s.bill_minor, s.held_minor,
    s.billed_minor, s.settled_minor, s.made_at, s.ended_at, a.unit";
const FROM: &str = "spend s JOIN award a ON a.id = s.award_id";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Spend) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO spend (id, spend_key, award_id, supplier_id, bill_minor, held_minor,
            settled_minor, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)",
        params![
            &new.id.0,
            &new.key,
            &new.award.0,
            &new.supplier.0,
            new.bill.minor,
            new.held.minor,
            new.made_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn update(tx: &mut Tx<'_>, spend: &Spend) -> Result<(), Error> {
    tx.exec(
        "UPDATE spend SET billed_minor = ?2, settled_minor = ?3, ended_at = ?4 WHERE id = ?1",
        params![
            &spend.id.0,
            spend.billed.map(|billed| billed.minor),
            spend.settled.minor,
            spend.ended_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn by_key(read: &Read<'_>, key: &str) -> Result<Option<Spend>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE s.spend_key = ?1");
    read.row(&sql, params![key], spend)
}

pub(crate) fn of_award(read: &Read<'_>, award: AwardId) -> Result<Vec<Spend>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE s.award_id = ?1 ORDER BY s.id");
    read.rows(&sql, params![&award.0], spend)
}

fn spend(row: &Row<'_>) -> Result<Spend, Error> {
    let unit: Unit = row.get(10)?;
    let billed: Option<i64> = row.get(6)?;
    Ok(Spend {
        id: row.id(0)?,
        key: row.get(1)?,
        award: row.id(2)?,
        supplier: row.id(3)?,
        bill: amount(row, 4, unit)?,
        held: amount(row, 5, unit)?,
        billed: billed.map(|minor| Amount::new(minor, unit)),
        settled: amount(row, 7, unit)?,
        made_at: row.get(8)?,
        ended_at: row.get(9)?,
    })
}
