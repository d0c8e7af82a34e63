//! What a sheet says: reasons, ties, decided awards, its written form.

use base::{Amount, Unit};
use selection::{
    Aim, Fund, Group, Limits, Problem, Proposal, Reason, Refused, Sheet, Standing, sheet,
};

pub(crate) fn cny(minor: i64) -> Amount {
    Amount::new(minor, Unit::CNY)
}

/// An open proposal to fund `f`.
pub(crate) fn proposal(id: &str, score: i64, ask: i64) -> Proposal {
    Proposal {
        id: id.to_owned(),
        score,
        ask: cny(ask),
        funds: vec!["f".to_owned()],
        group: None,
        standing: Standing::Open,
    }
}

/// A round of one fund `f`.
pub(crate) fn rounds(proposals: impl IntoIterator<Item = Proposal>, budget: i64) -> Problem {
    Problem {
        proposals: proposals.into_iter().collect(),
        funds: vec![Fund { id: "f".to_owned(), budget: cny(budget) }],
        groups: Vec::new(),
        least: None,
        most: None,
        aim: Aim::Score,
    }
}

pub(crate) fn of_group(mut proposal: Proposal, group: &str) -> Proposal {
    proposal.group = Some(group.to_owned());
    proposal
}

pub(crate) fn group(id: &str, cap: Option<i64>) -> Group {
    Group { id: id.to_owned(), cap: cap.map(cny) }
}

fn made(problem: &Problem) -> Sheet {
    sheet(problem, &Limits::default()).expect("the round is sound")
}

fn chosen(sheet: &Sheet) -> Vec<&str> {
    sheet.chosen.iter().map(|award| award.proposal.as_str()).collect()
}

fn reason<'a>(sheet: &'a Sheet, id: &str) -> &'a Reason {
    &sheet.unchosen.iter().find(|u| u.proposal == id).expect("has no award").reason
}

#[test]
fn an_empty_round_has_an_empty_sheet() {
    let sheet = made(&rounds([], 100));
    assert_eq!((sheet.score, sheet.bound, sheet.gap_ppm), (0, 0, 0));
    let nothing = Problem { funds: Vec::new(), ..rounds([], 0) };
    assert!(made(&nothing).chosen.is_empty());
}

#[test]
fn a_zero_budget_and_a_cap_below_every_ask_fund_nothing() {
    let broke = made(&rounds([proposal("a", 5, 10)], 0));
    assert_eq!((broke.gap_ppm, broke.chosen.len()), (0, 0));
    assert_eq!(*reason(&broke, "a"), Reason::AskAboveBudget { fund: "f".to_owned(), most: cny(0) });
    let mut problem = rounds([of_group(proposal("a", 5, 10), "g")], 100);
    problem.groups.push(group("g", Some(9)));
    let capped = made(&problem);
    assert_eq!(*reason(&capped, "a"), Reason::AskAboveCap { group: "g".to_owned(), most: cny(9) });
}

#[test]
fn one_giant_proposal_wins_only_when_it_is_worth_all_others() {
    let small = || (0..10).map(|i| proposal(&format!("s{i}"), 10, 10));
    let giant = |score| rounds(small().chain([proposal("giant", score, 100)]), 100);
    assert_eq!(chosen(&made(&giant(101))), ["giant"]);
    let lost = made(&giant(99));
    assert_eq!(lost.chosen.len(), 10);
    let left = cny(0);
    assert_eq!(*reason(&lost, "giant"), Reason::LowerScorePerAmount { fund: "f".to_owned(), left });
}

#[test]
fn every_reason_is_told() {
    let mut problem = rounds(
        [
            of_group(proposal("taken", 50, 60), "g"),
            of_group(proposal("capped", 40, 50), "g"),
            proposal("dense", 9, 8),
            proposal("zero", 0, 1),
            Proposal { standing: Standing::Refused, ..proposal("refused", 90, 1) },
        ],
        67,
    );
    problem.groups.push(group("g", Some(100)));
    let sheet = made(&problem);
    assert_eq!(chosen(&sheet), ["taken"]);
    let fund = || "f".to_owned();
    let left = cny(40);
    let capped = Reason::GroupCapReached { group: "g".to_owned(), left };
    assert_eq!(*reason(&sheet, "capped"), capped);
    assert_eq!(*reason(&sheet, "dense"), Reason::FundExhausted { fund: fund(), left: cny(7) });
    assert_eq!(*reason(&sheet, "zero"), Reason::NoScore);
    assert_eq!(*reason(&sheet, "refused"), Reason::Refused);
    problem.most = Some(1);
    assert_eq!(*reason(&made(&problem), "dense"), Reason::NumberReached);
}

#[test]
fn among_equals_the_earlier_is_funded() {
    let equal = |id: &str| proposal(id, 7, 30);
    let sheet = made(&rounds(["a", "b", "c", "d"].map(equal), 70));
    assert_eq!(chosen(&sheet), ["a", "b"]);
    let mut problem = rounds(["a", "b", "c", "d"].map(equal), 70);
    for (proposal, group) in problem.proposals.iter_mut().zip(["g", "g", "h", "h"]) {
        proposal.group = Some(group.to_owned());
    }
    problem.groups = vec![group("g", Some(30)), group("h", Some(60))];
    assert_eq!(chosen(&made(&problem)), ["a", "c"], "b would break its group's cap");
}

#[test]
fn decided_awards_stay_and_are_counted_against_budget_cap_and_number() {
    let mut problem = rounds(
        [
            Proposal {
                standing: Standing::Awarded { fund: "f".to_owned() },
                ..of_group(proposal("old", 1, 60), "g")
            },
            of_group(proposal("same", 80, 30), "g"),
            proposal("other", 50, 40),
        ],
        100,
    );
    problem.groups.push(group("g", Some(80)));
    let sheet = made(&problem);
    assert_eq!(chosen(&sheet), ["old", "other"]);
    assert!(sheet.chosen[0].is_decided && !sheet.chosen[1].is_decided);
    assert_eq!((sheet.score, sheet.bound), (51, 51));
    assert_eq!((sheet.funds[0].used, sheet.funds[0].left), (cny(100), cny(0)));
    assert_eq!((sheet.groups[0].used, sheet.groups[0].left), (cny(60), Some(cny(20))));
}

#[test]
fn a_proposal_is_paid_by_at_most_one_of_its_funds() {
    let mut problem = rounds([proposal("a", 9, 60), proposal("b", 5, 50)], 60);
    problem.funds.push(Fund { id: "h".to_owned(), budget: cny(70) });
    problem.proposals[0].funds.push("h".to_owned());
    let sheet = made(&problem);
    let paid: Vec<_> =
        sheet.chosen.iter().map(|a| (a.proposal.as_str(), a.fund.as_str())).collect();
    assert_eq!(paid, [("a", "h"), ("b", "f")]);
}

#[test]
fn the_aim_may_weigh_scores_by_amounts() {
    let mut problem = rounds([proposal("large", 5, 90), proposal("small", 9, 20)], 100);
    assert_eq!(chosen(&made(&problem)), ["small"]);
    problem.aim = Aim::ScoreTimesAmount;
    let sheet = made(&problem);
    assert_eq!((chosen(&sheet), sheet.score), (vec!["large"], 450));
}

#[test]
fn a_least_number_is_met_or_refused_with_proof() {
    let mut problem =
        rounds([proposal("a", 90, 90), proposal("b", 1, 40), proposal("c", 0, 40)], 100);
    assert_eq!(chosen(&made(&problem)), ["a"]);
    problem.least = Some(2);
    assert_eq!(chosen(&made(&problem)), ["b", "c"]);
    problem.least = Some(3);
    let refused = sheet(&problem, &Limits::default()).expect_err("is refused");
    assert_eq!(refused, [Refused::LeastUnreachable { least: 3 }]);
}

#[test]
fn the_gap_is_rounded_up_and_leaves_decided_awards_out() {
    let limits = Limits { price_rounds: 0, states: 0, steps: 0, ..Limits::default() };
    let mut problem = rounds([proposal("a", 3, 10), proposal("b", 4, 11)], 20);
    let open = sheet(&problem, &limits).expect("is sound");
    problem.proposals.push(Proposal {
        standing: Standing::Awarded { fund: "f".to_owned() },
        ..proposal("old", 1_000, 1)
    });
    problem.funds[0].budget = cny(21);
    let with_decided = sheet(&problem, &limits).expect("is sound");
    assert!(open.bound > open.score, "the limits leave a gap, or this test proves nothing");
    assert_eq!(open.gap_ppm, with_decided.gap_ppm);
    let missed = u64::try_from(open.bound - open.score).expect("is sound") * 1_000_000;
    let possible = u64::try_from(open.bound).expect("is sound");
    assert_eq!(u64::from(open.gap_ppm), missed.div_ceil(possible));
}

#[test]
fn problem_and_sheet_survive_being_written_down() {
    let mut problem = rounds([of_group(proposal("a", 9, 60), "g"), proposal("b", 5, 50)], 60);
    problem.groups.push(group("g", None));
    let text = serde_json::to_string(&problem).expect("is sound");
    assert_eq!(serde_json::from_str::<Problem>(&text).expect("is sound"), problem);
    let sheet = made(&problem);
    let text = serde_json::to_string(&sheet).expect("is sound");
    assert_eq!(serde_json::from_str::<Sheet>(&text).expect("is sound"), sheet);
}
