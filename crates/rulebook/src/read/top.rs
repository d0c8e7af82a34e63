//! The head of a file: the instrument, its source, its beneficiaries, facts and costs.

use super::figure::{condition, expression};
use super::node::{
    Fields, boolean, code, column, date, fact_name, id, list, number, string, words, wrong,
};
use super::{Context, FORMAT, example, limits, support, terms};
use crate::checker::{Type, Types};
use crate::model::{
    Beneficiary, Condition, Fact, FactType, Instrument, Named, ROW_COLUMNS, Row, Source,
};
use base::Unit;
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeValue;

/// Reads the whole file. Everything is read before one failure discards the result.
pub(super) fn instrument(root: &Fields<'_, '_>) -> Option<Instrument> {
    let format = root.need("format", "`format = 1` as the first line", |log, node| {
        number(log, node, FORMAT, FORMAT)
    });
    let head = root.need_table("instrument", head);
    let unit = head.as_ref().map_or(Unit::CNY, |head| head.unit);
    let source = root.table("source", source);
    let row = root.table("row", row);
    let beneficiary = root.need_table("beneficiary", |fields| Some(beneficiary(fields)));
    let facts = root.tables("fact", |fields| fact(fields, unit));
    let costs = root.tables("cost", named);
    let purchases = root.tables("purchase", named);
    let cx = context(unit, &facts, beneficiary.as_ref(), &purchases);
    let eligibility = root.tables("eligibility", |fields| eligible(&cx, fields));
    let support = root.need_table("support", |fields| support::support(&cx, &facts, root, fields));
    let limits = limits::limits(&cx, root);
    let stacking = root.table("stacking", |fields| limits::stacking(&cx, fields));
    let supplier = root.table("supplier", terms::supplier);
    let payment = root.table("payment", |fields| terms::payment(unit, fields));
    let clock = root.table("clock", terms::clock);
    let automatic = root.table("automatic", |fields| terms::automatic(&cx, fields));
    let papers = root.tables("paper", |fields| terms::paper(&cx, fields));
    let prices = root.tables("price", terms::price);
    format?;
    let head = head?;
    let mut found = Instrument {
        id: head.id,
        version: head.version,
        name: head.name,
        programme: head.programme,
        authority: head.authority,
        place: head.place,
        country: head.country,
        kind: head.kind,
        unit,
        valid_from: head.valid_from,
        valid_until: head.valid_until,
        notes: head.notes,
        source,
        row,
        beneficiary: beneficiary?,
        facts,
        eligibility,
        costs,
        purchases,
        support: support?,
        limits,
        stacking,
        supplier,
        payment,
        clock,
        automatic,
        papers,
        prices,
        examples: Vec::new(),
    };
    uniques(root, &found);
    found.examples = root.tables("example", |fields| example::example(&found, fields));
    Some(found)
}

/// Reports ids that are there twice.
fn uniques(root: &Fields<'_, '_>, found: &Instrument) {
    unique(root, "fact", "name", found.facts.iter().map(|fact| &fact.name));
    unique(root, "cost", "id", found.costs.iter().map(|cost| &cost.id));
    unique(root, "purchase", "id", found.purchases.iter().map(|purchase| &purchase.id));
    unique(root, "eligibility", "id", found.eligibility.iter().map(|rule| &rule.id));
    unique(root, "paper", "id", found.papers.iter().map(|paper| &paper.id));
    unique(root, "cap", "id", found.limits.caps.iter().map(|cap| &cap.id));
    unique(root, "quota", "id", found.limits.quotas.iter().map(|quota| &quota.id));
}

/// Reports a value that two tables of one array share.
fn unique<'v>(
    root: &Fields<'_, '_>,
    array: &'static str,
    key: &str,
    values: impl Iterator<Item = &'v String>,
) {
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value) {
            let at = root.node(array).map_or(root.at, |node| last_with(node, key, value));
            root.log.add(at, format!("`{value}` is there twice"), format!("`{key}` of its own"));
        }
    }
}

/// Returns the place of the last table of an array which holds a value.
fn last_with(node: &super::node::Node<'_>, key: &str, value: &str) -> usize {
    let DeValue::Array(array) = node.get_ref() else { return node.span().start };
    let found = array.iter().rev().find_map(|item| match item.get_ref() {
        DeValue::Table(table) => {
            table.get(key).filter(|found| found.get_ref().as_str() == Some(value))
        }
        _ => None,
    });
    found.map_or(node.span().start, |found| found.span().start)
}

struct Head {
    id: String,
    version: u32,
    name: crate::words::Text,
    programme: Option<crate::words::Text>,
    authority: Option<crate::words::Text>,
    place: crate::words::Text,
    country: String,
    kind: crate::model::Kind,
    unit: Unit,
    valid_from: Option<base::Date>,
    valid_until: Option<base::Date>,
    notes: Vec<crate::words::Text>,
}

fn head(fields: &Fields<'_, '_>) -> Option<Head> {
    let id = fields.need("id", "an id such as `hangzhou-compute-voucher`", id);
    let version =
        fields.need("version", "a whole number from 1", |log, node| number(log, node, 1, 100_000));
    let name = fields.need("name", "`{ en = \"...\", zh = \"...\" }`", words);
    let programme = fields.opt("programme", words);
    let authority = fields.opt("authority", words);
    let place = fields.need("place", "`{ en = \"...\", zh = \"...\" }`", words);
    let country = fields.need("country", "two capital letters such as \"CN\"", |log, node| {
        let found = string(log, node)?;
        let is_code = found.len() == 2 && found.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_code { Some(found) } else { wrong(log, node, "two capital letters such as \"CN\"") }
    });
    let kind = fields.need("kind", "the kind of support, such as \"voucher\"", code);
    let unit = fields.need("unit", "a unit such as \"CNY\"", unit);
    let valid_from = fields.opt("valid_from", date);
    let valid_until = fields.opt("valid_until", date);
    if let (Some(from), Some(until)) = (valid_from, valid_until)
        && from > until
    {
        let at = fields.node("valid_until").map_or(fields.at, |node| node.span().start);
        fields.log.add(at, format!("`{until}` is before `{from}`"), "a later day");
    }
    let notes = fields.opt("notes", |log, node| list(log, node, words)).unwrap_or_default();
    Some(Head {
        id: id?,
        version: version?,
        name: name?,
        programme,
        authority,
        place: place?,
        country: country?,
        kind: kind?,
        unit: unit?,
        valid_from,
        valid_until,
        notes,
    })
}

pub(super) fn unit(log: &crate::problem::Log<'_>, node: &super::node::Node<'_>) -> Option<Unit> {
    let found = string(log, node)?;
    match Unit::parse(&found) {
        Ok(unit) => Some(unit),
        Err(error) => {
            log.add(node.span().start, error.to_string(), "a known unit");
            None
        }
    }
}

fn source(fields: &Fields<'_, '_>) -> Option<Source> {
    let url = fields.need("url", "the address of the page", string);
    let date = fields.need("date", "the date of the page, in quotes", string);
    let quote = fields.need("quote", "the words that carry the rule", string);
    let confidence = fields.need("confidence", "high, medium or low", code);
    Some(Source { url: url?, date: date?, quote: quote?, confidence: confidence? })
}

fn row(fields: &Fields<'_, '_>) -> Option<Row> {
    let number = fields
        .need("number", "the number of the row, from 1", |log, node| number(log, node, 1, 100_000));
    let mut columns = BTreeMap::new();
    for key in ROW_COLUMNS {
        if let Some(value) = fields.need(key, "the column as read", column) {
            columns.insert(key.to_owned(), value);
        }
    }
    Some(Row { number: number?, columns })
}

fn beneficiary(fields: &Fields<'_, '_>) -> Beneficiary {
    let who = fields.opt("who", words);
    let kinds = fields.opt("kinds", |log, node| list(log, node, id)).unwrap_or_default();
    let sizes = fields.opt("sizes", |log, node| list(log, node, code)).unwrap_or_default();
    let places = fields.opt("places", |log, node| list(log, node, string)).unwrap_or_default();
    Beneficiary { who, kinds, sizes, places }
}

fn fact(fields: &Fields<'_, '_>, file_unit: Unit) -> Option<Fact> {
    let name = fields.need("name", "the name used in expressions", fact_name);
    let fact_type: Option<FactType> =
        fields.need("type", "bool, int, string, amount, date or strings", code);
    let fact_unit = fields.opt("unit", unit);
    let ask = fields.need("ask", "the question put to the applicant", words);
    let one_of = fields.opt("one_of", |log, node| list(log, node, id)).unwrap_or_default();
    let at = |key| fields.node(key).map_or(fields.at, |node| node.span().start);
    let is_worded = matches!(fact_type, Some(FactType::String | FactType::Strings) | None);
    if fields.has("one_of") && !is_worded {
        fields.log.add(at("one_of"), "only words can be listed", "type \"string\" or \"strings\"");
    }
    if fields.has("unit") && !matches!(fact_type, Some(FactType::Amount) | None) {
        fields.log.add(at("unit"), "only an amount has a unit", "type \"amount\"");
    }
    let unit = fact_unit.unwrap_or(file_unit);
    Some(Fact { name: name?, fact_type: fact_type?, unit, ask: ask?, one_of })
}

fn named(fields: &Fields<'_, '_>) -> Option<Named> {
    let id = fields.need("id", "the code used by cost lines", id);
    let name = fields.need("name", "`{ en = \"...\", zh = \"...\" }`", words);
    Some(Named { id: id?, name: name? })
}

fn eligible(cx: &Context, fields: &Fields<'_, '_>) -> Option<Condition> {
    let id = fields.need("id", "an id for traces", id);
    let require =
        fields.need("require", "a condition over the facts", |log, node| expression(cx, log, node));
    let message = fields.need("message", "what the applicant is told", words);
    Some(Condition { id: id?, require: require?, message: message? })
}

fn context(
    unit: Unit,
    facts: &[Fact],
    beneficiary: Option<&Beneficiary>,
    purchases: &[Named],
) -> Context {
    let built_in = [
        ("kinds", Type::Strings),
        ("size", Type::String),
        ("places", Type::Strings),
        ("today", Type::Date),
    ];
    let mut types: BTreeMap<String, Type> =
        built_in.into_iter().map(|(name, found)| (name.to_owned(), found)).collect();
    for fact in facts {
        let found = match fact.fact_type {
            FactType::Bool => Type::Bool,
            FactType::Int => Type::Int,
            FactType::String => Type::String,
            FactType::Amount => Type::Amount(fact.unit),
            FactType::Date => Type::Date,
            FactType::Strings => Type::Strings,
        };
        types.insert(fact.name.clone(), found);
    }
    Context {
        types: Types { facts: types, unit },
        kinds: beneficiary.map_or_else(Vec::new, |found| found.kinds.clone()),
        sizes: beneficiary.map_or_else(Vec::new, |found| found.sizes.clone()),
        purchases: purchases.iter().map(|found| found.id.clone()).collect(),
    }
}

/// Reads the restriction of a row: `what`, `who` and `when`.
pub(super) fn scope(cx: &Context, fields: &Fields<'_, '_>) -> crate::model::Scope {
    let what = fields.opt("what", |log, node| {
        list(log, node, |log, item| {
            let found = string(log, item)?;
            if cx.purchases.contains(&found) {
                return Some(found);
            }
            wrong(log, item, "the id of a `[[purchase]]`")
        })
    });
    let who = fields.opt("who", |log, node| {
        list(log, node, |log, item| {
            let found = string(log, item)?;
            let is_size = <crate::model::Size as crate::words::Coded>::from_code(&found).is_some();
            let is_known = cx.kinds.contains(&found) || (is_size && cx.sizes.is_empty());
            let is_known =
                is_known || cx.sizes.iter().any(|size| crate::words::Coded::code(*size) == found);
            if is_known {
                Some(found)
            } else {
                wrong(log, item, "a kind or size of `[beneficiary]`")
            }
        })
    });
    let when = condition(cx, fields, "when");
    crate::model::Scope { what: what.unwrap_or_default(), who: who.unwrap_or_default(), when }
}

/// Reads a flag that is false where absent.
pub(super) fn flag(fields: &Fields<'_, '_>, key: &'static str) -> bool {
    fields.opt(key, boolean).unwrap_or(false)
}
