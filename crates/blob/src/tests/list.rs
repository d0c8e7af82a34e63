use super::{key, keys, open};
use crate::{Entry, Store, Upload, Wanted};
use base::{Clock, SystemClock, Time};
use futures_util::{StreamExt, TryStreamExt};

/// An instant that nothing in a test is younger than.
fn tomorrow() -> Time {
    SystemClock.now().plus_seconds(86_400)
}

async fn put(store: &Store, text: &str) {
    store.put(&key(text), text.as_bytes(), Wanted::at_most(100)).await.unwrap();
}

#[tokio::test]
async fn a_listing_has_every_object_once() {
    for place in testbed::stores() {
        let store = open(&place).await;
        assert!(keys(&store, None).await.is_empty());
        for text in ["lfs/ab/2", "lfs/ab/1", "lfs/cd/3", "lfs2/x", "a"] {
            put(&store, text).await;
        }
        let all = ["a", "lfs/ab/1", "lfs/ab/2", "lfs/cd/3", "lfs2/x"];
        assert_eq!(keys(&store, None).await, all);
        assert_eq!(keys(&store, Some("lfs")).await, all[1..4]);
        assert_eq!(keys(&store, Some("lfs/cd")).await, all[3..4]);
        assert!(keys(&store, Some("l")).await.is_empty());
        let first: Entry = store.list(None).next().await.unwrap().unwrap();
        assert_eq!((first.key.as_str(), first.size_bytes), ("a", 1));
        let age = tomorrow().millis() - first.modified_at.millis();
        assert!((86_000_000..90_000_000).contains(&age), "{}", first.modified_at);
    }
}

#[tokio::test]
async fn a_deleted_object_is_gone() {
    for place in testbed::stores() {
        let store = open(&place).await;
        put(&store, "lfs/ab/1").await;
        put(&store, "lfs/ab/2").await;
        store.delete(&key("lfs/ab/1")).await.unwrap();
        store.delete(&key("lfs/ab/1")).await.unwrap();
        assert_eq!(store.size(&key("lfs/ab/1")).await.unwrap(), None);
        assert_eq!(keys(&store, None).await, ["lfs/ab/2"]);
    }
}

#[tokio::test]
async fn foreign_files_are_passed_over() {
    let place = testbed::TestStore::local();
    let store = open(&place).await;
    put(&store, "lfs/ab/1").await;
    let folder = place.folder().unwrap().join("objects/lfs");
    std::fs::write(folder.join("README.md"), "x").unwrap();
    std::fs::create_dir(folder.join("lost+found")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.join("link")).unwrap();
    assert_eq!(keys(&store, None).await, ["lfs/ab/1"]);
}

#[tokio::test]
async fn a_listing_that_is_left_does_not_hang() {
    let place = testbed::TestStore::local();
    let store = open(&place).await;
    for number in 0..600 {
        put(&store, &format!("n/{number}")).await;
    }
    let two: Vec<Entry> = store.list(None).take(2).try_collect().await.unwrap();
    assert_eq!(two.len(), 2);
    assert_eq!(keys(&store, None).await.len(), 600);
}

#[tokio::test]
async fn only_old_leftovers_are_reaped() {
    for place in testbed::stores() {
        let store = open(&place).await;
        put(&store, "k").await;
        let upload = Upload::new("u1", 10).unwrap();
        let mut part = store.part_put(&upload, 1).await.unwrap();
        part.write(b"part").await.unwrap();
        part.finish().await.unwrap();
        if let Some(root) = place.folder() {
            std::fs::write(root.join("staged/left"), "by a killed process").unwrap();
        }
        let long_ago = tomorrow().plus_seconds(-3 * 86_400);
        assert_eq!(store.staged_reap(long_ago).await.unwrap(), 0);
        // Local: the staged file, the data of the upload and the record of its part.
        let expected = if place.folder().is_some() { 3 } else { 1 };
        assert_eq!(store.staged_reap(tomorrow()).await.unwrap(), expected);
        assert_eq!(store.staged_reap(tomorrow()).await.unwrap(), 0);
        assert_eq!(keys(&store, None).await, ["k"]);
    }
}
