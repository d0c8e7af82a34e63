//! Exact amounts of value.

use crate::Unit;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An exact, signed quantity of one unit, counted in minor units (fen, cents, seconds).
///
/// All arithmetic is checked: a sum beyond `i64` or of two units is refused, never wrapped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Count of minor units, e.g. fen.
    pub minor: i64,
    /// What is counted.
    pub unit: Unit,
}

/// Tells why an amount could not be read or computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The text is not a decimal number.
    #[error(
        "`{0}` is not an amount: write digits with an optional decimal point, as in `12500.00`"
    )]
    NotANumber(String),
    /// More decimals than the unit has.
    #[error("`{text}` has more than {digits} decimals, the smallest part of {unit}")]
    Fraction {
        /// The text as given.
        text: String,
        /// The unit.
        unit: Unit,
        /// Decimals the unit has.
        digits: u8,
    },
    /// Beyond 64 bits.
    #[error("the amount is beyond {max} minor units, the largest that can be kept", max = i64::MAX)]
    TooLarge,
    /// Two different units.
    #[error("cannot combine {0} with {1}")]
    UnitMismatch(Unit, Unit),
}

impl Amount {
    /// Makes an amount from minor units.
    #[must_use]
    pub const fn new(minor: i64, unit: Unit) -> Self {
        Self { minor, unit }
    }

    /// Returns nothing of the unit.
    #[must_use]
    pub const fn zero(unit: Unit) -> Self {
        Self { minor: 0, unit }
    }

    /// Reads a decimal number of major units exactly; commas and spaces between digits may group
    /// thousands. `parse("10,000,000.00", CNY)` is 1,000,000,000 fen.
    pub fn parse(text: &str, unit: Unit) -> Result<Self, AmountError> {
        let shown = || text.chars().take(40).collect::<String>();
        let plain: String = text.trim().chars().filter(|c| !matches!(c, ',' | ' ' | '_')).collect();
        let (negative, digits) = match plain.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, plain.as_str()),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || !numeric(part) || digits.ends_with('.') {
            return Err(AmountError::NotANumber(shown()));
        }
        let places = usize::from(unit.digits());
        let part = part.trim_end_matches('0');
        if part.len() > places {
            return Err(AmountError::Fraction { text: shown(), unit, digits: unit.digits() });
        }
        let text = format!("{}{whole}{part:0<places$}", if negative { "-" } else { "" });
        let minor = text.parse().map_err(|_| AmountError::TooLarge)?;
        Ok(Self { minor, unit })
    }

    /// Adds, refusing another unit or a sum beyond `i64`.
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_add)
    }

    /// Subtracts, refusing another unit or a difference beyond `i64`.
    pub fn minus(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, AmountError> {
        if self.unit != other.unit {
            return Err(AmountError::UnitMismatch(self.unit, other.unit));
        }
        let minor = op(self.minor, other.minor).ok_or(AmountError::TooLarge)?;
        Ok(Self { minor, unit: self.unit })
    }

    /// Writes the number alone, without thousands separators or unit, as payment files want it.
    #[must_use]
    pub fn plain(&self) -> String {
        let places = usize::from(self.unit.digits());
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

/// Writes the number with thousands separators and its unit: `10,000,000.00 CNY`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        f.write_str(sign)?;
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        if !part.is_empty() {
            write!(f, ".{part}")?;
        }
        write!(f, " {}", self.unit)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
