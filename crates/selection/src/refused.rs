//! Why a problem has no sheet.

use base::{Amount, Unit};
use serde::{Deserialize, Serialize};

/// One thing wrong with a problem. All that can be seen at once are listed at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// More proposals than [`crate::PROPOSALS_MAX`].
    #[error("`{given}` proposals are above the limit of {most}; split the round")]
    TooManyProposals {
        /// How many came.
        given: usize,
        /// How many may come.
        most: usize,
    },
    /// More funds than [`crate::FUNDS_MAX`].
    #[error("`{given}` funds are above the limit of {most}; split the round")]
    TooManyFunds {
        /// How many came.
        given: usize,
        /// How many may come.
        most: usize,
    },
    /// More groups than [`crate::PROPOSALS_MAX`].
    #[error("`{given}` groups are above the limit of {most}; leave out those without a proposal")]
    TooManyGroups {
        /// How many came.
        given: usize,
        /// How many may come.
        most: usize,
    },
    /// Two proposals of one name.
    #[error("proposal `{proposal}` is listed twice; remove one")]
    DuplicateProposal {
        /// The name.
        proposal: String,
    },
    /// Two funds of one name.
    #[error("fund `{fund}` is listed twice; remove one")]
    DuplicateFund {
        /// The name.
        fund: String,
    },
    /// Two groups of one name.
    #[error("group `{group}` is listed twice; remove one")]
    DuplicateGroup {
        /// The name.
        group: String,
    },
    /// A proposal that no fund may pay.
    #[error("proposal `{proposal}` names no fund; name at least one")]
    NoFund {
        /// The proposal.
        proposal: String,
    },
    /// A fund that is not listed.
    #[error("proposal `{proposal}` names the unknown fund `{fund}`; list the fund with its budget")]
    UnknownFund {
        /// The proposal.
        proposal: String,
        /// The fund it names.
        fund: String,
    },
    /// An award from a fund that is not among the proposal's own.
    #[error("proposal `{proposal}` is awarded from `{fund}`, which is none of its funds")]
    AwardedElsewhere {
        /// The proposal.
        proposal: String,
        /// The fund it was awarded from.
        fund: String,
    },
    /// A group that is not listed.
    #[error(
        "proposal `{proposal}` names the unknown group `{group}`; list it, with or without cap"
    )]
    UnknownGroup {
        /// The proposal.
        proposal: String,
        /// The group it names.
        group: String,
    },
    /// An ask of zero or less.
    #[error("proposal `{proposal}` asks for `{ask}`; an ask must be above zero")]
    AskNotPositive {
        /// The proposal.
        proposal: String,
        /// What it asks for.
        ask: Amount,
    },
    /// A score below zero.
    #[error("proposal `{proposal}` has the score `{score}`; shift all scores to zero or above")]
    ScoreNegative {
        /// The proposal.
        proposal: String,
        /// Its score.
        score: i64,
    },
    /// A budget below zero.
    #[error("fund `{fund}` has the budget `{budget}`; a budget must not be below zero")]
    BudgetNegative {
        /// The fund.
        fund: String,
        /// Its budget.
        budget: Amount,
    },
    /// A cap below zero.
    #[error("group `{group}` has the cap `{cap}`; a cap must not be below zero")]
    CapNegative {
        /// The group.
        group: String,
        /// Its cap.
        cap: Amount,
    },
    /// An amount in another unit than the first fund's.
    #[error("`{of}` is in {unit}, the sheet in {expected}; make one sheet per unit")]
    MixedUnits {
        /// The proposal, fund or group.
        of: String,
        /// Its unit.
        unit: Unit,
        /// The unit of the first fund.
        expected: Unit,
    },
    /// Sums beyond 64 bits.
    #[error("the sum of all {what} is beyond {max}; use smaller numbers", max = i64::MAX)]
    Overflow {
        /// What was summed.
        what: Summed,
    },
    /// Awards already decided exceed a budget.
    #[error("awards of {awarded} are decided from fund `{fund}`, above its budget of {budget}")]
    AwardedBeyondBudget {
        /// The fund.
        fund: String,
        /// Sum of the decided awards.
        awarded: Amount,
        /// The budget.
        budget: Amount,
    },
    /// Awards already decided exceed a group's cap.
    #[error("awards of {awarded} are decided for group `{group}`, above its cap of {cap}")]
    AwardedBeyondCap {
        /// The group.
        group: String,
        /// Sum of the decided awards.
        awarded: Amount,
        /// The cap.
        cap: Amount,
    },
    /// More awards already decided than may be made.
    #[error("`{awarded}` awards are decided, above the largest number of {most}")]
    AwardedBeyondMost {
        /// Number of decided awards.
        awarded: i64,
        /// Largest number.
        most: u32,
    },
    /// A least number above the largest.
    #[error("the least number `{least}` is above the largest number `{most}`")]
    LeastAboveMost {
        /// Least number.
        least: u32,
        /// Largest number.
        most: u32,
    },
    /// Proven: budgets and caps do not allow so many awards.
    #[error("budgets and caps cannot carry `{least}` awards; lower the least number")]
    LeastUnreachable {
        /// Least number asked for.
        least: i64,
    },
    /// Not proven impossible, but no such sheet was found within the limits.
    #[error(
        "no sheet of `{least}` awards was found, only of {found}; lower it or raise the limits"
    )]
    LeastNotFound {
        /// Least number asked for.
        least: i64,
        /// Most awards found.
        found: i64,
    },
}

base::codes!(Refused {
    TooManyProposals = "too_many_proposals",
    TooManyFunds = "too_many_funds",
    TooManyGroups = "too_many_groups",
    DuplicateProposal = "duplicate_proposal",
    DuplicateFund = "duplicate_fund",
    DuplicateGroup = "duplicate_group",
    NoFund = "no_fund",
    UnknownFund = "unknown_fund",
    AwardedElsewhere = "awarded_elsewhere",
    UnknownGroup = "unknown_group",
    AskNotPositive = "ask_not_positive",
    ScoreNegative = "score_negative",
    BudgetNegative = "budget_negative",
    CapNegative = "cap_negative",
    MixedUnits = "mixed_units",
    Overflow = "overflow",
    AwardedBeyondBudget = "awarded_beyond_budget",
    AwardedBeyondCap = "awarded_beyond_cap",
    AwardedBeyondMost = "awarded_beyond_most",
    LeastAboveMost = "least_above_most",
    LeastUnreachable = "least_unreachable",
    LeastNotFound = "least_not_found",
});

/// What was summed when a sum overflowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Summed {
    /// The amounts asked for.
    Asks,
    /// The scores, or scores times amounts.
    Scores,
}

impl std::fmt::Display for Summed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Asks => "asks",
            Self::Scores => "scores (times amounts, if so aimed)",
        })
    }
}
