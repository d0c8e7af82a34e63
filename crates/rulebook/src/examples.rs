//! Runs the worked examples of a file.

use crate::evaluate::evaluate;
use crate::evaluation::{Evaluation, Outcome};
use crate::model::{Example, Expect, Instrument};
use crate::words::money;
use serde::Serialize;
use std::fmt;

/// An example that does not come out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExampleFailure {
    /// The instrument's id.
    pub instrument: String,
    /// The example's name.
    pub example: String,
    /// Line of the file at which it begins, from 1.
    pub line: usize,
    /// What it expects.
    pub expected: String,
    /// What comes out.
    pub found: String,
}

impl fmt::Display for ExampleFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { instrument, example, expected, found, .. } = self;
        write!(f, "{instrument}: example `{example}` gives {found}, expected {expected}")
    }
}

impl std::error::Error for ExampleFailure {}

/// Runs all examples of an instrument and returns those that do not come out.
#[must_use]
pub fn examples_run(rule: &Instrument) -> Vec<ExampleFailure> {
    rule.examples.iter().filter_map(|example| failure(rule, example)).collect()
}

fn failure(rule: &Instrument, example: &Example) -> Option<ExampleFailure> {
    let found = evaluate(rule, &example.request);
    if is_as_expected(&found, &example.expect) {
        return None;
    }
    Some(ExampleFailure {
        instrument: rule.id.clone(),
        example: example.name.clone(),
        line: example.line,
        expected: expected_words(&example.expect),
        found: found_words(&found),
    })
}

fn is_as_expected(found: &Evaluation, expect: &Expect) -> bool {
    match (&found.outcome, expect) {
        (Outcome::Entitled { amount: given }, Expect::Entitled { amount, binding }) => {
            let codes = found.binding.iter().map(|binding| &binding.code);
            given == amount && binding.as_ref().is_none_or(|wanted| wanted.iter().eq(codes))
        }
        (Outcome::Refused { reasons: given }, Expect::Refused { reasons }) => {
            let keys = given.iter().map(|one| (one.code(), one.detail()));
            reasons.len() == given.len() && reasons.iter().zip(keys).all(is_key)
        }
        (Outcome::Unknown { missing: given }, Expect::Unknown { missing }) => {
            let keys = given.iter().map(|one| (one.code(), one.detail()));
            missing.len() == given.len() && missing.iter().zip(keys).all(is_key)
        }
        _ => false,
    }
}

/// Compares `code` or `code:detail` with a code and its detail.
fn is_key((wanted, (code, detail)): (&String, (&str, Option<&str>))) -> bool {
    wanted == code || *wanted == key(code, detail)
}

/// Writes `code:detail`, or the code alone.
pub(crate) fn key(code: &str, detail: Option<&str>) -> String {
    detail.map_or_else(|| code.to_owned(), |detail| format!("{code}:{detail}"))
}

fn expected_words(expect: &Expect) -> String {
    match expect {
        Expect::Entitled { amount, binding } => {
            let binding =
                binding.as_ref().map_or(String::new(), |b| format!(" [{}]", b.join(", ")));
            format!("entitled {}{binding}", money(*amount))
        }
        Expect::Refused { reasons } => format!("refused [{}]", reasons.join(", ")),
        Expect::Unknown { missing } => format!("unknown [{}]", missing.join(", ")),
    }
}

fn found_words(found: &Evaluation) -> String {
    match &found.outcome {
        Outcome::Entitled { amount } => {
            let codes: Vec<&str> = found.binding.iter().map(|one| one.code.as_str()).collect();
            format!("entitled {} [{}]", money(*amount), codes.join(", "))
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
