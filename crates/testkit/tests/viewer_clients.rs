//! Data people's own programs against a served zone: `datasets`, pandas, DuckDB, `transformers`,
//! `mlcroissant`; and what `huggingface_hub` makes of refusals. The claims are in
//! `crates/hub-api/tests/clients/viewer.py` and `crates/testkit/clients/faults.py`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Names the virtual environment with the packages that the script lists.
const CLIENTS: &str = "HUTONG_CLIENTS";

/// A zone that ends with its test.
struct Zone {
    child: Child,
    url: String,
}

impl Zone {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_test-zone"))
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts the zone");
        let lines = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        let mut lines = lines.map(|line| line.expect("reads what the zone says"));
        let url = lines.find_map(|line| Some(line.strip_prefix("Serving at ")?.to_owned()));
        Self { child, url: url.expect("the zone says where it is") }
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script of claims against a fresh zone, where its programs are.
fn held(script: &str, claims: usize) {
    let Some(venv) = std::env::var_os(CLIENTS).map(PathBuf::from) else {
        assert!(!testbed::is_ci(), "set {CLIENTS} to a virtual environment");
        eprintln!("left out: set {CLIENTS} to a virtual environment");
        return;
    };
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
