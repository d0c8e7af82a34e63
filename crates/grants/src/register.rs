//! The register: awards as anybody may list them, with titles and suppliers.

use crate::{Award, AwardFilter, AwardId, AwardSum, Error, store};
use base::{Amount, Page, Time};
use db::Read;
use identity::OrganisationId;
use std::collections::HashMap;

base::words! {
    /// How the register is sorted; equal rows by id.
    AwardOrder {
        /// Latest decision first.
        Newest,
        /// Earliest decision first.
        Oldest,
        /// Largest amount first.
        Largest,
        /// Smallest amount first.
        Smallest,
        /// Most paid first.
        MostPaid,
        /// Least paid first.
        LeastPaid,
    }
}

/// One line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRow {
    /// The award.
    pub award: Award,
    /// English title of the project; may be empty where there is a Chinese one.
    pub title_en: String,
    /// Chinese title; may be empty where there is an English one.
    pub title_zh: String,
    /// Its suppliers, by id.
    pub suppliers: Vec<OrganisationId>,
}

/// By what the register can be narrowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterChoices {
    /// Categories of all calls, in the order of their names.
    pub categories: Vec<String>,
    /// Instruments that calls apply: code, English and Chinese name of the newest version.
    pub instruments: Vec<(String, String, String)>,
    /// The first and the last award; `None` where there is none.
    pub span: Option<(Time, Time)>,
}

impl AwardOrder {
    /// Returns the key with which the page after this award begins.
    #[must_use]
    pub fn key(self, award: &Award) -> String {
        let value = match self {
            Self::Newest | Self::Oldest => award.awarded_at.millis(),
            Self::Largest | Self::Smallest => award.amount.minor,
            Self::MostPaid | Self::LeastPaid => award.paid.minor,
        };
        format!("{value}.{}", award.id)
    }
}

/// Lists a page of the register. The key of the next page is [`AwardOrder::key`] of its last row.
///
/// Amounts of several units are sorted by their minor units: narrow the filter to one unit first.
pub fn register_rows(
    read: &Read<'_>,
    filter: &AwardFilter,
    order: AwardOrder,
    page: &Page,
) -> Result<Vec<RegisterRow>, Error> {
    let awards = store::award::list(read, filter, order, page)?;
    let ids: Vec<AwardId> = awards.iter().map(|award| award.id).collect();
    let mut titles = store::award::titles_of(read, &ids)?;
    let mut suppliers = store::award::suppliers_of(read, &ids)?;
    let row = |award: Award| {
        let (title_en, title_zh) = titles.remove(&award.id).unwrap_or_default();
        let suppliers = suppliers.remove(&award.id).unwrap_or_default();
        RegisterRow { award, title_en, title_zh, suppliers }
    };
    Ok(awards.into_iter().map(row).collect())
}

/// Reads some awards as lines of the register, in the order asked for; unknown ids are left out.
pub fn register_rows_of(read: &Read<'_>, ids: &[AwardId]) -> Result<Vec<RegisterRow>, Error> {
    let mut awards = store::award::by_ids(read, ids)?;
    let mut titles = store::award::titles_of(read, ids)?;
    let mut suppliers = store::award::suppliers_of(read, ids)?;
    let row = |id: &AwardId| {
        let award = awards.remove(id)?;
        let (title_en, title_zh) = titles.remove(id).unwrap_or_default();
        let suppliers = suppliers.remove(id).unwrap_or_default();
        Some(RegisterRow { award, title_en, title_zh, suppliers })
    };
    Ok(ids.iter().filter_map(row).collect())
}

/// What is searched, sorted and added up of one award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterLine {
    /// The award.
    pub id: AwardId,
    /// Who receives it.
    pub organisation: OrganisationId,
    /// Its category.
    pub category: String,
    /// Its instrument.
    pub instrument_code: String,
    /// How much was awarded.
    pub amount: Amount,
    /// How much was paid.
    pub paid: Amount,
    /// When it was awarded.
    pub awarded_at: Time,
    /// English title of the project.
    pub title_en: String,
    /// Chinese title of the project.
    pub title_zh: String,
}

/// Streams every award as a line of the register, by the moment of award and id.
pub fn register_each(read: &Read<'_>, each: impl FnMut(RegisterLine)) -> Result<(), Error> {
    Ok(store::award::lines_each(read, each)?)
}

/// Adds title and suppliers to an award.
pub fn register_row(read: &Read<'_>, award: Award) -> Result<RegisterRow, Error> {
    let (title_en, title_zh) =
        store::award::titles_of(read, &[award.id])?.remove(&award.id).unwrap_or_default();
    let suppliers = store::award::suppliers(read, award.id)?;
    Ok(RegisterRow { award, title_en, title_zh, suppliers })
}

/// Returns by what the register can be narrowed.
pub fn register_choices(read: &Read<'_>) -> Result<RegisterChoices, Error> {
    Ok(RegisterChoices {
        categories: store::call::categories(read)?,
        instruments: store::instrument::names_in_use(read)?,
        span: store::award::span(read)?,
    })
}

/// Adds up what some organisations received, one sum per unit; who received nothing is left out.
pub fn received_by(
    read: &Read<'_>,
    organisations: &[OrganisationId],
) -> Result<HashMap<OrganisationId, Vec<AwardSum>>, Error> {
    /// Organisations asked for at once.
    const AT_ONCE: usize = 1_000;
    let mut found: HashMap<OrganisationId, Vec<AwardSum>> = HashMap::new();
    for some in organisations.chunks(AT_ONCE) {
        for (id, sum) in store::award::sums_of(read, some)? {
            found.entry(id).or_default().push(sum);
        }
    }
    Ok(found)
}
