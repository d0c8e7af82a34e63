//! Shares and rates, in whole parts per million.

use crate::{Amount, AmountError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A share or rate between 0 and 100 %, counted in parts per million: 30 % is 300,000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Ppm(u32);

/// Tells why a number is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PpmError {
    /// Below 0 or above 100 %.
    #[error("a share of {0} parts per million is outside 0 to 1,000,000 (0 % to 100 %)")]
    OutOfRange(i64),
    /// Not a percentage.
    #[error("`{0}` is not a percentage with at most 4 decimals, as in `30%` or `33.3333%`")]
    NotAPercentage(String),
}

impl Ppm {
    /// 100 %.
    pub const ONE: Self = Self(1_000_000);
    /// 0 %.
    pub const ZERO: Self = Self(0);

    /// Makes a share from parts per million.
    pub fn new(ppm: i64) -> Result<Self, PpmError> {
        match u32::try_from(ppm) {
            Ok(ppm) if ppm <= 1_000_000 => Ok(Self(ppm)),
            _ => Err(PpmError::OutOfRange(ppm)),
        }
    }

    /// Reads a percentage exactly: `30%`, `33.3333 %` or `30`. At most four decimals.
    pub fn parse_percent(text: &str) -> Result<Self, PpmError> {
        let refused = || PpmError::NotAPercentage(text.chars().take(40).collect());
        let number = text.trim();
        let number = number.strip_suffix('%').unwrap_or(number).trim_end();
        let (sign, digits) = number.strip_prefix('-').map_or(("", number), |d| ("-", d));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !numeric(whole) || !numeric(part) || part.len() > 4 || whole.len() > 9 {
            return Err(refused());
        }
        Self::new(format!("{sign}{whole}{part:0<4}").parse().map_err(|_| refused())?)
    }

    /// Returns parts per million, 0 to 1,000,000.
    #[must_use]
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }

    /// Takes this share of an amount, rounded down so that support is never overpaid.
    #[must_use]
    pub fn of(self, amount: Amount) -> Amount {
        let product = i128::from(amount.minor) * i128::from(self.0);
        let minor = i64::try_from(product.div_euclid(1_000_000))
            .expect("a share of at most 100 % of an i64 fits an i64");
        Amount::new(minor, amount.unit)
    }

    /// Returns the share that `part` is of `whole`, rounded down; `None` where `whole` is not
    /// positive or `part` is outside it.
    pub fn ratio(part: Amount, whole: Amount) -> Result<Option<Self>, AmountError> {
        if part.unit != whole.unit {
            return Err(AmountError::UnitMismatch(part.unit, whole.unit));
        }
        if whole.minor <= 0 || part.minor < 0 || part.minor > whole.minor {
            return Ok(None);
        }
        let ppm = i128::from(part.minor) * 1_000_000 / i128::from(whole.minor);
        Ok(u32::try_from(ppm).ok().map(Self))
    }
}

impl TryFrom<i64> for Ppm {
    type Error = PpmError;
    fn try_from(ppm: i64) -> Result<Self, PpmError> {
        Self::new(ppm)
    }
}

impl From<Ppm> for i64 {
    fn from(ppm: Ppm) -> Self {
        ppm.get()
    }
}

/// Writes a percentage with as many decimals as it needs: `30 %`, `92.5925 %`.
impl fmt::Display for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 10_000, self.0 % 10_000);
        if part == 0 {
            return write!(f, "{whole} %");
        }
        write!(f, "{whole}.{} %", format!("{part:04}").trim_end_matches('0'))
    }
}

impl fmt::Debug for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ppm", self.0)
    }
}
