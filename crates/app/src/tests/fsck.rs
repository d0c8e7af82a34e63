//! Claims about the check of everything that is stored: each kind of damage is told once.

use super::gc_world::{World, noise, worlds};
use crate::depot::Depot;
use hub::{Pointer, Repo};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// A repository with a file of each kind, without a fault.
async fn sound(world: &World) -> (Arc<Repo>, Pointer, Pointer) {
    let repo = world.repo("a").await;
    let whole = world.whole(&repo, b"stored whole").await;
    let chunked = world.chunked(&repo, &noise(300_000, 1)).await;
    world.commit(&repo, "main", &[("w", Some(&whole)), ("c", Some(&chunked))]).await;
    assert_eq!(world.faults().await, [""; 0]);
    (repo, whole, chunked)
}

fn file(world: &World, key: &str) -> PathBuf {
    world.depot.blobs().file_path(&key.parse().unwrap()).unwrap()
}

async fn told(world: &World, expected: &[&str]) {
    let faults = world.faults().await;
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.contains(expected), "{fault} does not say {expected}");
    }
}

#[tokio::test]
async fn bytes_that_changed_are_told() {
    for world in worlds().await {
        let (_, whole, _) = sound(&world).await;
        let key = Depot::whole_key(&whole.sha256).unwrap();
        fs::write(file(&world, key.as_str()), b"stored wrong").unwrap();
        told(&world, &["hashes to something else"]).await;
        fs::write(file(&world, key.as_str()), b"cut").unwrap();
        told(&world, &["has 3 bytes and should have 12", "hashes to something else"]).await;
        fs::remove_file(file(&world, key.as_str())).unwrap();
        told(&world, &["are lost"]).await;
    }
}

#[tokio::test]
async fn containers_that_changed_are_told() {
    for world in worlds().await {
        sound(&world).await;
        let stored = world.stored().await;
        let key = stored.iter().find(|key| key.starts_with("xorb/")).unwrap();
        let path = file(&world, key);
        let mut bytes = fs::read(&path).unwrap();
        bytes[1_000] ^= 1;
        fs::write(&path, &bytes).unwrap();
        told(&world, &["hashes to something else"]).await;
        fs::remove_file(&path).unwrap();
        told(&world, &["is lost"]).await;
    }
}

#[tokio::test]
async fn rows_that_are_lost_are_told() {
    for world in worlds().await {
        let (repo, whole, _) = sound(&world).await;
        let (asked, hashes) = (repo.clone(), vec![whole.sha256.clone()]);
        let forget = move |tx: &mut db::Tx<'_>| hub::objects_delete(tx, &asked, &hashes);
        world.app.write(forget).await.unwrap();
        told(&world, &["the large file `w`"]).await;
        let store = repo.namespace;
        let until = world.app.now().plus_seconds(1);
        let read = move |read: &db::Read<'_>| hub::xorbs_of(read, store, ("", 9));
        let hash = world.app.read(read).await.unwrap()[0].hash.clone();
        let forget = move |tx: &mut db::Tx<'_>| hub::xorb_go(tx, store, (&hash, until, "x"));
        assert!(world.app.write(forget).await.unwrap());
        told(&world, &["the large file `w`", "is damaged"]).await;
    }
}

#[tokio::test]
async fn histories_that_are_lost_are_told() {
    for world in worlds().await {
        let (repo, ..) = sound(&world).await;
        let folder = world.depot.git_path(repo.id);
        for entry in fs::read_dir(folder.join("objects/pack")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        world.depot.forget(repo.id);
        told(&world, &["`refs/heads/main` leads to"]).await;
        fs::remove_dir_all(&folder).unwrap();
        world.depot.forget(repo.id);
        told(&world, &["is lost: bring it back"]).await;
    }
}
