//! What a choice takes so far, and whether one more fits.

use crate::model::{Model, Picks};

/// Running sums of a choice.
#[derive(Debug, Clone)]
pub(crate) struct Sums<'a> {
    model: &'a Model,
    block_of: Vec<usize>,
    pub(crate) fund_left: Vec<i64>,
    pub(crate) block_left: Vec<i64>,
    pub(crate) count: i64,
    pub(crate) picks: Picks,
}

impl<'a> Sums<'a> {
    /// Adds up a choice; what is left may be negative.
    pub(crate) fn new(model: &'a Model, picks: &Picks) -> Self {
        let mut block_of = vec![0; model.items.len()];
        for (b, block) in model.blocks.iter().enumerate() {
            block_of[block.items.clone()].fill(b);
        }
        let mut sums = Self {
            model,
            block_of,
            fund_left: model.budgets.clone(),
            block_left: model.blocks.iter().map(|block| block.cap).collect(),
            count: 0,
            picks: vec![None; model.items.len()],
        };
        for (item, fund) in picks.iter().enumerate() {
            if let Some(fund) = fund {
                sums.take(item, *fund);
            }
        }
        sums
    }

    /// Funds an item.
    pub(crate) fn take(&mut self, item: usize, fund: usize) {
        let amount = self.model.items[item].amount;
        self.fund_left[fund] -= amount;
        self.block_left[self.block_of[item]] -= amount;
        self.count += 1;
        self.picks[item] = Some(fund);
    }

    /// Unfunds an item.
    pub(crate) fn drop(&mut self, item: usize) {
        if let Some(fund) = self.picks[item].take() {
            let amount = self.model.items[item].amount;
            self.fund_left[fund] += amount;
            self.block_left[self.block_of[item]] += amount;
            self.count -= 1;
        }
    }

    /// Returns the fund that could pay an unfunded item and would be left with least.
    pub(crate) fn fitting(&self, item: usize) -> Option<usize> {
        let it = &self.model.items[item];
        let is_barred = self.picks[item].is_some()
            || self.count >= self.model.most
            || self.block_left[self.block_of[item]] < it.amount;
        if is_barred {
            return None;
        }
        let fits = it.funds.iter().copied().filter(|fund| self.fund_left[*fund] >= it.amount);
        fits.min_by_key(|fund| self.fund_left[*fund])
    }

    /// Tells whether every budget, cap and number is kept.
    pub(crate) fn is_feasible(&self) -> bool {
        let kept = |left: &Vec<i64>| left.iter().all(|left| *left >= 0);
        kept(&self.fund_left)
            && kept(&self.block_left)
            && (self.model.least..=self.model.most).contains(&self.count)
    }
}
