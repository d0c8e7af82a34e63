//! Shares: what part of the money each organisation or group got.

use crate::ratio::Ratio;
use crate::tally::{Sum, Tally};
use crate::wide::Wide;
use serde::{Deserialize, Serialize};

/// One receiver's part of the whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Share<K> {
    /// The organisation, or the head of the group.
    pub key: K,
    /// What it got, in minor units.
    pub amount: Sum,
    /// The part of the whole; `None` where nothing was awarded at all.
    pub share: Option<Ratio>,
}

/// Returns every share, largest first, equal ones by key. They add up to exactly 1.
#[must_use]
pub fn shares<K: Copy + Ord>(tally: &Tally<K>) -> Vec<Share<K>> {
    shares_top(tally, usize::MAX)
}

/// Returns the largest shares, largest first, equal ones by key.
#[must_use]
pub fn shares_top<K: Copy + Ord>(tally: &Tally<K>, count: usize) -> Vec<Share<K>> {
    let top = tally.top(count).into_iter();
    top.map(|(key, amount)| Share { key, amount, share: part(amount, tally.total()) }).collect()
}

/// Returns the part of a whole, exactly; `None` of nothing.
pub(crate) fn part(amount: Sum, whole: Sum) -> Option<Ratio> {
    Ratio::new(Wide::from(amount.size()), Wide::from(whole.size()))
}
