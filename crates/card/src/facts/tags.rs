//! Tags as lists show and filter them.
//!
//! The forms are those that the client's tests filter by (`test_hf_api.py` of `huggingface_hub`
//! 2.4.0): plain language codes on models, `language:en` on datasets, `license:mit`, `dataset:x`,
//! `base_model:x` and `base_model:finetune:x`, `task_categories:x`.

use super::{FACT_ITEMS_MAX, lineage, text, texts};
use crate::check::Kind;
use crate::metadata::Metadata;

/// Fields of a dataset that become `field:value`.
const DATASET_FIELDS: &[&str] = &[
    "task_categories",
    "task_ids",
    "annotations_creators",
    "language_creators",
    "multilinguality",
    "source_datasets",
    "language",
    "license",
    "size_categories",
];

pub(super) fn tags_shown(metadata: &Metadata, kind: Kind) -> Vec<String> {
    let mut tags = match kind {
        Kind::Dataset => dataset(metadata),
        Kind::Model | Kind::Space => model(metadata),
    };
    let mut seen = std::collections::HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    tags.truncate(FACT_ITEMS_MAX);
    tags
}

fn model(metadata: &Metadata) -> Vec<String> {
    let mut tags = Vec::new();
    tags.extend(text(metadata, "library_name"));
    tags.extend(text(metadata, "pipeline_tag"));
    tags.extend(texts(metadata, "tags"));
    tags.extend(texts(metadata, "language"));
    tags.extend(texts(metadata, "datasets").iter().map(|id| format!("dataset:{id}")));
    for base in lineage::base_models(metadata) {
        tags.push(format!("base_model:{}", base.id));
        tags.push(format!("base_model:{}:{}", base.derivation.as_str(), base.id));
    }
    tags.extend(texts(metadata, "license").iter().map(|id| format!("license:{id}")));
    tags
}

fn dataset(metadata: &Metadata) -> Vec<String> {
    let mut tags = Vec::new();
    for name in DATASET_FIELDS {
        tags.extend(texts(metadata, name).iter().map(|value| format!("{name}:{value}")));
    }
    tags.extend(texts(metadata, "tags"));
    tags
}
