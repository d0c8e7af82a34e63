//! Seconds until `hutong demo --exit` has built the whole demonstration and ended.
//!
//! Prints lines `name value unit`: best and median of some runs, each in an empty folder.

use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs; the best counts, because others share the machine.
const RUNS: usize = 5;

fn main() {
    let mut millis: Vec<u128> = (0..RUNS).map(|_| run()).collect();
    millis.sort_unstable();
    print("demo_best", millis[0]);
    print("demo_median", millis[RUNS / 2]);
}

fn run() -> u128 {
    let folder = testbed::TempDir::new().expect("the temporary folder is writable");
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hutong"));
    command.args(["demo", "--exit", "--json", "--data"]).arg(folder.path());
    command.env_remove("HUTONG_DATABASE").stdout(Stdio::null());
    let status = command.status().expect("the binary was built");
    assert!(status.success(), "the demonstration failed");
    started.elapsed().as_millis()
}

fn print(name: &str, millis: u128) {
    println!("{name} {}.{:03} s", millis / 1_000, millis % 1_000);
}
