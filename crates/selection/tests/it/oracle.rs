//! The sheet against exhaustive search on small rounds.

use crate::instances::Lot;
use base::{Amount, Unit};
use selection::{
    Aim, Fund, Group, Limits, Problem, Proposal, Refused, Sheet, Standing, Summed, sheet,
};

/// Draws a small round with every feature in play.
fn small(lot: &mut Lot, size: i64) -> Problem {
    let cny = |minor: i64| Amount::new(minor, Unit::CNY);
    let funds = 1 + lot.below(3);
    let groups = 1 + lot.below(4);
    let shape = lot.below(6);
    let top = [6, 30, 1_000, 50_000_000_000][usize::try_from(lot.below(4)).expect("is sound")];
    let mut proposals: Vec<Proposal> = Vec::new();
    for i in 0..1 + lot.below(size) {
        let ask = 1 + lot.below(top);
        let score = match shape {
            0 => ask,
            1 => ask + 3,
            2 => 5,
            _ => lot.below(40),
        };
        let first = lot.below(funds);
        let mut paid_by = vec![format!("f{first}")];
        if lot.below(3) == 0 {
            paid_by.push(format!("f{}", (first + 1) % funds));
        }
        let standing = match lot.below(12) {
            0 => Standing::Refused,
            1 => Standing::Awarded { fund: paid_by[0].clone() },
            _ => Standing::Open,
        };
        let group = (lot.below(4) > 0).then(|| format!("g{}", lot.below(groups)));
        let id = format!("p{i}");
        proposals.push(Proposal { id, score, ask: cny(ask), funds: paid_by, group, standing });
    }
    let total: i64 = proposals.iter().map(|p| p.ask.minor).sum();
    let fund = |f: i64| Fund { id: format!("f{f}"), budget: cny(f % 2) };
    let mut funds: Vec<Fund> = (0..funds).map(fund).collect();
    for fund in &mut funds {
        fund.budget.minor = lot.below(total / 2 + 2);
    }
    let mut group = |g: i64| Group {
        id: format!("g{g}"),
        cap: (lot.below(4) > 0).then(|| cny(lot.below(total / 2 + 2))),
    };
    let groups = (0..groups).map(&mut group).collect();
    let least = (lot.below(4) == 0).then(|| u32::try_from(lot.below(5)).expect("is sound"));
    let most = (lot.below(4) == 0).then(|| u32::try_from(lot.below(7)).expect("is sound"));
    let aim = if lot.below(5) == 0 { Aim::ScoreTimesAmount } else { Aim::Score };
    Problem { proposals, funds, groups, least, most, aim }
}

/// Tries everything. Returns the best total, or nothing when no set is feasible.
fn best(problem: &Problem) -> Option<i64> {
    let mut left: Vec<i64> = problem.funds.iter().map(|f| f.budget.minor).collect();
    let mut caps: Vec<i64> =
        problem.groups.iter().map(|g| g.cap.map_or(i64::MAX, |cap| cap.minor)).collect();
    deeper(problem, 0, &mut left, &mut caps, 0)
}

fn deeper(p: &Problem, at: usize, left: &mut [i64], caps: &mut [i64], made: u32) -> Option<i64> {
    let Some(proposal) = p.proposals.get(at) else {
        let is_enough = made >= p.least.unwrap_or(0) && made <= p.most.unwrap_or(u32::MAX);
        return is_enough.then_some(0);
    };
    let ask = proposal.ask.minor;
    let group = proposal
        .group
        .as_ref()
        .map(|g| p.groups.iter().position(|x| x.id == *g).expect("is sound"));
    let mut most = match proposal.standing {
        Standing::Awarded { .. } => None,
        _ => deeper(p, at + 1, left, caps, made),
    };
    for (f, fund) in p.funds.iter().enumerate() {
        let may_pay = match &proposal.standing {
            Standing::Refused => false,
            Standing::Awarded { fund: by } => *by == fund.id,
            Standing::Open => proposal.funds.contains(&fund.id),
        };
        if !may_pay || left[f] < ask || group.is_some_and(|g| caps[g] < ask) {
            continue;
        }
        left[f] -= ask;
        group.iter().for_each(|g| caps[*g] -= ask);
        let factor = if p.aim == Aim::Score { 1 } else { ask };
        let worth = proposal.score.saturating_mul(factor);
        most = most
            .max(deeper(p, at + 1, left, caps, made + 1).map(|rest| worth.saturating_add(rest)));
        left[f] += ask;
        group.iter().for_each(|g| caps[*g] += ask);
    }
    most
}

/// Checks a sheet against its problem from the outside: sums, limits, names, gap.
fn is_sound(problem: &Problem, sheet: &Sheet) {
    let mut worths = 0;
    for award in &sheet.chosen {
        let proposal = problem.proposals.iter().find(|p| p.id == award.proposal).expect("is sound");
        assert_eq!(award.amount, proposal.ask);
        assert!(proposal.funds.contains(&award.fund));
        assert_ne!(proposal.standing, Standing::Refused);
        let ask = proposal.ask.minor;
        worths += if problem.aim == Aim::Score { proposal.score } else { proposal.score * ask };
    }
    assert_eq!(worths, sheet.score);
    assert_eq!(sheet.chosen.len() + sheet.unchosen.len(), problem.proposals.len());
    for (fund, given) in sheet.funds.iter().zip(&problem.funds) {
        let paid = sheet.chosen.iter().filter(|a| a.fund == fund.fund).map(|a| a.amount.minor);
        let paid: i64 = paid.sum();
        assert_eq!((fund.used.minor, fund.left.minor), (paid, given.budget.minor - paid));
        assert!(fund.left.minor >= 0);
    }
    for (group, given) in sheet.groups.iter().zip(&problem.groups) {
        let is_in = |id: &String| {
            let proposal = problem.proposals.iter().find(|p| p.id == *id).expect("is sound");
            proposal.group.as_ref() == Some(&given.id)
        };
        let paid = sheet.chosen.iter().filter(|a| is_in(&a.proposal)).map(|a| a.amount.minor);
        let paid: i64 = paid.sum();
        assert_eq!(group.used.minor, paid);
        assert!(given.cap.is_none_or(|cap| cap.minor >= paid));
    }
    let made = u32::try_from(sheet.chosen.len()).expect("is sound");
    assert!(made >= problem.least.unwrap_or(0) && made <= problem.most.unwrap_or(u32::MAX));
    assert!(sheet.score <= sheet.bound && sheet.gap_ppm <= 1_000_000);
    assert_eq!(sheet.gap_ppm == 0, sheet.score == sheet.bound);
}

/// Runs rounds against the oracle; returns how many had a sheet and how many were proven best.
fn run(seeds: std::ops::Range<u64>, size: i64, limits: &Limits) -> (u32, u32) {
    let (mut sheets, mut proven) = (0, 0);
    for seed in seeds {
        let problem = small(&mut Lot::new(seed), size);
        let made = sheet(&problem, limits);
        let too_large = [Refused::Overflow { what: Summed::Scores }];
        if made.as_ref().is_err_and(|refused| *refused == too_large) {
            continue;
        }
        let best = best(&problem);
        match made {
            Ok(sheet) => {
                is_sound(&problem, &sheet);
                let best = best.expect("a feasible sheet was found, so there is one");
                assert!(
                    sheet.score <= best && best <= sheet.bound,
                    "seed {seed}: {best} {sheet:?}"
                );
                sheets += 1;
                proven += u32::from(sheet.gap_ppm == 0);
            }
            Err(refused) => {
                let is_proof = |r: &Refused| !matches!(r, Refused::LeastNotFound { .. });
                if refused.iter().any(is_proof) {
                    assert_eq!(best, None, "seed {seed}: refused {refused:?}");
                }
            }
        }
    }
    (sheets, proven)
}

#[test]
fn no_small_round_escapes_its_bound_and_nearly_all_are_proven_best() {
    let (sheets, proven) = run(0..4_000, 9, &Limits::default());
    assert!(sheets > 2_000, "{sheets} sheets");
    assert!(proven * 1_000 >= sheets * 995, "{proven} of {sheets} proven best");
}

#[test]
fn the_bound_holds_when_almost_no_work_is_allowed() {
    let starved = Limits {
        price_rounds: 2,
        knapsack_nodes: 1,
        patterns: 1,
        patterns_total: 1,
        exchanges: 1,
        states: 1,
        steps: 50,
    };
    let (sheets, proven) = run(4_000..6_000, 8, &starved);
    assert!(sheets > 800, "{sheets} sheets");
    assert!(proven < sheets, "starving must show, or this test proves nothing");
    let none = Limits {
        price_rounds: 0,
        knapsack_nodes: 0,
        patterns: 0,
        patterns_total: 0,
        exchanges: 0,
        states: 0,
        steps: 0,
    };
    run(6_000..7_000, 8, &none);
}

#[test]
fn a_narrow_search_still_proves_only_what_is_true() {
    let narrow = Limits { patterns: 3, patterns_total: 3, states: 2, ..Limits::default() };
    let (sheets, _) = run(7_000..9_000, 9, &narrow);
    assert!(sheets > 800, "{sheets} sheets");
}

/// Checks the rule for equals: no earlier one is passed over where an exchange would be allowed.
fn is_fair(problem: &Problem, sheet: &Sheet) {
    let place = |id: &str| problem.proposals.iter().position(|p| p.id == id).expect("is listed");
    let open = |at: usize| problem.proposals[at].standing == Standing::Open;
    for award in sheet.chosen.iter().filter(|award| !award.is_decided) {
        let late = place(&award.proposal);
        for passed in sheet.unchosen.iter().map(|u| place(&u.proposal)).filter(|p| *p < late) {
            let (a, b) = (&problem.proposals[passed], &problem.proposals[late]);
            if !open(passed) || a.score != b.score || a.ask != b.ask || a.score == 0 {
                continue;
            }
            let group = sheet.groups.iter().find(|g| Some(&g.group) == a.group.as_ref());
            let left = group.and_then(|g| g.left).map_or(i64::MAX, |left| left.minor);
            let may_swap = a.group == b.group || left >= a.ask.minor;
            assert!(!may_swap || !a.funds.contains(&award.fund), "{} before {}", a.id, b.id);
        }
    }
}

#[test]
fn no_earlier_equal_is_passed_over_where_an_exchange_is_allowed() {
    let mut pairs = 0;
    for seed in 20_000..23_000 {
        let mut problem = small(&mut Lot::new(seed), 14);
        for (i, proposal) in problem.proposals.iter_mut().enumerate() {
            (proposal.score, proposal.ask.minor) = if i % 3 == 0 { (4, 9) } else { (5, 7) };
        }
        if let Ok(sheet) = sheet(&problem, &Limits::default()) {
            is_fair(&problem, &sheet);
            pairs += sheet.chosen.len().min(sheet.unchosen.len());
        }
    }
    assert!(pairs > 1_000, "{pairs} awards that could have gone to others");
}
