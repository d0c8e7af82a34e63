//! Evaluates a request under an instrument.
//!
//! The order is fixed: request, validity, applicant, eligibility, quotas, cost lines, minimum,
//! support, stacking, caps, least payment, suppliers. Every stage runs, so that all refusals and
//! all that is missing come out at once. A refusal outweighs what is missing; what is missing
//! outweighs an amount. Amounts are counted in `i128` minor units between the stages and every
//! share is rounded down, so that nothing is lost and nothing is overpaid.

mod applicant;
mod caps;
mod lines;
mod support;
mod terms;

use crate::evaluation::{Binding, Evaluation, Numbers, Outcome, Stage, Step, Verdict};
use crate::expression::{Facts, Truth};
use crate::missing::Missing;
use crate::model::{Fact, FactType, Instrument, Method, Scope, Size};
use crate::refused::Refused;
use crate::request::{CostLine, FactValue, Request};
use crate::words::{Coded, Text, money};
use base::Amount;

pub use terms::supplier_check;

/// Answers a request. Deterministic: equal arguments give equal answers.
///
/// A request that breaks its own shape (another unit, a negative amount, a fact of another type) is
/// refused like any other, never a panic.
#[must_use]
pub fn evaluate(rule: &Instrument, ask: &Request) -> Evaluation {
    let mut work = Work::new(rule, ask);
    work.request();
    work.applicant();
    let lines = work.lines();
    let mut parts = work.support(&lines);
    let limits = work.stacking(&mut parts);
    work.caps(&mut parts, limits);
    let total: i128 = parts.iter().map(|part| part.support).sum();
    work.payment(total);
    let supplier = work.suppliers(&lines);
    let papers = work.papers();
    let asked: i128 = lines.iter().map(|line| i128::from(line.amount.minor)).sum();
    let automatic = work.automatic(asked, total);
    work.finish(&parts, total, Terms { supplier, papers, automatic })
}

/// More than any amount of 64 bits: the support of a line whose figures are unknown.
const UNBOUNDED: i128 = 1 << 63;

/// Answers that do not change the amount.
struct Terms {
    supplier: Vec<crate::evaluation::SupplierState>,
    papers: Vec<crate::evaluation::PaperState>,
    automatic: crate::evaluation::AutomaticPath,
}

/// Support for one line, or for the whole request where the method knows no lines.
struct Part<'a> {
    line: Option<&'a CostLine>,
    what: Option<&'a str>,
    /// Cost it is for, in minor units.
    base: i128,
    /// Support so far, in minor units.
    support: i128,
    /// Support before stacking and caps.
    uncapped: i128,
    /// True where a limit that binds covers it; set at the end.
    is_held: bool,
}

/// Whether a row's restriction fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    No,
    Unknown,
}

/// The state of one evaluation.
struct Work<'a> {
    rule: &'a Instrument,
    ask: &'a Request,
    facts: Facts<'a>,
    /// Facts that passed the type check.
    sound: Vec<&'a str>,
    refused: Vec<Refused>,
    missing: Vec<Missing>,
    trace: Vec<Step>,
    binding: Vec<Binding>,
}

impl<'a> Work<'a> {
    fn new(rule: &'a Instrument, ask: &'a Request) -> Self {
        let mut refused = Vec::new();
        let mut sound = Vec::new();
        for (name, value) in &ask.facts {
            match fact_fault(rule, name, value) {
                Some(fault) => refused.push(fault),
                None => sound.push(name.as_str()),
            }
        }
        let facts = Facts::new(ask, &sound);
        let (missing, trace, binding) = (Vec::new(), Vec::new(), Vec::new());
        Self { rule, ask, facts, sound, refused, missing, trace, binding }
    }

    fn fact(&self, name: &str) -> Option<&'a FactValue> {
        self.sound.contains(&name).then(|| self.ask.facts.get(name)).flatten()
    }

    fn words_fact(&self, name: &str) -> Option<&'a [String]> {
        match self.fact(name) {
            Some(FactValue::Strings(words)) => Some(words),
            _ => None,
        }
    }

    fn step(&mut self, stage: Stage, id: &str, verdict: Verdict, says: Text) -> &mut Numbers {
        let numbers = Numbers::default();
        self.trace.push(Step { stage, id: id.to_owned(), verdict, says, numbers });
        &mut self.trace.last_mut().expect("a step was pushed just before").numbers
    }

    /// Refuses, once, and says so in the trace.
    fn refuse(&mut self, stage: Stage, refused: Refused) {
        if !self.refused.contains(&refused) {
            let id = refused.detail().unwrap_or(refused.code()).to_owned();
            self.step(stage, &id, Verdict::Failed, refused.words());
            self.refused.push(refused);
        }
    }

    /// Notes something missing, once, and says so in the trace.
    fn miss(&mut self, stage: Stage, missing: Missing) {
        if !self.missing.contains(&missing) {
            let id = missing.detail().unwrap_or(missing.code()).to_owned();
            self.step(stage, &id, Verdict::Unknown, missing.words());
            self.missing.push(missing);
        }
    }

    fn miss_facts(&mut self, stage: Stage, names: &[String]) {
        for name in names {
            let ask = question(self.rule, name);
            self.miss(stage, Missing::Fact { fact: name.clone(), ask });
        }
    }

    /// Makes an amount of the rule's unit, or `None` beyond 64 bits.
    fn amount(&self, minor: i128) -> Option<Amount> {
        i64::try_from(minor).ok().map(|minor| Amount::new(minor, self.rule.unit))
    }

    /// Checks an amount of the request: the rule's unit, not negative.
    fn sound_amount(&mut self, stage: Stage, label: &str, amount: Amount) -> Option<Amount> {
        if amount.unit != self.rule.unit {
            let (given, wanted) = (amount.unit, self.rule.unit);
            self.refuse(stage, Refused::WrongUnit { line: label.to_owned(), given, wanted });
            return None;
        }
        if amount.minor < 0 {
            self.refuse(stage, Refused::NegativeAmount { line: label.to_owned() });
            return None;
        }
        Some(amount)
    }

    /// Tests a restriction's `who` and `when`; notes what is missing.
    fn fits_applicant(&mut self, stage: Stage, id: &str, scope: &Scope) -> Fit {
        let who = self.fits_who(stage, &scope.who);
        if who == Fit::No {
            return Fit::No;
        }
        let when = match &scope.when {
            None => Fit::Yes,
            Some(condition) => match condition.test(&self.facts) {
                Truth::True => Fit::Yes,
                Truth::False => return Fit::No,
                Truth::Unknown { missing } => {
                    self.miss_facts(stage, &missing);
                    Fit::Unknown
                }
                Truth::Failed { error } => {
                    self.miss(stage, Missing::Expression { condition: id.to_owned(), error });
                    Fit::Unknown
                }
            },
        };
        if who == Fit::Yes { when } else { Fit::Unknown }
    }

    fn fits_who(&mut self, stage: Stage, who: &[String]) -> Fit {
        if who.is_empty() {
            return Fit::Yes;
        }
        let is_size = |word: &String| Size::from_code(word).is_some();
        let size = match self.fact("size") {
            Some(FactValue::String(size)) => Some(size),
            _ => None,
        };
        let kinds = self.words_fact("kinds");
        let by_size = size.is_some_and(|size| who.contains(size));
        if by_size || kinds.is_some_and(|kinds| kinds.iter().any(|kind| who.contains(kind))) {
            return Fit::Yes;
        }
        let mut needs: Vec<String> = Vec::new();
        if kinds.is_none() && !who.iter().all(is_size) {
            needs.push("kinds".to_owned());
        }
        if size.is_none() && who.iter().any(is_size) {
            needs.push("size".to_owned());
        }
        self.miss_facts(stage, &needs);
        if needs.is_empty() { Fit::No } else { Fit::Unknown }
    }

    /// Tests a restriction's `what`; `label` names the line in what is missing.
    fn fits_what(
        &mut self,
        stage: Stage,
        what: &[String],
        given: Option<&str>,
        label: &str,
    ) -> Fit {
        match given {
            _ if what.is_empty() => Fit::Yes,
            Some(given) if what.iter().any(|one| one == given) => Fit::Yes,
            Some(_) => Fit::No,
            None => {
                self.miss(stage, Missing::Purchase { line: label.to_owned() });
                Fit::Unknown
            }
        }
    }

    fn finish(mut self, parts: &[Part<'_>], total: i128, terms: Terms) -> Evaluation {
        if self.refused.is_empty() && self.missing.is_empty() {
            if total == 0 {
                self.refuse(Stage::Result, Refused::NothingDue {});
            } else if self.amount(total).is_none() {
                self.refuse(Stage::Result, Refused::TooLarge {});
            }
        }
        let is_bounded = !parts.is_empty() && total < UNBOUNDED;
        let mut at_most = None;
        let is_discretionary =
            self.rule.support.is_maximum || matches!(self.rule.support.method, Method::Band { .. });
        let outcome = if !self.refused.is_empty() {
            self.binding.clear();
            Outcome::Refused { reasons: self.refused }
        } else if !self.missing.is_empty() {
            self.binding.clear();
            let minor = if is_bounded { i64::try_from(total).ok() } else { None };
            at_most = minor.map(|minor| Amount::new(minor, self.rule.unit));
            Outcome::Unknown { missing: self.missing }
        } else {
            let minor = i64::try_from(total).expect("a total beyond 64 bits was refused above");
            let amount = Amount::new(minor, self.rule.unit);
            self.trace.push(result_step(amount, is_discretionary));
            Outcome::Entitled { amount }
        };
        Evaluation {
            instrument: self.rule.id.clone(),
            version: self.rule.version,
            date: self.ask.date,
            outcome,
            at_most,
            is_discretionary,
            binding: self.binding,
            automatic: terms.automatic,
            papers: terms.papers,
            supplier: terms.supplier,
            trace: self.trace,
        }
    }
}

fn result_step(amount: Amount, is_discretionary: bool) -> Step {
    let shown = money(amount);
    let says = if is_discretionary {
        Text::both(
            format!("up to {shown}; the officer may grant less"),
            format!("最高{shown},具体由主管部门核定"),
        )
    } else {
        Text::both(format!("entitled to {shown}"), format!("可享受{shown}"))
    };
    let numbers = Numbers { amount: Some(amount), ..Numbers::default() };
    Step {
        stage: Stage::Result,
        id: "result".to_owned(),
        verdict: Verdict::Computed,
        says,
        numbers,
    }
}

/// Returns the question that yields a fact.
fn question(rule: &Instrument, name: &str) -> Text {
    match rule.facts.iter().find(|fact| fact.name == name) {
        Some(fact) => fact.ask.clone(),
        None => match name {
            "kinds" => Text::both("What kinds of applicant are you?", "申请人属于哪些类型?"),
            "size" => Text::both(
                "How large is the firm: micro, small, medium or large?",
                "企业规模:微型、小型、中型还是大型?",
            ),
            _ => Text::both("In which places are you registered?", "注册地在哪里?"),
        },
    }
}

/// Checks one fact against its declaration. Facts which the rule does not know are ignored.
fn fact_fault(rule: &Instrument, name: &str, value: &FactValue) -> Option<Refused> {
    let declared: Option<&Fact> = rule.facts.iter().find(|fact| fact.name == name);
    let wanted = match (name, declared) {
        (_, Some(fact)) => fact.fact_type,
        ("kinds" | "places", None) => FactType::Strings,
        ("size", None) => FactType::String,
        _ => return None,
    };
    let (fact, given) = (name.to_owned(), value.fact_type());
    if given != wanted {
        return Some(Refused::FactType { fact, given, wanted });
    }
    let is_allowed = |word: &String| match declared {
        Some(fact) => fact.one_of.is_empty() || fact.one_of.contains(word),
        None => name != "size" || Size::from_code(word).is_some(),
    };
    match value {
        FactValue::String(word) if !is_allowed(word) => {
            Some(Refused::FactWord { fact, given: word.clone() })
        }
        FactValue::Strings(words) if words.len() > crate::request::FACT_WORDS_MAX => {
            Some(Refused::FactTooLong { fact })
        }
        FactValue::Strings(words) => {
            let word = words.iter().find(|word| !is_allowed(word))?;
            Some(Refused::FactWord { fact, given: word.clone() })
        }
        FactValue::Amount(amount) => {
            let wanted = declared.map_or(rule.unit, |fact| fact.unit);
            (amount.unit != wanted).then_some(Refused::WrongUnit {
                line: fact,
                given: amount.unit,
                wanted,
            })
        }
        FactValue::Bool(_) | FactValue::Int(_) | FactValue::Date(_) | FactValue::String(_) => None,
    }
}
