//! The rulebook from outside: files in, answers out.

mod amounts;
mod expressions;
mod missing;
mod problems;
mod properties;
mod reference;
mod refused;
mod texts;

use rulebook::{Evaluation, Instrument, Outcome, evaluate};
use serde_json::{Value, json};

/// Lines of [`HEAD`], so that tests can name places in what follows it.
const HEAD_LINES: usize = 12;

/// The smallest head of a rule.
const HEAD: &str = r#"format = 1
[instrument]
id = "test"
version = 1
name = { en = "Test", zh = "测试" }
place = "Nowhere"
country = "CN"
kind = "voucher"
unit = "CNY"

[beneficiary]
kinds = ["company", "start-up"]
"#;

/// Half of the cost, without caps.
const HALF: &str = "[support]\nmethod = \"rate\"\n[[rate]]\nrate = \"50%\"\n";

/// Makes a rule of the head and a body.
fn rule(body: &str) -> Instrument {
    let text = format!("{HEAD}{body}");
    rulebook::check("test.toml", &text).expect("tests give a sound rule")
}

/// Answers a facts file of JSON; `date` and the fact `kinds` are filled in.
fn answer(rule: &Instrument, mut facts: Value) -> Evaluation {
    let root = facts.as_object_mut().expect("tests give an object");
    root.entry("date").or_insert(json!("2025-03-01"));
    let given = root.entry("facts").or_insert(json!({}));
    let given = given.as_object_mut().expect("facts are an object");
    given.entry("kinds").or_insert(json!(["company"]));
    evaluate(rule, &rulebook::request_read(rule, &facts).expect("tests give sound facts"))
}

/// Writes an answer as `entitled 50.00 CNY [rate]`, `refused [code:detail]` or `unknown [...]`.
fn shown(answer: &Evaluation) -> String {
    let key = |code: &str, detail: Option<&str>| match detail {
        Some(detail) => format!("{code}:{detail}"),
        None => code.to_owned(),
    };
    match &answer.outcome {
        Outcome::Entitled { amount } => {
            let codes: Vec<&str> = answer.binding.iter().map(|one| one.code.as_str()).collect();
            format!("entitled {amount} [{}]", codes.join(", "))
        }
        Outcome::Refused { reasons } => {
            let keys: Vec<String> =
                reasons.iter().map(|one| key(one.code(), one.detail())).collect();
            format!("refused [{}]", keys.join(", "))
        }
        Outcome::Unknown { missing } => {
            let keys: Vec<String> =
                missing.iter().map(|one| key(one.code(), one.detail())).collect();
            format!("unknown [{}]", keys.join(", "))
        }
    }
}

/// Checks one case.
#[track_caller]
fn case(body: &str, facts: Value, expected: &str) -> Evaluation {
    let found = answer(&rule(body), facts);
    assert_eq!(shown(&found), expected);
    check_words(&found);
    found
}

/// Half of the cost within two caps, with facts of four types and one condition.
const FACTS_RULE: &str = r#"[support]
method = "rate"

[[rate]]
rate = "50%"

[[cap]]
scope = "firm-year"
amount = "8,000"

[[cap]]
scope = "pool"
per = "year"
amount = "15,000"

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
name = "l"
type = "strings"
ask = "l?"

[[eligibility]]
id = "enough"
require = "n >= 2"
message = "n of at least 2"

"#;

/// Checks that every reason of an answer has words in both languages, and that it survives JSON.
#[track_caller]
fn check_words(answer: &Evaluation) {
    let words: Vec<(&str, rulebook::Text)> = match &answer.outcome {
        Outcome::Entitled { .. } => Vec::new(),
        Outcome::Refused { reasons } => {
            reasons.iter().map(|one| (one.code(), one.words())).collect()
        }
        Outcome::Unknown { missing } => {
            missing.iter().map(|one| (one.code(), one.words())).collect()
        }
    };
    for (code, text) in words {
        assert_ne!(text.en, code, "no words for `{code}`");
        assert!(text.zh.is_some_and(|zh| !zh.is_ascii()), "no Chinese words for `{code}`");
    }
    let json = serde_json::to_string(answer).expect("an answer is JSON");
    assert_eq!(&serde_json::from_str::<Evaluation>(&json).expect("and back"), answer);
}
