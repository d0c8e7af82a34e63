//! The shipped digits on a served zone: uploaded and downloaded by `hf`, learned from by our trainer
//! and by the example in Python, and the models brought back with their lineage.

mod served;

use served::{Zone, clients};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use testbed::TempDir;

/// Somebody of the test zone with a token.
const TOKEN: &str = "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";
const DATASET: &str = "DVUser/digits";

/// A person with `hf`, Python and the digits on a zone.
struct Desk {
    venv: PathBuf,
    zone: Zone,
    folder: TempDir,
}

impl Desk {
    fn new(modules: &[&str]) -> Option<Self> {
        let venv = clients(modules)?;
        let folder = TempDir::new().expect("a folder");
        let zone = Zone::start(&folder.path().join("zone"));
        let desk = Self { venv, zone, folder };
        let digits = project().join("data/digits");
        desk.run("hf", &["upload", DATASET, text(&digits), ".", "--repo-type", "dataset"]);
        Some(desk)
    }

    /// Runs a program of the virtual environment and returns what it told.
    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let run = Command::new(self.venv.join("bin").join(program))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("HF_ENDPOINT", &self.zone.url)
            .env("HF_TOKEN", TOKEN)
            .env("HF_HOME", self.folder.path().join("home"))
            .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
            .env("HF_HUB_DISABLE_TELEMETRY", "1")
            .output()
            .expect("runs the program");
        let told = String::from_utf8_lossy(&run.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{program} {arguments:?}: {told}\n{wrong}");
        told
    }

    /// Runs the claims on a model that was brought back.
    fn held(&self, script: &str, arguments: &[&str], claims: usize) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script);
        let told = self.run("python", &[&[text(&script)], arguments].concat());
        let held = told.lines().filter(|line| line.starts_with("held ")).count();
        assert_eq!(held, claims, "{told}");
    }
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("test folders have plain names")
}

#[test]
fn a_download_trained_without_python_comes_back_as_a_model_that_python_reads() {
    let Some(desk) = Desk::new(&["datasets", "safetensors"]) else { return };
    desk.run("hf", &["download", DATASET, "--repo-type", "dataset", "--local-dir", "digits"]);
    let place = |name: &str| desk.folder.path().join(name).into_os_string();
    let words = ["trainer", "--dataset", DATASET, "--data"].map(OsString::from);
    let folders = [place("digits"), "--out".into(), place("model")];
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    let code = trainer::command(words.into_iter().chain(folders), &mut told, &mut wrong);
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&wrong));
    desk.run("hf", &["upload", "DVUser/digits-rust", "model", "."]);
    desk.held("digits.py", &[DATASET, "DVUser/digits-rust"], 5);
}

#[test]
fn the_example_in_python_trains_on_a_zone_and_brings_the_model_back() {
    let Some(desk) = Desk::new(&["datasets", "safetensors", "sklearn"]) else { return };
    let script = project().join("examples/digits-python/train.py");
    let told = desk.run("python", &[text(&script), DATASET, "DVUser/digits-python"]);
    let last = told.lines().last().expect("it tells the accuracy");
    let counts = last.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    let (correct, total) = counts.and_then(|c| c.split_once(" of ")).expect("two counts");
    let count = |text: &str| text.parse::<u64>().expect("a count");
    assert_eq!(count(total), 355);
    assert!(count(correct) * 100 >= count(total) * 95, "{last}");
    desk.held("digits.py", &[DATASET, "DVUser/digits-python"], 5);
}
