//! The local sandbox under the claims, and under claims of its own.

mod environments;
mod escapes;
mod faults;
mod lives;

use crate::ground::{Can, Ground};
use base::SystemClock;
use drivers::sandbox::{Config, Environment, Sandbox, environment_add};
use futures_util::future::LocalBoxFuture;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use testbed::TempDir;

/// How long supervisors that have written the end of their run may take to leave.
const LEAVE: Duration = Duration::from_secs(60);

/// A folder that is removed when nobody writes into it any more.
struct Place(TempDir);

impl Drop for Place {
    fn drop(&mut self) {
        let path = self.0.path().to_owned();
        let _ = testbed::wait_until(LEAVE, || fs::remove_dir_all(&path).is_ok());
    }
}

/// Opens a sandbox in a folder of its own.
pub(crate) fn ground() -> Option<Ground> {
    let place = Place(TempDir::new().expect("the temporary folder can be written"));
    let ground = ground_at(place.0.path())?;
    Some(Ground { keep: Box::new(place), ..ground })
}

fn config(folder: &Path) -> Config {
    let supervisor = env!("CARGO_BIN_EXE_sandbox-supervisor").to_owned();
    Config::new(folder.to_owned(), vec![supervisor])
}

fn ground_at(folder: &Path) -> Option<Ground> {
    match Sandbox::open(config(folder), Arc::new(SystemClock)) {
        Ok(sandbox) => Some(ground_of(sandbox)),
        Err(error) => {
            eprintln!("{error}");
            None
        }
    }
}

fn ground_of(sandbox: Sandbox) -> Ground {
    environment_add(&sandbox.environments(), "plain", &Environment::default())
        .expect("the folder of environments can be written");
    Ground {
        driver: Arc::new(sandbox),
        can: Can {
            refuses_environments: true,
            tells_memory: true,
            tells_cpu: true,
            moves_folders: true,
            keeps_both_ends: true,
            closes_network: true,
        },
        environment: "plain".to_owned(),
        patience: Duration::from_secs(60),
        keep: Box::new(()),
    }
}

/// Puts a claim to a sandbox whose folder is known.
fn put(claim: impl for<'a> FnOnce(&'a Ground, &'static Path) -> LocalBoxFuture<'a, ()>) {
    let place = Place(TempDir::new().expect("the temporary folder can be written"));
    // A path for each test, for as long as the tests run.
    let folder: &'static Path = Box::leak(Box::from(place.0.path()));
    crate::ground::put("sandbox", ground_at(folder), |ground| claim(ground, folder));
}

/// Reads a file of a run.
fn record(folder: &Path, key: &str, name: &str) -> serde_json::Value {
    let bytes = fs::read(folder.join("runs").join(key).join(name)).expect("it is kept");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

/// Lists the control groups that a run was given.
fn groups(folder: &Path, key: &str) -> Vec<PathBuf> {
    let group = record(folder, key, "run.json")["group"].clone();
    let places = ["memory", "cpu", "pids"].map(|kind| group[kind]["folder"].clone());
    let all = places.into_iter().chain([group["unified"].clone()]);
    all.filter_map(|path| path.as_str().map(PathBuf::from)).collect()
}
