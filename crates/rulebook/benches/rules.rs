//! Evaluations a second of one rule, and of the worked examples of all rules; checks of a file.
//!
//! Prints lines `name value unit`, on one core. Every evaluation keeps its whole trace, as an
//! application does.

use rulebook::{Instrument, check, evaluate};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Length of each measure, in seconds.
const SECONDS: u64 = 3;
/// The one rule: three conditions, three kinds of cost, one rate, caps.
const ONE: &str = "rules/demo/hz-town-2019-cloud.toml";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join(ONE)).expect("the rule is in the workspace");
    let one = check(ONE, &text).expect("the rule is sound");
    let example = &one.examples.first().expect("it has a worked example").request;
    println!("rule_file {} bytes", text.len());
    measure("rules_check", "files/s", || {
        black_box(check(ONE, black_box(&text)).is_ok());
        1
    });
    measure("rules_evaluate_one", "evaluations/s", || {
        black_box(evaluate(&one, black_box(example)));
        1
    });
    let all = rules(&root.join("rules"));
    println!("rules_all {} files", all.len());
    measure("rules_evaluate_all", "evaluations/s", || {
        let mut count = 0;
        for rule in &all {
            for example in &rule.examples {
                black_box(evaluate(rule, black_box(&example.request)));
                count += 1;
            }
        }
        count
    });
}

/// Reads every rule below a folder.
fn rules(folder: &Path) -> Vec<Instrument> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("the folder is in the workspace");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("reads").path()).collect();
        paths.sort_unstable();
        folders.extend(paths.iter().filter(|path| path.is_dir()).cloned());
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "toml")) {
            let text = std::fs::read_to_string(path).expect("the file is text");
            found.push(check(&path.display().to_string(), &text).expect("every rule is sound"));
        }
    }
    found
}

/// Repeats some work for a while and prints how much of it was done a second.
fn measure(name: &str, unit: &str, mut work: impl FnMut() -> u64) {
    let (started, length) = (Instant::now(), Duration::from_secs(SECONDS));
    let mut done = 0;
    while started.elapsed() < length {
        done += work();
    }
    let millis = u64::try_from(started.elapsed().as_millis()).expect("a short run").max(1);
    println!("{name} {} {unit}", done * 1_000 / millis);
}
