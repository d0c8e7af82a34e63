//! Which files make which config (subset) and split.
//!
//! First what the card says (`configs:` in its YAML), else the names of files and folders, by the
//! rules of the `datasets` library in its order:
//! 1. `data/{split}-00000-of-00001.ext` names splits freely;
//! 2. a folder is named by a keyword (`train`, `dev`, `eval`, ..), alone or between non-words;
//! 3. a file is;
//! 4. everything is `train`.
//!
//! Source: huggingface.co/docs/hub/datasets-file-names-and-splits,
//! huggingface.co/docs/hub/datasets-manual-configuration, and huggingface/datasets,
//! `src/datasets/data_files.py` (`ALL_DEFAULT_PATTERNS`, `FILES_TO_IGNORE`).

use crate::error::{Error, Result};
use crate::format::Format;
use crate::glob::glob_fits;
use serde::{Deserialize, Serialize};

/// Most configs of a card. Source: the public viewer refuses more than 3,000.
const CONFIGS_MAX: usize = 3_000;
/// Most splits of a config. ASSUMPTION: real datasets have fewer than 30.
const SPLITS_MAX: usize = 1_000;

const KEYWORDS: [(&str, &[&str]); 3] = [
    ("train", &["train", "training"]),
    ("validation", &["validation", "valid", "dev", "val"]),
    ("test", &["test", "testing", "eval", "evaluation"]),
];
const IGNORED: [&str; 6] = [
    "README.md",
    "config.json",
    "dataset_info.json",
    "dataset_infos.json",
    "dummy_data.zip",
    "dataset_dict.json",
];

/// One entry of `configs` in a card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardConfig {
    /// `config_name`; `default` if the card has none.
    pub name: String,
    /// `data_files`, brought into the form `[{split, path}]`: what the card gives without a split
    /// is `train`. Empty: by the names of files in `data_dir`.
    pub splits: Vec<CardSplit>,
    /// `data_dir`: only files below it count.
    pub data_dir: Option<String>,
    /// `default: true`.
    pub is_default: bool,
    /// `sep` or `delimiter`, for CSV.
    pub delimiter: Option<u8>,
}

/// One split of a card's config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSplit {
    /// Name of the split.
    pub split: String,
    /// Patterns of paths.
    pub patterns: Vec<String>,
}

/// One config with its splits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Name, `default` if nobody named it.
    pub name: String,
    /// Whether it is shown first.
    pub is_default: bool,
    /// Delimiter of its CSV files, if the card gives one.
    pub delimiter: Option<u8>,
    /// Splits: train, validation, test, then the others by name; as listed if the card lists them.
    pub splits: Vec<Split>,
}

/// One split with its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Name.
    pub name: String,
    /// Format of all its files.
    pub format: Format,
    /// Paths, in order.
    pub paths: Vec<String>,
}

/// Finds the configs of a dataset from its card and the paths of its files.
///
/// No data at all is no error: the list is empty, and the dataset has no viewer.
///
/// # Errors
/// [`Error::CardWrong`] for a card that names a split or config twice, none of whose files exist,
/// or with a split name of other characters than letters, digits, `_`, `.` and spaces;
/// [`Error::FormatsMixed`], [`Error::FormatUnknown`].
pub fn configs_find(card: &[CardConfig], paths: &[&str]) -> Result<Vec<Config>> {
    let mut paths = paths.to_vec();
    paths.sort_unstable();
    if card.len() > CONFIGS_MAX {
        return Err(card_wrong(&card[CONFIGS_MAX].name, "is one too many; keep `3000` at most"));
    }
    if card.is_empty() {
        let found = splits_by_name(&paths, "");
        let splits = splits_check("default", found)?;
        if splits.is_empty() {
            return Ok(Vec::new());
        }
        let name = "default".to_owned();
        return Ok(vec![Config { name, is_default: true, delimiter: None, splits }]);
    }
    let mut configs: Vec<Config> = Vec::with_capacity(card.len());
    for (place, entry) in card.iter().enumerate() {
        if card[..place].iter().any(|other| other.name == entry.name) {
            return Err(card_wrong(&entry.name, "is listed twice; give each its own name"));
        }
        configs.push(config_of(entry, &paths)?);
    }
    if !configs.iter().any(|config| config.is_default) {
        let place = configs.iter().position(|config| config.name == "default").unwrap_or(0);
        configs[place].is_default = true;
    }
    Ok(configs)
}

fn config_of(entry: &CardConfig, paths: &[&str]) -> Result<Config> {
    let folder = entry.data_dir.as_deref().unwrap_or("").trim_matches('/');
    let folder = folder.strip_prefix("./").unwrap_or(folder);
    let prefix =
        if folder.is_empty() || folder == "." { String::new() } else { format!("{folder}/") };
    let mut found = Vec::new();
    if entry.splits.is_empty() {
        found = splits_by_name(paths, &prefix);
    }
    for wanted in &entry.splits {
        if found.iter().any(|(name, _)| *name == wanted.split) {
            let reason = format!("lists split `{}` twice; give each its own name", wanted.split);
            return Err(card_wrong(&entry.name, &reason));
        }
        let mut taken: Vec<&str> = Vec::new();
        for pattern in &wanted.patterns {
            let full = format!("{prefix}{pattern}");
            let fits = |path: &&str| {
                is_data(path, pattern) && glob_fits(&full, path) && !taken.contains(path)
            };
            let more: Vec<&str> = paths.iter().copied().filter(fits).collect();
            taken.extend(more);
        }
        if taken.is_empty() {
            let reason = format!("finds no file for split `{}`; mend its `path`", wanted.split);
            return Err(card_wrong(&entry.name, &reason));
        }
        found.push((wanted.split.clone(), taken));
    }
    let splits = splits_check(&entry.name, found)?;
    if splits.is_empty() {
        return Err(card_wrong(&entry.name, "finds no data file; mend its `data_files`"));
    }
    let (name, is_default, delimiter) = (entry.name.clone(), entry.is_default, entry.delimiter);
    Ok(Config { name, is_default, delimiter, splits })
}

fn card_wrong(config: &str, reason: &str) -> Error {
    Error::CardWrong { config: config.to_owned(), reason: reason.to_owned() }
}

/// Says whether a path can hold data: not the card and the like, unless asked for by name.
fn is_data(path: &str, pattern: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let asked = pattern.rsplit('/').next().unwrap_or(pattern);
    !IGNORED.contains(&name) || asked == name
}

/// Checks names and formats, and drops files that are of no format beside those that are.
fn splits_check(config: &str, found: Vec<(String, Vec<&str>)>) -> Result<Vec<Split>> {
    if found.len() > SPLITS_MAX {
        return Err(card_wrong(config, "has too many splits; keep `1000` at most"));
    }
    let mut splits = Vec::with_capacity(found.len());
    for (name, paths) in found {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ' ' | '-');
        if name.is_empty() || !name.chars().all(is_name) {
            let reason = format!("has a split `{name}`; use letters, digits, `_` and `.`");
            return Err(card_wrong(config, &reason));
        }
        let known: Vec<(Format, &str)> =
            paths.iter().filter_map(|path| Some((Format::of(path)?.0, *path))).collect();
        let Some((format, _)) = known.first().copied() else {
            let path = paths.first().copied().unwrap_or_default().to_owned();
            return Err(Error::FormatUnknown { path });
        };
        if known.iter().any(|(other, _)| *other != format) {
            return Err(Error::FormatsMixed { split: name });
        }
        let paths = known.into_iter().map(|(_, path)| path.to_owned()).collect();
        splits.push(Split { name, format, paths });
    }
    Ok(splits)
}

/// Splits files by the names of files and folders, below a prefix.
fn splits_by_name<'a>(paths: &[&'a str], prefix: &str) -> Vec<(String, Vec<&'a str>)> {
    let below: Vec<(&str, &str)> = paths
        .iter()
        .filter_map(|path| Some((path.strip_prefix(prefix)?, *path)))
        .filter(|(rest, _)| {
            is_data(rest, "") && glob_fits("**", rest) && Format::of(rest).is_some()
        })
        .collect();
    let Some(format) = most_common(&below) else { return Vec::new() };
    let below: Vec<(&str, &str)> = below
        .into_iter()
        .filter(|(rest, _)| Format::of(rest).is_some_and(|f| f.0 == format))
        .collect();
    let sharded = group(&below, |rest| sharded_split(rest).map(str::to_owned));
    if !sharded.is_empty() {
        return sharded;
    }
    for is_file in [false, true] {
        let found = group_keywords(&below, is_file);
        if !found.is_empty() {
            return found;
        }
    }
    group(&below, |_| Some("train".to_owned()))
}

/// Returns the most common format, as `datasets` chooses its builder; Parquet wins a tie.
fn most_common(files: &[(&str, &str)]) -> Option<Format> {
    let mut counts = std::collections::BTreeMap::new();
    for (format, _) in files.iter().filter_map(|(rest, _)| Format::of(rest)) {
        *counts.entry(format).or_insert(0_usize) += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(format, _)| format)
}

/// Groups by a name; train, validation and test come first.
fn group<'a>(
    files: &[(&str, &'a str)],
    split_of: impl Fn(&str) -> Option<String>,
) -> Vec<(String, Vec<&'a str>)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (rest, path) in files {
        let Some(split) = split_of(rest) else { continue };
        match groups.iter_mut().find(|(name, _)| *name == split) {
            Some((_, paths)) => paths.push(path),
            None => groups.push((split, vec![path])),
        }
    }
    let rank = |name: &str| KEYWORDS.iter().position(|(split, _)| *split == name).unwrap_or(3);
    groups.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
    groups
}

/// Returns the split of `data/{split}-00000-of-00001*.*`.
fn sharded_split(rest: &str) -> Option<&str> {
    let name = rest.strip_prefix("data/")?;
    let digits = |text: &str| text.len() >= 5 && text.bytes().take(5).all(|b| b.is_ascii_digit());
    let (head, total) = name.rsplit_once("-of-")?;
    let (split, shard) = head.rsplit_once('-')?;
    let fits = digits(total) && shard.len() == 5 && digits(shard) && total.contains('.');
    (fits && !name.contains('/') && !split.is_empty()).then_some(split)
}

/// Groups by keywords. A file can be in several splits, as in `datasets`.
fn group_keywords<'a>(files: &[(&str, &'a str)], is_file: bool) -> Vec<(String, Vec<&'a str>)> {
    let has = |rest: &str, words: &[&str]| {
        let (folders, name) = rest.rsplit_once('/').unwrap_or(("", rest));
        match is_file {
            true => words.iter().any(|word| name_has(name, word, true)),
            false => {
                folders.split('/').any(|part| words.iter().any(|word| name_has(part, word, false)))
            }
        }
    };
    KEYWORDS
        .iter()
        .map(|(split, words)| {
            let taken = files.iter().filter(|(rest, _)| has(rest, words)).map(|(_, path)| *path);
            ((*split).to_owned(), taken.collect::<Vec<_>>())
        })
        .filter(|(_, paths)| !paths.is_empty())
        .collect()
}

/// Says whether a name has the word between its ends or non-words (`-`, `.`, `_`, space, digit).
/// A file name needs a non-word after the word.
fn name_has(name: &str, word: &str, is_file: bool) -> bool {
    let is_edge = |c: char| matches!(c, '-' | '.' | '_' | ' ') || c.is_ascii_digit();
    name.match_indices(word).any(|(start, _)| {
        let before = name[..start].chars().next_back().is_none_or(is_edge);
        let after = name[start + word.len()..].chars().next().map_or(!is_file, is_edge);
        before && after
    })
}
