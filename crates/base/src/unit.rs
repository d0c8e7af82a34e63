//! Units of value: currencies and metered quantities.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest unit code, in bytes.
const CODE_BYTES_MAX: usize = 20;

/// Currencies known to the system with their minor digits (ISO 4217, amendment list of 2024).
const CURRENCIES: [(&str, u8); 8] = [
    ("CNY", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("HKD", 2),
    ("INR", 2),
    ("JPY", 0),
    ("KRW", 0),
    ("USD", 2),
];

/// Names a unit of value: an ISO 4217 currency, `GPU-SECOND` (optionally of a kind, as in
/// `GPU-SECOND.H100`) or `ACCESS-CREDIT`.
///
/// Amounts in different units never mix. Codes are upper-case ASCII of at most 20 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    code: [u8; CODE_BYTES_MAX],
    digits: u8,
}

/// Tells why a text is no unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown unit `{0}`: use an ISO 4217 code such as `CNY` or `EUR`, `GPU-SECOND`, `GPU-SECOND.<KIND>` or `ACCESS-CREDIT`"
)]
pub struct UnitError(pub String);

impl Unit {
    /// Chinese yuan; the minor unit is the fen.
    pub const CNY: Self = Self::fixed("CNY", 2);
    /// Euro; the minor unit is the cent.
    pub const EUR: Self = Self::fixed("EUR", 2);
    /// Pound sterling; the minor unit is the penny.
    pub const GBP: Self = Self::fixed("GBP", 2);
    /// Seconds of any accelerator; the minor unit is one second.
    pub const GPU_SECOND: Self = Self::fixed("GPU-SECOND", 0);

    const fn fixed(text: &str, digits: u8) -> Self {
        let bytes = text.as_bytes();
        let mut code = [0; CODE_BYTES_MAX];
        let mut i = 0;
        while i < bytes.len() {
            code[i] = bytes[i];
            i += 1;
        }
        Self { code, digits }
    }

    /// Reads a unit code. Refuses anything that is not in the list above.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let refused = || UnitError(text.chars().take(40).collect());
        if let Some((code, digits)) = CURRENCIES.iter().find(|(code, _)| *code == text) {
            return Ok(Self::fixed(code, *digits));
        }
        let kind = match text.strip_prefix("GPU-SECOND") {
            Some("") => return Ok(Self::GPU_SECOND),
            Some(rest) => rest.strip_prefix('.').ok_or_else(refused)?,
            None if text == "ACCESS-CREDIT" => return Ok(Self::fixed(text, 0)),
            None => return Err(refused()),
        };
        let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        if kind.is_empty() || text.len() > CODE_BYTES_MAX || !kind.bytes().all(plain) {
            return Err(refused());
        }
        Ok(Self::fixed(text, 0))
    }

    /// Returns the code, as in `CNY`.
    #[must_use]
    pub fn code(&self) -> &str {
        let end = self.code.iter().position(|b| *b == 0).unwrap_or(CODE_BYTES_MAX);
        std::str::from_utf8(&self.code[..end]).expect("codes are ASCII by construction")
    }

    /// Returns how many decimal digits the minor unit has: 2 for CNY, 0 for KRW and seconds.
    #[must_use]
    pub fn digits(&self) -> u8 {
        self.digits
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
