//! A process that is killed while it stages and joins loses nothing that it acknowledged, and
//! leaves nothing half visible.
//!
//! The test starts itself again as the child, which puts objects without end. The parent kills it
//! with SIGKILL after some acknowledgements, opens the store and looks.

use super::{content, key, keys};
use crate::{Join, Key, Sha256, Store, Upload, Wanted};
use base::{Random, Time};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use testbed::TestStore;

/// Tells the child which store to use.
const CHILD: &str = "HUTONG_TEST_BLOB_CHILD";
const PART: usize = 1 << 20;

fn object(number: u64) -> (Key, Vec<u8>) {
    let size_bytes = 3 * PART + usize::try_from(number).unwrap();
    (key(&format!("lfs/k/{number}")), content(number, size_bytes))
}

/// Puts an object, every other one in parts.
async fn put(store: &Store, number: u64) {
    let (key, bytes) = object(number);
    let (sha256, size_bytes) = (Sha256::of(&bytes), u64::try_from(bytes.len()).unwrap());
    if number.is_multiple_of(2) {
        store.put(&key, &bytes, Wanted::exactly(sha256, size_bytes)).await.unwrap();
        return;
    }
    // What a killed process has joined cannot be put again, so that a name is used once.
    let mut attempt = 0;
    let (upload, mut parts) = loop {
        let upload = Upload::new(&format!("u{number}n{attempt}"), 1 << 20).unwrap();
        if store.part_put(&upload, 1).await.is_ok() {
            break (upload, Vec::new());
        }
        attempt += 1;
    };
    for (number, piece) in (1..).zip(bytes.chunks(PART)) {
        let mut part = loop {
            // The probe above may hold its lock for a moment.
            if let Ok(part) = store.part_put(&upload, number).await {
                break part;
            }
        };
        part.write(piece).await.unwrap();
        parts.push((number, part.finish().await.unwrap().etag));
    }
    let join = Join { upload, parts, key, sha256, size_bytes };
    while store.parts_join(&join).await.is_err() {
        tokio::task::yield_now().await;
    }
    store.parts_drop(&join.upload).await.unwrap();
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    for kill_after in [1, 4, 9, 16] {
        let place = TestStore::local();
        let acknowledged = child_killed(place.url(), kill_after);
        assert!(acknowledged >= kill_after);
        let store = Store::open(place.url(), Arc::new(Random::seeded(7))).await.unwrap();
        // Whatever can be seen is whole, acknowledged or not.
        let seen = keys(&store, None).await;
        assert!(u64::try_from(seen.len()).unwrap() >= acknowledged, "{seen:?}");
        for text in seen {
            let number = text.rsplit('/').next().unwrap().parse().unwrap();
            let found = store.rehash(&key(&text)).await.unwrap();
            assert_eq!(found, Some(Sha256::of(&object(number).1)), "{text}");
        }
        for number in 0..acknowledged {
            assert!(store.size(&object(number).0).await.unwrap().is_some(), "{number} is lost");
        }
        // What was cut off can be done again, and its remains go.
        put(&store, acknowledged).await;
        put(&store, acknowledged + 1).await;
        store.staged_reap(Time::from_millis(i64::MAX)).await.unwrap();
        for folder in ["staged", "uploads"] {
            let left = std::fs::read_dir(place.folder().unwrap().join(folder)).unwrap().count();
            assert_eq!(left, 0, "{folder}");
        }
    }
}

/// Runs as the child's only work; without the variable it is nothing.
#[tokio::test]
async fn child() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let store = Store::open(&url, Arc::new(Random::seeded(1))).await.unwrap();
    for number in 0.. {
        put(&store, number).await;
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nacknowledged {number}").and_then(|()| out.flush()).unwrap();
    }
}

/// Starts the child, kills it after some acknowledgements, returns how many it had given.
fn child_killed(url: &str, kill_after: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::kill::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = 0;
    for line in lines {
        if let Some(number) = line.unwrap().strip_prefix("acknowledged ") {
            acknowledged = number.parse::<u64>().unwrap() + 1;
        }
        if acknowledged == kill_after {
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(!status.success() && acknowledged > 0, "the child must not come to its end: {status}");
    acknowledged
}
