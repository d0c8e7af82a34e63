//! What a card says of its repository: for search, lists, lineage, the viewer and the gate.
//!
//! Reads any metadata, valid or not: what has the wrong shape is left out, what is too long is cut.

mod configs;
mod gate;
mod lineage;
mod tags;

pub use configs::{Config, DataSplit};
pub use gate::{Gate, GateField, GateFieldKind};
pub use lineage::{BaseModel, Derivation, Edge, Relation, lineage};

use crate::check::Kind;
use crate::metadata::Metadata;
use serde_json::Value;

/// Items that are kept of one list: tags, languages, datasets. ASSUMPTION: no honest card has more.
pub const FACT_ITEMS_MAX: usize = 500;

/// Characters that are kept of one short text, such as a tag or a path.
pub const FACT_CHARS_MAX: usize = 300;

/// Characters that are kept of the prompt and description of a gate.
const PROSE_CHARS_MAX: usize = 10_000;

/// What a card says. Lists are in the card's order, each item once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Licences, e.g. `mit`; nearly always one.
    pub licenses: Vec<String>,
    /// Name of a licence outside the list.
    pub license_name: Option<String>,
    /// Where the licence's text is: a path in the repository or an address. Not checked.
    pub license_link: Option<String>,
    /// Languages, e.g. `zh`.
    pub languages: Vec<String>,
    /// Free tags of the publisher.
    pub tags: Vec<String>,
    /// Tags as lists show and filter them, such as `license:mit`; without `region:`, which the
    /// zone adds.
    pub tags_shown: Vec<String>,
    /// Title of a dataset for people.
    pub pretty_name: Option<String>,
    /// The task of a model.
    pub pipeline_tag: Option<String>,
    /// The library that loads a model.
    pub library_name: Option<String>,
    /// Metrics by which a model was judged.
    pub metrics: Vec<String>,
    /// Datasets that it was made from.
    pub datasets: Vec<String>,
    /// Models that it was made from, with how.
    pub base_models: Vec<BaseModel>,
    /// Tasks of a dataset.
    pub task_categories: Vec<String>,
    /// Size classes of a dataset.
    pub size_categories: Vec<String>,
    /// Named parts of a dataset, for the viewer.
    pub configs: Vec<Config>,
    /// What the gate shows and asks.
    pub gate: Gate,
    /// Path or address of a picture. Not checked.
    pub thumbnail: Option<String>,
}

/// Extracts the facts of a card.
#[must_use]
pub fn facts(metadata: &Metadata, kind: Kind) -> Facts {
    Facts {
        licenses: texts(metadata, "license"),
        license_name: text(metadata, "license_name"),
        license_link: text(metadata, "license_link"),
        languages: texts(metadata, "language"),
        tags: texts(metadata, "tags"),
        tags_shown: tags::tags_shown(metadata, kind),
        pretty_name: text(metadata, "pretty_name"),
        pipeline_tag: text(metadata, "pipeline_tag"),
        library_name: text(metadata, "library_name"),
        metrics: texts(metadata, "metrics"),
        datasets: texts(metadata, "datasets"),
        base_models: lineage::base_models(metadata),
        task_categories: texts(metadata, "task_categories"),
        size_categories: texts(metadata, "size_categories"),
        configs: configs::configs(metadata),
        gate: gate::gate(metadata),
        thumbnail: text(metadata, "thumbnail"),
    }
}

/// Reads a short text; blank and other values are nothing.
fn text(map: &Metadata, name: &str) -> Option<String> {
    short(map.get(name)?)
}

fn short(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(FACT_CHARS_MAX).collect())
}

/// Reads a text or a list of texts, each once.
fn texts(map: &Metadata, name: &str) -> Vec<String> {
    map.get(name).map(items).unwrap_or_default()
}

fn items(value: &Value) -> Vec<String> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut found = Vec::new();
    for item in list.iter().filter_map(short) {
        if found.len() >= FACT_ITEMS_MAX {
            break;
        }
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}
