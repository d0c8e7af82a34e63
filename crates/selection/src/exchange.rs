//! Local search: change one block's pattern, or two blocks' that draw on the same fund, while the
//! profit grows.

use crate::model::{Model, Picks, may_go_on};
use crate::patterns::{Patterns, pattern_of};
use crate::prices::Priced;
use crate::problem::Limits;
use std::collections::BTreeMap;

/// Times a summit is left for another try.
const KICKS: u32 = 8;

/// Another pattern for a block, as a difference.
#[derive(Debug, Clone, Copy)]
struct Change {
    block: usize,
    pattern: usize,
    amount: i64,
    profit: i64,
}

/// A choice in terms of patterns.
struct State<'a> {
    model: &'a Model,
    lists: &'a [Patterns],
    at: Vec<usize>,
    left: Vec<i64>,
    count: i64,
}

/// Improves a feasible choice until no single change and no pair of changes does.
///
/// A block whose present selection is not listed gets it added to its list.
pub(crate) fn improved(
    model: &Model,
    priced: &Priced,
    lists: &mut [Patterns],
    picks: &Picks,
    (limits, steps): (&Limits, &mut u64),
) -> Picks {
    let at = lists.iter_mut().enumerate().map(|(block, patterns)| {
        let present = pattern_of(model, block, priced, picks);
        patterns.list.iter().position(|p| p.picks == present.picks).unwrap_or_else(|| {
            patterns.list.push(present);
            patterns.list.len() - 1
        })
    });
    let at: Vec<usize> = at.collect();
    let mut state = State { model, lists, at, left: model.budgets.clone(), count: 0 };
    for block in 0..state.at.len() {
        let pattern = &state.lists[block].list[state.at[block]];
        state.count += pattern.count;
        for (left, used) in state.left.iter_mut().zip(&pattern.used) {
            *left -= used;
        }
    }
    state.climb(limits, steps);
    let (mut best, mut best_profit) = (state.at.clone(), state.profit());
    for _ in 0..KICKS {
        if !may_go_on(*steps, limits) || !state.relax(steps) {
            break;
        }
        state.climb(limits, steps);
        if state.profit() <= best_profit {
            break;
        }
        (best, best_profit) = (state.at.clone(), state.profit());
    }
    state.at = best;
    state.picks()
}

impl State<'_> {
    /// Moves a block to a pattern.
    fn go(&mut self, block: usize, pattern: usize) {
        let list = &self.lists[block].list;
        let (old, new) = (&list[self.at[block]], &list[pattern]);
        for (fund, left) in self.left.iter_mut().enumerate() {
            *left += old.used[fund] - new.used[fund];
        }
        self.count += new.count - old.count;
        self.at[block] = pattern;
    }

    fn profit(&self) -> i64 {
        self.lists.iter().zip(&self.at).map(|(patterns, at)| patterns.list[*at].profit).sum()
    }

    /// Changes while the profit grows.
    fn climb(&mut self, limits: &Limits, steps: &mut u64) {
        for _ in 0..limits.exchanges {
            if !may_go_on(*steps, limits) || !(self.single(steps) || self.pair(steps)) {
                break;
            }
        }
    }

    /// Leaves a summit whose budgets are full: moves blocks to patterns that lose less at the
    /// prices, even where the profit falls, as far as budgets and number allow. What is freed
    /// is then spent better. Tells whether anything moved.
    fn relax(&mut self, steps: &mut u64) -> bool {
        let mut has_moved = false;
        loop {
            let mut moved = false;
            for block in 0..self.at.len() {
                let list = &self.lists[block].list;
                *steps += u64::try_from(list.len()).unwrap_or(u64::MAX);
                let old = &list[self.at[block]];
                let eases = |p: &usize| list[*p].loss < old.loss && self.fits(block, *p);
                if let Some(p) = (0..list.len()).filter(eases).min_by_key(|p| list[*p].loss) {
                    self.go(block, p);
                    moved = true;
                }
            }
            if !moved {
                return has_moved;
            }
            has_moved = true;
        }
    }

    /// Tells whether a block may move to a pattern.
    fn fits(&self, block: usize, pattern: usize) -> bool {
        let list = &self.lists[block].list;
        let (old, new) = (&list[self.at[block]], &list[pattern]);
        let count = self.count + new.count - old.count;
        (self.model.least..=self.model.most).contains(&count)
            && self.left.iter().enumerate().all(|(f, l)| l + old.used[f] >= new.used[f])
    }

    /// Makes every single change that gains, best of each block first.
    fn single(&mut self, steps: &mut u64) -> bool {
        let mut is_better = false;
        for block in 0..self.at.len() {
            let list = &self.lists[block].list;
            *steps += u64::try_from(list.len()).unwrap_or(u64::MAX);
            let old = &list[self.at[block]];
            let gains = |p: &usize| list[*p].profit > old.profit && self.fits(block, *p);
            if let Some(p) = (0..list.len()).filter(gains).max_by_key(|p| list[*p].profit) {
                self.go(block, p);
                is_better = true;
            }
        }
        is_better
    }

    /// Makes the pair of changes on one fund that gains most.
    fn pair(&mut self, steps: &mut u64) -> bool {
        let mut best: Option<(i64, Change, Change)> = None;
        for fund in 0..self.left.len() {
            let buckets = self.changes(fund, steps);
            for (count, changes) in &buckets {
                for (other_count, others) in buckets.range(count..) {
                    let count = self.count + count + other_count;
                    if !self.model.is_counted()
                        || (self.model.least..=self.model.most).contains(&count)
                    {
                        let found = best_pair(changes, others, self.left[fund]);
                        best = best.into_iter().chain(found).max_by_key(|(gain, ..)| *gain);
                    }
                }
            }
        }
        let Some((_, one, two)) = best else { return false };
        self.go(one.block, one.pattern);
        self.go(two.block, two.pattern);
        true
    }

    /// Lists the changes that touch one fund only, by change of the number, cheapest first.
    fn changes(&self, fund: usize, steps: &mut u64) -> BTreeMap<i64, Vec<Change>> {
        let mut buckets: BTreeMap<i64, Vec<Change>> = BTreeMap::new();
        for (block, patterns) in self.lists.iter().enumerate() {
            let old = &patterns.list[self.at[block]];
            for (pattern, new) in patterns.list.iter().enumerate() {
                *steps += 1;
                let is_elsewhere = old
                    .used
                    .iter()
                    .zip(&new.used)
                    .enumerate()
                    .any(|(f, (a, b))| f != fund && a != b);
                if pattern == self.at[block] || is_elsewhere {
                    continue;
                }
                let key = if self.model.is_counted() { new.count - old.count } else { 0 };
                let amount = new.used[fund] - old.used[fund];
                let profit = new.profit - old.profit;
                buckets.entry(key).or_default().push(Change { block, pattern, amount, profit });
            }
        }
        for changes in buckets.values_mut() {
            changes.sort_by_key(|c| (c.amount, -c.profit, c.block, c.pattern));
        }
        buckets
    }

    fn picks(&self) -> Picks {
        let mut picks = vec![None; self.model.items.len()];
        for (patterns, at) in self.lists.iter().zip(&self.at) {
            for (item, fund) in &patterns.list[*at].picks {
                picks[*item] = Some(*fund);
            }
        }
        picks
    }
}

/// Finds the two changes of different blocks that together fit and gain most, in one sweep:
/// partners are sorted by amount, and the best two of each prefix (of different blocks) suffice.
fn best_pair(ones: &[Change], others: &[Change], left: i64) -> Option<(i64, Change, Change)> {
    let mut best: Option<(i64, Change, Change)> = None;
    let (mut first, mut second): (Option<Change>, Option<Change>) = (None, None);
    let mut to = 0;
    for one in ones.iter().rev() {
        while to < others.len() && others[to].amount <= left - one.amount {
            let other = others[to];
            if first.is_none_or(|f| other.profit > f.profit) {
                if first.is_some_and(|f| f.block != other.block) {
                    second = first;
                }
                first = Some(other);
            } else if first.is_some_and(|f| f.block != other.block)
                && second.is_none_or(|s| other.profit > s.profit)
            {
                second = Some(other);
            }
            to += 1;
        }
        let partner = if first.is_some_and(|f| f.block != one.block) { first } else { second };
        let Some(partner) = partner else { continue };
        let gain = one.profit + partner.profit;
        if gain > 0 && best.is_none_or(|(most, ..)| gain > most) {
            best = Some((gain, *one, partner));
        }
    }
    best
}
