//! Claims about clone, fetch and push, with Git's program as the client.

use super::oracle::{Fixture, commit_of, run};
use super::server::{LIMITS, Server};
use crate::object::tree_entry_write;
use crate::{Error, Fetch, Kind, Mode, Oid, PackRefused, PushLimits, Refs, ref_name_is_valid};
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

const MAIN: &str = "refs/heads/main";

struct Pair {
    fixture: Fixture,
    server: Server,
}

impl Pair {
    fn new() -> Self {
        let fixture = Fixture::new();
        let server = Server::start(&fixture.repo);
        Self { fixture, server }
    }

    /// Runs Git's program in the work folder of the client.
    fn client(&self, args: &[&str]) -> Result<String, String> {
        let mut all =
            vec!["-c", "user.name=A", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
        all.extend(args);
        run(&self.work(), &all, b"")
    }

    fn work(&self) -> PathBuf {
        let path = self.fixture.folder.path().join("work");
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Clones into the work folder.
    fn clone(&self, args: &[&str]) {
        let mut all = vec!["clone", "-q"];
        all.extend(args);
        all.extend([self.server.url.as_str(), "."]);
        self.client(&all).unwrap();
    }

    fn commit(&self, name: &str, bytes: &[u8]) -> Oid {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self.client(&["add", "-A"]).unwrap();
        self.client(&["commit", "-q", "-m", "change"]).unwrap();
        self.client(&["rev-parse", "HEAD"]).unwrap().parse().unwrap()
    }

    /// Says that nothing waits and nothing is left.
    fn is_clean(&self) -> bool {
        let views = self.fixture.repo.path().join("views");
        let left = fs::read_dir(views).map_or(0, Iterator::count);
        let packs = fs::read_dir(self.fixture.repo.path().join("objects/pack")).unwrap();
        let litter = packs.filter(|file| {
            file.as_ref().unwrap().file_name().to_string_lossy().starts_with("tmp_")
        });
        left == 0 && litter.count() == 0
    }
}

#[test]
fn what_was_committed_here_is_cloned_in_every_version_of_the_protocol() {
    for version in ["0", "1", "2"] {
        let pair = Pair::new();
        let one = pair.fixture.commit(&[], &[("a/数据.txt", Some("1")), ("b", Some("2"))]);
        let two = pair.fixture.commit(&[one], &[("b", Some("3"))]);
        pair.server.point(MAIN, two);
        pair.server.point("refs/tags/v1", one);
        pair.clone(&["-c", &format!("protocol.version={version}")]);
        assert_eq!(fs::read_to_string(pair.work().join("a/数据.txt")).unwrap(), "1");
        assert_eq!(pair.client(&["rev-parse", "HEAD", "v1"]).unwrap(), format!("{two}\n{one}"));
        assert_eq!(pair.client(&["branch", "--show-current"]).unwrap(), "main");
        pair.client(&["fsck", "--strict"]).unwrap();

        let three = pair.fixture.commit(&[two], &[("c", Some("4"))]);
        pair.server.point(MAIN, three);
        pair.client(&["pull", "-q"]).unwrap();
        assert_eq!(pair.client(&["rev-parse", "HEAD"]).unwrap(), three.to_string());
        assert!(pair.is_clean());
    }
}

#[test]
fn an_empty_repository_is_cloned_and_filled_by_a_push() {
    let pair = Pair::new();
    pair.clone(&[]);
    let one = pair.commit("中文/a.txt", b"hello\n");
    let shown = pair.client(&["push", "origin", "HEAD:main"]);
    shown.unwrap();
    assert_eq!(pair.server.at(MAIN), Some(one));
    let tree = pair.fixture.repo.commit_read(one).unwrap().tree;
    let entry = pair.fixture.repo.entry_at(tree, "中文/a.txt").unwrap().unwrap();
    assert_eq!(pair.fixture.repo.blob_read(entry.oid, 99).unwrap(), b"hello\n");
    assert!(pair.is_clean());

    // What was pushed is built on here, and comes back.
    let two = pair.fixture.commit(&[one], &[("b", Some("2"))]);
    pair.server.point(MAIN, two);
    pair.client(&["pull", "-q"]).unwrap();
    let three = pair.commit("b", b"3");
    pair.client(&["tag", "-m", "first", "v1"]).unwrap();
    pair.client(&["push", "-q", "origin", "main", "v1"]).unwrap();
    assert_eq!(pair.server.at(MAIN), Some(three));
    let tag = pair.server.at("refs/tags/v1").unwrap();
    assert_eq!(pair.fixture.repo.commit_peel(tag).unwrap(), Some(three));
    pair.client(&["push", "-q", "origin", ":v1"]).unwrap();
    assert_eq!(pair.server.at("refs/tags/v1"), None);
    assert_eq!(*pair.server.state.told.lock().unwrap(), "taken");
    pair.fixture.git(&["fsck", "--strict"]);
}

#[test]
fn shallow_and_partial_clones_are_served() {
    let pair = Pair::new();
    let one = pair.fixture.commit(&[], &[("a", Some("1"))]);
    let two = pair.fixture.commit(&[one], &[("a", Some("2"))]);
    pair.server.point(MAIN, two);
    pair.clone(&["--depth=1"]);
    assert_eq!(pair.client(&["rev-list", "--count", "HEAD"]).unwrap(), "1");
    let three = pair.commit("a", b"3");
    pair.client(&["push", "-q", "origin", "main"]).unwrap();
    assert_eq!(pair.server.at(MAIN), Some(three));
    assert_eq!(pair.fixture.repo.commits_count(three).unwrap(), 3);
    fs::remove_dir_all(pair.work()).unwrap();
    pair.clone(&["--filter=blob:none", "--no-checkout"]);
    assert_eq!(pair.client(&["show", "HEAD~1:a"]).unwrap(), "2");
}

#[test]
fn a_push_that_is_overtaken_is_told_so() {
    let pair = Pair::new();
    let one = pair.fixture.commit(&[], &[("a", Some("1"))]);
    pair.server.point(MAIN, one);
    pair.clone(&[]);
    pair.commit("a", b"mine");
    let two = pair.fixture.commit(&[one], &[("a", Some("theirs"))]);
    *pair.server.state.overtaking.lock().unwrap() = Some((MAIN.to_owned(), two));
    let told = pair.client(&["push", "origin", "main"]).unwrap_err();
    assert!(told.contains("fetch first") && told.contains("welcome to the zone"), "{told}");
    assert_eq!(pair.server.at(MAIN), Some(two));
}

#[test]
fn clients_at_once_see_each_their_refs() {
    let pair = Pair::new();
    let commits: Vec<Oid> =
        (0..4).map(|n| pair.fixture.commit(&[], &[("a", Some(&n.to_string()))])).collect();
    std::thread::scope(|scope| {
        for number in 0..12 {
            let (repo, oid) = (&pair.fixture.repo, commits[number % 4]);
            scope.spawn(move || {
                let names = [(format!("refs/heads/b{number}"), oid)].into();
                let refs = Refs { head: format!("refs/heads/b{number}"), names };
                let mut out = Vec::new();
                let fetch = Fetch { refs: &refs, protocol: None, seconds: 60 };
                repo.upload_advertise(fetch, &mut out).unwrap();
                let text = String::from_utf8(out).unwrap();
                assert!(text.contains(&format!("{oid} refs/heads/b{number}\n")), "{text}");
                assert_eq!(
                    text.matches("refs/heads/b").count(),
                    2,
                    "one ref and its symref: {text}"
                );
            });
        }
    });
    assert!(pair.is_clean());
}

#[test]
fn a_program_whose_time_is_over_is_not_begun() {
    let fixture = Fixture::new();
    let refs = Refs { head: MAIN.to_owned(), ..Refs::default() };
    let fetch = Fetch { refs: &refs, protocol: None, seconds: 0 };
    let late = fixture.repo.upload_advertise(fetch, &mut Vec::new());
    assert!(matches!(late, Err(Error::TimedOut { seconds: 0 })), "{late:?}");
}

#[test]
fn a_client_that_goes_away_ends_the_program() {
    struct Gone;
    impl std::io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let fixture = Fixture::new();
    let refs = Refs { head: MAIN.to_owned(), ..Refs::default() };
    let fetch = Fetch { refs: &refs, protocol: Some("version=2"), seconds: 60 };
    let gone = fixture.repo.upload_advertise(fetch, &mut Gone);
    assert!(matches!(gone, Err(Error::Output(_))), "{gone:?}");
}

#[test]
fn the_names_of_refs_are_those_that_git_takes() {
    let fixture = Fixture::new();
    for name in [
        "refs/heads/main",
        "refs/heads/a/b",
        "refs/heads/中文",
        "refs/pr/1",
        "refs/heads/a.b",
        "refs/heads/@",
        "refs/heads/a@b",
        "refs/heads/-x",
        "refs",
        "refs/",
        "refs/heads/",
        "refs/heads/a..b",
        "refs/heads/.a",
        "refs/heads/a.lock",
        "refs/heads/a.lock/b",
        "refs/heads/a b",
        "refs/heads/a~1",
        "refs/heads/a^",
        "refs/heads/a:b",
        "refs/heads/a?",
        "refs/heads/*",
        "refs/heads/[",
        "refs/heads/a\\b",
        "refs/heads//a",
        "refs/heads/a.",
        "refs/heads/a@{b",
        "refs/heads/a\nb",
        "refs/heads/a\u{7f}",
        "/refs/heads/a",
        "",
    ] {
        let args = ["check-ref-format", name];
        let expected = name.starts_with("refs/") && run(fixture.folder.path(), &args, b"").is_ok();
        assert_eq!(ref_name_is_valid(name), expected, "{name:?}");
    }
    let names = [("refs/heads/a\n0 refs/heads/b".to_owned(), Oid::ZERO)].into();
    let refs = Refs { head: MAIN.to_owned(), names };
    let fetch = Fetch { refs: &refs, protocol: None, seconds: 60 };
    let refused = fixture.repo.upload_advertise(fetch, &mut Vec::new());
    assert!(matches!(refused, Err(Error::RefName(_))));
    assert!(matches!(fixture.repo.receive_advertise(&refs), Err(Error::RefName(_))));
}

/// A push as bytes: commands, and the pack with the given objects and what they need.
fn push(
    fixture: &Fixture,
    commands: &[(&str, Option<Oid>, Option<Oid>)],
    objects: &str,
) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, old, new) in commands {
        let (old, new) = (old.unwrap_or(Oid::ZERO), new.unwrap_or(Oid::ZERO));
        let line = format!("{old} {new} {name}\0report-status");
        out.extend(format!("{:04x}{line}", line.len() + 4).into_bytes());
    }
    out.extend(b"0000");
    if !objects.is_empty() {
        let pack = fixture.folder.path().join("made");
        let names = run(
            fixture.repo.path(),
            &["pack-objects", "-q", pack.to_str().unwrap()],
            objects.as_bytes(),
        );
        let name = format!("made-{}.pack", names.unwrap());
        out.extend(fs::read(fixture.folder.path().join(name)).unwrap());
    }
    out
}

fn received(
    into: &Fixture,
    bytes: Vec<u8>,
    limits: PushLimits,
) -> Result<Option<PackRefused>, Error> {
    let refs = Refs { head: MAIN.to_owned(), ..Refs::default() };
    let received = into.repo.receive(&refs, &mut Cursor::new(bytes), limits)?;
    if received.refused().is_some() {
        assert!(matches!(received.accept(), Err(Error::ProgramRefused { .. })));
    }
    let refused = received.refused().cloned();
    drop(received);
    assert_eq!(fs::read_dir(into.repo.path().join("objects/pack")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(into.repo.path().join("views")).unwrap().count(), 0);
    Ok(refused)
}

/// Writes a tree of one entry and a commit of it, unchecked; returns the objects of a pack.
fn hostile(from: &Fixture, names: &[&[u8]], mode: Mode) -> (Oid, String) {
    let mut writer = from.repo.writer();
    let blob = writer.blob_put(b"x").unwrap();
    let mut tree = Vec::new();
    for name in names {
        tree_entry_write(&mut tree, name, mode, blob);
    }
    let tree = writer.object_write(Kind::Tree, &tree).unwrap();
    let commit = writer.commit_write(&commit_of(tree, &[], 1, "x")).unwrap();
    writer.finish().unwrap();
    (commit, format!("{commit}\n{tree}\n{blob}\n"))
}

#[test]
fn hostile_trees_are_refused_and_leave_nothing() {
    let names: [&[&[u8]]; 12] = [
        &[b".git"],
        &[b".GIT"],
        &[b"git~1"],
        &[b".."],
        &[b"."],
        &[b"../x"],
        &[b".git/config"],
        &[b"a", b"a"],
        &[b"b", b"a"],
        &[b"a\xff"],
        &[b".git\xe2\x80\x8c"],
        &[b""],
    ];
    for names in names {
        let (from, into) = (Fixture::new(), Fixture::new());
        let (commit, objects) = hostile(&from, names, Mode::File);
        let bytes = push(&from, &[(MAIN, None, Some(commit))], &objects);
        let refused = received(&into, bytes, LIMITS).unwrap().expect("a refusal");
        let is_named = matches!(refused, PackRefused::Name { .. } | PackRefused::Malformed { .. });
        assert!(is_named, "{names:?} {refused:?}");
    }
    let (from, into) = (Fixture::new(), Fixture::new());
    let (commit, objects) = hostile(&from, &[b"fine"], Mode::File);
    let bytes = push(&from, &[(MAIN, None, Some(commit))], &objects);
    assert_eq!(received(&into, bytes, LIMITS).unwrap(), None);
}

/// Git's program takes modes that it only warns of.
#[test]
fn trees_that_cannot_be_read_are_refused_and_no_failure() {
    for mode in ["100666", "140755", "7", "777777"] {
        let (from, into) = (Fixture::new(), Fixture::new());
        let mut writer = from.repo.writer();
        let blob = writer.blob_put(b"x").unwrap();
        let tree = [format!("{mode} name\0").as_bytes(), blob.bytes()].concat();
        let tree = writer.object_write(Kind::Tree, &tree).unwrap();
        let commit = writer.commit_write(&commit_of(tree, &[], 1, "x")).unwrap();
        writer.finish().unwrap();
        let objects = format!("{commit}\n{tree}\n{blob}\n");
        let bytes = push(&from, &[(MAIN, None, Some(commit))], &objects);
        let refused = received(&into, bytes, LIMITS).unwrap();
        let is_told = matches!(refused, Some(PackRefused::Malformed { .. }));
        assert!(is_told || (mode == "100666" && refused.is_none()), "{mode}: {refused:?}");
    }
}

#[test]
fn packs_with_holes_or_above_limits_are_refused() {
    let (from, into) = (Fixture::new(), Fixture::new());
    let (commit, objects) = hostile(&from, &[b"fine"], Mode::File);
    let command = (MAIN, None, Some(commit));
    let whole = push(&from, &[command], &objects);
    let hole =
        push(&from, &[command], objects.rsplit_once('\n').unwrap().0.rsplit_once('\n').unwrap().0);
    let refused = received(&into, hole, LIMITS).unwrap();
    assert!(
        matches!(refused, Some(PackRefused::Malformed { .. } | PackRefused::Disconnected { .. })),
        "{refused:?}"
    );
    let absent = push(&from, &[(MAIN, None, Some(Oid::from_bytes([7; 20])))], &objects);
    let refused = received(&into, absent, LIMITS).unwrap();
    assert!(matches!(refused, Some(PackRefused::Disconnected { .. })), "{refused:?}");
    let few = PushLimits { objects: 2, ..LIMITS };
    let refused = received(&into, whole.clone(), few).unwrap();
    assert_eq!(refused, Some(PackRefused::TooManyObjects { objects: 3, objects_max: 2 }));
    let small = PushLimits { pack_bytes: 100, ..LIMITS };
    let refused = received(&into, whole.clone(), small).unwrap();
    assert_eq!(refused, Some(PackRefused::TooLarge { bytes_max: 100 }));
    let tree = from.repo.commit_read(commit).unwrap().tree;
    let branch = push(&from, &[(MAIN, None, Some(tree))], &objects);
    let refused = received(&into, branch, LIMITS).unwrap();
    assert_eq!(refused, Some(PackRefused::NotACommit { name: MAIN.to_owned(), kind: Kind::Tree }));
    let odd = push(&from, &[("refs/heads/../x", None, Some(commit))], &objects);
    let refused = received(&into, odd, LIMITS).unwrap();
    assert_eq!(refused, Some(PackRefused::RefName { name: "refs/heads/../x".to_owned() }));
    assert_eq!(received(&into, whole, LIMITS).unwrap(), None);
}

#[test]
fn cut_and_changed_requests_are_errors_or_refusals() {
    let (from, into) = (Fixture::new(), Fixture::new());
    let (commit, objects) = hostile(&from, &[b"fine"], Mode::File);
    let whole = push(&from, &[(MAIN, None, Some(commit))], &objects);
    let pack_at = whole.windows(4).position(|four| four == b"PACK").unwrap();
    for cut in (1..pack_at + 12).step_by(7) {
        let found = received_or(&into, whole[..cut].to_vec());
        assert!(matches!(found, Err(Error::Protocol(_))), "cut at {cut}: {found:?}");
    }
    for cut in [pack_at + 12, pack_at + 40, whole.len() - 1] {
        let found = received_or(&into, whole[..cut].to_vec()).unwrap();
        assert!(matches!(found, Some(PackRefused::Malformed { .. })), "cut at {cut}: {found:?}");
    }
    for at in (pack_at..whole.len()).step_by(29) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        let found = received_or(&into, changed);
        assert!(!matches!(found, Ok(None)), "changed at {at}");
    }
    for bad in [&b"zzzz"[..], b"0003", b"ffff", b"0010not a command"] {
        assert!(matches!(received_or(&into, bad.to_vec()), Err(Error::Protocol(_))));
    }
    let command = (MAIN, None, Some(commit));
    let twice = push(&from, &[command, command], &objects);
    assert!(matches!(received_or(&into, twice), Err(Error::Protocol(_))));
}

fn received_or(into: &Fixture, bytes: Vec<u8>) -> Result<Option<PackRefused>, Error> {
    let refs = Refs::default();
    into.repo.receive(&refs, &mut Cursor::new(bytes), LIMITS).map(|it| it.refused().cloned())
}

#[test]
fn a_push_can_be_judged_before_it_is_visible() {
    let (from, into) = (Fixture::new(), Fixture::new());
    let (commit, objects) = hostile(&from, &[b"fine"], Mode::File);
    let bytes = push(&from, &[(MAIN, None, Some(commit))], &objects);
    let received = into.repo.receive(&Refs::default(), &mut Cursor::new(bytes), LIMITS).unwrap();
    assert_eq!(received.objects().len(), 3);
    assert_eq!(received.commands()[0].new, Some(commit));
    let tree = received.repo().commit_read(commit).unwrap().tree;
    assert!(received.repo().entry_at(tree, "fine").unwrap().is_some());
    assert_eq!(into.repo.object_header(commit).unwrap(), None);
    received.accept().unwrap();
    assert!(into.repo.commit_read(commit).is_ok());
    let report = String::from_utf8(received.report(&[Err("no\nway".to_owned())], &[])).unwrap();
    assert_eq!(report, "000eunpack ok\n001eng refs/heads/main no way\n0000");
    drop(received);
    into.git(&["fsck", "--strict"]);
}

#[test]
fn a_probe_without_commands_is_answered_with_nothing() {
    let fixture = Fixture::new();
    let received = fixture.repo.receive(&Refs::default(), &mut &b"0000"[..], LIMITS).unwrap();
    assert!(received.commands().is_empty() && received.refused().is_none());
    assert!(received.report(&[], &[]).is_empty());
}
