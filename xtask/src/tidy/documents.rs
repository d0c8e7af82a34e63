//! What the pages say exists, exists.

use super::arrows::DRAWING;
use super::markdown::{code_spans, links, table};
use super::{Findings, Tree};
use std::collections::BTreeSet;

/// The page that explains every dependency.
const DEPENDENCIES: &str = "docs/dependencies.md";

/// Every path in backticks in `ARCHITECTURE.md` is there. `*` stands for any run of characters;
/// a bare `store.rs` stands for any file of this name.
pub(super) fn paths_exist(tree: &Tree, findings: &mut Findings) {
    let text = tree.files.get(DRAWING).map_or("", String::as_str);
    for (line, span) in code_spans(text) {
        if is_path(span) && !path_exists(tree, span) {
            findings.add(DRAWING, line, format!("`{span}` does not exist"));
        }
    }
}

/// Every relative link of a Markdown file leads somewhere.
pub(super) fn links_exist(tree: &Tree, findings: &mut Findings) {
    for (path, text) in tree.markdown() {
        for (line, link) in links(text) {
            let target = link.split('#').next().unwrap_or_default();
            let is_ours = !target.is_empty() && !target.contains(':');
            if is_ours && !tree.has(&resolve(path, target)) {
                findings.add(path, line, format!("link `{link}` leads nowhere"));
            }
        }
    }
}

/// Every crate from outside has a row that says why it is here.
pub(super) fn dependencies_are_explained(tree: &Tree, findings: &mut Findings) {
    let text = tree.files.get(DEPENDENCIES).map_or("", String::as_str);
    let rows = table(text, &["crate"]).unwrap_or_default();
    let explained: BTreeSet<&str> =
        rows.iter().filter_map(|row| row.cells[0].split('`').nth(1)).collect();
    let ours = tree.crates.iter().flat_map(|package| &package.dependencies);
    let direct: BTreeSet<&str> = ours.filter(|d| !d.is_ours).map(|d| d.name.as_str()).collect();
    for name in direct.difference(&explained) {
        findings.add(DEPENDENCIES, 1, format!("dependency `{name}` has no row"));
    }
}

/// Every crate opens with what it is for.
pub(super) fn crates_are_introduced(tree: &Tree, findings: &mut Findings) {
    for target in tree.crates.iter().flat_map(|package| &package.targets) {
        let is_root = target.path.ends_with("/lib.rs") || target.path.ends_with("/main.rs");
        let Some(text) = tree.files.get(&target.path).filter(|_| is_root) else { continue };
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        if !lines.find(|line| !line.starts_with("#!")).is_some_and(|line| line.starts_with("//!")) {
            findings.add(&target.path, 1, "opens without `//!`: say what the crate is for");
        }
    }
}

fn is_path(span: &str) -> bool {
    let is_foreign = span.starts_with(['/', '-', '<', '.'])
        && !span.starts_with(".ci/")
        && !span.starts_with(".cargo/")
        || span.contains([' ', '<', ':', '{', '(', '$']);
    let is_file = [".md", ".rs", ".toml"].iter().any(|ending| span.ends_with(ending));
    !is_foreign && (span.contains('/') || is_file)
}

fn path_exists(tree: &Tree, path: &str) -> bool {
    let is_bare = !path.contains('/');
    if path.contains('*') {
        return tree.files.keys().any(|file| is_like(file, path));
    }
    let ending = format!("/{path}");
    tree.has(path) || is_bare && tree.files.keys().any(|file| file.ends_with(&ending))
}

/// Whether a path fits a pattern, where `*` stands for any run of characters.
fn is_like(path: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => path == pattern,
        Some((head, tail)) => path.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices().any(|(at, _)| is_like(&rest[at..], tail)) || is_like("", tail)
        }),
    }
}

/// The path that a link in a file leads to.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => from.split('/').collect(),
    };
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}
