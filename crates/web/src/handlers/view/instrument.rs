//! A rule as its page shows it: words, terms, findings, an example, its source.

use super::{rule_lang, trace, web_address, words};
use crate::pages::instrument::{LintFinding, Term, WorkedExample};
use crate::{Fact, Lang, Outcome, Source, Text};
use rulebook::model::{Method, TierYield};
use rulebook::{Coded, Figure, Instrument, LintCode};
use std::fmt::Display;

/// Returns the rule in plain words, in the reader's language, a statement each.
pub(crate) fn explained(rule: &Instrument, lang: Lang) -> Vec<Text> {
    let text = rulebook::explain(rule, rule_lang(lang));
    let one = |line: &str| match lang {
        Lang::En => Text::en(line),
        Lang::Zh => Text::zh(line),
    };
    // The first line is the name and the last part the source; the page shows both apart.
    let source = text.lines().position(|line| line == "Source" || line == "来源");
    let lines = text.lines().take(source.unwrap_or(usize::MAX));
    lines.filter_map(|line| line.strip_prefix("- ")).map(one).collect()
}

/// Returns where the rule was read.
pub(crate) fn source(rule: &Instrument) -> Option<Source> {
    let source = rule.source.as_ref()?;
    Some(Source {
        authority: rule
            .authority
            .as_ref()
            .or(rule.programme.as_ref())
            .map_or_else(|| words(&rule.place), words),
        url: web_address(&source.url)?,
        date: source.date.clone(),
        quote: Text::en(&source.quote),
    })
}

/// Returns what the checker noticed.
pub(crate) fn findings(rule: &Instrument) -> Vec<LintFinding> {
    let join = |parts: [&rulebook::Text; 3]| {
        let part = |lang| parts.map(|text| text.get(lang)).join("; ");
        Text::new(&part(rulebook::Lang::En), &part(rulebook::Lang::Zh))
    };
    let one = |finding: rulebook::Finding| LintFinding {
        code: finding.code.code().to_owned(),
        message: join([&finding.found, &finding.why, &finding.instead]),
        outcome: match finding.code {
            LintCode::UnknownNumbers | LintCode::NoSource => Outcome::Unknown,
            _ => Outcome::Fail,
        },
    };
    rulebook::lint(rule).into_iter().map(one).collect()
}

/// Returns every worked example with its computation.
pub(crate) fn examples(rule: &Instrument, lang: Lang) -> Vec<WorkedExample> {
    let one = |example: &rulebook::model::Example| {
        let label = lang.message("public.example").to_owned();
        let mut facts = vec![Fact { label, value: example.name.clone() }];
        facts.extend(example.request.facts.iter().map(|(name, value)| {
            let asked = rule.facts.iter().find(|fact| fact.name == *name);
            let label =
                asked.map_or(name.as_str(), |fact| fact.ask.get(rule_lang(lang))).to_owned();
            Fact { label, value: value.to_string() }
        }));
        facts.extend(example.request.lines.iter().map(|line| Fact {
            label: lang.message("line.amount").to_owned(),
            value: line.amount.to_string(),
        }));
        let answer = rulebook::evaluate(rule, &example.request);
        WorkedExample { facts, trace: trace::trace(rule, &answer) }
    };
    rule.examples.iter().map(one).collect()
}

/// Shows a figure; nothing where the source does not give it.
fn figure<T: Display>(figure: &Figure<T>) -> String {
    figure.known().map_or_else(String::new, ToString::to_string)
}

/// Shows the rate in short, or nothing where none is published.
pub(crate) fn rate(rule: &Instrument) -> String {
    match &rule.support.method {
        Method::Rate { rates } => rates.iter().map(|row| figure(&row.rate)).max(),
        Method::Tiers { tiers, .. } => tiers
            .iter()
            .filter_map(|tier| match &tier.gives {
                TierYield::Rate(rate) => rate.known().copied(),
                TierYield::Amount(_) => None,
            })
            .max()
            .map(|rate| rate.to_string()),
        Method::Fixed { .. } | Method::Band { .. } | Method::Ceiling | Method::Unknown { .. } => {
            None
        }
    }
    .unwrap_or_default()
}

/// Shows the first cap in short, or nothing where none is published.
pub(crate) fn cap(rule: &Instrument) -> String {
    rule.limits.caps.first().map_or_else(String::new, |cap| figure(&cap.amount))
}

/// Returns the terms that are numbers or choices; one that is not published is empty.
pub(crate) fn terms(rule: &Instrument) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut add = |key: &str, value: Text| {
        let label = Text::new(Lang::En.message(key), Lang::Zh.message(key));
        terms.push(Term { label, value });
    };
    let same = |text: String| Text::en(&text);
    add("public.term-kind", coded(rule.kind));
    add("public.term-place", words(&rule.place));
    let day = |date: Option<base::Date>| date.map_or_else(|| "…".to_owned(), |d| d.to_string());
    if rule.valid_from.is_some() || rule.valid_until.is_some() {
        let valid = format!("{} – {}", day(rule.valid_from), day(rule.valid_until));
        add("public.term-valid", same(valid));
    } else {
        add("public.term-valid", Text::default());
    }
    if let Some(base) = rule.support.base {
        add("step.base", coded(base));
    }
    add("step.rate", same(rate(rule)));
    for cap in &rule.limits.caps {
        let amount = figure(&cap.amount);
        let scope = coded(cap.scope);
        let value = |scope: &str| format!("{amount} ({scope})");
        let known = Text::new(&value(&scope.en), &value(&scope.zh));
        add("step.cap", if amount.is_empty() { Text::default() } else { known });
    }
    if let Some(minimum) = &rule.limits.minimum {
        add("public.term-minimum", same(figure(&minimum.amount)));
    }
    supplier_terms(rule, &mut add);
    payment_terms(rule, &mut add);
    terms
}

fn coded<T: Coded>(value: T) -> Text {
    Text::new(value.words(rulebook::Lang::En), value.words(rulebook::Lang::Zh))
}

fn supplier_terms(rule: &Instrument, add: &mut impl FnMut(&str, Text)) {
    use rulebook::model::SupplierCondition as Condition;
    let Some(terms) = &rule.supplier else { return };
    let conditions = [
        (terms.is_non_affiliated, Condition::NonAffiliated),
        (terms.is_third_party, Condition::ThirdParty),
        (terms.admitted.is_some(), Condition::Admitted),
        (!terms.named.is_empty(), Condition::Named),
        (terms.through.is_some(), Condition::Through),
    ];
    for (_, condition) in conditions.into_iter().filter(|(is_set, _)| *is_set) {
        add("col.supplier", coded(condition));
    }
}

fn payment_terms(rule: &Instrument, add: &mut impl FnMut(&str, Text)) {
    if let Some(payment) = &rule.payment {
        if let Some(mode) = payment.mode {
            add("public.term-payment", coded(mode));
        }
        if let Some(minimum) = &payment.minimum {
            add("public.term-payment-minimum", Text::en(&figure(minimum)));
        }
        if let Some(months) = &payment.valid_months {
            add("public.term-months", Text::en(&figure(months)));
        }
    }
    if let Some(days) = rule.clock.as_ref().and_then(|clock| clock.working_days.as_ref()) {
        add("public.term-days", Text::en(&figure(days)));
    }
    for paper in &rule.papers {
        let (name, due) = (words(&paper.name), coded(paper.due));
        let zh = if name.zh.is_empty() { &name.en } else { &name.zh };
        let both = Text::new(&format!("{} ({})", name.en, due.en), &format!("{zh}（{}）", due.zh));
        add("public.term-paper", both);
    }
}
