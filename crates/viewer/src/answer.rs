//! The bodies that say what a dataset holds: `/is-valid`, `/splits`, `/parquet`, `/size`, `/info`.
//!
//! Source: huggingface/dataset-viewer, `docs/source/openapi.json`.

use crate::cell::Cell;
use crate::config::Config;
use crate::format::Format;
use crate::index::SplitIndex;
use serde::Serialize;

/// The body of `/is-valid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IsValid {
    /// Whether `/first-rows` answers.
    pub preview: bool,
    /// Whether `/rows` answers.
    pub viewer: bool,
    /// Whether `/search` answers.
    pub search: bool,
    /// Whether `/filter` answers.
    pub filter: bool,
    /// Whether `/statistics` answers.
    pub statistics: bool,
}

impl IsValid {
    /// Says the same of all five: a dataset that can be read can be asked anything.
    #[must_use]
    pub fn all(is_valid: bool) -> Self {
        Self {
            preview: is_valid,
            viewer: is_valid,
            search: is_valid,
            filter: is_valid,
            statistics: is_valid,
        }
    }
}

/// The body of `/splits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Splits {
    /// All splits of all configs.
    pub splits: Vec<SplitItem>,
    /// Always empty: nothing is computed later.
    pub pending: [(); 0],
    /// Always empty: what fails is an error.
    pub failed: [(); 0],
}

/// One split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SplitItem {
    /// Id of the dataset.
    pub dataset: String,
    /// Name of the config.
    pub config: String,
    /// Name of the split.
    pub split: String,
}

/// Answers `/splits`.
#[must_use]
pub fn splits_answer(dataset: &str, configs: &[Config]) -> Splits {
    let item = |config: &Config, split: &str| SplitItem {
        dataset: dataset.to_owned(),
        config: config.name.clone(),
        split: split.to_owned(),
    };
    let mut splits = Vec::new();
    for config in configs {
        splits.extend(config.splits.iter().map(|split| item(config, &split.name)));
    }
    Splits { splits, pending: [], failed: [] }
}

/// The body of `/parquet`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParquetFiles {
    /// The files that are Parquet already; nothing is converted.
    pub parquet_files: Vec<ParquetItem>,
    /// Always empty.
    pub pending: [(); 0],
    /// Always empty.
    pub failed: [(); 0],
    /// Whether some splits are listed and others, which are no Parquet, are not. An empty list is
    /// no part of anything: `false`.
    pub partial: bool,
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParquetItem {
    /// Id of the dataset.
    pub dataset: String,
    /// Name of the config.
    pub config: String,
    /// Name of the split.
    pub split: String,
    /// Where it is downloaded.
    pub url: String,
    /// Its name without folders.
    pub filename: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Answers `/parquet`; `file` gives a path's address and size in bytes.
#[must_use]
pub fn parquet_answer(
    dataset: &str,
    configs: &[Config],
    file: &dyn Fn(&str) -> (String, u64),
) -> ParquetFiles {
    let mut answer =
        ParquetFiles { parquet_files: Vec::new(), pending: [], failed: [], partial: false };
    let mut has_other = false;
    for config in configs {
        for split in &config.splits {
            if split.format != Format::Parquet {
                has_other = true;
                continue;
            }
            let item = |path: &String| {
                let (url, size) = file(path);
                ParquetItem {
                    dataset: dataset.to_owned(),
                    config: config.name.clone(),
                    split: split.name.clone(),
                    url,
                    filename: path.rsplit('/').next().unwrap_or(path).to_owned(),
                    size,
                }
            };
            answer.parquet_files.extend(split.paths.iter().map(item));
        }
    }
    answer.partial = has_other && !answer.parquet_files.is_empty();
    answer
}

/// A split with its index, for the answers that count.
#[derive(Debug, Clone, Copy)]
pub struct Indexed<'a> {
    /// Name of the config.
    pub config: &'a str,
    /// Name of the split.
    pub split: &'a str,
    /// Its index.
    pub index: &'a SplitIndex,
}

/// The body of `/size`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SizeAnswer {
    /// The figures.
    pub size: Sizes,
    /// Always empty.
    pub pending: [(); 0],
    /// Always empty.
    pub failed: [(); 0],
    /// Whether a file was too big to be read to its end.
    pub partial: bool,
}

/// Sizes of the whole and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Of the dataset.
    pub dataset: Size,
    /// Of its configs.
    pub configs: Vec<Size>,
    /// Of its splits.
    pub splits: Vec<Size>,
}

/// Rows and bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Size {
    /// Id of the dataset.
    pub dataset: String,
    /// Name of the config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// Name of the split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Bytes of the files as stored.
    pub num_bytes_original_files: u64,
    /// Bytes of the Parquet files among them.
    pub num_bytes_parquet_files: u64,
    /// Bytes of the rows once decompressed.
    pub num_bytes_memory: u64,
    /// Rows.
    pub num_rows: u64,
    /// Columns; a dataset of several configs has no such number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_columns: Option<usize>,
    /// Always null: rows are counted.
    pub estimated_num_rows: Option<u64>,
}

impl Size {
    fn add(&mut self, index: &SplitIndex) {
        let parquet = if index.format() == Format::Parquet { index.size_bytes() } else { 0 };
        let add = |to: &mut u64, more: u64| *to = to.saturating_add(more);
        add(&mut self.num_bytes_original_files, index.size_bytes());
        add(&mut self.num_bytes_parquet_files, parquet);
        add(&mut self.num_bytes_memory, index.bytes_memory());
        add(&mut self.num_rows, index.rows());
        if self.config.is_some() {
            self.num_columns = self.num_columns.max(Some(index.columns().len()));
        }
    }
}

/// Answers `/size`.
#[must_use]
pub fn size_answer(dataset: &str, splits: &[Indexed<'_>]) -> SizeAnswer {
    let empty = Size { dataset: dataset.to_owned(), ..Size::default() };
    let mut sizes = Sizes { dataset: empty.clone(), configs: Vec::new(), splits: Vec::new() };
    for split in splits {
        let name = Some(split.config.to_owned());
        let known = sizes.configs.iter().position(|size| size.config == name);
        let place = known.unwrap_or_else(|| {
            sizes.configs.push(Size { config: name.clone(), ..empty.clone() });
            sizes.configs.len() - 1
        });
        let of_split = Some(split.split.to_owned());
        let mut size = Size { config: name, split: of_split, ..empty.clone() };
        size.add(split.index);
        sizes.splits.push(size);
        sizes.configs[place].add(split.index);
        sizes.dataset.add(split.index);
    }
    let partial = splits.iter().any(|split| split.index.is_partial());
    SizeAnswer { size: sizes, pending: [], failed: [], partial }
}

/// The body of `/info`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InfoAnswer {
    /// By config: the JSON form of the `DatasetInfo` of `datasets`.
    pub dataset_info: Cell,
    /// Always empty.
    pub pending: [(); 0],
    /// Always empty.
    pub failed: [(); 0],
    /// Whether a file was too big to be read to its end.
    pub partial: bool,
}

/// Answers `/info`.
#[must_use]
pub fn info_answer(dataset: &str, splits: &[Indexed<'_>]) -> InfoAnswer {
    let mut names: Vec<&str> = Vec::new();
    for split in splits {
        if !names.contains(&split.config) {
            names.push(split.config);
        }
    }
    let info = |name: &&str| {
        let own: Vec<&Indexed<'_>> = splits.iter().filter(|split| split.config == *name).collect();
        ((*name).to_owned(), config_info(dataset, name, &own))
    };
    InfoAnswer {
        dataset_info: Cell::Struct(names.iter().map(info).collect()),
        pending: [],
        failed: [],
        partial: splits.iter().any(|split| split.index.is_partial()),
    }
}

fn config_info(dataset: &str, config: &str, splits: &[&Indexed<'_>]) -> Cell {
    let count = |value: u64| i64::try_from(value).map_or(Cell::UInt(value), Cell::Int);
    let name: Cell = dataset.rsplit('/').next().unwrap_or(dataset).into();
    let of_split = |split: &&Indexed<'_>| {
        let fields = [
            ("name", split.split.into()),
            ("num_bytes", count(split.index.bytes_memory())),
            ("num_examples", count(split.index.rows())),
            ("dataset_name", name.clone()),
        ];
        (split.split.to_owned(), Cell::object(fields))
    };
    let sum = |of: fn(&SplitIndex) -> u64| {
        count(splits.iter().map(|split| of(split.index)).fold(0, u64::saturating_add))
    };
    let columns = splits.first().map_or(&[][..], |split| split.index.columns());
    let feature = |column: &crate::column::Column| (column.name.clone(), column.feature.clone());
    let builder = splits.first().map_or("", |split| split.index.format().builder());
    Cell::object([
        ("features", Cell::Struct(columns.iter().map(feature).collect())),
        ("builder_name", builder.into()),
        ("dataset_name", name.clone()),
        ("config_name", config.into()),
        ("splits", Cell::Struct(splits.iter().map(of_split).collect())),
        ("download_size", sum(SplitIndex::size_bytes)),
        ("dataset_size", sum(SplitIndex::bytes_memory)),
    ])
}
