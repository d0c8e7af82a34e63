//! What is asked: proposals, funds, groups, limits on the number, and how hard to work.

use base::Amount;
use serde::{Deserialize, Serialize};

/// Most proposals in one sheet. The work on equal proposals grows with the square.
///
/// ASSUMPTION: ten times the 2,000 proposals the sheet is measured with leaves room.
pub const PROPOSALS_MAX: usize = 20_000;
/// Most funds in one sheet. ASSUMPTION: a round draws on a handful of budget lines.
pub const FUNDS_MAX: usize = 64;

/// A round to be decided: everything the sheet depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// The proposals. Among equals the earlier position wins, so sort by a fair and published
    /// order (the moment of submission, or a lot drawn before the scores are known).
    pub proposals: Vec<Proposal>,
    /// The funds with their budgets.
    pub funds: Vec<Fund>,
    /// The owner groups, with or without a cap.
    pub groups: Vec<Group>,
    /// Least number of awards, those already decided included.
    #[serde(default)]
    pub least: Option<u32>,
    /// Largest number of awards, those already decided included.
    #[serde(default)]
    pub most: Option<u32>,
    /// What is summed.
    #[serde(default)]
    pub aim: Aim,
}

/// One proposal: it is awarded its whole ask from one of its funds, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Name of the proposal, unique in the sheet.
    pub id: String,
    /// Score; higher is better, never negative.
    pub score: i64,
    /// What it asks for, above zero.
    pub ask: Amount,
    /// Funds that may pay it; it is paid by at most one of them.
    pub funds: Vec<String>,
    /// Its ultimate owner's group, if it belongs to one.
    #[serde(default)]
    pub group: Option<String>,
    /// Whether it is still to be decided.
    #[serde(default)]
    pub standing: Standing,
}

/// Tells whether a proposal is still to be decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Standing {
    /// To be decided by this sheet.
    #[default]
    Open,
    /// Already awarded from a fund; the sheet keeps it.
    Awarded {
        /// The fund that pays.
        fund: String,
    },
    /// Already refused; the sheet leaves it out.
    Refused,
}

/// A fund and what it may spend in this round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fund {
    /// Name of the fund.
    pub id: String,
    /// What it may spend, awards already decided included; zero is allowed.
    pub budget: Amount,
}

/// An owner group and what it may receive over all funds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Name of the group.
    pub id: String,
    /// What it may still receive in this round, awards already decided included; none: no cap.
    #[serde(default)]
    pub cap: Option<Amount>,
}

/// What the sheet makes as large as possible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// The sum of the scores of the awarded proposals.
    #[default]
    Score,
    /// The sum of score times ask in minor units: each coin counts with the score it follows.
    ScoreTimesAmount,
}

/// How much work may be done, in counted steps: no clock, so equal input gives an equal sheet.
///
/// Smaller limits give a wider gap, never a wrong bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Price vectors tried for the bound.
    pub price_rounds: u32,
    /// Nodes of one group's exact knapsack before its linear bound is used.
    pub knapsack_nodes: u64,
    /// Selections remembered per group, however many groups there are.
    pub patterns: usize,
    /// Selections remembered over all groups, where that allows more per group.
    pub patterns_total: usize,
    /// Rounds of local search.
    pub exchanges: u32,
    /// Partial sheets kept per stage of the search, if the steps left allow so many.
    pub states: usize,
    /// Total steps after which the search is skipped and improvement stops.
    pub steps: u64,
}

/// Chosen so that 2,000 proposals, 3 funds and 200 caps stay well under two seconds on one core.
impl Default for Limits {
    fn default() -> Self {
        Self {
            price_rounds: 600,
            knapsack_nodes: 2_000,
            patterns: 128,
            patterns_total: 8_192,
            exchanges: 400,
            states: 16_384,
            steps: 8_000_000,
        }
    }
}
