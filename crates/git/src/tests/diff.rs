//! Claims about differences, with Git as the judge.

use super::oracle::{Fixture, run};
use crate::{Change, ChangedHow, LineKind, Mode, Oid, TextDiff, diff_text};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn tree(fixture: &Fixture, files: &BTreeMap<String, (Mode, Vec<u8>)>) -> Oid {
    let mut writer = fixture.repo.writer();
    let mut changes = BTreeMap::new();
    for (path, (mode, bytes)) in files {
        let oid = writer.blob_put(bytes).unwrap();
        changes.insert(path.clone(), Change::Put { mode: *mode, oid });
    }
    let tree = writer.tree_edit(None, &changes).unwrap().unwrap();
    writer.finish().unwrap();
    tree
}

/// Applies our patch with Git's program and returns the tree that comes out.
fn applied(fixture: &Fixture, old: Oid, patch: &str) -> String {
    let work = fixture.folder.path().join("work");
    drop(std::fs::remove_dir_all(&work));
    std::fs::create_dir(&work).unwrap();
    let folder = fixture.folder.path();
    let git = |args: &[&str], input: &[u8]| {
        let mut all = vec!["--git-dir=it.git", "--work-tree=work"];
        all.extend(args);
        run(folder, &all, input).unwrap_or_else(|error| panic!("{args:?}: {error}\n{patch}"))
    };
    git(&["read-tree", &old.to_string()], b"");
    if !patch.is_empty() {
        git(&["apply", "--cached", "--whitespace=nowarn", "-"], patch.as_bytes());
    }
    git(&["write-tree"], b"")
}

fn files() -> impl Strategy<Value = BTreeMap<String, (Mode, Vec<u8>)>> {
    let name =
        prop::sample::select(vec!["a", "b b", "d/x", "d/é中", "e/f/g", "t\tab", "q\"uote\\"]);
    let mode = prop::sample::select(vec![Mode::File, Mode::File, Mode::Executable, Mode::Symlink]);
    let line = prop::sample::select(vec!["one\n", "two\n", "three\n", "\n", "x\n", "cr\r\n"]);
    let text = (prop::collection::vec(line, 0..30), any::<bool>()).prop_map(|(lines, is_cut)| {
        let text = lines.concat();
        let end = text.len() - usize::from(is_cut && text.ends_with("x\n"));
        text.as_bytes()[..end].to_vec()
    });
    // A link's target is one word: Git's program refuses odd ones.
    let file = (mode, text).prop_map(|(mode, text)| match mode {
        Mode::Symlink => (mode, b"target".to_vec()),
        mode => (mode, text),
    });
    prop::collection::btree_map(name.prop_map(str::to_owned), file, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_patch_makes_the_new_tree_of_the_old_one(old in files(), new in files()) {
        let fixture = Fixture::new();
        let (old, new) = (tree(&fixture, &old), tree(&fixture, &new));
        let patch = fixture.repo.patch(Some(old), Some(new), 1_000_000).unwrap();
        prop_assert!(!patch.is_cut);
        prop_assert_eq!(applied(&fixture, old, &patch.text), new.to_string());
    }

    #[test]
    fn changed_paths_are_those_of_git(old in files(), new in files()) {
        let fixture = Fixture::new();
        let (old, new) = (tree(&fixture, &old), tree(&fixture, &new));
        let args = ["diff-tree", "-r", "-z", "--no-renames", &old.to_string(), &new.to_string()];
        let raw = fixture.git(&args);
        let words: Vec<&str> = raw.split('\0').filter(|word| !word.is_empty()).collect();
        let mut expected = Vec::new();
        for pair in words.chunks(2) {
            let head: Vec<&str> = pair[0].split(' ').collect();
            expected.push((pair[1].to_owned(), head[2].to_owned(), head[3].to_owned()));
        }
        let changed = fixture.repo.diff_trees(Some(old), Some(new), 1_000).unwrap();
        let oid = |side: Option<crate::Side>| side.map_or(Oid::ZERO, |side| side.oid).to_string();
        let found: Vec<_> = changed.paths.into_iter()
            .map(|c| (c.path, oid(c.what.before()), oid(c.what.after())))
            .collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_difference_is_cut_at_its_limit() {
    let fixture = Fixture::new();
    let commit = fixture.commit(&[], &[("a", Some("1")), ("b", Some("1")), ("c/d", Some("1"))]);
    let tree = fixture.repo.commit_read(commit).unwrap().tree;
    let all = fixture.repo.diff_trees(None, Some(tree), 3).unwrap();
    assert_eq!((all.paths.len(), all.is_cut), (3, false));
    assert!(matches!(all.paths[0].what, ChangedHow::Added(_)));
    let cut = fixture.repo.diff_trees(Some(tree), None, 2).unwrap();
    assert_eq!((cut.paths.len(), cut.is_cut), (2, true));
    assert!(matches!(cut.paths[0].what, ChangedHow::Deleted(_)));
    assert_eq!(fixture.repo.diff_trees(Some(tree), Some(tree), 2).unwrap().paths, []);
    let whole = fixture.repo.patch(None, Some(tree), 10_000).unwrap();
    let part = fixture.repo.patch(None, Some(tree), whole.text.len() - 1).unwrap();
    assert!(part.is_cut && whole.text.starts_with(&part.text) && !part.text.is_empty());
}

#[test]
fn bytes_and_large_texts_have_no_lines() {
    assert_eq!(diff_text(b"a\0", b"b"), TextDiff::Binary);
    assert_eq!(diff_text(b"a", b"\0"), TextDiff::Binary);
    assert_eq!(diff_text(b"", &vec![b'x'; 1024 * 1024 + 1]), TextDiff::TooLarge);
    assert_eq!(diff_text(b"", &[b'\n'; 50_000]), TextDiff::TooLarge);
    assert_eq!(diff_text(b"same\n", b"same\n"), TextDiff::Hunks(vec![]));
}

#[test]
fn changes_that_stand_close_share_a_hunk() {
    let text = |changed: &[u32]| {
        let line = |n| if changed.contains(&n) { format!("{n}!\n") } else { format!("{n}\n") };
        (1..=30).map(line).collect::<String>().into_bytes()
    };
    let hunks = |changed: &[u32]| match diff_text(&text(&[]), &text(changed)) {
        TextDiff::Hunks(hunks) => hunks,
        other => panic!("{other:?}"),
    };
    assert_eq!(hunks(&[5, 12]).len(), 1);
    assert_eq!(hunks(&[5, 13]).len(), 2);
    let one = hunks(&[5]).remove(0);
    assert_eq!((one.old_start, one.old_lines, one.new_start, one.new_lines), (2, 7, 2, 7));
    assert_eq!(one.lines[3].kind, LineKind::Removed);
    assert_eq!(one.lines[4].text, "5!");
}

#[test]
fn two_texts_without_a_line_in_common_are_compared_in_time() {
    let text = |seed: usize| {
        let line = |n: usize| format!("{}\n", (n * seed) % 9_973);
        (0..49_000).map(line).collect::<String>().into_bytes()
    };
    assert!(matches!(diff_text(&text(7), &text(11)), TextDiff::Hunks(_)));
}
