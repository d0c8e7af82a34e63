use super::support::graph;
use crate::{
    Dependence, Dependences, Ratio, Repository, Thresholds, flags_of_dependence,
    upstream_dependence,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Reads repositories such as `m1 A: d1 m0; d1* B`: name, owner, upstream; a star is a dataset.
pub(super) fn repositories(text: &str) -> Vec<Repository<&str, &str>> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (who, upstream) = part.split_once(':').unwrap_or((part, ""));
            let (name, owner) = who.trim().split_once(' ').unwrap();
            let key = name.trim_end_matches('*');
            let upstream = upstream.split_whitespace().collect();
            Repository { key, owner, is_model: key == name, upstream }
        })
        .collect()
}

/// Writes rows as `d1 1 own 2 others 3/4`: direct, own, others of the models of others.
fn shown<T: std::fmt::Display>(rows: &[Dependence<T>]) -> String {
    let row = |row: &Dependence<T>| {
        assert!(row.direct <= row.own + row.others, "{}", row.key);
        let Dependence { key, direct, own, others, others_models, .. } = row;
        format!("{key} {direct} own {own} others {others}/{others_models}")
    };
    rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

fn entity(text: &str) -> Dependences<&str, &str> {
    upstream_dependence(&repositories(text), |owner| *owner)
}

fn check(text: &str, repositories: &str, owners: &str, outside: &str) {
    let found = entity(text);
    assert_eq!(shown(&found.repositories), repositories, "{text}");
    assert_eq!(shown(&found.owners), owners, "{text}");
    assert_eq!(shown(&found.outside), outside, "{text}");
}

#[test]
fn dependence_is_passed_on_through_models_and_datasets() {
    check(
        "m1 A: m0; m2 B: m1; m0 C: d1; d1* D: d0; d0* E; m9 F",
        "d0 0 own 0 others 3/4, d1 1 own 0 others 3/4, m0 1 own 0 others 2/3, m1 1 own 0 others 1/3",
        "D 1 own 0 others 3/4, E 0 own 0 others 3/4, C 1 own 0 others 2/3, A 1 own 0 others 1/3",
        "",
    );
}

#[test]
fn a_dataset_made_from_another_is_no_dependent_model() {
    check("d1* A: d0; d0* B", "", "", "");
    let found = entity("d1* A: d0; d0* B");
    assert_eq!((found.models, found.models_silent), (0, 0));
}

#[test]
fn own_models_and_those_of_others_are_counted_apart() {
    check(
        "d* A; m1 A: d; m2 A: d; m3 B: d; m4 C",
        "d 3 own 2 others 1/2",
        "A 3 own 2 others 1/2",
        "",
    );
}

#[test]
fn an_owner_whose_two_repositories_one_model_uses_counts_it_once() {
    check(
        "d* A; e* A; m1 B: d e; m2 B: e",
        "e 2 own 0 others 2/2, d 1 own 0 others 1/2",
        "A 2 own 0 others 2/2",
        "",
    );
}

#[test]
fn circles_and_names_of_itself_end_and_make_nothing_rest_on_itself() {
    check("m A: m", "", "", "");
    check(
        "m1 A: m2; m2 B: m1; m3 C: m1 m1",
        "m1 2 own 0 others 2/2, m2 1 own 0 others 2/2",
        "A 2 own 0 others 2/2, B 1 own 0 others 2/2",
        "",
    );
    // Inside one owner each member of the circle rests on the other.
    check(
        "m1 A: m2; m2 A: m1",
        "m1 1 own 1 others 0/0, m2 1 own 1 others 0/0",
        "A 2 own 2 others 0/0",
        "",
    );
}

#[test]
fn what_is_not_in_the_list_lies_outside_and_is_counted() {
    let text = "m1 A: far/base; m2 B: m1 far/other; m3 C; d* D: far/data; m4 D: d";
    check(
        text,
        "m1 1 own 0 others 1/3, d 1 own 1 others 0/3",
        "A 1 own 0 others 1/3, D 1 own 1 others 0/3",
        "far/base 1 own 0 others 2/4, far/data 0 own 0 others 1/4, far/other 1 own 0 others 1/4",
    );
    let found = entity(text);
    assert_eq!((found.models, found.models_silent, found.models_outside), (4, 1, 3));
}

#[test]
fn repositories_of_one_group_are_own_to_each_other() {
    let owners = graph("G>A 100; G>B 60");
    let all = repositories("d* A; m1 B: d; m2 C: d m1");
    let found = upstream_dependence(&all, |owner| owners.group_head(owner));
    assert_eq!(shown(&found.owners), "A 2 own 1 others 1/1, B 1 own 0 others 1/1");
    assert_eq!(shown(&found.groups), "G 2 own 1 others 1/1");
    assert_eq!(found.groups[0].share, Ratio::of_counts(2, 2));
    assert_eq!(found.groups[0].others_share, Ratio::of_counts(1, 1));
}

#[test]
fn a_key_given_twice_is_one_repository() {
    check(
        "d* B; m A: d; d* A; m A: e; e* C",
        "e 1 own 0 others 1/1, d 1 own 1 others 0/0",
        "C 1 own 0 others 1/1, A 1 own 1 others 0/0",
        "",
    );
}

#[test]
fn dependence_is_flagged_above_half_of_enough_models_of_others() {
    let flags = |text: &str| {
        let found = entity(text);
        let flags = flags_of_dependence(&found.groups, &Thresholds::default());
        flags
            .iter()
            .map(|one| format!("{:?} {} {}", one.rows[0].key, one.value, one.formula))
            .collect::<Vec<_>>()
    };
    // Three of five; own models, however many, change nothing.
    let own = "a A: d; b A: d; c A: d; d* A; ";
    assert_eq!(
        flags(&format!("{own} m1 B: d; m2 B: d; m3 C: m2; m4 C; m5 C")),
        ["\"A\" 600000 models of others that rest on it / models of others = 3 / 5"]
    );
    assert!(flags(&format!("{own} m1 B: d; m2 B: d; m3 B: d; m4 C")).is_empty(), "four are few");
    assert!(
        flags("d* A; m1 B: d; m2 B: d; m3 B: d; m4 C; m5 C; m6 C").is_empty(),
        "half is not more"
    );
}

const FEW: u8 = 9;
/// More than one pass carries.
const MANY: usize = 300;

fn any_repository(keys: u8) -> impl Strategy<Value = Repository<u8, u8>> {
    let upstream = prop::collection::vec(0..keys + 3, 0..4);
    (0..keys, 0..4_u8, any::<bool>(), upstream)
        .prop_map(|(key, owner, is_model, upstream)| Repository { key, owner, is_model, upstream })
}

/// Of two owners in a group, the smaller is the head.
fn pair(owner: &u8) -> u8 {
    owner / 2 * 2
}

/// Everything that a repository rests on, by asking again until nothing is added.
fn rests_on(all: &[Repository<u8, u8>], from: u8) -> BTreeSet<u8> {
    let mut found = BTreeSet::from([from]);
    loop {
        let before = found.len();
        for one in all.iter().filter(|one| found.contains(&one.key)).collect::<Vec<_>>() {
            found.extend(&one.upstream);
        }
        if found.len() == before {
            found.remove(&from);
            return found;
        }
    }
}

/// Counts by the definition, one question at a time: direct, own, others, models of others.
fn naive(
    all: &[Repository<u8, u8>],
    is_in: impl Fn(u8) -> bool,
    group: Option<u8>,
) -> (u64, u64, u64, u64) {
    let owner = |key: u8| all.iter().filter(|one| one.key == key).map(|one| one.owner).min();
    let models: BTreeSet<u8> = all.iter().filter(|one| one.is_model).map(|one| one.key).collect();
    let number = |test: &dyn Fn(u8) -> bool| {
        u64::try_from(models.iter().filter(|model| test(**model)).count()).unwrap()
    };
    let is_own = |model: u8| owner(model).map(|one| pair(&one)) == group;
    let rests = |model: u8| rests_on(all, model).into_iter().any(&is_in);
    let names = |model: u8| {
        let mut upstream = all.iter().filter(|one| one.key == model).flat_map(|one| &one.upstream);
        upstream.any(|to| *to != model && is_in(*to))
    };
    (
        number(&names),
        number(&|model| is_own(model) && rests(model)),
        number(&|model| !is_own(model) && rests(model)),
        number(&|model| !is_own(model)),
    )
}

fn figures(rows: &[Dependence<u8>], key: u8) -> Option<(u64, u64, u64, u64)> {
    let row = rows.iter().find(|row| row.key == key)?;
    assert_eq!(row.others_share, Ratio::of_counts(row.others, row.others_models));
    Some((row.direct, row.own, row.others, row.others_models))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_figure_is_as_defined(all in prop::collection::vec(any_repository(FEW), 0..14)) {
        let found = upstream_dependence(&all, pair);
        let owner = |key: u8| all.iter().filter(|one| one.key == key).map(|one| one.owner).min();
        let some = |figures: (u64, u64, u64, u64)| (figures.1 + figures.2 > 0).then_some(figures);
        for key in 0..FEW + 3 {
            let rows = if owner(key).is_some() { &found.repositories } else { &found.outside };
            let expected = naive(&all, |one| one == key, owner(key).map(|one| pair(&one)));
            prop_assert_eq!(figures(rows, key), some(expected), "repository {}", key);
        }
        for who in 0..4 {
            let expected = naive(&all, |one| owner(one) == Some(who), Some(pair(&who)));
            prop_assert_eq!(figures(&found.owners, who), some(expected), "owner {}", who);
            let of_group = |one: u8| owner(one).is_some_and(|one| pair(&one) == who);
            let expected = naive(&all, of_group, Some(who));
            prop_assert_eq!(figures(&found.groups, who), some(expected), "group {}", who);
        }
        let (_, _, outside, _) = naive(&all, |one| owner(one).is_none(), None);
        prop_assert_eq!(found.models_outside, outside);
    }

    #[test]
    fn order_does_not_matter(
        (all, shuffled) in prop::collection::vec(any_repository(FEW), 0..14)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(upstream_dependence(&all, pair), upstream_dependence(&shuffled, pair));
    }
}

#[test]
fn more_models_than_one_pass_carries_are_all_counted() {
    let chain = |place: usize| Repository {
        key: place,
        owner: place % 2,
        is_model: true,
        upstream: vec![place + 1],
    };
    let all: Vec<_> = (0..MANY).map(chain).collect();
    let found = upstream_dependence(&all, |owner| *owner);
    let outside = &found.outside[0];
    assert_eq!((outside.key, outside.direct, outside.others), (MANY, 1, 300));
    let last = found.repositories.iter().find(|row| row.key == MANY - 1).unwrap();
    assert_eq!((last.own, last.others, last.others_models), (149, 150, 150));
    assert_eq!(found.models_outside, 300);
}
