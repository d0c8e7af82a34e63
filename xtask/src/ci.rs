//! Everything a change has to pass, in one command: `cargo xtask ci`.
//!
//! The steps run cheapest first, write straight to the terminal, and the first that fails ends the
//! run. One PostgreSQL serves all tests and goes when the run ends, however it ends.

use crate::runner::{Postgres, S3, cargo, is_installed, tests};
use crate::{setup, tidy};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use testbed::is_ci;

/// How a step ended, if it did not fail.
pub(crate) enum Outcome {
    Passed,
    Skipped(String),
}

/// A step that is over.
struct Done {
    name: &'static str,
    took: Duration,
    words: String,
}

#[derive(Default)]
struct Run {
    done: Vec<Done>,
}

/// The task `cargo xtask ci`.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let mut run = Run::default();
    let outcome = run.steps(root);
    println!("{}", run.summary());
    match outcome {
        Ok(()) => {
            println!("ci: passed");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            println!("ci: FAILED: {error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

impl Run {
    fn steps(&mut self, root: &Path) -> Result<()> {
        self.step("setup", || setup::ensure_needs().map(|()| Outcome::Passed))?;
        self.step("format", || passes(cargo().args(["fmt", "--all", "--check"])))?;
        self.step("tidy", || match tidy::run(root)? {
            code if code == ExitCode::SUCCESS => Ok(Outcome::Passed),
            _ => bail!("the house has rules, see above"),
        })?;
        self.step("clippy", || {
            let everything = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
            passes(cargo().args(everything))
        })?;
        let mut postgres = Postgres::Absent;
        self.step("postgresql", || {
            postgres = Postgres::start()?;
            postgres_outcome(&postgres)
        })?;
        let mut schema = None;
        self.step("payment schema", || {
            schema = setup::payment_schema(root)?;
            Ok(match schema {
                Some(_) => Outcome::Passed,
                None => Outcome::Skipped("no schema: payment files are tested by field".to_owned()),
            })
        })?;
        let mut s3 = S3::Absent;
        self.step("s3", || {
            s3 = S3::start(setup::s3_program(root)?)?;
            s3_outcome(&s3)
        })?;
        let mut clients = None;
        self.step("clients", || {
            clients = setup::clients(root)?;
            clients_outcome(clients.as_deref())
        })?;
        self.step("tests", || {
            let mut command = tests();
            postgres.show(&mut command);
            s3.show(&mut command);
            command.envs(clients.iter().map(|path| ("HUTONG_CLIENTS", path)));
            command.envs(schema.iter().map(|path| ("HUTONG_TEST_PAIN001", path)));
            passes(command.args(["--workspace", "--no-fail-fast"]))
        })?;
        self.step("documentation tests", || {
            let mut command = cargo();
            postgres.show(&mut command);
            s3.show(&mut command);
            passes(command.args(["test", "--workspace", "--doc"]))
        })?;
        self.step("hub suite", || crate::suite::suite(root))?;
        self.step("dependencies", dependencies)?;
        self.step("pages", pages)
    }

    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<Outcome>) -> Result<()> {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = work();
        let words = match &outcome {
            Ok(Outcome::Passed) => "passed".to_owned(),
            Ok(Outcome::Skipped(reason)) => format!("SKIPPED: {reason}"),
            Err(_) => "FAILED".to_owned(),
        };
        let done = Done { name, took: start.elapsed(), words };
        println!("== {name}: {} in {:.1} s", done.words, done.took.as_secs_f32());
        self.done.push(done);
        outcome.map(drop).context(name)
    }

    fn summary(&self) -> String {
        let line = |name: &str, took: Duration, words: &str| {
            format!("{name:<20} {:>7.1} s  {words}", took.as_secs_f32()).trim_end().to_owned()
        };
        let total = self.done.iter().map(|done| done.took).sum();
        let mut lines = vec!["\n== summary".to_owned()];
        lines.extend(self.done.iter().map(|done| line(done.name, done.took, &done.words)));
        lines.push(line("total", total, ""));
        lines.join("\n")
    }
}

/// Runs a cargo command, which writes to the terminal itself.
fn passes(command: &mut Command) -> Result<Outcome> {
    let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let words = format!("cargo {}", arguments.join(" "));
    let status = command.status().with_context(|| format!("start `{words}`"))?;
    if status.success() { Ok(Outcome::Passed) } else { bail!("`{words}` ended with {status}") }
}

fn postgres_outcome(postgres: &Postgres) -> Result<Outcome> {
    match postgres {
        Postgres::Absent if is_ci() => bail!("POSTGRESQL ABSENT, and `CI` is set"),
        Postgres::Absent => Ok(Outcome::Skipped("POSTGRESQL ABSENT, SQLite only".to_owned())),
        Postgres::Own(_) | Postgres::Named => Ok(Outcome::Passed),
    }
}

fn s3_outcome(s3: &S3) -> Result<Outcome> {
    match s3 {
        S3::Absent if is_ci() => bail!("S3 ABSENT, and `CI` is set"),
        S3::Absent => Ok(Outcome::Skipped("S3 ABSENT, files only".to_owned())),
        S3::Own(..) | S3::Named => Ok(Outcome::Passed),
    }
}

fn clients_outcome(clients: Option<&Path>) -> Result<Outcome> {
    match clients {
        None if is_ci() => bail!("the clients cannot be had from PyPI, and `CI` is set"),
        None => Ok(Outcome::Skipped("no clients: data people's programs are not run".to_owned())),
        Some(_) => Ok(Outcome::Passed),
    }
}

/// Licences, duplicates and sources. Not installed here: building cargo-deny takes longer than
/// every other step together. Advisories are left out: their database is no package.
fn dependencies() -> Result<Outcome> {
    if !is_installed("cargo-deny") {
        return Ok(Outcome::Skipped("`cargo-deny` is not installed".to_owned()));
    }
    passes(cargo().args(["deny", "--workspace", "check", "licenses", "bans", "sources"]))
}

/// Opens the pages in a real browser, where there is one.
fn pages() -> Result<Outcome> {
    if !is_installed("chromium") {
        return Ok(Outcome::Skipped("`chromium` is not installed".to_owned()));
    }
    crate::pages::pages()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Run, passes};
    use crate::runner::cargo;
    use anyhow::bail;

    #[test]
    fn a_failed_step_ends_the_run_and_shows_in_the_summary() {
        let mut run = Run::default();
        assert!(run.step("one", || Ok(Outcome::Passed)).is_ok());
        assert!(run.step("two", || Ok(Outcome::Skipped("no tool".to_owned()))).is_ok());
        let error = run.step("three", || bail!("broken")).unwrap_err();
        assert_eq!(format!("{error:#}"), "three: broken");
        let summary = run.summary();
        let ends: Vec<&str> = summary.lines().filter_map(|l| l.split(" s  ").nth(1)).collect();
        assert_eq!(ends, ["passed", "SKIPPED: no tool", "FAILED"]);
    }

    #[test]
    fn a_command_that_fails_is_a_failed_step() {
        assert!(passes(cargo().arg("--version")).is_ok());
        let Err(error) = passes(cargo().args(["no-such-task"])) else { unreachable!() };
        assert!(error.to_string().starts_with("`cargo no-such-task` ended with"), "{error}");
    }
}
