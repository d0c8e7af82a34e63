//! Tables `pool`, `flavor` and `flavor_price`.

use super::{column, natural};
use crate::{Flavor, FlavorId, Need, NewFlavor, NewPool, Pool, PoolId, Price};
use base::{Amount, Time, Unit};
use db::{Error, Read, Row, Tx, params};

const POOL: &str = "id, code, name_en, name_zh, supplier_id, backend, cores_milli, memory_bytes,
    accelerators, group_max, terms, is_open, is_synthetic, created_at";
const FLAVOR: &str = "f.id, f.pool_id, f.code, f.name, f.cores_milli, f.memory_bytes,
    f.disk_bytes, f.accelerators, f.accelerator, f.version, f.is_offered, p.amount_minor, p.unit,
    p.per_seconds";
const FROM: &str = "flavor f JOIN flavor_price p
    ON p.flavor_id = f.id AND p.version = f.version";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Pool) -> Result<u64, Error> {
    let made = &new.made;
    tx.exec(
        "INSERT INTO pool (id, code, name_en, name_zh, supplier_id, backend, cores_milli,
            memory_bytes, accelerators, group_max, terms, is_open, is_synthetic, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            &new.id.0,
            &made.code,
            &made.name_en,
            &made.name_zh,
            &made.supplier.0,
            &made.backend,
            column(made.capacity.cores_milli),
            column(made.capacity.memory_bytes),
            column(made.capacity.accelerators),
            made.group_max,
            &made.terms,
            new.is_open,
            made.is_synthetic,
            new.created_at
        ],
    )
}

pub(crate) fn open(tx: &mut Tx<'_>, id: PoolId, is_open: bool) -> Result<u64, Error> {
    tx.exec("UPDATE pool SET is_open = ?2 WHERE id = ?1", params![&id.0, is_open])
}

pub(crate) fn find(read: &Read<'_>, id: PoolId) -> Result<Option<Pool>, Error> {
    let sql = format!("SELECT {POOL} FROM pool WHERE id = ?1");
    read.row(&sql, params![&id.0], pool)
}

pub(crate) fn by_code(read: &Read<'_>, code: &str) -> Result<Option<Pool>, Error> {
    let sql = format!("SELECT {POOL} FROM pool WHERE code = ?1");
    read.row(&sql, params![code], pool)
}

pub(crate) fn list(read: &Read<'_>) -> Result<Vec<Pool>, Error> {
    read.rows(&format!("SELECT {POOL} FROM pool ORDER BY code"), params![], pool)
}

fn pool(row: &Row<'_>) -> Result<Pool, Error> {
    let group_max: Option<i64> = row.get(9)?;
    let made = NewPool {
        code: row.get(1)?,
        name_en: row.get(2)?,
        name_zh: row.get(3)?,
        supplier: row.id(4)?,
        backend: row.get(5)?,
        capacity: Need {
            cores_milli: natural(row, 6)?,
            memory_bytes: natural(row, 7)?,
            accelerators: natural(row, 8)?,
        },
        group_max: group_max.and_then(|most| u32::try_from(most).ok()),
        terms: row.get(10)?,
        is_synthetic: row.get(12)?,
    };
    Ok(Pool { id: row.id(0)?, made, is_open: row.get(11)?, created_at: row.get(13)? })
}

pub(crate) fn flavor_insert(tx: &mut Tx<'_>, new: &Flavor) -> Result<u64, Error> {
    let made = &new.made;
    tx.exec(
        "INSERT INTO flavor (id, pool_id, code, name, cores_milli, memory_bytes, disk_bytes,
            accelerators, accelerator, version, is_offered)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            &new.id.0,
            &new.pool.0,
            &made.code,
            &made.name,
            column(made.need.cores_milli),
            column(made.need.memory_bytes),
            column(made.disk_bytes),
            column(made.need.accelerators),
            &made.accelerator,
            new.version,
            new.is_offered
        ],
    )
}

pub(crate) fn flavor_update(tx: &mut Tx<'_>, flavor: &Flavor) -> Result<u64, Error> {
    tx.exec(
        "UPDATE flavor SET version = ?2, is_offered = ?3 WHERE id = ?1",
        params![&flavor.id.0, flavor.version, flavor.is_offered],
    )
}

pub(crate) fn flavor_by_code(read: &Read<'_>, code: &str) -> Result<Option<Flavor>, Error> {
    let sql = format!("SELECT {FLAVOR} FROM {FROM} WHERE f.code = ?1");
    read.row(&sql, params![code], flavor)
}

pub(crate) fn flavors(read: &Read<'_>) -> Result<Vec<Flavor>, Error> {
    read.rows(&format!("SELECT {FLAVOR} FROM {FROM} ORDER BY f.code"), params![], flavor)
}

fn flavor(row: &Row<'_>) -> Result<Flavor, Error> {
    let version: i64 = row.get(9)?;
    let made = NewFlavor {
        code: row.get(2)?,
        name: row.get(3)?,
        need: Need {
            cores_milli: natural(row, 4)?,
            memory_bytes: natural(row, 5)?,
            accelerators: natural(row, 7)?,
        },
        disk_bytes: natural(row, 6)?,
        accelerator: row.get(8)?,
        price: price_of(row, 11)?,
    };
    let version = u32::try_from(version).unwrap_or(u32::MAX);
    Ok(Flavor { id: row.id(0)?, pool: row.id(1)?, made, version, is_offered: row.get(10)? })
}

/// Reads a price from three columns; the table's checks keep it a price.
fn price_of(row: &Row<'_>, from: usize) -> Result<Price, Error> {
    let (minor, unit): (i64, Unit) = (row.get(from)?, row.get(from + 1)?);
    let seconds: i64 = row.get(from + 2)?;
    let seconds = u32::try_from(seconds).unwrap_or(0);
    Price::new(Amount::new(minor, unit), seconds).map_err(|error| {
        let found = error.to_string();
        Error::Column { column: from, found, expected: "a price" }
    })
}

pub(crate) fn price_insert(
    tx: &mut Tx<'_>,
    (flavor, version): (FlavorId, u32),
    price: &Price,
) -> Result<u64, Error> {
    let (amount, per_seconds) = price.terms();
    let at = tx.now();
    tx.exec(
        "INSERT INTO flavor_price (flavor_id, version, amount_minor, unit, per_seconds, set_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![&flavor.0, version, amount.minor, &amount.unit, per_seconds, at],
    )
}

pub(crate) fn price(
    read: &Read<'_>,
    flavor: FlavorId,
    version: u32,
) -> Result<Option<(Price, Time)>, Error> {
    read.row(
        "SELECT amount_minor, unit, per_seconds, set_at FROM flavor_price
         WHERE flavor_id = ?1 AND version = ?2",
        params![&flavor.0, version],
        |row| Ok((price_of(row, 0)?, row.get(3)?)),
    )
}
