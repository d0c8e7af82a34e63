//! Arrows between crates run only to a lower rank, as drawn in `ARCHITECTURE.md`.

use super::markdown::table;
use super::{Findings, Tree};
use crate::metadata::{Crate, Dependency};
use std::collections::BTreeMap;

/// The page with the table of ranks.
pub(super) const DRAWING: &str = "ARCHITECTURE.md";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// Part of the product; depends on lower numbers only.
    Shipped(u32),
    /// For development: nothing shipped needs it, so it may depend on anything.
    Dev,
}

pub(super) fn ranks(tree: &Tree, findings: &mut Findings) {
    let ranks = ranks_read(tree, findings);
    for package in &tree.crates {
        let manifest = format!("{}/Cargo.toml", package.folder);
        let Some(&(rank, _)) = ranks.get(package.name.as_str()) else {
            let message = format!("crate `{}` is not in the table of {DRAWING}", package.name);
            findings.add(&manifest, 1, message);
            continue;
        };
        for dependency in package.dependencies.iter().filter(|d| d.is_ours) {
            let Some(&(target, _)) = ranks.get(dependency.name.as_str()) else { continue };
            if !is_allowed(rank, target, dependency.is_dev) {
                let line = dependency_line(tree, &manifest, dependency);
                findings.add(&manifest, line, refusal(package, rank, dependency, target));
            }
        }
    }
}

const fn is_allowed(from: Rank, to: Rank, is_dev: bool) -> bool {
    match (from, to) {
        (Rank::Dev, _) => true,
        (Rank::Shipped(_), Rank::Dev) => is_dev,
        (Rank::Shipped(from), Rank::Shipped(to)) => to < from,
    }
}

fn refusal(package: &Crate, from: Rank, dependency: &Dependency, to: Rank) -> String {
    let show = |rank| match rank {
        Rank::Shipped(number) => format!("rank {number}"),
        Rank::Dev => "rank dev".to_owned(),
    };
    format!(
        "`{}` ({}) depends on `{}` ({}): arrows run only to a lower rank",
        package.name,
        show(from),
        dependency.name,
        show(to)
    )
}

fn dependency_line(tree: &Tree, manifest: &str, dependency: &Dependency) -> usize {
    let text = tree.files.get(manifest).map_or("", String::as_str);
    let is_it = |line: &str| {
        let name = line.split(['=', '.']).next().unwrap_or_default();
        name.trim() == dependency.name
    };
    text.lines().position(is_it).map_or(1, |at| at + 1)
}

/// Reads the table into crate -> (rank, line), and refuses rows that cannot be.
fn ranks_read<'a>(tree: &'a Tree, findings: &mut Findings) -> BTreeMap<&'a str, (Rank, usize)> {
    let mut ranks = BTreeMap::new();
    let text = tree.files.get(DRAWING).map_or("", String::as_str);
    let Some(rows) = table(text, &["rank", "crate"]) else {
        findings.add(DRAWING, 1, "has no table that begins with `rank | crate`");
        return ranks;
    };
    for row in rows {
        let (rank_text, names) = (row.cells[0], row.cells.get(1).copied().unwrap_or_default());
        let rank = match (rank_text, rank_text.parse()) {
            ("dev", _) => Rank::Dev,
            (_, Ok(number)) => Rank::Shipped(number),
            (_, Err(_)) => {
                let message = format!("rank `{rank_text}` is neither a number nor `dev`");
                findings.add(DRAWING, row.line, message);
                continue;
            }
        };
        for name in names.split('`').skip(1).step_by(2) {
            if !tree.crates.iter().any(|package| package.name == name) {
                findings.add(DRAWING, row.line, format!("there is no crate `{name}`"));
            }
            if ranks.insert(name, (rank, row.line)).is_some() {
                findings.add(DRAWING, row.line, format!("crate `{name}` is named twice"));
            }
        }
    }
    ranks
}
