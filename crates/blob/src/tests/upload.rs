use super::{all, content, key, keys, leftovers, open, refused};
use crate::{Error, Join, Part, Refused, Retry, Sha256, Store, Upload};

const PART: usize = 1 << 20;

fn upload(name: &str) -> Upload {
    Upload::new(name, 1 << 20).unwrap()
}

async fn put(store: &Store, upload: &Upload, number: u32, bytes: &[u8]) -> Part {
    let mut part = store.part_put(upload, number).await.unwrap();
    for piece in bytes.chunks(100_000) {
        part.write(piece).await.unwrap();
    }
    part.finish().await.unwrap()
}

/// Puts all parts, the last first, and says how to join them.
async fn put_all(store: &Store, upload: &Upload, bytes: &[u8]) -> Join {
    let mut parts = Vec::new();
    for (number, piece) in (1..).zip(bytes.chunks(PART)).collect::<Vec<_>>().into_iter().rev() {
        parts.insert(0, (number, put(store, upload, number, piece).await.etag));
    }
    let size_bytes = u64::try_from(bytes.len()).unwrap();
    let (upload, sha256) = (upload.clone(), Sha256::of(bytes));
    Join { upload, parts, key: key("lfs/whole"), sha256, size_bytes }
}

#[tokio::test]
async fn parts_in_any_order_make_the_whole() {
    for place in testbed::stores() {
        let store = open(&place).await;
        for size_bytes in [1, PART, PART + 1, 3 * PART + 77] {
            let (bytes, upload) = (content(1, size_bytes), upload(&format!("u{size_bytes}")));
            let join = put_all(&store, &upload, &bytes).await;
            let stored = store.parts_join(&join).await.unwrap();
            assert_eq!((stored.size_bytes, stored.sha256), (join.size_bytes, Some(join.sha256)));
            assert!(all(&store, &join.key).await.unwrap() == bytes);
            // A lost answer is repeated, until the upload is forgotten.
            assert_eq!(store.parts_join(&join).await.unwrap(), stored);
            store.parts_drop(&upload).await.unwrap();
            store.parts_drop(&upload).await.unwrap();
            assert_eq!(refused(store.parts_join(&join).await), Refused::PartAbsent { number: 1 });
            assert!(all(&store, &join.key).await.unwrap() == bytes);
        }
        if let Some(root) = place.folder() {
            assert_eq!(leftovers(root, "uploads"), [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_part_put_again_replaces_the_first() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let (bytes, upload) = (content(1, 2 * PART + 10), upload("u"));
        let old = put(&store, &upload, 2, &content(2, PART)).await;
        // A third part that the whole does not have.
        put(&store, &upload, 4, b"more").await;
        let mut join = put_all(&store, &upload, &bytes).await;
        let right = std::mem::replace(&mut join.parts[1].1, old.etag);
        assert_eq!(refused(store.parts_join(&join).await), Refused::PartAbsent { number: 2 });
        join.parts[1].1 = right;
        store.parts_join(&join).await.unwrap();
        assert!(all(&store, &join.key).await.unwrap() == bytes);
    }
}

#[tokio::test]
async fn a_list_of_parts_with_holes_is_refused() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let (bytes, upload) = (content(1, 2 * PART + 10), upload("u"));
        let join = put_all(&store, &upload, &bytes).await;
        let check = async |change: fn(&mut Join), expected: Refused| {
            let mut wrong = join.clone();
            change(&mut wrong);
            assert_eq!(refused(store.parts_join(&wrong).await), expected);
        };
        check(|j| j.parts.clear(), Refused::PartAbsent { number: 1 }).await;
        check(|j| j.parts.swap(0, 1), Refused::PartOrder { place: 1, number: 2 }).await;
        check(|j| drop(j.parts.remove(1)), Refused::PartOrder { place: 2, number: 3 }).await;
        check(|j| j.parts[0].0 = 0, Refused::PartNumber { number: 0 }).await;
        check(|j| j.parts.push((4, "x".to_owned())), Refused::PartAbsent { number: 4 }).await;
        let (expected, found) = (join.size_bytes, 2 << 20);
        check(|j| drop(j.parts.pop()), Refused::Size { expected, found }).await;
        put(&store, &upload, 2, b"short").await;
        let etag = put(&store, &upload, 2, b"short").await.etag;
        let mut short = join.clone();
        short.parts[1].1 = etag;
        let expected = Refused::PartSize { number: 2, expected: 1 << 20, found: 5 };
        assert_eq!(refused(store.parts_join(&short).await), expected);
        // Nothing of this harmed the other parts.
        put(&store, &upload, 2, &bytes[PART..2 * PART]).await;
        store.parts_join(&join).await.unwrap();
    }
}

#[tokio::test]
async fn parts_of_something_else_are_dropped() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let (bytes, upload) = (content(1, PART + 10), upload("u"));
        let mut join = put_all(&store, &upload, &bytes).await;
        let found = join.sha256;
        join.sha256 = Sha256::of(b"what was announced");
        let expected = join.sha256;
        assert_eq!(refused(store.parts_join(&join).await), Refused::Sha256 { expected, found });
        assert!(keys(&store, None).await.is_empty());
        if let Some(root) = place.folder() {
            assert_eq!(leftovers(root, "uploads"), [""; 0]);
        }
    }
}

#[tokio::test]
async fn an_object_is_joined_only_by_who_has_its_bytes() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let secret = put_all(&store, &upload("owner"), &content(1, PART + 10)).await;
        store.parts_join(&secret).await.unwrap();
        // Nothing put; something else put; something else joined before.
        let empty = Join { upload: upload("thief"), ..secret.clone() };
        assert_eq!(refused(store.parts_join(&empty).await), Refused::PartAbsent { number: 1 });
        let mut own = put_all(&store, &upload("thief"), &content(2, PART + 10)).await;
        own.key = key("lfs/own");
        store.parts_join(&own).await.unwrap();
        let theft = Join { parts: own.parts.clone(), ..empty };
        refused(store.parts_join(&theft).await);
    }
}

#[tokio::test]
async fn a_part_that_does_not_fit_is_refused() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let upload = upload("u");
        let after = put(&store, &upload, 2, b"the next part").await;
        let mut part = store.part_put(&upload, 1).await.unwrap();
        let limit_bytes = 1 << 20;
        let outcome = part.write(&content(1, PART + 1)).await;
        assert_eq!(refused(outcome), Refused::TooLarge { limit_bytes });
        drop(part);
        let first = content(3, PART);
        let bytes = [first.as_slice(), b"the next part"].concat();
        let parts = vec![(1, put(&store, &upload, 1, &first).await.etag), (2, after.etag)];
        let (sha256, size_bytes) = (Sha256::of(&bytes), 1_048_589);
        let join = Join { upload, parts, key: key("k"), sha256, size_bytes };
        store.parts_join(&join).await.unwrap();
        let zero = store.part_put(&join.upload, 0).await;
        assert_eq!(refused(zero), Refused::PartNumber { number: 0 });
    }
}

#[tokio::test]
async fn nobody_writes_to_a_file_that_is_joined() {
    let place = testbed::TestStore::local();
    let store = open(&place).await;
    let (bytes, upload) = (content(1, PART + 10), upload("u"));
    let mut join = put_all(&store, &upload, &bytes).await;
    let busy = Refused::UploadBusy { upload: "u-1048576".to_owned() };
    let mut slow = store.part_put(&upload, 2).await.unwrap();
    slow.write(b"slow").await.unwrap();
    let said = store.parts_join(&join).await;
    assert_eq!(Error::from(busy.clone()).retry(), Retry::Again);
    assert_eq!(refused(said), busy);
    assert_eq!(refused(store.parts_drop(&upload).await), busy);
    drop(slow);
    // Its bytes are gone with it, and so is the part that it replaced.
    let limit = std::time::Duration::from_secs(10);
    let mut said = refused(store.parts_join(&join).await);
    let start = std::time::Instant::now();
    while said == busy && start.elapsed() < limit {
        tokio::task::yield_now().await;
        said = refused(store.parts_join(&join).await);
    }
    assert_eq!(said, Refused::PartAbsent { number: 2 });
    join.parts[1].1 = put(&store, &upload, 2, &bytes[PART..]).await.etag;
    store.parts_join(&join).await.unwrap();
    let late = refused(store.part_put(&upload, 1).await);
    assert_eq!(late, Refused::UploadJoined { upload: "u-1048576".to_owned() });
    store.parts_join(&join).await.unwrap();
    assert!(all(&store, &join.key).await.unwrap() == bytes);
}
