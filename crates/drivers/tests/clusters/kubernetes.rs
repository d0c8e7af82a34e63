//! The driver of Kubernetes and answers that are lost, late or strange.

use crate::claims::Bench;
use crate::kubernetes_fake::{Fake, TOKEN};
use crate::wire::{Manner, server};
use base::SystemClock;
use compute::{Ending, Secret};
use drivers::{Driver, Error, Kubernetes, KubernetesOptions};
use std::path::Path;
use std::sync::Arc;
use testbed::TempDir;
use url::Url;

fn driver(url: Url, folder: &Path) -> Kubernetes {
    let mut options = KubernetesOptions::new(url, "lab", folder.to_path_buf());
    options.token = Some(Secret::new(TOKEN.to_owned()));
    options.answer_seconds = 1;
    assert!(!format!("{options:?}").contains(TOKEN));
    Kubernetes::new(options, Arc::new(SystemClock)).unwrap()
}

#[test]
fn a_reply_lost_at_any_step_makes_no_second_job() {
    let steps = ["networkpolicies", "jobs", "secrets"];
    for step in steps {
        let (fake, folder) = (Fake::start(), TempDir::new().unwrap());
        let start = match step {
            "jobs" => "POST /apis/batch/v1/namespaces/lab/jobs",
            "secrets" => "POST /api/v1/namespaces/lab/secrets",
            _ => "POST /apis/networking.k8s.io/v1/namespaces/lab/networkpolicies",
        };
        let lossy = server(Manner::Drops(fake.url.parse().unwrap(), start));
        let driver = driver(lossy, folder.path());
        let bench = Bench::new(&driver, "sh");
        let mut run = bench.run("lost", "echo once $KEY");
        run.secrets.push(("KEY".to_owned(), Secret::new("hush".to_owned())));
        let lost = bench.wait(driver.submit(&run));
        assert!(matches!(lost, Err(Error::Unavailable(_))), "{step}: {lost:?}");
        bench.submit(&run);
        assert_eq!(bench.until_ended(&run.key).ending, Ending::Exited(0), "{step}");
        bench.submit(&run);
        assert_eq!(bench.log(&run.key), "once hush\n");
    }
}

#[test]
fn a_reply_lost_to_a_cancel_or_a_forgetting_is_asked_again() {
    let (fake, folder) = (Fake::start(), TempDir::new().unwrap());
    let lossy = server(Manner::Drops(fake.url.parse().unwrap(), "DELETE"));
    let driver = driver(lossy, folder.path());
    let bench = Bench::new(&driver, "sh");
    let run = bench.run("lost", "echo began; exec sleep 300");
    bench.submit(&run);
    bench.until_running(&run.key);
    assert!(testbed::wait_until(crate::claims::PATIENCE, || {
        let part = bench.wait(driver.logs(&run.key, (0, 100))).unwrap();
        part.bytes == b"began\n"
    }));
    assert!(matches!(bench.wait(driver.cancel(&run.key)), Err(Error::Unavailable(_))));
    bench.wait(driver.cancel(&run.key)).unwrap();
    let ended = bench.until_ended(&run.key);
    assert_eq!(ended.ending, Ending::Cancelled);
    assert!(ended.started_at.is_some(), "its time counts");
    assert_eq!(bench.log(&run.key), "began\n", "its log is kept");
}

#[test]
fn a_job_that_somebody_deleted_is_not_started_again() {
    let (fake, folder) = (Fake::start(), TempDir::new().unwrap());
    let sound = driver(fake.url.parse().unwrap(), folder.path());
    let bench = Bench::new(&sound, "sh");
    let run = bench.run("gone", "exec sleep 300");
    bench.submit(&run);
    bench.until_running(&run.key);
    let empty = Fake::start();
    let after = driver(empty.url.parse().unwrap(), folder.path());
    let bench = Bench::new(&after, "sh");
    bench.submit(&run);
    let ended = bench.until_ended(&run.key);
    assert!(matches!(ended.ending, Ending::NodeFailed(_)), "{ended:?}");
}

#[test]
fn what_can_never_run_is_refused() {
    let (fake, folder) = (Fake::start(), TempDir::new().unwrap());
    let driver = driver(fake.url.parse().unwrap(), folder.path());
    let bench = Bench::new(&driver, "sh");
    let mut folders = bench.run("a", "true");
    folders.output = Some("/output".to_owned());
    let mut image = bench.run("b", "true");
    image.environment = "sh;rm".to_owned();
    let mut name = bench.run("c", "true");
    name.variables.push(("A B".to_owned(), String::new()));
    for run in [folders, image, name] {
        let refused = bench.wait(driver.submit(&run));
        assert!(matches!(refused, Err(Error::Refused(_))), "{}: {refused:?}", run.key);
    }
}

#[test]
fn bad_answers_are_failures_that_show_no_secret() {
    for manner in [
        Manner::Says(401, TOKEN),
        Manner::Says(403, "{\"message\": \"jobs is forbidden\"}"),
        Manner::Says(500, "oops"),
        Manner::Says(200, "<html>"),
        Manner::Says(200, "{\"items\": [{\"metadata\": {}}]}"),
        Manner::Says(302, ""),
        Manner::Breaks,
        Manner::Hangs,
    ] {
        let folder = TempDir::new().unwrap();
        let driver = driver(server(manner.clone()), folder.path());
        let bench = Bench::new(&driver, "sh");
        let mut run = bench.run("bad", "true");
        run.limits.network = true;
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
            assert!(!words.contains(TOKEN) && !words.contains("127.0.0.1"), "{words}");
        }
    }
}
