//! Claims about packs joined and litter swept.

use super::oracle::Fixture;
use crate::{Oid, Refs, RepackLimits, Repacked, Repo};
use base::Time;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

const LIMITS: RepackLimits = RepackLimits { packs: 3, pack_bytes: 1_000_000, seconds: 60 };

fn packs(repo: &Repo) -> usize {
    let folder = fs::read_dir(repo.path().join("objects/pack")).unwrap();
    folder
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "pack"))
        .count()
}

fn blobs(repo: &Repo, count: usize) -> Vec<Oid> {
    let write = |number: usize| {
        let mut writer = repo.writer();
        let oid = writer.blob_put(format!("{number} of {count}").as_bytes()).unwrap();
        writer.finish().unwrap();
        oid
    };
    (0..count).map(write).collect()
}

fn refs() -> Refs {
    Refs { head: "refs/heads/main".to_owned(), ..Refs::default() }
}

#[test]
fn no_object_is_lost_when_packs_are_joined() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let head = fixture.commit(&[], &[("a", Some("1"))]);
    let held = blobs(repo, 2);
    assert_eq!(repo.repack(&refs(), LIMITS).unwrap(), None);
    let more = blobs(repo, 5);
    let refs = Refs { names: [("refs/heads/main".to_owned(), head)].into(), ..refs() };
    assert_eq!(repo.repack(&refs, LIMITS).unwrap(), Some(Repacked { packs: 8, objects: 10 }));
    assert_eq!(packs(repo), 1);
    for oid in held.iter().chain(&more) {
        assert!(repo.blob_read(*oid, 99).is_ok(), "by a reader that knew the old packs");
        assert!(Repo::open(repo.path()).unwrap().blob_read(*oid, 99).is_ok());
    }
    fixture.fsck();
    blobs(repo, 4);
    let small = RepackLimits { pack_bytes: 100, ..LIMITS };
    assert_eq!(repo.repack(&refs, small).unwrap(), Some(Repacked { packs: 4, objects: 4 }));
    assert_eq!(packs(repo), 2);
}

#[test]
fn readers_and_writers_go_on_while_packs_are_joined() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let old = blobs(repo, 20);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for reader in 0..2 {
            let (is_over, old) = (&is_over, &old);
            scope.spawn(move || {
                let mut rounds = 0;
                while !is_over.load(Ordering::SeqCst) || rounds < 3 {
                    rounds += 1;
                    let oid = old[(rounds * 7 + reader) % old.len()];
                    assert!(repo.blob_read(oid, 99).is_ok());
                }
            });
        }
        for round in 0..6 {
            blobs(repo, 21 + round);
            repo.repack(&refs(), LIMITS).unwrap().expect("more than three packs");
        }
        is_over.store(true, Ordering::SeqCst);
    });
    assert_eq!(packs(repo), 1);
    fixture.fsck();
}

#[test]
fn only_old_litter_is_swept() {
    let fixture = Fixture::new();
    let repo = &fixture.repo;
    let kept = blobs(repo, 1)[0];
    let folder = repo.path().join("objects/pack");
    fs::write(folder.join("tmp_pack_1_1"), b"x").unwrap();
    fs::write(folder.join("pack-00.pack"), b"x").unwrap();
    fs::create_dir_all(repo.path().join("views/1-1/refs")).unwrap();
    assert_eq!(repo.sweep(Time::from_millis(0)).unwrap(), 0);
    let later = Time::from_millis(i64::MAX);
    assert_eq!(repo.sweep(later).unwrap(), 3);
    assert_eq!(repo.sweep(later).unwrap(), 0);
    assert!(repo.blob_read(kept, 99).is_ok());
}
