//! Each block's selections that lose little against its best one at given prices.

use crate::knapsack::{Choice, Ranked};
use crate::model::{Model, Picks, to_i64};
use crate::prices::Priced;
use crate::problem::Limits;

/// Times the tolerated loss is divided by 16 when too many selections lie within it.
const ROUNDS: u32 = 4;
/// Nodes looked at per remembered pattern in one round.
const NODES_PER_PATTERN: usize = 16;

/// Longest list of one block; dropping the dominated takes its square.
const PATTERNS_MAX: usize = 4_096;

/// One selection within a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Item and fund, by item.
    pub(crate) picks: Vec<(usize, usize)>,
    /// What it takes from each fund.
    pub(crate) used: Vec<i64>,
    pub(crate) profit: i64,
    pub(crate) count: i64,
    /// What it is worth less than the block's bound at the prices, scaled.
    pub(crate) loss: i128,
}

/// A block's patterns, least loss first.
#[derive(Debug, Clone)]
pub(crate) struct Patterns {
    pub(crate) list: Vec<Pattern>,
    /// Every selection that is missing here is dominated by one that is not, or loses more.
    pub(crate) complete_to: i128,
}

/// A partial selection: the next choice to decide on and what was picked.
#[derive(Debug)]
struct Node {
    at: usize,
    left: i64,
    worth: i128,
    picks: Vec<(usize, usize)>,
}

/// Lists the selections of one block that lose at most `tolerance`, or fewer if they are many.
pub(crate) fn patterns(
    model: &Model,
    block: usize,
    priced: &Priced,
    tolerance: i128,
    (limits, steps): (&Limits, &mut u64),
) -> Patterns {
    let choice = |item: usize| {
        let fund = priced.prices.cheapest(model, item);
        let worth = priced.prices.worth(model, item, fund);
        Choice::new(worth, model.items[item].amount, item, fund)
    };
    let ranked = Ranked::new(model.blocks[block].items.clone().map(choice).collect());
    let (mut tolerance, mut list) = (tolerance, Vec::new());
    // Few blocks may have long lists: what costs is their sum.
    let most = (limits.patterns_total / model.blocks.len().max(1))
        .clamp(limits.patterns, limits.patterns.max(PATTERNS_MAX));
    for _ in 0..ROUNDS {
        let (found, is_whole) = within(model, block, priced, &ranked, (tolerance, most, steps));
        list = undominated(model, found);
        if is_whole {
            return Patterns { list, complete_to: tolerance };
        }
        tolerance /= 16;
    }
    // Too flat to list: keep the best one and some others, and claim completeness for nothing.
    let best = pattern_of(model, block, priced, &priced.picks);
    if !list.iter().any(|pattern| pattern.picks == best.picks) {
        list.insert(0, best);
    }
    Patterns { list, complete_to: -1 }
}

/// Lists selections that lose at most the tolerance, and tells whether they are all.
fn within(
    model: &Model,
    block: usize,
    priced: &Priced,
    ranked: &Ranked,
    (tolerance, most, steps): (i128, usize, &mut u64),
) -> (Vec<Pattern>, bool) {
    let floor = priced.uppers[block] - tolerance;
    let cap = model.blocks[block].cap;
    let mut nodes = vec![Node { at: 0, left: cap, worth: 0, picks: Vec::new() }];
    let (mut found, mut looked) = (Vec::new(), 0);
    while let Some(node) = nodes.pop() {
        looked += 1;
        *steps += 1;
        if found.len() > most || looked > most * NODES_PER_PATTERN {
            return (found, false);
        }
        if node.worth + ranked.linear_bound(node.at, node.left) < floor {
            continue;
        }
        let Some(choice) = ranked.choices.get(node.at) else {
            found.push(pattern(model, priced, block, node.picks));
            continue;
        };
        let item = &model.items[choice.item];
        // Of two equal items the earlier goes first; the other order would be the same sheet.
        let barred = node.at > 0 && {
            let before = ranked.choices[node.at - 1].item;
            is_twin(model, before, choice.item)
                && node.picks.last().is_none_or(|(last, _)| *last != before)
        };
        let (at, left, worth) = (node.at + 1, node.left - item.amount, node.worth);
        let picks = (!barred && left >= 0).then(|| node.picks.clone());
        nodes.push(Node { at, ..node });
        // Pushed last, looked at first: taking goes before leaving.
        for fund in item.funds.iter().rev() {
            let Some(mut picks) = picks.clone() else { break };
            picks.push((choice.item, *fund));
            let worth = worth + priced.prices.worth(model, choice.item, *fund);
            nodes.push(Node { at, left, worth, picks });
        }
    }
    (found, true)
}

/// Tells whether two items are interchangeable within their block.
fn is_twin(model: &Model, a: usize, b: usize) -> bool {
    let (a, b) = (&model.items[a], &model.items[b]);
    a.profit == b.profit && a.amount == b.amount && a.funds == b.funds
}

/// Sums up picks of a block.
fn pattern(
    model: &Model,
    priced: &Priced,
    block: usize,
    mut picks: Vec<(usize, usize)>,
) -> Pattern {
    picks.sort_unstable();
    let mut used = vec![0; model.budgets.len()];
    let (mut profit, mut count, mut loss) = (0, 0, priced.uppers[block]);
    for (item, fund) in &picks {
        used[*fund] += model.items[*item].amount;
        profit += model.items[*item].profit;
        count += 1;
        loss -= priced.prices.worth(model, *item, *fund);
    }
    Pattern { picks, used, profit, count, loss }
}

/// Reads a block's pattern out of a whole choice.
pub(crate) fn pattern_of(model: &Model, block: usize, priced: &Priced, picks: &Picks) -> Pattern {
    let items = model.blocks[block].items.clone();
    let picked = items.filter_map(|item| picks[item].map(|fund| (item, fund))).collect();
    pattern(model, priced, block, picked)
}

/// Drops patterns that another one beats or equals in profit, every fund and the number.
fn undominated(model: &Model, mut found: Vec<Pattern>) -> Vec<Pattern> {
    found.sort_by(|a, b| b.profit.cmp(&a.profit).then(a.loss.cmp(&b.loss)));
    let (is_capped, is_floored) = (model.most < to_i64(model.items.len()), model.least > 0);
    let beats = |a: &Pattern, b: &Pattern| {
        a.profit >= b.profit
            && a.used.iter().zip(&b.used).all(|(x, y)| x <= y)
            && (!is_capped || a.count <= b.count)
            && (!is_floored || a.count >= b.count)
    };
    let mut kept: Vec<Pattern> = Vec::new();
    for pattern in found {
        if !kept.iter().any(|other| beats(other, &pattern)) {
            kept.push(pattern);
        }
    }
    kept.sort_by(|a, b| a.loss.cmp(&b.loss).then_with(|| a.picks.cmp(&b.picks)));
    kept
}
