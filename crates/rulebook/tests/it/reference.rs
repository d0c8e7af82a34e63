//! The rule files of the repository: each is sound, its examples come out, and its source is told.

use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("rules/ is there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
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
        let text = std::fs::read_to_string(&path).expect("a rule file can be read");
        (path.strip_prefix(&root).expect("found under the root").display().to_string(), text)
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

#[test]
fn every_example_comes_out() {
    let mut failures = Vec::new();
    for (name, text) in all() {
        let Ok(rule) = rulebook::check(&name, &text) else { continue };
        assert!(!rule.examples.is_empty(), "{name} has no example");
        failures.extend(rulebook::examples_run(&rule).iter().map(ToString::to_string));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Rows of the published table of rules.
const ROWS: u32 = 64;

#[test]
fn all_64_rows_of_the_published_table_are_encoded_exactly_once() {
    let rules = all();
    let rows = rules.iter().filter_map(|(name, text)| rulebook::check(name, text).ok()?.row);
    let mut numbers: Vec<u32> = rows.map(|row| row.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=ROWS).collect::<Vec<u32>>());
}

#[test]
fn the_source_quotes_the_row_and_ids_are_unique() {
    let mut ids = std::collections::BTreeSet::new();
    for (name, text) in all() {
        let Ok(rule) = rulebook::check(&name, &text) else { continue };
        assert!(ids.insert(rule.id.clone()), "{name}: `{}` is the id of another file", rule.id);
        let (Some(row), Some(source)) = (rule.row, rule.source) else { continue };
        assert_eq!(row.columns["quote"], source.quote, "{name}");
        assert!(row.columns["source_url"].starts_with(&source.url), "{name}: {}", source.url);
    }
}

#[test]
fn every_rule_can_be_explained_in_both_languages() {
    for (name, text) in all() {
        let Ok(rule) = rulebook::check(&name, &text) else { continue };
        for lang in [rulebook::Lang::En, rulebook::Lang::Zh] {
            assert!(rulebook::explain(&rule, lang).len() > 200, "{name} explains nothing");
        }
    }
}
