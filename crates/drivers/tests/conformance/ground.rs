//! What a claim stands on: a driver, what it can do, and how to wait for a run.

use compute::{Ended, Ending, Limits, Run, RunKey, Sight};
use drivers::Driver;
use futures_util::future::LocalBoxFuture;
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two looks at a run.
const LOOK: Duration = Duration::from_millis(5);

/// What a backend can do of what is claimed.
pub(crate) struct Can {
    /// Refuses an environment that it does not have when it is asked to run in it.
    pub refuses_environments: bool,
    /// Ends runs for want of memory, and says so.
    pub tells_memory: bool,
    /// Tells the processor time used.
    pub tells_cpu: bool,
    /// Gives folders of this machine to runs, read-only, and takes a folder back.
    pub moves_folders: bool,
    /// Keeps the beginning and the end of too much output.
    pub keeps_both_ends: bool,
    /// Closes the network to runs that may not use it.
    pub closes_network: bool,
}

/// A backend ready to be tried.
pub(crate) struct Ground {
    pub driver: Arc<dyn Driver>,
    pub can: Can,
    /// An environment with `sh` and the usual small programs.
    pub environment: String,
    /// How long a short run may take from submission to end.
    pub patience: Duration,
    /// What goes when the ground goes: folders, servers.
    pub keep: Box<dyn Any>,
}

/// Puts a claim to a backend; `None` is one that is not installed.
pub(crate) fn put(
    backend: &str,
    ground: Option<Ground>,
    claim: impl FnOnce(&Ground) -> LocalBoxFuture<'_, ()>,
) {
    let Some(ground) = ground else {
        // Ray takes 400 MB and is asked for by its variable alone.
        assert!(
            !testbed::is_ci() || backend == "ray",
            "BACKEND ABSENT: `CI` is set but it is not installed"
        );
        eprintln!("`{backend}` is not installed: nothing is claimed of it");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    runtime.block_on(claim(&ground));
    drop(runtime);
    drop(ground.keep);
}

impl Ground {
    /// Returns a run of a shell script with modest limits.
    pub(crate) fn script(&self, key: &str, script: &str) -> Run {
        self.run(key, &["sh", "-c", script])
    }

    /// Returns a run of a command with modest limits.
    pub(crate) fn run(&self, key: &str, command: &[&str]) -> Run {
        Run {
            key: key.parse().expect("claims choose plain keys"),
            environment: self.environment.clone(),
            command: command.iter().map(|&word| word.to_owned()).collect(),
            variables: vec![],
            secrets: vec![],
            limits: Limits {
                cores_milli: 500,
                memory_bytes: 64 << 20,
                disk_bytes: 16 << 20,
                processes: 32,
                accelerators: 0,
                seconds: 60,
                log_bytes: 1 << 20,
                network: false,
            },
            inputs: vec![],
            output: None,
        }
    }

    pub(crate) async fn submit(&self, run: &Run) {
        self.driver.submit(run).await.expect("the backend takes the run");
    }

    pub(crate) async fn look(&self, key: &RunKey) -> Sight {
        let sights = self.driver.look(std::slice::from_ref(key)).await.expect("it can be asked");
        sights.into_iter().next().expect("one sight for each key")
    }

    /// Waits for the end of a run.
    pub(crate) async fn ended(&self, key: &RunKey) -> Ended {
        match self.until(key, |sight| matches!(sight, Sight::Ended(_))).await {
            Sight::Ended(ended) => ended,
            other => panic!("`{key}` has not ended: {other:?}"),
        }
    }

    /// Waits until a run has started, or more.
    pub(crate) async fn started(&self, key: &RunKey) -> Sight {
        self.until(key, |sight| !matches!(sight, Sight::Waiting(_))).await
    }

    async fn until(&self, key: &RunKey, is_it: impl Fn(&Sight) -> bool) -> Sight {
        let start = Instant::now();
        let mut looks = tokio::time::interval(LOOK);
        loop {
            looks.tick().await;
            let sight = self.look(key).await;
            if is_it(&sight) {
                return sight;
            }
            assert!(start.elapsed() < self.patience, "`{key}` is still {sight:?}");
        }
    }

    /// Submits a run and returns its end.
    pub(crate) async fn end(&self, run: &Run) -> Ended {
        self.submit(run).await;
        self.ended(&run.key).await
    }

    /// Submits a run that has to succeed, and returns its output.
    pub(crate) async fn succeed(&self, run: &Run) -> Vec<u8> {
        let ended = self.end(run).await;
        let log = self.log(&run.key, 1 << 20).await;
        let text = String::from_utf8_lossy(&log);
        assert_eq!(ended.ending, Ending::Exited(0), "{}: {text}", run.key);
        log
    }

    /// Reads the output of a run that has ended, in parts.
    pub(crate) async fn log(&self, key: &RunKey, part_bytes: usize) -> Vec<u8> {
        let (mut all, mut from) = (vec![], 0);
        loop {
            let part = self.driver.logs(key, (from, part_bytes)).await.expect("it can be read");
            assert!(part.bytes.len() <= part_bytes, "more than was asked for");
            assert!(part.is_over || part.next > from, "no end and no progress at {from}");
            all.extend_from_slice(&part.bytes);
            from = part.next;
            if part.is_over {
                return all;
            }
        }
    }
}
