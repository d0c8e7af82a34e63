//! Full-size and awkward rounds. Nothing here is timed; the default limits bound the work.

use crate::instances::{KINDS, Kind, Size, TARGET, round};
use crate::rules::{cny, proposal, rounds};
use selection::{Limits, sheet};

#[test]
fn every_kind_of_full_size_round_is_proven_within_a_thousandth() {
    for kind in KINDS {
        for seed in [11, 12] {
            let sheet = sheet(&round(kind, TARGET, seed), &Limits::default()).expect("is sound");
            assert!(sheet.gap_ppm <= 1_000, "{kind:?}/{seed}: {} ppm", sheet.gap_ppm);
            assert!(sheet.steps > 0 && sheet.score > 0);
        }
    }
}

#[test]
fn equal_proposals_and_plain_caps_are_solved_outright() {
    for kind in [Kind::Equal, Kind::TightCaps, Kind::Skewed] {
        let sheet = sheet(&round(kind, TARGET, 3), &Limits::default()).expect("is sound");
        assert_eq!(sheet.gap_ppm, 0, "{kind:?}");
    }
}

#[test]
fn a_round_of_twenty_is_proven_best_unless_its_scores_are_its_asks() {
    let size = Size { proposals: 20, funds: 3, groups: 2 };
    for kind in KINDS {
        for seed in 0..5 {
            let sheet = sheet(&round(kind, size, seed), &Limits::default()).expect("is sound");
            // A group of fourteen may have more undominated selections than are listed.
            let most = if kind == Kind::SubsetSum { 50_000 } else { 0 };
            assert!(sheet.gap_ppm <= most, "{kind:?}/{seed}: {} ppm", sheet.gap_ppm);
        }
    }
}

#[test]
fn equal_input_gives_an_equal_sheet() {
    let size = Size { proposals: 300, funds: 3, groups: 30 };
    for kind in KINDS {
        let problem = round(kind, size, 5);
        assert_eq!(sheet(&problem, &Limits::default()), sheet(&problem, &Limits::default()));
    }
}

#[test]
fn one_group_holding_half_the_round_keeps_its_bound() {
    for (kind, most) in [(Kind::Uncorrelated, 2_000), (Kind::Fine, 2_000), (Kind::Strong, 10_000)] {
        let mut problem = round(kind, Size { proposals: 600, funds: 3, groups: 2 }, 9);
        let funded: i64 = problem.funds.iter().map(|fund| fund.budget.minor).sum();
        problem.groups[0].cap = Some(cny(funded / 4));
        let sheet = sheet(&problem, &Limits::default()).expect("is sound");
        assert!(sheet.gap_ppm <= most, "{kind:?}: {} ppm", sheet.gap_ppm);
    }
}

#[test]
fn a_limit_on_the_number_is_priced_too() {
    let mut problem = round(Kind::Fine, TARGET, 21);
    problem.most = Some(400);
    let few = sheet(&problem, &Limits::default()).expect("is sound");
    assert!(few.chosen.len() <= 400 && few.gap_ppm <= 1_000, "{} ppm", few.gap_ppm);
    problem.most = None;
    let free = sheet(&problem, &Limits::default()).expect("is sound");
    let more = u32::try_from(free.chosen.len()).expect("is sound") + 40;
    problem.least = Some(more);
    let many = sheet(&problem, &Limits::default()).expect("is sound");
    assert!(many.chosen.len() >= usize::try_from(more).expect("is sound"));
    assert!(many.gap_ppm <= 1_000, "{} ppm", many.gap_ppm);
    assert!(many.score <= free.bound);
}

#[test]
fn five_hundred_million_yuan_and_sums_near_the_end_of_64_bits_are_exact() {
    let pool = 50_000_000_000;
    let exact = [("a", 1, pool - 1), ("b", 1, 1), ("c", 1, 2)];
    let mut problem = rounds(exact.map(|(id, score, ask)| proposal(id, score, ask)), pool);
    let found = sheet(&problem, &Limits::default()).expect("is sound");
    assert_eq!((found.score, found.bound), (2, 2));
    let huge = i64::MAX / 4;
    problem = rounds([proposal("a", huge, huge), proposal("b", huge, huge - 1)], huge);
    let found = sheet(&problem, &Limits::default()).expect("is sound");
    assert_eq!((found.score, found.gap_ppm), (huge, 0));
    problem = rounds([proposal("a", huge, huge), proposal("b", huge + 1, huge + 1)], 2 * huge + 1);
    let found = sheet(&problem, &Limits::default()).expect("is sound");
    assert_eq!((found.score, found.gap_ppm), (2 * huge + 1, 0));
}
