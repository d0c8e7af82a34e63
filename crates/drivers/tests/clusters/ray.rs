//! The driver of Ray against a real Ray, and against servers that are none.

use crate::claims::{self, Bench};
use crate::wire::{Manner, server};
use base::SystemClock;
use compute::{Ending, Secret, Sight};
use drivers::{Driver, Error, Ray, RayOptions};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use testbed::{TempDir, is_ci};
use url::Url;

/// The one Ray of this program; `None`, said aloud, where it is not installed.
fn cluster() -> Option<&'static testbed::Ray> {
    static CLUSTER: OnceLock<Option<testbed::Ray>> = OnceLock::new();
    let start = || match testbed::Ray::start() {
        Ok(ray) => Some(ray),
        // Four hundred megabytes are not asked of everybody, not even of every run of CI.
        Err(testbed::RayError::Absent) => {
            eprintln!("RAY ABSENT: its driver is tested against bad answers only");
            assert!(!is_ci() || std::env::var_os(testbed::RAY_VARIABLE).is_none());
            None
        }
        Err(error) => panic!("{error}"),
    };
    CLUSTER.get_or_init(start).as_ref()
}

fn driver(url: Url, folder: &Path) -> Ray {
    let mut options = RayOptions::new(url, folder.to_path_buf());
    options.name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    options.shows_secrets = true;
    options.answer_seconds = 20;
    options.token = Some(Secret::new("d0nt-t3ll".to_owned()));
    Ray::new(options, Arc::new(SystemClock)).unwrap()
}

fn check(claim: impl FnOnce(&Bench<'_>)) {
    let Some(cluster) = cluster() else { return };
    let folder = TempDir::new().unwrap();
    let driver = driver(cluster.url().parse().unwrap(), folder.path());
    claim(&Bench::new(&driver, "ray"));
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
fn a_log_that_is_not_text_comes_byte_for_byte() {
    check(|bench| {
        let run = bench.run("bytes", "printf 'a\\377b\\n'; kill -9 $$");
        bench.submit(&run);
        assert_eq!(bench.until_ended(&run.key).ending, Ending::Killed(9));
        let part = bench.wait(bench.driver.logs(&run.key, (0, 100))).unwrap();
        assert_eq!(part.bytes, b"a\xffb\n");
    });
}

#[test]
fn a_program_that_is_not_there_is_told_as_unstartable() {
    check(|bench| {
        let mut run = bench.run("nowhere", "");
        run.command = vec!["no-such-program".to_owned()];
        bench.submit(&run);
        let ended = bench.until_ended(&run.key);
        assert!(matches!(ended.ending, Ending::Unstartable(_)), "{ended:?}");
        assert!(bench.log(&run.key).contains("no-such-program"));
    });
}

#[test]
fn a_run_that_ray_cannot_place_waits_and_can_be_cancelled() {
    check(|bench| {
        let mut run = bench.run("huge", "true");
        run.limits.cores_milli = 400_000;
        bench.submit(&run);
        let is_told = |sight: &Sight| match sight {
            Sight::Waiting(words) => words.contains("resources"),
            _ => false,
        };
        bench.until(&run.key, is_told);
        bench.wait(bench.driver.cancel(&run.key)).unwrap();
        let told = bench.sight(&run.key);
        assert!(matches!(&told, Sight::Waiting(words) if words.contains("cancelled")), "{told:?}");
    });
}

#[test]
fn the_backend_says_what_it_has_and_what_it_lacks() {
    check(|bench| {
        let backend = bench.wait(bench.driver.probe()).unwrap();
        assert!(backend.name.starts_with("Ray 2."), "{}", backend.name);
        assert_eq!(backend.cores_milli, Some(4_000));
        assert!(backend.lacks.iter().any(|lack| lack.starts_with("isolation")));
    });
}

#[test]
fn a_reply_lost_after_ray_took_the_run_makes_no_second_job() {
    let Some(cluster) = cluster() else { return };
    let folder = TempDir::new().unwrap();
    let real = cluster.url().parse().unwrap();
    let driver = driver(server(Manner::Drops(real, "POST /api/jobs/")), folder.path());
    let bench = Bench::new(&driver, "ray");
    let run = bench.run("lost", "echo once");
    let lost = bench.wait(driver.submit(&run));
    assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
    bench.submit(&run);
    assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0));
    assert_eq!(bench.log(&run.key), "once\n");
}

#[test]
fn a_run_that_ray_forgot_is_not_started_again() {
    let Some(cluster) = cluster() else { return };
    let folder = TempDir::new().unwrap();
    let sound = driver(cluster.url().parse().unwrap(), folder.path());
    let bench = Bench::new(&sound, "ray");
    let run = bench.run("kept", "true");
    bench.submit(&run);
    // As after a restart of Ray's head.
    let empty = driver(server(Manner::Says(404, "Job does not exist")), folder.path());
    let bench = Bench::new(&empty, "ray");
    bench.submit(&run);
    let ended = bench.until_ended(&run.key);
    assert!(matches!(ended.ending, Ending::NodeFailed(_)), "{ended:?}");
    assert_eq!(ended.usage.wall_ms, 0);
}

#[test]
fn secrets_are_refused_unless_the_operator_says_so() {
    let folder = TempDir::new().unwrap();
    let url = server(Manner::Says(200, "{}"));
    let options = RayOptions::new(url, folder.path().to_path_buf());
    let driver = Ray::new(options, Arc::new(SystemClock)).unwrap();
    let bench = Bench::new(&driver, "ray");
    let mut run = bench.run("hush", "true");
    run.secrets.push(("KEY".to_owned(), Secret::new("d0nt-t3ll".to_owned())));
    let refused = bench.wait(driver.submit(&run));
    let Err(Error::Refused(words)) = refused else { panic!("{refused:?}") };
    assert!(!words.contains("d0nt-t3ll"));
}

#[test]
fn bad_answers_are_failures_that_show_no_secret() {
    let taken = "{\"submission_id\": \"x\"}";
    for manner in [
        Manner::Says(401, "d0nt-t3ll"),
        Manner::Says(500, "Traceback\nKeyError: x\n.\n"),
        Manner::Says(200, "<html>"),
        Manner::Says(302, ""),
        Manner::Breaks,
        Manner::Hangs,
    ] {
        let folder = TempDir::new().unwrap();
        let mut options = RayOptions::new(server(manner.clone()), folder.path().to_path_buf());
        options.token = Some(Secret::new("d0nt-t3ll".to_owned()));
        options.answer_seconds = 1;
        assert!(!format!("{options:?}").contains("d0nt-t3ll"));
        let driver = Ray::new(options, Arc::new(SystemClock)).unwrap();
        let bench = Bench::new(&driver, "ray");
        let run = bench.run("bad", "true");
        let keys = [run.key.clone()];
        let failures = [
            bench.wait(driver.submit(&run)).err(),
            bench.wait(driver.look(&keys)).err(),
            bench.wait(driver.cancel(&run.key)).err(),
            bench.wait(driver.logs(&run.key, (0, 10))).err(),
            bench.wait(driver.probe()).err(),
        ];
        for failure in failures {
            let Some(Error::Unavailable(words)) = &failure else {
                panic!("{manner:?} {failure:?}")
            };
            assert!(!words.contains("d0nt-t3ll") && !words.contains("127.0.0.1"), "{words}");
        }
    }
    let folder = TempDir::new().unwrap();
    let driver = driver(server(Manner::Says(200, taken)), folder.path());
    let bench = Bench::new(&driver, "ray");
    let run = bench.run("shape", "true");
    bench.submit(&run);
    let look = bench.wait(driver.look(std::slice::from_ref(&run.key)));
    assert!(matches!(look, Err(Error::Unavailable(_))), "a job without a status: {look:?}");
}
