//! Publishing rule files and reading them back.

use crate::{Error, InstrumentId, Published, Refused, store};
use base::{Date, Page, sha256_hex};
use db::{Read, Tx};
use identity::Actor;
use rulebook::Instrument;

/// Longest service clock that is counted, in working days: some four years.
const WORKING_DAYS_MAX: u32 = 1_000;

/// Publishes a version of an instrument.
///
/// Publishing the same text again returns what is there. Refuses a file with problems (all of
/// them, with line and column) and another text under a published version.
pub fn instrument_publish(
    tx: &mut Tx<'_>,
    actor: Actor,
    file_name: &str,
    toml: &str,
) -> Result<Published, Error> {
    let rule = rulebook::check(file_name, toml).map_err(|problems| {
        Refused::RuleBroken(problems.iter().map(ToString::to_string).collect())
    })?;
    let sha256 = sha256_hex(toml.as_bytes());
    if let Some(known) = store::instrument::version(tx, &rule.id, rule.version)? {
        if known.sha256 == sha256 {
            return Ok(known);
        }
        let (code, version) = (rule.id, rule.version);
        return Err(Refused::VersionTaken { code, version }.into());
    }
    let published = Published {
        id: tx.id(),
        code: rule.id.clone(),
        version: rule.version,
        name_en: rule.name.en.clone(),
        name_zh: rule.name.zh.clone().unwrap_or_default(),
        unit: rule.unit,
        toml: toml.to_owned(),
        sha256,
        published_at: tx.now(),
    };
    store::instrument::insert(tx, &published)?;
    identity::audit(tx, actor, "instrument.published", &published.id.0, &published.sha256)?;
    Ok(published)
}

/// Reads a published version with its compiled rule.
pub fn instrument_read(
    read: &Read<'_>,
    id: InstrumentId,
) -> Result<(Published, Instrument), Error> {
    let published = store::instrument::find(read, id)?.ok_or(Refused::InstrumentUnknown(id))?;
    let rule = instrument_compile(&published)?;
    Ok((published, rule))
}

/// Reads the newest published version of a rule.
pub fn instrument_latest(
    read: &Read<'_>,
    code: &str,
) -> Result<Option<(Published, Instrument)>, Error> {
    let Some(published) = store::instrument::latest(read, code)? else { return Ok(None) };
    let rule = instrument_compile(&published)?;
    Ok(Some((published, rule)))
}

/// Reads a published version without compiling its rule, if there is one.
pub fn instrument_find(read: &Read<'_>, id: InstrumentId) -> Result<Option<Published>, Error> {
    Ok(store::instrument::find(read, id)?)
}

/// Reads the newest published version of a rule without compiling it.
pub fn instrument_newest(read: &Read<'_>, code: &str) -> Result<Option<Published>, Error> {
    Ok(store::instrument::latest(read, code)?)
}

/// Lists published versions by code and version. The key of the next page is
/// [`instrument_page_key`] of the last row.
pub fn instruments_list(read: &Read<'_>, page: &Page) -> Result<Vec<Published>, Error> {
    Ok(store::instrument::list(read, page)?)
}

/// Returns the key with which the page after this version begins.
#[must_use]
pub fn instrument_page_key(published: &Published) -> String {
    format!("{}.{}", published.code, published.version)
}

/// Returns the day by which a step is due that began on `from`, where the rule has a service clock
/// in working days. Saturdays and Sundays do not count; public holidays do, for no calendar of them
/// is kept. The first day that counts is the one after `from`.
#[must_use]
pub fn due_on(rule: &Instrument, from: Date) -> Option<Date> {
    let days = *rule.clock.as_ref()?.working_days.as_ref()?.known()?;
    let mut day = from;
    let mut left = days.min(WORKING_DAYS_MAX);
    while left > 0 {
        day = day.tomorrow().ok()?;
        let is_weekend = day.weekday().to_monday_zero_offset() >= 5;
        left -= u32::from(!is_weekend);
    }
    Some(day)
}

/// Compiles a published rule: what was published passed the check then, so that a stricter check
/// now is a failure worth hearing of.
pub fn instrument_compile(published: &Published) -> Result<Instrument, Error> {
    rulebook::check(&published.code, &published.toml).map_err(|problems| Error::Stored {
        what: "instrument",
        id: published.id.to_string(),
        reason: problems.first().map(ToString::to_string).unwrap_or_default(),
    })
}
