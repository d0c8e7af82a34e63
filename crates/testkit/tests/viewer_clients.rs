//! Data people's own programs against a served zone: `datasets`, pandas, DuckDB, `transformers`,
//! `mlcroissant`; and what `huggingface_hub` makes of refusals. The claims are in
//! `crates/hub-api/tests/clients/viewer.py` and `crates/testkit/clients/faults.py`.

mod served;

use served::{Zone, clients};
use std::path::Path;
use std::process::Command;

/// Runs a script of claims against a fresh zone, where its programs are.
fn held(script: &str, claims: usize) {
    let Some(venv) = clients(&[]) else { return };
    let folder = testbed::TempDir::new().expect("a folder");
    let zone = Zone::start(&folder.path().join("zone"));
    let run = Command::new(venv.join("bin/python"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
        .arg(folder.path().join("clients"))
        .env("HF_ENDPOINT", &zone.url)
        .output()
        .expect("runs the script");
    let (told, wrong) =
        (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{told}\n{wrong}");
    assert!(told.lines().filter(|line| line.starts_with("held ")).count() == claims, "{told}");
}

#[test]
fn what_data_people_use_works_unchanged() {
    held("../hub-api/tests/clients/viewer.py", 10);
}

#[test]
fn refusals_and_broken_lines_are_what_the_client_takes_them_for() {
    held("clients/faults.py", 8);
}
