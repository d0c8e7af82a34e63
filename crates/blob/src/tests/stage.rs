use super::{all, content, key, keys, leftovers, open, refused};
use crate::{Error, Refused, Retry, Sha256, Stored, Wanted};

/// More than one block of a bucket.
const LARGE_BYTES: usize = (16 << 20) + 12_345;

#[tokio::test]
async fn what_was_stored_is_read_back() {
    for place in testbed::stores() {
        let store = open(&place).await;
        for (seed, size_bytes) in [(1, 0), (2, 1), (3, 1 << 20), (4, 3_000_001), (5, LARGE_BYTES)] {
            let (bytes, key) = (content(seed, size_bytes), key(&format!("lfs/ab/k{seed}")));
            let sha256 = Sha256::of(&bytes);
            let size_bytes = u64::try_from(size_bytes).unwrap();
            let mut stage = store.stage(&key, Wanted::exactly(sha256, size_bytes));
            for piece in bytes.chunks(70_001) {
                stage.write(piece).await.unwrap();
                assert_eq!(store.size(&key).await.unwrap(), None, "seen before it was finished");
            }
            let stored = stage.finish().await.unwrap();
            assert_eq!(stored, Stored { size_bytes, sha256: Some(sha256) });
            assert_eq!(store.size(&key).await.unwrap(), Some(size_bytes));
            assert!(all(&store, &key).await.unwrap() == bytes, "{key}");
            assert_eq!(store.rehash(&key).await.unwrap(), Some(sha256));
        }
    }
}

#[tokio::test]
async fn content_that_is_not_the_announced_leaves_nothing() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let expected = Sha256::of(b"expected");
        let check = async |size_bytes: usize, wanted: Wanted| {
            let bytes = content(9, size_bytes);
            let outcome = store.put(&key("k"), &bytes, wanted).await;
            assert_eq!(store.size(&key("k")).await.unwrap(), None);
            (refused(outcome), Sha256::of(&bytes))
        };
        for size in [5, 2 << 20, LARGE_BYTES] {
            let bytes = u64::try_from(size).unwrap();
            let (said, found) = check(size, Wanted::exactly(expected, bytes)).await;
            assert_eq!(said, Refused::Sha256 { expected, found });
            let (said, _) = check(size, Wanted::exactly(expected, bytes + 1)).await;
            assert_eq!(said, Refused::Size { expected: bytes + 1, found: bytes });
            let (said, _) = check(size, Wanted::exactly(expected, bytes - 1)).await;
            assert_eq!(said, Refused::TooLarge { limit_bytes: bytes - 1 });
            let (said, _) = check(size, Wanted::at_most(bytes - 1)).await;
            assert_eq!(said, Refused::TooLarge { limit_bytes: bytes - 1 });
        }
        assert!(keys(&store, None).await.is_empty());
        if let Some(root) = place.folder() {
            assert_eq!(leftovers(root, "staged"), [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_refused_stage_stays_stopped() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let mut stage = store.stage(&key("k"), Wanted::at_most(3));
        assert_eq!(refused(stage.write(b"four").await), Refused::TooLarge { limit_bytes: 3 });
        // Not even what would fit is taken: bytes are missing before it.
        assert!(matches!(stage.write(b"").await, Err(Error::Stopped)));
        let error = stage.finish().await.unwrap_err();
        assert!(matches!(error, Error::Stopped) && error.retry() == Retry::Again, "{error:?}");
        assert_eq!(store.size(&key("k")).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_dropped_stage_leaves_nothing() {
    for place in testbed::stores() {
        let store = open(&place).await;
        for size_bytes in [1, 1 << 20, 3 << 20, LARGE_BYTES] {
            let mut stage = store.stage(&key("k"), Wanted::at_most(u64::MAX));
            stage.write(&content(1, size_bytes)).await.unwrap();
            drop(stage);
            assert_eq!(store.size(&key("k")).await.unwrap(), None);
        }
        if let Some(root) = place.folder() {
            assert_eq!(leftovers(root, "staged"), [""; 0]);
        }
    }
}

#[tokio::test]
async fn the_same_bytes_are_stored_once_by_many() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let bytes = content(3, 2_500_000);
        let wanted = Wanted::exactly(Sha256::of(&bytes), 2_500_000);
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (store, bytes) = (store.clone(), bytes.clone());
                tokio::spawn(async move { store.put(&key("lfs/k"), &bytes, wanted).await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap().sha256, Some(Sha256::of(&bytes)));
        }
        assert_eq!(keys(&store, None).await, ["lfs/k"]);
        assert!(all(&store, &key("lfs/k")).await.unwrap() == bytes);
    }
}

#[tokio::test]
async fn a_refused_object_leaves_the_one_that_was_there() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let old = store.put(&key("k"), b"old", Wanted::unhashed(10)).await.unwrap();
        assert_eq!(old, Stored { size_bytes: 3, sha256: None });
        let wanted = Wanted::exactly(Sha256::of(b"new"), 3);
        refused(store.put(&key("k"), b"bad", wanted).await);
        assert_eq!(all(&store, &key("k")).await.unwrap(), b"old");
        store.put(&key("k"), b"new", wanted).await.unwrap();
        assert_eq!(all(&store, &key("k")).await.unwrap(), b"new");
    }
}
