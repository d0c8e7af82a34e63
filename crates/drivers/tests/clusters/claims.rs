//! What holds for every driver: claims over [`Driver`], one function each.

use base::Time;
use compute::{Ended, Ending, Input, Limits, Run, RunKey, Secret, Sight};
use drivers::{Driver, Error};
use std::future::Future;
use std::path::Path;
use std::time::Duration;
use tokio::runtime::Runtime;

/// A limit that only a broken driver or cluster reaches.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A driver under test.
pub(crate) struct Bench<'a> {
    pub(crate) runtime: Runtime,
    pub(crate) driver: &'a dyn Driver,
    /// An environment, or image, that has `sh`.
    pub(crate) environment: String,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(driver: &'a dyn Driver, environment: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        Self { runtime, driver, environment: environment.to_owned() }
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn run(&self, key: &str, script: &str) -> Run {
        Run {
            key: key.parse().expect("a key"),
            environment: self.environment.clone(),
            command: ["sh", "-c", script].map(str::to_owned).to_vec(),
            variables: Vec::new(),
            secrets: Vec::new(),
            limits: Limits {
                cores_milli: 1_000,
                memory_bytes: 64 << 20,
                disk_bytes: 64 << 20,
                processes: 100,
                accelerators: 0,
                seconds: 60,
                log_bytes: 64 << 10,
                network: false,
            },
            inputs: Vec::new(),
            output: None,
        }
    }

    pub(crate) fn submit(&self, run: &Run) {
        self.wait(self.driver.submit(run)).expect("the run is taken");
    }

    pub(crate) fn sight(&self, key: &RunKey) -> Sight {
        let mut sights =
            self.wait(self.driver.look(std::slice::from_ref(key))).expect("the backend answers");
        assert_eq!(sights.len(), 1);
        sights.remove(0)
    }

    /// Looks until what is seen is as said.
    pub(crate) fn until(&self, key: &RunKey, mut is_right: impl FnMut(&Sight) -> bool) -> Sight {
        let mut last = Sight::Unknown;
        let is_seen = testbed::wait_until(PATIENCE, || {
            last = self.sight(key);
            is_right(&last)
        });
        assert!(is_seen, "`{key}` stays {last:?}");
        last
    }

    pub(crate) fn until_ended(&self, key: &RunKey) -> Ended {
        match self.until(key, |sight| matches!(sight, Sight::Ended(_))) {
            Sight::Ended(ended) => ended,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn until_running(&self, key: &RunKey) {
        self.until(key, |sight| match sight {
            Sight::Ended(ended) => panic!("`{key}` ended: {ended:?}"),
            sight => matches!(sight, Sight::Running { .. }),
        });
    }

    /// Reads the whole log in small parts, to its end.
    pub(crate) fn log(&self, key: &RunKey) -> String {
        let (mut from, mut all) = (0, Vec::new());
        let is_over = testbed::wait_until(PATIENCE, || {
            let part = self.wait(self.driver.logs(key, (from, 1_000))).expect("a log");
            assert!(part.bytes.len() <= 1_000);
            from = part.next;
            all.extend(part.bytes);
            part.is_over
        });
        assert!(is_over, "the log of `{key}` has an end");
        String::from_utf8_lossy(&all).into_owned()
    }
}

pub(crate) fn a_run_that_was_never_submitted_is_unknown(bench: &Bench<'_>) {
    let key: RunKey = "never".parse().unwrap();
    assert_eq!(bench.sight(&key), Sight::Unknown);
    bench.wait(bench.driver.cancel(&key)).expect("nothing to cancel is fine");
    bench.wait(bench.driver.forget(&key)).expect("nothing to forget is fine");
    assert_eq!(bench.wait(bench.driver.output(&key)).expect("no output"), None);
    assert!(bench.wait(bench.driver.look(&[])).expect("nothing asked").is_empty());
}

pub(crate) fn a_run_ends_with_its_code_and_both_its_outputs(bench: &Bench<'_>) {
    let run = bench.run("code", "echo said; echo warned >&2; exit 3");
    bench.submit(&run);
    let ended = bench.until_ended(&run.key);
    assert_eq!(ended.ending, Ending::Exited(3));
    let started_at = ended.started_at.expect("it began");
    assert!(started_at > Time::from_millis(0) && ended.ended_at >= started_at);
    let log = bench.log(&run.key);
    assert!(log.contains("said\n") && log.contains("warned\n"), "{log}");
    assert_eq!(bench.sight(&run.key), Sight::Ended(ended), "an end does not change");
}

pub(crate) fn a_run_submitted_again_runs_once(bench: &Bench<'_>) {
    let run = bench.run("again", "echo once");
    bench.wait(async {
        let (first, second) = tokio::join!(bench.driver.submit(&run), bench.driver.submit(&run));
        first.and(second).expect("both are fine");
    });
    bench.submit(&run);
    let ended = bench.until_ended(&run.key);
    bench.submit(&run);
    assert_eq!(bench.sight(&run.key), Sight::Ended(ended));
    assert_eq!(bench.log(&run.key).matches("once").count(), 1);
}

pub(crate) fn a_cancelled_run_ends_as_cancelled(bench: &Bench<'_>) {
    let run = bench.run("cancel", "echo began; sleep 300");
    bench.submit(&run);
    bench.until_running(&run.key);
    bench.wait(bench.driver.cancel(&run.key)).expect("cancelled");
    let ended = bench.until_ended(&run.key);
    assert_eq!(ended.ending, Ending::Cancelled);
    bench.wait(bench.driver.cancel(&run.key)).expect("cancelled twice");
    assert_eq!(bench.sight(&run.key), Sight::Ended(ended));
}

pub(crate) fn a_run_that_has_ended_cannot_be_cancelled(bench: &Bench<'_>) {
    let run = bench.run("late", "true");
    bench.submit(&run);
    let ended = bench.until_ended(&run.key);
    bench.wait(bench.driver.cancel(&run.key)).expect("nothing happens");
    assert_eq!(bench.sight(&run.key), Sight::Ended(ended));
}

pub(crate) fn a_run_that_takes_too_long_is_ended(bench: &Bench<'_>) {
    let mut run = bench.run("long", "echo began; sleep 300");
    run.limits.seconds = 2;
    bench.submit(&run);
    let ended = bench.until_ended(&run.key);
    assert_eq!(ended.ending, Ending::TimedOut);
    assert!((1_900..30_000).contains(&ended.usage.wall_ms), "{ended:?}");
    assert!(bench.log(&run.key).contains("began"));
}

pub(crate) fn variables_and_secrets_reach_the_run_as_they_are(bench: &Bench<'_>) {
    let script = "printf '%s|%s|%s' \"$PLAIN\" \"$KEY\" \"${HUTONG_LEAK-none}\"";
    let mut run = bench.run("variables", script);
    run.variables.push(("PLAIN".to_owned(), "a 'b' \"c\" $HOME `d`\n, e".to_owned()));
    run.secrets.push(("KEY".to_owned(), Secret::new("hush hush".to_owned())));
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
    let log = bench.log(&run.key);
    assert!(log.contains("a 'b' \"c\" $HOME `d`\n, e|hush hush|none"), "{log}");
}

pub(crate) fn what_can_never_run_is_refused(bench: &Bench<'_>) {
    let mut nameless = bench.run("refused-a", "true");
    nameless.variables.push(("A=B".to_owned(), "x".to_owned()));
    let mut empty = bench.run("refused-b", "true");
    empty.command.clear();
    for run in [nameless, empty] {
        let refused = bench.wait(bench.driver.submit(&run));
        assert!(matches!(refused, Err(Error::Refused(_))), "{}: {refused:?}", run.key);
        assert_eq!(bench.sight(&run.key), Sight::Unknown);
    }
}

pub(crate) fn a_forgotten_run_is_unknown(bench: &Bench<'_>) {
    let run = bench.run("forget", "sleep 300");
    bench.submit(&run);
    bench.wait(bench.driver.forget(&run.key)).expect("too early: nothing happens");
    assert_ne!(bench.sight(&run.key), Sight::Unknown);
    bench.wait(bench.driver.cancel(&run.key)).expect("cancelled");
    bench.until_ended(&run.key);
    bench.wait(bench.driver.forget(&run.key)).expect("forgotten");
    assert_eq!(bench.sight(&run.key), Sight::Unknown);
}

pub(crate) fn many_runs_are_told_in_their_order(bench: &Bench<'_>) {
    let runs: Vec<Run> =
        (0..6).map(|n| bench.run(&format!("many-{n}"), &format!("exit {n}"))).collect();
    runs.iter().for_each(|run| bench.submit(run));
    runs.iter().for_each(|run| drop(bench.until_ended(&run.key)));
    let mut keys: Vec<RunKey> = runs.iter().map(|run| run.key.clone()).collect();
    keys.reverse();
    keys.push("nobody".parse().unwrap());
    let sights = bench.wait(bench.driver.look(&keys)).expect("the backend answers");
    let codes: Vec<Option<i32>> = sights.iter().map(code).collect();
    assert_eq!(codes, [Some(5), Some(4), Some(3), Some(2), Some(1), Some(0), None]);
}

fn code(sight: &Sight) -> Option<i32> {
    match sight {
        Sight::Ended(Ended { ending: Ending::Exited(code), .. }) => Some(*code),
        _ => None,
    }
}

/// For backends that have folders.
pub(crate) fn inputs_are_read_only_and_the_output_is_kept(bench: &Bench<'_>, folder: &Path) {
    std::fs::write(folder.join("x"), "42").unwrap();
    let script = "cat /data/in/x >/output/y; echo z >/data/in/z || echo protected";
    let mut run = bench.run("folders", script);
    run.inputs.push(Input { from: folder.to_path_buf(), to: "/data/in".to_owned() });
    run.output = Some("/output".to_owned());
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
    assert!(bench.log(&run.key).contains("protected"));
    assert!(!folder.join("z").exists());
    let output = bench.wait(bench.driver.output(&run.key)).unwrap().expect("a result");
    assert_eq!(std::fs::read_to_string(output.join("y")).unwrap(), "42");
}

/// For backends that keep the log themselves.
pub(crate) fn of_a_long_log_the_beginning_and_the_end_are_kept(bench: &Bench<'_>) {
    let script = "echo first; i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; \
                  echo last";
    let run = bench.run("flood", script);
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
    let log = bench.log(&run.key);
    assert!(log.starts_with("first\n") && log.ends_with("last\n"));
    assert!(log.contains("left out"), "it says so");
    let most = usize::try_from(run.limits.log_bytes).unwrap() + 100;
    assert!(log.len() <= most, "{} bytes", log.len());
}
