//! One thing at a time for each run.

use compute::RunKey;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use tokio::sync::{Mutex, MutexGuard};

/// How many runs are worked on at once; runs that share a lane wait for each other.
const LANES: usize = 64;

/// A lock for each run, of a fixed number.
#[derive(Debug)]
pub(crate) struct Lanes(Vec<Mutex<()>>);

impl Default for Lanes {
    fn default() -> Self {
        Self((0..LANES).map(|_| Mutex::new(())).collect())
    }
}

impl Lanes {
    /// Waits until nobody else works on this run.
    pub(crate) async fn enter(&self, key: &RunKey) -> MutexGuard<'_, ()> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let lanes = u64::try_from(LANES).expect("64 fits");
        let lane = usize::try_from(hash % lanes).expect("less than 64");
        self.0[lane].lock().await
    }
}
