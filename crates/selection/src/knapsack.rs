//! One cap, exactly: the best items under it, by Horowitz and Sahni's depth-first search.
//!
//! Method: Martello and Toth, Knapsack Problems, 1990, chapter 2.

use std::cmp::Ordering;

/// Something worth `worth` (scaled, above zero) that takes `amount` (above zero) of the cap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) worth: i128,
    pub(crate) amount: i64,
    pub(crate) item: usize,
    pub(crate) fund: usize,
    whole: i128,
    rest: i128,
}

impl Choice {
    pub(crate) fn new(worth: i128, amount: i64, item: usize, fund: usize) -> Self {
        let divisor = i128::from(amount);
        let (whole, rest) = (worth.div_euclid(divisor), worth.rem_euclid(divisor));
        Self { worth, amount, item, fund, whole, rest }
    }

    /// Orders by worth per amount, best first, without rounding; then by item.
    ///
    /// The remainders are below the amounts, so their products fit.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let fraction = || {
            let mine = self.rest * i128::from(other.amount);
            (other.rest * i128::from(self.amount)).cmp(&mine)
        };
        other.whole.cmp(&self.whole).then_with(fraction).then(self.item.cmp(&other.item))
    }
}

/// Choices in order of worth per amount with running sums.
#[derive(Debug)]
pub(crate) struct Ranked {
    pub(crate) choices: Vec<Choice>,
    amounts: Vec<i64>,
    worths: Vec<i128>,
}

impl Ranked {
    /// Sorts the choices. Only those above zero count towards the linear bound.
    pub(crate) fn new(mut choices: Vec<Choice>) -> Self {
        choices.sort_unstable_by(Choice::order);
        let (mut amounts, mut worths) = (vec![0], vec![0]);
        let (mut amount, mut worth) = (0, 0);
        for choice in choices.iter().take_while(|c| c.worth > 0) {
            amount += choice.amount;
            worth += choice.worth;
            amounts.push(amount);
            worths.push(worth);
        }
        Self { choices, amounts, worths }
    }

    /// Bounds what choices from `from` on can add within `left`: whole ones in order, then the
    /// fitting part of the next, rounded down to a scaled unit.
    pub(crate) fn linear_bound(&self, from: usize, left: i64) -> i128 {
        let end = self.amounts.len() - 1;
        if from >= end {
            return 0;
        }
        let reach = self.amounts[from].saturating_add(left);
        let to = from + self.amounts[from + 1..].partition_point(|sum| *sum <= reach);
        let whole = self.worths[to] - self.worths[from];
        if to == end {
            return whole;
        }
        let next = &self.choices[to];
        let rest = i128::from(reach - self.amounts[to]);
        // worth * rest / amount, in two parts that cannot overflow.
        whole + next.whole * rest + next.rest * rest / i128::from(next.amount)
    }
}

/// The answer: what was chosen, and a bound that no choice can pass.
#[derive(Debug)]
pub(crate) struct Packed {
    /// Places in the ranked list.
    pub(crate) chosen: Vec<usize>,
    /// No choice is worth more, scaled. Equal to the worth of `chosen` unless nodes ran out.
    pub(crate) upper: i128,
}

/// Packs choices, all above zero, under a cap. After `nodes` nodes the linear bound stands in.
pub(crate) fn pack(ranked: &Ranked, cap: i64, nodes: u64, steps: &mut u64) -> Packed {
    let items = &ranked.choices;
    let (mut best, mut best_taken) = (0, Vec::new());
    let (mut taken, mut worth, mut left, mut at) = (Vec::new(), 0, cap, 0);
    for _ in 0..nodes {
        *steps += 1;
        if worth + ranked.linear_bound(at, left) > best {
            while at < items.len() && items[at].amount <= left {
                worth += items[at].worth;
                left -= items[at].amount;
                taken.push(at);
                at += 1;
            }
            if worth > best {
                best = worth;
                best_taken.clone_from(&taken);
            }
            at += 1;
            if at < items.len() {
                continue;
            }
        }
        let Some(last) = taken.pop() else {
            return Packed { chosen: best_taken, upper: best };
        };
        worth -= items[last].worth;
        left += items[last].amount;
        at = last + 1;
    }
    Packed { chosen: best_taken, upper: ranked.linear_bound(0, cap).max(best) }
}
