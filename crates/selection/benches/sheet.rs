//! Times the sheet at the target size: `cargo bench -p selection`, lines of `name value unit`.
//!
//! With a directory as argument it also writes every round and its sheet there for `highs.py`.

#[path = "../tests/it/instances.rs"]
mod instances;

use instances::{KINDS, TARGET, round};
use selection::{Limits, sheet};
use std::path::PathBuf;
use std::time::Instant;

/// Rounds per kind.
const SEEDS: u64 = 5;

fn main() {
    let folder: Option<PathBuf> =
        std::env::args().skip(1).find(|arg| !arg.starts_with('-')).map(PathBuf::from);
    let (mut slowest, mut widest) = (0, 0);
    for kind in KINDS {
        for seed in 0..SEEDS {
            let problem = round(kind, TARGET, seed);
            let begun = Instant::now();
            let sheet = sheet(&problem, &Limits::default()).expect("generated rounds are sound");
            let micros = begun.elapsed().as_micros();
            slowest = micros.max(slowest);
            widest = sheet.gap_ppm.max(widest);
            let name = format!("selection/{kind:?}/{seed}");
            println!("{name}/time {micros} us");
            println!("{name}/gap {} ppm", sheet.gap_ppm);
            println!("{name}/steps {} steps", sheet.steps);
            if let Some(folder) = &folder {
                let text = serde_json::json!({
                    "name": name, "problem": problem, "micros": u64::try_from(micros).unwrap_or(0),
                    "score": sheet.score, "bound": sheet.bound, "gap_ppm": sheet.gap_ppm,
                });
                let file = folder.join(format!("{kind:?}-{seed}.json"));
                std::fs::write(&file, text.to_string()).expect("the folder can be written");
            }
        }
    }
    println!("selection/slowest {slowest} us");
    println!("selection/widest {widest} ppm");
}
