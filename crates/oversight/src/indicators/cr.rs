//! Concentration ratio: the share of the largest few.

use crate::ratio::Ratio;
use crate::tally::Tally;
use crate::wide::Wide;

/// Returns the share of the `count` largest together, exactly (CR1, CR4 ...); `None` where nothing
/// was awarded. With fewer receivers than `count` it is 1.
#[must_use]
pub fn concentration_ratio<K: Copy + Ord>(tally: &Tally<K>, count: usize) -> Option<Ratio> {
    let largest: u128 = tally.top(count).iter().map(|(_, sum)| sum.size()).sum();
    Ratio::new(Wide::from(largest), Wide::from(tally.total().size()))
}
