//! A real Slurm under the claims.

use crate::ground::{Can, Ground};
use base::SystemClock;
use drivers::sandbox::{Environment, environment_add};
use drivers::{Slurm, SlurmOptions};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use testbed::{SlurmError, TempDir};

/// Gives a folder of its own on the one cluster of this program.
pub(crate) fn ground() -> Option<Ground> {
    static CLUSTER: OnceLock<Option<testbed::Slurm>> = OnceLock::new();
    let start = || match testbed::Slurm::start() {
        Ok(cluster) => Some(cluster),
        Err(error @ SlurmError::Absent(_)) => {
            eprintln!("{error}");
            None
        }
        Err(error) => panic!("{error}"),
    };
    let cluster = CLUSTER.get_or_init(start).as_ref()?;
    let folder = TempDir::new().expect("the temporary folder can be written");
    let at = |name: &str| folder.path().join(name);
    environment_add(&at("environments"), "plain", &Environment::default())
        .expect("the folder of environments can be written");
    let mut options = SlurmOptions::new(at("runs"), at("environments"));
    options.configuration = Some(cluster.configuration());
    options.name = folder.path().file_name()?.to_str()?.to_owned();
    Some(Ground {
        driver: Arc::new(Slurm::new(options, Arc::new(SystemClock))),
        can: Can {
            refuses_environments: true,
            // Slurm's own limit of memory needs control groups, which it makes only by systemd.
            tells_memory: false,
            // Only at the end.
            tells_cpu: false,
            moves_folders: true,
            keeps_both_ends: true,
            closes_network: true,
        },
        environment: "plain".to_owned(),
        patience: Duration::from_secs(120),
        keep: Box::new(folder),
    })
}
