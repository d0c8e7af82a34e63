//! Tasks of the workspace. `cargo xtask` lists them.
//!
//! Must never: be needed to build or run the product. Start reading at `tidy` for the rules of
//! the house, at `ci` for what a change has to pass.

mod bench;
mod ci;
mod data;
mod metadata;
mod pages;
mod runner;
mod setup;
mod suite;
mod tidy;

use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

const USAGE: &str = "\
usage: cargo xtask TASK

  ci            set up, then run every check; what a change has to pass
  setup         install what the tests need (as root), or say what is missing
  tidy          check the rules of the house that no compiler checks
  test [ARGS]   run the tests with a private PostgreSQL; ARGS go to cargo
  suite         run the tests of huggingface_hub against a zone
  bench [NAME]  run one benchmark; without a name, list them
  data digits   check `data/digits` against its source on PyPI; `--write` makes it again
  trainer       build the trainer as a static binary, an environment for a sandbox";

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root()?;
    env::set_current_dir(&root).context("enter the workspace")?;
    match words.as_slice() {
        ["ci"] => ci::run(&root),
        ["setup"] => setup::run(),
        ["tidy"] => tidy::run(&root),
        ["test", arguments @ ..] => runner::test(arguments),
        ["suite"] => suite::suite(&root).map(|_| ExitCode::SUCCESS),
        ["data", "digits"] => data::digits(&root, false),
        ["data", "digits", "--write"] => data::digits(&root, true),
        ["trainer"] => data::trainer(&root),
        ["bench", arguments @ ..] => bench::run(arguments),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprintln!("no task `{}`\n\n{USAGE}", words.join(" "));
            Ok(ExitCode::from(2))
        }
    }
}

/// The root of the workspace that this program was built from.
fn root() -> Result<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    fs::canonicalize(root).with_context(|| format!("find the workspace at `{root}`"))
}
