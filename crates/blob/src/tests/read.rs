use super::{content, drained, key, open, refused};
use crate::{Error, Refused, Wanted};
use proptest::prelude::*;
use std::io::Read;

/// Three blocks of a local read, the last one short.
const SIZE_BYTES: usize = (1 << 20) + 4_321;

#[tokio::test]
async fn a_range_gives_its_bytes() {
    for place in testbed::stores() {
        let store = open(&place).await;
        let bytes = content(1, SIZE_BYTES);
        store.put(&key("k"), &bytes, Wanted::at_most(u64::MAX)).await.unwrap();
        let block = 512 << 10;
        for (start, end) in [
            (0, 1),
            (0, SIZE_BYTES),
            (SIZE_BYTES - 1, SIZE_BYTES),
            (block - 1, block + 1),
            (block, 2 * block),
            (7, 7 + block),
        ] {
            let range = u64::try_from(start).unwrap()..u64::try_from(end).unwrap();
            let object = store.read(&key("k"), Some(range.clone())).await.unwrap().unwrap();
            assert_eq!((object.range.clone(), object.size_bytes), (range, 1_052_897));
            assert!(drained(object).await == bytes[start..end], "{start}..{end}");
        }
    }
}

#[tokio::test]
async fn a_range_that_is_not_there_is_refused() {
    for place in testbed::stores() {
        let store = open(&place).await;
        store.put(&key("k"), b"0123456789", Wanted::at_most(10)).await.unwrap();
        store.put(&key("empty"), b"", Wanted::at_most(10)).await.unwrap();
        #[expect(clippy::reversed_empty_ranges, reason = "what a client may ask for")]
        let ranges = [0..11, 10..11, 10..10, 3..3, 5..4, 11..12, 0..u64::MAX];
        for range in ranges {
            let said = refused(store.read(&key("k"), Some(range.clone())).await);
            let expected = Refused::Range { start: range.start, end: range.end, size_bytes: 10 };
            assert_eq!(said, expected);
        }
        let said = refused(store.read(&key("empty"), Some(0..1)).await);
        assert_eq!(said, Refused::Range { start: 0, end: 1, size_bytes: 0 });
        let empty = store.read(&key("empty"), None).await.unwrap().unwrap();
        assert_eq!((empty.range.clone(), drained(empty).await.len()), (0..0, 0));
    }
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    for place in testbed::stores() {
        let store = open(&place).await;
        store.put(&key("lfs/ab/k"), b"x", Wanted::at_most(10)).await.unwrap();
        // A folder, a name below a file, and nothing at all.
        for absent in ["lfs/ab", "lfs/ab/k/more", "other/k"].map(key) {
            assert!(store.read(&absent, None).await.unwrap().is_none(), "{absent}");
            assert!(store.read(&absent, Some(0..1)).await.unwrap().is_none(), "{absent}");
            assert_eq!(store.size(&absent).await.unwrap(), None);
            assert_eq!(store.rehash(&absent).await.unwrap(), None);
            assert!(store.file_open(&absent).await.unwrap().is_none());
            store.delete(&absent).await.unwrap();
        }
        assert_eq!(store.size(&key("lfs/ab/k")).await.unwrap(), Some(1));
    }
}

#[tokio::test]
async fn a_local_object_is_a_file() {
    for place in testbed::stores() {
        let store = open(&place).await;
        store.put(&key("a/k"), b"bytes", Wanted::at_most(10)).await.unwrap();
        let is_local = place.folder().is_some();
        assert_eq!(store.file_path(&key("a/k")).is_some(), is_local);
        let Some((mut file, size_bytes)) = store.file_open(&key("a/k")).await.unwrap() else {
            assert!(!is_local);
            continue;
        };
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), size_bytes), ("bytes", 5));
        assert_eq!(std::fs::read(store.file_path(&key("a/k")).unwrap()).unwrap(), b"bytes");
    }
}

#[tokio::test]
async fn a_damaged_object_ends_with_an_error() {
    let place = testbed::TestStore::local();
    let store = open(&place).await;
    store.put(&key("k"), &content(1, 3 << 20), Wanted::at_most(u64::MAX)).await.unwrap();
    let object = store.read(&key("k"), None).await.unwrap().unwrap();
    let path = store.file_path(&key("k")).unwrap();
    std::fs::File::options().write(true).open(path).unwrap().set_len(1 << 20).unwrap();
    let mut stream = object.bytes;
    let mut found = 0;
    let error = loop {
        match futures_util::TryStreamExt::try_next(&mut stream).await {
            Ok(Some(block)) => found += block.len(),
            Ok(None) => unreachable!("it ended as if it were whole"),
            Err(error) => break error,
        }
    };
    assert_eq!(found, 1 << 20);
    assert!(matches!(error, Error::Truncated { at: 1_048_576, .. }), "{error}");
}

#[tokio::test]
async fn a_large_object_is_read_where_it_is_asked() {
    let place = testbed::TestStore::local();
    let store = open(&place).await;
    store.put(&key("k"), b"x", Wanted::at_most(1)).await.unwrap();
    let path = store.file_path(&key("k")).unwrap();
    let size_bytes = 5_000_000_000;
    // Sparse: nothing of it is on the disk.
    std::fs::File::options().write(true).open(path).unwrap().set_len(size_bytes).unwrap();
    assert_eq!(store.size(&key("k")).await.unwrap(), Some(size_bytes));
    let range = size_bytes - 3..size_bytes;
    let object = store.read(&key("k"), Some(range)).await.unwrap().unwrap();
    assert_eq!(drained(object).await, [0, 0, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_range_is_a_slice(
        size in 0_usize..1_600_000,
        from in 0_u64..1_700_000,
        length in 0_u64..1_700_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let place = testbed::TestStore::local();
            let store = open(&place).await;
            let bytes = content(1, size);
            store.put(&key("k"), &bytes, Wanted::unhashed(u64::MAX)).await.unwrap();
            let to = from + length;
            let slice = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
            let expected = bytes.get(slice).filter(|slice| !slice.is_empty());
            match (store.read(&key("k"), Some(from..to)).await, expected) {
                (Ok(Some(object)), Some(expected)) => assert!(drained(object).await == expected),
                (Err(Error::Refused(Refused::Range { .. })), None) => {}
                (other, _) => unreachable!("{from}..{to} of {size}: {other:?}"),
            }
        });
    }
}
