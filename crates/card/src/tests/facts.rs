//! What a card says.

use crate::{
    Config, DataSplit, Derivation, Edge, FACT_ITEMS_MAX, GateFieldKind, Kind, Relation, facts,
    lineage, metadata_parse,
};

fn read(yaml: &str, kind: Kind) -> crate::Facts {
    facts(&metadata_parse(yaml).expect(yaml), kind)
}

#[test]
fn a_model_shows_the_tags_that_lists_filter_by() {
    let yaml = "library_name: transformers\npipeline_tag: fill-mask\ntags: [bert, jax, bert]\n\
                language: [en, zh]\nlicense: mit\ndatasets: [glue]\nbase_model: o/base";
    let tags = read(yaml, Kind::Model).tags_shown;
    assert_eq!(
        tags,
        [
            "transformers",
            "fill-mask",
            "bert",
            "jax",
            "en",
            "zh",
            "dataset:glue",
            "base_model:o/base",
            "base_model:finetune:o/base",
            "license:mit",
        ]
    );
}

#[test]
fn a_dataset_shows_its_fields_as_tags() {
    let yaml = "language: fr\nlicense: mit\ntags: [fiftyone]\nsize_categories: 100K<n<1M\n\
                task_categories: [audio-classification]\nmultilinguality: multilingual";
    let tags = read(yaml, Kind::Dataset).tags_shown;
    assert_eq!(
        tags,
        [
            "task_categories:audio-classification",
            "multilinguality:multilingual",
            "language:fr",
            "license:mit",
            "size_categories:100K<n<1M",
            "fiftyone",
        ]
    );
}

#[test]
fn a_derivation_is_read_or_inferred() {
    for (yaml, derivation) in [
        ("base_model: o/m", Derivation::Finetune),
        (
            "base_model: o/m\nbase_model_relation: quantized\nlibrary_name: peft",
            Derivation::Quantized,
        ),
        ("base_model: o/m\nbase_model_relation: adapter", Derivation::Adapter),
        ("base_model: o/m\nbase_model_relation: merge", Derivation::Merge),
        ("base_model: o/m\nbase_model_relation: finetune\ntags: [lora]", Derivation::Finetune),
        ("base_model: o/m\nlibrary_name: peft", Derivation::Adapter),
        ("base_model: o/m\ntags: [gguf]", Derivation::Quantized),
        ("base_model: [o/m, o/n]", Derivation::Merge),
        ("base_model: o/m\ntags: mergekit", Derivation::Merge),
    ] {
        assert_eq!(read(yaml, Kind::Model).base_models[0].derivation, derivation, "{yaml}");
    }
}

#[test]
fn lineage_has_each_edge_once_and_only_ids() {
    let yaml = "base_model: [o/m, 'x y', ../etc]\nbase_model_relation: adapter\n\
                datasets: [glue, glue, 'a b']\nsource_datasets: [original, extended|glue, o/d]";
    let edge = |relation, target: &str| Edge { relation, target: target.to_owned() };
    assert_eq!(
        lineage(&metadata_parse(yaml).unwrap()),
        [
            edge(Relation::BaseModel(Derivation::Adapter), "o/m"),
            edge(Relation::Dataset, "glue"),
            edge(Relation::Dataset, "o/d"),
        ]
    );
}

#[test]
fn configurations_keep_splits_and_patterns() {
    let yaml = "configs:\n- config_name: a\n  default: true\n  data_files:\n  - split: train\n    \
                path: data/train-*.parquet\n  - split: test\n    path: [t1.csv, t2.csv]\n\
                - config_name: b\n  data_dir: b\n  sep: ';'\n  data_files: b.csv\n\
                - config_name: c\n  data_files: {test: t, train: [u]}\n- x\n- {data_files: y}";
    let split = |name: &str, globs: &[&str]| DataSplit {
        name: name.to_owned(),
        globs: globs.iter().map(|glob| (*glob).to_owned()).collect(),
    };
    let config = |name: &str, is_default, data_dir: Option<&str>, splits| Config {
        name: name.to_owned(),
        is_default,
        data_dir: data_dir.map(str::to_owned),
        delimiter: (name == "b").then_some(b';'),
        splits,
    };
    assert_eq!(
        read(yaml, Kind::Dataset).configs,
        [
            config(
                "a",
                true,
                None,
                vec![
                    split("train", &["data/train-*.parquet"]),
                    split("test", &["t1.csv", "t2.csv"])
                ]
            ),
            config("b", false, Some("b"), vec![split("train", &["b.csv"])]),
            config("c", false, None, vec![split("test", &["t"]), split("train", &["u"])]),
        ]
    );
}

#[test]
fn a_gate_is_read_from_a_mapping_or_a_list() {
    let yaml = "extra_gated_prompt: You agree\nextra_gated_fields:\n  A: text\n  B: checkbox\n  \
                C: date_picker\n  D: country\n  E: ip_location\n  F: {type: select, options: [x, \
                {label: Y, value: y}]}\n  G: {type: essay}";
    let gate = read(yaml, Kind::Dataset).gate;
    assert_eq!(gate.prompt.as_deref(), Some("You agree"));
    let kinds: Vec<_> = gate.fields.into_iter().map(|field| field.kind).collect();
    assert_eq!(
        kinds,
        [
            GateFieldKind::Text,
            GateFieldKind::Checkbox,
            GateFieldKind::Date,
            GateFieldKind::Country,
            GateFieldKind::IpLocation,
            GateFieldKind::Select(vec!["x".into(), "y".into()]),
            GateFieldKind::Text,
        ]
    );
    let list = read("extra_gated_fields:\n- Name: text\n- Agree: checkbox", Kind::Model).gate;
    let labels: Vec<_> = list.fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(labels, ["Name", "Agree"]);
}

#[test]
fn wrong_shapes_are_left_out_and_lists_are_cut() {
    let facts = read("license: {a: 1}\ntags: [1, '', ' ', ok]\nconfigs: 3", Kind::Model);
    assert!(facts.licenses.is_empty() && facts.configs.is_empty());
    assert_eq!(facts.tags, ["ok"]);
    let many: String = (0..FACT_ITEMS_MAX * 2).map(|n| format!("t{n},")).collect();
    let facts = read(&format!("tags: [{many}]"), Kind::Model);
    assert_eq!((facts.tags.len(), facts.tags_shown.len()), (FACT_ITEMS_MAX, FACT_ITEMS_MAX));
}
