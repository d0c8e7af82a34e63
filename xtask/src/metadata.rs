//! What cargo says about the crates of this workspace.

use crate::runner::cargo;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// One crate of the workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Its folder from the root of the workspace, such as `crates/base`.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// What a crate names in its manifest.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Whether it is a crate of this workspace.
    pub(crate) is_ours: bool,
    /// Whether it is only for tests and benchmarks.
    pub(crate) is_dev: bool,
}

/// Something that cargo builds.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// `lib`, `bin`, `test`, `bench` or `example`.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Its file from the root of the workspace.
    pub(crate) path: String,
}

/// Reads the workspace in the current folder.
pub(crate) fn crates() -> Result<Vec<Crate>> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = cargo().args(arguments).output().context("run `cargo metadata`")?;
    ensure!(
        output.status.success(),
        "`cargo metadata` failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).context("read the metadata")?;
    let root = format!("{}/", text(&metadata, "workspace_root"));
    Ok(list(&metadata, "packages").map(|package| crate_read(package, &root)).collect())
}

fn crate_read(package: &Value, root: &str) -> Crate {
    let manifest = relative(text(package, "manifest_path"), root);
    Crate {
        name: text(package, "name").to_owned(),
        folder: manifest.trim_end_matches("Cargo.toml").trim_end_matches('/').to_owned(),
        dependencies: list(package, "dependencies").map(dependency_read).collect(),
        targets: list(package, "targets")
            .map(|target| Target {
                kind: target["kind"][0].as_str().unwrap_or_default().to_owned(),
                name: text(target, "name").to_owned(),
                path: relative(text(target, "src_path"), root).to_owned(),
            })
            .collect(),
    }
}

fn dependency_read(dependency: &Value) -> Dependency {
    Dependency {
        name: text(dependency, "name").to_owned(),
        is_ours: dependency["source"].is_null(),
        is_dev: dependency["kind"] == "dev",
    }
}

fn relative<'a>(path: &'a str, root: &str) -> &'a str {
    path.strip_prefix(root).unwrap_or(path)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value[field].as_array().into_iter().flatten()
}
