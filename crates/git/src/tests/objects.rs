//! Names, headers and the text of objects.

use super::oracle::{Fixture, run};
use crate::object::{TreeEntries, commit_parse};
use crate::{Error, Kind, Mode, Oid, Repo, Tag};

#[test]
fn a_name_is_forty_digits_and_nothing_else() {
    let text = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    assert_eq!(text.parse::<Oid>().unwrap(), Oid::EMPTY_TREE);
    assert_eq!(Oid::EMPTY_TREE.to_string(), text);
    assert_eq!(text.to_uppercase().parse::<Oid>().unwrap(), Oid::EMPTY_TREE);
    for bad in ["", "4b82", "main", &text[1..], &format!("{text}0"), &text.replace('4', "g")] {
        assert!(bad.parse::<Oid>().is_err(), "{bad}");
    }
    assert!(Oid::ZERO.is_zero());
}

#[test]
fn a_repository_is_created_once_and_found_again() {
    let fixture = Fixture::new();
    let path = fixture.repo.path();
    assert!(matches!(Repo::create(path), Err(Error::Exists(_))));
    assert_eq!(Repo::open(path).unwrap().path(), path);
    assert!(matches!(Repo::open(fixture.folder.path()), Err(Error::NotARepository(_))));
    assert_eq!(fixture.git(&["rev-parse", "--is-bare-repository"]), "true");
}

#[test]
fn a_creation_that_was_cut_is_completed() {
    let fixture = Fixture::new();
    let path = fixture.repo.path().to_owned();
    std::fs::remove_file(path.join("HEAD")).unwrap();
    assert!(matches!(Repo::open(&path), Err(Error::NotARepository(_))));
    Repo::create(&path).unwrap();
    fixture.fsck();
}

#[test]
fn what_git_wrote_is_read() {
    let fixture = Fixture::new();
    let path = fixture.repo.path();
    let blob = run(path, &["hash-object", "-w", "--stdin"], b"hello\n").unwrap();
    let listing = format!("100755 blob {blob}\trun\n120000 blob {blob}\tlink\n");
    let tree = run(path, &["mktree"], listing.as_bytes()).unwrap();
    let outer = run(path, &["mktree"], format!("040000 tree {tree}\tdir\n").as_bytes()).unwrap();
    let who = "-c user.name=A -c user.email=a@b";
    let mut args: Vec<&str> = who.split(' ').collect();
    args.extend(["commit-tree", &outer, "-m", "one\n\ntwo"]);
    let commit = run(path, &args, b"").unwrap();

    let repo = &fixture.repo;
    let blob: Oid = blob.parse().unwrap();
    assert_eq!(repo.blob_read(blob, 6).unwrap(), b"hello\n");
    let refused = repo.blob_read(blob, 5);
    assert!(matches!(refused, Err(Error::TooLarge { size_bytes: 6, size_bytes_max: 5, .. })));
    let read = repo.commit_read(commit.parse().unwrap()).unwrap();
    assert_eq!((read.title(), read.body()), ("one", "two"));
    assert_eq!((read.author.name.as_str(), read.author.email.as_str()), ("A", "a@b"));
    let entry = repo.entry_at(read.tree, "dir/run").unwrap().unwrap();
    assert_eq!((entry.mode, entry.oid), (Mode::Executable, blob));
    assert_eq!(repo.entry_at(read.tree, "dir/none").unwrap(), None);
    assert_eq!(repo.entry_at(read.tree, "dir/run/none").unwrap(), None);
    assert_eq!(repo.entry_at(read.tree, "").unwrap(), None);
    let names: Vec<_> = repo.tree_read(tree.parse().unwrap()).unwrap();
    assert_eq!(names.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["link", "run"]);
    let header = repo.object_header(read.tree).unwrap().unwrap();
    assert_eq!(header.kind, Kind::Tree);
    assert_eq!(repo.object_header(Oid::ZERO).unwrap(), None);
    assert!(matches!(repo.blob_read(read.tree, 9), Err(Error::Kind { .. })));
    assert!(matches!(repo.commit_read(Oid::ZERO), Err(Error::Missing(_))));
}

#[test]
fn a_tag_of_a_tag_is_peeled_to_its_commit() {
    let fixture = Fixture::new();
    let commit = fixture.commit(&[], &[("a", Some("1"))]);
    let mut writer = fixture.repo.writer();
    let mut target = (commit, Kind::Commit);
    for name in ["one", "two"] {
        let tag = Tag {
            target: target.0,
            target_kind: target.1,
            name: name.to_owned(),
            tagger: Some(super::oracle::actor(5)),
            message: "why".to_owned(),
        };
        target = (writer.tag_write(&tag).unwrap(), Kind::Tag);
    }
    writer.finish().unwrap();
    fixture.fsck();
    assert_eq!(fixture.repo.commit_peel(target.0).unwrap(), Some(commit));
    let tag = fixture.repo.tag_read(target.0).unwrap();
    assert_eq!((tag.name.as_str(), tag.message.as_str()), ("two", "why\n"));
    let tree = fixture.repo.commit_read(commit).unwrap().tree;
    assert_eq!(fixture.repo.commit_peel(tree).unwrap(), None);
    assert_eq!(
        fixture.git(&["rev-parse", &format!("{}^{{commit}}", target.0)]),
        commit.to_string()
    );
}

#[test]
fn a_broken_tree_is_an_error_and_no_panic() {
    let oid = [7_u8; 20];
    let whole = [b"100644 a\0".as_slice(), &oid, b"40000 b\0", &oid].concat();
    assert_eq!(TreeEntries(&whole).filter(Result::is_ok).count(), 2);
    for cut in 1..whole.len() {
        let is_whole = cut == 29;
        let last = TreeEntries(&whole[..cut]).last().unwrap();
        assert_eq!(last.is_ok(), is_whole, "cut at {cut}");
    }
    for bad in ["9 a\0", " a\0", "100644 \0", "100644 a/b\0", "777777777777 a\0", "0 a\0"] {
        let bytes = [bad.as_bytes(), &oid].concat();
        assert!(TreeEntries(&bytes).next().unwrap().is_err(), "{bad}");
    }
}

#[test]
fn a_broken_commit_is_an_error_and_no_panic() {
    let tree = Oid::EMPTY_TREE;
    let person = "A <a@b> 7 +0130";
    let whole = format!("tree {tree}\nauthor {person}\ncommitter {person}\n\ntext");
    let commit = commit_parse(whole.as_bytes()).unwrap();
    assert_eq!((commit.author.seconds, commit.author.offset_minutes), (7, 90));
    for bad in ["", "\n\n", "tree 12\n", &format!("tree {tree}\n"), "author A"] {
        assert!(commit_parse(bad.as_bytes()).is_err(), "{bad}");
    }
    let odd = format!("tree {tree}\nauthor A\ncommitter <<>>> x -99999999999\n\n");
    assert_eq!(commit_parse(odd.as_bytes()).unwrap().committer.seconds, 0);
}

#[test]
fn gits_own_cleaning_takes_nothing_away() {
    let fixture = Fixture::new();
    let commit = fixture.commit(&[], &[("a", Some("1"))]);
    for args in [&["gc", "--prune=now"][..], &["prune"], &["repack", "-a", "-d"], &["prune-packed"]]
    {
        // Some refuse, some do nothing; none may take objects that look unused.
        drop(run(fixture.repo.path(), args, b""));
        let repo = Repo::open(fixture.repo.path()).unwrap();
        assert!(repo.commit_read(commit).is_ok(), "{args:?}");
    }
}

/// What a failing disk can do to a pack: reading it is an error or wrong bytes, never a panic.
#[test]
fn a_damaged_pack_is_an_error_and_no_panic() {
    let fixture = Fixture::new();
    let mut commits = Vec::new();
    for number in 0..20 {
        let text = format!("{}{number}", "a line that is in all of them\n".repeat(40));
        let parents: Vec<Oid> = commits.last().copied().into_iter().collect();
        commits.push(fixture.commit(&parents, &[("a", Some(&text)), ("b/c", Some("same"))]));
    }
    let names = [("refs/heads/main".to_owned(), commits[19])].into();
    let refs = crate::Refs { head: "refs/heads/main".to_owned(), names };
    let limits = crate::RepackLimits { packs: 1, pack_bytes: 1_000_000, seconds: 60 };
    // Deltas are where most can go wrong.
    assert!(fixture.repo.repack(&refs, limits).unwrap().is_some());
    let folder = std::fs::read_dir(fixture.repo.path().join("objects/pack")).unwrap();
    let files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    for path in
        files.iter().filter(|path| path.extension().is_some_and(|e| e == "pack" || e == "idx"))
    {
        let whole = std::fs::read(path).unwrap();
        std::fs::remove_file(path).unwrap();
        for at in (0..whole.len()).step_by(19) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            if at % 2 == 0 {
                bytes.truncate(at);
            }
            std::fs::write(path, bytes).unwrap();
            let Ok(repo) = Repo::open(fixture.repo.path()) else { continue };
            for commit in &commits {
                let tree = repo.commit_read(*commit).map(|commit| commit.tree);
                let entry = tree.and_then(|tree| repo.entry_at(tree, "a"));
                drop(entry.map(|entry| entry.map(|entry| repo.blob_read(entry.oid, 9_999))));
            }
        }
        std::fs::write(path, whole).unwrap();
    }
    assert!(Repo::open(fixture.repo.path()).unwrap().commit_read(commits[0]).is_ok());
}

#[test]
fn a_repository_is_shared_and_a_change_moves_between_threads() {
    fn shared<T: Send + Sync>() {}
    fn moved<T: Send>() {}
    shared::<Repo>();
    moved::<crate::Writer>();
    moved::<crate::Received>();
}
