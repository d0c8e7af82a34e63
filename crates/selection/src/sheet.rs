//! The sheet: who is proposed, how good that is at least, what is left, and why others are not.

use crate::fair::exchange;
use crate::model::{Model, Picks, to_i64};
use crate::problem::{Limits, Problem, Standing};
use crate::refused::Refused;
use crate::settled::{Settled, settle, worth};
use crate::solve::solve;
use base::Amount;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// A proposed set of awards with its proven distance from the best possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The awards, in the order of the problem, decided ones included.
    pub chosen: Vec<Chosen>,
    /// Total of the aim over the awards, decided ones included.
    pub score: i64,
    /// No set of awards within the limits has a larger total. Proven in whole numbers.
    pub bound: i64,
    /// At most this part of the best total of the open proposals is missed, in millionths, rounded
    /// up. Zero: proven best.
    pub gap_ppm: u32,
    /// Each fund, in the order of the problem.
    pub funds: Vec<FundUse>,
    /// Each group, in the order of the problem.
    pub groups: Vec<GroupUse>,
    /// Proposals without an award, in the order of the problem, each with its reason.
    pub unchosen: Vec<Unchosen>,
    /// Work done, in counted steps.
    pub steps: u64,
}

/// One award of the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The proposal.
    pub proposal: String,
    /// The fund that pays.
    pub fund: String,
    /// What it gets: all it asked for.
    pub amount: Amount,
    /// Whether it was decided before this sheet.
    pub is_decided: bool,
}

/// What a fund spends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundUse {
    /// The fund.
    pub fund: String,
    /// Its budget.
    pub budget: Amount,
    /// What the sheet spends of it.
    pub used: Amount,
    /// What remains.
    pub left: Amount,
}

/// What a group receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupUse {
    /// The group.
    pub group: String,
    /// Its cap, if it has one.
    pub cap: Option<Amount>,
    /// What it receives over all funds.
    pub used: Amount,
    /// What it could still receive, if it has a cap.
    pub left: Option<Amount>,
}

/// A proposal without an award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unchosen {
    /// The proposal.
    pub proposal: String,
    /// Why not.
    pub reason: Reason,
}

/// Why a proposal has no award; the first that applies, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was refused before this sheet.
    Refused,
    /// It adds nothing to the aim.
    NoScore,
    /// Its ask alone is above what its group may still receive after the decided awards.
    AskAboveCap {
        /// The group.
        group: String,
        /// What the group could receive.
        most: Amount,
    },
    /// Its ask alone is above what its best-filled fund has after the decided awards.
    AskAboveBudget {
        /// The fund of its own that has most.
        fund: String,
        /// What that fund has.
        most: Amount,
    },
    /// The largest number of awards is reached.
    NumberReached,
    /// Its group has less left under its cap than it asks for.
    GroupCapReached {
        /// The group.
        group: String,
        /// What the group has left.
        left: Amount,
    },
    /// Its fund is spent on proposals that all have at least its score per amount.
    LowerScorePerAmount {
        /// The fund of its own that has most left.
        fund: String,
        /// What is left there.
        left: Amount,
    },
    /// Its fund has less left than it asks for, though some award there has a lower score per
    /// amount: exchanging them would lower the total or overdraw a limit, or the search, whose gap
    /// is printed, has not found how.
    FundExhausted {
        /// The fund of its own that has most left.
        fund: String,
        /// What is left there.
        left: Amount,
    },
}

/// Proposes the best set of awards it finds and proves how far it can be from the best.
///
/// Equal input gives an equal sheet. Refuses faulty problems with all faults seen at once.
///
/// # Errors
/// Every [`Refused`] that applies; the sheet is then not begun.
pub fn sheet(problem: &Problem, limits: &Limits) -> Result<Sheet, Vec<Refused>> {
    let settled = settle(problem)?;
    let model = Model::new(problem, &settled);
    let mut steps = 0;
    let solved =
        solve(&model, settled.awarded, limits, &mut steps).map_err(|refused| vec![refused])?;
    let mut draft = Draft::new(problem, &settled, &model, &solved.picks);
    loop {
        exchange(problem, &settled, &mut draft.from);
        if !draft.fill() {
            break;
        }
    }
    let score = draft.score();
    let proven = solved.bound * i128::from(model.profit_unit) + i128::from(settled.awarded_worth);
    let bound = i64::try_from(proven).unwrap_or(i64::MAX).max(score);
    let possible = bound - settled.awarded_worth;
    Ok(Sheet {
        score,
        bound,
        gap_ppm: gap_ppm(bound - score, possible),
        funds: draft.fund_uses(),
        groups: draft.group_uses(),
        unchosen: draft.unchosen(),
        chosen: draft.chosen(),
        steps,
    })
}

/// Returns the missed part of what is possible in millionths, rounded up.
fn gap_ppm(missed: i64, possible: i64) -> u32 {
    if missed <= 0 {
        return 0;
    }
    let parts = i128::from(missed) * 1_000_000;
    let possible = i128::from(possible.max(1));
    u32::try_from((parts + possible - 1) / possible).unwrap_or(u32::MAX)
}

/// A choice in terms of the problem.
struct Draft<'a> {
    problem: &'a Problem,
    settled: &'a Settled,
    /// Paying fund of each open proposal.
    from: Vec<Option<usize>>,
}

impl<'a> Draft<'a> {
    fn new(problem: &'a Problem, settled: &'a Settled, model: &Model, picks: &Picks) -> Self {
        let mut from = vec![None; problem.proposals.len()];
        for (item, fund) in model.items.iter().zip(picks) {
            from[item.place] = *fund;
        }
        Self { problem, settled, from }
    }

    /// Returns what each fund and each capped group has left.
    fn left(&self) -> (Vec<i64>, Vec<Option<i64>>) {
        let (mut funds, mut groups) =
            (self.settled.fund_left.clone(), self.settled.group_left.clone());
        for (place, fund) in self.from.iter().enumerate() {
            let Some(fund) = fund else { continue };
            let ask = self.problem.proposals[place].ask.minor;
            funds[*fund] -= ask;
            if let Some(left) = self.settled.group_of[place].and_then(|g| groups[g].as_mut()) {
                *left -= ask;
            }
        }
        (funds, groups)
    }

    /// Adds what still fits, best first; tells whether anything was added.
    fn fill(&mut self) -> bool {
        let (mut funds, mut groups) = self.left();
        let mut room = self.room();
        let mut order: Vec<(Reverse<i64>, usize)> = Vec::new();
        for (place, facts) in self.settled.facts.iter().enumerate() {
            if let Some(facts) = facts.as_ref().filter(|f| f.profit > 0)
                && self.from[place].is_none()
            {
                order.push((Reverse(facts.profit), place));
            }
        }
        order.sort_unstable();
        let mut has_added = false;
        for (_, place) in order {
            let Some(facts) = &self.settled.facts[place] else { continue };
            let ask = self.problem.proposals[place].ask.minor;
            let fund = facts.funds.iter().copied().find(|fund| funds[*fund] >= ask);
            let has_room = facts.group.and_then(|g| groups[g]).is_none_or(|left| left >= ask);
            let Some(fund) = fund.filter(|_| has_room && room > 0) else { continue };
            funds[fund] -= ask;
            if let Some(left) = facts.group.and_then(|g| groups[g].as_mut()) {
                *left -= ask;
            }
            room -= 1;
            self.from[place] = Some(fund);
            has_added = true;
        }
        has_added
    }

    /// Returns how many more awards may be made.
    fn room(&self) -> i64 {
        let made = to_i64(self.from.iter().flatten().count()) + self.settled.awarded;
        i64::from(self.problem.most.unwrap_or(u32::MAX)) - made
    }

    fn score(&self) -> i64 {
        let open = self.from.iter().zip(&self.settled.facts).filter(|(from, _)| from.is_some());
        let sum: i64 = open.filter_map(|(_, facts)| facts.as_ref()).map(|f| f.profit).sum();
        sum + self.settled.awarded_worth
    }

    fn amount(&self, minor: i64) -> Amount {
        Amount::new(minor, self.settled.unit)
    }

    fn fund_uses(&self) -> Vec<FundUse> {
        let (lefts, _) = self.left();
        let uses = self.problem.funds.iter().zip(lefts).map(|(fund, left)| FundUse {
            fund: fund.id.clone(),
            budget: fund.budget,
            used: self.amount(fund.budget.minor - left),
            left: self.amount(left),
        });
        uses.collect()
    }

    fn group_uses(&self) -> Vec<GroupUse> {
        let mut used = vec![0; self.problem.groups.len()];
        for (place, proposal) in self.problem.proposals.iter().enumerate() {
            let is_paid = self.from[place].or(self.settled.awarded_from[place]).is_some();
            if let Some(group) = self.settled.group_of[place].filter(|_| is_paid) {
                used[group] += proposal.ask.minor;
            }
        }
        let uses = self.problem.groups.iter().zip(used).map(|(group, used)| GroupUse {
            group: group.id.clone(),
            cap: group.cap,
            used: self.amount(used),
            left: group.cap.map(|cap| self.amount(cap.minor - used)),
        });
        uses.collect()
    }

    fn chosen(&self) -> Vec<Chosen> {
        let paid = self.problem.proposals.iter().enumerate().filter_map(|(place, proposal)| {
            let decided = self.settled.awarded_from[place];
            self.from[place].or(decided).map(|fund| Chosen {
                proposal: proposal.id.clone(),
                fund: self.problem.funds[fund].id.clone(),
                amount: proposal.ask,
                is_decided: decided.is_some(),
            })
        });
        paid.collect()
    }

    fn unchosen(&self) -> Vec<Unchosen> {
        let (funds, groups) = self.left();
        let weakest = self.weakest();
        let mut unchosen = Vec::new();
        for (place, proposal) in self.problem.proposals.iter().enumerate() {
            if self.from[place].is_none() && self.settled.awarded_from[place].is_none() {
                let reason = self.reason(place, &funds, &groups, &weakest);
                unchosen.push(Unchosen { proposal: proposal.id.clone(), reason });
            }
        }
        unchosen
    }

    /// Returns the open award of least worth per amount in each fund.
    fn weakest(&self) -> Vec<Option<usize>> {
        let mut weakest: Vec<Option<usize>> = vec![None; self.problem.funds.len()];
        for (place, fund) in self.from.iter().enumerate() {
            let Some(fund) = fund else { continue };
            if weakest[*fund].is_none_or(|other| self.is_below(place, other)) {
                weakest[*fund] = Some(place);
            }
        }
        weakest
    }

    /// Tells whether a proposal is worth less per amount than another.
    fn is_below(&self, a: usize, b: usize) -> bool {
        let worth_of = |place: usize| {
            i128::from(worth(self.problem, &self.problem.proposals[place]).unwrap_or(0))
        };
        let ask = |place: usize| i128::from(self.problem.proposals[place].ask.minor);
        worth_of(a) * ask(b) < worth_of(b) * ask(a)
    }

    fn reason(
        &self,
        place: usize,
        funds: &[i64],
        groups: &[Option<i64>],
        weakest: &[Option<usize>],
    ) -> Reason {
        let proposal = &self.problem.proposals[place];
        let Some(facts) = &self.settled.facts[place] else { return Reason::Refused };
        debug_assert!(proposal.standing == Standing::Open);
        if facts.profit == 0 {
            return Reason::NoScore;
        }
        let ask = proposal.ask.minor;
        let group_left = |lefts: &[Option<i64>]| {
            let (group, left) = facts.group.and_then(|g| lefts[g].map(|left| (g, left)))?;
            (left < ask).then(|| (self.problem.groups[group].id.clone(), self.amount(left)))
        };
        if let Some((group, most)) = group_left(&self.settled.group_left) {
            return Reason::AskAboveCap { group, most };
        }
        let richest = |lefts: &[i64]| {
            let fund = *facts.funds.iter().max_by_key(|f| lefts[**f]).expect("checked: has a fund");
            (fund, lefts[fund])
        };
        let (fund, most) = richest(&self.settled.fund_left);
        if most < ask {
            let fund = self.problem.funds[fund].id.clone();
            return Reason::AskAboveBudget { fund, most: self.amount(most) };
        }
        if self.room() <= 0 {
            return Reason::NumberReached;
        }
        if let Some((group, left)) = group_left(groups) {
            return Reason::GroupCapReached { group, left };
        }
        let (fund, left) = richest(funds);
        let is_outranked = weakest[fund].is_some_and(|weakest| !self.is_below(weakest, place));
        let (fund, left) = (self.problem.funds[fund].id.clone(), self.amount(left));
        if is_outranked {
            Reason::LowerScorePerAmount { fund, left }
        } else {
            Reason::FundExhausted { fund, left }
        }
    }
}
