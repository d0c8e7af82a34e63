//! Money added up by organisation or by group: what every measure of concentration reads.

use crate::ownership::Ownership;
use base::{Amount, Unit};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::fmt;
use std::hash::Hash;

/// Most rows of one tally. With `i64` amounts the total stays below 2^95 and every exact fraction
/// below 192 bits.
pub const ROWS_MAX: u64 = 1 << 32;

/// One award: who gets how much.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Award<K> {
    /// The organisation that gets it.
    pub org: K,
    /// How much; negative for what was taken back.
    pub amount: Amount,
}

/// An exact sum of minor units, beyond 64 bits where need be. Serialised as a decimal string.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sum(i128);

/// Tells why rows cannot be added up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TallyError {
    /// A row of another unit.
    #[error("row {row} is in `{found}`, not `{expected}`: measure each unit by itself")]
    UnitMismatch {
        /// Place of the row, from 0.
        row: usize,
        /// The unit that was asked for.
        expected: Unit,
        /// The unit of the row.
        found: Unit,
    },
    /// A project of less than nothing.
    #[error("row {row} has the negative amount `{amount}`: give the amount after corrections")]
    NegativeRow {
        /// Place of the row, from 0.
        row: usize,
        /// The amount.
        amount: Amount,
    },
    /// More was taken back from one organisation than it got.
    #[error(
        "the organisation of row {row} has the negative total `{total}`: give its awards together with what was taken back"
    )]
    NegativeTotal {
        /// Place of the organisation's first row, from 0.
        row: usize,
        /// Its sum.
        total: Sum,
    },
    /// Beyond [`ROWS_MAX`].
    #[error("{0} rows are more than one measure can hold: split them by year or programme")]
    TooManyRows(u64),
}

/// Tells that a stored sum is no whole number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a whole number of minor units within 127 bits")]
pub struct SumError(pub String);

impl Sum {
    /// Makes a sum from minor units.
    #[must_use]
    pub const fn new(minor: i128) -> Self {
        Self(minor)
    }

    /// Returns minor units.
    #[must_use]
    pub const fn minor(self) -> i128 {
        self.0
    }

    /// Returns the sum as an amount; `None` beyond 64 bits.
    #[must_use]
    pub fn amount(self, unit: Unit) -> Option<Amount> {
        i64::try_from(self.0).ok().map(|minor| Amount::new(minor, unit))
    }

    /// Returns the size, for sums known not to be negative.
    pub(crate) fn size(self) -> u128 {
        self.0.unsigned_abs()
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Sum {
    type Error = SumError;
    fn try_from(text: String) -> Result<Self, SumError> {
        let number: Option<i128> = text.parse().ok();
        let refused = || SumError(text.chars().take(40).collect());
        number.filter(|number| *number != i128::MIN).map(Self).ok_or_else(refused)
    }
}

impl From<Sum> for String {
    fn from(sum: Sum) -> Self {
        sum.to_string()
    }
}

/// Sums of one unit by organisation or by group; none of them negative.
#[derive(Clone, Debug)]
pub struct Tally<K> {
    unit: Unit,
    rows: u64,
    total: Sum,
    /// Sorted by key.
    sums: Vec<(K, Sum)>,
}

impl<K: Copy + Ord> Tally<K> {
    /// Adds up awards by organisation. Refuses a second unit, and an organisation whose total is
    /// negative: a share of less than nothing has no meaning.
    pub fn of(unit: Unit, awards: &[Award<K>]) -> Result<Self, TallyError> {
        let rows = rows_checked(u64::try_from(awards.len()).unwrap_or(u64::MAX))?;
        let mut all = Vec::with_capacity(awards.len());
        for (row, award) in awards.iter().enumerate() {
            let found = award.amount.unit;
            if found != unit {
                return Err(TallyError::UnitMismatch { row, expected: unit, found });
            }
            all.push((award.org, Sum(award.amount.minor.into())));
        }
        let sums = merged(all);
        if let Some((key, total)) = sums.iter().find(|(_, sum)| sum.0 < 0) {
            let row = awards.iter().position(|award| award.org == *key).unwrap_or(0);
            return Err(TallyError::NegativeTotal { row, total: *total });
        }
        let total = Sum(sums.iter().map(|(_, sum)| sum.0).sum());
        Ok(Self { unit, rows, total, sums })
    }

    /// Adds up the same money by group.
    #[must_use]
    pub fn by_group(&self, ownership: &Ownership<K>) -> Self
    where
        K: Hash,
    {
        let heads = self.sums.iter().map(|(key, sum)| (ownership.group_head(key), *sum));
        Self { sums: merged(heads.collect()), ..*self }
    }

    /// Returns this tally with one more award. A refusal names it as row 0.
    pub fn with(&self, award: &Award<K>) -> Result<Self, TallyError> {
        let Award { org, amount } = *award;
        if amount.unit != self.unit {
            let (expected, found) = (self.unit, amount.unit);
            return Err(TallyError::UnitMismatch { row: 0, expected, found });
        }
        let rows = rows_checked(self.rows.saturating_add(1))?;
        let added = i128::from(amount.minor);
        let mut next = self.clone();
        next.rows = rows;
        next.total.0 += added;
        let place = next.sums.binary_search_by(|(key, _)| key.cmp(&org)).unwrap_or_else(|place| {
            next.sums.insert(place, (org, Sum(0)));
            place
        });
        let sum = &mut next.sums[place].1;
        sum.0 += added;
        if sum.0 < 0 {
            return Err(TallyError::NegativeTotal { row: 0, total: *sum });
        }
        Ok(next)
    }

    /// Returns the unit of all sums.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Returns how many awards were added up.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the sum of everything.
    #[must_use]
    pub fn total(&self) -> Sum {
        self.total
    }

    /// Returns the sums, sorted by key.
    #[must_use]
    pub fn sums(&self) -> &[(K, Sum)] {
        &self.sums
    }

    /// Returns the sum of one organisation or group; zero where it got nothing.
    #[must_use]
    pub fn sum(&self, key: &K) -> Sum {
        let place = self.sums.binary_search_by(|(other, _)| other.cmp(key));
        place.map_or(Sum(0), |place| self.sums[place].1)
    }

    /// Returns the largest sums, largest first; of equal ones the smaller key first.
    #[must_use]
    pub fn top(&self, count: usize) -> Vec<(K, Sum)> {
        let rank = |(key, sum): &(K, Sum)| (Reverse(*sum), *key);
        let mut all = self.sums.clone();
        if count < all.len() {
            all.select_nth_unstable_by_key(count, rank);
            all.truncate(count);
        }
        all.sort_unstable_by_key(rank);
        all
    }
}

/// Refuses more rows than [`ROWS_MAX`].
pub(crate) fn rows_checked(rows: u64) -> Result<u64, TallyError> {
    if rows > ROWS_MAX { Err(TallyError::TooManyRows(rows)) } else { Ok(rows) }
}

/// Adds up what has the same key.
fn merged<K: Copy + Ord>(mut all: Vec<(K, Sum)>) -> Vec<(K, Sum)> {
    all.sort_unstable_by_key(|(key, _)| *key);
    all.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1.0 += next.1.0;
        }
        is_same
    });
    all
}
