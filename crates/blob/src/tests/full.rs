//! A disk that is full, as a small file system in memory. To mount one takes a namespace of its
//! own, so that the test runs itself again inside; where that is forbidden it says so.

use super::{content, key, keys, leftovers};
use crate::{Error, Retry, Store, Upload, Wanted};
use base::Random;
use std::process::Command;
use std::sync::Arc;

/// Tells the child where its small disk is.
const CHILD: &str = "HUTONG_TEST_BLOB_FULL";

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let place = testbed::TestStore::local();
    let mount = "mount -t tmpfs -o size=6m none \"$1\" && exec \"$2\" --exact tests::full::child";
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--user", "--map-root-user", "sh", "-c", script, "sh"]);
        command.arg(place.folder().unwrap()).arg(std::env::current_exe().unwrap());
        command.env(CHILD, place.url()).output()
    };
    let is_allowed = unshare("mount -t tmpfs -o size=6m none \"$1\"");
    if !is_allowed.is_ok_and(|output| output.status.success()) {
        return eprintln!("SMALL DISK ABSENT: a full disk was not tested");
    }
    let output = unshare(mount).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Runs as the child's only work; without the variable it is nothing.
#[tokio::test]
async fn child() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let root = std::path::PathBuf::from(url.strip_prefix("file:").unwrap());
    let store = Store::open(&url, Arc::new(Random::seeded(1))).await.unwrap();
    store.put(&key("before"), &content(1, 1 << 20), Wanted::at_most(9 << 20)).await.unwrap();
    let full = store.put(&key("k"), &content(2, 8 << 20), Wanted::at_most(9 << 20)).await;
    check(&full.unwrap_err());
    assert_eq!(leftovers(&root, "staged"), [""; 0]);
    assert_eq!(keys(&store, None).await, ["before"]);
    let upload = Upload::new("u", 8 << 20).unwrap();
    let mut part = store.part_put(&upload, 1).await.unwrap();
    let outcome = part.write(&content(2, 8 << 20)).await;
    let error = match outcome {
        Err(error) => error,
        Ok(()) => part.finish().await.unwrap_err(),
    };
    check(&error);
    store.parts_drop(&upload).await.unwrap();
    // The space is free again.
    store.put(&key("after"), &content(3, 4 << 20), Wanted::at_most(9 << 20)).await.unwrap();
}

fn check(error: &Error) {
    assert!(matches!(error, Error::Full { .. }), "{error:?}");
    assert_eq!(error.retry(), Retry::Again);
    assert!(error.to_string().contains("free or add space"), "{error}");
}
