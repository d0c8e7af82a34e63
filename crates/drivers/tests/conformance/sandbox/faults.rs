//! Runs that take more than they may, or say what is not so.

use super::{config, ground_of, groups, put, record};
use crate::ground::Ground;
use base::SystemClock;
use compute::{Ended, Ending, Secret, Sight};
use drivers::Error;
use drivers::sandbox::{Config, OpenError, Sandbox};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use testbed::TempDir;

/// What is left of a run that was killed for its disk: signal 25, `SIGXFSZ`.
const DISK: Ending = Ending::Killed(25);

/// Runs a script to its end; afterwards none of its processes is left.
async fn end(ground: &Ground, folder: &Path, key: &str, script: &str) -> Ended {
    let mut run = ground.script(key, script);
    run.limits.seconds = 5;
    run.limits.disk_bytes = 20 << 20;
    run.limits.log_bytes = 1_000_000;
    let ended = ground.end(&run).await;
    let groups = groups(folder, key);
    assert!(!groups.is_empty());
    assert!(groups.iter().all(|group| !group.exists()), "something of `{key}` is left");
    ended
}

#[test]
fn a_fork_bomb_is_held_and_killed() {
    put(|ground, folder| {
        Box::pin(async move {
            let bomb = "f() { f | f & }; (f 2>/dev/null) & while :; do :; done";
            let ended = end(ground, folder, "fork", bomb).await;
            assert_eq!(ended.ending, Ending::TimedOut);
        })
    });
}

#[test]
fn a_run_has_no_more_processes_than_it_may() {
    put(|ground, _| {
        Box::pin(async move {
            let script = "i=0; while [ $i -lt 9 ]; do sleep 60 & i=$((i+1)); done; exit 0";
            let mut run = ground.script("processes", script);
            run.limits.processes = 10;
            assert_eq!(ground.end(&run).await.ending, Ending::Exited(0));
            let mut run = ground.script("too-many", script);
            run.limits.processes = 8;
            assert_ne!(ground.end(&run).await.ending, Ending::Exited(0));
        })
    });
}

#[test]
fn a_shell_fits_into_the_least_that_a_run_may_have() {
    put(|ground, _| {
        Box::pin(async move {
            let mut run = ground.script("least", "ls / | wc -l");
            run.limits.memory_bytes = 8 << 20;
            run.limits.cores_milli = 10;
            run.limits.processes = 3;
            run.limits.disk_bytes = 0;
            run.limits.log_bytes = 4;
            run.limits.seconds = 60;
            ground.succeed(&run).await;
        })
    });
}

#[test]
fn a_filler_of_the_disk_is_killed_however_it_fills() {
    put(|ground, folder| {
        Box::pin(async move {
            let fillers = [
                ("one", "exec head -c 1000000000 /dev/zero > /tmp/big"),
                ("many", "i=0; while :; do head -c 1000000 /dev/zero > $i; i=$((i+1)); done"),
                ("empty", "i=0; while :; do : > $i; i=$((i+1)); done"),
                // Without a name no walk finds them.
                (
                    "deleted",
                    "for i in 3 4 5; do eval \"exec $i>/tmp/x\"; rm /tmp/x; \
                     head -c 9000000 /dev/zero >&$i; done; sleep 60",
                ),
                (
                    "shut",
                    "i=0; while :; do mkdir d$i; head -c 1000000 /dev/zero > d$i/x; chmod 0 d$i; \
                     i=$((i+1)); done",
                ),
                ("deep", "while :; do mkdir d && cd d || sleep 1; done"),
            ];
            for (key, script) in fillers {
                let ended = end(ground, folder, key, script).await;
                assert_eq!(ended.ending, DISK, "{key}: {ended:?}");
            }
            let log = ground.log(&"many".parse().expect("plain"), 1_000).await;
            let text = String::from_utf8_lossy(&log).into_owned();
            assert!(text.contains("it wrote more than 20971520 bytes"), "{text}");
            let gone = testbed::wait_until(super::LEAVE, || {
                fillers
                    .iter()
                    .all(|(key, _)| !folder.join("runs").join(key).join("scratch").exists())
            });
            assert!(gone, "scratch is removed, however deep");
        })
    });
}

#[test]
fn a_filler_of_memory_behind_files_is_out_of_memory() {
    put(|ground, folder| {
        Box::pin(async move {
            let script = "head -c 500000000 /dev/zero > /dev/shm/x; exit 1";
            let ended = end(ground, folder, "shm", script).await;
            let is_held = matches!(ended.ending, Ending::OutOfMemory | Ending::Exited(1));
            assert!(is_held, "{ended:?}");
            assert!(ended.usage.memory_peak_bytes <= Some(64 << 20), "{ended:?}");
            let script = "echo x > /dev/x || exit 7";
            assert_eq!(end(ground, folder, "dev", script).await.ending, Ending::Exited(7));
        })
    });
}

#[test]
fn a_flood_of_output_neither_fills_the_disk_nor_stops_the_time() {
    put(|ground, folder| {
        Box::pin(async move {
            let ended = end(ground, folder, "yes", "exec yes").await;
            assert_eq!(ended.ending, Ending::TimedOut);
            let files = fs::read_dir(folder.join("runs/yes")).expect("it is kept").flatten();
            let logs = files.filter(|it| it.file_name().to_string_lossy().starts_with("log."));
            let bytes: u64 = logs.map(|it| it.metadata().expect("it is kept").len()).sum();
            assert!((250_000..=1_000_000).contains(&bytes), "{bytes}");
        })
    });
}

#[test]
fn a_run_cannot_lie_about_its_time() {
    put(|ground, folder| {
        Box::pin(async move {
            // It sets clocks, writes what the supervisor writes, and leaves a process behind.
            let script = "date -s 2001-01-01; echo '{}' > /scratch/ended; echo '{}' > ../ended; \
                          echo '{\"exit-code\": 0}'; (setsid sleep 600 >/dev/null 2>&1 &); \
                          sleep 0.3; exit 4";
            let ended = end(ground, folder, "lie", script).await;
            assert_eq!(ended.ending, Ending::Exited(4));
            assert!((300..10_000).contains(&ended.usage.wall_ms), "{ended:?}");
            let started_at = ended.started_at.expect("it began");
            let counted = ended.ended_at.millis() - started_at.millis();
            assert_eq!(u64::try_from(counted), Ok(ended.usage.wall_ms), "by the steady clock");
        })
    });
}

#[test]
fn a_cancelled_run_is_asked_before_it_is_killed() {
    put(|ground, _| {
        Box::pin(async move {
            let script = "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
            let run = ground.script("asked", script);
            ground.submit(&run).await;
            let mut looks = tokio::time::interval(std::time::Duration::from_millis(5));
            while ground.driver.logs(&run.key, (0, 9)).await.expect("it can be read").next == 0 {
                looks.tick().await;
            }
            ground.driver.cancel(&run.key).await.expect("it can be cancelled");
            assert_eq!(ground.ended(&run.key).await.ending, Ending::Cancelled);
            assert_eq!(ground.log(&run.key, 100).await, b"ready\nsaved\n");
        })
    });
}

#[test]
fn a_secret_is_in_no_file_and_no_list_of_processes() {
    put(|ground, folder| {
        Box::pin(async move {
            let mut run = ground.script("secret", "echo ready; sleep 600");
            run.secrets = vec![("TOKEN".to_owned(), Secret::new("hush-4711-hush".to_owned()))];
            ground.submit(&run).await;
            assert!(matches!(ground.started(&run.key).await, Sight::Running { .. }));
            let is_said = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).contains("hush-4711");
            for entry in fs::read_dir("/proc").expect("it is there").flatten() {
                let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                assert!(!is_said(line), "{entry:?}");
            }
            ground.driver.cancel(&run.key).await.expect("it can be cancelled");
            ground.ended(&run.key).await;
            assert_eq!(record(folder, "secret", "run.json")["secrets"][0], "TOKEN");
            let mut todo = vec![folder.to_owned()];
            while let Some(path) = todo.pop() {
                if path.is_dir() {
                    let entries = fs::read_dir(&path).into_iter().flatten().flatten();
                    todo.extend(entries.map(|it| it.path()));
                } else if path.is_file() {
                    assert!(!is_said(fs::read(&path).unwrap_or_default()), "{}", path.display());
                }
            }
        })
    });
}

#[test]
fn what_cannot_be_kept_is_refused() {
    put(|ground, _| {
        Box::pin(async move {
            let plain = || ground.script("refused", "true");
            let mut list = vec![];
            let mut add = |change: &dyn Fn(&mut compute::Run)| {
                let mut run = plain();
                change(&mut run);
                list.push(run);
            };
            add(&|run| run.limits.accelerators = 1);
            add(&|run| run.limits.cores_milli = 1_000_000);
            add(&|run| run.limits.cores_milli = 0);
            add(&|run| run.limits.memory_bytes = u64::MAX);
            add(&|run| run.limits.memory_bytes = 1);
            add(&|run| run.limits.seconds = 0);
            add(&|run| run.limits.processes = 0);
            add(&|run| run.output = Some("/usr/result".to_owned()));
            add(&|run| run.output = Some("/a/../proc".to_owned()));
            add(&|run| run.variables = vec![("A=B".to_owned(), String::new())]);
            add(&|run| run.secrets = vec![("A".to_owned(), Secret::new("a\0b".to_owned()))]);
            add(&|run| run.command = vec!["a\0b".to_owned()]);
            add(&|run| {
                let to = "/data".to_owned();
                run.inputs = vec![compute::Input { from: "/no/such".into(), to }];
            });
            for run in list {
                let refused = ground.driver.submit(&run).await;
                assert!(matches!(refused, Err(Error::Refused(_))), "{run:?}: {refused:?}");
            }
        })
    });
}

fn opened(change: impl FnOnce(&mut Config)) -> (Result<Sandbox, OpenError>, TempDir) {
    let folder = TempDir::new().expect("the temporary folder can be written");
    let mut config = config(folder.path());
    change(&mut config);
    (Sandbox::open(config, Arc::new(SystemClock)), folder)
}

#[test]
fn a_machine_without_a_sandbox_is_refused() {
    for program in ["no-such-bwrap", "/usr/bin/false"] {
        let (refused, _folder) = opened(|config| config.bwrap = program.to_owned());
        assert!(matches!(refused, Err(OpenError::NoSandbox(_))), "{program}");
    }
}

#[test]
fn an_operator_may_do_without_a_sandbox() {
    let (sandbox, folder) = opened(|config| {
        config.bwrap = "no-such-bwrap".to_owned();
        config.without_sandbox = true;
        config.without_limits = true;
    });
    let sandbox = sandbox.expect("the operator said so");
    crate::ground::put("sandbox", Some(ground_of(sandbox)), |ground| {
        Box::pin(async move {
            let backend = ground.driver.probe().await.expect("it can be asked");
            assert!(backend.lacks.iter().any(|it| it.contains("no sandbox")), "{backend:?}");
            let mut run = ground.script("bare", "echo model > $HUTONG_OUTPUT/file; echo out");
            run.output = Some("/result".to_owned());
            assert_eq!(ground.succeed(&run).await, b"out\n");
            let output = ground.driver.output(&run.key).await.expect("it can be asked");
            assert!(output.expect("it left something").join("file").is_file());
            let run = ground.script("stop", "sleep 600 & wait");
            ground.submit(&run).await;
            ground.driver.cancel(&run.key).await.expect("it can be cancelled");
            assert_eq!(ground.ended(&run.key).await.ending, Ending::Cancelled);
        })
    });
    drop(super::Place(folder));
}
