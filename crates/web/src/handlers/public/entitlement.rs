//! "What am I entitled to, and why not more?": nothing is stored, the address can be kept.

use super::instruments::find;
use super::register::owners_day;
use crate::handlers::view::{self, trace};
use crate::pages::entitlement::{Answer, EntitlementPage};
use crate::serve::{Cx, Fault, Page, Query};
use crate::{Choice, Field, Text};
use db::Read;
use grants::{Call, Declared, Published};
use identity::{OrganisationId, Permission};
use rulebook::{Evaluation, History, Instrument, Request, SupplierFacts};

mod form;

use form::{Asked, LineAsked};

/// Shows the checker, and the answer once something was asked.
pub(crate) async fn show(cx: Cx, query: Query) -> Result<Page, Fault> {
    let app = cx.app.clone();
    let (page, is_wrong) = app.read(move |read| page(&cx, &query, read)).await?;
    if is_wrong { Page::wrong(&page) } else { Page::of(&page) }
}

fn page(cx: &Cx, query: &Query, read: &Read<'_>) -> Result<(EntitlementPage, bool), grants::Error> {
    let calls = grants::calls_list(read, &base::Page::first(base::PAGE_ROWS_MAX))?;
    let open: Vec<&Call> = calls.iter().filter(|call| call.is_open(cx.now)).collect();
    let chosen = match query.optional("instrument") {
        Some(id) => find(cx, read, &id)?,
        None => match open.first() {
            Some(call) => find(cx, read, call.instrument.as_str())?,
            None => None,
        },
    };
    let instrument = instrument_field(cx, query, read, &open, chosen.as_ref().map(|one| &one.0))?;
    let Some((published, rule)) = chosen else {
        let is_wrong = query.optional("instrument").is_some();
        let instrument = match is_wrong {
            true => instrument.wrong(cx.t("public.rule-unknown")),
            false => instrument,
        };
        return Ok((blank(cx, instrument), is_wrong));
    };
    let firm = cx.standing.acts_for.first().copied();
    let form = form::read_form(cx, query, &rule, firm.is_some());
    let mut page = EntitlementPage {
        form: form.errors.clone(),
        facts: form.facts,
        lines: form.lines,
        ..blank(cx, instrument)
    };
    let is_wrong = !page.form.errors.is_empty();
    if let Some(asked) = form.asked.filter(|_| !is_wrong) {
        let answer = match firm {
            Some(firm) => answer_of(cx, read, (&published, &rule), firm, &asked)?,
            None => rulebook::evaluate(&rule, &request(cx, &asked)),
        };
        let call = open.iter().find(|call| call.instrument == published.id);
        let call = call.filter(|_| cx.standing.may(Permission::Apply));
        page.answer = Some(Answer {
            outcome: trace::outcome(&answer),
            trace: trace::trace(&rule, &answer),
            call: call.map(|call| call.id.to_string()),
        });
    }
    Ok((page, is_wrong))
}

fn blank(cx: &Cx, instrument: Field) -> EntitlementPage {
    EntitlementPage {
        ui: cx.ui(),
        form: crate::Form::default(),
        instrument,
        facts: Vec::new(),
        lines: Vec::new(),
        answer: None,
    }
}

/// Offers the rules of open calls first, then all others.
fn instrument_field(
    cx: &Cx,
    query: &Query,
    read: &Read<'_>,
    open: &[&Call],
    chosen: Option<&Published>,
) -> Result<Field, grants::Error> {
    let mut all = grants::instruments_list(read, &base::Page::first(base::PAGE_ROWS_MAX))?;
    all.sort_by_key(|one| !open.iter().any(|call| call.instrument == one.id));
    let choice = |one: &Published| Choice {
        value: one.id.to_string(),
        label: format!(
            "{} ({})",
            Text::new(&one.name_en, &one.name_zh).plain(cx.lang),
            cx.lang.fill("instrument.version", &[one.version.to_string()])
        ),
    };
    let value = match chosen {
        Some(published) => published.id.to_string(),
        None => query.text("instrument").to_owned(),
    };
    let choices = all.iter().map(choice).collect();
    Ok(Field { choices, ..Field::new("instrument", &value) })
}

/// Asks the rule for a visitor, who has no history here but what they say.
fn request(cx: &Cx, asked: &Asked) -> Request {
    let line = |(number, line): (usize, &LineAsked)| rulebook::CostLine {
        id: format!("line-{number}"),
        cost: line.cost.clone(),
        what: line.what.clone(),
        base: None,
        amount: line.amount,
        supplier: line
            .supplier
            .as_ref()
            .map(|name| SupplierFacts { name: Some(name.clone()), ..SupplierFacts::default() }),
    };
    Request {
        date: cx.now.date(),
        facts: asked.facts.clone(),
        lines: (1..).zip(&asked.lines).map(line).collect(),
        months: asked.months,
        papers: std::collections::BTreeSet::new(),
        history: match asked.is_nothing_before {
            true => History::nothing(),
            false => History::default(),
        },
    }
}

/// Asks the rule for the firm of the person who looks, with the firm's own history.
fn answer_of(
    cx: &Cx,
    read: &Read<'_>,
    (published, rule): (&Published, &Instrument),
    firm: OrganisationId,
    asked: &Asked,
) -> Result<Evaluation, grants::Error> {
    let owners = app::owners(&cx.app, read, owners_day(cx))?;
    let known = |text: &String| match text.parse::<OrganisationId>() {
        Ok(id) => owners.names.get(id).map(|one| one.id),
        Err(_) => owners.find(text).first().copied(),
    };
    let line = |line: &LineAsked| grants::CostLine {
        cost: line.cost.clone(),
        what: line.what.clone(),
        amount: line.amount,
        supplier: line.supplier.as_ref().and_then(known),
    };
    let lines: Vec<grants::CostLine> = asked.lines.iter().map(line).collect();
    let declared =
        Declared { facts: asked.facts.clone(), months: asked.months, other_aid: Vec::new() };
    let asked = (lines.as_slice(), cx.now);
    Ok(grants::entitlement(read, (published, rule), firm, &declared, asked)?.evaluation)
}

/// Returns words of a rule's question.
fn question(text: &rulebook::Text) -> Text {
    view::words(text)
}
