//! Claims about packs being written.

use super::oracle::{Fixture, commit_of, run};
use crate::{Change, Error, Mode, Oid, Repo, Walk};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn pack_files(repo: &Repo) -> Vec<PathBuf> {
    let folder = fs::read_dir(repo.path().join("objects/pack")).unwrap();
    let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..count).map(next).collect()
}

#[test]
fn objects_of_every_size_are_those_that_git_names() {
    let fixture = Fixture::new();
    let mut writer = fixture.repo.writer();
    let mut blobs = Vec::new();
    for size in [0, 1, 15, 16, 2_047, 2_048, 4_096, 65_535, 65_536, 1_048_576, 1_048_577, 3_000_001]
    {
        for bytes in [noise(7, size), b"ab\n".iter().copied().cycle().take(size).collect()] {
            let count = u64::try_from(size).unwrap();
            let oid = writer.blob_write(&mut bytes.as_slice(), count).unwrap();
            let named = run(fixture.folder.path(), &["hash-object", "--stdin"], &bytes).unwrap();
            assert_eq!(oid.to_string(), named);
            blobs.push((oid, bytes));
        }
    }
    assert_eq!(pack_files(&fixture.repo).len(), 1, "one unfinished file");
    assert_eq!(fixture.repo.object_header(blobs[3].0).unwrap(), None);
    let written = writer.finish().unwrap();
    // The two empty ones are one, and so are none of the others: 0 bytes twice.
    assert_eq!(written.objects, 23);
    fixture.fsck();
    for (oid, bytes) in blobs {
        assert_eq!(fixture.repo.blob_read(oid, 4_000_000).unwrap(), bytes);
    }
    let idx =
        pack_files(&fixture.repo).into_iter().find(|p| p.extension().unwrap() == "idx").unwrap();
    fixture.git(&["verify-pack", idx.to_str().unwrap()]);
    let pack = idx.with_extension("pack");
    fixture.git(&["index-pack", "--strict", "-o", "check.idx", pack.to_str().unwrap()]);
    let ours = fs::read(&idx).unwrap();
    assert_eq!(ours, fs::read(fixture.repo.path().join("check.idx")).unwrap());
}

#[test]
fn what_exists_is_not_written_again() {
    let fixture = Fixture::new();
    let bytes = noise(3, 2_000_000);
    let once = |repo: &Repo| {
        let mut writer = repo.writer();
        let large = writer.blob_write(&mut bytes.as_slice(), 2_000_000).unwrap();
        assert_eq!(writer.blob_write(&mut bytes.as_slice(), 2_000_000).unwrap(), large);
        writer.blob_put(b"small").unwrap();
        writer.finish().unwrap()
    };
    assert_eq!(once(&fixture.repo).objects, 2);
    let before = pack_files(&fixture.repo);
    assert_eq!(once(&fixture.repo).objects, 0);
    assert_eq!(once(&Repo::open(fixture.repo.path()).unwrap()).pack_bytes, 0);
    assert_eq!(pack_files(&fixture.repo), before);
}

#[test]
fn a_blob_of_another_length_than_announced_is_refused_and_the_change_goes_on() {
    let fixture = Fixture::new();
    let mut writer = fixture.repo.writer();
    let large = noise(1, 2_000_000);
    for (bytes, size) in
        [(&b"abc"[..], 4), (b"abc", 2), (b"", 1), (&large, 2_000_001), (&large, 1_999_999)]
    {
        let refused = writer.blob_write(&mut { bytes }, size);
        assert!(matches!(refused, Err(Error::InputLength { .. })), "{size}");
    }
    let refused = writer.blob_write(&mut std::io::empty(), u64::MAX);
    assert!(matches!(refused, Err(Error::Limit { .. })));
    let kept = writer.blob_put(b"kept").unwrap();
    assert_eq!(writer.finish().unwrap().objects, 1);
    assert_eq!(fixture.repo.blob_read(kept, 4).unwrap(), b"kept");
    fixture.fsck();
}

#[test]
fn a_change_that_is_dropped_leaves_nothing() {
    let fixture = Fixture::new();
    let mut writer = fixture.repo.writer();
    writer.blob_put(b"gone").unwrap();
    drop(writer);
    assert_eq!(pack_files(&fixture.repo), Vec::<PathBuf>::new());
}

#[test]
fn equal_commits_have_equal_names_and_git_reads_them() {
    let fixture = Fixture::new();
    let mut commit = commit_of(Oid::EMPTY_TREE, &[], 1_700_000_000, "标题\n\nbody\n");
    commit.author.name = " <evil>\n".to_owned();
    commit.author.email = "a>\nb".to_owned();
    commit.committer.offset_minutes = -90;
    commit.committer.name = String::new();
    let names: Vec<Oid> = (0..2)
        .map(|_| {
            let mut writer = fixture.repo.writer();
            let mut tree = writer.tree_edit(None, &BTreeMap::new()).unwrap().unwrap();
            std::mem::swap(&mut tree, &mut commit.tree);
            let oid = writer.commit_write(&commit).unwrap();
            writer.finish().unwrap();
            oid
        })
        .collect();
    assert_eq!(names[0], names[1]);
    fixture.git(&["update-ref", "refs/heads/main", &names[0].to_string()]);
    fixture.fsck();
    let shown = fixture.git(&["log", "--format=%an|%ae|%at|%ad|%cn|%cd|%s", "--date=raw", "main"]);
    let expected = "evil|ab|1700000000|1700000000 +0800|unknown|1700000000 -0130|标题";
    assert_eq!(shown, expected);
    let read = fixture.repo.commit_read(names[0]).unwrap();
    assert_eq!(read.message, "标题\n\nbody\n");
    assert_eq!(read.committer.offset_minutes, -90);
}

#[test]
fn a_commit_needs_its_tree_and_parents() {
    let fixture = Fixture::new();
    let mut writer = fixture.repo.writer();
    let blob = writer.blob_put(b"1").unwrap();
    let lost = writer.commit_write(&commit_of(Oid::ZERO, &[], 1, "x"));
    assert!(matches!(lost, Err(Error::Missing(_))));
    let wrong = writer.commit_write(&commit_of(blob, &[], 1, "x"));
    assert!(matches!(wrong, Err(Error::Kind { .. })));
    let orphan = writer.commit_write(&commit_of(Oid::EMPTY_TREE, &[blob], 1, "x"));
    assert!(matches!(orphan, Err(Error::Kind { .. })));
}

#[test]
fn commits_of_one_change_build_on_each_other() {
    let fixture = Fixture::new();
    let mut writer = fixture.repo.writer();
    let (mut tree, mut parents) = (None, Vec::new());
    for number in 0..5 {
        let oid = writer.blob_put(format!("{number}").as_bytes()).unwrap();
        let put = Change::Put { mode: Mode::File, oid };
        let changes = BTreeMap::from([(format!("d/{number}"), put)]);
        let next = writer.tree_edit(tree, &changes).unwrap().unwrap();
        tree = Some(next);
        parents = vec![writer.commit_write(&commit_of(next, &parents, number, "x")).unwrap()];
    }
    writer.finish().unwrap();
    fixture.git(&["update-ref", "refs/heads/main", &parents[0].to_string()]);
    fixture.fsck();
    assert_eq!(fixture.git(&["rev-list", "--count", "main"]), "5");
    assert_eq!(fixture.git(&["ls-tree", "--name-only", "-r", "main"]).lines().count(), 5);
}

#[test]
fn many_writers_and_readers_share_a_repository() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    // More packs than a store makes room for when it is opened empty.
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for number in 0..50 {
                    let text = format!("{thread} {number}");
                    let mut writer = repo.writer();
                    let oid = writer.blob_put(text.as_bytes()).unwrap();
                    writer.finish().unwrap();
                    assert_eq!(repo.blob_read(oid, 100).unwrap(), text.as_bytes());
                }
            });
        }
    });
    assert_eq!(pack_files(repo).len(), 400);
}

/// The other half of [`a_killed_writer_shows_nothing`]: writes until it is killed.
fn write_forever(path: &Path) {
    let repo = Repo::open(path).unwrap();
    for number in 0_u64.. {
        let mut writer = repo.writer();
        let mut changes = BTreeMap::new();
        for file in 0..20 {
            let oid = writer.blob_put(&noise(number * 100 + file, 20_000)).unwrap();
            changes.insert(format!("{number}/{file}"), Change::Put { mode: Mode::File, oid });
        }
        let tree = writer.tree_edit(None, &changes).unwrap().unwrap();
        let commit = writer.commit_write(&commit_of(tree, &[], 1, "x")).unwrap();
        writer.finish().unwrap();
        println!("commit {commit}");
    }
}

/// Names the repository to the child of the test below.
const VICTIM: &str = "HUTONG_GIT_TEST_VICTIM";

/// The same for the test of a full disk.
const FILLER: &str = "HUTONG_GIT_TEST_FILLER";

#[test]
fn a_killed_writer_shows_nothing() {
    if let Some(path) = std::env::var_os(VICTIM) {
        write_forever(Path::new(&path));
    }
    let fixture = Fixture::new();
    for round in 1..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["tests::writing::a_killed_writer_shows_nothing", "--exact", "--nocapture"])
            .env(VICTIM, fixture.repo.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        let mut commits = Vec::new();
        for line in lines {
            let line = line.unwrap();
            if let Some(oid) = line.split("commit ").nth(1) {
                commits.push(oid.parse::<Oid>().unwrap());
            }
            if commits.len() == round {
                // It is in the middle of the next one now.
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();
        assert_eq!(commits.len(), round);
        for commit in commits {
            let tree = fixture.repo.commit_read(commit).unwrap().tree;
            let walk = Walk { prefix: "", is_recursive: true, after: None, limit: 100 };
            let page = fixture.repo.walk(tree, &walk).unwrap().unwrap();
            let blobs = page.entries.iter().filter(|entry| !entry.mode.is_dir());
            let sizes = blobs.map(|e| fixture.repo.blob_read(e.oid, 20_000).unwrap().len());
            assert_eq!(sizes.sum::<usize>(), 20 * 20_000);
        }
        fixture.fsck();
    }
}

/// The other half of [`a_full_disk_is_an_error_and_shows_nothing`]: fills what it may write.
fn write_too_much(path: &Path) {
    let repo = Repo::open(path).unwrap();
    let mut writer = repo.writer();
    let failed = (0..100).find_map(|number| writer.blob_put(&noise(number, 50_000)).err());
    assert!(matches!(failed, Some(Error::File { .. })), "{failed:?}");
    assert!(matches!(writer.blob_put(b"more"), Err(Error::Torn)));
    assert!(matches!(writer.finish(), Err(Error::Torn)));
    let mut writer = repo.writer();
    writer.blob_put(b"little").unwrap();
    writer.finish().unwrap();
}

#[test]
fn a_full_disk_is_an_error_and_shows_nothing() {
    if let Some(path) = std::env::var_os(FILLER) {
        write_too_much(Path::new(&path));
        return;
    }
    let fixture = Fixture::new();
    // A limit on the size of files, whose signal is ignored, fails writes as a full disk does.
    let script = "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["tests::writing::a_full_disk_is_an_error_and_shows_nothing", "--exact"])
        .env(FILLER, fixture.repo.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let names: Vec<_> = pack_files(&fixture.repo);
    assert_eq!(names.len(), 2, "only the little one: {names:?}");
    fixture.fsck();
}
