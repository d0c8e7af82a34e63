//! A real Ray under the claims.

use crate::ground::{Can, Ground};
use base::SystemClock;
use drivers::{Ray, RayOptions};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use testbed::{RayError, TempDir};

/// Gives ids of its own on the one Ray of this program.
pub(crate) fn ground() -> Option<Ground> {
    static CLUSTER: OnceLock<Option<testbed::Ray>> = OnceLock::new();
    let start = || match testbed::Ray::start() {
        Ok(cluster) => Some(cluster),
        Err(error @ RayError::Absent) => {
            eprintln!("{error}");
            None
        }
        Err(error) => panic!("{error}"),
    };
    let cluster = CLUSTER.get_or_init(start).as_ref()?;
    let folder = TempDir::new().expect("the temporary folder can be written");
    let url = cluster.url().parse().ok()?;
    let mut options = RayOptions::new(url, folder.path().to_owned());
    options.name = folder.path().file_name()?.to_str()?.to_owned();
    options.shows_secrets = true;
    Some(Ground {
        driver: Arc::new(Ray::new(options, Arc::new(SystemClock)).expect("a plain address")),
        can: Can {
            refuses_environments: true,
            tells_memory: false,
            // Only at the end.
            tells_cpu: false,
            moves_folders: false,
            keeps_both_ends: true,
            closes_network: false,
        },
        environment: "ray".to_owned(),
        patience: Duration::from_secs(120),
        keep: Box::new(folder),
    })
}
