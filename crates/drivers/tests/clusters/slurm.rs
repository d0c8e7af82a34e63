//! The driver of Slurm against a real Slurm.

use crate::claims::{self, Bench, PATIENCE};
use base::SystemClock;
use compute::{Ending, RunKey, Sight};
use drivers::sandbox::{Environment, environment_add};
use drivers::{Driver, Error, Slurm, SlurmOptions};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use testbed::{TempDir, is_ci};

/// A cluster, the driver's folder, and an environment named `host`.
struct Site {
    cluster: &'static testbed::Slurm,
    folder: TempDir,
}

impl Site {
    /// A folder of its own on the one cluster of this program; `None`, said aloud, where Slurm is
    /// not installed.
    fn new() -> Option<Self> {
        static CLUSTER: OnceLock<Option<testbed::Slurm>> = OnceLock::new();
        Some(Self::on(CLUSTER.get_or_init(cluster_or_notice).as_ref()?))
    }

    fn on(cluster: &'static testbed::Slurm) -> Self {
        let folder = TempDir::new().unwrap();
        let environments = folder.path().join("environments");
        environment_add(&environments, "host", &Environment::default()).unwrap();
        fs::create_dir(folder.path().join("runs")).unwrap();
        Self { cluster, folder }
    }

    fn options(&self) -> SlurmOptions {
        let at = |name: &str| self.folder.path().join(name);
        let mut options = SlurmOptions::new(at("runs"), at("environments"));
        options.configuration = Some(self.cluster.configuration());
        // Tests share the cluster, but not the names of their jobs.
        options.name = self.folder.path().file_name().unwrap().to_str().unwrap().to_owned();
        options
    }

    fn driver(&self) -> Slurm {
        driver(self.options())
    }

    fn call(&self, program: &str, words: &[&str]) -> String {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.cluster.configuration()).args(words);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }

    fn jobs(&self) -> usize {
        let name = format!("--name={}-lost", self.options().name);
        self.call("squeue", &["--noheader", "--states=all", &name]).lines().count()
    }

    /// An `sbatch` of our own, before the real one.
    fn sbatch(&self, script: &str) -> SlurmOptions {
        let folder = self.folder.path().join("programs");
        fs::create_dir_all(&folder).unwrap();
        for program in ["squeue", "scancel", "scontrol", "sinfo"] {
            drop(std::os::unix::fs::symlink(format!("/usr/bin/{program}"), folder.join(program)));
        }
        fs::write(folder.join("sbatch"), format!("#!/bin/sh\n{script}\n")).unwrap();
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.join("sbatch"), open).unwrap();
        SlurmOptions { programs: Some(folder), ..self.options() }
    }
}

fn driver(options: SlurmOptions) -> Slurm {
    Slurm::new(options, Arc::new(SystemClock))
}

fn cluster_or_notice() -> Option<testbed::Slurm> {
    match testbed::Slurm::start() {
        Ok(cluster) => Some(cluster),
        Err(testbed::SlurmError::Absent(program)) if !is_ci() => {
            eprintln!("SLURM ABSENT: no `{program}`, nothing of its driver is tested");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn check(claim: impl FnOnce(&Bench<'_>)) {
    let Some(site) = Site::new() else { return };
    let driver = site.driver();
    claim(&Bench::new(&driver, "host"));
}

#[test]
fn a_run_that_was_never_submitted_is_unknown() {
    check(claims::a_run_that_was_never_submitted_is_unknown);
}

#[test]
fn a_run_ends_with_its_code_and_both_its_outputs() {
    check(claims::a_run_ends_with_its_code_and_both_its_outputs);
}

#[test]
fn a_run_submitted_again_runs_once() {
    check(claims::a_run_submitted_again_runs_once);
}

#[test]
fn a_cancelled_run_ends_as_cancelled() {
    check(claims::a_cancelled_run_ends_as_cancelled);
}

#[test]
fn a_run_that_has_ended_cannot_be_cancelled() {
    check(claims::a_run_that_has_ended_cannot_be_cancelled);
}

#[test]
fn a_run_that_takes_too_long_is_ended() {
    check(claims::a_run_that_takes_too_long_is_ended);
}

#[test]
fn variables_and_secrets_reach_the_run_as_they_are() {
    check(claims::variables_and_secrets_reach_the_run_as_they_are);
}

#[test]
fn what_can_never_run_is_refused() {
    check(claims::what_can_never_run_is_refused);
}

#[test]
fn a_forgotten_run_is_unknown() {
    check(claims::a_forgotten_run_is_unknown);
}

#[test]
fn many_runs_are_told_in_their_order() {
    check(claims::many_runs_are_told_in_their_order);
}

#[test]
fn of_a_long_log_the_beginning_and_the_end_are_kept() {
    check(claims::of_a_long_log_the_beginning_and_the_end_are_kept);
}

#[test]
fn inputs_are_read_only_and_the_output_is_kept() {
    let input = TempDir::new().unwrap();
    check(|bench| claims::inputs_are_read_only_and_the_output_is_kept(bench, input.path()));
}

#[test]
fn the_backend_says_what_it_has_and_what_it_lacks() {
    check(|bench| {
        let backend = bench.wait(bench.driver.probe()).unwrap();
        assert!(backend.name.starts_with("Slurm (slurm"), "{}", backend.name);
        assert_eq!(backend.cores_milli, Some(8_000));
        assert_eq!(backend.memory_bytes, Some(8_000 << 20));
        assert!(backend.lacks.iter().any(|lack| lack.starts_with("memory")), "{backend:?}");
    });
}

#[test]
fn a_reply_lost_after_slurm_took_the_run_makes_no_second_job() {
    let Some(site) = Site::new() else { return };
    let slow =
        site.sbatch("/usr/bin/sbatch \"$@\" >/dev/null; echo 'Socket timed out' >&2; exit 1");
    let forgetful = driver(slow);
    let bench = Bench::new(&forgetful, "host");
    let run = bench.run("lost", "echo once");
    let lost = bench.wait(forgetful.submit(&run));
    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
    assert_ne!(bench.sight(&run.key), Sight::Unknown, "a look finds it");
    let sound = site.driver();
    let bench = Bench::new(&sound, "host");
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
    bench.submit(&run);
    assert_eq!(site.jobs(), 1);
    assert_eq!(bench.log(&run.key), "once\n");
}

#[test]
fn a_request_lost_before_slurm_saw_it_is_made_again() {
    let Some(site) = Site::new() else { return };
    let hung = SlurmOptions { answer_seconds: 1, ..site.sbatch("exec sleep 60") };
    let hung = driver(hung);
    let bench = Bench::new(&hung, "host");
    let run = bench.run("lost", "echo once");
    let lost = bench.wait(hung.submit(&run));
    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
    assert_eq!(bench.sight(&run.key), Sight::Unknown);
    let sound = site.driver();
    let bench = Bench::new(&sound, "host");
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
    assert_eq!(site.jobs(), 1);
}

#[test]
fn two_jobs_of_one_run_do_its_work_once() {
    let Some(site) = Site::new() else { return };
    // As if two requests had been taken, because one hung on its way.
    let twice = site.sbatch("/usr/bin/sbatch \"$@\" >/dev/null; exec /usr/bin/sbatch \"$@\"");
    let twice = driver(twice);
    let bench = Bench::new(&twice, "host");
    let run = bench.run("lost", "echo once");
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
    let name = format!("--name={}-lost", site.options().name);
    let is_done = testbed::wait_until(PATIENCE, || {
        site.call("squeue", &["--noheader", &name]).trim().is_empty()
    });
    assert!(is_done, "the second job ends by itself");
    assert_eq!((site.jobs(), bench.log(&run.key).as_str()), (2, "once\n"));
}

#[test]
fn a_run_cancelled_before_slurm_began_it_never_begins() {
    let Some(site) = Site::new() else { return };
    let slow = site.sbatch("/usr/bin/sbatch --begin=now+2 \"$@\" >/dev/null; exit 1");
    let slow = driver(slow);
    let bench = Bench::new(&slow, "host");
    let run = bench.run("lost", "echo began");
    drop(bench.wait(slow.submit(&run)));
    bench.wait(slow.cancel(&run.key)).unwrap();
    let ended = bench.until_ended(&run.key);
    assert_eq!((ended.ending, ended.started_at), (Ending::Cancelled, None));
    assert_eq!(bench.log(&run.key), "");
}

#[test]
fn a_run_that_no_node_can_hold_is_refused_and_leaves_nothing() {
    let Some(site) = Site::new() else { return };
    let driver = site.driver();
    let bench = Bench::new(&driver, "host");
    let mut run = bench.run("huge", "true");
    run.limits.memory_bytes = 1 << 50;
    let refused = bench.wait(driver.submit(&run));
    let Err(Error::Refused(words)) = refused else { panic!("{refused:?}") };
    assert!(words.contains("Memory specification can not be satisfied"), "{words}");
    assert!(!site.folder.path().join("runs/huge").exists());
    assert_eq!(bench.sight(&run.key), Sight::Unknown);
}

#[test]
fn a_program_that_is_not_there_is_told_as_unstartable() {
    check(|bench| {
        let mut run = bench.run("nowhere", "");
        run.command = vec!["no-such-program".to_owned()];
        bench.submit(&run);
        let ended = bench.until_ended(&run.key);
        let Ending::Unstartable(words) = &ended.ending else { panic!("{ended:?}") };
        assert!(words.contains("no-such-program"), "{words}");
    });
}

#[test]
fn accelerators_are_given_by_slurm() {
    check(|bench| {
        let mut run = bench.run("gpu", "echo devices $CUDA_VISIBLE_DEVICES");
        run.limits.accelerators = 2;
        bench.submit(&run);
        assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
        assert_eq!(bench.log(&run.key), "devices 0,1\n");
    });
}

#[test]
fn no_secret_is_kept_after_the_end_nor_shown_to_slurm() {
    let Some(site) = Site::new() else { return };
    let driver = site.driver();
    let bench = Bench::new(&driver, "host");
    let mut run = bench.run("hush", "sleep 1");
    run.secrets.push(("KEY".to_owned(), compute::Secret::new("d0nt-t3ll".to_owned())));
    bench.submit(&run);
    bench.until_running(&run.key);
    let folder = site.folder.path().join("runs/hush");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    bench.until_ended(&run.key);
    for place in [folder.as_path(), &site.cluster.folder().join("state")] {
        assert!(!holds(place, b"d0nt-t3ll"), "{}", place.display());
    }
}

fn holds(folder: &Path, secret: &[u8]) -> bool {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds(&entry.path(), secret),
        Ok(kind) if kind.is_file() => {
            let bytes = fs::read(entry.path()).unwrap_or_default();
            bytes.windows(secret.len()).any(|part| part == secret)
        }
        _ => false,
    })
}

#[test]
fn runs_are_found_again_by_a_new_driver() {
    let Some(site) = Site::new() else { return };
    let (first, second) = (site.driver(), site.driver());
    let bench = Bench::new(&first, "host");
    let runs: Vec<_> = (0..3).map(|n| bench.run(&format!("kept-{n}"), "sleep 1; exit 7")).collect();
    runs.iter().for_each(|run| bench.submit(run));
    drop(bench);
    let bench = Bench::new(&second, "host");
    for run in &runs {
        assert_ne!(bench.sight(&run.key), Sight::Unknown);
        assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(7));
    }
}

#[test]
fn a_run_that_waits_says_why_in_words() {
    let Some(cluster) = cluster_or_notice().map(|cluster| &*Box::leak(Box::new(cluster))) else {
        return;
    };
    let site = Site::on(cluster);
    let driver = site.driver();
    let bench = Bench::new(&driver, "host");
    let mut runs = Vec::new();
    for n in 0..4 {
        let mut run = bench.run(&format!("full-{n}"), "sleep 300");
        run.limits.cores_milli = 4_000;
        bench.submit(&run);
        runs.push(run);
    }
    let is_told = |sight: &Sight| match sight {
        Sight::Waiting(words) => words.contains("waits until") || words.contains("before it"),
        _ => false,
    };
    bench.until(&runs[3].key, is_told);
    let is_expected = |sight: &Sight| match sight {
        Sight::Waiting(words) => words.contains("expects it to start at 20"),
        _ => false,
    };
    bench.until(&runs[2].key, is_expected);
    runs.iter().for_each(|run| bench.wait(driver.cancel(&run.key)).unwrap());
    runs.iter().for_each(|run| assert_eq!(bench.until_ended(&run.key).ending, Ending::Cancelled));
    node_failure(&site);
}

/// On a cluster of its own: the nodes of the other tests do not fail.
fn node_failure(site: &Site) {
    let driver = site.driver();
    let bench = Bench::new(&driver, "host");
    let run = bench.run("node", "sleep 300");
    bench.submit(&run);
    bench.until_running(&run.key);
    let again = crate::slurm::driver(SlurmOptions { is_requeued: true, ..site.options() });
    let other = bench.run("requeue", "sleep 300");
    bench.wait(again.submit(&other)).unwrap();
    bench.until_running(&other.key);
    for node in ["n1", "n2"] {
        let name = format!("nodename={node}");
        site.call("scontrol", &["update", &name, "state=down", "reason=test"]);
    }
    let ended = bench.until_ended(&run.key);
    let Ending::NodeFailed(words) = &ended.ending else { panic!("{ended:?}") };
    assert!(words.contains("its node `n"), "{words}");
    let is_told = |sight: &Sight| match sight {
        Sight::Waiting(words) => words.starts_with("its node failed, Slurm will start it again"),
        _ => false,
    };
    bench.until(&other.key, is_told);
    bench.wait(driver.cancel(&other.key)).unwrap();
    assert_eq!(bench.until_ended(&other.key).ending, Ending::Cancelled);
}

#[test]
fn a_controller_that_is_away_is_unavailable_and_loses_nothing() {
    let Some(site) = Site::new() else { return };
    let away = site.folder.path().join("away.conf");
    let text = fs::read_to_string(site.cluster.configuration()).unwrap();
    let port = testbed::free_port().unwrap();
    let text: String = text
        .lines()
        .map(|line| match line.starts_with("SlurmctldPort=") {
            true => format!("SlurmctldPort={port}\nMessageTimeout=2\n"),
            false => format!("{line}\n"),
        })
        .collect();
    fs::write(&away, text).unwrap();
    let lone = SlurmOptions { configuration: Some(away), answer_seconds: 5, ..site.options() };
    let lone = driver(lone);
    let bench = Bench::new(&lone, "host");
    let run = bench.run("lost", "echo once");
    assert!(matches!(bench.wait(lone.submit(&run)), Err(Error::Unavailable(_))));
    let look = bench.wait(lone.look(std::slice::from_ref(&run.key)));
    assert!(matches!(look, Err(Error::Unavailable(_))), "{look:?}");
    assert!(matches!(bench.wait(lone.probe()), Err(Error::Unavailable(_))));
    let sound = site.driver();
    let bench = Bench::new(&sound, "host");
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
}

#[test]
fn strange_answers_are_failures_and_not_news() {
    let Some(site) = Site::new() else { return };
    let options = site.sbatch("echo 'Submitted batch job, maybe'");
    let folder = options.programs.clone().unwrap();
    fs::remove_file(folder.join("squeue")).unwrap();
    fs::copy(folder.join("sbatch"), folder.join("squeue")).unwrap();
    let odd = driver(options);
    let bench = Bench::new(&odd, "host");
    let run = bench.run("lost", "true");
    let keys: [RunKey; 1] = [run.key.clone()];
    assert!(matches!(bench.wait(odd.submit(&run)), Err(Error::Unavailable(_))));
    assert!(matches!(bench.wait(odd.submit(&run)), Err(Error::Unavailable(_))));
    assert!(matches!(bench.wait(odd.look(&keys)), Err(Error::Unavailable(_))));
}
