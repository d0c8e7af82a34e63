//! YAML into JSON, and each refusal by name.

use crate::{
    METADATA_BYTES_MAX, METADATA_DEPTH_MAX, METADATA_NODES_MAX, MetadataProblem, metadata_parse,
};
use serde_json::{Value, json};

fn check(yaml: &str, expected: Value) {
    assert_eq!(metadata_parse(yaml).map(Value::Object), Ok(expected), "{yaml}");
}

fn refuse(yaml: &str, line: usize, column: usize, problem: MetadataProblem) {
    let error = metadata_parse(yaml).expect_err(yaml);
    assert_eq!((error.place.line, error.place.column, error.problem), (line, column, problem));
}

#[test]
fn scalars_follow_the_core_schema() {
    check("a: 1\nb: -2\nc: +3\nd: 0x1f\ne: 0o17", json!({"a":1,"b":-2,"c":3,"d":31,"e":15}));
    check("a: 1.5\nb: .5\nc: 1.\nd: 1e3", json!({"a":1.5,"b":0.5,"c":1.0,"d":1000.0}));
    check(
        "a: true\nb: FALSE\nc: ~\nd:\ne: null",
        json!({"a":true,"b":false,"c":null,"d":null,"e":null}),
    );
    check("a: 18446744073709551615", json!({"a": u64::MAX}));
}

#[test]
fn what_is_odd_stays_a_text() {
    for text in [
        "no",
        "yes",
        "on",
        "2024-01-01",
        "2024-01-01T10:00:00Z",
        "1_000",
        "12:30:45",
        "1.2.3",
        ".inf",
        "-.inf",
        ".nan",
        "inf",
        "nan",
        "99999999999999999999",
        "0x",
        "0o9",
        "1e",
        "e5",
        ".",
        "-",
        "0x1ffffffffffffffffffffff",
        "1e999",
    ] {
        let expected = if text == "-" { continue } else { json!({"a": text}) };
        check(&format!("a: {text}"), expected);
    }
    check("a: '1'\nb: \"true\"\nc: |\n  12\n", json!({"a":"1","b":"true","c":"12\n"}));
    check("a: !!str 12\nb: !!int 12\nc: !!float 1", json!({"a":"12","b":12,"c":1}));
}

#[test]
fn keys_are_texts() {
    check("1: a\ntrue: b\n? c\n: d", json!({"1":"a","true":"b","c":"d"}));
}

#[test]
fn aliases_and_merges_are_expanded() {
    check("a: &x [1, 2]\nb: *x", json!({"a":[1,2],"b":[1,2]}));
    check("a: &x {k: 1, m: 2}\nb: {k: 3, <<: *x}", json!({"a":{"k":1,"m":2},"b":{"k":3,"m":2}}));
    check("a: {<<: [{k: 1}, {k: 2, m: 3}]}", json!({"a":{"k":1,"m":3}}));
    check("a: {'<<': 1}", json!({"a":{"<<":1}}));
    check("a: &x k\n*x : 1", json!({"a":"k","k":1}));
}

#[test]
fn nothing_and_comments_are_empty_metadata() {
    for yaml in ["", "\n\n", "# a comment", "---\n", "~"] {
        check(yaml, json!({}));
    }
}

#[test]
fn a_list_or_a_word_is_no_metadata() {
    refuse("- a", 1, 1, MetadataProblem::NotMapping);
    refuse("word", 1, 1, MetadataProblem::NotMapping);
}

#[test]
fn a_key_that_stands_twice_is_refused_at_the_second() {
    refuse("a: 1\nb: 2\na: 3", 3, 1, MetadataProblem::KeyTwice("a".into()));
    refuse("x:\n  a: 1\n  a: 1", 3, 3, MetadataProblem::KeyTwice("a".into()));
    refuse("{a: 1, \"a\": 2}", 1, 8, MetadataProblem::KeyTwice("a".into()));
}

#[test]
fn a_key_that_is_no_text_is_refused() {
    refuse("? [a]\n: 1", 1, 3, MetadataProblem::KeyNotText);
    refuse("a: &x [1]\n*x : 1", 2, 1, MetadataProblem::KeyNotText);
}

#[test]
fn unknown_tags_and_values_that_do_not_fit_are_refused() {
    refuse("a: !python/object x", 1, 4, MetadataProblem::TagUnknown("!python/object".into()));
    refuse("a: !!binary aGk=", 1, 4, MetadataProblem::TagUnknown("!!binary".into()));
    refuse("a: !!set {b}", 1, 4, MetadataProblem::TagUnknown("!!set".into()));
    let problem = MetadataProblem::TagMismatch { tag: "!!int".into(), value: "x".into() };
    refuse("a: !!int x", 1, 4, problem);
}

#[test]
fn a_merge_of_something_else_is_refused() {
    let error = metadata_parse("a:\n  <<: 1\n").expect_err("1 is no mapping");
    assert_eq!(error.problem, MetadataProblem::MergeNotMapping);
}

#[test]
fn a_second_document_is_refused() {
    let error = metadata_parse("a: 1\n...\n---\nb: 2").expect_err("two documents");
    assert_eq!(error.problem, MetadataProblem::SecondDocument);
}

#[test]
fn broken_yaml_says_where() {
    let error = metadata_parse("a: 1\nb: [1, 2\nc: 3").expect_err("a list never ends");
    assert!(matches!(error.problem, MetadataProblem::Syntax(_)), "{error}");
    assert!(error.place.line >= 2, "{error}");
    assert!(error.to_string().starts_with("line "), "{error}");
}

#[test]
fn an_alias_of_what_contains_it_is_refused() {
    let error = metadata_parse("a: &x [*x]").expect_err("a list in itself");
    assert!(
        matches!(error.problem, MetadataProblem::AliasOpen | MetadataProblem::Syntax(_)),
        "{error}"
    );
}

#[test]
fn too_much_is_refused_by_name() {
    let long = "#".repeat(METADATA_BYTES_MAX + 1);
    refuse(&long, 1, 1, MetadataProblem::TooLong(METADATA_BYTES_MAX + 1));
    let deep = format!("a: {}", "[".repeat(METADATA_DEPTH_MAX));
    assert_eq!(metadata_parse(&deep).expect_err("deep").problem, MetadataProblem::TooDeep);
    let many = format!("a: [{}]", "1,".repeat(METADATA_NODES_MAX));
    assert_eq!(metadata_parse(&many).expect_err("many").problem, MetadataProblem::TooMany);
}

#[test]
fn aliases_that_double_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let last = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", format!("*a{last},").repeat(9)));
    }
    assert_eq!(metadata_parse(&bomb).expect_err("bomb").problem, MetadataProblem::TooMany);

    let long = "x".repeat(100_000);
    let text = format!("a: &a {long}\nb: [{}]", "*a,".repeat(60));
    assert_eq!(metadata_parse(&text).expect_err("long").problem, MetadataProblem::TooMuchText);
}
