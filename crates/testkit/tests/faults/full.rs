//! A zone on a full disk says so with 507, and keeps what it has. The disk is a small file system in
//! memory; to mount one takes a namespace of its own, and where that is forbidden the test says so.

use super::zone::{Zone, content, program};
use std::process::Command;

/// Mounts the small disk and runs a program.
fn inside(folder: &std::path::Path, then: &str) -> Command {
    let script = format!("mount -t tmpfs -o size=24m none \"$1\" && {then}");
    let mut command = Command::new("unshare");
    command.args(["--mount", "--user", "--map-root-user", "sh", "-c", &script, "sh"]);
    command.arg(folder).arg(program());
    command
}

#[test]
fn a_full_disk_is_told_and_keeps_what_was_acknowledged() {
    let folder = testbed::TempDir::new().unwrap();
    let is_allowed = inside(folder.path(), "true").output();
    if !is_allowed.is_ok_and(|output| output.status.success()) {
        return eprintln!("SMALL DISK ABSENT: a full disk was not tested");
    }
    let served = Zone::spawn(inside(folder.path(), "exec \"$2\" --data \"$1/zone\""));
    let zone = &served.at;
    zone.repo_create();
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
