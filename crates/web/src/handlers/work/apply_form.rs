//! What was typed into an application, as text, and what it means.

use super::act::{AMOUNT_ZH, SUPPLIER_ZH};
use crate::serve::Query;
use base::{Amount, FieldProblem, FieldProblems, Unit};
use db::Read;
use grants::{CostLine, Declared, Draft, Error};
use identity::OrganisationId;
use rulebook::model::{Fact, FactType, FixedAmount, Method};
use rulebook::{FactValue, Instrument, OtherAid};
use std::collections::BTreeMap;

/// Most cost lines that a form shows; an application takes no more.
pub(super) const LINES_MAX: usize = 100;
/// Built-in facts that a rule may ask for, as lists of words.
const WORD_LISTS: [&str; 2] = ["kinds", "places"];

/// Texts by the name of their field.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed(BTreeMap<String, String>);

/// What a form means.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) organisation: OrganisationId,
    pub(super) draft: Draft,
    /// Number of each kept cost line on the form.
    pub(super) numbers: Vec<usize>,
}

impl Typed {
    pub(super) fn of(form: &Query) -> Self {
        Self(form.pairs().iter().rev().cloned().collect())
    }

    /// Writes a draft back into a form.
    pub(super) fn of_draft(organisation: OrganisationId, draft: &Draft) -> Self {
        let mut typed = Self::default();
        typed.set("organisation", organisation.to_string());
        typed.set("title_en", draft.title_en.clone());
        typed.set("title_zh", draft.title_zh.clone());
        typed.set("summary", draft.summary.clone());
        typed.set("requested", draft.requested.plain());
        for (i, line) in (1..).zip(&draft.lines) {
            typed.set(&format!("line{i}_kind"), line.cost.clone().unwrap_or_default());
            typed.set(&format!("line{i}_what"), line.what.clone().unwrap_or_default());
            typed.set(&format!("line{i}_amount"), line.amount.plain());
            let supplier = line.supplier.map(|id| id.to_string());
            typed.set(&format!("line{i}_supplier"), supplier.unwrap_or_default());
        }
        for (name, value) in &draft.declared.facts {
            let text = match value {
                FactValue::Amount(amount) => amount.plain(),
                value => value.to_string(),
            };
            typed.set(&format!("fact_{name}"), text);
        }
        if let Some(months) = draft.declared.months {
            typed.set("months", months.to_string());
        }
        if let Some(aid) = draft.declared.other_aid.first() {
            typed.set("aid_from", aid.instrument.clone());
            typed.set("aid_amount", aid.amount.map(|a| a.plain()).unwrap_or_default());
        }
        typed
    }

    fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// Returns how many cost lines the form has, at least one.
    pub(super) fn line_count(&self) -> usize {
        let number =
            |name: &String| name.strip_prefix("line")?.split_once('_')?.0.parse::<usize>().ok();
        let most = self.0.keys().filter_map(number).max().unwrap_or(1).clamp(1, LINES_MAX);
        let added = usize::from(self.0.contains_key("add_line"));
        (most + added).min(LINES_MAX)
    }

    /// Reads the form for a rule; returns every bad field at once.
    pub(super) fn parse(
        &self,
        read: &Read<'_>,
        rule: &Instrument,
        acts_for: &[OrganisationId],
    ) -> Result<Result<Parsed, Vec<FieldProblem>>, Error> {
        let mut problems = FieldProblems::default();
        let organisation = self.text("organisation").parse().ok();
        let organisation = organisation.filter(|id| acts_for.contains(id));
        problems.require(
            organisation.is_some(),
            "organisation",
            ("must be one you act for", "须为您获授权代表的机构"),
        );
        let has_title = !self.text("title_en").is_empty() || !self.text("title_zh").is_empty();
        problems.require(
            has_title,
            "title_en",
            ("must be filled in unless there is a Chinese title", "未填写中文名称时须填写"),
        );
        problems.text("summary", self.text("summary"), 1, 4_000);
        let declared = self.declared(rule, &mut problems);
        let (lines, numbers) = self.lines(read, rule.unit, &mut problems)?;
        let requested = self.amount("requested", rule.unit, &mut problems);
        if let Err(problems) = problems.finish() {
            return Ok(Err(problems));
        }
        let (Some(organisation), Some(requested)) = (organisation, requested) else {
            return Ok(Err(Vec::new()));
        };
        let draft = Draft {
            title_en: self.text("title_en").to_owned(),
            title_zh: self.text("title_zh").to_owned(),
            summary: self.text("summary").to_owned(),
            subject: String::new(),
            declared,
            lines,
            requested,
        };
        Ok(Ok(Parsed { organisation, draft, numbers }))
    }

    fn amount(&self, name: &str, unit: Unit, problems: &mut FieldProblems) -> Option<Amount> {
        let amount = problems.keep_or(name, Amount::parse(self.text(name), unit), AMOUNT_ZH)?;
        problems.require(amount.minor > 0, name, ("must be above zero", "须大于零"));
        Some(amount)
    }

    fn lines(
        &self,
        read: &Read<'_>,
        unit: Unit,
        problems: &mut FieldProblems,
    ) -> Result<(Vec<CostLine>, Vec<usize>), Error> {
        let (mut lines, mut numbers) = (Vec::new(), Vec::new());
        for number in 1..=self.line_count() {
            let part = |part: &str| self.text(&format!("line{number}_{part}")).to_owned();
            let [kind, what, amount, supplier] =
                [part("kind"), part("what"), part("amount"), part("supplier")];
            let is_first = number == 1;
            if !is_first && [&what, &amount, &supplier].iter().all(|text| text.is_empty()) {
                continue;
            }
            let amount = self.amount(&format!("line{number}_amount"), unit, problems);
            let supplier = supplier_of(read, &supplier)?;
            let supplier = problems
                .keep_or(&format!("line{number}_supplier"), supplier, SUPPLIER_ZH)
                .flatten();
            let some = |text: String| Some(text).filter(|text| !text.is_empty());
            if let Some(amount) = amount {
                lines.push(CostLine { cost: some(kind), what: some(what), amount, supplier });
                numbers.push(number);
            }
        }
        Ok((lines, numbers))
    }

    fn declared(&self, rule: &Instrument, problems: &mut FieldProblems) -> Declared {
        let mut declared = Declared::default();
        for fact in &rule.facts {
            let field = format!("fact_{}", fact.name);
            let text = self.text(&field);
            if text.is_empty() {
                continue;
            }
            if let Some(value) = problems.keep_or(&field, fact_value(fact, text), fact_zh(fact)) {
                declared.facts.insert(fact.name.clone(), value);
            }
        }
        for name in WORD_LISTS {
            let words = words(self.text(&format!("fact_{name}")));
            if !words.is_empty() {
                declared.facts.insert(name.to_owned(), FactValue::Strings(words));
            }
        }
        let size = self.text("fact_size");
        if !size.is_empty() {
            declared.facts.insert("size".to_owned(), FactValue::String(size.to_owned()));
        }
        if !self.text("months").is_empty() {
            let months = self.text("months").parse::<u32>();
            let months = months.map_err(|_| "must be a whole number of months");
            declared.months = problems.keep_or("months", months, "须为整数月数");
        }
        if !self.text("aid_from").is_empty() || !self.text("aid_amount").is_empty() {
            problems.text("aid_from", self.text("aid_from"), 1, 60);
            let amount = self.amount("aid_amount", rule.unit, problems);
            let instrument = self.text("aid_from").to_owned();
            declared.other_aid = vec![OtherAid { instrument, line: None, amount, rate: None }];
        }
        declared
    }
}

/// Tells whether a rule pays by the month, so that the months have to be asked for.
pub(super) fn is_monthly(rule: &Instrument) -> bool {
    match &rule.support.method {
        Method::Fixed { amounts, .. } => {
            amounts.iter().any(|FixedAmount { is_monthly, .. }| *is_monthly)
        }
        _ => false,
    }
}

/// Finds a supplier by id, or by its exact name, alias or identifier.
pub(super) fn supplier_of(
    read: &Read<'_>,
    text: &str,
) -> Result<Result<Option<OrganisationId>, String>, Error> {
    const UNKNOWN: &str = "is no registered organisation: ask the office to register it first";
    if text.is_empty() {
        return Ok(Ok(None));
    }
    if let Ok(id) = text.parse::<OrganisationId>() {
        let known = identity::organisation_find(read, id)?;
        return Ok(known.map(|one| Some(one.id)).ok_or_else(|| format!("`{text}` {UNKNOWN}")));
    }
    let page = base::Page::first(base::PAGE_ROWS_MAX);
    let wanted = text.to_lowercase();
    let is = |name: &str| name.to_lowercase() == wanted;
    let mut found = Vec::new();
    for one in identity::organisations_search(read, text, &page)? {
        let known = identity::organisation_read(read, one.id)?;
        let names = [&known.name_en, &known.name_zh, &known.name_pinyin];
        if names.into_iter().any(|name| is(name))
            || known.aliases.iter().any(|(_, alias)| is(alias))
            || known.identifiers.iter().any(|identifier| is(&identifier.value))
        {
            found.push(known.id);
        }
    }
    Ok(match found.as_slice() {
        [] => Err(format!("`{text}` {UNKNOWN}")),
        [one] => Ok(Some(*one)),
        _ => Err(format!("`{text}` names several organisations: write the id of one")),
    })
}

/// What a fact must look like, for readers of Chinese.
fn fact_zh(fact: &Fact) -> &'static str {
    if !fact.one_of.is_empty() {
        return "须为所列选项之一";
    }
    match fact.fact_type {
        FactType::Bool => "须选择“是”或“否”",
        FactType::Int => "须为整数",
        FactType::Amount => AMOUNT_ZH,
        FactType::Date => "须为日期，如 `2019-09-30`",
        FactType::String | FactType::Strings => "无法识别：请重新填写",
    }
}

fn fact_value(fact: &Fact, text: &str) -> Result<FactValue, String> {
    if !fact.one_of.is_empty() && fact.fact_type == FactType::String {
        let is_known = fact.one_of.iter().any(|known| known == text);
        return match is_known {
            true => Ok(FactValue::String(text.to_owned())),
            false => Err(format!("`{text}` is not one of {}", fact.one_of.join(", "))),
        };
    }
    match fact.fact_type {
        FactType::Bool => match text {
            "yes" => Ok(FactValue::Bool(true)),
            "no" => Ok(FactValue::Bool(false)),
            other => Err(format!("`{other}` is neither `yes` nor `no`")),
        },
        FactType::Int => {
            let number = text.replace(',', "").parse().map(FactValue::Int);
            number.map_err(|_| format!("`{text}` is no whole number"))
        }
        FactType::String => Ok(FactValue::String(text.to_owned())),
        FactType::Amount => match Amount::parse(text, fact.unit) {
            Ok(amount) if amount.minor >= 0 => Ok(FactValue::Amount(amount)),
            Ok(_) => Err(format!("`{text}` is below zero")),
            Err(error) => Err(error.to_string()),
        },
        FactType::Date => {
            let date = text.parse().map(FactValue::Date);
            date.map_err(|_| format!("`{text}` is no date: write it as 2019-09-30"))
        }
        FactType::Strings => Ok(FactValue::Strings(words(text))),
    }
}

fn words(text: &str) -> Vec<String> {
    let split = text.split([',', '，', '、']).map(str::trim).filter(|word| !word.is_empty());
    split.map(ToOwned::to_owned).collect()
}
