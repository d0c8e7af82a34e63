//! A join that was cut off at any of its steps is finished by repeating it.

use super::{all, content, key, open};
use crate::{Join, Sha256, Store, Upload, Wanted};
use std::fs;
use std::path::PathBuf;
use testbed::TestStore;

const SIZE_BYTES: usize = 25;

async fn prepared(place: &TestStore) -> (Store, Join, Vec<u8>, PathBuf) {
    let store = open(place).await;
    let (bytes, upload) = (content(1, SIZE_BYTES), Upload::new("u", 10).unwrap());
    let mut parts = Vec::new();
    for (number, piece) in (1..).zip(bytes.chunks(10)) {
        let mut part = store.part_put(&upload, number).await.unwrap();
        part.write(piece).await.unwrap();
        parts.push((number, part.finish().await.unwrap().etag));
    }
    let (sha256, folder) = (Sha256::of(&bytes), place.folder().unwrap().join("uploads/u-10"));
    let join = Join { upload, parts, key: key("lfs/ab/k"), sha256, size_bytes: 25 };
    (store, join, bytes, folder)
}

#[tokio::test]
async fn a_join_cut_before_its_rename_is_repeated() {
    let place = TestStore::local();
    let (store, join, bytes, folder) = prepared(&place).await;
    // Verified and entered, but not moved: also when the entry is torn.
    for entry in [format!("lfs/ab/k {} 25\n", join.sha256), "lfs/ab".to_owned(), String::new()] {
        fs::write(folder.join("joined"), entry).unwrap();
        store.parts_join(&join).await.unwrap();
        assert!(all(&store, &join.key).await.unwrap() == bytes);
        fs::rename(store.file_path(&join.key).unwrap(), folder.join("data")).unwrap();
    }
}

#[tokio::test]
async fn a_join_cut_after_its_rename_is_repeated() {
    let place = TestStore::local();
    let (store, join, bytes, folder) = prepared(&place).await;
    store.parts_join(&join).await.unwrap();
    assert!(!folder.join("data").exists() && folder.join("joined").exists());
    let again = open(&place).await;
    assert_eq!(again.parts_join(&join).await.unwrap().sha256, Some(join.sha256));
    assert!(all(&again, &join.key).await.unwrap() == bytes);
}

#[tokio::test]
async fn a_join_does_not_take_back_what_was_deleted_since() {
    let place = TestStore::local();
    let (store, join, ..) = prepared(&place).await;
    store.parts_join(&join).await.unwrap();
    store.delete(&join.key).await.unwrap();
    assert!(store.parts_join(&join).await.is_err());
    // Somebody else's bytes under the key are not this upload's.
    store.put(&join.key, b"short", Wanted::at_most(9)).await.unwrap();
    assert!(store.parts_join(&join).await.is_err());
}

#[tokio::test]
async fn a_part_whose_record_is_torn_is_not_there() {
    let place = TestStore::local();
    let (store, join, bytes, folder) = prepared(&place).await;
    let whole = fs::read(folder.join("2")).unwrap();
    for length in 0..whole.len() - 1 {
        fs::write(folder.join("2"), &whole[..length]).unwrap();
        assert!(store.parts_join(&join).await.is_err(), "{length}");
    }
    fs::write(folder.join("2"), [0xff; 70]).unwrap();
    assert!(store.parts_join(&join).await.is_err());
    fs::write(folder.join("2"), whole).unwrap();
    store.parts_join(&join).await.unwrap();
    assert!(all(&store, &join.key).await.unwrap() == bytes);
}
