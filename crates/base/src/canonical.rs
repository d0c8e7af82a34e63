//! One byte form for each value, so that equal things have equal hashes.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Writes a value as JSON with sorted keys and no spaces (RFC 8785 for values without floats).
///
/// # Panics
/// When the value cannot be JSON (a map whose keys are no strings): a bug in the type.
#[must_use]
pub fn canonical_json<T: Serialize>(value: &T) -> String {
    // `serde_json::Value` keeps object keys in a sorted map.
    let value = serde_json::to_value(value).expect("domain types serialise to JSON");
    serde_json::to_string(&value).expect("a JSON value serialises")
}

/// Returns the SHA-256 of bytes as 64 hexadecimal digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
