//! The search that closes the gap: blocks are decided one after the other, and only partial sheets
//! that could still beat the best known one are kept.
//!
//! Dynamic programming with bounds (after Martello and Toth 1990; Kellerer, Pferschy and
//! Pisinger 2004). When more partial sheets remain than may be kept, those with the
//! weakest bound go, and the best of their bounds becomes the proven one.

use crate::model::{Model, Picks, may_go_on};
use crate::patterns::{Pattern, Patterns};
use crate::prices::Priced;
use crate::problem::Limits;

/// What the search proved and found.
#[derive(Debug)]
pub(crate) struct Searched {
    /// A better choice than the one known, if there is one.
    pub(crate) better: Option<Picks>,
    /// No sheet is worth more than this or the better of the choices known and found, scaled.
    pub(crate) upper: i128,
}

/// A partial sheet.
#[derive(Debug, Clone)]
struct Partial {
    used: Vec<i64>,
    count: i64,
    profit: i64,
    loss: i128,
    /// Loss including what must stay unspent.
    rank: i128,
    /// The last step: where it came from in the trail, block and pattern.
    step: (usize, usize, usize),
}

/// Least and largest use of what the blocks from a stage on can add.
#[derive(Debug, Clone)]
struct Reach {
    least: Vec<i64>,
    most: Vec<i64>,
    count_least: i64,
    count_most: i64,
    is_end: bool,
}

struct Stages<'a> {
    model: &'a Model,
    priced: &'a Priced,
    /// Losses above this cannot lead to anything better.
    tolerance: i128,
    /// Steps back: previous step, block, pattern.
    trail: Vec<(usize, usize, usize)>,
}

/// Searches for a choice of more than `known` profit units.
pub(crate) fn search(
    model: &Model,
    priced: &Priced,
    lists: &[Patterns],
    known: i64,
    (limits, steps): (&Limits, &mut u64),
) -> Searched {
    let tolerance = priced.bound - ((i128::from(known) + 1) << model.shift);
    let mut stages = Stages { model, priced, tolerance, trail: vec![(0, 0, 0)] };
    let unlisted = lists.iter().map(|l| l.complete_to).min().unwrap_or(tolerance);
    let mut upper = i128::MIN;
    if unlisted < tolerance {
        upper = priced.bound - unlisted.max(0);
    }
    let listed = |l: &Patterns| l.list.iter().filter(|p| p.loss <= tolerance).cloned().collect();
    let mut order: Vec<(usize, Vec<Pattern>)> = lists.iter().map(listed).enumerate().collect();
    for (_, patterns) in &mut order {
        patterns.sort_by(|a, b| a.loss.cmp(&b.loss).then_with(|| a.picks.cmp(&b.picks)));
    }
    // Blocks with little freedom first: their choices prune most.
    order.sort_by_key(|(block, p)| {
        (p.len() > 1, std::cmp::Reverse(p.get(1).map_or(0, |p| p.loss)), *block)
    });
    let reaches = reaches(model, &order);
    let states = affordable(&order, limits, *steps);
    let mut partials = vec![Partial {
        used: vec![0; model.budgets.len()],
        count: 0,
        profit: 0,
        loss: 0,
        rank: 0,
        step: (0, 0, 0),
    }];
    for (stage, (block, patterns)) in order.iter().enumerate() {
        if !may_go_on(*steps, limits) {
            return Searched { better: None, upper: priced.bound };
        }
        partials = stages.expand(&partials, (*block, patterns), &reaches[stage + 1], steps);
        partials = merged(partials, model.is_counted());
        if partials.len() > states {
            partials.sort_by_key(|p| (p.rank, std::cmp::Reverse(p.profit)));
            upper = upper.max(priced.bound - partials[states].rank);
            partials.truncate(states);
        }
        for partial in &mut partials {
            stages.trail.push(partial.step);
            partial.step.0 = stages.trail.len() - 1;
        }
    }
    let best = partials.iter().filter(|p| p.profit > known).max_by_key(|p| p.profit);
    Searched { better: best.map(|p| stages.picks(p, &order)), upper }
}

impl Stages<'_> {
    /// Extends each partial sheet by each pattern of a block, keeping what can still win.
    fn expand(
        &self,
        partials: &[Partial],
        (block, patterns): (usize, &[Pattern]),
        reach: &Reach,
        steps: &mut u64,
    ) -> Vec<Partial> {
        // Complete sheets need no partners: the best one is enough.
        let is_last = reach.is_end;
        let mut next = Vec::with_capacity(partials.len());
        for partial in partials {
            for (p, pattern) in patterns.iter().enumerate() {
                *steps += 1;
                if partial.loss + pattern.loss > self.tolerance {
                    break;
                }
                if let Some(mut child) = self.child(partial, pattern, reach) {
                    child.step = (partial.step.0, block, p);
                    if is_last {
                        next.retain(|best: &Partial| best.profit >= child.profit);
                    }
                    if !is_last || next.is_empty() {
                        next.push(child);
                    }
                }
            }
        }
        next
    }

    /// Adds a pattern unless the result is infeasible or cannot win.
    fn child(&self, partial: &Partial, pattern: &Pattern, reach: &Reach) -> Option<Partial> {
        let prices = &self.priced.prices;
        let count = partial.count + pattern.count;
        let loss = partial.loss + pattern.loss;
        let mut rank = loss;
        if count + reach.count_least > self.model.most
            || count + reach.count_most < self.model.least
        {
            return None;
        }
        let limit = prices.count_limit(self.model);
        let unmet = if prices.count > 0 {
            (limit - i128::from(count + reach.count_most)).max(0)
        } else {
            (limit - i128::from(count + reach.count_least)).min(0)
        };
        rank += unmet * prices.count;
        for (fund, budget) in self.model.budgets.iter().enumerate() {
            let used = partial.used[fund] + pattern.used[fund];
            if used + reach.least[fund] > *budget {
                return None;
            }
            let unspent = (budget - used - reach.most[fund]).max(0);
            rank += i128::from(unspent) * prices.funds[fund];
        }
        if rank > self.tolerance {
            return None;
        }
        let used = partial.used.iter().zip(&pattern.used).map(|(a, b)| a + b).collect();
        Some(Partial {
            used,
            count,
            profit: partial.profit + pattern.profit,
            loss,
            rank,
            step: (0, 0, 0),
        })
    }

    fn picks(&self, partial: &Partial, order: &[(usize, Vec<Pattern>)]) -> Picks {
        let mut picks = vec![None; self.model.items.len()];
        let mut place = vec![0; order.len()];
        for (stage, (block, _)) in order.iter().enumerate() {
            place[*block] = stage;
        }
        let mut at = partial.step.0;
        while at > 0 {
            let (before, block, pattern) = self.trail[at];
            for (item, fund) in &order[place[block]].1[pattern].picks {
                picks[*item] = Some(*fund);
            }
            at = before;
        }
        picks
    }
}

/// Returns how many partial sheets per stage a third of the remaining steps pays for.
fn affordable(order: &[(usize, Vec<Pattern>)], limits: &Limits, steps: u64) -> usize {
    let width: usize = order.iter().map(|(_, p)| p.len()).filter(|len| *len > 1).sum();
    let left = usize::try_from(limits.steps.saturating_sub(steps) / 3).unwrap_or(usize::MAX);
    (left / width.max(1)).clamp(1, limits.states.max(1))
}

/// Keeps one partial sheet of those that use the same, and drops those beaten by their neighbour
/// in order of use.
fn merged(mut partials: Vec<Partial>, is_counted: bool) -> Vec<Partial> {
    partials.sort_by(|a, b| {
        a.used.cmp(&b.used).then(a.count.cmp(&b.count)).then(b.profit.cmp(&a.profit))
    });
    partials.dedup_by(|b, a| {
        (!is_counted || b.count == a.count)
            && a.profit >= b.profit
            && a.used.iter().zip(&b.used).all(|(x, y)| x <= y)
    });
    partials
}

/// Sums what is ahead of each stage.
fn reaches(model: &Model, order: &[(usize, Vec<Pattern>)]) -> Vec<Reach> {
    let funds = model.budgets.len();
    let none = Reach {
        least: vec![0; funds],
        most: vec![0; funds],
        count_least: 0,
        count_most: 0,
        is_end: true,
    };
    let mut reaches = vec![none];
    for (_, patterns) in order.iter().rev() {
        let mut reach = reaches[reaches.len() - 1].clone();
        reach.is_end = false;
        for fund in 0..funds {
            let used = || patterns.iter().map(|p| p.used[fund]);
            reach.least[fund] += used().min().unwrap_or(0);
            reach.most[fund] += used().max().unwrap_or(0);
        }
        let counts = || patterns.iter().map(|p| p.count);
        reach.count_least += counts().min().unwrap_or(0);
        reach.count_most += counts().max().unwrap_or(0);
        reaches.push(reach);
    }
    reaches.reverse();
    reaches
}
