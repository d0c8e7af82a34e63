//! Effective number: how many equal receivers would be as concentrated.

use super::hhi;
use crate::ratio::Ratio;
use crate::tally::Tally;

/// Returns `1 / HHI`, exactly; `None` where nothing was awarded.
///
/// Source: M. A. Adelman, "Comment on the 'H' concentration measure as a numbers-equivalent",
/// The Review of Economics and Statistics 51 (1969).
#[must_use]
pub fn effective_number<K: Copy + Ord>(tally: &Tally<K>) -> Option<Ratio> {
    hhi(tally)?.inverse()
}
