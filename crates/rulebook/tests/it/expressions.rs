//! Expressions: what the checker accepts and refuses, and three-valued answers.

use crate::{HALF, HEAD, HEAD_LINES, case, rule};
use serde_json::json;

const FACTS: &str = r#"
[[fact]]
name = "n"
type = "int"
ask = "n?"
[[fact]]
name = "b"
type = "bool"
ask = "b?"
[[fact]]
name = "s"
type = "string"
ask = "s?"
[[fact]]
name = "m"
type = "amount"
ask = "m?"
[[fact]]
name = "eur"
type = "amount"
unit = "EUR"
ask = "eur?"
[[fact]]
name = "d"
type = "date"
ask = "d?"
[[fact]]
name = "l"
type = "strings"
ask = "l?"
"#;

fn body(expression: &str) -> String {
    format!(
        "{HALF}{FACTS}[[eligibility]]\nid = \"e\"\nrequire = '''{expression}'''\nmessage = \"e\"\n"
    )
}

/// Returns the first problem as `column: message`, the column counted from the expression's start.
fn problem(expression: &str) -> String {
    let text = format!("{HEAD}{}", body(expression));
    let problems = rulebook::check("f", &text).expect_err(expression);
    let first = &problems[0];
    let expression_line = HEAD_LINES + HALF.lines().count() + FACTS.lines().count() + 3;
    assert_eq!(first.line, expression_line, "{first}");
    // `require = '''` has 13 characters.
    format!("{}: {}", first.column - 13, first.message)
}

#[test]
fn sound_expressions_are_accepted() {
    let sound = [
        "n >= 3 && !b || s == \"x\"",
        "m >= amount(\"5,000,000.00\") && m * 2 > amount(\"1\") + m - amount(\"1\")",
        "eur > amount(\"10\", \"EUR\")",
        "d >= date(\"2024-01-31\") && today - d > 365 && d + 30 < today",
        "s in [\"a\", \"b\"] || \"x\" in l || \"company\" in kinds",
        "l.all(x, x.startsWith(\"a\")) || l.exists(x, x == s)",
        "size(l) >= 2 && s.size() < 10 && (b ? n : 3) == 3 && -n < 0",
        "size == \"small\" && \"Hangzhou\" in places",
        "s.contains(\"企业\") && s.endsWith(\"业\") // a comment",
    ];
    for expression in sound {
        rule(&body(expression));
    }
}

#[test]
fn faults_are_told_at_their_place_in_the_file() {
    let wrong = [
        ("n >= 3 && x", "11: unknown fact `x`"),
        ("n + 1", "1: the expression gives a whole number"),
        ("m + \"x\" == m", "3: `+` cannot take an amount in CNY and a word"),
        ("m > eur", "3: `>` cannot take an amount in CNY and an amount in EUR"),
        ("m > 5000000", "3: `>` cannot take an amount in CNY and a whole number"),
        ("s < \"b\"", "3: `<` cannot take a word and a word"),
        ("b && n", "3: `&&` cannot take yes or no and a whole number"),
        ("n > 1.5", "5: a number with a decimal point is not exact"),
        ("n > 1u", "5: unsigned numbers are not available"),
        ("n / 2 > 1", "3: division is not available"),
        ("s == null", "6: bytes and null are not available"),
        ("s.matches(\"a+\")", "10: `matches` cannot take a word and a word"),
        ("n.size > 1", "2: a fact has no fields"),
        ("l == [\"a\"]", "3: `==` cannot take a list of words and a list of words"),
        ("n in [1]", "7: the list holds a whole number"),
        ("s in []", "6: the list is empty"),
        ("{\"a\": 1} == {\"a\": 1}", "1: maps and messages are not available"),
        ("m > amount(\"1.234\")", "11: `1.234` has more than 2 decimals, the smallest part of CNY"),
        ("m > amount(n)", "11: `amount` takes a text in quotes"),
        ("d > date(\"2024-02-30\")", "9: `2024-02-30` is not a date"),
        ("\"企业\" in kinds && z", "18: unknown fact `z`"),
    ];
    for (expression, expected) in wrong {
        assert_eq!(problem(expression), expected, "{expression}");
    }
}

#[test]
fn a_syntax_fault_has_a_place_too() {
    assert!(problem("n >= ").contains("the expression cannot be read"));
    assert!(problem("n >= 3 &&& b").contains("the expression cannot be read"));
}

#[test]
fn escapes_in_the_file_do_not_move_the_place() {
    let text = format!(
        "{HEAD}{HALF}{FACTS}[[eligibility]]\nid = \"e\"\nrequire = \"s == \\\"\\u4f01\\\" && zz\"\nmessage = \"e\"\n"
    );
    let problems = rulebook::check("f", &text).expect_err("zz is unknown");
    let line = text.lines().nth(problems[0].line - 1).expect("the line is there");
    let rest: String = line.chars().skip(problems[0].column - 1).collect();
    assert!(rest.starts_with("zz"), "{rest}");
}

#[test]
fn nested_loops_are_refused() {
    let bomb = "l.all(a, l.all(b, l.all(c, a == b && b == c)))";
    assert_eq!(problem(bomb), "15: loops are nested");
    assert_eq!(problem("l.map(x, x) == l"), "6: only `all` and `exists` are available");
    assert_eq!(problem("l.filter(x, b) == l"), "9: only `all` and `exists` are available");
    assert_eq!(problem("l.exists_one(x, b)"), "13: only `all` and `exists` are available");
}

#[test]
fn deep_long_and_wide_expressions_are_refused() {
    let deep = format!("{}b{}", "(".repeat(11), ")".repeat(11));
    assert_eq!(problem(&deep), "11: brackets nest deeper than 10");
    let long = format!("b{}", " ".repeat(1_000));
    assert_eq!(problem(&long), "1: the expression has 1001 bytes");
    let wide = vec!["b"; 120].join("&&");
    assert_eq!(problem(&wide), "1: the expression has more than 200 parts");
    let nots = "!".repeat(900) + "b";
    assert!(
        rulebook::check("f", &format!("{HEAD}{}", body(&nots))).is_ok()
            || !problem(&nots).is_empty()
    );
    let chain = "b?".repeat(300) + "b" + &":b".repeat(300);
    assert!(problem(&chain).contains("bytes"));
    let chain = "b?".repeat(150) + "b" + &":b".repeat(150);
    assert!(!problem(&chain).is_empty());
}

#[test]
fn an_unknown_fact_matters_only_where_it_decides() {
    let line = json!([{ "amount": "100" }]);
    let ask = |facts: serde_json::Value| json!({ "facts": facts, "lines": line });
    let either = body("b || n > 3");
    case(&either, ask(json!({ "b": true })), "entitled 50.00 CNY [rate]");
    case(&either, ask(json!({ "n": 5 })), "entitled 50.00 CNY [rate]");
    case(&either, ask(json!({ "n": 2 })), "unknown [fact:b]");
    case(&either, ask(json!({})), "unknown [fact:b, fact:n]");
    let both = body("b && n > 3");
    case(&both, ask(json!({ "b": false })), "refused [ineligible:e]");
    case(&both, ask(json!({ "n": 2 })), "refused [ineligible:e]");
    case(&both, ask(json!({ "b": true })), "unknown [fact:n]");
    let each = body("l.all(x, x == s)");
    case(&each, ask(json!({ "l": [] })), "entitled 50.00 CNY [rate]");
    case(&each, ask(json!({ "l": ["a"] })), "unknown [fact:s]");
}

#[test]
fn dates_and_amounts_compare_exactly() {
    let line = json!([{ "amount": "100" }]);
    let dated = body("today - d >= 366");
    let ask = |d: &str| json!({ "date": "2025-01-01", "facts": { "d": d }, "lines": line });
    case(&dated, ask("2024-01-01"), "entitled 50.00 CNY [rate]");
    case(&dated, ask("2024-01-02"), "refused [ineligible:e]");
    let rich = body("m >= amount(\"0.03\")");
    let ask = |m: &str| json!({ "facts": { "m": m }, "lines": line });
    case(&rich, ask("0.03"), "entitled 50.00 CNY [rate]");
    case(&rich, ask("0.02"), "refused [ineligible:e]");
}
