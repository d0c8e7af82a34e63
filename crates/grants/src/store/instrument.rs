//! Table `instrument`.

use crate::{InstrumentId, Published};
use base::Page;
use db::{Error, Read, Row, Tx, params};

const COLUMNS: &str = "id, code, version, name_en, name_zh, unit, toml, sha256, published_at";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Published) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO instrument (id, code, version, name_en, name_zh, unit, toml, sha256,
            published_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            &new.id.0,
            &new.code,
            new.version,
            &new.name_en,
            &new.name_zh,
            &new.unit,
            &new.toml,
            &new.sha256,
            new.published_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn find(read: &Read<'_>, id: InstrumentId) -> Result<Option<Published>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM instrument WHERE id = ?1");
    read.row(&sql, params![&id.0], published)
}

pub(crate) fn version(
    read: &Read<'_>,
    code: &str,
    version: u32,
) -> Result<Option<Published>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM instrument WHERE code = ?1 AND version = ?2");
    read.row(&sql, params![code, version], published)
}

pub(crate) fn latest(read: &Read<'_>, code: &str) -> Result<Option<Published>, Error> {
    let sql =
        format!("SELECT {COLUMNS} FROM instrument WHERE code = ?1 ORDER BY version DESC LIMIT 1");
    read.row(&sql, params![code], published)
}

/// Lists every published version, by code and version.
pub(crate) fn list(read: &Read<'_>, page: &Page) -> Result<Vec<Published>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM instrument WHERE (code, version) > (?1, ?2)
         ORDER BY code, version LIMIT ?3"
    );
    let (code, version) = after(page.after.as_deref().unwrap_or_default());
    read.rows(&sql, params![code, version, page.rows], published)
}

/// Reads a key: a code with a version. A code alone stands for all of its versions.
fn after(key: &str) -> (&str, i64) {
    let parts = key.rsplit_once('.').and_then(|(code, v)| Some((code, v.parse().ok()?)));
    parts.unwrap_or((key, i64::MAX))
}

/// Lists code and names of the instruments that calls apply, each in its newest version.
pub(crate) fn names_in_use(read: &Read<'_>) -> Result<Vec<(String, String, String)>, Error> {
    read.rows(
        "SELECT code, name_en, name_zh FROM instrument i
         WHERE version = (SELECT MAX(version) FROM instrument j WHERE j.code = i.code)
            AND code IN (SELECT k.code FROM instrument k JOIN call c ON c.instrument_id = k.id)
         ORDER BY code",
        params![],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

fn published(row: &Row<'_>) -> Result<Published, Error> {
    let version: i64 = row.get(2)?;
    Ok(Published {
        id: row.id(0)?,
        code: row.get(1)?,
        version: u32::try_from(version).unwrap_or(u32::MAX),
        name_en: row.get(3)?,
        name_zh: row.get(4)?,
        unit: row.get(5)?,
        toml: row.get(6)?,
        sha256: row.get(7)?,
        published_at: row.get(8)?,
    })
}
