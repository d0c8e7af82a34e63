//! Measures commits and listings of large trees, beside Git's own program.

use git::{Actor, Change, Commit, Mode, Oid, Repo, Walk};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testbed::TempDir;

fn main() {
    let folder = TempDir::new().expect("a temporary folder");
    let repo = Repo::create(&folder.path().join("it.git")).expect("a repository");
    let small = commit_small_files(&repo);
    let import = import_small_files(folder.path());
    show("commit_10000_files", small);
    show("fast_import_10000_files", import);
    ratio("commit_by_fast_import", small, import);
    for (name, folders) in [("nested", 100), ("flat", 1)] {
        let (tree, build) = tree_of(&repo, folders, 100_000 / folders);
        show(&format!("tree_100000_{name}_build"), build);
        pages(&repo, name, tree);
        let (_, edit) = timed(|| tree_with(&repo, Some(tree), &[("0/x".to_owned(), 1)]));
        show(&format!("tree_100000_{name}_edit"), edit);
        let (_, listed) = timed(|| git(repo.path(), &["ls-tree", "-r", "-t", &tree.to_string()]));
        show(&format!("git_ls_tree_100000_{name}"), listed);
    }
    history(&repo);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn show(name: &str, time: Duration) {
    println!("{name} {} us", time.as_micros());
}

fn ratio(name: &str, ours: Duration, theirs: Duration) {
    let thousandths = ours.as_micros() * 1_000 / theirs.as_micros().max(1);
    println!("{name} {}.{:03} ratio", thousandths / 1_000, thousandths % 1_000);
}

fn actor(seconds: i64) -> Actor {
    let (name, email) = ("Bench".to_owned(), "bench@zone.example".to_owned());
    Actor { name, email, seconds, offset_minutes: 0 }
}

fn commit(tree: Oid, parents: Vec<Oid>, seconds: i64) -> Commit {
    let (author, committer) = (actor(seconds), actor(seconds));
    Commit { tree, parents, author, committer, message: "bench".to_owned() }
}

fn text(number: u64) -> Vec<u8> {
    format!("{{\"id\": {number}, \"label\": \"{}\"}}\n", number * 7_919).repeat(20).into_bytes()
}

fn commit_small_files(repo: &Repo) -> Duration {
    let work = || {
        let mut writer = repo.writer();
        let mut changes = BTreeMap::new();
        for number in 0..10_000 {
            let bytes = text(number);
            let size = u64::try_from(bytes.len()).expect("a small text");
            let oid = writer.blob_write(&mut bytes.as_slice(), size).expect("a blob");
            let put = Change::Put { mode: Mode::File, oid };
            changes.insert(format!("data/{}/{number}.json", number % 100), put);
        }
        let tree = writer.tree_edit(None, &changes).expect("an edit").expect("no refusal");
        writer.commit_write(&commit(tree, vec![], 1)).expect("a commit");
        writer.finish().expect("a pack")
    };
    timed(work).1
}

fn import_small_files(folder: &Path) -> Duration {
    git(folder, &["init", "-q", "--bare", "peer.git"]);
    let mut stream = b"commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 0\n".to_vec();
    for number in 0..10_000 {
        let bytes = text(number);
        let path = format!("data/{}/{number}.json", number % 100);
        stream.extend(format!("M 100644 inline {path}\ndata {}\n", bytes.len()).into_bytes());
        stream.extend(bytes);
        stream.push(b'\n');
    }
    let file = folder.join("stream");
    std::fs::write(&file, stream).expect("a stream");
    let work = || {
        let status = Command::new("git")
            .args([
                "--git-dir=peer.git",
                "-c",
                "fastimport.unpackLimit=0",
                "fast-import",
                "--quiet",
            ])
            .current_dir(folder)
            .stdin(std::fs::File::open(&file).expect("the stream"))
            .status();
        assert!(status.expect("git").success());
    };
    timed(work).1
}

fn tree_with(repo: &Repo, base: Option<Oid>, files: &[(String, u64)]) -> Oid {
    let mut writer = repo.writer();
    let mut changes = BTreeMap::new();
    for (path, number) in files {
        let oid = writer.blob_put(&number.to_le_bytes()).expect("a blob");
        changes.insert(path.clone(), Change::Put { mode: Mode::File, oid });
    }
    let tree = writer.tree_edit(base, &changes).expect("an edit").expect("no refusal");
    writer.finish().expect("a pack");
    tree
}

fn tree_of(repo: &Repo, folders: u64, each: u64) -> (Oid, Duration) {
    let files = (0..folders).flat_map(|folder| {
        (0..each).map(move |file| (format!("{folder}/sample-{file:06}.json"), folder * each + file))
    });
    let files: Vec<_> = files.collect();
    timed(|| tree_with(repo, None, &files))
}

fn pages(repo: &Repo, name: &str, tree: Oid) {
    let fresh = Repo::open(repo.path()).expect("a repository");
    let walk = Walk { prefix: "", is_recursive: true, after: None, limit: 1_000 };
    let (page, first) = timed(|| fresh.walk(tree, &walk).expect("a page").expect("a folder"));
    show(&format!("tree_100000_{name}_first_page"), first);
    let oids: Vec<Oid> = page.entries.iter().map(|entry| entry.oid).collect();
    let (_, sizes) = timed(|| fresh.object_headers(&oids).expect("headers"));
    show(&format!("tree_100000_{name}_1000_sizes"), sizes);
    let after = match name {
        "flat" => "0/sample-090000.json",
        _ => "90/sample-000500.json",
    };
    let walk = Walk { after: Some(after), ..walk };
    let (_, deep) = timed(|| fresh.walk(tree, &walk).expect("a page"));
    show(&format!("tree_100000_{name}_deep_page"), deep);
}

fn history(repo: &Repo) {
    let mut writer = repo.writer();
    let (mut tree, mut parents) = (None, Vec::new());
    for number in 0..10_000_i64 {
        let oid = writer.blob_put(&number.to_le_bytes()).expect("a blob");
        let path = format!("{}/{}", number % 7, number % 50);
        let changes = BTreeMap::from([(path, Change::Put { mode: Mode::File, oid })]);
        let next = writer.tree_edit(tree, &changes).expect("an edit").expect("no refusal");
        tree = Some(next);
        let oid = writer.commit_write(&commit(next, parents, number)).expect("a commit");
        parents = vec![oid];
    }
    writer.finish().expect("a pack");
    let tip = parents[0];
    show("log_first_50", timed(|| repo.log(tip, 50, None).expect("a log")).1);
    show("count_10000_commits", timed(|| repo.commits_count(tip).expect("a count")).1);
    let counted = timed(|| git(repo.path(), &["rev-list", "--count", &tip.to_string()])).1;
    show("git_rev_list_count_10000", counted);
    let names: Vec<String> = (0..50).map(|n| format!("{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let last = timed(|| repo.last_changes(tip, "3", &names, 10_000).expect("last changes")).1;
    show("last_changes_of_a_folder", last);
}

fn git(folder: &Path, args: &[&str]) {
    let status = Command::new("git").current_dir(folder).args(args).stdout(Stdio::null()).status();
    assert!(status.expect("git").success());
}
