//! Generated rounds of several kinds, shared by tests and bench. Seeds make them repeatable.

use base::{Amount, Unit};
use selection::{Aim, Fund, Group, Problem, Proposal, Standing};

/// How scores follow amounts, after the classes of Martello and Toth 1990.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Scores 1 to 100 whatever the ask; asks in steps of 10,000 CNY.
    Uncorrelated,
    /// Scores with four more digits and asks to the fen, so that nothing is round.
    Fine,
    /// Scores within a tenth of the range around the ask.
    Weak,
    /// Score is the ask plus a constant.
    Strong,
    /// Score is the ask: fill the budgets.
    SubsetSum,
    /// Each proposal may be paid by one, two or three funds.
    ManyFunds,
    /// Caps that hardly admit one or two proposals of a group.
    TightCaps,
    /// Caps that never bind.
    LooseCaps,
    /// All proposals equal.
    Equal,
    /// Asks that differ by a factor of up to 10,000.
    Skewed,
}

/// All kinds.
pub(crate) const KINDS: [Kind; 10] = [
    Kind::Uncorrelated,
    Kind::Fine,
    Kind::Weak,
    Kind::Strong,
    Kind::SubsetSum,
    Kind::ManyFunds,
    Kind::TightCaps,
    Kind::LooseCaps,
    Kind::Equal,
    Kind::Skewed,
];

/// Repeatable numbers: SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Lot(u64);

impl Lot {
    /// Starts at a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number from 0 to `below - 1`.
    pub(crate) fn below(&mut self, below: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        i64::try_from(z >> 1).expect("63 bits") % below
    }
}

/// Sizes of a round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Proposals.
    pub(crate) proposals: usize,
    /// Funds.
    pub(crate) funds: usize,
    /// Capped groups.
    pub(crate) groups: usize,
}

/// The size of the target: 2,000 proposals, 3 funds, 200 caps.
pub(crate) const TARGET: Size = Size { proposals: 2_000, funds: 3, groups: 200 };

/// Makes a round whose budgets carry about a third of all asks and whose caps half of a group's.
pub(crate) fn round(kind: Kind, size: Size, seed: u64) -> Problem {
    let mut lot = Lot::new(seed);
    let signed = |n: usize| i64::try_from(n).expect("small");
    let (mut proposals, mut group_asks) = (Vec::new(), vec![0; size.groups]);
    let mut fund_asks = vec![0; size.funds];
    for i in 0..size.proposals {
        let (score, ask) = score_and_ask(kind, &mut lot);
        let fund = usize::try_from(lot.below(signed(size.funds))).expect("small");
        let group = usize::try_from(lot.below(signed(size.groups))).expect("small");
        group_asks[group] += ask;
        fund_asks[fund] += ask;
        let mut funds = vec![format!("f{fund}")];
        if kind == Kind::ManyFunds {
            for other in (0..size.funds).filter(|other| *other != fund) {
                if lot.below(3) == 0 {
                    funds.push(format!("f{other}"));
                }
            }
        }
        proposals.push(Proposal {
            id: format!("p{i}"),
            score,
            ask: Amount::new(ask, Unit::CNY),
            funds,
            group: Some(format!("g{group}")),
            standing: Standing::Open,
        });
    }
    let budget = |(f, asks): (usize, &i64)| Fund {
        id: format!("f{f}"),
        budget: Amount::new(asks / 3, Unit::CNY),
    };
    let mut cap = |(g, asks): (usize, &i64)| {
        let percent = match kind {
            Kind::TightCaps => 8 + lot.below(12),
            Kind::LooseCaps => 100,
            _ => 20 + lot.below(40),
        };
        let cap =
            Amount::new(asks / 100 * percent + if percent == 100 { 99 } else { 0 }, Unit::CNY);
        Group { id: format!("g{g}"), cap: Some(cap) }
    };
    Problem {
        funds: fund_asks.iter().enumerate().map(budget).collect(),
        groups: group_asks.iter().enumerate().map(&mut cap).collect(),
        proposals,
        least: None,
        most: None,
        aim: Aim::Score,
    }
}

/// Draws a score and an ask in fen: 100,000 to 5,000,000 CNY unless the kind says otherwise.
fn score_and_ask(kind: Kind, lot: &mut Lot) -> (i64, i64) {
    let fine = 10_000_000 + lot.below(490_000_000);
    let round = fine / 1_000_000 * 1_000_000;
    match kind {
        Kind::Uncorrelated | Kind::ManyFunds | Kind::TightCaps | Kind::LooseCaps => {
            (1 + lot.below(100), round)
        }
        Kind::Fine => (1 + lot.below(1_000_000), fine),
        Kind::Weak => ((fine / 100_000 + lot.below(1_000) - 500).max(1), fine),
        Kind::Strong => (round / 1_000_000 + 50, round),
        Kind::SubsetSum => (fine, fine),
        Kind::Equal => (70, 200_000_000),
        Kind::Skewed => {
            let scale = [1, 10, 100, 1_000, 10_000];
            let pick = usize::try_from(lot.below(5)).expect("small");
            (1 + lot.below(100), scale[pick] * (50_000 + lot.below(50_000)))
        }
    }
}
