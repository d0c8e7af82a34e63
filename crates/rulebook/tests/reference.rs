//! The rule files of the repository: each is sound, and its examples come out.

use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let mut found = Vec::new();
    files(&root, &mut found);
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.strip_prefix(&root).unwrap().display().to_string(), text)
    };
    found.into_iter().map(read).collect()
}

#[test]
fn every_rule_file_is_sound() {
    let mut problems = Vec::new();
    for (name, text) in all() {
        if let Err(found) = rulebook::check(&name, &text) {
            problems.extend(found.iter().map(ToString::to_string));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
