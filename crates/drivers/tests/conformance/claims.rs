//! The claims. Each takes a ground and fails when its driver does not keep it.

use crate::ground::Ground;
use compute::{Ending, Input, RunKey, Secret, Sight};
use drivers::Error;
use std::fs;
use testbed::TempDir;

fn key(text: &str) -> RunKey {
    text.parse().expect("claims choose plain keys")
}

pub(crate) async fn a_backend_tells_what_it_is(ground: &Ground) {
    let backend = ground.driver.probe().await.expect("it can be asked");
    eprintln!("{backend:#?}");
    assert!(!backend.name.is_empty());
    assert!(!backend.keeps.is_empty(), "a backend that keeps nothing is none");
    assert_ne!(backend.cores_milli, Some(0));
    assert_ne!(backend.memory_bytes, Some(0));
}

pub(crate) async fn a_run_ends_with_the_code_of_its_command(ground: &Ground) {
    for code in [0, 1, 7] {
        let run = ground.script(&format!("code-{code}"), &format!("exit {code}"));
        let ended = ground.end(&run).await;
        assert_eq!(ended.ending, Ending::Exited(code));
        let started_at = ended.started_at.expect("it began");
        assert!(started_at <= ended.ended_at);
        assert!(ended.usage.wall_ms < 60_000, "{:?}", ended.usage);
    }
}

pub(crate) async fn a_run_is_told_while_it_runs(ground: &Ground) {
    let run = ground.script("while", "while :; do :; done");
    ground.submit(&run).await;
    let Sight::Running { started_at, .. } = ground.started(&run.key).await else {
        panic!("it does not run");
    };
    let used = loop {
        let Sight::Running { usage, .. } = ground.look(&run.key).await else {
            panic!("it does not run any more");
        };
        let has_cpu = !ground.can.tells_cpu || usage.cpu_ms.is_some_and(|ms| ms >= 10);
        if usage.wall_ms >= 20 && has_cpu {
            break usage;
        }
    };
    ground.driver.cancel(&run.key).await.expect("it can be cancelled");
    let ended = ground.ended(&run.key).await;
    assert_eq!(ended.started_at, Some(started_at));
    assert!(ended.usage.wall_ms >= used.wall_ms, "readings only grow");
    assert!(ended.usage.cpu_ms >= used.cpu_ms, "readings only grow");
}

pub(crate) async fn a_run_that_was_taken_is_not_taken_again(ground: &Ground) {
    let run = ground.script("again", "echo once");
    let (left, right) =
        futures_util::future::join(ground.driver.submit(&run), ground.driver.submit(&run)).await;
    left.and(right).expect("both are answered");
    ground.submit(&run).await;
    let first = ground.ended(&run.key).await;
    ground.submit(&run).await;
    assert_eq!(ground.ended(&run.key).await, first);
    assert_eq!(ground.log(&run.key, 100).await, b"once\n");
}

pub(crate) async fn many_runs_at_once_all_end(ground: &Ground) {
    let runs: Vec<_> = (0..20)
        .map(|code| ground.script(&format!("many-{code}"), &format!("exit {code}")))
        .collect();
    futures_util::future::join_all(runs.iter().map(|run| ground.submit(run))).await;
    for (code, run) in (0..).zip(&runs) {
        assert_eq!(ground.ended(&run.key).await.ending, Ending::Exited(code));
    }
}

pub(crate) async fn runs_are_told_in_the_order_of_the_keys(ground: &Ground) {
    let (zero, one) = (ground.script("order-zero", "exit 0"), ground.script("order-one", "exit 1"));
    ground.end(&zero).await;
    ground.end(&one).await;
    let keys = [one.key, key("order-none"), zero.key];
    let sights = ground.driver.look(&keys).await.expect("it can be asked");
    let [Sight::Ended(first), Sight::Unknown, Sight::Ended(last)] = &sights[..] else {
        panic!("{sights:?}");
    };
    assert_eq!((&first.ending, &last.ending), (&Ending::Exited(1), &Ending::Exited(0)));
}

pub(crate) async fn an_unknown_run_is_unknown_and_nothing_happens_to_it(ground: &Ground) {
    let nobody = key("nobody");
    assert_eq!(ground.look(&nobody).await, Sight::Unknown);
    ground.driver.cancel(&nobody).await.expect("nothing happens");
    ground.driver.forget(&nobody).await.expect("nothing happens");
    assert_eq!(ground.driver.output(&nobody).await.expect("it can be asked"), None);
    assert_eq!(ground.look(&nobody).await, Sight::Unknown);
}

pub(crate) async fn an_unknown_environment_is_refused(ground: &Ground) {
    if ground.can.refuses_environments {
        for name in ["no-such", "../plain", ""] {
            let mut run = ground.script("environment", "true");
            run.environment = name.to_owned();
            let refused = ground.driver.submit(&run).await;
            assert!(matches!(refused, Err(Error::Refused(_))), "`{name}`: {refused:?}");
            assert_eq!(ground.look(&run.key).await, Sight::Unknown);
        }
    }
}

pub(crate) async fn a_run_without_a_command_is_refused(ground: &Ground) {
    let refused = ground.driver.submit(&ground.run("empty", &[])).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
}

pub(crate) async fn a_command_that_is_not_there_is_told(ground: &Ground) {
    let ended = ground.end(&ground.run("not-there", &["no-such-command"])).await;
    let is_told = match &ended.ending {
        Ending::Unstartable(why) => why.contains("no-such-command") && ended.started_at.is_none(),
        Ending::Exited(127) => true,
        _ => false,
    };
    assert!(is_told, "{ended:?}");
}

pub(crate) async fn a_signal_is_told(ground: &Ground) {
    let ended = ground.end(&ground.script("signal", "kill -9 $$")).await;
    let is_told = [Ending::Killed(9), Ending::Exited(137)].contains(&ended.ending);
    assert!(is_told, "{ended:?}");
}

pub(crate) async fn a_run_that_takes_too_long_is_killed(ground: &Ground) {
    let mut run = ground.script("too-long", "trap '' TERM; while :; do sleep 1; done");
    run.limits.seconds = 1;
    let ended = ground.end(&run).await;
    assert_eq!(ended.ending, Ending::TimedOut);
    assert!(ended.usage.wall_ms >= 1_000, "{:?}", ended.usage);
}

pub(crate) async fn a_run_that_needs_too_much_memory_is_told_so(ground: &Ground) {
    if ground.can.tells_memory {
        // A shell that doubles a text until it cannot.
        let bomb = "x=0123456789abcdef; while :; do x=$x$x; done";
        let mut run = ground.script("memory", bomb);
        run.limits.memory_bytes = 32 << 20;
        let ended = ground.end(&run).await;
        assert_eq!(ended.ending, Ending::OutOfMemory);
        assert!(ended.usage.memory_peak_bytes.is_none_or(|peak| peak <= 32 << 20));
    }
}

pub(crate) async fn a_cancelled_run_ends(ground: &Ground) {
    let run = ground.script("cancel", "sleep 600");
    ground.submit(&run).await;
    // Whether it has begun or not.
    ground.driver.cancel(&run.key).await.expect("it can be cancelled");
    ground.driver.cancel(&run.key).await.expect("and again");
    assert_eq!(ground.ended(&run.key).await.ending, Ending::Cancelled);
}

pub(crate) async fn a_run_that_ignores_being_asked_is_cancelled(ground: &Ground) {
    let run = ground.script("ignore", "trap '' TERM INT HUP; while :; do sleep 1; done");
    ground.submit(&run).await;
    ground.started(&run.key).await;
    ground.driver.cancel(&run.key).await.expect("it can be cancelled");
    assert_eq!(ground.ended(&run.key).await.ending, Ending::Cancelled);
}

pub(crate) async fn a_run_that_has_ended_is_not_cancelled(ground: &Ground) {
    let run = ground.script("done", "exit 3");
    let ended = ground.end(&run).await;
    ground.driver.cancel(&run.key).await.expect("nothing happens");
    assert_eq!(ground.ended(&run.key).await, ended);
    assert_eq!(ended.ending, Ending::Exited(3));
}

pub(crate) async fn output_comes_byte_for_byte(ground: &Ground) {
    let script = "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %o $i)\"; i=$((i+1)); done";
    let bytes = ground.succeed(&ground.script("bytes", script)).await;
    let expected: Vec<u8> = (0..=255).collect();
    assert_eq!(bytes, expected);
}

pub(crate) async fn output_in_small_parts_is_the_same(ground: &Ground) {
    let run = ground.script("parts", "seq 1000; echo to error >&2");
    let whole = ground.succeed(&run).await;
    assert!(whole.ends_with(b"1000\nto error\n"));
    assert_eq!(ground.log(&run.key, 7).await, whole);
}

pub(crate) async fn a_flood_of_output_keeps_its_beginning_and_end(ground: &Ground) {
    if ground.can.keeps_both_ends {
        let mut run = ground.script("flood", "echo first; seq 2000000; echo last");
        run.limits.log_bytes = 100_000;
        let log = String::from_utf8(ground.succeed(&run).await).expect("digits");
        assert!(log.starts_with("first\n1\n2\n"), "{}", &log[..50]);
        assert!(log.ends_with("\n2000000\nlast\n"));
        assert!(log.contains("bytes of output are left out"));
        assert!(log.len() <= 100_000 + 100, "{} bytes", log.len());
    }
}

pub(crate) async fn variables_and_secrets_reach_the_run(ground: &Ground) {
    let mut run = ground.script("variables", "echo \"[$PLAIN] [${#HUSH}]\"");
    let odd = "two words; $(echo no) 'quoted' \"\u{4e2d}\"\n";
    run.variables = vec![("PLAIN".to_owned(), odd.to_owned())];
    run.secrets = vec![("HUSH".to_owned(), Secret::new("0123456789".to_owned()))];
    let log = ground.succeed(&run).await;
    assert_eq!(String::from_utf8_lossy(&log), format!("[{odd}] [10]\n"));
}

pub(crate) async fn inputs_are_seen_and_not_changed(ground: &Ground) {
    if ground.can.moves_folders {
        let folder = TempDir::new().expect("the temporary folder can be written");
        fs::write(folder.path().join("data"), "kept").expect("it is ours");
        let script = "cat /data/in/data; echo x > /data/in/data; rm -f /data/in/data; \
                      touch /data/in/new; mv /data/in /data/out; true";
        let mut run = ground.script("inputs", script);
        run.inputs = vec![Input { from: folder.path().to_owned(), to: "/data/in".to_owned() }];
        let log = ground.succeed(&run).await;
        assert!(log.starts_with(b"kept"));
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
        assert_eq!(fs::read(folder.path().join("data")).expect("it is there"), b"kept");
    }
}

pub(crate) async fn a_result_is_handed_back(ground: &Ground) {
    if ground.can.moves_folders {
        let script =
            "mkdir /result/deep; echo model > /result/deep/file; chmod 0 /result/deep/file";
        let mut run = ground.script("result", script);
        run.output = Some("/result".to_owned());
        ground.succeed(&run).await;
        let folder = ground.driver.output(&run.key).await.expect("it can be asked");
        let file = folder.expect("it left something").join("deep/file");
        assert_eq!(fs::read(file).expect("it can be read"), b"model\n");
    }
}

pub(crate) async fn a_run_without_a_result_hands_back_none(ground: &Ground) {
    let run = ground.script("no-result", "true");
    ground.succeed(&run).await;
    assert_eq!(ground.driver.output(&run.key).await.expect("it can be asked"), None);
}

pub(crate) async fn a_forgotten_run_is_unknown(ground: &Ground) {
    let run = ground.script("forget", "echo gone");
    ground.succeed(&run).await;
    ground.driver.forget(&run.key).await.expect("it has ended");
    ground.driver.forget(&run.key).await.expect("nothing happens");
    assert_eq!(ground.look(&run.key).await, Sight::Unknown);
}

pub(crate) async fn a_running_run_is_not_forgotten(ground: &Ground) {
    let run = ground.script("remember", "sleep 600");
    ground.submit(&run).await;
    ground.driver.forget(&run.key).await.expect("nothing happens");
    assert_ne!(ground.look(&run.key).await, Sight::Unknown);
    ground.driver.cancel(&run.key).await.expect("it can be cancelled");
    assert_eq!(ground.ended(&run.key).await.ending, Ending::Cancelled);
}

pub(crate) async fn a_run_has_no_network_unless_allowed(ground: &Ground) {
    if ground.can.closes_network {
        // The kernel's list of interfaces: two lines of heading, and the loopback.
        let run = ground.script("network", "test $(wc -l < /proc/net/dev) -eq 3");
        ground.succeed(&run).await;
    }
}
