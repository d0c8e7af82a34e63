//! What a repository was made from.

use super::{text, texts};
use crate::known::is_repository_id;
use crate::metadata::Metadata;

/// How a model was made from another.
///
/// Source: "Model cards", section on specifying a base model, documentation of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Derivation {
    /// Trained further.
    Finetune,
    /// Weights that are added to the base when it runs.
    Adapter,
    /// The base in fewer bits.
    Quantized,
    /// Several bases joined.
    Merge,
}

impl Derivation {
    /// The word of the hub's tags.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finetune => "finetune",
            Self::Adapter => "adapter",
            Self::Quantized => "quantized",
            Self::Merge => "merge",
        }
    }
}

/// A model that another was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseModel {
    /// Its id, `owner/name`.
    pub id: String,
    /// How it was used.
    pub derivation: Derivation,
}

/// What kind of dependence an edge states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Made from a model.
    BaseModel(Derivation),
    /// Made from a dataset.
    Dataset,
}

/// A dependence on another repository, as the card states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// The kind of dependence.
    pub relation: Relation,
    /// Id of the repository depended on. It has the shape of an id; it need not exist.
    pub target: String,
}

/// Lists what a repository was made from; ids of a wrong shape are left out.
#[must_use]
pub fn lineage(metadata: &Metadata) -> Vec<Edge> {
    let models = base_models(metadata)
        .into_iter()
        .map(|base| Edge { relation: Relation::BaseModel(base.derivation), target: base.id });
    let sources = texts(metadata, "datasets").into_iter().chain(texts(metadata, "source_datasets"));
    let datasets = sources
        // `original` is the word for "from no other dataset", `extended` the older form of an id.
        .map(|id| id.strip_prefix("extended|").unwrap_or(&id).to_owned())
        .filter(|id| is_repository_id(id) && id != "original" && id != "extended")
        .map(|target| Edge { relation: Relation::Dataset, target });
    let mut edges: Vec<Edge> = Vec::new();
    for edge in models.chain(datasets) {
        if !edges.contains(&edge) {
            edges.push(edge);
        }
    }
    edges
}

pub(super) fn base_models(metadata: &Metadata) -> Vec<BaseModel> {
    let ids = texts(metadata, "base_model");
    let derivation = derivation(metadata, ids.len());
    let known = ids.into_iter().filter(|id| is_repository_id(id));
    known.map(|id| BaseModel { id, derivation }).collect()
}

/// Reads `base_model_relation`, or infers it from library, tags and the number of bases.
fn derivation(metadata: &Metadata, bases: usize) -> Derivation {
    match text(metadata, "base_model_relation").as_deref() {
        Some("finetune") => return Derivation::Finetune,
        Some("adapter") => return Derivation::Adapter,
        Some("quantized") => return Derivation::Quantized,
        Some("merge") => return Derivation::Merge,
        _ => {}
    }
    let tags = texts(metadata, "tags");
    let has = |words: &[&str]| tags.iter().any(|tag| words.contains(&tag.as_str()));
    let library = text(metadata, "library_name").unwrap_or_default();
    if bases > 1 || has(&["merge", "mergekit"]) {
        Derivation::Merge
    } else if matches!(library.as_str(), "peft" | "adapter-transformers") || has(&["lora", "peft"])
    {
        Derivation::Adapter
    } else if library == "gguf" || has(&["gguf", "gptq", "awq", "exl2", "quantized"]) {
        Derivation::Quantized
    } else {
        Derivation::Finetune
    }
}
