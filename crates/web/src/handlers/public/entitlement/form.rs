//! The checker's form: what a rule asks, as typed, with every bad field at once.

use super::question;
use crate::pages::entitlement::FactField;
use crate::serve::{Cx, Query};
use crate::{Choice, CostLineFields, Field, Form, Text};
use base::{Amount, Date};
use rulebook::model::{Fact, FactType, Method, Named, Size};
use rulebook::{Coded, FactValue, Instrument};
use std::collections::{BTreeMap, BTreeSet};

/// Most cost lines of one form, as of an application.
const LINES_MAX: usize = 100;
/// Stands for a kind or place that the rule does not name.
const OTHER: &str = "other";

/// What was asked of the rule, readable as it stands.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) facts: BTreeMap<String, FactValue>,
    pub(super) lines: Vec<LineAsked>,
    pub(super) months: Option<u32>,
    pub(super) is_nothing_before: bool,
}

/// One cost line.
#[derive(Debug)]
pub(super) struct LineAsked {
    pub(super) cost: Option<String>,
    pub(super) what: Option<String>,
    pub(super) amount: Amount,
    pub(super) supplier: Option<String>,
}

/// The form as it is shown, and what it asks.
pub(super) struct Read {
    pub(super) facts: Vec<FactField>,
    pub(super) lines: Vec<CostLineFields>,
    pub(super) errors: Form,
    /// `None` where nothing is to be answered yet.
    pub(super) asked: Option<Asked>,
}

/// Reads the form. A firm that is known here states no kind, size or history.
pub(super) fn read_form(cx: &Cx, query: &Query, rule: &Instrument, has_firm: bool) -> Read {
    let mut reader = Reader { cx, query, rule, asked: Asked::default(), facts: Vec::new() };
    if !has_firm {
        reader.built_in();
    }
    for fact in &rule.facts {
        reader.fact(fact);
    }
    reader.months();
    if !has_firm {
        reader.before();
    }
    let lines = reader.lines();
    let Reader { asked, facts, .. } = reader;
    let fields = facts.iter().map(|fact| &fact.field);
    let line_fields = lines.iter().flat_map(CostLineFields::fields);
    let errors = Form::default().with_errors_of(fields.chain(line_fields));
    let is_asked = (query.has("line1_amount") || query.pairs().iter().any(|(n, _)| is_fact(n)))
        && !query.has("choose")
        && !query.has("add_line");
    Read { facts, lines, errors, asked: is_asked.then_some(asked) }
}

fn is_fact(name: &str) -> bool {
    name.starts_with("fact_")
}

struct Reader<'a> {
    cx: &'a Cx,
    query: &'a Query,
    rule: &'a Instrument,
    asked: Asked,
    facts: Vec<FactField>,
}

impl Reader<'_> {
    fn choice(&self, value: &str, key: &str) -> Choice {
        Choice { value: value.to_owned(), label: self.cx.t(key).to_owned() }
    }

    fn add(&mut self, name: &str, label: Text, choices: Vec<Choice>) -> &mut Field {
        let field = Field { choices, ..Field::new(name, self.query.text(name)) };
        self.facts.push(FactField { field, label, hint: Text::default() });
        &mut self.facts.last_mut().expect("a field was pushed just before").field
    }

    fn say(key: &str) -> Text {
        Text::new(crate::Lang::En.message(key), crate::Lang::Zh.message(key))
    }

    /// Kinds, size and places, where the rule looks at them.
    fn built_in(&mut self) {
        let (mut kinds, mut has_size) = (BTreeSet::new(), !self.rule.beneficiary.sizes.is_empty());
        let scopes = who_of(self.rule);
        for word in self.rule.beneficiary.kinds.iter().chain(&scopes) {
            match Size::from_code(word) {
                Some(_) => has_size = true,
                None => drop(kinds.insert(word.clone())),
            }
        }
        if !kinds.is_empty() {
            self.words("kinds", "public.kinds", kinds);
        }
        let places: BTreeSet<String> = self.rule.beneficiary.places.iter().cloned().collect();
        if !places.is_empty() {
            self.words("places", "public.places", places);
        }
        if has_size {
            let lang = crate::handlers::view::rule_lang(self.cx.lang);
            let size = |size: &Size| Choice {
                value: size.code().to_owned(),
                label: size.words(lang).to_owned(),
            };
            let mut choices = vec![self.choice("", "public.not-told")];
            choices.extend(Size::ALL.iter().map(size));
            self.add("fact_size", Self::say("public.size"), choices);
            if let Some(size) = self.query.optional("fact_size") {
                self.asked.facts.insert("size".to_owned(), FactValue::String(size));
            }
        }
    }

    /// A list of words of which one is chosen.
    fn words(&mut self, name: &str, label: &str, words: BTreeSet<String>) {
        let mut choices = vec![self.choice("", "public.not-told")];
        choices.extend(words.into_iter().map(|word| Choice { label: word.clone(), value: word }));
        choices.push(self.choice(OTHER, "public.other"));
        let field = format!("fact_{name}");
        self.add(&field, Self::say(label), choices);
        if let Some(word) = self.query.optional(&field) {
            self.asked.facts.insert(name.to_owned(), FactValue::Strings(vec![word]));
        }
    }

    fn fact(&mut self, fact: &Fact) {
        let name = format!("fact_{}", fact.name);
        let mut choices = Vec::new();
        if fact.fact_type == FactType::Bool {
            choices.push(self.choice("", "public.not-told"));
            choices.push(self.choice("yes", "outcome.pass"));
            choices.push(self.choice("no", "outcome.fail"));
        } else if !fact.one_of.is_empty() {
            choices.push(self.choice("", "public.not-told"));
            let word = |word: &String| Choice { value: word.clone(), label: word.clone() };
            choices.extend(fact.one_of.iter().map(word));
        }
        let text = self.query.optional(&name);
        let value = text.as_deref().map(|text| value(fact, text));
        let wrong = match (&value, &text) {
            (Some(None), Some(text)) => {
                let key = match fact.fact_type {
                    FactType::Int => "public.int-wrong",
                    FactType::Date => "public.date-wrong",
                    FactType::Amount => "public.amount-wrong",
                    FactType::Bool | FactType::String | FactType::Strings => "public.word-wrong",
                };
                Some(self.cx.lang.fill(key, &[text.chars().take(40).collect()]))
            }
            _ => None,
        };
        let field = self.add(&name, question(&fact.ask), choices);
        field.error = wrong;
        if let Some(Some(value)) = value {
            self.asked.facts.insert(fact.name.clone(), value);
        }
    }

    fn months(&mut self) {
        let is_monthly = match &self.rule.support.method {
            Method::Fixed { amounts, .. } => amounts.iter().any(|amount| amount.is_monthly),
            _ => false,
        };
        if !is_monthly {
            return;
        }
        let text = self.query.optional("fact_months_asked");
        let months = text.as_deref().map(str::parse::<u32>);
        let wrong = match (&months, &text) {
            (Some(Err(_)), Some(text)) => {
                Some(self.cx.lang.fill("public.int-wrong", &[text.chars().take(40).collect()]))
            }
            _ => None,
        };
        self.asked.months = months.and_then(Result::ok);
        self.add("fact_months_asked", Self::say("public.months"), Vec::new()).error = wrong;
    }

    /// What was received before: unknown is never taken for nothing.
    fn before(&mut self) {
        let choices = vec![
            self.choice("", "public.before-unknown"),
            self.choice("none", "public.before-none"),
        ];
        self.add("fact_before", Self::say("public.before"), choices);
        self.asked.is_nothing_before = self.query.text("fact_before") == "none";
    }

    fn lines(&mut self) -> Vec<CostLineFields> {
        let number = |name: &str| {
            let number = name.strip_prefix("line")?.split_once('_')?.0;
            number.parse::<usize>().ok().filter(|number| *number <= LINES_MAX)
        };
        let last = self.query.pairs().iter().filter_map(|(name, _)| number(name)).max();
        let more = usize::from(self.query.has("add_line"));
        let count = (last.unwrap_or(1).max(1) + more).min(LINES_MAX);
        (1..=count).map(|number| self.line(number)).collect()
    }

    fn line(&mut self, number: usize) -> CostLineFields {
        let mut line = CostLineFields::empty(number, &[]);
        line.kind.choices = self.named(&self.rule.costs);
        if !self.rule.purchases.is_empty() {
            line.what.choices = self.named(&self.rule.purchases);
        }
        for field in [&mut line.kind, &mut line.what, &mut line.amount, &mut line.supplier] {
            self.query.text(&field.name).clone_into(&mut field.value);
        }
        let filled = |field: &Field| Some(field.value.clone()).filter(|text| !text.is_empty());
        let Some(amount) = filled(&line.amount) else {
            if line.fields().iter().any(|field| !field.value.is_empty()) {
                line.amount.error = Some(self.cx.t("public.amount-missing").to_owned());
            }
            return line;
        };
        match Amount::parse(&amount, self.rule.unit) {
            Ok(amount) if amount.minor > 0 => self.asked.lines.push(LineAsked {
                cost: filled(&line.kind),
                what: filled(&line.what).filter(|_| !line.what.choices.is_empty()),
                amount,
                supplier: filled(&line.supplier),
            }),
            _ => {
                let text = amount.chars().take(40).collect();
                line.amount.error = Some(self.cx.lang.fill("public.amount-wrong", &[text]));
            }
        }
        line
    }

    fn named(&self, all: &[Named]) -> Vec<Choice> {
        let lang = crate::handlers::view::rule_lang(self.cx.lang);
        let mut choices = vec![self.choice("", "public.not-told")];
        choices.extend(all.iter().map(|named| Choice {
            value: named.id.clone(),
            label: named.name.get(lang).to_owned(),
        }));
        choices
    }
}

/// Reads one fact; `None` where the text does not fit its type.
fn value(fact: &Fact, text: &str) -> Option<FactValue> {
    let is_known =
        |word: &str| fact.one_of.is_empty() || fact.one_of.iter().any(|known| known == word);
    match fact.fact_type {
        FactType::Bool => match text {
            "yes" => Some(FactValue::Bool(true)),
            "no" => Some(FactValue::Bool(false)),
            _ => None,
        },
        FactType::Int => text.parse().ok().map(FactValue::Int),
        FactType::String => is_known(text).then(|| FactValue::String(text.to_owned())),
        FactType::Amount => Amount::parse(text, fact.unit).ok().map(FactValue::Amount),
        FactType::Date => text.parse::<Date>().ok().map(FactValue::Date),
        FactType::Strings => {
            let words: Vec<String> =
                text.split([',', '，']).map(|word| word.trim().to_owned()).collect();
            words.iter().all(|word| is_known(word)).then_some(FactValue::Strings(words))
        }
    }
}

/// Lists the kinds and sizes by which the rule tells applicants apart.
fn who_of(rule: &Instrument) -> Vec<String> {
    let mut scopes = Vec::new();
    match &rule.support.method {
        Method::Rate { rates } => scopes.extend(rates.iter().map(|row| &row.scope)),
        Method::Fixed { amounts, .. } => scopes.extend(amounts.iter().map(|row| &row.scope)),
        Method::Band { bands } => scopes.extend(bands.iter().map(|band| &band.scope)),
        Method::Tiers { .. } | Method::Ceiling | Method::Unknown { .. } => {}
    }
    scopes.extend(rule.limits.caps.iter().map(|cap| &cap.applies));
    scopes.extend(rule.stacking.iter().flat_map(|one| &one.total_rates).map(|row| &row.scope));
    scopes.into_iter().flat_map(|scope| scope.who.iter().cloned()).collect()
}
