//! The tests of `huggingface_hub` itself, unedited, against a zone: with `hf-xet` and without.
//!
//! Its source package on PyPI has the tests; `crates/testkit/suite` has what they expect around
//! them and the list of those that a hub has to pass.

use crate::ci::Outcome;
use crate::runner::cargo;
use crate::setup::venv;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use testbed::is_ci;

/// The client whose tests are run.
const CLIENT: &str = "huggingface_hub==2.4.0";
/// What its tests import besides.
const PACKAGES: &[&str] = &[
    CLIENT,
    "pytest==8.4.2",
    "pytest-asyncio",
    "pytest-mock",
    "pytest-vcr",
    "pytest-timeout",
    "pytest-rerunfailures",
    "fastapi",
    "itsdangerous",
    "authlib",
    "jedi",
    "Jinja2",
    "Pillow",
    "numpy",
    "soundfile",
    "duckdb",
];
/// The client of chunked transfer, which current clients use when it is there.
const XET: &str = "hf-xet==1.8.0";
/// Tests whose package has to be absent are not counted as passed: those that need it skip.
const LISTS: [&str; 2] = ["core.txt", "expected.txt"];

/// A zone that ends with the run.
struct Zone {
    process: Child,
    url: String,
}

impl Zone {
    fn start() -> Result<Self> {
        let mut command = cargo();
        command.args(["run", "--quiet", "--package", "testkit", "--bin", "test-zone"]);
        let mut process = command.stdout(Stdio::piped()).spawn().context("start the test zone")?;
        let stdout = process.stdout.take().context("the zone's output is piped")?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let url = lines.find_map(|line| line.strip_prefix("Serving at ").map(str::to_owned));
        let zone = Self { process, url: url.unwrap_or_default() };
        ensure!(!zone.url.is_empty(), "the test zone ended without saying where it is");
        Ok(zone)
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        // Cargo passes the signal on; a kill would leave the zone itself running.
        drop(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status());
        drop(self.process.wait());
    }
}

/// Runs the lists twice. Skipped where PyPI cannot be reached and nobody watches less closely.
pub(crate) fn suite(root: &Path) -> Result<Outcome> {
    let folder = root.join("target").join("hub-suite");
    let Some(plain) = venv(&folder.join("plain"), PACKAGES)? else { return absent() };
    let with_xet = [PACKAGES, &[XET]].concat();
    let Some(xet) = venv(&folder.join("xet"), &with_xet)? else { return absent() };
    // The client asks for it by itself.
    let away = ["-m", "pip", "-q", "uninstall", "-y", "hf-xet"];
    let status = Command::new(&plain).args(away).status();
    ensure!(status.is_ok_and(|status| status.success()), "`hf-xet` cannot be taken away");
    let tests = tests_unpacked(root, &folder, &plain)?;
    let build = cargo().args(["build", "--quiet", "--package", "testkit"]).status();
    ensure!(build.is_ok_and(|status| status.success()), "the test zone does not build");
    for (name, python) in [("hf-xet", &xet), ("no hf-xet", &plain)] {
        let zone = Zone::start()?;
        run(root, (&tests, python), (name, &zone.url))?;
    }
    Ok(Outcome::Passed)
}

fn absent() -> Result<Outcome> {
    if is_ci() {
        bail!("`{CLIENT}` cannot be had from PyPI, and `CI` is set");
    }
    Ok(Outcome::Skipped(format!("`{CLIENT}` cannot be had from PyPI")))
}

/// Unpacks the client's tests and lays ours beside them.
fn tests_unpacked(root: &Path, folder: &Path, python: &Path) -> Result<PathBuf> {
    let suite = folder.join("suite");
    if !suite.join("tests").exists() {
        let source = folder.join("source");
        let pip =
            ["-m", "pip", "-q", "download", "--no-deps", "--no-binary", "huggingface_hub", "-d"];
        let status = Command::new(python).args(pip).arg(&source).arg(CLIENT).status();
        ensure!(status.is_ok_and(|status| status.success()), "`{CLIENT}` has no source on PyPI");
        fs::create_dir_all(&suite).context("make the folder of the suite")?;
        let name = CLIENT.replace("==", "-");
        let mut tar = Command::new("tar");
        tar.arg("xzf").arg(source.join(format!("{name}.tar.gz"))).arg("-C").arg(&suite);
        tar.args(["--strip-components=1", &format!("{name}/tests")]);
        ensure!(tar.status().is_ok_and(|status| status.success()), "its tests cannot be unpacked");
    }
    let ours = root.join("crates/testkit/suite");
    let cards = suite.join("tests/fixtures/cards");
    fs::create_dir_all(&cards).context("make the folder of cards")?;
    let copies = [
        ("conftest.py", suite.join("tests/conftest.py")),
        ("pytest.ini", suite.join("pytest.ini")),
        ("sample_simple.md", cards.join("sample_simple.md")),
    ];
    for (name, to) in copies {
        fs::copy(ours.join(name), to).with_context(|| format!("copy `{name}`"))?;
    }
    fs::write(suite.join("tests/__init__.py"), "").context("make the tests a package")?;
    Ok(suite)
}

/// Runs both lists and prints how many passed.
fn run(root: &Path, (tests, python): (&Path, &Path), (name, url): (&str, &str)) -> Result<()> {
    let mut ids = Vec::new();
    for list in LISTS {
        let text = fs::read_to_string(root.join("crates/testkit/suite").join(list));
        let text = text.with_context(|| format!("read `{list}`"))?;
        ids.extend(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned));
    }
    let home = tests.join(format!("home-{}", name.replace(' ', "-")));
    let status = Command::new(python)
        .args(["-m", "pytest", "--tb=short"])
        .args(&ids)
        .current_dir(tests)
        .env("HF_ENDPOINT", url)
        .env("HF_HOME", &home)
        .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        .env("HF_HUB_DISABLE_TELEMETRY", "1")
        .env_remove("HF_TOKEN")
        .status()
        .context("run the client's tests")?;
    ensure!(status.success(), "tests of {CLIENT} fail ({name})");
    println!("{} tests of {CLIENT} asked for, {name}: none failed", ids.len());
    Ok(())
}
