//! A zone on a full disk says so with 507, and keeps what it has. The disk is a small file system in
//! memory; to mount one takes a namespace of its own, and where that is forbidden the test says so.

use super::input::sent;
use super::upload::{Cas, Line, Way, cas_token, packed, shard, upload};
use super::zone::{Zone, content, program};
use std::process::Command;
use testbed::TempDir;

/// Mounts the small disk and runs a program.
fn inside(folder: &std::path::Path, then: &str) -> Command {
    let script = format!("mount -t tmpfs -o size=24m none \"$1\" && {then}");
    let mut command = Command::new("unshare");
    command.args(["--mount", "--user", "--map-root-user", "sh", "-c", &script, "sh"]);
    command.arg(folder).arg(program());
    command
}

/// A zone on a disk of 24 MiB that is mounted in a folder; `None` where none may be mounted.
fn small(folder: &std::path::Path) -> Option<Zone> {
    let is_allowed = inside(folder, "true").output();
    if !is_allowed.is_ok_and(|output| output.status.success()) {
        eprintln!("SMALL DISK ABSENT: a full disk was not tested");
        return None;
    }
    let zone = Zone::spawn(inside(folder, "exec \"$2\" --data \"$1/zone\""));
    zone.at.repo_create();
    Some(zone)
}

/// Bytes that neither repeat nor pack.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..size).map(|_| next()).collect()
}

#[test]
fn a_full_disk_is_told_to_whoever_sends_chunks_or_pushes() {
    let (folder, scratch) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let Some(mut zone) = small(folder.path()) else { return };
    let kept = zone.at.commit("kept.txt", (b"kept", false)).expect("the zone answers");
    let kept = kept.expect("there is space");
    let long = noise(30 << 20);
    let cas = Cas::of(&sent(&cas_token(&zone.at, "write")));
    let own = packed(&long);
    let path = format!("xorbs/default/{}", own.xorbs[0].xorb.hash());
    assert_eq!(sent(&cas.ask("POST", &path, own.xorbs[0].body.clone())).status, 507);
    assert_eq!(sent(&cas.ask("POST", "shards", shard(&own.file))).status, 400, "it has not come");
    let mut line = Line::new(&mut zone, None);
    let told = upload(&mut line, Way::Push, ("long.bin", &long), scratch.path());
    let told = told.expect("the zone answers").text();
    assert!(told.contains("unpack the zone has no disk space left"), "{told}");
    assert!(told.contains("ng refs/heads/main"), "{told}");
    let seen = zone.at.get(&format!("DVUser/r/resolve/{kept}/kept.txt"));
    assert_eq!(seen.expect("the zone answers").body, b"kept");
    let main = zone.at.get("DVUser/r/resolve/main/long.bin").expect("the zone answers");
    assert_eq!(main.status, 404, "a push that was refused is seen");
    // What was refused has left its space.
    assert_eq!(zone.at.large(&noise(1 << 20)).expect("the zone answers"), 200);
}

#[test]
fn a_full_disk_is_told_and_keeps_what_was_acknowledged() {
    let folder = TempDir::new().unwrap();
    let Some(served) = small(folder.path()) else { return };
    let zone = &served.at;
    let kept = content(0, 1 << 20);
    assert_eq!(zone.large(&kept).unwrap(), 200);
    let commit = zone.commit("kept.bin", (&kept, true)).unwrap().unwrap();
    assert_eq!(zone.large(&content(1, 64 << 20)).unwrap(), 507);
    // The last bytes go to smaller and smaller files.
    let mut number = 1;
    for shift in (12..=23).rev() {
        let mut status = 200;
        while status == 200 {
            number += 1;
            status = zone.large(&content(number, 1 << shift)).unwrap();
        }
        assert_eq!(status, 507);
    }
    let mut stands = Vec::new();
    for number in 0..200 {
        let text = content(number, 3_000);
        match zone.commit(&format!("{number}.txt"), (&text, false)).unwrap() {
            Ok(commit) => stands.push((number, commit)),
            Err(status) => {
                assert_eq!(status, 507, "commit {number}");
                break;
            }
        }
    }
    assert!(stands.len() < 200, "the disk was never full");
    for (number, commit) in &stands {
        let found = zone.get(&format!("DVUser/r/resolve/{commit}/{number}.txt")).unwrap();
        assert_eq!((found.status, found.body), (200, content(*number, 3_000)));
    }
    let found = zone.get(&format!("DVUser/r/resolve/{commit}/kept.bin")).unwrap();
    assert_eq!((found.status, found.body), (200, kept));
    let missing = zone.get(&format!("DVUser/r/resolve/main/{}.txt", stands.len())).unwrap();
    assert_eq!(missing.status, 404, "a commit that was refused is seen");
}
