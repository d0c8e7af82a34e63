//! Zones and supervisors that are killed: every run is found again.

use super::{groups, put, record};
use compute::{Ending, RunKey, Sight};
use drivers::Driver;
use rustix::process::{Pid, Signal, kill_process};
use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Says to a second process of this test where it is to own a sandbox.
const OWNER: &str = "HUTONG_TEST_SANDBOX_OWNER";
/// Runs at once, and cancels for each: 1,000 in all.
const RUNS: usize = 200;
const CANCELS: usize = 5;

fn keys() -> Vec<RunKey> {
    (0..RUNS).map(|number| format!("long-{number}").parse().expect("a plain key")).collect()
}

/// Owns a sandbox with many runs until it is killed.
fn own(folder: &Path) {
    crate::ground::put("sandbox", super::ground_at(folder), |ground| {
        Box::pin(async move {
            let mut runs: Vec<_> =
                keys().iter().map(|key| ground.script(key.as_str(), "exec sleep 600")).collect();
            runs.iter_mut().for_each(|run| run.limits.seconds = 600);
            futures_util::future::join_all(runs.iter().map(|run| ground.submit(run))).await;
            ground.succeed(&ground.script("short", "true")).await;
            println!("\nready");
            futures_util::future::pending::<()>().await;
        })
    });
}

/// 200 runs of a zone that is killed by signal 9, and 1,000 cancels at once by the next. Takes
/// some ten seconds: each run is four processes.
#[test]
fn the_runs_of_a_killed_zone_are_found_and_cancelled() {
    if let Some(folder) = env::var_os(OWNER) {
        return own(Path::new(&folder));
    }
    put(|ground, folder| {
        Box::pin(async move {
            let test = "sandbox::lives::the_runs_of_a_killed_zone_are_found_and_cancelled";
            let mut command = Command::new(env::current_exe().expect("this test has a file"));
            command.args(["--exact", test, "--nocapture"]).env(OWNER, folder);
            let mut owner = command.stdout(Stdio::piped()).spawn().expect("it can be started");
            let output = BufReader::new(owner.stdout.take().expect("it was asked for"));
            let is_ready = output.lines().any(|line| line.is_ok_and(|line| line == "ready"));
            owner.kill().expect("it can be killed");
            owner.wait().expect("it has ended");
            assert!(is_ready, "the first zone failed");

            let keys = keys();
            let sights = ground.driver.look(&keys).await.expect("it can be asked");
            for (key, sight) in keys.iter().zip(&sights) {
                let lives = matches!(sight, Sight::Running { .. } | Sight::Waiting(_));
                assert!(lives, "{key}: {sight:?}");
            }
            let short = "short".parse().expect("a plain key");
            assert_eq!(ground.ended(&short).await.ending, Ending::Exited(0));
            // A zone that does not know whether its order arrived repeats it.
            ground.submit(&ground.script("long-0", "exec sleep 600")).await;

            let cancels = keys.iter().flat_map(|key| [key; CANCELS]);
            let cancels = cancels.map(|key| ground.driver.cancel(key));
            for done in futures_util::future::join_all(cancels).await {
                done.expect("it can be cancelled");
            }
            for key in &keys {
                assert_eq!(ground.ended(key).await.ending, Ending::Cancelled, "{key}");
            }
            let left = keys.iter().flat_map(|key| groups(folder, key.as_str()));
            assert_eq!(left.filter(|group| group.exists()).count(), 0);
        })
    });
}

/// Returns the sight of a run whose supervisor was killed once it had started.
async fn orphaned(driver: &dyn Driver, folder: &Path, key: &RunKey) -> Sight {
    let number = record(folder, key.as_str(), "started")["supervisor"].as_i64();
    let number = number.and_then(|number| i32::try_from(number).ok()).expect("it is a number");
    let supervisor = Pid::from_raw(number).expect("it is a process");
    kill_process(supervisor, Signal::KILL).expect("it is there");
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    loop {
        looks.tick().await;
        let sights = driver.look(std::slice::from_ref(key)).await.expect("it can be asked");
        match sights.into_iter().next().expect("one sight for each key") {
            Sight::Running { .. } | Sight::Waiting(_) => {}
            other => return other,
        }
    }
}

#[test]
fn a_run_whose_supervisor_is_killed_is_lost_and_nothing_of_it_is_left() {
    put(|ground, folder| {
        Box::pin(async move {
            let run = ground.script("orphan", "(setsid sleep 600 &); exec sleep 600");
            ground.submit(&run).await;
            assert!(matches!(ground.started(&run.key).await, Sight::Running { .. }));
            let groups = groups(folder, "orphan");
            let sight = orphaned(&*ground.driver, folder, &run.key).await;
            let Sight::Ended(ended) = sight else { panic!("{sight:?}") };
            assert!(matches!(ended.ending, Ending::NodeFailed(_)), "{ended:?}");
            assert_eq!(ended.usage.wall_ms, 0, "nobody pays for what nobody saw");
            assert!(groups.iter().all(|group| !group.exists()));
            // It stays as it was told, and is not begun again.
            ground.submit(&run).await;
            assert_eq!(ground.ended(&run.key).await, ended);
        })
    });
}

#[test]
fn a_submission_cut_short_is_no_run_and_can_be_repeated() {
    put(|ground, folder| {
        Box::pin(async move {
            // What a supervisor leaves that is killed before it has taken the run.
            let run = ground.script("cut", "echo ran");
            let half = folder.join("runs/cut");
            std::fs::create_dir(&half).expect("it is ours");
            std::fs::write(half.join("lock"), "").expect("it is ours");
            std::fs::write(half.join("run.json.new"), "{\"key\": ").expect("it is ours");
            assert_eq!(ground.look(&run.key).await, Sight::Unknown);
            assert_eq!(ground.succeed(&run).await, b"ran\n");
        })
    });
}
