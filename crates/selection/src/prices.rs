//! The bound: prices on the funds (and on the number of awards), and what they prove.
//!
//! For any prices at or above zero, the prices of all budgets plus each block's best selection at
//! those prices is at least the best sheet (Lagrangian duality; Fisher 1981; Martello and Toth
//! 1990; Kellerer, Pferschy and Pisinger 2004). All of it is whole numbers, so the
//! bound holds as printed. The prices are found by projected subgradient steps of Polyak's length.

use crate::knapsack::{Choice, Ranked, pack};
use crate::model::{Model, Picks, to_i64};
use crate::problem::Limits;

/// Fixed-point digits of a relative slack.
const RATIO_BITS: u32 = 20;
/// Step lengths are in parts of this.
const STEP_ONE: i128 = 256;
/// Rounds without a better bound after which the step is shortened.
const PATIENCE: u32 = 10;
/// Times each fund's price is moved to a neighbouring worth per amount.
const SNAP_ROUNDS: u32 = 4;

/// Scaled prices: per amount unit of each fund, and per award (negative: a reward).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prices {
    pub(crate) funds: Vec<i128>,
    pub(crate) count: i128,
}

/// What prices prove.
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    pub(crate) prices: Prices,
    /// No sheet is worth more, scaled.
    pub(crate) bound: i128,
    /// Best worth of each block at these prices, rounded up where its search was cut.
    pub(crate) uppers: Vec<i128>,
    /// The selections that reach it; they may overdraw budgets.
    pub(crate) picks: Picks,
}

impl Prices {
    /// Returns all prices zero.
    pub(crate) fn zero(model: &Model) -> Self {
        Self { funds: vec![0; model.budgets.len()], count: 0 }
    }

    /// Returns what an item is worth from a fund after paying prices.
    pub(crate) fn worth(&self, model: &Model, item: usize, fund: usize) -> i128 {
        let it = &model.items[item];
        let cost = self.funds[fund] * i128::from(it.amount);
        (i128::from(it.profit) << model.shift) - cost - self.count
    }

    /// Returns the cheapest fund of an item.
    pub(crate) fn cheapest(&self, model: &Model, item: usize) -> usize {
        let funds = &model.items[item].funds;
        *funds.iter().min_by_key(|fund| self.funds[**fund]).expect("items have a fund")
    }

    /// Returns the limit on awards that the count price speaks of.
    pub(crate) fn count_limit(&self, model: &Model) -> i128 {
        i128::from(if self.count > 0 { model.most } else { model.least.max(0) })
    }

    /// Prices budgets and the limit on the number.
    fn constant(&self, model: &Model) -> i128 {
        let funds: i128 =
            self.funds.iter().zip(&model.budgets).map(|(p, b)| p * i128::from(*b)).sum();
        funds + self.count * self.count_limit(model)
    }
}

/// Evaluates prices exactly.
pub(crate) fn evaluate(model: &Model, prices: &Prices, limits: &Limits, steps: &mut u64) -> Priced {
    let mut bound = prices.constant(model);
    let mut picks = vec![None; model.items.len()];
    let mut uppers = Vec::with_capacity(model.blocks.len());
    for block in &model.blocks {
        let mut choices = Vec::new();
        let (mut amount, mut upper) = (0, 0);
        for item in block.items.clone() {
            *steps += 1;
            let fund = prices.cheapest(model, item);
            let worth = prices.worth(model, item, fund);
            if worth > 0 {
                amount += model.items[item].amount;
                upper += worth;
                choices.push((worth, item, fund));
            }
        }
        if amount <= block.cap {
            for (_, item, fund) in choices {
                picks[item] = Some(fund);
            }
        } else {
            let choice =
                |(w, i, f): (i128, usize, usize)| Choice::new(w, model.items[i].amount, i, f);
            let ranked = Ranked::new(choices.into_iter().map(choice).collect());
            let packed = pack(&ranked, block.cap, limits.knapsack_nodes, steps);
            upper = packed.upper;
            for place in packed.chosen {
                let chosen = &ranked.choices[place];
                picks[chosen.item] = Some(chosen.fund);
            }
        }
        bound += upper;
        uppers.push(upper);
    }
    Priced { prices: prices.clone(), bound, uppers, picks }
}

/// Moves prices towards the tightest bound and offers each bettered choice to `offer`, which
/// returns the best profit known, scaled.
pub(crate) fn tighten(
    model: &Model,
    limits: &Limits,
    steps: &mut u64,
    mut offer: impl FnMut(&Priced, &mut u64) -> i128,
) -> Priced {
    let mut best = evaluate(model, &Prices::zero(model), limits, steps);
    let mut known = offer(&best, steps);
    let (mut current, mut step, mut stalled) = (best.clone(), STEP_ONE * 2, 0);
    let mut drift = vec![0; model.budgets.len() + 1];
    for round in 1..limits.price_rounds {
        if best.bound >> model.shift <= known >> model.shift || step == 0 {
            break;
        }
        let gap = (current.bound - known).max(1);
        let Some(prices) = moved(model, &current, gap * step / STEP_ONE, &mut drift) else { break };
        current = evaluate(model, &prices, limits, steps);
        if current.bound < best.bound {
            best = current.clone();
            stalled = 0;
        } else {
            stalled += 1;
        }
        if round % 8 == 0 || stalled == 0 {
            known = known.max(offer(&current, steps));
        }
        if stalled >= PATIENCE {
            (step, stalled) = (step * 2 / 3, 0);
            current = best.clone();
            drift.fill(0);
        }
    }
    snapped(model, best, limits, steps)
}

/// Tries the items' own worths per amount as prices: a best price vector has such prices where no
/// cap binds, and steps of falling length only come near them.
fn snapped(model: &Model, mut best: Priced, limits: &Limits, steps: &mut u64) -> Priced {
    for _ in 0..SNAP_ROUNDS {
        let before = best.bound;
        for side in 0..2 {
            let mut prices = best.prices.clone();
            for (fund, price) in prices.funds.iter_mut().enumerate() {
                *price = neighbours(model, &best.prices, fund)[side].unwrap_or(*price);
            }
            let next = evaluate(model, &prices, limits, steps);
            if next.bound < best.bound {
                best = next;
            }
        }
        for fund in 0..model.budgets.len() {
            for price in neighbours(model, &best.prices, fund).into_iter().flatten() {
                let mut prices = best.prices.clone();
                prices.funds[fund] = price;
                let next = evaluate(model, &prices, limits, steps);
                if next.bound < best.bound {
                    best = next;
                }
            }
        }
        if best.bound == before {
            break;
        }
    }
    best
}

/// Returns the nearest prices below and above a fund's at which some item is worth nothing.
fn neighbours(model: &Model, prices: &Prices, fund: usize) -> [Option<i128>; 2] {
    let price = prices.funds[fund];
    let even = model.items.iter().filter(|item| item.funds.contains(&fund)).map(|item| {
        ((i128::from(item.profit) << model.shift) - prices.count) / i128::from(item.amount)
    });
    // Above this the price of the whole budget passes the sum of all profits.
    let top = model.ceiling() / i128::from(model.budgets[fund].max(1));
    let (mut below, mut above) = (None, None);
    for even in even.filter(|even| (0..=top).contains(even) && *even != price) {
        if even < price {
            below = below.max(Some(even));
        } else if above.is_none_or(|above| even < above) {
            above = Some(even);
        }
    }
    [below, above]
}

/// Takes one step of length `gap` against the relative slacks, smoothed by the last step. Returns
/// nothing when no price can improve.
fn moved(model: &Model, from: &Priced, gap: i128, drift: &mut [i128]) -> Option<Prices> {
    let (slacks, taken) = slacks(model, &from.picks);
    let prices = &from.prices;
    let ceiling = model.ceiling();
    let mut rows: Vec<(i128, i128, i128)> = Vec::with_capacity(slacks.len() + 1);
    for (fund, slack) in slacks.iter().enumerate() {
        let scale = i128::from(model.budgets[fund]).max(1);
        rows.push((prices.funds[fund], *slack, scale));
    }
    if model.is_counted() {
        let limit = i128::from(if prices.count > 0 || taken > i128::from(model.most) {
            model.most
        } else {
            model.least.max(0)
        });
        let inside = prices.count == 0 && taken >= limit && taken <= i128::from(model.most);
        let slack = if inside { 0 } else { limit - taken };
        rows.push((prices.count, slack, limit.max(1)));
    }
    let mut norm = 0;
    for (i, (price, slack, scale)) in rows.iter().enumerate() {
        let stuck = i < slacks.len() && *price == 0 && *slack > 0;
        let ratio = if stuck { 0 } else { (slack << RATIO_BITS) / scale };
        drift[i] = ratio + drift[i] * 7 / 10;
        norm += drift[i] * drift[i];
    }
    if norm == 0 {
        return None;
    }
    let length = (gap << RATIO_BITS) / norm;
    let mut next = prices.clone();
    for (i, (price, _, scale)) in rows.iter().enumerate() {
        let value = price * scale - length * drift[i];
        if i < slacks.len() {
            // No best price of a whole budget passes the sum of all profits.
            next.funds[i] = value.clamp(0, ceiling) / scale;
        } else {
            let floor = if model.least > 0 { -ceiling } else { 0 };
            let is_capped = model.most < to_i64(model.items.len());
            let top = if is_capped { ceiling } else { 0 };
            next.count = value.clamp(floor, top) / scale;
        }
    }
    Some(next)
}

/// Returns what each fund has left (negative: overdrawn) and the number of awards.
fn slacks(model: &Model, picks: &Picks) -> (Vec<i128>, i128) {
    let mut slacks: Vec<i128> = model.budgets.iter().map(|b| i128::from(*b)).collect();
    let mut taken = 0;
    for (item, fund) in picks.iter().enumerate() {
        if let Some(fund) = fund {
            slacks[*fund] -= i128::from(model.items[item].amount);
            taken += 1;
        }
    }
    (slacks, i128::from(to_i64(taken)))
}
