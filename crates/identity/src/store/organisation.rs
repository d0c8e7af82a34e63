//! Tables `organisation`, `organisation_identifier`, `organisation_alias`.

use crate::{AliasLanguage, Counts, Identifier, Organisation, OrganisationId, OrganisationKind};
use base::Page;
use db::{Error, Read, Row, Tx, params};

const COLUMNS: &str = "id, kind, name_en, name_zh, name_pinyin, size_class, region, registered_on,
    is_synthetic, created_at";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Organisation) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO organisation (id, kind, name_en, name_zh, name_pinyin, size_class, region,
            registered_on, is_synthetic, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            &new.id.0,
            new.kind.as_str(),
            &new.name_en,
            &new.name_zh,
            &new.name_pinyin,
            new.size_class.as_str(),
            &new.region,
            new.registered_on,
            new.is_synthetic,
            new.created_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn identifier_insert(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    identifier: &Identifier,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO organisation_identifier (scheme, value, organisation_id) VALUES (?1, ?2, ?3)",
        params![&identifier.scheme, &identifier.value, &organisation.0],
    )
    .map(|_| ())
}

pub(crate) fn alias_insert(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    language: AliasLanguage,
    name: &str,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO organisation_alias (organisation_id, language, name) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
        params![&organisation.0, language.as_str(), name],
    )
    .map(|_| ())
}

pub(crate) fn find(read: &Read<'_>, id: OrganisationId) -> Result<Option<Organisation>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM organisation WHERE id = ?1");
    read.row(&sql, params![&id.0], organisation)
}

pub(crate) fn by_identifier(
    read: &Read<'_>,
    identifier: &Identifier,
) -> Result<Option<OrganisationId>, Error> {
    read.row(
        "SELECT organisation_id FROM organisation_identifier WHERE scheme = ?1 AND value = ?2",
        params![&identifier.scheme, &identifier.value],
        |row| row.id(0),
    )
}

/// Finds the organisation with exactly this name or identifier; natural persons are left out, and
/// so is a name that several bear.
pub(crate) fn by_name_or_identifier(
    read: &Read<'_>,
    text: &str,
) -> Result<Option<OrganisationId>, Error> {
    let found: Vec<OrganisationId> = read.rows(
        "SELECT id FROM organisation
         WHERE kind <> 'NaturalPerson' AND (name_en = ?1 OR name_zh = ?1 OR id = ?1
            OR id IN (SELECT organisation_id FROM organisation_identifier WHERE value = ?1))
         ORDER BY id LIMIT 2",
        params![text],
        |row| row.id(0),
    )?;
    Ok(if found.len() == 1 { found.first().copied() } else { None })
}

pub(crate) fn identifiers(read: &Read<'_>, id: OrganisationId) -> Result<Vec<Identifier>, Error> {
    read.rows(
        "SELECT scheme, value FROM organisation_identifier WHERE organisation_id = ?1
         ORDER BY scheme, value",
        params![&id.0],
        |row| Ok(Identifier { scheme: row.get(0)?, value: row.get(1)? }),
    )
}

pub(crate) fn aliases(
    read: &Read<'_>,
    id: OrganisationId,
) -> Result<Vec<(AliasLanguage, String)>, Error> {
    read.rows(
        "SELECT language, name FROM organisation_alias WHERE organisation_id = ?1
         ORDER BY language, name",
        params![&id.0],
        |row| Ok((row.parse(0)?, row.get(1)?)),
    )
}

/// What the ownership graph needs of every organisation.
pub(crate) fn kinds(read: &Read<'_>) -> Result<Vec<(OrganisationId, OrganisationKind)>, Error> {
    let sql = "SELECT id, kind FROM organisation ORDER BY id";
    read.rows(sql, params![], |row| Ok((row.id(0)?, row.parse(1)?)))
}

/// Without identifiers and aliases.
pub(crate) fn all(read: &Read<'_>) -> Result<Vec<Organisation>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM organisation ORDER BY id");
    read.rows(&sql, params![], organisation)
}

pub(crate) fn counts(read: &Read<'_>) -> Result<Counts, Error> {
    let count = |sql: &'static str| read.scalar(sql, params![]);
    Ok(Counts {
        organisations: count("SELECT COUNT(*) FROM organisation")?,
        statements: count("SELECT COUNT(*) FROM ownership")?,
        withdrawn: count("SELECT COUNT(withdrawn_at) FROM ownership")?,
    })
}

/// Searches names, aliases and identifiers; natural persons are left out.
pub(crate) fn search(
    read: &Read<'_>,
    pattern: &str,
    page: &Page,
) -> Result<Vec<Organisation>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM organisation
         WHERE kind <> 'NaturalPerson' AND id > ?2 AND (
            LOWER(name_en) LIKE ?1 ESCAPE '\\' OR name_zh LIKE ?1 ESCAPE '\\'
            OR LOWER(name_pinyin) LIKE ?1 ESCAPE '\\'
            OR id IN (SELECT organisation_id FROM organisation_alias
                      WHERE LOWER(name) LIKE ?1 ESCAPE '\\')
            OR id IN (SELECT organisation_id FROM organisation_identifier
                      WHERE LOWER(value) LIKE ?1 ESCAPE '\\'))
         ORDER BY id LIMIT ?3"
    );
    let after = page.after.as_deref().unwrap_or("");
    read.rows(&sql, params![pattern, after, page.rows], organisation)
}

fn organisation(row: &Row<'_>) -> Result<Organisation, Error> {
    Ok(Organisation {
        id: row.id(0)?,
        kind: row.parse(1)?,
        name_en: row.get(2)?,
        name_zh: row.get(3)?,
        name_pinyin: row.get(4)?,
        size_class: row.parse(5)?,
        region: row.get(6)?,
        registered_on: row.get(7)?,
        is_synthetic: row.get(8)?,
        created_at: row.get(9)?,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    })
}

pub(crate) fn aliases_each(
    read: &Read<'_>,
    mut each: impl FnMut(OrganisationId, String),
) -> Result<(), Error> {
    let sql = "SELECT organisation_id, name FROM organisation_alias ORDER BY organisation_id, name";
    read.each(sql, params![], |row| {
        each(row.id(0)?, row.get(1)?);
        Ok(true)
    })
}
