//! Finds and runs benchmarks: `cargo xtask bench NAME`.
//!
//! A benchmark is a bench target of any crate: `crates/NAME/benches/WHAT.rs` with
//! `harness = false`. It measures on its own, prints lines `name value unit` and, against a peer,
//! `name ratio`, and opens with one `//!` line that says what it measures.

use crate::metadata::{self, Crate};
use crate::runner::{Postgres, cargo};
use anyhow::{Context, Result};
use std::fs;
use std::process::ExitCode;

/// Status of a wrong call, as for any wrong argument.
const WRONG_CALL: u8 = 2;

#[derive(Debug, PartialEq, Eq)]
struct Bench<'a> {
    name: &'a str,
    package: &'a str,
    path: &'a str,
}

/// Lists the benchmarks, or runs the named one with the rest of the arguments.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode> {
    let crates = metadata::crates()?;
    let benches = benches(&crates);
    let Some((name, rest)) = arguments.split_first() else {
        println!("{}", listing(&benches));
        return Ok(ExitCode::SUCCESS);
    };
    let Some(bench) = benches.iter().find(|bench| bench.name == *name) else {
        eprintln!("no benchmark `{name}`\n{}", listing(&benches));
        return Ok(ExitCode::from(WRONG_CALL));
    };
    let postgres = Postgres::start()?;
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", bench.package, "--bench", bench.name, "--"]);
    command.args(rest);
    postgres.show(&mut command);
    let status = command.status().context("run the benchmark")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn benches(crates: &[Crate]) -> Vec<Bench<'_>> {
    let mut benches: Vec<Bench<'_>> = crates
        .iter()
        .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
        .filter(|(_, target)| target.kind == "bench")
        .map(|(package, target)| Bench {
            name: &target.name,
            package: &package.name,
            path: &target.path,
        })
        .collect();
    benches.sort_unstable_by_key(|bench| bench.name);
    benches
}

fn listing(benches: &[Bench<'_>]) -> String {
    if benches.is_empty() {
        return "no crate has a benchmark (`crates/NAME/benches/WHAT.rs`)".to_owned();
    }
    let line = |bench: &Bench<'_>| {
        let source = fs::read_to_string(bench.path).unwrap_or_default();
        let what = source.lines().find_map(|line| line.strip_prefix("//! ")).unwrap_or_default();
        format!("\n  {:<16} {what}", bench.name)
    };
    format!("benchmarks:{}", benches.iter().map(line).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{benches, listing};
    use crate::metadata::{Crate, Target};

    fn package(name: &str, targets: &[(&str, &str)]) -> Crate {
        let target = |&(kind, name): &(&str, &str)| Target {
            kind: kind.into(),
            name: name.into(),
            path: format!("{name}.rs"),
        };
        let targets = targets.iter().map(target).collect();
        Crate { name: name.into(), targets, ..Crate::default() }
    }

    #[test]
    fn every_bench_target_of_every_crate_is_a_benchmark() {
        let crates = [
            package("ledger", &[("lib", "ledger"), ("bench", "holds")]),
            package("grants", &[("bench", "awards")]),
        ];
        let found: Vec<_> = benches(&crates).iter().map(|b| (b.name, b.package)).collect();
        assert_eq!(found, [("awards", "grants"), ("holds", "ledger")]);
    }

    #[test]
    fn an_empty_list_says_where_a_benchmark_belongs() {
        assert!(listing(&[]).contains("benches/"));
    }
}
