//! Amounts, shares, counts and expressions, of which each may be unknown.

use super::Context;
use super::node::{Fields, Node, number, wrong};
use crate::expression::Expression;
use crate::model::Count;
use crate::problem::{Log, shown};
use crate::words::Figure;
use base::{Amount, AmountError, Ppm, Unit};
use toml::de::DeValue;

/// Seconds of one hour, for `"5000 hours"` in a unit of GPU seconds.
const HOUR_SECONDS: i64 = 3_600;

/// Reads an amount of a rule file: decimal digits, and for GPU seconds also `5000 hours`.
pub(crate) fn amount_parse(text: &str, unit: Unit) -> Result<Amount, AmountError> {
    let hours = text.trim().strip_suffix("hours").filter(|_| unit.code().starts_with("GPU-SECOND"));
    let Some(hours) = hours else { return Amount::parse(text, unit) };
    let count = Amount::parse(hours, unit)?;
    let minor = count.minor.checked_mul(HOUR_SECONDS).ok_or(AmountError::TooLarge)?;
    Ok(Amount::new(minor, unit))
}

/// Recognises `"unknown"` and `"unknown: note"`.
pub(crate) fn unknown(node: &Node<'_>) -> Option<Option<String>> {
    let DeValue::String(text) = node.get_ref() else { return None };
    let rest = text.trim().strip_prefix("unknown")?;
    if rest.is_empty() {
        return Some(None);
    }
    let note = rest.strip_prefix(':')?.trim();
    Some((!note.is_empty()).then(|| note.to_owned()))
}

fn figure<T>(
    log: &Log<'_>,
    node: &Node<'_>,
    expected: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<Figure<T>> {
    if let Some(note) = unknown(node) {
        return Some(Figure::Unknown { note });
    }
    let DeValue::String(text) = node.get_ref() else {
        return wrong(log, node, expected);
    };
    match read(text) {
        Ok(value) => Some(Figure::Known(value)),
        Err(message) => {
            log.add(node.span().start, message, expected);
            None
        }
    }
}

/// Reads an amount of at least zero.
pub(crate) fn amount(log: &Log<'_>, node: &Node<'_>, unit: Unit) -> Option<Figure<Amount>> {
    let expected = format!("an amount in {unit} in quotes, as in \"8,000,000\", or \"unknown\"");
    figure(log, node, &expected, |text| {
        let amount = amount_parse(text, unit).map_err(|error| error.to_string())?;
        if amount.minor < 0 {
            return Err(format!("`{}` is negative", shown(text)));
        }
        Ok(amount)
    })
}

/// Reads a share from 0 to 100 %.
pub(crate) fn share(log: &Log<'_>, node: &Node<'_>) -> Option<Figure<Ppm>> {
    figure(log, node, "a percentage in quotes from \"0%\" to \"100%\", or \"unknown\"", |text| {
        if !text.trim_end().ends_with('%') {
            return Err(format!("`{}` has no percent sign", shown(text)));
        }
        Ppm::parse_percent(text).map_err(|error| error.to_string())
    })
}

/// Reads a count that may be unknown.
pub(crate) fn count(log: &Log<'_>, node: &Node<'_>) -> Option<Count> {
    if let Some(note) = unknown(node) {
        return Some(Figure::Unknown { note });
    }
    number(log, node, 1, 1_000_000).map(Figure::Known)
}

/// Reads an expression; its faults are reported where they stand in the file.
pub(crate) fn expression(cx: &Context, log: &Log<'_>, node: &Node<'_>) -> Option<Expression> {
    let DeValue::String(text) = node.get_ref() else {
        return wrong(log, node, "a condition in quotes");
    };
    match Expression::compile(text, &cx.types) {
        Ok(found) => Some(found),
        Err(faults) => {
            for fault in faults {
                let at = offset_in_file(log.text(), node.span().start, fault.at);
                log.add(at, fault.message, fault.expected);
            }
            None
        }
    }
}

/// Maps a byte offset of a decoded string to the file, past quotes and escapes.
fn offset_in_file(file: &str, start: usize, offset: usize) -> usize {
    let raw = &file[start..];
    let quote = if raw.starts_with('\'') { '\'' } else { '"' };
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let mut at = if raw.starts_with(&triple) { 3 } else { 1 };
    // A newline right after three quotes is not part of the string.
    if at == 3 {
        at +=
            raw[at..].strip_prefix("\r\n").map_or(usize::from(raw[at..].starts_with('\n')), |_| 2);
    }
    let mut decoded = 0;
    while decoded < offset {
        let Some(next) = raw[at..].chars().next() else { break };
        if next != '\\' || quote == '\'' {
            at += next.len_utf8();
            decoded += next.len_utf8();
            continue;
        }
        let (raw_bytes, bytes) = escape(&raw[at..]);
        at += raw_bytes;
        decoded += bytes;
    }
    start + at.min(raw.len())
}

/// Returns how many bytes an escape takes in the file and in the decoded string.
fn escape(raw: &str) -> (usize, usize) {
    let digits = match raw.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b' ' | b'\t' | b'\r' | b'\n') => {
            let rest = raw[1..].trim_start_matches([' ', '\t', '\r', '\n']);
            return (raw.len() - rest.len(), 0);
        }
        Some(_) => return (2, 1),
        None => return (1, 1),
    };
    let code = raw.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
}

/// Reads an optional expression field.
pub(crate) fn condition(
    cx: &Context,
    fields: &Fields<'_, '_>,
    key: &'static str,
) -> Option<Expression> {
    fields.opt(key, |log, node| expression(cx, log, node))
}
