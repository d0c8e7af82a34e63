//! The named parts of a dataset and the files of their splits.

use super::{FACT_ITEMS_MAX, items, short, text};
use crate::metadata::Metadata;
use serde_json::Value;

/// A part of a dataset that is loaded by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Name, e.g. `default`.
    pub name: String,
    /// Whether the card marks it as the one to load first.
    pub is_default: bool,
    /// Folder from which the paths are meant.
    pub data_dir: Option<String>,
    /// What separates values of its CSV files, where the card says it (`sep`, `delimiter`).
    pub delimiter: Option<u8>,
    /// Splits in the card's order; by name where the card writes them as a mapping.
    pub splits: Vec<DataSplit>,
}

/// A split and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSplit {
    /// Name, e.g. `train`.
    pub name: String,
    /// Paths and patterns as the card writes them. Hostile: match them against the list of the
    /// repository's files, never against a file system.
    pub globs: Vec<String>,
}

/// The split of files that the card gives without naming one, as `datasets` does.
const SPLIT_UNNAMED: &str = "train";

pub(super) fn configs(metadata: &Metadata) -> Vec<Config> {
    let list = metadata.get("configs").and_then(Value::as_array);
    let maps = list.into_iter().flatten().filter_map(Value::as_object);
    maps.take(FACT_ITEMS_MAX).filter_map(config).collect()
}

fn config(map: &Metadata) -> Option<Config> {
    Some(Config {
        name: text(map, "config_name")?,
        is_default: map.get("default") == Some(&Value::Bool(true)),
        data_dir: text(map, "data_dir"),
        delimiter: delimiter(map.get("sep").or_else(|| map.get("delimiter"))),
        splits: map.get("data_files").map(splits).unwrap_or_default(),
    })
}

/// Reads a separator of one ASCII character; others are for libraries only.
fn delimiter(value: Option<&Value>) -> Option<u8> {
    match value?.as_str()?.as_bytes() {
        [byte] if byte.is_ascii() => Some(*byte),
        b"\\t" => Some(b'\t'),
        _ => None,
    }
}

fn splits(files: &Value) -> Vec<DataSplit> {
    match files {
        Value::Object(map) => {
            let splits = map.iter().take(FACT_ITEMS_MAX);
            splits.map(|(name, globs)| split(name.clone(), items(globs))).collect()
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            let maps = list.iter().take(FACT_ITEMS_MAX).filter_map(Value::as_object);
            maps.filter_map(|map| {
                let name = short(map.get("split")?)?;
                Some(split(name, items(map.get("path")?)))
            })
            .collect()
        }
        paths => vec![split(SPLIT_UNNAMED.to_owned(), items(paths))],
    }
}

fn split(name: String, globs: Vec<String>) -> DataSplit {
    DataSplit { name, globs }
}
