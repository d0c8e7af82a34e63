//! The binary as people run it.

#[path = "../../benches/load/failed.rs"]
mod failed;
mod shelf;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use testbed::TempDir;

fn hutong(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hutong"))
        .args(arguments)
        .env_remove("HUTONG_DATABASE")
        .output()
        .expect("the binary starts")
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the demonstration and returns its figures.
fn demo(place: &[&str]) -> Value {
    let arguments: Vec<&str> = ["demo", "--exit", "--json"].iter().chain(place).copied().collect();
    let output = hutong(&arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

#[test]
fn the_demonstration_keeps_to_the_published_facts_and_is_built_once() {
    for database in testbed::databases() {
        let folder = TempDir::new().expect("a folder");
        let data = folder.path().to_string_lossy().into_owned();
        let mut place = vec!["--data", &data];
        // SQLite as by default, in the data folder.
        if database.url().starts_with("postgres") {
            place.extend(["--database", database.url()]);
        }
        let figures = demo(&place);
        for (name, value) in [
            ("paid_minor", 4_300_000_000_i64),
            ("projects", 123),
            ("cloud_projects", 27),
            ("cloud_projects_with_top_supplier", 25),
            ("models", 6),
            ("datasets", 3),
            ("upstream_others", 3),
            ("upstream_others_models", 5),
        ] {
            assert_eq!(figures[name], value, "{name}");
        }
        assert_eq!(figures["projects_by_category"]["Cloud-service funds"], 27);
        assert_eq!(figures["top_group"], "Alibaba Group");
        let number = |name: &str| figures[name].as_i64().expect("a number");
        assert!(number("hhi_owner") > 3 * number("hhi_entity"));
        let (owner, entity) =
            (number("top_group_share_owner_ppm"), number("top_group_share_entity_ppm"));
        assert!(owner > 3 * entity);
        assert_eq!(demo(&place), figures, "a second run changes nothing");
        let arguments: Vec<&str> =
            ["admin", "check", "--json"].iter().chain(&place).copied().collect();
        let checked = hutong(&arguments);
        let checked: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
        assert_eq!(checked, serde_json::json!({ "ok": true, "awards": 124 }));
        open_work_is_left(&data, database.url());
        shelf::every_page_of_the_hub_has_something(&data, database.url());
        let arguments: Vec<&str> = ["admin", "hub", "fsck"].iter().chain(&place).copied().collect();
        let checked = hutong(&arguments);
        assert!(checked.status.success(), "{}", text(&checked.stdout));
    }
}

/// The last steps of the plan are there: applications to decide and a claim to verify.
fn open_work_is_left(data: &str, url: &str) {
    let is_server = url.starts_with("postgres");
    let config = app::Config { data: data.into(), database: is_server.then(|| url.to_owned()) };
    let app = app::App::open(&config).expect("opens");
    let page = base::Page::first(10);
    let state = Some(grants::ApplicationState::Submitted);
    let open = app.db().read(|r| grants::applications_list(r, (None, None), state, &page));
    assert_eq!(open.expect("lists").len(), 2);
    let state = grants::ClaimState::Submitted;
    let claims = app.db().read(|r| grants::claims_list(r, state, &page)).expect("lists");
    assert_eq!(claims.len(), 1);
}

#[test]
fn a_folder_with_another_zone_is_not_overwritten() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().to_string_lossy().into_owned();
    let made = hutong(&["admin", "zone", "--data", &data, "--name-en", "Ours"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let refused = hutong(&["demo", "--data", &data, "--exit"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("holds another zone, `Ours`"));
}

#[test]
fn a_mistyped_folder_is_not_made_into_a_zone() {
    let folder = TempDir::new().expect("a folder");
    let nowhere = folder.path().join("nowhere").to_string_lossy().into_owned();
    let refused = hutong(&["admin", "check", "--data", &nowhere]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("there is no zone"));
    assert!(!Path::new(&nowhere).exists());
}

#[test]
fn all_published_rules_pass_the_check_and_a_broken_one_is_named_by_place() {
    let rules = root().join("rules").to_string_lossy().into_owned();
    let good = hutong(&["rules", "check", &rules]);
    assert!(good.status.success(), "{}", text(&good.stdout));
    let folder = TempDir::new().expect("a folder");
    let broken = folder.path().join("broken.toml");
    std::fs::write(&broken, "format = 1\nnonsense = 2\n").expect("writes");
    let broken = broken.to_string_lossy().into_owned();
    let bad = hutong(&["rules", "check", &broken]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stdout).contains(&format!("{broken}:2:1: ")), "{}", text(&bad.stdout));
}

#[test]
fn a_rule_is_tried_explained_criticised_and_listed() {
    let rule = root().join("rules/demo/hz-town-compute-voucher.toml");
    let rule = rule.to_string_lossy().into_owned();
    let folder = TempDir::new().expect("a folder");
    let facts = folder.path().join("facts.json");
    let told = r#"{ "date": "2020-11-01", "facts": { "kinds": ["company"],
        "places": ["Hangzhou AI Town"], "employees": 12, "dishonesty_records_3_years": 0,
        "contract_signed": "2020-10-15" }, "history": { "nothing_before": true },
        "lines": [{ "id": "a", "cost": "compute", "amount": "900,000" }] }"#;
    std::fs::write(&facts, told).expect("writes");
    let facts = facts.to_string_lossy().into_owned();
    let answer = hutong(&["rules", "simulate", &rule, "--facts", &facts, "--json"]);
    assert!(answer.status.success(), "{}{}", text(&answer.stdout), text(&answer.stderr));
    let answer: Value = serde_json::from_slice(&answer.stdout).expect("JSON");
    assert_eq!(answer["outcome"]["outcome"], "entitled");
    assert_eq!(answer["outcome"]["amount"]["minor"], 27_000_000);
    for (command, expected) in [("explain", "30"), ("lint", ""), ("list", "compute-voucher")] {
        let output = hutong(&["rules", command, &rule]);
        assert!(output.status.success(), "{command}: {}", text(&output.stdout));
        assert!(text(&output.stdout).contains(expected), "{command}: {}", text(&output.stdout));
    }
}

#[test]
fn a_benchmark_with_a_failed_request_ends_with_one_and_says_how_many() {
    let mut failed = failed::Failed::default();
    failed.add(0);
    assert_eq!(failed.told(), None);
    assert_eq!(failed.end(), std::process::ExitCode::SUCCESS);
    failed.add(2);
    failed.add(1);
    assert!(failed.told().is_some_and(|told| told.starts_with("3 requests failed")));
    assert_eq!(failed.end(), std::process::ExitCode::FAILURE);
}
