//! The order of cells, for filters and for sorting.

use crate::cell::Cell;
use crate::number::{float_from_count, float_from_wide};
use std::cmp::Ordering;

/// Orders two values of one kind; `None` if they have no order, or one is null.
///
/// Whole numbers compare exactly, others as floats, with NaN above all numbers as in DuckDB,
/// which the public viewer runs. Text compares by code points.
pub(crate) fn compare(a: &Cell, b: &Cell) -> Option<Ordering> {
    match (a, b) {
        (Cell::Bool(a), Cell::Bool(b)) => Some(a.cmp(b)),
        (Cell::Text(a), Cell::Text(b)) => Some(a.cmp(b)),
        (Cell::Float(a), Cell::Float(b)) => Some(floats(*a, *b)),
        (Cell::Float(a), b) => Some(floats(*a, float_from_wide(whole(b)?))),
        (a, Cell::Float(b)) => Some(floats(float_from_wide(whole(a)?), *b)),
        (a, b) => Some(whole(a)?.cmp(&whole(b)?)),
    }
}

fn whole(cell: &Cell) -> Option<i128> {
    match cell {
        Cell::Int(value) => Some((*value).into()),
        Cell::UInt(value) => Some((*value).into()),
        _ => None,
    }
}

fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Returns a number as a float, for statistics.
pub(crate) fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Int(value) => Some(float_from_wide((*value).into())),
        Cell::UInt(value) => Some(float_from_count(*value)),
        Cell::Float(value) => Some(*value),
        _ => None,
    }
}

/// Orders two decimal numbers in plain digits exactly, whatever their scale.
pub(crate) fn compare_decimals(a: &str, b: &str) -> Option<Ordering> {
    let (a_negative, a) = decimal_parts(a)?;
    let (b_negative, b) = decimal_parts(b)?;
    let size = |(whole, rest): (&str, &str), (other, more): (&str, &str)| {
        whole.len().cmp(&other.len()).then(whole.cmp(other)).then(rest.cmp(more))
    };
    let is_zero = |(whole, rest): (&str, &str)| whole.is_empty() && rest.is_empty();
    Some(match (a_negative && !is_zero(a), b_negative && !is_zero(b)) {
        (false, false) => size(a, b),
        (true, true) => size(b, a),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

/// Splits a decimal into sign, whole part and fraction, without zeros that say nothing.
fn decimal_parts(text: &str) -> Option<(bool, (&str, &str))> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !(whole.is_empty() && rest.is_empty()) && is_plain(whole) && is_plain(rest);
    let parts = (whole.trim_start_matches('0'), rest.trim_end_matches('0'));
    fits.then_some((text.starts_with('-'), parts))
}
