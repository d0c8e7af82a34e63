use crate::glob::glob_fits;
use crate::{CardConfig, CardSplit, Error, configs_find};

/// Shows configs as `config: split=path,path split=path`.
fn found(card: &[CardConfig], paths: &[&str]) -> String {
    let configs = configs_find(card, paths).expect("configs");
    let split = |split: &crate::Split| format!(" {}={}", split.name, split.paths.join(","));
    let config = |config: &crate::Config| {
        format!("{}:{}", config.name, config.splits.iter().map(split).collect::<String>())
    };
    configs.iter().map(config).collect::<Vec<_>>().join("; ")
}

fn card(name: &str, splits: &[(&str, &[&str])]) -> CardConfig {
    let split = |(split, patterns): &(&str, &[&str])| CardSplit {
        split: (*split).to_owned(),
        patterns: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(),
    };
    let splits = splits.iter().map(split).collect();
    CardConfig { name: name.to_owned(), splits, ..CardConfig::default() }
}

#[test]
fn without_a_card_the_names_of_files_and_folders_tell_the_splits() {
    for (paths, expected) in [
        (&["README.md", "data.csv"][..], "default: train=data.csv"),
        (&["test.csv", "train.csv"], "default: train=train.csv test=test.csv"),
        (
            &["my_train_file.csv", "test-file.csv"],
            "default: train=my_train_file.csv test=test-file.csv",
        ),
        (&["validation1.csv", "eval.csv"], "default: validation=validation1.csv test=eval.csv"),
        (
            &["a/dev/x.csv", "a/training/y.csv"],
            "default: train=a/training/y.csv validation=a/dev/x.csv",
        ),
        (
            &[
                "data/train-00001-of-00002.parquet",
                "data/train-00000-of-00002.parquet",
                "data/中文-00000-of-00001-ab.parquet",
            ],
            "default: train=data/train-00000-of-00002.parquet,data/train-00001-of-00002.parquet 中文=data/中文-00000-of-00001-ab.parquet",
        ),
        (&["testfile.csv"], "default: train=testfile.csv"),
        (&["a.json", "config.json", ".hidden/b.json", "__x/c.json"], "default: train=a.json"),
        (&["a.parquet", "b.parquet", "notes.txt"], "default: train=a.parquet,b.parquet"),
        (&["model.safetensors"], ""),
        (&[], ""),
    ] {
        assert_eq!(found(&[], paths), expected, "{paths:?}");
    }
}

#[test]
fn a_card_tells_configs_and_splits_in_its_own_order() {
    let paths = ["data/test-0.csv", "data/train-0.csv", "extra/a.csv"];
    let cards = [
        card("main", &[("test", &["data/test-*"]), ("train", &["data/train-*", "data/*0.csv"])]),
        card("more", &[("train", &["extra/**"])]),
    ];
    assert_eq!(
        found(&cards, &paths),
        "main: test=data/test-0.csv train=data/train-0.csv,data/test-0.csv; more: train=extra/a.csv"
    );
    let mut below = card("below", &[]);
    below.data_dir = Some("extra".to_owned());
    assert_eq!(found(&[below], &paths), "below: train=extra/a.csv");
}

#[test]
fn a_card_that_contradicts_itself_is_refused() {
    let paths = ["a.csv", "b.jsonl"];
    let error = |cards: &[CardConfig]| configs_find(cards, &paths).expect_err("a wrong card");
    let twice = [card("x", &[("t", &["a.csv"])]), card("x", &[("t", &["a.csv"])])];
    assert_eq!(
        error(&twice).to_string(),
        "the card's config `x` is listed twice; give each its own name"
    );
    let split = error(&[card("x", &[("t", &["a.csv"]), ("t", &["a.csv"])])]);
    assert_eq!(
        split.to_string(),
        "the card's config `x` lists split `t` twice; give each its own name"
    );
    let none = error(&[card("x", &[("t", &["z.csv"])])]);
    assert_eq!(
        none.to_string(),
        "the card's config `x` finds no file for split `t`; mend its `path`"
    );
    let name = error(&[card("x", &[("a/b", &["a.csv"])])]);
    assert!(matches!(name, Error::CardWrong { .. }), "{name}");
    assert!(matches!(error(&[card("x", &[("t", &["*"])])]), Error::FormatsMixed { .. }));
}

#[test]
fn patterns_fit_as_in_fsspec() {
    for (pattern, path, fits) in [
        ("*.csv", "a.csv", true),
        ("*.csv", "x/a.csv", false),
        ("**/*.csv", "a.csv", true),
        ("**/*.csv", "x/y/a.csv", true),
        ("x/**", "x/y/a.csv", true),
        ("x/**", "x", false),
        ("x/**/a.csv", "x/a.csv", true),
        ("data/t?st-[0-9]*.csv", "data/test-07.csv", true),
        ("[!ab].csv", "c.csv", true),
        ("[!ab].csv", "a.csv", false),
        ("**", ".git/config", false),
        (".git/*", ".git/config", true),
        ("a[b", "a[b", true),
        ("./a.csv", "a.csv", true),
    ] {
        assert_eq!(glob_fits(pattern, path), fits, "{pattern} {path}");
    }
}

#[test]
fn a_pattern_of_many_stars_ends_soon() {
    let pattern = "*a".repeat(400) + "b";
    assert!(!glob_fits(&pattern, &"a".repeat(4_000)));
    assert!(!glob_fits(&("**/a/".repeat(150) + "b"), &"a/".repeat(2_000)));
}
