//! Rules that look at one line at a time.

use super::tree::RustFile;
use super::{Findings, Tree};

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] =
    ["common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"];
/// Longest line of Rust, in characters (`rustfmt.toml` has the same number).
const COLUMNS_MAX: usize = 100;
/// The same for a line with a text in it.
const TEXT_COLUMNS_MAX: usize = 140;
/// How statements begin. Upper case is the house's way to write SQL, and keeps prose out.
const STATEMENTS: [&str; 12] = [
    "SELECT",
    "INSERT INTO",
    "INSERT OR",
    "UPDATE",
    "DELETE FROM",
    "WITH RECURSIVE",
    "CREATE TABLE",
    "CREATE INDEX",
    "CREATE UNIQUE",
    "ALTER TABLE",
    "DROP TABLE",
    "PRAGMA",
];
/// Folders of people: a path below one is true on one machine only.
const PEOPLE: [&str; 3] = ["/home/", "/root/", "/Users/"];
/// Files whose comments are read for notes, besides Rust.
const COMMENTED: [&str; 9] =
    [".css", ".html", ".js", ".py", ".sh", ".sql", ".toml", ".yaml", ".yml"];

/// No module is named after nothing.
pub(super) fn names(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust() {
        let parts = file.path.trim_end_matches(".rs").split('/');
        for name in parts.filter(|part| EMPTY_NAMES.contains(part)) {
            findings.add(file.path, 1, name_refusal(name));
        }
        for (number, line) in numbered(&file) {
            let words: Vec<&str> = line.code.split(|c: char| !is_name_part(c)).collect();
            for pair in words.windows(2) {
                if pair[0] == "mod" && EMPTY_NAMES.contains(&pair[1]) {
                    findings.add(file.path, number, name_refusal(pair[1]));
                }
            }
        }
    }
}

/// A note for later has an issue; a note of something broken never stays.
pub(super) fn notes(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust() {
        for (number, line) in numbered(&file) {
            note_check(file.path, number, &line.comment, findings);
        }
    }
    for (path, text) in &tree.files {
        if COMMENTED.iter().any(|ending| path.ends_with(ending)) {
            for (at, line) in text.lines().enumerate() {
                note_check(path, at + 1, line, findings);
            }
        }
    }
}

/// Nothing is left out, neither code nor tests.
pub(super) fn unfinished(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust() {
        for (number, line) in numbered(&file) {
            for mark in ["#[ignore", "todo!(", "unimplemented!("] {
                if line.code.contains(mark) {
                    findings.add(file.path, number, format!("`{mark}` is not merged"));
                }
            }
        }
    }
}

/// SQL lives with the owner of its table: in `store.rs`, below `store/`, or in `db`. Tests and
/// benchmarks may look behind the door.
pub(super) fn sql(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust().filter(|file| !file.is_test && !is_sql_place(file.path)) {
        for (number, line) in numbered(&file).filter(|(_, line)| !line.is_test) {
            let is_inside = line.code.trim().is_empty();
            if let Some(start) = statement_start(line.text.trim(), is_inside) {
                let message = format!("`{start}` outside `store.rs`: SQL lives there");
                findings.add(file.path, number, message);
            }
        }
    }
}

/// Tests wait on a condition, not on a clock.
pub(super) fn sleeping(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust() {
        for (number, line) in numbered(&file).filter(|(_, line)| file.is_test || line.is_test) {
            if ["thread::sleep", "time::sleep"].iter().any(|call| line.code.contains(call)) {
                let message = "a test sleeps: wait on a condition (`testbed::wait_until`)";
                findings.add(file.path, number, message);
            }
        }
    }
}

/// No line is wider than a page. An address cannot be broken, a text reads better whole, and the
/// samples of tests are as wide as they are.
pub(super) fn width(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust().filter(|file| !file.is_test) {
        for (at, line) in file.source.lines().enumerate() {
            let columns = line.chars().count();
            let most = if line.contains('"') { TEXT_COLUMNS_MAX } else { COLUMNS_MAX };
            if columns > most && !line.contains("://") {
                let message = format!("{columns} columns, at most {most}");
                findings.add(file.path, at + 1, message);
            }
        }
    }
}

/// No path that exists on one machine only.
pub(super) fn machine_paths(tree: &Tree, findings: &mut Findings) {
    for (path, text) in &tree.files {
        for (at, line) in text.lines().enumerate() {
            for folder in PEOPLE {
                let begins = |(start, _)| !line[..start].ends_with(is_path_part);
                let followed = |(start, _): (usize, &str)| {
                    line[start + folder.len()..].starts_with(is_path_part)
                };
                if line.match_indices(folder).any(|hit| begins(hit) && followed(hit)) {
                    let message = format!("a path below `{folder}` is true on one machine only");
                    findings.add(path, at + 1, message);
                }
            }
        }
    }
}

fn numbered<'a>(
    file: &'a RustFile<'_>,
) -> impl Iterator<Item = (usize, &'a super::source::Line)> + use<'a> {
    file.lines.iter().enumerate().map(|(at, line)| (at + 1, line))
}

fn name_refusal(name: &str) -> String {
    format!("a module `{name}` says nothing: name it after what it holds")
}

fn note_check(path: &str, number: usize, comment: &str, findings: &mut Findings) {
    let is_word = |word: &str| comment.split(|c| !is_name_part(c)).any(|part| part == word);
    if is_word("FIXME") {
        findings.add(path, number, "`FIXME` never reaches main: fix it or open an issue");
    }
    let has_issue = comment
        .split_once("TODO")
        .and_then(|(_, rest)| rest.trim_start_matches(['(', ' ']).strip_prefix('#'))
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if is_word("TODO") && !has_issue {
        findings.add(path, number, "`TODO` without an issue: write `TODO(#12): ...`");
    }
}

fn is_sql_place(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    let file = parts.next().unwrap_or_default();
    let is_below = |folder: &str| path.starts_with(folder) || path.contains(&format!("/{folder}"));
    file.starts_with("store") || is_below("store/") || is_below("benches/") || is_db(path)
}

/// The door to the databases, and the kit that makes them for tests.
fn is_db(path: &str) -> bool {
    path.starts_with("crates/db/") || path.starts_with("crates/testbed/")
}

/// The beginning of a statement, if the text has one: followed by more, or alone on a line inside
/// a longer text. `UPDATE` is a word of notices too; the statement has a name and `SET` after it.
fn statement_start(text: &str, is_inside: bool) -> Option<&'static str> {
    let start = STATEMENTS.into_iter().find(|start| text.starts_with(start))?;
    let rest = &text[start.len()..];
    let goes_on = rest.starts_with(' ') || rest.is_empty() && is_inside;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let is_notice = start == "UPDATE" && words.get(1).is_some_and(|word| *word != "SET");
    (goes_on && !is_notice).then_some(start)
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_path_part(c: char) -> bool {
    is_name_part(c) || matches!(c, '.' | '-' | '~')
}
