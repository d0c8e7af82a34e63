//! What running costs: exact, by the millisecond.
//!
//! cost = minor units * milliseconds / (1,000 * seconds of the price), rounded down to the minor
//! unit once, at the end: the supplier gives what is less than one. What may be needed at most is
//! the same for the whole time limit, rounded up: a cost never exceeds it.

use base::{Amount, Unit};

/// Longest time that a price may be for, in seconds: 31 days.
pub const PER_SECONDS_MAX: u32 = 31 * 86_400;

/// A price: so many minor units for so many seconds. 1 yuan an hour is 100 fen for 3,600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    amount: Amount,
    per_seconds: u32,
}

/// Why there is no such price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// Less than nothing.
    #[error("a price is 0 or more minor units, not {0}")]
    Negative(i64),
    /// For no time, or for too long.
    #[error("a price is for 1 to {PER_SECONDS_MAX} seconds, not for {0}")]
    Seconds(u32),
}

impl Price {
    /// Makes a price of an amount for so many seconds.
    ///
    /// # Errors
    /// [`PriceError`] when the amount is negative, or the time 0 or over [`PER_SECONDS_MAX`].
    pub fn new(amount: Amount, per_seconds: u32) -> Result<Self, PriceError> {
        if amount.minor < 0 {
            return Err(PriceError::Negative(amount.minor));
        }
        if !(1..=PER_SECONDS_MAX).contains(&per_seconds) {
            return Err(PriceError::Seconds(per_seconds));
        }
        Ok(Self { amount, per_seconds })
    }

    /// Returns what the price counts in.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.amount.unit
    }

    /// Returns the amount and the seconds that it is for.
    #[must_use]
    pub const fn terms(&self) -> (Amount, u32) {
        (self.amount, self.per_seconds)
    }

    /// Returns what so many milliseconds cost; `None` beyond what an amount can be.
    #[must_use]
    pub fn cost(&self, millis: u64) -> Option<Amount> {
        self.amount_of(i128::from(millis), false)
    }

    /// Returns what a run of at most so many seconds can cost; `None` beyond what an amount can be.
    #[must_use]
    pub fn bound(&self, seconds: u64) -> Option<Amount> {
        self.amount_of(i128::from(seconds) * 1_000, true)
    }

    fn amount_of(&self, millis: i128, is_up: bool) -> Option<Amount> {
        let per = i128::from(self.per_seconds) * 1_000;
        let whole = i128::from(self.amount.minor).checked_mul(millis)?;
        let rounded = if is_up { (whole + (per - 1)) / per } else { whole / per };
        Some(Amount::new(i64::try_from(rounded).ok()?, self.amount.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::{PER_SECONDS_MAX, Price, PriceError};
    use base::{Amount, Unit};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    fn fen(minor: i64) -> Amount {
        Amount::new(minor, Unit::CNY)
    }

    #[test]
    fn a_yuan_an_hour_is_a_fen_for_36_seconds() {
        let price = Price::new(fen(100), 3_600).unwrap();
        let cost = |millis| price.cost(millis).unwrap().minor;
        assert_eq!([cost(0), cost(35_999), cost(36_000), cost(3_600_000)], [0, 0, 1, 100]);
        let bound = |seconds| price.bound(seconds).unwrap().minor;
        assert_eq!([bound(0), bound(1), bound(36), bound(37)], [0, 1, 1, 2]);
    }

    #[test]
    fn prices_that_make_no_sense_are_refused() {
        assert_eq!(Price::new(fen(-1), 1), Err(PriceError::Negative(-1)));
        for seconds in [0, PER_SECONDS_MAX + 1] {
            assert_eq!(Price::new(fen(1), seconds), Err(PriceError::Seconds(seconds)));
        }
    }

    #[test]
    fn what_no_amount_can_be_is_none() {
        let price = Price::new(fen(i64::MAX), 1).unwrap();
        assert_eq!(price.bound(1), Some(fen(i64::MAX)));
        assert_eq!((price.bound(2), price.cost(2_000)), (None, None));
        assert_eq!(price.cost(u64::MAX), None);
    }

    proptest! {
        #[test]
        fn no_run_within_its_limit_costs_more_than_its_bound(
            minor in 0..1_000_000_000_i64,
            per in 1..=PER_SECONDS_MAX,
            seconds in 0..10_000_000_u64,
            part in 0..=1_000_u64,
        ) {
            let price = Price::new(fen(minor), per).unwrap();
            let bound = price.bound(seconds).unwrap();
            let cost = price.cost(seconds * part).unwrap();
            prop_assert!(cost.minor <= bound.minor);
            // Less than one minor unit apart at the full time.
            let full = price.cost(seconds * 1_000).unwrap();
            prop_assert!(bound.minor - full.minor <= 1);
        }

        #[test]
        fn more_time_never_costs_less(
            minor in 0..1_000_000_i64,
            a in any::<u32>(),
            b in any::<u32>(),
        ) {
            let price = Price::new(fen(minor), 3_600).unwrap();
            let cost = |millis: u32| price.cost(millis.into()).unwrap().minor;
            prop_assert!(cost(a.min(b)) <= cost(a.max(b)));
            prop_assert_eq!(price.unit(), Unit::CNY);
        }
    }
}
