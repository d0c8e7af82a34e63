//! Claims about pages of a tree.

use super::oracle::Fixture;
use crate::{Oid, PathEntry, Walk};

const FILES: [&str; 9] =
    ["a", "b-c", "b/a", "b/x/1", "b/x/2", "b/y", "b0", "c/d/e/f", "中文/数据.csv"];

fn tree(fixture: &Fixture) -> Oid {
    let files: Vec<_> = FILES.iter().map(|path| (*path, Some(*path))).collect();
    let commit = fixture.commit(&[], &files);
    fixture.repo.commit_read(commit).unwrap().tree
}

fn pages(
    fixture: &Fixture,
    tree: Oid,
    prefix: &str,
    is_recursive: bool,
    limit: usize,
) -> Vec<PathEntry> {
    let mut all: Vec<PathEntry> = Vec::new();
    loop {
        let after = all.last().map(|entry| entry.path.clone());
        let walk = Walk { prefix, is_recursive, after: after.as_deref(), limit };
        let page = fixture.repo.walk(tree, &walk).unwrap().unwrap();
        assert!(page.entries.len() <= limit);
        assert!(!page.entries.is_empty() || !page.has_more);
        all.extend(page.entries);
        if !page.has_more {
            return all;
        }
    }
}

#[test]
fn pages_of_any_size_list_what_git_lists() {
    let fixture = Fixture::new();
    let tree = tree(&fixture);
    let oid = tree.to_string();
    for (prefix, is_recursive) in
        [("", true), ("", false), ("b", true), ("b", false), ("c/d", true), ("中文", true)]
    {
        let mut args = vec!["-c", "core.quotePath=false", "ls-tree", "--full-tree"];
        args.extend(is_recursive.then_some(["-r", "-t"]).into_iter().flatten());
        let spec = format!("{prefix}/");
        args.push(&oid);
        args.extend((!prefix.is_empty()).then_some(spec.as_str()));
        let listing = fixture.git(&args);
        // Git also names the folders on the way.
        let expected: Vec<String> = listing
            .lines()
            .map(|line| line.split_once('\t').unwrap().1.to_owned())
            .filter(|path| prefix.is_empty() || path.starts_with(&spec))
            .collect();
        for limit in 1..=expected.len() + 1 {
            let found = pages(&fixture, tree, prefix, is_recursive, limit);
            let paths: Vec<_> = found.iter().map(|entry| entry.path.clone()).collect();
            assert_eq!(paths, expected, "{prefix} {is_recursive} {limit}");
        }
    }
}

#[test]
fn a_folder_that_is_not_there_has_no_page() {
    let fixture = Fixture::new();
    let tree = tree(&fixture);
    for prefix in ["none", "a", "a/b", "b/", "/b", "b/x/1"] {
        let walk = Walk { prefix, is_recursive: true, after: None, limit: 9 };
        assert_eq!(fixture.repo.walk(tree, &walk).unwrap(), None, "{prefix}");
    }
}

#[test]
fn a_page_after_a_path_that_is_gone_begins_behind_its_place() {
    let fixture = Fixture::new();
    let tree = tree(&fixture);
    let cases = [
        ("b-a", "b-c"),
        ("b/b", "b/x"),
        ("b/x/11", "b/x/2"),
        ("b/x/3", "b/y"),
        ("bb", "c"),
        ("0", "a"),
    ];
    for (after, expected) in cases {
        let walk = Walk { prefix: "", is_recursive: true, after: Some(after), limit: 1 };
        let page = fixture.repo.walk(tree, &walk).unwrap().unwrap();
        assert_eq!(page.entries[0].path, expected, "{after}");
    }
    let walk = Walk { prefix: "", is_recursive: true, after: Some("麒"), limit: 1 };
    assert_eq!(fixture.repo.walk(tree, &walk).unwrap().unwrap().entries, []);
}
