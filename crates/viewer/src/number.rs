//! The few conversions between kinds of numbers, in one place, and base64.
//!
//! Statistics and filters compare whole numbers with floats. These are figures about other
//! people's data: nothing here is ever money, stored by the zone, or paid.

/// Returns the nearest float.
#[expect(
    clippy::cast_precision_loss,
    reason = "std has no other way; over 2^53 the nearest float is what statistics use"
)]
pub(crate) fn float_from(value: i64) -> f64 {
    value as f64
}

/// Returns the nearest float.
#[expect(clippy::cast_precision_loss, reason = "as above")]
pub(crate) fn float_from_wide(value: i128) -> f64 {
    value as f64
}

/// Returns the nearest float of a count.
pub(crate) fn float_from_count(count: u64) -> f64 {
    float_from_wide(i128::from(count))
}

/// Returns the whole part, held between the ends of `i64`.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, which is what is wanted")]
pub(crate) fn whole_from(value: f64) -> i64 {
    value as i64
}

/// Rounds to five decimals, as the public viewer does.
///
/// Source: huggingface/dataset-viewer, `statistics_utils.py`, `DECIMALS`.
pub(crate) fn round5(value: f64) -> f64 {
    let scaled = value * 1e5;
    if scaled.is_finite() { scaled.round_ties_even() / 1e5 } else { value }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes bytes as base64 (RFC 4648 section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let sextet = usize::try_from(word >> shift & 63).unwrap_or(0);
            text.push(if place <= chunk.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    text
}
