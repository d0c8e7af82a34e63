//! Validation in the hub's words.

use crate::{Kind, MESSAGES_MAX, card_check};

fn check(kind: Kind, yaml: &str, errors: &[&str], warnings: &[&str]) {
    let report = card_check(&format!("---\n{yaml}\n---\n# Body\n"), kind).report;
    let texts = |list: &[crate::Message]| -> Vec<String> {
        list.iter().map(|one| one.message.clone()).collect()
    };
    assert_eq!(
        (texts(&report.errors), texts(&report.warnings)),
        (own(errors), own(warnings)),
        "{yaml}"
    );
}

fn own(list: &[&str]) -> Vec<String> {
    list.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn the_cards_of_the_client_s_tests_are_answered_as_its_tests_expect() {
    let unknown = card_check("---\nlicense: asdf\n---\n", Kind::Model).report;
    assert!(!unknown.is_valid());
    assert!(
        unknown.to_text().starts_with("- Error: \"license\" must be one of [apache-2.0, mit, ")
    );
    check(Kind::Model, "model-index: foo", &["\"model-index\" must be an array"], &[]);
    let none = card_check("This is a modelcard without metadata", Kind::Model).report;
    assert!(none.is_valid());
    assert_eq!(none.to_text(), "- Warning: empty or missing yaml metadata in repo card");
    let pushed = "language: en\nlicense: mit\nlibrary_name: pytorch\ntags:\n- text-classification\n\
                  datasets: glue\nmetrics: acc";
    check(Kind::Model, pushed, &[], &[]);
    check(Kind::Model, "language: no\ndatasets: CLUECorpusSmall\nwidget:\n- text: 北京", &[], &[]);
    check(Kind::Model, "meaning_of_life: 42", &[], &[]);
    check(Kind::Model, "emoji: 🎁", &[], &[]);
}

#[test]
fn the_report_serialises_as_the_client_reads_it() {
    let report = card_check("---\nmodel-index: foo\n---\n", Kind::Model).report;
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(
        json,
        r#"{"errors":[{"message":"\"model-index\" must be an array"}],"warnings":[]}"#
    );
}

#[test]
fn yaml_that_cannot_be_read_is_an_error_at_its_line_of_the_file() {
    let report = card_check("\n---\na: 1\na: 2\n---\n", Kind::Model).report;
    let message = "invalid YAML at line 4, column 1: key `a` stands twice in one mapping; keep one";
    assert_eq!(report.errors[0].message, message);
}

#[test]
fn shapes_are_errors() {
    let texts = "must be a string or an array of strings";
    for (yaml, error) in [
        ("tags: {a: 1}", &*format!("\"tags\" {texts}")),
        ("tags: [a, 1]", "\"tags[1]\" must be a string"),
        ("language: 1", &*format!("\"language\" {texts}")),
        ("pipeline_tag: {a: 1}", "\"pipeline_tag\" must be a string"),
        ("thumbnail: 1", "\"thumbnail\" must be a string"),
        ("gated: sometimes", "\"gated\" must be one of [auto, manual]"),
        ("extra_gated_fields: x", "\"extra_gated_fields\" must be an object"),
        (
            "extra_gated_fields: {Name: essay}",
            "\"extra_gated_fields.Name\" must be one of [text, checkbox, date_picker, country, \
             ip_location, select]",
        ),
        (
            "extra_gated_fields: {Use: {type: select}}",
            "\"extra_gated_fields.Use.options\" is required",
        ),
        (
            "datasets: [glue, a b]",
            "\"datasets[1]\" with value \"a b\" is not valid. Use a dataset id such as owner/name",
        ),
        (
            "base_model: ../x",
            "\"base_model\" with value \"../x\" is not valid. Use a model id such as owner/name",
        ),
    ] {
        check(Kind::Model, yaml, &[error], &[]);
    }
}

#[test]
fn words_of_lists_that_grow_are_warnings() {
    for (yaml, warning) in [
        ("pipeline_tag: telepathy", "\"pipeline_tag\" \"telepathy\" is not in the official list"),
        ("license: other", "\"license_name\" should name the license where \"license\" is other"),
        ("language: EN", "\"language\" must only contain lowercase characters"),
    ] {
        check(Kind::Model, yaml, &[], &[warning]);
    }
    let size = "\"size_categories[1]\" \"huge\" is not in the official list";
    check(Kind::Dataset, "size_categories: [n<1K, huge]", &[], &[size]);
    for language in ["en", "zh", "yue", "zh-CN", "zh-Hant-TW", "multilingual", "code"] {
        check(Kind::Model, &format!("language: {language}"), &[], &[]);
    }
    for language in ["english", "e", "en-", "zh-toolongtag"] {
        let card = format!("---\nlanguage: {language}\n---\n");
        assert_eq!(card_check(&card, Kind::Model).report.warnings.len(), 1, "{language}");
    }
}

#[test]
fn evaluation_results_need_what_the_client_reads() {
    let index = |rest: &str| format!("model-index:\n- name: m\n  results:\n  - {rest}");
    let whole = "task: {type: t}\n    dataset: {type: d, name: D}\n    metrics:\n    - {type: a, value: 0.9}";
    check(Kind::Model, &index(whole), &[], &[]);
    check(Kind::Model, "model-index:\n- name: m\n  results: []", &[], &[]);
    check(
        Kind::Model,
        "model-index:\n- {}\n- x",
        &[
            "\"model-index[1]\" must be an object",
            "\"model-index[0].name\" is required",
            "\"model-index[0].results\" is required",
        ],
        &[],
    );
    check(
        Kind::Model,
        &index("task: {}\n    dataset: x\n    metrics:\n    - {type: 1}"),
        &[
            "\"model-index[0].results[0].task.type\" is required",
            "\"model-index[0].results[0].dataset\" must be an object",
            "\"model-index[0].results[0].metrics[0].type\" must be a string",
            "\"model-index[0].results[0].metrics[0].value\" is required",
        ],
        &[],
    );
    check(Kind::Dataset, "model-index: foo", &[], &[]);
}

#[test]
fn configurations_of_datasets_are_checked() {
    let good = "configs:\n- config_name: a\n  data_files: x.csv\n- config_name: b\n  data_files:\n  \
                - {split: train, path: [x, y]}\n- config_name: c\n  data_files: {train: x}\n\
                dataset_info: {features: []}";
    check(Kind::Dataset, good, &[], &[]);
    check(
        Kind::Dataset,
        "configs:\n- data_files: [{path: 1}]\n- config_name: 1\n  data_files: 7\ndataset_info: x",
        &[
            "\"configs[0].config_name\" is required",
            "\"configs[0].data_files[0].split\" is required",
            "\"configs[0].data_files[0].path\" must be a string or an array of strings",
            "\"configs[1].config_name\" must be a string",
            "\"configs[1].data_files\" must be a string, an array or an object",
            "\"dataset_info\" must be an array",
        ],
        &[],
    );
}

#[test]
fn a_space_names_a_known_kit() {
    check(Kind::Space, "sdk: gradio", &[], &[]);
    let error = "\"sdk\" must be one of [gradio, streamlit, docker, static]";
    check(Kind::Space, "sdk: telnet", &[error], &[]);
}

#[test]
fn a_report_stays_short_whatever_the_card() {
    let ids = "'?', ".repeat(1000);
    let card = format!("---\ndatasets: [{ids}]\nlanguage: [{ids}]\n---\n");
    let report = card_check(&card, Kind::Model).report;
    assert_eq!((report.errors.len(), report.warnings.len()), (MESSAGES_MAX, MESSAGES_MAX));
    let long = format!("---\nlanguage: {}\n---\n", "x".repeat(100_000));
    assert!(card_check(&long, Kind::Model).report.to_text().len() < 500);
}
