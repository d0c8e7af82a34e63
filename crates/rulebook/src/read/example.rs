//! Worked examples: the same shape as a facts file, with the expected answer.

use super::node::{Fields, Node, code, list, string};
use crate::model::{Example, Expect, Instrument};
use crate::problem::Log;
use crate::simulate::{Place, request_read};
use crate::words::coded;
use serde_json::{Map, Value};
use toml::de::DeValue;

coded! {
    /// The three answers.
    OutcomeCode {
        Entitled = "entitled", "entitled", "可享受";
        Refused = "refused", "refused", "不予支持";
        Unknown = "unknown", "cannot be computed", "无法计算";
    }
}

/// Fields of an example that belong to its request.
const REQUEST: [&str; 6] = ["date", "facts", "line", "months", "papers", "history"];

/// Reads one `[[example]]`.
pub(super) fn example(instrument: &Instrument, fields: &Fields<'_, '_>) -> Option<Example> {
    let name = fields.need("name", "what the example shows", string);
    let mut request = Map::new();
    let mut nodes = Vec::new();
    for key in REQUEST {
        if let Some(node) = fields.node(key) {
            let json_key = if key == "line" { "lines" } else { key };
            request.insert(json_key.to_owned(), json(node.get_ref()));
            nodes.push((json_key, node));
        }
    }
    let read = request_read(instrument, &Value::Object(request)).map_err(|faults| {
        for fault in faults {
            fields.log.add(place(&nodes, &fault.place, fields.at), fault.message, fault.expected);
        }
    });
    let expect = fields.need_table("expect", |fields| expect(instrument, fields));
    let (line, _) = fields.log.place(fields.at);
    Some(Example { name: name?, line, request: read.ok()?, expect: expect? })
}

fn expect(instrument: &Instrument, fields: &Fields<'_, '_>) -> Option<Expect> {
    let codes = |log: &Log<'_>, node: &Node<'_>| list(log, node, string);
    let Some(outcome) = fields.need("outcome", "entitled, refused or unknown", code) else {
        // The other fields belong to one outcome each; without it they are not judged.
        for key in ["amount", "binding", "reasons", "missing"] {
            fields.node(key);
        }
        return None;
    };
    match outcome {
        OutcomeCode::Entitled => {
            let amount = fields.need("amount", "the support that comes out", |log, node| {
                let found = super::figure::amount(log, node, instrument.unit)?;
                found.known().copied().or_else(|| super::node::wrong(log, node, "a number"))
            });
            let binding = fields.opt("binding", |log, node| list(log, node, string));
            Some(Expect::Entitled { amount: amount?, binding })
        }
        OutcomeCode::Refused => {
            let reasons = fields.need("reasons", "codes of the refusals", codes);
            Some(Expect::Refused { reasons: reasons? })
        }
        OutcomeCode::Unknown => {
            let missing = fields.need("missing", "codes of what is missing", codes);
            Some(Expect::Unknown { missing: missing? })
        }
    }
}

/// Turns a TOML value into JSON. Dates become texts, and so do floats, so that they are refused
/// where an amount is wanted as a text of digits.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::from),
        DeValue::Float(number) => Value::String(format!("{} (a float)", number.as_str())),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, item)| (key.get_ref().to_string(), json(item.get_ref())))
                .collect(),
        ),
    }
}

/// Finds where a part of the request stands in the file, as deep as the path leads.
fn place(nodes: &[(&str, &Node<'_>)], path: &[Place], otherwise: usize) -> usize {
    let Some(Place::Key(first)) = path.first() else { return otherwise };
    let Some((_, node)) = nodes.iter().find(|(key, _)| key == first) else { return otherwise };
    let mut node = *node;
    for part in &path[1..] {
        let next = match (part, node.get_ref()) {
            (Place::Key(key), DeValue::Table(table)) => table.get(key.as_str()),
            (Place::Index(index), DeValue::Array(items)) => items.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        node = next;
    }
    node.span().start
}
