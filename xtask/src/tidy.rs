//! The rules of the house that no compiler checks: `cargo xtask tidy`.
//!
//! Each rule is a pure function from a [`Tree`] to problems, one line each. The rules themselves
//! are explained in `CONTRIBUTING.md`. Start reading at [`RULES`].

mod arrows;
mod documents;
mod lines;
mod markdown;
mod sizes;
mod source;
mod tree;

#[cfg(test)]
mod tests;

use anyhow::Result;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use tree::Tree;

/// Something that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    line: usize,
    message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Where a rule writes what it finds.
#[derive(Debug, Default)]
struct Findings {
    problems: Vec<Problem>,
}

impl Findings {
    fn add(&mut self, path: &str, line: usize, message: impl Into<String>) {
        self.problems.push(Problem { path: path.to_owned(), line, message: message.into() });
    }
}

type Rule = fn(&Tree, &mut Findings);

/// Every rule, in the order in which a reader meets them.
const RULES: &[Rule] = &[
    arrows::ranks,
    documents::paths_exist,
    documents::links_exist,
    documents::dependencies_are_explained,
    documents::crates_are_introduced,
    sizes::files,
    lines::names,
    lines::notes,
    lines::unfinished,
    lines::sql,
    lines::sleeping,
    lines::width,
    lines::machine_paths,
];

/// Checks the workspace and prints one line per problem.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let tree = Tree::read(root)?;
    let problems = check(&tree);
    for problem in &problems {
        println!("{problem}");
    }
    if problems.is_empty() {
        println!("tidy: {} files, {} crates, no problem", tree.files.len(), tree.crates.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} problems", problems.len());
    Ok(ExitCode::FAILURE)
}

fn check(tree: &Tree) -> Vec<Problem> {
    let mut findings = Findings::default();
    for rule in RULES {
        rule(tree, &mut findings);
    }
    findings.problems.sort_unstable();
    findings.problems.dedup();
    findings.problems
}
