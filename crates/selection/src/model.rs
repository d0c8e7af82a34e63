//! The open part of a problem as bare numbers: items in blocks, one block per capped group.

use crate::problem::{Limits, Problem};
use crate::refused::Refused;
use crate::settled::Settled;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bits kept for scaled profits; the sum of 20,000 of them, doubled, stays below 2^127.
const PROFIT_BITS: u32 = 96;

/// An open proposal that could be funded on its own.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Position in the problem.
    pub(crate) place: usize,
    /// What it adds, in profit units.
    pub(crate) profit: i64,
    /// What it costs, in amount units.
    pub(crate) amount: i64,
    /// Funds that can pay it, ascending.
    pub(crate) funds: Vec<usize>,
}

/// Items under one cap. An item whose group cannot run into its cap is a block of its own.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) items: Range<usize>,
    pub(crate) cap: i64,
}

/// Numbers to choose from. Profits and amounts are divided by their greatest common divisors and
/// budgets and caps rounded down to match, which loses no solution and tightens the bound.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) items: Vec<Item>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) budgets: Vec<i64>,
    pub(crate) least: i64,
    pub(crate) most: i64,
    /// One profit unit in units of the aim.
    pub(crate) profit_unit: i64,
    /// Prices are whole multiples of `2^-shift` profit units per amount unit.
    pub(crate) shift: u32,
}

/// The fund that pays each item, if any.
pub(crate) type Picks = Vec<Option<usize>>;

impl Model {
    /// Takes the open proposals that fit what the decided ones leave.
    pub(crate) fn new(problem: &Problem, settled: &Settled) -> Self {
        let least = i64::from(problem.least.unwrap_or(0)) - settled.awarded;
        let most = i64::from(problem.most.unwrap_or(u32::MAX)) - settled.awarded;
        let mut grouped: BTreeMap<(usize, usize), Vec<Item>> = BTreeMap::new();
        for (place, proposal) in problem.proposals.iter().enumerate() {
            let Some(facts) = settled.facts[place].as_ref() else { continue };
            let amount = proposal.ask.minor;
            let group_left = facts.group.and_then(|g| settled.group_left[g]);
            let mut funds: Vec<usize> =
                facts.funds.iter().copied().filter(|f| settled.fund_left[*f] >= amount).collect();
            funds.sort_unstable();
            let worthless = facts.profit == 0 && least <= 0;
            if funds.is_empty() || group_left.is_some_and(|left| left < amount) || worthless {
                continue;
            }
            let key = match facts.group {
                Some(group) if group_left.is_some() => (group, 0),
                _ => (usize::MAX, place),
            };
            let item = Item { place, profit: facts.profit, amount, funds };
            grouped.entry(key).or_default().push(item);
        }
        let mut model = Self {
            items: Vec::new(),
            blocks: Vec::new(),
            budgets: settled.fund_left.clone(),
            least,
            most,
            profit_unit: 1,
            shift: 0,
        };
        for ((group, _), items) in grouped {
            let cap = settled.group_left.get(group).copied().flatten();
            model.block_add(items, cap);
        }
        model.most = most.min(to_i64(model.items.len()));
        model.reduce();
        model
    }

    /// Adds items as one block when their cap can bind, else one by one.
    fn block_add(&mut self, items: Vec<Item>, cap: Option<i64>) {
        let start = self.items.len();
        let total: i64 = items.iter().map(|item| item.amount).sum();
        match cap {
            Some(cap) if total > cap => {
                self.items.extend(items);
                self.blocks.push(Block { items: start..self.items.len(), cap });
            }
            _ => {
                for (i, item) in items.into_iter().enumerate() {
                    let (start, cap) = (start + i, item.amount);
                    self.items.push(item);
                    self.blocks.push(Block { items: start..start + 1, cap });
                }
            }
        }
    }

    /// Divides out common factors and fixes the scale of prices.
    fn reduce(&mut self) {
        let amount_unit = self.items.iter().fold(0, |g, item| gcd(g, item.amount)).max(1);
        self.profit_unit = self.items.iter().fold(0, |g, item| gcd(g, item.profit)).max(1);
        for item in &mut self.items {
            item.amount /= amount_unit;
            item.profit /= self.profit_unit;
        }
        for block in &mut self.blocks {
            block.cap /= amount_unit;
        }
        for budget in &mut self.budgets {
            *budget /= amount_unit;
        }
        let total: i64 = self.items.iter().map(|item| item.profit).sum();
        self.shift = PROFIT_BITS - (i64::BITS - total.max(1).leading_zeros());
    }

    /// Returns the same choice with every profit 1: how many awards are possible at all.
    pub(crate) fn counting(&self) -> Self {
        let mut model = self.clone();
        for item in &mut model.items {
            item.profit = 1;
        }
        model.least = 0;
        model.profit_unit = 1;
        model.shift = PROFIT_BITS - 32;
        model
    }

    /// Tells whether the number of awards is limited in a way that can matter.
    pub(crate) fn is_counted(&self) -> bool {
        self.least > 0 || self.most < to_i64(self.items.len())
    }

    /// Sums the profit of a choice, in profit units.
    pub(crate) fn profit(&self, picks: &Picks) -> i64 {
        picks.iter().zip(&self.items).filter(|(p, _)| p.is_some()).map(|(_, i)| i.profit).sum()
    }

    /// Sums all profits, scaled.
    pub(crate) fn ceiling(&self) -> i128 {
        let total: i64 = self.items.iter().map(|item| item.profit).sum();
        i128::from(total) << self.shift
    }
}

/// Answers the least number of awards that cannot be met, as a refusal.
pub(crate) fn least_refusal(model: &Model, found: i64, bound: i128, awarded: i64) -> Refused {
    let (least, found) = (model.least + awarded, found + awarded);
    if bound < i128::from(model.least) {
        Refused::LeastUnreachable { least }
    } else {
        Refused::LeastNotFound { least, found }
    }
}

/// Tells whether work may go on.
pub(crate) fn may_go_on(steps: u64, limits: &Limits) -> bool {
    steps < limits.steps
}

/// Turns a length into a signed number.
pub(crate) fn to_i64(length: usize) -> i64 {
    i64::try_from(length).expect("lengths are bounded by PROPOSALS_MAX")
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
