//! Repairs a priced selection into a sheet: drop what is worth least, then fill up.

use crate::model::{Model, Picks};
use crate::prices::Prices;
use crate::sums::Sums;
use std::cmp::Reverse;

/// Returns a feasible choice near `picks`, or nothing when the least number is not met.
pub(crate) fn repaired(model: &Model, prices: &Prices, picks: &Picks) -> Option<Picks> {
    let worth = |item: usize| {
        let fund = picks[item].unwrap_or_else(|| prices.cheapest(model, item));
        prices.worth(model, item, fund).div_euclid(i128::from(model.items[item].amount))
    };
    let mut order: Vec<(Reverse<i128>, usize)> =
        (0..model.items.len()).map(|item| (Reverse(worth(item)), item)).collect();
    order.sort_unstable();
    let mut sums = Sums::new(model, picks);
    for (_, item) in order.iter().rev() {
        move_out(model, &mut sums, *item);
    }
    for (_, item) in order.iter().rev() {
        let Some(fund) = sums.picks[*item] else { continue };
        if sums.fund_left[fund] < 0 || sums.count > model.most {
            sums.drop(*item);
        }
    }
    for (_, item) in &order {
        let is_wanted = model.items[*item].profit > 0 || sums.count < model.least;
        if let Some(fund) = sums.fitting(*item).filter(|_| is_wanted) {
            sums.take(*item, fund);
        }
    }
    sums.is_feasible().then_some(sums.picks)
}

/// Moves an item out of an overdrawn fund into the emptiest other one it fits.
fn move_out(model: &Model, sums: &mut Sums<'_>, item: usize) {
    let Some(fund) = sums.picks[item].filter(|fund| sums.fund_left[*fund] < 0) else { return };
    let it = &model.items[item];
    let others = it.funds.iter().copied().filter(|other| *other != fund);
    if let Some(other) = others.max_by_key(|other| sums.fund_left[*other])
        && sums.fund_left[other] >= it.amount
    {
        sums.drop(item);
        sums.take(item, other);
    }
}

/// Returns nothing chosen.
pub(crate) fn nothing(model: &Model) -> Picks {
    vec![None; model.items.len()]
}
