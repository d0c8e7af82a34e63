//! Reads a problem: names become positions, decided awards are taken off, all faults are listed.

use crate::problem::{Aim, FUNDS_MAX, PROPOSALS_MAX, Problem, Proposal, Standing};
use crate::refused::{Refused, Summed};
use base::{Amount, Unit};
use std::collections::HashMap;

/// What an open proposal amounts to.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) profit: i64,
    pub(crate) funds: Vec<usize>,
    pub(crate) group: Option<usize>,
}

/// A checked problem after the decided awards.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub(crate) unit: Unit,
    /// By proposal; none for those already decided.
    pub(crate) facts: Vec<Option<Facts>>,
    /// Fund that pays each decided award, by proposal.
    pub(crate) awarded_from: Vec<Option<usize>>,
    pub(crate) group_of: Vec<Option<usize>>,
    pub(crate) fund_left: Vec<i64>,
    /// None: no cap.
    pub(crate) group_left: Vec<Option<i64>>,
    /// Number and total worth of decided awards.
    pub(crate) awarded: i64,
    pub(crate) awarded_worth: i64,
}

struct Names<'a> {
    funds: HashMap<&'a str, usize>,
    groups: HashMap<&'a str, usize>,
}

/// Checks a problem and takes off the decided awards.
pub(crate) fn settle(problem: &Problem) -> Result<Settled, Vec<Refused>> {
    let mut refused = too_many(problem);
    if !refused.is_empty() {
        return Err(refused);
    }
    let names = named(problem, &mut refused);
    let unit = problem.funds.first().map_or(Unit::CNY, |fund| fund.budget.unit);
    amounts_check(problem, unit, &mut refused);
    for proposal in &problem.proposals {
        proposal_check(proposal, &names, &mut refused);
    }
    if let (Some(least), Some(most)) = (problem.least, problem.most)
        && least > most
    {
        refused.push(Refused::LeastAboveMost { least, most });
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let settled = taken_off(problem, unit, &names)?;
    let refused = beyond(problem, &settled);
    if refused.is_empty() { Ok(settled) } else { Err(refused) }
}

/// Returns what a proposal is worth under the aim; none beyond 64 bits.
pub(crate) fn worth(problem: &Problem, proposal: &Proposal) -> Option<i64> {
    match problem.aim {
        Aim::Score => Some(proposal.score),
        Aim::ScoreTimesAmount => proposal.score.checked_mul(proposal.ask.minor),
    }
}

fn too_many(problem: &Problem) -> Vec<Refused> {
    let mut refused = Vec::new();
    let (proposals, funds) = (problem.proposals.len(), problem.funds.len());
    if proposals > PROPOSALS_MAX {
        refused.push(Refused::TooManyProposals { given: proposals, most: PROPOSALS_MAX });
    }
    if funds > FUNDS_MAX {
        refused.push(Refused::TooManyFunds { given: funds, most: FUNDS_MAX });
    }
    if problem.groups.len() > PROPOSALS_MAX {
        let given = problem.groups.len();
        refused.push(Refused::TooManyGroups { given, most: PROPOSALS_MAX });
    }
    refused
}

/// Indexes names and lists those used twice.
fn named<'a>(problem: &'a Problem, refused: &mut Vec<Refused>) -> Names<'a> {
    let (mut funds, mut groups, mut proposals) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (i, fund) in problem.funds.iter().enumerate() {
        if funds.insert(fund.id.as_str(), i).is_some() {
            refused.push(Refused::DuplicateFund { fund: fund.id.clone() });
        }
    }
    for (i, group) in problem.groups.iter().enumerate() {
        if groups.insert(group.id.as_str(), i).is_some() {
            refused.push(Refused::DuplicateGroup { group: group.id.clone() });
        }
    }
    for proposal in &problem.proposals {
        if proposals.insert(proposal.id.as_str(), ()).is_some() {
            refused.push(Refused::DuplicateProposal { proposal: proposal.id.clone() });
        }
    }
    Names { funds, groups }
}

fn amounts_check(problem: &Problem, unit: Unit, refused: &mut Vec<Refused>) {
    let mut one = |of: &str, amount: Amount| {
        if amount.unit != unit {
            let of = of.to_owned();
            refused.push(Refused::MixedUnits { of, unit: amount.unit, expected: unit });
        }
    };
    for fund in &problem.funds {
        one(&fund.id, fund.budget);
    }
    for group in &problem.groups {
        group.cap.into_iter().for_each(|cap| one(&group.id, cap));
    }
    for proposal in &problem.proposals {
        one(&proposal.id, proposal.ask);
    }
    for fund in problem.funds.iter().filter(|fund| fund.budget.minor < 0) {
        refused.push(Refused::BudgetNegative { fund: fund.id.clone(), budget: fund.budget });
    }
    for group in &problem.groups {
        if let Some(cap) = group.cap.filter(|cap| cap.minor < 0) {
            refused.push(Refused::CapNegative { group: group.id.clone(), cap });
        }
    }
}

fn proposal_check(proposal: &Proposal, names: &Names<'_>, refused: &mut Vec<Refused>) {
    let id = || proposal.id.clone();
    if proposal.ask.minor <= 0 {
        refused.push(Refused::AskNotPositive { proposal: id(), ask: proposal.ask });
    }
    if proposal.score < 0 {
        refused.push(Refused::ScoreNegative { proposal: id(), score: proposal.score });
    }
    if proposal.funds.is_empty() {
        refused.push(Refused::NoFund { proposal: id() });
    }
    for fund in proposal.funds.iter().filter(|fund| !names.funds.contains_key(fund.as_str())) {
        refused.push(Refused::UnknownFund { proposal: id(), fund: fund.clone() });
    }
    if let Standing::Awarded { fund } = &proposal.standing
        && !proposal.funds.contains(fund)
    {
        refused.push(Refused::AwardedElsewhere { proposal: id(), fund: fund.clone() });
    }
    if let Some(group) = proposal.group.as_ref().filter(|g| !names.groups.contains_key(g.as_str()))
    {
        refused.push(Refused::UnknownGroup { proposal: id(), group: group.clone() });
    }
}

/// Takes decided awards off budgets and caps; refuses sums beyond 64 bits.
fn taken_off(problem: &Problem, unit: Unit, names: &Names<'_>) -> Result<Settled, Vec<Refused>> {
    let mut settled = Settled {
        unit,
        facts: Vec::with_capacity(problem.proposals.len()),
        awarded_from: Vec::with_capacity(problem.proposals.len()),
        group_of: Vec::with_capacity(problem.proposals.len()),
        fund_left: problem.funds.iter().map(|fund| fund.budget.minor).collect(),
        group_left: problem.groups.iter().map(|g| g.cap.map(|cap| cap.minor)).collect(),
        awarded: 0,
        awarded_worth: 0,
    };
    let (mut asks, mut worths) = (Some(0_i64), Some(0_i64));
    for proposal in &problem.proposals {
        let profit = worth(problem, proposal);
        asks = asks.and_then(|sum| sum.checked_add(proposal.ask.minor));
        worths = worths.zip(profit).and_then(|(sum, p)| sum.checked_add(p));
        let group = proposal.group.as_ref().map(|group| names.groups[group.as_str()]);
        let mut funds: Vec<usize> =
            proposal.funds.iter().map(|fund| names.funds[fund.as_str()]).collect();
        funds.sort_unstable();
        funds.dedup();
        settled.group_of.push(group);
        let facts = Facts { profit: profit.unwrap_or(0), funds, group };
        settled.proposal_add(proposal, facts, names);
    }
    let mut refused = Vec::new();
    if asks.is_none() {
        refused.push(Refused::Overflow { what: Summed::Asks });
    }
    if worths.is_none() {
        refused.push(Refused::Overflow { what: Summed::Scores });
    }
    if refused.is_empty() { Ok(settled) } else { Err(refused) }
}

impl Settled {
    /// Files a proposal by its standing. Sums saturate here; the caller refuses overflow.
    fn proposal_add(&mut self, proposal: &Proposal, facts: Facts, names: &Names<'_>) {
        let Standing::Awarded { fund } = &proposal.standing else {
            self.awarded_from.push(None);
            self.facts.push((proposal.standing == Standing::Open).then_some(facts));
            return;
        };
        let (fund, ask) = (names.funds[fund.as_str()], proposal.ask.minor);
        self.fund_left[fund] = self.fund_left[fund].saturating_sub(ask);
        if let Some(left) = facts.group.and_then(|g| self.group_left[g].as_mut()) {
            *left = left.saturating_sub(ask);
        }
        self.awarded += 1;
        self.awarded_worth = self.awarded_worth.saturating_add(facts.profit);
        self.awarded_from.push(Some(fund));
        self.facts.push(None);
    }
}

/// Lists the budgets, caps and number that decided awards already exceed.
fn beyond(problem: &Problem, settled: &Settled) -> Vec<Refused> {
    let mut refused = Vec::new();
    let amount = |minor| Amount::new(minor, settled.unit);
    for (fund, left) in problem.funds.iter().zip(&settled.fund_left).filter(|(_, l)| **l < 0) {
        let awarded = amount(fund.budget.minor - left);
        let budget = fund.budget;
        refused.push(Refused::AwardedBeyondBudget { fund: fund.id.clone(), awarded, budget });
    }
    for (group, left) in problem.groups.iter().zip(&settled.group_left) {
        if let (Some(cap), Some(left)) = (group.cap, left.filter(|left| *left < 0)) {
            let awarded = amount(cap.minor - left);
            refused.push(Refused::AwardedBeyondCap { group: group.id.clone(), awarded, cap });
        }
    }
    if let Some(most) = problem.most.filter(|most| settled.awarded > i64::from(*most)) {
        refused.push(Refused::AwardedBeyondMost { awarded: settled.awarded, most });
    }
    refused
}
