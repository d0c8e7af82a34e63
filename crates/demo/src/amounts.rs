//! How the 43 million are spread: made up, but adding up.

use crate::calendar::between;
use crate::calls::{Terms, YUAN};
use crate::model::Category;
use base::Random;

/// Awards are whole hundreds of yuan, so that each rate gives them exactly.
pub(crate) const STEP: i64 = 100 * YUAN;
/// Weight from which a firm's share is kept close to its weight, whatever the seed: the firms that
/// carry the story.
const WEIGHT_STEADY: i64 = 200;

/// Spreads a category's total over its projects, in fen, in their order. A weight of 0 marks the
/// project with the largest award.
pub(crate) fn spread(random: &Random, terms: &Terms, weights: &[i64]) -> Vec<i64> {
    let largest = largest_yuan(random, terms.category) * YUAN;
    let shaken: Vec<i64> = weights.iter().map(|weight| weight * shake(random, *weight)).collect();
    let sum: i64 = shaken.iter().sum();
    let has_largest = weights.contains(&0);
    let rest = terms.total_yuan * YUAN - if has_largest { largest } else { 0 };
    let share = |weight: &i64| match weight {
        0 => largest,
        // At most 26.6 million yuan times a weight of 225 * 150: far below i64.
        weight => rest / STEP * weight / sum * STEP,
    };
    let mut awards: Vec<i64> = shaken.iter().map(share).collect();
    let mut left = terms.total_yuan * YUAN - awards.iter().sum::<i64>();
    // Each share was rounded down by less than one step, so one pass gives all that is left.
    for (award, weight) in awards.iter_mut().zip(weights) {
        if left > 0 && *weight > 0 {
            *award += STEP;
            left -= STEP;
        }
    }
    awards
}

/// Splits an amount of fen into parts of whole steps, the first the largest.
pub(crate) fn split(random: &Random, total: i64, parts: i64, step: i64) -> Vec<i64> {
    let steps = total / step;
    let mut left = steps;
    let mut found = Vec::new();
    for part in 1..parts {
        // Between a fifth and a third of the whole: what stays for the first part is at least that.
        let taken = (steps * between(random, 20, 33) / 100).max(1);
        if left > taken && part < parts {
            found.push(taken * step);
            left -= taken;
        }
    }
    found.push(left * step + total % step);
    found.reverse();
    found
}

/// The largest award, which goes to Chengying Shuju. That it is the largest is published, for R&D
/// and office fees; how much it was is not. ASSUMPTION: together 7.7 to 8.1 % of the money.
fn largest_yuan(random: &Random, category: Category) -> i64 {
    match category {
        Category::ResearchAndDevelopment => 2_480_000 + 100 * between(random, 0, 800),
        _ => 840_000 + 100 * between(random, 0, 300),
    }
}

/// Returns a percentage around 100.
fn shake(random: &Random, weight: i64) -> i64 {
    if weight >= WEIGHT_STEADY { between(random, 88, 112) } else { between(random, 50, 150) }
}
