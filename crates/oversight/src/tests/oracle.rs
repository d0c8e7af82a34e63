//! Random graphs against the definition, computed the slow way.

use super::support::date;
use crate::{
    ControlRules, Grade, InterestKind, Irregularity, OrgKind, Organisation, Ownership, Statement,
};
use base::Ppm;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Few organisations, so that circles and joint holdings are common.
const FEW: u8 = 7;
/// More of them, so that groups join groups.
const MORE: u8 = 24;

fn any_statement(count: u8) -> impl Strategy<Value = Statement<u8>> {
    let percent =
        prop::sample::select(vec![0, 10, 20, 25, 26, 30, 34, 40, 49, 50, 51, 60, 75, 100]);
    let kind = prop_oneof![
        8 => Just(InterestKind::Shares),
        1 => Just(InterestKind::Votes),
        1 => Just(InterestKind::Contract),
    ];
    let grade = prop::sample::select(vec![Grade::Register, Grade::Declared, Grade::Inferred]);
    let share = prop::option::weighted(0.9, percent);
    (0..count, 0..count, kind, share, grade).prop_map(|(owner, owned, kind, percent, grade)| {
        let share = percent.map(|percent| Ppm::new(percent * 10_000).unwrap());
        Statement { owner, owned, kind, share, valid_from: None, valid_to: None, grade }
    })
}

fn graph(said: &[Statement<u8>], count: u8) -> Ownership<u8> {
    let orgs = (0..count).map(|key| Organisation { key, kind: OrgKind::Company });
    let orgs: Vec<_> = orgs.collect();
    Ownership::at(&orgs, said, date("2020-01-01"), &ControlRules::default())
}

/// Weighs by the written rules: who counts for how much in one organisation, and of what whole.
fn weights(said: &[Statement<u8>], owned: u8) -> (BTreeMap<u8, i64>, i64) {
    let here = |kind| {
        let mut best: BTreeMap<u8, (bool, Grade, i64)> = BTreeMap::new();
        for one in said.iter().filter(|s| s.owned == owned && s.owner != owned && s.kind == kind) {
            let share = one.share.map_or(-1, Ppm::get);
            let rank = (one.share.is_none() && kind != InterestKind::Contract, one.grade, -share);
            best.entry(one.owner).and_modify(|old| *old = rank.min(*old)).or_insert(rank);
        }
        best
    };
    if let Some((_, owner)) = here(InterestKind::Contract).iter().map(|(o, r)| (r.1, *o)).min() {
        return (BTreeMap::from([(owner, 1_000_000)]), 1_000_000);
    }
    let mut held: BTreeMap<u8, i64> = BTreeMap::new();
    for kind in [InterestKind::Shares, InterestKind::Votes] {
        held.extend(here(kind).iter().filter(|(_, r)| r.2 <= 0).map(|(o, r)| (*o, -r.2)));
    }
    let whole = held.values().sum::<i64>().max(1_000_000);
    (held, whole)
}

/// Returns everybody whom one organisation controls, by trying again until nothing changes.
fn controlled(weights: &[(BTreeMap<u8, i64>, i64)], by: u8) -> BTreeSet<u8> {
    let mut found: BTreeSet<u8> = BTreeSet::new();
    loop {
        let next = (0_u8..).zip(weights).find(|(org, (held, whole))| {
            let ours = held.iter().filter(|(owner, _)| **owner == by || found.contains(owner));
            !found.contains(org) && 2 * ours.map(|(_, share)| share).sum::<i64>() > *whole
        });
        let Some((next, _)) = next else { return found };
        found.insert(next);
    }
}

/// Returns the head by definition: of all who control an organisation, and itself, those whom
/// nobody controls but whom they control themselves; the smallest key of them.
fn head(reach: &[BTreeSet<u8>], org: u8) -> u8 {
    let everybody = || (0_u8..).take(reach.len());
    let controls = |a: u8, b: u8| reach[usize::from(a)].contains(&b);
    let line = everybody().filter(|x| *x == org || controls(*x, org));
    let is_top = |x: &u8| everybody().all(|z| z == *x || !controls(z, *x) || controls(*x, z));
    let tops: Vec<u8> = line.filter(is_top).collect();
    assert!(tops.iter().all(|a| tops.iter().all(|b| a == b || controls(*a, *b))), "two tops");
    tops[0]
}

/// Compares every head with the definition.
fn check(said: &[Statement<u8>], count: u8) {
    let graph = graph(said, count);
    let weights: Vec<_> = (0..count).map(|org| weights(said, org)).collect();
    let reach: Vec<_> = (0..count).map(|org| controlled(&weights, org)).collect();
    for org in 0..count {
        let expected = head(&reach, org);
        assert_eq!(graph.group_head(&org), expected, "org {org}");
        assert_eq!(graph.ultimate_owner(&org), expected, "org {org}");
        let is_circle = reach[usize::from(org)].contains(&org) && expected == org;
        let said_so = graph.irregularities().contains(&Irregularity::Circular { head: org });
        assert_eq!(is_circle, said_so, "org {org}");
    }
}

fn any_kind() -> impl Strategy<Value = OrgKind> {
    prop::sample::select(vec![OrgKind::Company, OrgKind::Person, OrgKind::StateBody])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn heads_of_many_are_as_defined(said in prop::collection::vec(any_statement(MORE), 0..70)) {
        check(&said, MORE);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn heads_are_as_defined(said in prop::collection::vec(any_statement(FEW), 0..24)) {
        check(&said, FEW);
    }

    #[test]
    fn a_group_has_one_ultimate_owner(
        said in prop::collection::vec(any_statement(FEW), 0..24),
        kinds in prop::collection::vec(any_kind(), usize::from(FEW)),
        persons_unite in any::<bool>(),
    ) {
        let orgs = (0_u8..).zip(kinds).map(|(key, kind)| Organisation { key, kind });
        let rules = ControlRules { persons_unite, ..ControlRules::default() };
        let graph = Ownership::at(&orgs.collect::<Vec<_>>(), &said, date("2020-01-01"), &rules);
        for org in 0..FEW {
            let head = graph.group_head(&org);
            prop_assert_eq!(graph.group_head(&head), head);
            prop_assert_eq!(graph.ultimate_owner(&head), graph.ultimate_owner(&org));
            if graph.kind(&head) == OrgKind::StateBody {
                prop_assert_eq!(head, org, "a state body unites nobody");
            }
            if graph.kind(&org) == OrgKind::Person {
                prop_assert_eq!(graph.ultimate_owner(&org), org, "nobody owns a person");
            }
        }
    }

    #[test]
    fn every_organisation_is_in_exactly_one_group(
        said in prop::collection::vec(any_statement(FEW), 0..24),
    ) {
        let graph = graph(&said, FEW);
        let mut seen = BTreeSet::new();
        for (head, size) in graph.groups() {
            let group = graph.group(&head);
            prop_assert_eq!(group.members.len(), size);
            prop_assert_eq!(group.tree().len(), size);
            prop_assert_eq!(group.members[0].key, head);
            for member in &group.members {
                prop_assert!(seen.insert(member.key));
                prop_assert_eq!(graph.group_head(&member.key), head);
                prop_assert_eq!(group.why(&member.key), graph.why(&member.key));
            }
        }
        prop_assert_eq!(seen.len(), usize::from(FEW));
    }

    #[test]
    fn the_reasons_alone_lead_to_the_same_head(
        said in prop::collection::vec(any_statement(FEW), 0..24),
    ) {
        let whole = graph(&said, FEW);
        for org in 0..FEW {
            let links = whole.why(&org);
            let alone: Vec<_> = links.iter().map(|link| link.statement).collect();
            prop_assert_eq!(graph(&alone, FEW).group_head(&org), whole.group_head(&org));
            for link in links {
                prop_assert_eq!(said[link.position], link.statement);
            }
        }
    }

    #[test]
    fn neither_order_nor_other_dates_matter(
        (said, shuffled) in prop::collection::vec(any_statement(FEW), 0..24)
            .prop_flat_map(|said| (Just(said.clone()), Just(said).prop_shuffle())),
        other in prop::collection::vec(any_statement(FEW), 0..10),
    ) {
        let mut more = shuffled;
        more.extend(other.into_iter().enumerate().map(|(i, mut one)| {
            if i % 2 == 0 {
                one.valid_from = Some(date("2020-01-02"));
            } else {
                one.valid_to = Some(date("2019-12-31"));
            }
            one
        }));
        let (first, second) = (graph(&said, FEW), graph(&more, FEW));
        prop_assert_eq!(first.groups(), second.groups());
        prop_assert_eq!(first.irregularities(), second.irregularities());
        for org in 0..FEW {
            let plain = |graph: &Ownership<u8>| {
                graph.why(&org).into_iter().map(|link| link.statement).collect::<Vec<_>>()
            };
            prop_assert_eq!(plain(&first), plain(&second));
        }
    }
}
