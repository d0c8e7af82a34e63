//! Herfindahl-Hirschman index: the chance that two units of money, drawn at random, went to one.

use crate::ratio::Ratio;
use crate::tally::Tally;
use crate::wide::Wide;

/// Returns the sum of squared sums over the square of the total, exactly; `None` where nothing was
/// awarded, because there is no concentration of nothing.
///
/// From `1/n` for `n` equal receivers to 1 for a single one. Source: O. C. Herfindahl,
/// "Concentration in the U.S. steel industry", 1950, and A. O. Hirschman, "National power and the
/// structure of foreign trade", 1945.
#[must_use]
pub fn hhi<K: Copy + Ord>(tally: &Tally<K>) -> Option<Ratio> {
    let squares = tally.sums().iter().map(|(_, sum)| Wide::square(sum.size()));
    let fits = "the squares of parts stay below the square of their total";
    let num = squares.fold(Wide::ZERO, |sum, square| sum.plus(&square).expect(fits));
    Ratio::new(num, Wide::square(tally.total().size()))
}
