//! The shipped dataset is what its card says.

use super::digits;
use crate::{CLASSES, DIGITS, Example, dataset_read};
use card::{Kind, Report, card_check, facts};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;
use viewer::{CardConfig, CardSplit, Limits, Slice, SourceFile, SplitIndex, Table};

/// SHA-256 of scikit-learn's table of digits, unpacked.
const TABLE_SHA256: &str = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8";

fn examples_in_order() -> Vec<(bool, Example)> {
    let folder = digits();
    let data = dataset_read(folder.path()).expect("the digits");
    let train = data.train.into_iter().map(|example| (false, example));
    let mut all: Vec<_> = train.chain(data.test.into_iter().map(|e| (true, e))).collect();
    all.sort_by_key(|(_, example)| example.origin);
    all
}

fn readme() -> &'static str {
    std::str::from_utf8(DIGITS[0].1).expect("the card is text")
}

#[test]
fn the_shipped_digits_are_to_the_byte_the_table_of_scikit_learn() {
    let mut table = String::new();
    for (_, example) in examples_in_order() {
        for pixel in example.picture {
            write!(table, "{},", (u16::from(pixel) * 16 + 127) / 255).expect("texts grow");
        }
        writeln!(table, "{}", example.label).expect("texts grow");
    }
    let digest = Sha256::digest(&table);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, TABLE_SHA256);
    assert!(readme().contains(TABLE_SHA256), "the card names the source");
}

#[test]
fn every_fifth_picture_of_each_digit_is_held_out() {
    let mut seen = [0; CLASSES];
    let (mut train, mut test) = (0, 0);
    for (place, (is_held_out, example)) in examples_in_order().into_iter().enumerate() {
        assert_eq!(example.origin, u32::try_from(place).ok(), "no picture is missing or twice");
        seen[example.label] += 1;
        assert_eq!(is_held_out, seen[example.label] % 5 == 0);
        *(if is_held_out { &mut test } else { &mut train }) += 1;
    }
    assert_eq!((train, test), (1_442, 355));
    assert!(readme().contains("355 and 1,442"));
}

#[test]
fn the_card_has_nothing_to_object_to() {
    let checked = card_check(readme(), Kind::Dataset);
    assert_eq!(checked.report, Report::default());
    let facts = facts(&checked.metadata, Kind::Dataset);
    assert_eq!(facts.licenses, ["bsd-3-clause"]);
    assert_eq!(facts.task_categories, ["image-classification"]);
    assert!(facts.tags.contains(&"real-data".to_owned()));
}

#[test]
fn the_viewer_shows_pictures_and_names_of_classes() {
    let facts = facts(&card_check(readme(), Kind::Dataset).metadata, Kind::Dataset);
    let configs: Vec<CardConfig> = facts.configs.iter().map(config).collect();
    let paths: Vec<&str> = DIGITS.iter().map(|(path, _)| *path).collect();
    let configs = viewer::configs_find(&configs, &paths).expect("the card's splits");
    let names: Vec<&str> = configs[0].splits.iter().map(|split| split.name.as_str()).collect();
    assert_eq!(names, ["train", "test"]);
    for (split, rows) in configs[0].splits.iter().zip([1_442, 355]) {
        let files: Vec<SourceFile> = DIGITS
            .iter()
            .filter(|(path, _)| split.paths.iter().any(|taken| taken == path))
            .map(|(path, bytes)| SourceFile {
                path: (*path).to_owned(),
                bytes: Arc::new(bytes.to_vec()),
            })
            .collect();
        let limits = Limits::default();
        let index = SplitIndex::build(&configs[0], split, &files, &limits).expect("an index");
        let table = Table::open(files, index, limits).expect("a table");
        let features = serde_json::to_value(viewer::feature_items(table.columns())).expect("JSON");
        assert_eq!(features[0]["type"]["_type"], "Image", "{features}");
        assert_eq!(features[1]["type"]["names"].as_array().map(Vec::len), Some(CLASSES));
        let place = |place: viewer::AssetPlace<'_>| format!("{}/{}", place.row, place.column);
        let page = table.rows(Slice { offset: 0, length: 1 }, &place).expect("rows");
        assert_eq!(page.num_rows_total, rows);
        let row = serde_json::to_value(&page.rows[0].row).expect("JSON");
        assert_eq!((&row["image"]["width"], &row["image"]["height"]), (&8.into(), &8.into()));
    }
}

fn config(config: &card::Config) -> CardConfig {
    let splits = config
        .splits
        .iter()
        .map(|files| CardSplit { split: files.name.clone(), patterns: files.globs.clone() });
    CardConfig { name: config.name.clone(), splits: splits.collect(), ..CardConfig::default() }
}
