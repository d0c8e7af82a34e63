//! What the zone is called and how it pays.

use crate::store;
use base::{FieldProblem, FieldProblems, Time};
use db::{Error, Read, Tx};
use serde::{Deserialize, Serialize};

/// Name under which the settings are kept, as one JSON value: they change together.
const SETTING: &str = "zone";

/// The zone as it shows itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// Whether what it shows was made up.
    pub is_synthetic: bool,
    /// Where its public facts were read; empty for a zone of its own.
    pub source_url: String,
    /// The calendar year that its front page shows; `None` for the present one.
    pub year: Option<i16>,
    /// Who pays.
    pub payer: Payer,
}

/// The account from which the zone pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payer {
    /// Name of the account's holder, at most 70 characters.
    pub name: String,
    /// Its number, at most 34 characters.
    pub number: String,
    /// Its bank's BIC or national code; may be empty.
    pub bank_code: String,
}

impl Default for Zone {
    fn default() -> Self {
        Self {
            name_en: "A Hutong zone".to_owned(),
            name_zh: "胡同示范区".to_owned(),
            is_synthetic: false,
            source_url: String::new(),
            year: None,
            payer: Payer {
                name: "Programme office".to_owned(),
                number: "NOT-SET".to_owned(),
                bank_code: String::new(),
            },
        }
    }
}

/// Reads the zone's settings; a new zone has the defaults.
pub fn zone_read(read: &Read<'_>) -> Result<Zone, Error> {
    let text = store::setting(read, SETTING)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Changes the zone's settings; refuses bad fields, all at once.
pub fn zone_set(tx: &mut Tx<'_>, zone: &Zone) -> Result<Result<(), Vec<FieldProblem>>, Error> {
    let mut problems = FieldProblems::default();
    problems.text("name_en", &zone.name_en, 1, 100);
    problems.text("name_zh", &zone.name_zh, 0, 100);
    problems.text("payer.name", &zone.payer.name, 1, 70);
    problems.text("payer.number", &zone.payer.number, 1, 34);
    if let Err(problems) = problems.finish() {
        return Ok(Err(problems));
    }
    let now: Time = tx.now();
    let text = base::canonical_json(zone);
    store::setting_put(tx, SETTING, &text, now)?;
    Ok(Ok(()))
}

/// Reads a secret of the zone, making it where there is none yet: it is the same for every process
/// that shares the database. Never shown.
///
/// # Errors
/// When the database fails.
pub fn secret_ensure(tx: &mut Tx<'_>, name: &str) -> Result<String, Error> {
    let name = format!("secret.{name}");
    if let Some(known) = store::setting(tx, &name)? {
        return Ok(known);
    }
    let made = tx.random().secret();
    let now = tx.now();
    store::setting_put(tx, &name, &made, now)?;
    Ok(made)
}
