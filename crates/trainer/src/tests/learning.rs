//! Real training on the real digits.

use super::{digits, run};
use crate::{Error, Example, Model, PIXELS, Verdict};
use crate::{dataset_read, weights_bytes, weights_read};
use card::{Kind, Report, card_check, facts, safetensors_header};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use testbed::TempDir;

/// Files of a model.
const FILES: [&str; 4] = ["README.md", "config.json", "metrics.json", "model.safetensors"];
/// SHA-256 of the weights of seed 1, on every machine.
const WEIGHTS_SHA256: &str = "df3510ac6db21e1e86af476b1c22c9f493ae302451d2fa89c11f1f08ce91d07b";

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn at_least_95_of_100_held_out_digits_are_named_rightly_whatever_the_seed() {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    for seed in ["1", "2", "3", "4", "5", "18446744073709551615"] {
        let (code, told, wrong) = run(data.path(), out.path(), &["--seed", seed]);
        assert_eq!((code, wrong.as_str()), (0, ""));
        let test = &json(&out.path().join("metrics.json"))["test"];
        let count = |field: &str| test[field].as_u64().expect("a count");
        let (correct, total) = (count("correct"), count("total"));
        assert_eq!(total, 355);
        assert!(correct * 100 >= total * 95, "seed {seed}: {correct} of {total}");
        let last = format!("({correct} of {total})");
        assert!(told.lines().last().is_some_and(|line| line.ends_with(&last)), "{told}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    let made = |name: &str, seed: &str| {
        let folder = out.path().join(name);
        assert_eq!(run(data.path(), &folder, &["--seed", seed]).0, 0);
        FILES.map(|file| fs::read(folder.join(file)).expect("a file"))
    };
    let (first, again, other) = (made("first", "1"), made("again", "1"), made("other", "2"));
    assert!(first == again);
    assert!(first[3] != other[3]);
    assert_eq!(hex(&first[3]), WEIGHTS_SHA256);
}

#[test]
fn a_model_read_back_says_what_was_measured() {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    assert_eq!(run(data.path(), out.path(), &[]).0, 0);
    let path = out.path().join("model.safetensors");
    let model = weights_read(&path).expect("the model");
    let bytes = fs::read(&path).expect("the file");
    assert!(weights_bytes(&model) == bytes);
    let held_out = Verdict::of(&model, &dataset_read(data.path()).expect("the digits").test);
    let metrics = json(&out.path().join("metrics.json"));
    assert_eq!(serde_json::to_value(&held_out).expect("JSON"), metrics["test"]);
    let rows = held_out.confusion.iter().map(|row| row.iter().sum::<u64>());
    assert_eq!(rows.sum::<u64>(), held_out.total);

    let size = u64::try_from(bytes.len()).expect("a size");
    let header = safetensors_header(&mut bytes.as_slice(), size).expect("the hub reads it");
    assert_eq!(header.total, 64 + 64 + 64 * 64 + 64 + 10 * 64 + 10);
}

#[test]
fn the_card_names_the_dataset_and_the_accuracy() {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    let (_, told, _) = run(data.path(), out.path(), &[]);
    let text = fs::read_to_string(out.path().join("README.md")).expect("a card");
    let checked = card_check(&text, Kind::Model);
    assert_eq!(checked.report, Report::default());
    let facts = facts(&checked.metadata, Kind::Model);
    assert_eq!(facts.datasets, ["valley/digits"]);
    assert_eq!(facts.pipeline_tag.as_deref(), Some("image-classification"));
    let said = told.lines().last().expect("a line").split(' ').nth(2).expect("a number");
    assert!(text.contains(&format!("value: {said}\n")), "{said} is not in\n{text}");
}

#[test]
fn pictures_that_nothing_can_be_learned_from_give_no_model() {
    // One blot among blank sheets is so far from the mean that each step overshoots.
    let blank = |label| Example { picture: [0; PIXELS], label, origin: None };
    let mut examples: Vec<Example> = (0..1_000).map(|number| blank(number % 10)).collect();
    examples[0].picture = [255; PIXELS];
    let trained = Model::train(&examples, 1, |_, _| {});
    assert!(matches!(trained, Err(Error::Astray { .. })), "{trained:?}");
}

#[test]
fn an_accuracy_is_never_rounded_up() {
    let verdict = |correct, total| Verdict { correct, total, confusion: [[0; 10]; 10] };
    for (correct, total, shown) in [
        (2, 3, "0.666666"),
        (999_999_999, 1_000_000_000, "0.999999"),
        (1, 1, "1.000000"),
        (0, 7, "0.000000"),
        (0, 0, "0.000000"),
    ] {
        assert_eq!(verdict(correct, total).accuracy().to_string(), shown);
    }
}
