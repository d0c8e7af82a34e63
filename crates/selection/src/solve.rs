//! Puts the parts together: bound, repair, local search, closing search.

use crate::exchange::improved;
use crate::greedy::{nothing, repaired};
use crate::model::{Model, Picks, least_refusal, may_go_on, to_i64};
use crate::patterns::{Patterns, patterns};
use crate::prices::{Priced, tighten};
use crate::problem::Limits;
use crate::refused::Refused;
use crate::stages::search;

/// Rounds of closing search; each starts from the better choice of the one before.
const SEARCH_ROUNDS: u32 = 3;

/// A choice and what is proven of it, in profit units.
#[derive(Debug)]
pub(crate) struct Solved {
    pub(crate) picks: Picks,
    pub(crate) profit: i64,
    pub(crate) bound: i128,
}

/// Finds a choice and a proven bound.
pub(crate) fn solve(
    model: &Model,
    awarded: i64,
    limits: &Limits,
    steps: &mut u64,
) -> Result<Solved, Refused> {
    let mut start = Some(nothing(model));
    if model.least > 0 {
        let counting = model.counting();
        let many = solved(&counting, Some(nothing(&counting)), limits, steps);
        let found = many.as_ref().map_or(0, |many| many.profit);
        if found < model.least {
            let bound = many.map_or(i128::from(to_i64(model.items.len())), |many| many.bound);
            return Err(least_refusal(model, found, bound, awarded));
        }
        start = many.map(|many| many.picks);
    }
    let least = Refused::LeastNotFound { least: model.least + awarded, found: awarded };
    solved(model, start, limits, steps).ok_or(least)
}

/// Finds a choice, starting from a feasible one.
fn solved(model: &Model, start: Option<Picks>, limits: &Limits, steps: &mut u64) -> Option<Solved> {
    let mut best = start;
    let priced = tighten(model, limits, steps, |priced, steps| {
        offer(model, priced, &mut best, steps);
        best.as_ref().map_or(0, |best| i128::from(model.profit(best)) << model.shift)
    });
    let mut best = best?;
    let mut bound = priced.bound >> model.shift;
    for _ in 0..SEARCH_ROUNDS {
        let known = model.profit(&best);
        if bound <= i128::from(known) || !may_go_on(*steps, limits) {
            break;
        }
        let gap = priced.bound - (i128::from(known) << model.shift);
        let mut lists = listed(model, &priced, gap, limits, steps);
        best = improved(model, &priced, &mut lists, &best, (limits, steps));
        if let Some(filled) = repaired(model, &priced.prices, &best) {
            best = better(model, best, filled);
        }
        let known = model.profit(&best);
        let searched = search(model, &priced, &lists, known, (limits, steps));
        let is_better = searched.better.is_some();
        if let Some(found) = searched.better {
            best = better(model, best, found);
        }
        let upper = (searched.upper >> model.shift).max(i128::from(model.profit(&best)));
        bound = bound.min(upper);
        if !is_better {
            break;
        }
    }
    let profit = model.profit(&best);
    Some(Solved { picks: best, profit, bound: bound.max(i128::from(profit)) })
}

/// Repairs a priced selection and keeps it when it is the best so far.
fn offer(model: &Model, priced: &Priced, best: &mut Option<Picks>, steps: &mut u64) {
    *steps += 2 * u64::try_from(model.items.len()).unwrap_or(u64::MAX);
    let empty = nothing(model);
    for picks in [&priced.picks, &empty] {
        if let Some(found) = repaired(model, &priced.prices, picks) {
            *best = Some(match best.take() {
                Some(known) => better(model, known, found),
                None => found,
            });
        }
    }
}

/// Returns the choice of larger profit, the first of equals.
fn better(model: &Model, first: Picks, second: Picks) -> Picks {
    if model.profit(&second) > model.profit(&first) { second } else { first }
}

/// Lists the patterns of every block, tolerating the gap or, where that is small, a typical
/// item's worth, so that the local search has something to exchange.
fn listed(
    model: &Model,
    priced: &Priced,
    gap: i128,
    limits: &Limits,
    steps: &mut u64,
) -> Vec<Patterns> {
    let items = i128::from(to_i64(model.items.len().max(1)));
    let tolerance = gap.max(model.ceiling() / items / 2);
    (0..model.blocks.len())
        .map(|block| patterns(model, block, priced, tolerance, (limits, &mut *steps)))
        .collect()
}
