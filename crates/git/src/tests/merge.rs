//! Claims about merges.

use super::oracle::{Fixture, run};
use crate::merge::merge_lines;
use crate::{Merged, Oid};
use proptest::prelude::*;

/// Merges two changes of a tree and lists what comes out as `path=text`, or the conflicts.
fn merged(
    base: &[(&str, &str)],
    ours: &[(&str, Option<&str>)],
    theirs: &[(&str, Option<&str>)],
) -> Result<String, String> {
    let fixture = Fixture::new();
    let first: Vec<_> = base.iter().map(|(path, text)| (*path, Some(*text))).collect();
    let base = fixture.commit(&[], &first);
    let tree = |commit: Oid| fixture.repo.commit_read(commit).unwrap().tree;
    let (ours, theirs) =
        (tree(fixture.commit(&[base], ours)), tree(fixture.commit(&[base], theirs)));
    let mut writer = fixture.repo.writer();
    match writer.merge_trees(Some(tree(base)), ours, theirs).unwrap() {
        Merged::Conflicts(paths) => Err(paths.join(" ")),
        Merged::Tree(tree) => {
            writer.finish().unwrap();
            let listing = fixture.git(&["ls-tree", "-r", "--name-only", &tree.to_string()]);
            let show = |path: &str| {
                format!("{path}={}", fixture.git(&["show", &format!("{tree}:{path}")]))
            };
            Ok(listing.lines().map(show).collect::<Vec<_>>().join(" "))
        }
    }
}

#[test]
fn changes_of_different_paths_are_both_taken() {
    let base = [("a", "1"), ("d/b", "1"), ("d/c", "1")];
    let found = merged(&base, &[("a", Some("2"))], &[("d/b", None), ("e/f", Some("3"))]);
    assert_eq!(found.unwrap(), "a=2 d/c=1 e/f=3");
    let same = [("a", Some("2")), ("n", Some("3")), ("d/c", None)];
    assert_eq!(merged(&base, &same, &same).unwrap(), "a=2 d/b=1 n=3");
    let emptied = merged(&base, &[("d/b", None)], &[("d/c", None)]);
    assert_eq!(emptied.unwrap(), "a=1");
}

#[test]
fn what_both_changed_differently_is_a_conflict() {
    let base = [("a", "1"), ("d/b", "1")];
    assert_eq!(merged(&base, &[("a", Some("2"))], &[("a", Some("3"))]).unwrap_err(), "a");
    assert_eq!(merged(&base, &[("a", None)], &[("a", Some("3"))]).unwrap_err(), "a");
    assert_eq!(merged(&base, &[("n", Some("2"))], &[("n", Some("3"))]).unwrap_err(), "n");
    assert_eq!(merged(&base, &[("d", Some("2"))], &[("d/b", Some("3"))]).unwrap_err(), "d");
    assert_eq!(merged(&base, &[("d/b", None)], &[("d/b", Some("3"))]).unwrap_err(), "d/b");
    let two = merged(&base, &[("a", None), ("d/b", Some("2"))], &[("a", Some("3")), ("d/b", None)]);
    assert_eq!(two.unwrap_err(), "a d/b");
    let binary = [("z", "1\n2\n3\n4\n5\n\0")];
    let sides = ([("z", Some("x\n2\n3\n4\n5\n\0"))], [("z", Some("1\n2\n3\n4\ny\n\0"))]);
    assert_eq!(merged(&binary, &sides.0, &sides.1).unwrap_err(), "z");
}

#[test]
fn a_text_is_merged_by_lines() {
    let base = [("a", "1\n2\n3\n4\n5\n")];
    let found = merged(&base, &[("a", Some("x\n2\n3\n4\n5\n"))], &[("a", Some("1\n2\n3\n4\n6\n"))]);
    assert_eq!(found.unwrap(), "a=x\n2\n3\n4\n6");
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec!["a\n", "b\n", "c\n", "d\n", "e\n", "f\n"]);
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn one_sided_merges_take_that_side(base in text(), ours in text()) {
        prop_assert_eq!(merge_lines(&base, &ours, &base), Some(ours.clone()));
        prop_assert_eq!(merge_lines(&base, &base, &ours), Some(ours.clone()));
        prop_assert_eq!(merge_lines(&base, &ours, &ours), Some(ours));
    }

    /// Where lines are all different there is one way to compare, and Git's merge is ours.
    #[test]
    fn merges_of_distinct_lines_are_those_of_git(ours in prop::collection::vec(0_u8..4, 12), theirs in prop::collection::vec(0_u8..4, 12)) {
        let side = |steps: &[u8], mark: char| {
            let line = |(n, step): (usize, &u8)| match step {
                0 => format!("{n}{mark}\n"),
                1 if n % 3 == 0 => String::new(),
                _ => format!("{n}\n"),
            };
            steps.iter().enumerate().map(line).collect::<String>()
        };
        let base = side(&[3; 12], ' ');
        let (ours, theirs) = (side(&ours, 'o'), side(&theirs, 't'));
        let folder = testbed::TempDir::new().unwrap();
        for (name, text) in [("base", &base), ("ours", &ours), ("theirs", &theirs)] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let expected = run(folder.path(), &["merge-file", "-p", "ours", "base", "theirs"], b"").ok();
        let found = merge_lines(base.as_bytes(), ours.as_bytes(), theirs.as_bytes());
        let found = found.map(|text| String::from_utf8(text).unwrap().trim_end_matches('\n').to_owned());
        prop_assert_eq!(found, expected);
    }
}
