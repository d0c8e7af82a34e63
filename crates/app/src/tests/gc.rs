//! Claims about the collection of garbage.

use super::gc_world::{DAY, World, noise, worlds};
use crate::depot::{Depot, GcOptions, UpkeepError, gc};
use hub::Repo;
use std::sync::Arc;

#[tokio::test]
async fn what_no_ref_needs_goes_and_what_one_needs_stays() {
    for world in worlds().await {
        let repo = world.repo("a").await;
        let kept = world.whole(&repo, b"kept").await;
        let old = world.whole(&repo, b"old").await;
        let never = world.whole(&repo, b"never committed").await;
        let first = world.commit(&repo, "main", &[("k", Some(&kept)), ("o", Some(&old))]).await;
        world.commit(&repo, "main", &[("o", None)]).await;
        world.collect_all().await;
        // The history leads to it.
        assert!(world.is_held(&repo, &old).await);
        assert!(!world.is_held(&repo, &never).await);
        assert_eq!(world.stored().await.len(), 2);
        let squashed = world.repo("b").await;
        let gone = world.whole(&squashed, b"gone").await;
        world.commit(&squashed, "main", &[("g", Some(&gone))]).await;
        world.branch(&repo, "tail", &first).await;
        world.collect_all().await;
        assert!(world.is_held(&squashed, &gone).await);
        assert_eq!(world.faults().await, [""; 0]);
    }
}

#[tokio::test]
async fn nothing_goes_before_its_grace_period_has_ended() {
    for world in worlds().await {
        let repo = world.repo("a").await;
        let file = world.whole(&repo, b"of a branch").await;
        let main = world.commit(&repo, "main", &[]).await;
        world.branch(&repo, "side", &main).await;
        let commit = world.commit(&repo, "side", &[("f", Some(&file))]).await;
        world.clock.advance(100 * DAY);
        world.branch_delete(&repo, "side").await;
        let found = world.collect().await;
        assert_eq!((found.objects.gone, found.objects.waiting), (0, 1));
        world.clock.advance(DAY);
        assert_eq!(world.collect().await.objects.waiting, 1);
        // Deleted by mistake, made again in time: as if nothing had been.
        world.branch(&repo, "side", &commit).await;
        world.clock.advance(30 * DAY);
        assert_eq!(world.collect().await.objects.kept, 1);
        world.branch_delete(&repo, "side").await;
        let found = world.collect().await;
        assert_eq!((found.objects.gone, found.objects.waiting), (0, 1));
        world.clock.advance(2 * DAY);
        assert_eq!(world.collect().await.objects.gone, 1);
        assert_eq!(world.stored().await.len(), 1, "bytes go a grace period after their row");
        world.clock.advance(2 * DAY);
        assert_eq!(world.collect().await.wholes.gone_bytes, 11);
        assert_eq!(world.stored().await, [""; 0]);
        assert_eq!(world.faults().await, [""; 0]);
    }
}

#[tokio::test]
async fn containers_go_when_no_file_needs_them() {
    for world in worlds().await {
        let repo = world.repo("a").await;
        let (kept, gone) = (noise(300_000, 1), noise(300_000, 2));
        let kept = world.chunked(&repo, &kept).await;
        let lost = world.chunked(&repo, &gone).await;
        world.commit(&repo, "main", &[("k", Some(&kept))]).await;
        assert_eq!(world.stored().await.len(), 2);
        world.collect().await;
        world.clock.advance(2 * DAY);
        let found = world.collect().await;
        assert_eq!((found.objects.gone, found.chunked.gone), (1, 1));
        assert_eq!((found.xorbs.kept, found.xorbs.waiting), (1, 1));
        world.clock.advance(2 * DAY);
        let found = world.collect().await;
        assert_eq!((found.xorbs.kept, found.xorbs.gone), (1, 1));
        assert!(found.xorbs.gone_bytes > 100_000, "{found:?}");
        assert_eq!(world.stored().await.len(), 1);
        assert_eq!(world.faults().await, [""; 0]);
        // The same file comes again, with all its parts.
        let again = world.chunked(&repo, &gone).await;
        assert_eq!(again, lost);
        world.commit(&repo, "main", &[("g", Some(&again))]).await;
        assert_eq!(world.faults().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_container_that_a_client_was_told_of_stays() {
    for world in worlds().await {
        let repo = world.repo("a").await;
        world.chunked(&repo, &noise(300_000, 1)).await;
        world.collect().await;
        world.clock.advance(3 * DAY);
        world.collect().await;
        let store = repo.namespace;
        let read = move |read: &db::Read<'_>| hub::xorbs_of(read, store, ("", 9));
        let hash = world.app.read(read).await.unwrap()[0].hash.clone();
        world.clock.advance(3 * DAY);
        let touch = move |tx: &mut db::Tx<'_>| hub::xorb_touch(tx, store, &hash);
        assert!(world.app.write(touch).await.unwrap());
        world.clock.advance(DAY);
        assert_eq!(world.collect().await.xorbs.waiting, 1);
        world.clock.advance(2 * DAY);
        assert_eq!(world.collect().await.xorbs.gone, 1);
    }
}

#[tokio::test]
async fn the_files_of_a_deleted_repository_go() {
    for world in worlds().await {
        let (repo, other) = (world.repo("a").await, world.repo("b").await);
        let shared = world.whole(&repo, b"shared").await;
        let own = world.whole(&repo, b"own").await;
        world.whole(&other, b"shared").await;
        world.commit(&repo, "main", &[("s", Some(&shared)), ("o", Some(&own))]).await;
        world.commit(&other, "main", &[("s", Some(&shared))]).await;
        let (visitor, deleted) = (world.visitor().await, repo.clone());
        let delete = move |tx: &mut db::Tx<'_>| hub::repo_delete(tx, &visitor, &deleted);
        world.app.write(delete).await.unwrap();
        let folder = world.depot.git_path(repo.id);
        let found = world.collect().await;
        assert_eq!((found.folders.kept, found.folders.waiting, found.wholes.waiting), (1, 1, 1));
        assert!(folder.exists());
        world.clock.advance(2 * DAY);
        let found = world.collect().await;
        assert_eq!((found.folders.gone, found.wholes.gone), (1, 1));
        assert!(found.folders.gone_bytes > 100, "{found:?}");
        assert!(!folder.exists() && world.depot.git_path(other.id).exists());
        assert_eq!(world.stored().await.len(), 1);
        assert_eq!(world.faults().await, [""; 0]);
    }
}

/// A repository with garbage of every kind, due for deletion.
async fn rubbish(world: &World) -> Arc<Repo> {
    let (repo, gone) = (world.repo("a").await, world.repo("gone").await);
    let kept = world.whole(&repo, b"kept").await;
    let chunked = world.chunked(&repo, &noise(200_000, 1)).await;
    world.commit(&repo, "main", &[("k", Some(&kept)), ("c", Some(&chunked))]).await;
    world.whole(&repo, b"never").await;
    world.chunked(&repo, &noise(200_000, 2)).await;
    world.whole(&gone, b"of a deleted one").await;
    let visitor = world.visitor().await;
    let delete = move |tx: &mut db::Tx<'_>| hub::repo_delete(tx, &visitor, &gone);
    world.app.write(delete).await.unwrap();
    repo
}

/// Collects on a heap of garbage, stopped after some steps. Returns whether it came through.
async fn stopped_after(world: &World, (rounds, steps): (u32, usize)) -> bool {
    rubbish(world).await;
    for _ in 0..rounds {
        world.collect().await;
        world.clock.advance(3 * DAY);
    }
    let mut left = steps;
    let mut watch = |_| {
        left = left.saturating_sub(1);
        left > 0
    };
    let outcome = world.collect_watched(&mut watch).await;
    assert_eq!(world.faults().await, [""; 0], "stopped after {steps} steps");
    match outcome {
        Ok(_) => return true,
        Err(UpkeepError::Stopped) => {}
        Err(error) => panic!("{error}"),
    }
    let busy = world.collect_watched(&mut |_| true).await;
    assert!(matches!(busy, Err(UpkeepError::Busy { .. })), "{busy:?}");
    world.clock.advance(DAY);
    world.collect_all().await;
    assert_eq!(world.stored().await.len(), 2, "stopped after {steps} steps");
    assert_eq!(world.faults().await, [""; 0], "stopped after {steps} steps");
    let going = |read: &db::Read<'_>| hub::leftovers_going(read, "", 9);
    assert!(world.app.read(going).await.unwrap().is_empty());
    false
}

#[tokio::test]
async fn a_collection_killed_at_any_step_loses_nothing_and_is_ended_by_the_next() {
    // Rows go in the second collection, their bytes in the third.
    for (rounds, steps_min) in [(1, 8), (2, 10)] {
        let mut steps = 1;
        let mut is_through = false;
        while !is_through {
            for world in worlds().await {
                is_through = stopped_after(&world, (rounds, steps)).await;
            }
            steps += 1;
        }
        assert!(steps > steps_min, "{steps} steps are too few to have met every kind");
    }
}

#[tokio::test]
async fn bytes_that_are_going_cannot_be_put_until_they_are_gone() {
    for world in worlds().await {
        let repo = world.repo("a").await;
        let file = world.whole(&repo, b"twice").await;
        let key = Depot::whole_key(&file.sha256).unwrap();
        world.collect().await;
        world.clock.advance(3 * DAY);
        world.collect().await;
        world.clock.advance(3 * DAY);
        let mut watch = |step: crate::depot::GcStep| step.what != "deleting stored files";
        assert!(world.collect_watched(&mut watch).await.is_err());
        let claim = |key: String| move |tx: &mut db::Tx<'_>| hub::leftover_claim(tx, &key);
        assert!(!world.app.write(claim(key.to_string())).await.unwrap());
        world.clock.advance(DAY);
        world.collect().await;
        assert!(world.app.write(claim(key.to_string())).await.unwrap());
        let again = world.whole(&repo, b"twice").await;
        world.commit(&repo, "main", &[("f", Some(&again))]).await;
        world.collect_all().await;
        assert_eq!(world.stored().await, [key.to_string()]);
        assert_eq!(world.faults().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_claim_begins_the_grace_period_anew() {
    for world in worlds().await {
        let repo = world.repo("a").await;
        let file = world.whole(&repo, b"relied on").await;
        world.collect().await;
        world.clock.advance(3 * DAY);
        // A client is told that the file is here, and commits it a day later.
        let (asked, hashes) = (repo.clone(), vec![file.sha256.clone()]);
        let claim = move |tx: &mut db::Tx<'_>| hub::objects_claim(tx, &asked, &hashes);
        world.app.write(claim).await.unwrap();
        assert_eq!(world.collect().await.objects.waiting, 1);
        world.clock.advance(DAY);
        assert_eq!(world.collect().await.objects.waiting, 1);
        world.commit(&repo, "main", &[("f", Some(&file))]).await;
        world.collect_all().await;
        assert!(world.is_held(&repo, &file).await);
        assert_eq!(world.faults().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_ref_that_moves_while_it_is_looked_at_saves_its_files() {
    for world in worlds().await {
        let repo = world.repo("a").await;
        let file = world.whole(&repo, b"just in time").await;
        let main = world.commit(&repo, "main", &[]).await;
        world.branch(&repo, "side", &main).await;
        let commit = world.commit(&repo, "side", &[("f", Some(&file))]).await;
        world.branch_delete(&repo, "side").await;
        world.collect().await;
        world.clock.advance(3 * DAY);
        let (app, asked, visitor) = (world.app.clone(), repo.clone(), world.visitor().await);
        let mut is_made = false;
        let mut watch = |step: crate::depot::GcStep| {
            if step.what == "forgetting large files" && !is_made {
                is_made = true;
                let (asked, visitor, commit) = (asked.clone(), visitor.clone(), commit.clone());
                let make = move |tx: &mut db::Tx<'_>| {
                    hub::branch_create(tx, &visitor, &asked, ("late", &commit))
                };
                std::thread::scope(|scope| {
                    scope.spawn(|| app.db().write(make).wait().unwrap()).join().unwrap();
                });
            }
            true
        };
        let found = world.collect_watched(&mut watch).await.unwrap();
        assert_eq!((found.objects.kept, found.objects.gone), (1, 0));
        assert!(is_made && world.is_held(&repo, &file).await);
        assert_eq!(world.faults().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    for world in worlds().await {
        rubbish(&world).await;
        let dry = GcOptions { grace_seconds: 2 * DAY, is_dry: true };
        let stored = world.stored().await;
        let before = gc(&world.app, &world.depot, &dry, &mut |_| true).await.unwrap();
        assert_eq!((before.objects.gone, before.objects.waiting), (0, 2));
        world.collect().await;
        world.clock.advance(3 * DAY);
        let would = gc(&world.app, &world.depot, &dry, &mut |_| true).await.unwrap();
        assert_eq!((would.objects.gone, would.wholes.gone, would.folders.gone), (2, 1, 1));
        assert_eq!(world.stored().await, stored);
        let does = world.collect().await;
        assert_eq!(would.gone_bytes(), does.gone_bytes());
    }
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_keeps_everything() {
    for world in worlds().await {
        let (broken, whole) = (world.repo("a").await, world.repo("b").await);
        let kept = world.whole(&broken, b"kept").await;
        world.commit(&broken, "main", &[("k", Some(&kept))]).await;
        let gone = world.whole(&whole, b"gone").await;
        std::fs::remove_dir_all(world.depot.git_path(broken.id).join("objects/pack")).unwrap();
        world.depot.forget(broken.id);
        for _ in 0..3 {
            let found = world.collect_watched(&mut |_| true).await.unwrap();
            assert!(!found.skipped.is_empty(), "{found:?}");
            world.clock.advance(3 * DAY);
        }
        assert!(world.is_held(&broken, &kept).await && !world.is_held(&whole, &gone).await);
    }
}
