use super::support::graph;
use crate::{
    Project, Ratio, Sum, TallyError, Thresholds, flags_of_captures, supplier_capture,
    supplier_capture_by_group,
};
use base::{Amount, Unit};

/// Reads projects such as `X Y 10; X 5; 7`: suppliers, then money.
fn projects(text: &str) -> Vec<Project<&str>> {
    text.split(';')
        .map(|part| {
            let mut words: Vec<&str> = part.split_whitespace().collect();
            let minor = words.pop().unwrap().parse().unwrap();
            let amount = Amount::new(minor, Unit::CNY);
            Project { beneficiary: "A", suppliers: words, amount }
        })
        .collect()
}

#[test]
fn sole_and_co_supply_are_counted_apart() {
    let found = supplier_capture(Unit::CNY, &projects("X 10; X Y 20; Y 30; X X 40; 50")).unwrap();
    assert_eq!((found.projects, found.projects_unknown, found.amount), (4, 1, Sum::new(100)));
    let x = &found.suppliers[0];
    assert_eq!((x.supplier, x.sole, x.co), ("X", 2, 1));
    assert_eq!((x.sole_amount, x.co_amount), (Sum::new(50), Sum::new(20)));
    assert_eq!((x.sole_share, x.any_share), (Ratio::of_counts(2, 4), Ratio::of_counts(3, 4)));
    assert_eq!(x.sole_amount_share, Ratio::of_counts(50, 100));
    assert_eq!(x.any_amount_share, Ratio::of_counts(70, 100));
    let y = &found.suppliers[1];
    assert_eq!((y.supplier, y.sole, y.co), ("Y", 1, 1));
}

#[test]
fn two_suppliers_of_one_group_are_one_sole_supplier() {
    let graph = graph("G>X 100; G>Y 100");
    let all = projects("X Y 20; X Z 30; Y 5");
    let found = supplier_capture_by_group(Unit::CNY, &all, &graph).unwrap();
    let top = &found.suppliers[0];
    assert_eq!((top.supplier, top.sole, top.co), ("G", 2, 1));
    assert_eq!(found.suppliers[1].supplier, "Z");
}

#[test]
fn capture_is_flagged_above_half_of_enough_projects() {
    let flags = |text: &'static str| {
        let found = supplier_capture(Unit::CNY, &projects(text)).unwrap();
        flags_of_captures(&found, &Thresholds::default())
    };
    assert_eq!(flags("X 1; X 1; X 1; Y 1; Y 1; Y 1"), vec![]);
    let found = flags("X 1; X 1; X Z 1; X 1; Y 1; Y 1");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].formula, "(sole + co-supplied projects) / projects = (3 + 1) / 6");
    assert_eq!(found[0].value, 666_666);
    assert_eq!(flags("X 1; X 1; X 1; X 1"), vec![]);
    assert_eq!(flags("X 1; X 1; X 1; X 1; X 1").len(), 1);
}

#[test]
fn no_projects_capture_nothing() {
    let found = supplier_capture::<&str>(Unit::CNY, &[]).unwrap();
    assert_eq!((found.projects, found.suppliers.len()), (0, 0));
    let free = supplier_capture(Unit::CNY, &projects("X 0")).unwrap();
    assert_eq!(free.suppliers[0].sole_share, Ratio::of_counts(1, 1));
    assert_eq!(free.suppliers[0].sole_amount_share, None);
}

#[test]
fn bad_project_rows_are_refused_by_place() {
    let mut all = projects("X 1; X -1");
    let amount = Amount::new(-1, Unit::CNY);
    let refused = supplier_capture(Unit::CNY, &all);
    assert_eq!(refused.unwrap_err(), TallyError::NegativeRow { row: 1, amount });
    all[1].amount = Amount::new(1, Unit::EUR);
    assert!(matches!(
        supplier_capture(Unit::CNY, &all),
        Err(TallyError::UnitMismatch { row: 1, .. })
    ));
}
