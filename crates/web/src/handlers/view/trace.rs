//! A rule's answer as a waterfall from the cost to the amount, with every test on the way.

use super::words;
use crate::{Outcome, Step, StepKind, SupplierCondition, Test, Text, Trace};
use base::Amount;
use rulebook::{Coded, Evaluation, Instrument, Lang, Stage, SupplierStanding, Verdict};

/// Returns the computation of an answer.
pub(crate) fn trace(rule: &Instrument, answer: &Evaluation) -> Trace {
    Trace {
        tests: answer.trace.iter().filter_map(|step| test(rule, step)).collect(),
        steps: steps(answer),
        suppliers: answer.supplier.iter().map(supplier).collect(),
        result: match &answer.outcome {
            rulebook::Outcome::Entitled { amount } => Some(*amount),
            rulebook::Outcome::Refused { .. } | rulebook::Outcome::Unknown { .. } => None,
        },
        why_not_more: why(answer),
    }
}

/// Returns whether support is due, in one word.
pub(crate) const fn outcome(answer: &Evaluation) -> Outcome {
    match answer.outcome {
        rulebook::Outcome::Entitled { .. } => Outcome::Pass,
        rulebook::Outcome::Refused { .. } => Outcome::Fail,
        rulebook::Outcome::Unknown { .. } => Outcome::Unknown,
    }
}

fn coded<T: Coded>(value: T) -> Text {
    Text::new(value.words(Lang::En), value.words(Lang::Zh))
}

/// Everything that is not a number is a test, and so is every number that failed.
fn test(rule: &Instrument, step: &rulebook::Step) -> Option<Test> {
    let outcome = match step.verdict {
        Verdict::Passed => Outcome::Pass,
        Verdict::Failed => Outcome::Fail,
        Verdict::Unknown => Outcome::Unknown,
        Verdict::Computed => return None,
    };
    let condition = rule.eligibility.iter().find(|one| one.id == step.id);
    let is_condition = step.stage == Stage::Eligibility;
    let condition = condition.filter(|_| is_condition);
    Some(Test {
        question: condition.map_or_else(|| coded(step.stage), |one| words(&one.message)),
        expression: condition.map_or_else(|| step.id.clone(), |one| one.require.text().to_owned()),
        outcome,
        because: words(&step.says),
    })
}

/// Returns the amounts in order: what counts, what each line gives, what each limit leaves.
fn steps(answer: &Evaluation) -> Vec<Step> {
    let computed: Vec<&rulebook::Step> =
        answer.trace.iter().filter(|step| step.numbers.amount.is_some()).collect();
    let is_line = |step: &&&rulebook::Step| step.stage == Stage::Support;
    let lines: Vec<&rulebook::Step> = computed.iter().filter(is_line).copied().collect();
    let mut steps = Vec::new();
    // What is left of the whole: lines still to be computed count with their cost.
    let mut left: i64 = lines
        .iter()
        .filter_map(|step| step.numbers.base.or(step.numbers.amount))
        .fold(0, |sum, amount| sum.saturating_add(amount.minor));
    if let Some(unit) = lines.first().and_then(|step| Some(step.numbers.amount?.unit)) {
        let after = Amount::new(left, unit);
        let label = coded(Stage::Lines);
        let step = Step { kind: StepKind::Base, label, ..bare(after) };
        steps.push(step);
    }
    for step in computed {
        let Some(amount) = step.numbers.amount else { continue };
        let (kind, after) = match step.stage {
            Stage::Support => {
                let base = step.numbers.base.unwrap_or(amount);
                left = left.saturating_sub(base.minor).saturating_add(amount.minor);
                (StepKind::Rate, Amount::new(left, amount.unit))
            }
            Stage::Stacking => (StepKind::Stacking, amount),
            Stage::Cap => (StepKind::Cap, amount),
            Stage::Result => (StepKind::Result, amount),
            _ => (StepKind::Base, amount),
        };
        let is_binding = answer.binding.iter().any(|binding| binding.code == step.id);
        steps.push(Step {
            kind,
            label: words(&step.says),
            limit: step.numbers.limit,
            used: step.numbers.used,
            left: step.numbers.left,
            binds: step.numbers.bound == Some(true) || is_binding,
            ..bare(after)
        });
    }
    steps
}

fn bare(after: Amount) -> Step {
    Step {
        kind: StepKind::Base,
        label: Text::default(),
        limit: None,
        used: None,
        left: None,
        after,
        binds: false,
    }
}

fn supplier(state: &rulebook::SupplierState) -> SupplierCondition {
    SupplierCondition {
        condition: coded(state.condition),
        outcome: match state.state {
            SupplierStanding::Met => Outcome::Pass,
            SupplierStanding::Broken => Outcome::Fail,
            SupplierStanding::ToBeMet => Outcome::Unknown,
        },
        because: words(&state.says),
    }
}

/// Says why not more: what binds, what refuses, or what is missing.
fn why(answer: &Evaluation) -> Text {
    let all: Vec<rulebook::Text> = match &answer.outcome {
        rulebook::Outcome::Entitled { .. } => {
            answer.binding.iter().map(|binding| binding.says.clone()).collect()
        }
        rulebook::Outcome::Refused { reasons } => reasons.iter().map(|one| one.words()).collect(),
        rulebook::Outcome::Unknown { missing } => missing.iter().map(|one| one.words()).collect(),
    };
    let join = |lang, between: &str| {
        all.iter().map(|text| text.get(lang)).collect::<Vec<_>>().join(between)
    };
    Text::new(&join(Lang::En, "; "), &join(Lang::Zh, "；"))
}
