//! What the apply form shows.

use super::apply_form::{Typed, is_monthly};
use super::show;
use crate::pages::apply::ApplyPage;
use crate::pages::entitlement::{Answer, FactField};
use crate::refusal::of_field;
use crate::serve::Cx;
use crate::{Choice, CostLineFields, Field, FieldError, Outcome, Paper, Text};
use app::Names;
use base::FieldProblem;
use grants::{Call, Entitlement, GroupAwarded};
use identity::OrganisationId;
use rulebook::Instrument;
use rulebook::model::{Fact, FactType, Named, PaperTime};
use std::sync::Arc;

/// What the form of a call is made from.
pub(super) struct Setup {
    pub(super) call: Call,
    pub(super) rule: Instrument,
    pub(super) names: Arc<Names>,
    /// Organisations that may apply here.
    pub(super) firms: Vec<OrganisationId>,
    /// Awards of the chosen organisation's group.
    pub(super) group: Option<GroupAwarded>,
    /// Papers handed in already.
    pub(super) given: Vec<grants::Paper>,
    /// Where the form is sent.
    pub(super) action: String,
}

/// Fills the form with what was typed.
pub(super) fn page(cx: &Cx, setup: &Setup, typed: &Typed) -> ApplyPage {
    let Setup { call, rule, names, .. } = setup;
    let field = |name: &str| Field::new(name, typed.text(name));
    let firms: Vec<Choice> = setup.firms.iter().map(|id| firm(cx, names, *id)).collect();
    let chosen = match (typed.text("organisation"), firms.first()) {
        ("", Some(first)) => first.value.clone(),
        (typed, _) => typed.to_owned(),
    };
    let group = setup.group.iter().flat_map(|group| &group.members);
    ApplyPage {
        ui: cx.ui(),
        call: call.id.to_string(),
        call_title: Text::new(&call.title_en, &call.title_zh),
        action: setup.action.clone(),
        form: cx.form(),
        organisation: Field { choices: firms, ..Field::new("organisation", &chosen) },
        group: group.map(|(id, amount)| (show::org(names, *id), *amount)).collect(),
        title_en: field("title_en"),
        title_zh: field("title_zh"),
        summary: field("summary"),
        facts: facts(cx, rule, typed),
        lines: (1..=typed.line_count()).map(|n| line(cx, rule, typed, n)).collect(),
        requested: field("requested"),
        papers: papers(rule, &setup.given),
        answer: None,
    }
}

fn firm(cx: &Cx, names: &Names, id: OrganisationId) -> Choice {
    let label = show::org(names, id).name.plain(cx.lang).to_owned();
    Choice { value: id.to_string(), label }
}

fn choices(cx: &Cx, list: &[Named]) -> Vec<Choice> {
    let none = Choice { value: String::new(), label: cx.t("work.choose").to_owned() };
    let choice = |one: &Named| Choice { value: one.id.clone(), label: cx.say(&one.name) };
    std::iter::once(none).chain(list.iter().map(choice)).collect()
}

fn line(cx: &Cx, rule: &Instrument, typed: &Typed, number: usize) -> CostLineFields {
    let mut line = CostLineFields::empty(number, &[]);
    for field in [&mut line.kind, &mut line.what, &mut line.amount, &mut line.supplier] {
        field.value = typed.text(&field.name).to_owned();
    }
    line.kind.choices = choices(cx, &rule.costs);
    if !rule.purchases.is_empty() {
        line.what.choices = choices(cx, &rule.purchases);
    }
    line
}

fn papers(rule: &Instrument, given: &[grants::Paper]) -> Vec<(Field, Paper)> {
    let due = rule.papers.iter().filter(|paper| paper.due == PaperTime::Application);
    due.map(|paper| {
        let file = given.iter().find(|one| one.code == paper.id);
        let shown = Paper {
            name: show::text(&paper.name),
            is_required: paper.when.is_none(),
            given: file.map(|file| file.file_name.clone()),
            href: None,
        };
        (Field::new(&format!("paper_{}", paper.id), ""), shown)
    })
    .collect()
}

/// Asks what the rule wants to know and the register does not hold.
fn facts(cx: &Cx, rule: &Instrument, typed: &Typed) -> Vec<FactField> {
    let mut out: Vec<FactField> = rule.facts.iter().map(|fact| declared(cx, fact, typed)).collect();
    let mut ask = |name: &str, label: Text, hint: Text| {
        out.push(FactField { field: Field::new(name, typed.text(name)), label, hint });
    };
    let none = &[];
    if !rule.beneficiary.kinds.is_empty() {
        let known = Text::en(&rule.beneficiary.kinds.join(", "));
        ask("fact_kinds", show::both("work.kinds", none), show::both("work.kinds-hint", &[known]));
    }
    if !rule.beneficiary.places.is_empty() {
        let known = Text::en(&rule.beneficiary.places.join(", "));
        ask(
            "fact_places",
            show::both("work.places", none),
            show::both("work.words-hint", &[known]),
        );
    }
    if !rule.beneficiary.sizes.is_empty() {
        ask("fact_size", show::both("work.size", none), show::both("work.size-hint", none));
    }
    if is_monthly(rule) {
        ask("months", show::both("work.months", none), Text::default());
    }
    if rule.stacking.is_some() {
        ask("aid_from", show::both("work.aid-from", none), show::both("work.aid-hint", none));
        ask("aid_amount", show::both("work.aid-amount", none), Text::default());
    }
    out
}

fn declared(cx: &Cx, fact: &Fact, typed: &Typed) -> FactField {
    let name = format!("fact_{}", fact.name);
    let value = typed.text(&name);
    let field = match fact.fact_type {
        FactType::Bool => {
            let choices =
                [("", cx.t("work.choose")), ("yes", cx.t("work.yes")), ("no", cx.t("work.no"))];
            Field::choose(&name, value, &choices)
        }
        FactType::String if !fact.one_of.is_empty() => {
            let known = fact.one_of.iter().map(|word| (word.as_str(), word.as_str()));
            let choices: Vec<_> = std::iter::once(("", cx.t("work.choose"))).chain(known).collect();
            Field::choose(&name, value, &choices)
        }
        _ => Field::new(&name, value),
    };
    let hint = match fact.fact_type {
        FactType::Strings => show::both("work.words-hint", &[Text::en(&fact.one_of.join(", "))]),
        FactType::Date => show::both("work.date-hint", &[]),
        FactType::Amount => show::both("work.unit-hint", &[Text::en(fact.unit.code())]),
        _ => Text::default(),
    };
    FactField { field, label: show::text(&fact.ask), hint }
}

/// Shows what the rule answers, before anything is kept.
pub(super) fn answer(found: &Entitlement) -> Answer {
    let outcome = match found.evaluation.outcome {
        rulebook::Outcome::Entitled { .. } => Outcome::Pass,
        rulebook::Outcome::Refused { .. } => Outcome::Fail,
        rulebook::Outcome::Unknown { .. } => Outcome::Unknown,
    };
    Answer { outcome, trace: show::trace(&found.evaluation), call: None }
}

/// Puts every problem at its field, and those without one above the form. `numbers` says which
/// line of the form each cost line came from.
pub(super) fn wrong(page: &mut ApplyPage, problems: &[FieldProblem], numbers: &[usize]) {
    let lang = page.ui.lang;
    for problem in problems {
        let says = of_field(problem, lang);
        let name = field_name(&problem.field, numbers);
        let mut fields = vec![
            &mut page.organisation,
            &mut page.title_en,
            &mut page.title_zh,
            &mut page.summary,
            &mut page.requested,
        ];
        fields.extend(page.facts.iter_mut().map(|fact| &mut fact.field));
        for line in &mut page.lines {
            fields.extend([&mut line.kind, &mut line.what, &mut line.amount, &mut line.supplier]);
        }
        fields.extend(page.papers.iter_mut().map(|(field, _)| field));
        match fields.into_iter().find(|field| field.name == name) {
            Some(field) => {
                field.error.get_or_insert_with(|| says.to_owned());
                let message = match label(page, &name) {
                    Some(label) => page.ui.t2("form.named", label, says),
                    None => says.to_owned(),
                };
                let field = name;
                page.form.errors.push(FieldError { field, message });
            }
            None => {
                let message = format!("`{}` {says}", problem.field);
                page.form.errors.push(FieldError { field: String::new(), message });
            }
        }
    }
}

/// Returns the label of an input, with the number of its cost line.
fn label(page: &ApplyPage, name: &str) -> Option<String> {
    if let Some(fact) = page.facts.iter().find(|fact| fact.field.name == name) {
        return Some(page.ui.plain(&fact.label));
    }
    let line = name.strip_prefix("line").and_then(|rest| rest.split_once('_'));
    let key = match line.map_or(name, |(_, part)| part) {
        "organisation" => "col.organisation",
        "title_en" => "apply.title-en",
        "title_zh" => "apply.title-zh",
        "summary" => "apply.summary",
        "requested" => "decision.asked",
        "kind" => "line.kind",
        "what" => "line.what",
        "amount" => "line.amount",
        "supplier" => "line.supplier",
        _ => return None,
    };
    Some(match line {
        Some((number, _)) => format!("{} · {}", page.ui.t1("line.title", number), page.ui.t(key)),
        None => page.ui.t(key).to_owned(),
    })
}

/// Turns `lines.0.amount` into `line1_amount`.
fn field_name(field: &str, numbers: &[usize]) -> String {
    let mut parts = field.split('.');
    if let (Some("lines"), Some(index), Some(part)) = (parts.next(), parts.next(), parts.next()) {
        let number = index.parse::<usize>().ok().and_then(|i| numbers.get(i));
        let part = if part == "cost" { "kind" } else { part };
        if let Some(number) = number {
            return format!("line{number}_{part}");
        }
    }
    field.to_owned()
}
