//! Tables `award` and `award_supplier`.

use super::amount;
use crate::{ApplicationId, Award, AwardFilter, AwardId, AwardOrder, AwardSum, RegisterLine};
use base::{Amount, Page, Time};
use db::{Error, Param, Read, Row, Tx, params};
use identity::OrganisationId;
use std::collections::HashMap;
use std::ops::Range;

const COLUMNS: &str = "id, application_id, call_id, instrument_code, category, organisation_id,
    unit, amount_minor, settled_minor, paid_minor, released_minor, hold_id, state, awarded_at,
    expires_at, is_synthetic, reserved_minor";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Award) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO award (id, application_id, call_id, instrument_code, category,
            organisation_id, amount_minor, unit, settled_minor, paid_minor, released_minor,
            hold_id, state, awarded_at, expires_at, is_synthetic)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, 0, ?9, 'Active', ?10, ?11, ?12)",
        params![
            &new.id.0,
            &new.application.0,
            &new.call.0,
            &new.instrument_code,
            &new.category,
            &new.organisation.0,
            new.amount.minor,
            &new.amount.unit,
            &new.hold.0,
            new.awarded_at,
            new.expires_at,
            new.is_synthetic
        ],
    )
    .map(|_| ())
}

pub(crate) fn supplier_insert(
    tx: &mut Tx<'_>,
    award: AwardId,
    supplier: OrganisationId,
) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO award_supplier (award_id, supplier_id) VALUES (?1, ?2)
         ON CONFLICT DO NOTHING",
        params![&award.0, &supplier.0],
    )
    .map(|_| ())
}

pub(crate) fn update(tx: &mut Tx<'_>, award: &Award) -> Result<(), Error> {
    tx.exec(
        "UPDATE award SET settled_minor = ?2, paid_minor = ?3, released_minor = ?4, state = ?5,
            reserved_minor = ?6
         WHERE id = ?1",
        params![
            &award.id.0,
            award.settled.minor,
            award.paid.minor,
            award.released.minor,
            award.state.as_str(),
            award.reserved.minor
        ],
    )
    .map(|_| ())
}

pub(crate) fn find(read: &Read<'_>, id: AwardId) -> Result<Option<Award>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM award WHERE id = ?1");
    read.row(&sql, params![&id.0], award)
}

pub(crate) fn of_application(read: &Read<'_>, id: ApplicationId) -> Result<Option<Award>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM award WHERE application_id = ?1");
    read.row(&sql, params![&id.0], award)
}

pub(crate) fn expired(read: &Read<'_>, at: Time, limit: u32) -> Result<Vec<Award>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM award WHERE state = 'Active' AND expires_at <= ?1 AND reserved_minor = 0
         ORDER BY id LIMIT ?2"
    );
    read.rows(&sql, params![at, limit], award)
}

/// Lists suppliers of an award, in the order of their ids.
pub(crate) fn suppliers(read: &Read<'_>, id: AwardId) -> Result<Vec<OrganisationId>, Error> {
    read.rows(
        "SELECT supplier_id FROM award_supplier WHERE award_id = ?1 ORDER BY supplier_id",
        params![&id.0],
        |row| row.id(0),
    )
}

/// Streams (award, supplier) over the awards of a period, in the order of [`lines_each`].
pub(crate) fn suppliers_each(
    read: &Read<'_>,
    period: &Range<Time>,
    mut each: impl FnMut(AwardId, OrganisationId),
) -> Result<(), Error> {
    let sql = "SELECT award.id, supplier_id
         FROM award JOIN award_supplier ON award_supplier.award_id = award.id
         WHERE awarded_at >= ?1 AND awarded_at < ?2
         ORDER BY awarded_at, award.id, supplier_id";
    read.each(sql, params![period.start, period.end], |row| {
        each(row.id(0)?, row.id(1)?);
        Ok(true)
    })
}

/// A filter as SQL with its values; every condition is a constant text.
struct Where<'a> {
    sql: String,
    values: Vec<Param<'a>>,
}

fn filtered<'a>(filter: &'a AwardFilter, groups: &'a [String]) -> Where<'a> {
    let mut found = Where { sql: String::from("1 = 1"), values: Vec::new() };
    if let Some(category) = &filter.category {
        found.add(" AND category = ?#", category);
    }
    if let Some(code) = &filter.instrument_code {
        found.add(" AND instrument_code = ?#", code);
    }
    if let Some(unit) = &filter.unit {
        found.add(" AND unit = ?#", unit);
    }
    if let Some(from) = filter.from {
        found.add(" AND awarded_at >= ?#", from);
    }
    if let Some(to) = filter.to {
        found.add(" AND awarded_at < ?#", to);
    }
    if let Some(least) = filter.least {
        found.add(" AND amount_minor >= ?#", least);
    }
    if let Some(most) = filter.most {
        found.add(" AND amount_minor <= ?#", most);
    }
    if let Some(suppliers) = &filter.suppliers {
        let first = found.values.len();
        let marks: Vec<String> = (1..=suppliers.len()).map(|n| format!("?{}", first + n)).collect();
        found.sql.push_str(&format!(
            " AND id IN (SELECT award_id FROM award_supplier WHERE supplier_id IN ({}))",
            marks.join(", ")
        ));
        found.values.extend(suppliers.iter().map(|supplier| Param::from(&supplier.0)));
    }
    if let Some(organisation) = &filter.organisation {
        found.add(" AND organisation_id = ?#", &organisation.0);
    }
    if filter.organisations.is_some() {
        let marks: Vec<String> =
            (1..=groups.len()).map(|n| format!("?{}", found.values.len() + n)).collect();
        found.sql.push_str(&format!(" AND organisation_id IN ({})", marks.join(", ")));
        found.values.extend(groups.iter().map(Param::from));
    }
    found.text(filter.text.as_deref());
    found
}

impl<'a> Where<'a> {
    fn add(&mut self, condition: &str, value: impl Into<Param<'a>>) {
        self.values.push(value.into());
        self.sql.push_str(&condition.replace('#', &self.values.len().to_string()));
    }

    fn text(&mut self, text: Option<&str>) {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
        let escaped: String = text
            .to_lowercase()
            .chars()
            .take(100)
            .flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c]))
            .collect();
        self.add(
            " AND (organisation_id IN (SELECT id FROM organisation WHERE LOWER(name_en) LIKE ?#
                ESCAPE '\\' OR name_zh LIKE ?# ESCAPE '\\' OR LOWER(name_pinyin) LIKE ?# ESCAPE '\\'
                UNION SELECT organisation_id FROM organisation_alias
                WHERE LOWER(name) LIKE ?# ESCAPE '\\')
             OR application_id IN (SELECT id FROM application WHERE LOWER(title_en) LIKE ?#
                ESCAPE '\\' OR title_zh LIKE ?# ESCAPE '\\'))",
            format!("%{escaped}%"),
        );
    }
}

fn group_ids(filter: &AwardFilter) -> Vec<String> {
    filter.organisations.iter().flatten().map(ToString::to_string).collect()
}

/// Lists awards in an order; the key of a page is [`AwardOrder::key`] of its last row.
///
/// The page's ids are found first, in an index where the filter allows, so that no more whole rows
/// are read than are shown.
pub(crate) fn list(
    read: &Read<'_>,
    filter: &AwardFilter,
    order: AwardOrder,
    page: &Page,
) -> Result<Vec<Award>, Error> {
    if filter.fits_nothing() {
        return Ok(Vec::new());
    }
    let groups = group_ids(filter);
    let mut found = filtered(filter, &groups);
    let (column, way, sign) = match order {
        AwardOrder::Newest => ("awarded_at", "DESC", "<"),
        AwardOrder::Oldest => ("awarded_at", "ASC", ">"),
        AwardOrder::Largest => ("amount_minor", "DESC", "<"),
        AwardOrder::Smallest => ("amount_minor", "ASC", ">"),
        AwardOrder::MostPaid => ("paid_minor", "DESC", "<"),
        AwardOrder::LeastPaid => ("paid_minor", "ASC", ">"),
    };
    let key = page.after.as_deref().and_then(|key| key.split_once('.'));
    if let Some((value, id)) = key.and_then(|(value, id)| Some((value.parse::<i64>().ok()?, id))) {
        found.add(&format!(" AND ({column}, id) {sign} (?#"), value);
        found.add(", ?#)", id);
    }
    found.values.push(Param::from(page.rows));
    let order = format!("ORDER BY {column} {way}, id {way}");
    let sql = format!(
        "SELECT {COLUMNS} FROM award
         WHERE id IN (SELECT id FROM award WHERE {} {order} LIMIT ?{}) {order}",
        found.sql,
        found.values.len()
    );
    read.rows(&sql, &found.values, award)
}

/// Writes `?1, ?2 ...` for so many values.
fn marks(count: usize) -> String {
    (1..=count).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ")
}

/// Reads the projects' titles, English and Chinese.
pub(crate) fn titles_of(
    read: &Read<'_>,
    awards: &[AwardId],
) -> Result<HashMap<AwardId, (String, String)>, Error> {
    if awards.is_empty() {
        return Ok(HashMap::new());
    }
    let values: Vec<Param<'_>> = awards.iter().map(|id| Param::from(&id.0)).collect();
    let sql = format!(
        "SELECT award.id, title_en, title_zh FROM award
         JOIN application ON application.id = award.application_id WHERE award.id IN ({})",
        marks(values.len())
    );
    let rows = read.rows(&sql, &values, |row| Ok((row.id(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.into_iter().collect())
}

/// Reads the suppliers of some awards, in the order of their ids.
pub(crate) fn suppliers_of(
    read: &Read<'_>,
    awards: &[AwardId],
) -> Result<HashMap<AwardId, Vec<OrganisationId>>, Error> {
    if awards.is_empty() {
        return Ok(HashMap::new());
    }
    let values: Vec<Param<'_>> = awards.iter().map(|id| Param::from(&id.0)).collect();
    let sql = format!(
        "SELECT award_id, supplier_id FROM award_supplier WHERE award_id IN ({})
         ORDER BY award_id, supplier_id",
        marks(values.len())
    );
    let mut found: HashMap<AwardId, Vec<OrganisationId>> = HashMap::new();
    for (award, supplier) in read.rows(&sql, &values, |row| Ok((row.id(0)?, row.id(1)?)))? {
        found.entry(award).or_default().push(supplier);
    }
    Ok(found)
}

/// Reads some awards by id.
pub(crate) fn by_ids(read: &Read<'_>, ids: &[AwardId]) -> Result<HashMap<AwardId, Award>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let values: Vec<Param<'_>> = ids.iter().map(|id| Param::from(&id.0)).collect();
    let sql = format!("SELECT {COLUMNS} FROM award WHERE id IN ({})", marks(values.len()));
    let rows = read.rows(&sql, &values, award)?;
    Ok(rows.into_iter().map(|award| (award.id, award)).collect())
}

/// Streams what is searched, sorted and added up of every award.
pub(crate) fn lines_each(read: &Read<'_>, mut each: impl FnMut(RegisterLine)) -> Result<(), Error> {
    let sql = "SELECT award.id, award.organisation_id, category, instrument_code, unit,
            amount_minor, paid_minor, awarded_at, title_en, title_zh
         FROM award JOIN application ON application.id = award.application_id
         ORDER BY awarded_at, award.id";
    read.each(sql, params![], |row| {
        let unit = row.get(4)?;
        each(RegisterLine {
            id: row.id(0)?,
            organisation: row.id(1)?,
            category: row.get(2)?,
            instrument_code: row.get(3)?,
            amount: amount(row, 5, unit)?,
            paid: amount(row, 6, unit)?,
            awarded_at: row.get(7)?,
            title_en: row.get(8)?,
            title_zh: row.get(9)?,
        });
        Ok(true)
    })
}

/// Returns when the first and the last award were made.
pub(crate) fn span(read: &Read<'_>) -> Result<Option<(Time, Time)>, Error> {
    // Two questions: only alone is each answered from the end of an index.
    let first: Option<Time> = read.scalar("SELECT MIN(awarded_at) FROM award", params![])?;
    let last: Option<Time> = read.scalar("SELECT MAX(awarded_at) FROM award", params![])?;
    Ok(first.zip(last))
}

/// Adds up awards by unit: unit, count, awarded, paid.
pub(crate) fn sums(
    read: &Read<'_>,
    filter: &AwardFilter,
) -> Result<Vec<(base::Unit, i64, i64, i64)>, Error> {
    if filter.fits_nothing() {
        return Ok(Vec::new());
    }
    let groups = group_ids(filter);
    let found = filtered(filter, &groups);
    let sql = format!(
        "SELECT unit, COUNT(*), CAST(SUM(amount_minor) AS BIGINT), CAST(SUM(paid_minor) AS BIGINT)
         FROM award WHERE {} GROUP BY unit ORDER BY unit",
        found.sql
    );
    read.rows(&sql, &found.values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
}

/// Adds up the awards of some organisations, by organisation and unit.
pub(crate) fn sums_of(
    read: &Read<'_>,
    organisations: &[OrganisationId],
) -> Result<Vec<(OrganisationId, AwardSum)>, Error> {
    let values: Vec<Param<'_>> = organisations.iter().map(|id| Param::from(&id.0)).collect();
    let sql = format!(
        "SELECT organisation_id, unit, COUNT(*), CAST(SUM(amount_minor) AS BIGINT),
            CAST(SUM(paid_minor) AS BIGINT)
         FROM award WHERE organisation_id IN ({}) GROUP BY organisation_id, unit ORDER BY unit",
        marks(values.len())
    );
    read.rows(&sql, &values, |row| {
        let unit = row.get(1)?;
        let amount = |column| Ok::<_, Error>(Amount::new(row.get(column)?, unit));
        Ok((row.id(0)?, AwardSum { count: row.get(2)?, awarded: amount(3)?, paid: amount(4)? }))
    })
}

/// Streams every award that fits, oldest first.
pub(crate) fn each(
    read: &Read<'_>,
    filter: &AwardFilter,
    mut each: impl FnMut(Award) -> Result<(), Error>,
) -> Result<(), Error> {
    if filter.fits_nothing() {
        return Ok(());
    }
    let groups = group_ids(filter);
    let found = filtered(filter, &groups);
    let sql = format!("SELECT {COLUMNS} FROM award WHERE {} ORDER BY awarded_at, id", found.sql);
    read.each(&sql, &found.values, |row| {
        each(award(row)?)?;
        Ok(true)
    })
}

fn award(row: &Row<'_>) -> Result<Award, Error> {
    let unit = row.get(6)?;
    Ok(Award {
        id: row.id(0)?,
        application: row.id(1)?,
        call: row.id(2)?,
        instrument_code: row.get(3)?,
        category: row.get(4)?,
        organisation: row.id(5)?,
        amount: amount(row, 7, unit)?,
        settled: amount(row, 8, unit)?,
        paid: amount(row, 9, unit)?,
        released: amount(row, 10, unit)?,
        hold: row.id(11)?,
        state: row.parse(12)?,
        awarded_at: row.get(13)?,
        expires_at: row.get(14)?,
        is_synthetic: row.get(15)?,
        reserved: amount(row, 16, unit)?,
    })
}
