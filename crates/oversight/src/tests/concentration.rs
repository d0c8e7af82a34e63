use super::support::{award, graph, tally};
use crate::tally::rows_checked;
use crate::{
    Award, Ownership, ROWS_MAX, Ratio, Sum, Tally, TallyError, concentration_ratio,
    effective_number, hhi, hidden_concentration, shares, shares_top,
};
use base::{Amount, Unit};
use proptest::prelude::*;

fn ratio(num: u64, den: u64) -> Option<Ratio> {
    Ratio::of_counts(num, den)
}

#[test]
fn the_index_is_the_sum_of_squared_shares() {
    for (sums, index) in [
        ("A 50, B 30, C 20", ratio(38, 100)),
        ("A 1, B 1, C 1, D 1", ratio(1, 4)),
        ("A 7", ratio(1, 1)),
        ("A 40, B 30, C 20, D 10", ratio(3_000, 10_000)),
        ("A 10, A 40, B 50", ratio(1, 2)),
        ("A 10, A -10, B 5", ratio(1, 1)),
    ] {
        assert_eq!(hhi(&tally(sums)), index, "{sums}");
    }
}

#[test]
fn nothing_has_no_concentration() {
    let nothing = Tally::<&str>::of(Unit::CNY, &[]).unwrap();
    assert_eq!(hhi(&nothing), None);
    assert_eq!(hhi(&tally("A 0, B 0")), None);
    assert_eq!(concentration_ratio(&nothing, 4), None);
    assert_eq!(effective_number(&nothing), None);
    assert_eq!(hidden_concentration(&nothing, &graph("A>B 100")), None);
    assert_eq!(shares(&tally("A 0"))[0].share, None);
}

#[test]
fn the_largest_few_are_added_up() {
    let tally = tally("A 40, B 25, C 20, D 10, E 5");
    for (count, expected) in [(0, 0), (1, 40), (2, 65), (4, 95), (5, 100), (9, 100)] {
        assert_eq!(concentration_ratio(&tally, count), ratio(expected, 100), "CR{count}");
    }
    assert_eq!(effective_number(&tally).map(|n| n.scaled(100)), Some(363));
}

#[test]
fn equal_shares_are_ranked_by_key() {
    let tally = tally("C 5, A 5, B 10, D 1");
    let names = |count| shares_top(&tally, count).iter().map(|s| s.key).collect::<Vec<_>>();
    assert_eq!(names(2), ["B", "A"]);
    assert_eq!(names(9), ["B", "A", "C", "D"]);
    assert_eq!(shares_top(&tally, 1)[0].amount.amount(Unit::CNY), Some(Amount::new(10, Unit::CNY)));
}

#[test]
fn units_never_mix() {
    let euro = Award { org: "A", amount: Amount::new(1, Unit::EUR) };
    let refused = Tally::of(Unit::CNY, &[award("A", 1), euro]).unwrap_err();
    let (expected, found) = (Unit::CNY, Unit::EUR);
    assert_eq!(refused, TallyError::UnitMismatch { row: 1, expected, found });
    assert_eq!(refused.to_string(), "row 1 is in `EUR`, not `CNY`: measure each unit by itself");
    assert!(tally("A 1").with(&euro).is_err());
}

#[test]
fn a_negative_total_is_refused() {
    let refused = Tally::of(Unit::CNY, &[award("A", 9), award("B", 1), award("B", -2)]);
    let total = Sum::new(-1);
    assert_eq!(refused.unwrap_err(), TallyError::NegativeTotal { row: 1, total });
    assert!(tally("A 1").with(&award("A", -2)).is_err());
    assert_eq!(tally("A 1").with(&award("A", -1)).unwrap().total(), Sum::new(0));
}

#[test]
fn more_rows_than_can_be_exact_are_refused() {
    assert_eq!(rows_checked(ROWS_MAX), Ok(ROWS_MAX));
    assert_eq!(rows_checked(ROWS_MAX + 1), Err(TallyError::TooManyRows(ROWS_MAX + 1)));
}

#[test]
fn the_largest_amounts_are_measured_exactly() {
    let most = i64::MAX;
    let rows: Vec<_> = (0..300_000_u32)
        .map(|i| Award { org: i % 3, amount: Amount::new(most, Unit::CNY) })
        .collect();
    let tally = Tally::of(Unit::CNY, &rows).unwrap();
    assert_eq!(tally.total().minor(), i128::from(most) * 300_000);
    assert_eq!(tally.total().amount(Unit::CNY), None);
    assert_eq!(hhi(&tally), ratio(1, 3));
    assert!(hhi(&tally).unwrap().exceeds_points(3_333));
    assert!(!hhi(&tally).unwrap().exceeds_points(3_334));
    let one = Award { org: 0, amount: Amount::new(1, Unit::CNY) };
    let more = hhi(&tally.with(&one).unwrap()).unwrap();
    assert!(more > hhi(&tally).unwrap(), "one fen more is seen");
    let change = more.minus(&hhi(&tally).unwrap());
    assert!(change.exceeds_points(0) && change.points() == 0);
    let text = serde_json::to_string(&tally.total()).unwrap();
    assert_eq!(serde_json::from_str::<Sum>(&text).unwrap(), tally.total());
}

#[test]
fn sums_read_back_or_are_refused() {
    for text in
        [r#""""#, r#""1.5""#, r#""x""#, "1", r#""-170141183460469231731687303715884105728""#]
    {
        assert!(serde_json::from_str::<Sum>(text).is_err(), "{text}");
    }
}

#[test]
fn owners_show_what_entities_hide() {
    let graph = graph("G>A 100; G>B 60; X>C 100");
    let by_entity = tally("A 30, B 30, C 40");
    let hidden = hidden_concentration(&by_entity, &graph).unwrap();
    assert_eq!(Some(hidden.by_entity), ratio(34, 100));
    assert_eq!(Some(hidden.by_group), ratio(52, 100));
    assert_eq!(hidden.hidden.points(), 1_800);
    let by_group = by_entity.by_group(&graph);
    assert_eq!(by_group.sums(), [("G", Sum::new(60)), ("X", Sum::new(40))]);
    assert_eq!((by_group.total(), by_group.rows()), (by_entity.total(), 3));
    // Who is not in the graph is a group of one.
    assert_eq!(tally("Q 5").by_group(&graph).sums(), [("Q", Sum::new(5))]);
}

fn any_awards() -> impl Strategy<Value = Vec<Award<u8>>> {
    let minor = prop_oneof![3 => 0..1_000_i64, 1 => 0..=i64::MAX, 1 => Just(i64::MAX)];
    let row = (0..12_u8, minor);
    let row = row.prop_map(|(org, minor)| Award { org, amount: Amount::new(minor, Unit::CNY) });
    prop::collection::vec(row, 0..40)
}

fn any_ownership() -> impl Strategy<Value = Ownership<u8>> {
    let pairs = prop::collection::vec((0..12_u8, 0..12_u8), 0..12);
    pairs.prop_map(|pairs| {
        let said = pairs.into_iter().map(|(owner, owned)| crate::Statement {
            owner,
            owned,
            kind: crate::InterestKind::Shares,
            share: Some(base::Ppm::ONE),
            valid_from: None,
            valid_to: None,
            grade: crate::Grade::Register,
        });
        let said: Vec<_> = said.collect();
        Ownership::at(&[], &said, super::support::date("2020-01-01"), &Default::default())
    })
}

proptest! {
    #[test]
    fn joining_to_groups_never_lowers_concentration(
        awards in any_awards(),
        graph in any_ownership(),
    ) {
        let by_entity = Tally::of(Unit::CNY, &awards).unwrap();
        let by_group = by_entity.by_group(&graph);
        prop_assert!(hhi(&by_group) >= hhi(&by_entity));
        for count in [1, 4] {
            let (group, entity) =
                (concentration_ratio(&by_group, count), concentration_ratio(&by_entity, count));
            prop_assert!(group >= entity);
        }
        if let Some(hidden) = hidden_concentration(&by_entity, &graph) {
            prop_assert!(!hidden.hidden.is_negative());
        }
    }

    #[test]
    fn shares_add_up_to_one(awards in any_awards()) {
        let tally = Tally::of(Unit::CNY, &awards).unwrap();
        let all = shares(&tally);
        let sum: i128 = all.iter().map(|share| share.amount.minor()).sum();
        let paid: i128 = awards.iter().map(|award| i128::from(award.amount.minor)).sum();
        prop_assert_eq!((sum, tally.total().minor()), (paid, paid));
        prop_assert!(all.windows(2).all(|pair| pair[0].share >= pair[1].share));
        if paid > 0 {
            prop_assert_eq!(concentration_ratio(&tally, all.len()), ratio(1, 1));
            let index = hhi(&tally).unwrap();
            let count = u64::try_from(all.len()).unwrap();
            prop_assert!(Some(index) >= ratio(1, count) && Some(index) <= ratio(1, 1));
            prop_assert!(Some(index) <= all[0].share);
            // Sorting of rows does not matter.
            let turned: Vec<_> = awards.iter().rev().copied().collect();
            prop_assert_eq!(hhi(&Tally::of(Unit::CNY, &turned).unwrap()), Some(index));
        }
    }
}
