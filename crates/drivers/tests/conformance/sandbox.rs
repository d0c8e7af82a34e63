//! The local sandbox under the claims.

use crate::ground::{Can, Ground};
use base::SystemClock;
use drivers::sandbox::{Config, Environment, Sandbox, environment_add};
use std::sync::Arc;
use std::time::Duration;
use testbed::TempDir;

/// Opens a sandbox in a folder of its own.
pub(crate) fn ground() -> Option<Ground> {
    let folder = TempDir::new().expect("the temporary folder can be written");
    let supervisor = env!("CARGO_BIN_EXE_sandbox-supervisor").to_owned();
    let config = Config::new(folder.path().to_owned(), vec![supervisor]);
    let sandbox = match Sandbox::open(config, Arc::new(SystemClock)) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            eprintln!("{error}");
            return None;
        }
    };
    environment_add(&sandbox.environments(), "plain", &Environment::default())
        .expect("the folder of environments can be written");
    Some(Ground {
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
        keep: Box::new(folder),
    })
}
