//! Every refusal by name.

use crate::rules::{cny, group, of_group, proposal, rounds};
use base::{Amount, Unit};
use selection::{
    Aim, FUNDS_MAX, Fund, Limits, PROPOSALS_MAX, Problem, Proposal, Refused, Standing, Summed,
    sheet,
};

/// Applies a fault to a sound round and compares the refusals.
fn check(fault: impl FnOnce(&mut Problem), expected: &[Refused]) {
    let mut problem = rounds([of_group(proposal("a", 1, 10), "g"), proposal("b", 1, 10)], 100);
    problem.groups.push(group("g", Some(50)));
    assert!(sheet(&problem, &Limits::default()).is_ok());
    fault(&mut problem);
    assert_eq!(sheet(&problem, &Limits::default()).expect_err("is refused"), expected);
}

fn awarded(proposal: &mut Proposal) {
    proposal.standing = Standing::Awarded { fund: "f".to_owned() };
}

#[test]
fn too_much_is_refused() {
    let many = (0..=PROPOSALS_MAX).map(|i| proposal(&format!("p{i}"), 1, 1));
    let given = PROPOSALS_MAX + 1;
    let too_many = Refused::TooManyProposals { given, most: PROPOSALS_MAX };
    check(|p| p.proposals = many.collect(), &[too_many]);
    let funds = (0..=FUNDS_MAX).map(|i| Fund { id: format!("f{i}"), budget: cny(1) });
    let too_many = Refused::TooManyFunds { given: FUNDS_MAX + 1, most: FUNDS_MAX };
    check(|p| p.funds = funds.collect(), &[too_many]);
    let groups = (0..given).map(|i| group(&format!("g{i}"), None));
    let too_many = Refused::TooManyGroups { given, most: PROPOSALS_MAX };
    check(|p| p.groups = groups.collect(), &[too_many]);
}

#[test]
fn names_must_be_single_and_known() {
    let (a, f, g) = (|| "a".to_owned(), || "f".to_owned(), || "g".to_owned());
    check(|p| p.proposals[1].id = a(), &[Refused::DuplicateProposal { proposal: a() }]);
    check(|p| p.funds.push(p.funds[0].clone()), &[Refused::DuplicateFund { fund: f() }]);
    check(|p| p.groups.push(p.groups[0].clone()), &[Refused::DuplicateGroup { group: g() }]);
    check(|p| p.proposals[0].funds.clear(), &[Refused::NoFund { proposal: a() }]);
    check(
        |p| p.proposals[0].funds.push("x".to_owned()),
        &[Refused::UnknownFund { proposal: a(), fund: "x".to_owned() }],
    );
    check(|p| p.groups.clear(), &[Refused::UnknownGroup { proposal: a(), group: g() }]);
    check(
        |p| p.proposals[0].standing = Standing::Awarded { fund: "x".to_owned() },
        &[Refused::AwardedElsewhere { proposal: a(), fund: "x".to_owned() }],
    );
}

#[test]
fn numbers_must_make_sense() {
    let a = || "a".to_owned();
    for ask in [0, -1, i64::MIN] {
        let refused = Refused::AskNotPositive { proposal: a(), ask: cny(ask) };
        check(|p| p.proposals[0].ask = cny(ask), &[refused]);
    }
    let refused = Refused::ScoreNegative { proposal: a(), score: -1 };
    check(|p| p.proposals[0].score = -1, &[refused]);
    let refused = Refused::BudgetNegative { fund: "f".to_owned(), budget: cny(-1) };
    check(|p| p.funds[0].budget = cny(-1), &[refused]);
    let refused = Refused::CapNegative { group: "g".to_owned(), cap: cny(-1) };
    check(|p| p.groups[0].cap = Some(cny(-1)), &[refused]);
    let (unit, expected) = (Unit::EUR, Unit::CNY);
    let refused = Refused::MixedUnits { of: a(), unit, expected };
    check(|p| p.proposals[0].ask = Amount::new(10, unit), &[refused]);
    let refused = Refused::MixedUnits { of: "g".to_owned(), unit, expected };
    check(|p| p.groups[0].cap = Some(Amount::new(10, unit)), &[refused]);
}

#[test]
fn sums_beyond_64_bits_are_refused() {
    let asks = Refused::Overflow { what: Summed::Asks };
    check(|p| p.proposals[0].ask = cny(i64::MAX), &[asks]);
    let scores = || Refused::Overflow { what: Summed::Scores };
    check(|p| p.proposals[0].score = i64::MAX, &[scores()]);
    check(
        |p| {
            p.aim = Aim::ScoreTimesAmount;
            p.proposals[0].score = i64::MAX / 9;
        },
        &[scores()],
    );
}

#[test]
fn awards_already_decided_beyond_a_limit_are_refused_naming_the_limit() {
    check(
        |p| {
            awarded(&mut p.proposals[0]);
            p.funds[0].budget = cny(9);
        },
        &[Refused::AwardedBeyondBudget { fund: "f".to_owned(), awarded: cny(10), budget: cny(9) }],
    );
    check(
        |p| {
            awarded(&mut p.proposals[0]);
            p.groups[0].cap = Some(cny(9));
        },
        &[Refused::AwardedBeyondCap { group: "g".to_owned(), awarded: cny(10), cap: cny(9) }],
    );
    check(
        |p| {
            p.proposals.iter_mut().for_each(awarded);
            p.most = Some(1);
        },
        &[Refused::AwardedBeyondMost { awarded: 2, most: 1 }],
    );
}

#[test]
fn numbers_of_awards_that_cannot_be_are_refused() {
    check(
        |p| (p.least, p.most) = (Some(2), Some(1)),
        &[Refused::LeastAboveMost { least: 2, most: 1 }],
    );
    check(|p| p.least = Some(3), &[Refused::LeastUnreachable { least: 3 }]);
    let mut problem = rounds([proposal("a", 1, 10), proposal("b", 1, 10)], 100);
    problem.least = Some(1);
    problem.most = Some(2);
    assert!(sheet(&problem, &Limits::default()).is_ok());
}

#[test]
fn all_faults_are_listed_at_once() {
    check(
        |p| {
            p.proposals[0].ask = cny(0);
            p.proposals[1].score = -4;
            p.funds[0].budget = cny(-2);
        },
        &[
            Refused::BudgetNegative { fund: "f".to_owned(), budget: cny(-2) },
            Refused::AskNotPositive { proposal: "a".to_owned(), ask: cny(0) },
            Refused::ScoreNegative { proposal: "b".to_owned(), score: -4 },
        ],
    );
}

#[test]
fn refusals_say_what_to_do_next() {
    let refused = Refused::UnknownFund { proposal: "a".to_owned(), fund: "x".to_owned() };
    let text = "proposal `a` names the unknown fund `x`; list the fund with its budget";
    assert_eq!(refused.to_string(), text);
    let refused = Refused::LeastNotFound { least: 9, found: 8 };
    let text = "no sheet of `9` awards was found, only of 8; lower it or raise the limits";
    assert_eq!(refused.to_string(), text);
}
