//! Claims about history, on random ones with Git as the judge.

use super::oracle::{Fixture, commit_of};
use crate::{Change, Error, LastChange, Mode, Oid};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One commit of a random history: two earlier ones to build on, a step of the clock, and what is
/// put where.
type Plan = (prop::sample::Index, Option<prop::sample::Index>, i64, u8, u8);

fn plan() -> impl Strategy<Value = Vec<Plan>> {
    let parent = any::<prop::sample::Index>;
    prop::collection::vec(
        (parent(), prop::option::of(parent()), -2_i64..6, 0_u8..4, 0_u8..3),
        1..14,
    )
}

/// Builds a history; clocks never go back when `is_steady`.
fn history(fixture: &Fixture, plans: &[Plan], is_steady: bool) -> Vec<Oid> {
    let repo = &fixture.repo;
    let mut commits: Vec<(Oid, Oid, i64)> = Vec::new();
    let mut writer = repo.writer();
    for (first, second, step, file, text) in plans {
        let mut parents: Vec<(Oid, Oid, i64)> = Vec::new();
        if !commits.is_empty() {
            parents.push(*first.get(&commits));
            parents.extend(second.map(|index| *index.get(&commits)));
            parents.dedup();
        }
        let latest = parents.iter().map(|parent| parent.2).max().unwrap_or(1_000);
        let number = i64::try_from(commits.len()).unwrap();
        let seconds = if is_steady { 1_000 + number } else { latest + step };
        let oid = writer.blob_put(&[*text]).unwrap();
        let path = ["a", "b", "d/a", "d/b"][usize::from(*file)].to_owned();
        let changes = BTreeMap::from([(path, Change::Put { mode: Mode::File, oid })]);
        let tree = writer.tree_edit(parents.first().map(|p| p.1), &changes).unwrap().unwrap();
        let names: Vec<Oid> = parents.iter().map(|parent| parent.0).collect();
        let commit = commit_of(tree, &names, seconds, &format!("{number}"));
        commits.push((writer.commit_write(&commit).unwrap(), tree, seconds));
    }
    writer.finish().unwrap();
    commits.into_iter().map(|commit| commit.0).collect()
}

fn oids(text: &str) -> Vec<Oid> {
    text.lines().map(|line| line.parse().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn logs_and_counts_are_those_of_git(plans in plan()) {
        let fixture = Fixture::new();
        let commits = history(&fixture, &plans, false);
        let tip = commits[commits.len() - 1];
        let expected = oids(&fixture.git(&["rev-list", &tip.to_string()]));
        let mut found: Vec<Oid> = Vec::new();
        loop {
            let page = fixture.repo.log(tip, 3, found.last().copied()).unwrap();
            found.extend(page.commits.iter().map(|(oid, _)| *oid));
            if !page.has_more {
                break;
            }
        }
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(fixture.repo.commits_count(tip).unwrap(), u64::try_from(expected.len()).unwrap());
        let ancestors: BTreeSet<Oid> = expected.into_iter().collect();
        for commit in &commits {
            prop_assert_eq!(fixture.repo.is_ancestor(*commit, tip).unwrap(), ancestors.contains(commit));
        }
    }

    #[test]
    fn merge_bases_are_among_those_of_git(plans in plan(), a: prop::sample::Index, b: prop::sample::Index) {
        let fixture = Fixture::new();
        let commits = history(&fixture, &plans, false);
        let (a, b) = (*a.get(&commits), *b.get(&commits));
        let found = fixture.repo.merge_base(a, b).unwrap().expect("all build on the first");
        let expected = oids(&fixture.git(&["merge-base", "--all", &a.to_string(), &b.to_string()]));
        prop_assert!(expected.contains(&found), "{} {:?}", found, expected);
    }

    #[test]
    fn last_changes_are_those_of_git(plans in plan()) {
        let fixture = Fixture::new();
        let commits = history(&fixture, &plans, true);
        let tip = commits[commits.len() - 1];
        for (folder, names) in [("", ["a", "b", "d", "none"]), ("d", ["a", "b", "c", "none"])] {
            let found = fixture.repo.last_changes(tip, folder, &names, 1_000).unwrap();
            for name in names {
                let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
                let is_there = !fixture.git(&["ls-tree", &tip.to_string(), &path]).is_empty();
                let expected = fixture.git(&["rev-list", "-1", &tip.to_string(), "--", &path]);
                let found = found.get(name).map(|last| match last {
                    LastChange::Known(oid, _) => oid.to_string(),
                    LastChange::Unknown => "unknown".to_owned(),
                });
                prop_assert_eq!(found, is_there.then_some(expected), "{}", path);
            }
        }
    }
}

#[test]
fn a_last_change_further_back_than_was_looked_is_unknown() {
    let fixture = Fixture::new();
    let one = fixture.commit(&[], &[("a", Some("1")), ("b", Some("1"))]);
    let two = fixture.commit(&[one], &[("a", Some("2"))]);
    let three = fixture.commit(&[two], &[("c/d", Some("2"))]);
    let found = |most| fixture.repo.last_changes(three, "", &["a", "b", "c"], most).unwrap();
    let known = |oid| LastChange::Known(oid, Box::new(fixture.repo.commit_read(oid).unwrap()));
    assert_eq!(found(0).into_values().collect::<Vec<_>>(), vec![LastChange::Unknown; 3]);
    assert_eq!(
        found(2).into_values().collect::<Vec<_>>(),
        [known(two), LastChange::Unknown, known(three)]
    );
    assert_eq!(found(3)["b"], known(one));
    assert!(fixture.repo.last_changes(three, "none", &["a"], 9).unwrap().is_empty());
}

#[test]
fn unrelated_histories_have_no_merge_base() {
    let fixture = Fixture::new();
    let (one, two) =
        (fixture.commit(&[], &[("a", Some("1"))]), fixture.commit(&[], &[("b", Some("1"))]));
    assert_eq!(fixture.repo.merge_base(one, two).unwrap(), None);
    assert_eq!(fixture.repo.merge_base(one, one).unwrap(), Some(one));
    assert!(matches!(fixture.repo.merge_base(one, Oid::ZERO), Err(Error::Missing(_))));
}

#[test]
fn a_log_after_a_stranger_is_empty() {
    let fixture = Fixture::new();
    let one = fixture.commit(&[], &[("a", Some("1"))]);
    assert!(fixture.repo.log(one, 9, Some(Oid::ZERO)).unwrap().commits.is_empty());
}

#[test]
fn exactly_the_blobs_of_the_tips_are_reachable() {
    let fixture = Fixture::new();
    let one = fixture.commit(&[], &[("a", Some("1")), ("d/b", Some("2")), ("d/c", Some("1"))]);
    let two = fixture.commit(&[one], &[("a", Some("3"))]);
    let other = fixture.commit(&[], &[("z", Some("4"))]);
    let reach = |tips: &[Oid]| {
        let mut seen = BTreeMap::new();
        let visit = &mut |entry: &crate::PathEntry| {
            assert!(seen.insert(entry.oid, entry.path.clone()).is_none(), "each once");
            Ok::<(), Error>(())
        };
        fixture.repo.reachable(tips, visit).unwrap();
        seen.into_keys()
            .map(|oid| fixture.repo.blob_read(oid, 9).unwrap()[0])
            .collect::<BTreeSet<u8>>()
    };
    assert_eq!(reach(&[]), BTreeSet::new());
    assert_eq!(reach(&[one]), BTreeSet::from(*b"12"));
    assert_eq!(reach(&[two, one]), BTreeSet::from(*b"123"));
    assert_eq!(reach(&[two, other]), BTreeSet::from(*b"1234"));
    let lost = fixture.repo.reachable(&[Oid::ZERO], &mut |_| Ok::<(), Error>(()));
    assert!(matches!(lost, Err(Error::Missing(_))));
}
