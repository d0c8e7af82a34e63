//! Exact fractions: kept whole, compared whole, rounded only to be shown.

use crate::wide::Wide;
use base::Ppm;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// Most bits of a numerator or denominator. The square of a total of 2^32 rows of `i64` takes 190;
/// two such products and a factor of a million stay below 512, so no comparison can overflow.
const BITS_MAX: u32 = 192;
/// Points of an index of 1: squared percentages, as merger guidelines write it.
const POINTS: u64 = 10_000;
/// Parts per million of 1.
const MILLION: u64 = 1_000_000;

/// An exact fraction of two whole numbers, not negative.
///
/// Serialised as two decimal strings, because JSON numbers are not exact at this width.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "RatioText", into = "RatioText")]
pub struct Ratio {
    num: Wide,
    den: Wide,
}

/// An exact difference of two [`Ratio`]s.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "ChangeText", into = "ChangeText")]
pub struct Change {
    is_negative: bool,
    num: Wide,
    den: Wide,
}

/// Tells why a stored fraction cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an exact fraction: expected `num` and `den` as decimal digits, `den` above zero"
)]
pub struct RatioError(pub String);

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RatioText {
    num: String,
    den: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeText {
    is_negative: bool,
    num: String,
    den: String,
}

impl Ratio {
    /// Makes a fraction; `None` where the denominator is zero or a part is beyond [`BITS_MAX`].
    pub(crate) fn new(num: Wide, den: Wide) -> Option<Self> {
        let fits = num.bits() <= BITS_MAX && den.bits() <= BITS_MAX;
        (fits && den != Wide::ZERO).then_some(Self { num, den })
    }

    /// Makes the fraction of two counts; `None` where `den` is zero.
    #[must_use]
    pub fn of_counts(num: u64, den: u64) -> Option<Self> {
        Self::new(Wide::from(num), Wide::from(den))
    }

    /// Returns ten thousandths, rounded down: an HHI of 1 is 10,000 points.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.scaled(POINTS)
    }

    /// Returns parts per million, rounded down.
    #[must_use]
    pub fn ppm(&self) -> u64 {
        self.scaled(MILLION)
    }

    /// Returns this fraction times `scale`, rounded down and held at `u64::MAX`.
    #[must_use]
    pub fn scaled(&self, scale: u64) -> u64 {
        self.num.quotient(scale, &self.den).expect("192 + 64 bits fit 512, the divisor is not zero")
    }

    /// Tells exactly whether this is above a number of points.
    #[must_use]
    pub fn exceeds_points(&self, limit: u64) -> bool {
        compare((&self.num, &self.den), (&Wide::from(limit), &Wide::from(POINTS))).is_gt()
    }

    /// Tells exactly whether this is above a share.
    #[must_use]
    pub fn exceeds(&self, limit: Ppm) -> bool {
        let limit = u64::try_from(limit.get()).expect("a share is not negative");
        compare((&self.num, &self.den), (&Wide::from(limit), &Wide::from(MILLION))).is_gt()
    }

    /// Takes another fraction away, exactly.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Change {
        let fits = "two parts of 192 bits make at most 384";
        let mine = self.num.times(&other.den).expect(fits);
        let theirs = other.num.times(&self.den).expect(fits);
        let den = self.den.times(&other.den).expect(fits);
        match mine.minus(&theirs) {
            Some(num) => Change { is_negative: false, num, den },
            None => Change {
                is_negative: true,
                num: theirs.minus(&mine).expect("the larger minus the smaller"),
                den,
            },
        }
    }

    /// Returns the inverse; `None` of zero.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        Self::new(self.den, self.num)
    }
}

/// Compares two fractions whose parts take at most 384 and 64, or 192 and 192 bits.
fn compare(a: (&Wide, &Wide), b: (&Wide, &Wide)) -> Ordering {
    let fits = "cross products of these widths stay below 512 bits";
    a.0.times(b.1).expect(fits).cmp(&b.0.times(a.1).expect(fits))
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        compare((&self.num, &self.den), (&other.num, &other.den))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Equal in value: 1/2 equals 2/4.
impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ratio {}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Change {
    /// Returns ten thousandths, rounded towards zero.
    #[must_use]
    pub fn points(&self) -> i64 {
        self.scaled(POINTS)
    }

    /// Returns parts per million, rounded towards zero.
    #[must_use]
    pub fn ppm(&self) -> i64 {
        self.scaled(MILLION)
    }

    fn scaled(&self, scale: u64) -> i64 {
        let size = self.num.quotient(scale, &self.den).expect("384 + 20 bits fit 512");
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        if self.is_negative { -size } else { size }
    }

    /// Tells exactly whether this is a rise above a number of points.
    #[must_use]
    pub fn exceeds_points(&self, limit: u64) -> bool {
        let limit = Wide::from(limit);
        !self.is_negative && compare((&self.num, &self.den), (&limit, &Wide::from(POINTS))).is_gt()
    }

    /// Tells whether this is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.is_negative
    }
}

impl TryFrom<RatioText> for Ratio {
    type Error = RatioError;
    fn try_from(text: RatioText) -> Result<Self, RatioError> {
        let read = || Self::new(Wide::parse(&text.num)?, Wide::parse(&text.den)?);
        read().ok_or_else(|| refused(&text.num, &text.den))
    }
}

impl From<Ratio> for RatioText {
    fn from(ratio: Ratio) -> Self {
        Self { num: ratio.num.to_string(), den: ratio.den.to_string() }
    }
}

impl TryFrom<ChangeText> for Change {
    type Error = RatioError;
    fn try_from(text: ChangeText) -> Result<Self, RatioError> {
        let (num, den) = (Wide::parse(&text.num), Wide::parse(&text.den));
        match (num, den) {
            (Some(num), Some(den))
                if den != Wide::ZERO
                    && num.bits() <= 2 * BITS_MAX
                    && den.bits() <= 2 * BITS_MAX
                    && !(text.is_negative && num == Wide::ZERO) =>
            {
                Ok(Self { is_negative: text.is_negative, num, den })
            }
            _ => Err(refused(&text.num, &text.den)),
        }
    }
}

impl From<Change> for ChangeText {
    fn from(change: Change) -> Self {
        let Change { is_negative, num, den } = change;
        Self { is_negative, num: num.to_string(), den: den.to_string() }
    }
}

fn refused(num: &str, den: &str) -> RatioError {
    RatioError(format!("{num}/{den}").chars().take(80).collect())
}
