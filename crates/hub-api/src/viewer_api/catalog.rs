//! What a tree holds: its card, and the configs and splits of its data files.

use super::wrong::Told;
use app::depot::{self, text_read};
use card::{Facts, Kind, Metadata};
use git::{Oid, WALK_ENTRIES_MAX, Walk};
use viewer::{CardConfig, CardSplit, Config, Split, configs_find};

/// Files looked at. ASSUMPTION: a dataset of more files packs them before it is shown.
const PATHS_MAX: usize = 100_000;
/// Largest card that is read.
const CARD_BYTES_MAX: u64 = 4 << 20;

/// The configs of a tree.
#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) configs: Vec<Config>,
}

impl Catalog {
    /// Finds a split.
    pub(super) fn split(&self, config: &str, split: &str) -> Result<(&Config, &Split), Told> {
        let config = self.config(config)?;
        let found = config.splits.iter().find(|known| known.name == split);
        Ok((config, found.ok_or_else(|| Told::split_unknown(split))?))
    }

    /// Finds a config.
    pub(super) fn config(&self, name: &str) -> Result<&Config, Told> {
        if self.configs.is_empty() {
            return Err(Told::empty());
        }
        let found = self.configs.iter().find(|config| config.name == name);
        found.ok_or_else(|| Told::config_unknown(name))
    }

    /// Returns the configs that a question is about: all, one, or one split of one.
    pub(super) fn chosen(
        &self,
        config: Option<&str>,
        split: Option<&str>,
    ) -> Result<Vec<Config>, Told> {
        if self.configs.is_empty() {
            return Err(Told::empty());
        }
        let Some(name) = config else { return Ok(self.configs.clone()) };
        let mut one = self.config(name)?.clone();
        if let Some(split) = split {
            self.split(name, split)?;
            one.splits.retain(|known| known.name == split);
        }
        Ok(vec![one])
    }

    /// Returns what all paths weigh in memory, counted as paths.
    pub(super) fn weight(&self) -> usize {
        let splits = self.configs.iter().flat_map(|config| &config.splits);
        splits.map(|split| split.paths.len() + 1).sum::<usize>() + 1
    }
}

/// Lists the paths of all files of a tree; told when there are too many.
pub(super) fn paths(git: &git::Repo, tree: Oid) -> Result<Result<Vec<String>, Told>, depot::Error> {
    let mut found: Vec<String> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let after_path = after.as_deref();
        let walk =
            Walk { prefix: "", is_recursive: true, after: after_path, limit: WALK_ENTRIES_MAX };
        let Some(page) = git.walk(tree, &walk)? else { break };
        after = page.entries.last().map(|entry| entry.path.clone());
        let files = page.entries.into_iter().filter(|entry| !entry.mode.is_dir());
        found.extend(files.map(|entry| entry.path));
        if found.len() > PATHS_MAX {
            let told = format!("the repository has more than `{PATHS_MAX}` files: pack them");
            return Ok(Err(Told::too_big(told)));
        }
        if !page.has_more {
            break;
        }
    }
    Ok(Ok(found))
}

/// The card of a tree: its metadata, what that says, and the text below it.
pub(super) struct Card {
    pub(super) metadata: Metadata,
    pub(super) facts: Facts,
    pub(super) text: String,
}

/// Reads the card of a tree; an absent one is empty.
pub(super) fn card(git: &git::Repo, tree: Oid) -> Result<Result<Card, Told>, depot::Error> {
    let text = text_read(git, (tree, "README.md"), CARD_BYTES_MAX)?;
    let parts = card::split(&text);
    let metadata = match parts.metadata_yaml.map(card::metadata_parse) {
        None => Metadata::new(),
        Some(Ok(metadata)) => metadata,
        Some(Err(error)) => {
            let told = format!("the metadata of the card cannot be read: {error}");
            return Ok(Err(Told::card(told)));
        }
    };
    let facts = card::facts(&metadata, Kind::Dataset);
    Ok(Ok(Card { facts, metadata, text: parts.body.to_owned() }))
}

/// Reads the catalog of a tree.
pub(super) fn catalog(git: &git::Repo, tree: Oid) -> Result<Result<Catalog, Told>, depot::Error> {
    let paths = match paths(git, tree)? {
        Ok(paths) => paths,
        Err(told) => return Ok(Err(told)),
    };
    let card = match card(git, tree)? {
        Ok(card) => card,
        Err(told) => return Ok(Err(told)),
    };
    let configs: Vec<CardConfig> = card.facts.configs.iter().map(card_config).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let found = configs_find(&configs, &paths).map_err(Told::from);
    Ok(found.map(|configs| Catalog { configs }))
}

fn card_config(config: &card::Config) -> CardConfig {
    let split = |split: &card::DataSplit| CardSplit {
        split: split.name.clone(),
        patterns: split.globs.clone(),
    };
    CardConfig {
        name: config.name.clone(),
        splits: config.splits.iter().map(split).collect(),
        data_dir: config.data_dir.clone(),
        is_default: config.is_default,
        delimiter: config.delimiter,
    }
}
