//! Claims about stores, each on local files and, where there is a server, on S3.

mod full;
mod key;
mod kill;
mod list;
mod open;
mod read;
mod stage;
mod steps;
mod upload;

use crate::{Error, Key, Refused, Store};
use base::Random;
use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use testbed::TestStore;

async fn open(place: &TestStore) -> Store {
    Store::open(place.url(), Arc::new(Random::system())).await.unwrap()
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// Content of a length that no other seed has.
fn content(seed: u64, size_bytes: usize) -> Vec<u8> {
    let random = Random::seeded(seed);
    let mut bytes = Vec::with_capacity(size_bytes + 8);
    while bytes.len() < size_bytes {
        bytes.extend_from_slice(&random.bits().to_le_bytes());
    }
    bytes.truncate(size_bytes);
    bytes
}

#[track_caller]
fn refused<T: Debug>(outcome: Result<T, Error>) -> Refused {
    match outcome {
        Err(Error::Refused(refused)) => refused,
        other => unreachable!("expected a refusal, not {other:?}"),
    }
}

/// Everything of an object, `None` when there is none.
async fn all(store: &Store, key: &Key) -> Option<Vec<u8>> {
    let object = store.read(key, None).await.unwrap()?;
    let bytes = drained(object).await;
    Some(bytes)
}

async fn drained(object: crate::Object) -> Vec<u8> {
    use futures_util::TryStreamExt;
    let mut bytes = Vec::new();
    let mut stream = object.bytes;
    while let Some(block) = stream.try_next().await.unwrap() {
        bytes.extend_from_slice(&block);
    }
    bytes
}

async fn keys(store: &Store, below: Option<&str>) -> Vec<String> {
    use futures_util::TryStreamExt;
    let below = below.map(key);
    let entries: Vec<_> = store.list(below.as_ref()).try_collect().await.unwrap();
    entries.into_iter().map(|entry| entry.key.to_string()).collect()
}

/// The files below a folder of a local store, once those that are being removed are gone.
fn leftovers(root: &Path, folder: &str) -> Vec<String> {
    let names = || {
        let read = std::fs::read_dir(root.join(folder)).unwrap();
        read.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let limit = std::time::Duration::from_secs(10);
    let _ = testbed::wait_until(limit, || names().is_empty());
    names()
}
