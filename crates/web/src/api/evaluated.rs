//! A rule's answer as the API tells it.

use super::shaped::{Words, objects};
use base::{Amount, Date, Ppm};
use rulebook::{AutomaticPath, Coded, Evaluation, Outcome, Step};

objects! {
    /// Why there is no support, or what is missing to compute it.
    Because {
        /// Stable word for programs.
        code: String,
        /// The field, line or figure meant, where there is one.
        about: Option<String>,
        /// Says it to people.
        says: Words,
    }
    /// What keeps the support from being higher.
    Bound {
        /// `rate`, `tiers`, `fixed`, `band`, `asked`, `stacking`, or the id of a cap.
        code: String,
        /// Says it to people.
        says: Words,
    }
    /// A paper that the rule wants.
    PaperNeeded {
        /// Its code.
        code: String,
        /// Its name.
        name: Words,
        /// When it is due.
        due: String,
        /// Whether it is there.
        state: String,
    }
    /// A condition on a supplier.
    SupplierNeeded {
        /// The cost line meant, where one is.
        line: Option<String>,
        /// Whether it is met.
        state: String,
        /// Says it to people.
        says: Words,
    }
    /// One step of the computation with its numbers.
    Reckoned {
        /// Part of the rule.
        stage: String,
        /// The condition, line or cap.
        id: String,
        /// How it ended: `passed`, `failed`, `unknown`, `computed`.
        verdict: String,
        /// Says it to people.
        says: Words,
        /// The amount counted.
        base: Option<Amount>,
        /// The share taken of it, in millionths.
        rate_ppm: Option<Ppm>,
        /// A limit.
        limit: Option<Amount>,
        /// What was used of it before.
        used: Option<Amount>,
        /// What is left of it.
        left: Option<Amount>,
        /// The support after the step.
        amount: Option<Amount>,
        /// Whether the limit shortened the support.
        bound: Option<bool>,
    }
    /// A rule's answer, with the trace that explains it.
    Evaluated {
        /// The rule's code.
        instrument: String,
        /// Its version.
        version: u32,
        /// The day of the question.
        date: Date,
        /// `entitled`, `refused` or `unknown`.
        outcome: String,
        /// The support, where entitled.
        amount: Option<Amount>,
        /// A bound where unknown; no entitlement.
        at_most: Option<Amount>,
        /// Whether the officer may grant less.
        is_discretionary: bool,
        /// Why refused, or what is missing.
        because: Vec<Because>,
        /// What keeps the amount from being higher.
        binding: Vec<Bound>,
        /// The path without a committee: `not-offered`, `applies`, `does-not-apply`, `unknown`.
        automatic: String,
        /// Papers needed.
        papers: Vec<PaperNeeded>,
        /// Conditions on suppliers.
        suppliers: Vec<SupplierNeeded>,
        /// What was done, in order.
        trace: Vec<Reckoned>,
    }
}

/// Tells a rule's answer.
pub(super) fn evaluated(from: &Evaluation) -> Evaluated {
    let (outcome, amount, because) = match &from.outcome {
        Outcome::Entitled { amount } => ("entitled", Some(*amount), Vec::new()),
        Outcome::Refused { reasons } => {
            let told = |one: &rulebook::Refused| because(one.code(), one.detail(), &one.words());
            ("refused", None, reasons.iter().map(told).collect())
        }
        Outcome::Unknown { missing } => {
            let told = |one: &rulebook::Missing| because(one.code(), one.detail(), &one.words());
            ("unknown", None, missing.iter().map(told).collect())
        }
    };
    let bound =
        |one: &rulebook::Binding| Bound { code: one.code.clone(), says: (&one.says).into() };
    Evaluated {
        instrument: from.instrument.clone(),
        version: from.version,
        date: from.date,
        outcome: outcome.to_owned(),
        amount,
        at_most: from.at_most,
        is_discretionary: from.is_discretionary,
        because,
        binding: from.binding.iter().map(bound).collect(),
        automatic: automatic(&from.automatic).to_owned(),
        papers: from.papers.iter().map(paper).collect(),
        suppliers: from.supplier.iter().map(supplier).collect(),
        trace: from.trace.iter().map(reckoned).collect(),
    }
}

fn because(code: &str, about: Option<&str>, says: &rulebook::Text) -> Because {
    Because { code: code.to_owned(), about: about.map(ToOwned::to_owned), says: says.into() }
}

fn automatic(path: &AutomaticPath) -> &'static str {
    match path {
        AutomaticPath::NotOffered => "not-offered",
        AutomaticPath::Applies { .. } => "applies",
        AutomaticPath::DoesNotApply { .. } => "does-not-apply",
        AutomaticPath::Unknown { .. } => "unknown",
    }
}

fn paper(one: &rulebook::PaperState) -> PaperNeeded {
    PaperNeeded {
        code: one.id.clone(),
        name: (&one.name).into(),
        due: one.due.code().to_owned(),
        state: one.state.code().to_owned(),
    }
}

fn supplier(one: &rulebook::SupplierState) -> SupplierNeeded {
    SupplierNeeded {
        line: one.line.clone(),
        state: one.state.code().to_owned(),
        says: (&one.says).into(),
    }
}

fn reckoned(step: &Step) -> Reckoned {
    let numbers = &step.numbers;
    Reckoned {
        stage: step.stage.code().to_owned(),
        id: step.id.clone(),
        verdict: step.verdict.code().to_owned(),
        says: (&step.says).into(),
        base: numbers.base,
        rate_ppm: numbers.rate,
        limit: numbers.limit,
        used: numbers.used,
        left: numbers.left,
        amount: numbers.amount,
        bound: numbers.bound,
    }
}
