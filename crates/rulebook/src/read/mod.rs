//! Reads a rule file: TOML to a checked [`Instrument`], or every problem with its place.

mod example;
mod figure;
mod limits;
mod node;
mod support;
mod terms;
mod top;

pub(crate) use figure::amount_parse;

use crate::checker::Types;
use crate::model::{Instrument, Size};
use crate::problem::{Log, Problem};
use node::Fields;
use toml::de::DeTable;

/// Largest rule file, in bytes; the longest of the reference set has under 10,000.
pub const FILE_BYTES_MAX: usize = 256 * 1_024;

/// The version of the format which this crate reads.
pub const FORMAT: u32 = 1;

/// What later parts of a file need to know of earlier ones.
pub(crate) struct Context {
    pub(crate) types: Types,
    pub(crate) kinds: Vec<String>,
    pub(crate) sizes: Vec<Size>,
    pub(crate) purchases: Vec<String>,
}

/// Reads and checks one rule file. Nothing is read from disk: `file` only names the text in
/// problems.
///
/// Returns every problem found, in the order of the file. Where the TOML itself is broken, only
/// that is reported, since everything after it would be guesswork.
pub fn check(file: &str, text: &str) -> Result<Instrument, Vec<Problem>> {
    let log = Log::new(file, text);
    if text.len() > FILE_BYTES_MAX {
        log.add(
            0,
            format!("the file has {} bytes", text.len()),
            format!("at most {FILE_BYTES_MAX}"),
        );
        return Err(log.finish());
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        log.add(at, format!("not TOML: {}", error.message().replace('\n', "; ")), "");
    }
    if !log.is_empty() {
        return Err(log.finish());
    }
    let fields = Fields::new(&log, root.get_ref(), 0);
    let found = top::instrument(&fields);
    fields.finish();
    match found {
        Some(instrument) if log.is_empty() => Ok(instrument),
        _ if log.is_empty() => {
            log.add(0, "the file describes no instrument", "an `[instrument]` table");
            Err(log.finish())
        }
        _ => Err(log.finish()),
    }
}
