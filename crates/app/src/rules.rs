//! Compiled rules: kept by the hash of their text, which never changes.

use crate::App;
use grants::Published;
use rulebook::Instrument;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rules kept at once; a zone has some hundred.
const RULES_MAX: usize = 500;

/// Compiled rules by the SHA-256 of their text.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<String, Arc<Instrument>>>);

/// Returns a published rule compiled; each text is compiled once.
pub fn rule_kept(app: &App, published: &Published) -> Result<Arc<Instrument>, grants::Error> {
    let kept = || app.rules.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rule) = kept().get(&published.sha256) {
        return Ok(rule.clone());
    }
    let rule = Arc::new(grants::instrument_compile(published)?);
    let mut kept = kept();
    if kept.len() >= RULES_MAX {
        kept.clear();
    }
    kept.insert(published.sha256.clone(), rule.clone());
    Ok(rule)
}
