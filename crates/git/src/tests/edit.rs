//! Claims about trees changed by paths.

use super::oracle::{Fixture, commit_of, run};
use crate::{Change, EditRefused, Error, Mode, Oid, PathFault, Repo, Walk, path_check};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

/// Edits a tree; paths with text are put, `None` deletes a file, a slash at the end a folder.
fn edit(
    repo: &Repo,
    base: Option<Oid>,
    steps: &[(&str, Option<&str>)],
) -> Result<Oid, Vec<EditRefused>> {
    let mut writer = repo.writer();
    let mut changes = BTreeMap::new();
    for (path, text) in steps {
        let change = match text {
            Some(text) => {
                Change::Put { mode: Mode::File, oid: writer.blob_put(text.as_bytes()).unwrap() }
            }
            None if path.ends_with('/') => Change::DeleteDir,
            None => Change::DeleteFile,
        };
        changes.insert(path.trim_end_matches('/').to_owned(), change);
    }
    let tree = writer.tree_edit(base, &changes).unwrap();
    writer.finish().unwrap();
    tree
}

fn files(repo: &Repo, tree: Oid) -> Files {
    let walk = Walk { prefix: "", is_recursive: true, after: None, limit: 10_000 };
    let page = repo.walk(tree, &walk).unwrap().unwrap();
    let files = page.entries.into_iter().filter(|entry| !entry.mode.is_dir());
    files.map(|entry| (entry.path, repo.blob_read(entry.oid, 1_000).unwrap())).collect()
}

fn paths(repo: &Repo, tree: Oid) -> Vec<String> {
    files(repo, tree).into_keys().collect()
}

#[test]
fn empty_folders_vanish_and_an_emptied_tree_is_the_empty_tree() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let one = edit(repo, None, &[("a/b/c", Some("1")), ("d", Some("2"))]).unwrap();
    let two = edit(repo, Some(one), &[("a/b/c", None)]).unwrap();
    assert_eq!(paths(repo, two), ["d"]);
    assert_eq!(repo.entry_at(two, "a").unwrap(), None);
    assert_eq!(edit(repo, Some(two), &[("d", None)]).unwrap(), Oid::EMPTY_TREE);
    assert_eq!(edit(repo, None, &[]).unwrap(), Oid::EMPTY_TREE);
    assert_eq!(edit(repo, Some(one), &[]).unwrap(), one);
    assert_eq!(edit(repo, Some(one), &[("d", Some("2"))]).unwrap(), one);
}

#[test]
fn a_file_and_a_folder_replace_each_other() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let one =
        edit(repo, None, &[("a/b", Some("1")), ("a/c", Some("1")), ("d", Some("2"))]).unwrap();
    assert_eq!(paths(repo, edit(repo, Some(one), &[("a", Some("3"))]).unwrap()), ["a", "d"]);
    let two = edit(repo, Some(one), &[("d/e/f", Some("3"))]).unwrap();
    assert_eq!(paths(repo, two), ["a/b", "a/c", "d/e/f"]);
    let three = edit(repo, Some(one), &[("a", Some("3")), ("a/b", None)]).unwrap();
    assert_eq!(paths(repo, three), ["a", "d"]);
}

#[test]
fn a_deleted_folder_can_be_filled_in_the_same_edit() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let one = edit(repo, None, &[("a/b", Some("1")), ("a/c/d", Some("1"))]).unwrap();
    let two = edit(repo, Some(one), &[("a/", None), ("a/n", Some("2")), ("a/b", None)]).unwrap();
    assert_eq!(paths(repo, two), ["a/n"]);
    assert_eq!(edit(repo, Some(one), &[("a/", None)]).unwrap(), Oid::EMPTY_TREE);
}

#[test]
fn every_missing_path_is_named_and_nothing_is_written() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let one = edit(repo, None, &[("a/b", Some("1"))]).unwrap();
    let steps = [("a/x", None), ("a", None), ("a/b/", None), ("n/", None), ("a/b/c/d", None)];
    let refused = edit(repo, Some(one), &steps[..1]).unwrap_err();
    assert_eq!(refused, [EditRefused::NotFound { path: "a/x".to_owned(), is_dir: false }]);
    assert_eq!(refused[0].to_string(), "there is no file `a/x` to delete");
    for step in steps {
        let refused = edit(repo, Some(one), &[step, ("z", Some("z"))]).unwrap_err();
        let path = step.0.trim_end_matches('/').to_owned();
        let is_dir = step.0.ends_with('/');
        assert_eq!(refused, [EditRefused::NotFound { path, is_dir }]);
    }
    assert_eq!(edit(repo, Some(one), &[("q", None), ("r/", None)]).unwrap_err().len(), 2);
}

#[test]
fn a_path_cannot_be_a_file_and_a_folder_of_one_edit() {
    let fixture = Fixture::new();
    let refused =
        edit(&fixture.repo, None, &[("a", Some("1")), ("a-b", Some("1")), ("a/b/c", Some("1"))]);
    let clash = EditRefused::Clash { path: "a/b/c".to_owned(), inside: "a".to_owned() };
    assert_eq!(refused.unwrap_err(), [clash]);
}

#[test]
fn an_object_that_is_not_here_or_no_blob_cannot_be_put() {
    let fixture = Fixture::new();
    let mut writer = fixture.repo.writer();
    let put = |mode, oid| BTreeMap::from([("a".to_owned(), Change::Put { mode, oid })]);
    let missing = writer.tree_edit(None, &put(Mode::File, Oid::ZERO));
    assert!(matches!(missing, Err(Error::Missing(_))));
    let tree = writer.tree_edit(None, &put(Mode::File, Oid::EMPTY_TREE));
    assert!(matches!(tree, Err(Error::Kind { .. })));
    let blob = writer.blob_put(b"1").unwrap();
    assert!(matches!(writer.tree_edit(None, &put(Mode::Dir, blob)), Err(Error::Kind { .. })));
    assert!(writer.tree_edit(None, &put(Mode::Submodule, Oid::ZERO)).unwrap().is_ok());
}

#[test]
fn a_whole_folder_can_be_put_elsewhere() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let one = edit(repo, None, &[("a/b", Some("1")), ("c", Some("2"))]).unwrap();
    let mut writer = repo.writer();
    let oid = repo.entry_at(one, "a").unwrap().unwrap().oid;
    let put = Change::Put { mode: Mode::Dir, oid };
    let changes = BTreeMap::from([("a".to_owned(), Change::DeleteDir), ("x/y".to_owned(), put)]);
    let two = writer.tree_edit(Some(one), &changes).unwrap().unwrap();
    writer.finish().unwrap();
    assert_eq!(paths(repo, two), ["c", "x/y/b"]);
}

#[test]
fn paths_that_git_refuses_are_refused() {
    use PathFault::{DotGit, Dots, EmptyPart, Nul, TooDeep, TooLong};
    let deep = "a/".repeat(256) + "a";
    let long = "a".repeat(4_097);
    let cases = [
        ("", EmptyPart),
        ("/a", EmptyPart),
        ("a/", EmptyPart),
        ("a//b", EmptyPart),
        (".", Dots),
        ("..", Dots),
        ("../x", Dots),
        ("a/../b", Dots),
        ("a/.", Dots),
        (".git", DotGit),
        (".git/config", DotGit),
        ("a/.GiT/x", DotGit),
        (".git.", DotGit),
        (".git ", DotGit),
        (".git . .", DotGit),
        ("git~1", DotGit),
        ("GIT~1/x", DotGit),
        (".git::$INDEX_ALLOCATION", DotGit),
        (".g\u{200c}it", DotGit),
        ("\u{feff}.Git", DotGit),
        (".git\\x", DotGit),
        ("a\\.git", DotGit),
        ("a\0b", Nul),
        (&long, TooLong),
        (&deep, TooDeep),
    ];
    for (path, fault) in cases {
        assert_eq!(path_check(path), Err(fault), "{path:?}");
    }
    for path in [
        ".gitignore",
        ".gitattributes",
        "git",
        ".git2",
        "...",
        "a\\b",
        "a b",
        "-x",
        "git~2",
        "CON",
        "数据/训练.parquet",
        "a\nb",
    ] {
        assert_eq!(path_check(path), Ok(()), "{path:?}");
    }
    assert_eq!(path_check(&deep[2..]), Ok(()));
}

/// Git's judgement of each single name: what `fsck --strict` takes, and nothing else.
#[test]
fn git_agrees_about_every_odd_name() {
    let fixture = Fixture::new();
    let path = fixture.repo.path();
    let blob = run(path, &["hash-object", "-w", "--stdin"], b"x").unwrap();
    let names = [
        ".git",
        ".GIT",
        ".git.",
        ".git ",
        "git~1",
        "GIT~1 ",
        ".git:a",
        ".g\u{200c}it",
        "\u{feff}.git",
        ".git\\x",
        "a\\.git",
        "a\\b",
        "..",
        ".",
        ".gitx",
        "git~2",
        "...",
        "\u{206f}.giT\u{200e}",
        ".git. . ",
    ];
    for name in names {
        let oid: Oid = blob.parse().unwrap();
        let tree = [b"100644 ".as_slice(), name.as_bytes(), b"\0", oid.bytes()].concat();
        let found =
            run(path, &["-c", "fsck.hasDot=error", "hash-object", "-t", "tree", "--stdin"], &tree);
        let verdict = found.is_ok();
        assert_eq!(path_check(name).is_ok(), verdict, "{name:?} {found:?}");
    }
}

#[test]
fn the_deepest_path_fits_a_small_stack() {
    let fixture = Fixture::new();
    let repo = fixture.repo.clone();
    let path = "a/".repeat(255) + "a";
    let deepest = move || {
        let one = edit(&repo, None, &[(&path, Some("1"))]).unwrap();
        assert_eq!(paths(&repo, one), std::slice::from_ref(&path));
        assert_eq!(edit(&repo, Some(one), &[(&path, None)]).unwrap(), Oid::EMPTY_TREE);
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(deepest).unwrap().join().unwrap();
}

fn step() -> impl Strategy<Value = (String, Option<u8>)> {
    let name = prop::sample::select(vec!["a", "b", "a-b", "a.b", "b0", "c"]);
    let path = prop::collection::vec(name, 1..4).prop_map(|parts| parts.join("/"));
    (path, prop::option::weighted(0.7, 0_u8..4))
}

/// The same edit on a map from paths to bytes; `None` when a deleted file is not there.
fn edit_map(files: &Files, steps: &BTreeMap<String, Option<u8>>) -> Option<Files> {
    let mut result = files.clone();
    for path in steps.iter().filter(|(_, put)| put.is_none()).map(|(path, _)| path) {
        result.remove(path)?;
    }
    for (path, byte) in steps.iter().filter_map(|(path, put)| Some((path, (*put)?))) {
        let is_over = |other: &str| {
            other.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
                || path.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'))
        };
        result.retain(|other, _| !is_over(other));
        result.insert(path.clone(), vec![byte]);
    }
    Some(result)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn edits_are_those_of_a_map(edits in prop::collection::vec(prop::collection::vec(step(), 1..6), 1..8)) {
        let fixture = Fixture::new();
        let repo = &fixture.repo;
        let (mut tree, mut map) = (None, Files::new());
        for steps in edits {
            let steps: BTreeMap<String, Option<u8>> = steps.into_iter().collect();
            let texts: Vec<_> = steps.iter().map(|(p, b)| (p.clone(), b.map(|b| char::from(b).to_string()))).collect();
            let edits: Vec<_> = texts.iter().map(|(p, t)| (p.as_str(), t.as_deref())).collect();
            match edit(repo, tree, &edits) {
                Ok(next) => {
                    map = edit_map(&map, &steps).expect("a refusal");
                    prop_assert_eq!(&files(repo, next), &map);
                    tree = Some(next);
                }
                Err(refused) => {
                    let is_clash = refused.iter().any(|r| matches!(r, EditRefused::Clash { .. }));
                    prop_assert!(is_clash || edit_map(&map, &steps).is_none(), "{:?}", refused);
                }
            }
        }
        if let Some(tree) = tree {
            let mut writer = repo.writer();
            let head = writer.commit_write(&commit_of(tree, &[], 1, "x")).unwrap();
            writer.finish().unwrap();
            fixture.git(&["update-ref", "refs/heads/main", &head.to_string()]);
            fixture.fsck();
        }
    }
}
