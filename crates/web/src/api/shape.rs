//! What a JSON value must look like: one description that both checks a request and documents it.
//!
//! A check names every fault at once, each with its place (`lines.2.amount.minor`).

use base::{FieldProblem, FieldProblems};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Most items of a list unless its type says otherwise: the longest page.
const ITEMS_MAX: usize = 500;
/// Longest text unless its type says otherwise, in characters.
pub(super) const CHARS_MAX: usize = 100_000;
/// Longest name in a map, in characters.
const NAME_CHARS_MAX: usize = 100;
/// Longest piece of a value that a message repeats, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// A part of an object.
#[derive(Clone)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) says: &'static str,
    /// Whether it may be left out.
    pub(crate) is_optional: bool,
    /// What its value looks like.
    pub(crate) shape: Shape,
}

/// A text of a known form.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// As a regular expression of ECMA-262, for readers of the document.
    pub(crate) pattern: &'static str,
    /// A well-known name of the form, or nothing.
    pub(crate) format: &'static str,
    /// An example.
    pub(crate) example: &'static str,
    /// Tells whether a text has the form.
    pub(crate) has: fn(&str) -> bool,
    /// What to write.
    pub(crate) wanted: &'static str,
}

/// What a JSON value looks like.
#[derive(Clone)]
pub(crate) enum Shape {
    /// A text of so many characters, spaces at its ends not counted.
    Text { least: usize, most: usize },
    /// A text of a known form.
    Formed(Form),
    /// One of these words.
    Word(Vec<&'static str>),
    /// A whole number.
    Integer { least: i64, most: i64 },
    /// Yes or no.
    Bool,
    /// A list.
    List(Box<Shape>),
    /// Names with values.
    Map(Box<Shape>),
    /// An object with these members and no others.
    Object(Vec<Member>),
    /// An object with exactly one of these members.
    Choice(Vec<Member>),
    /// The shape, or null.
    Nullable(Box<Shape>),
    /// Any JSON: what a rule or a measure tells about itself.
    Free,
    /// A shape with a name of its own in the document.
    Named(&'static str, fn() -> Shape),
}

impl Shape {
    /// Returns everything that is wrong with a value.
    pub(crate) fn check(&self, value: &Value) -> Result<(), Vec<FieldProblem>> {
        let mut problems = FieldProblems::default();
        self.walk(value, "", &mut problems);
        problems.finish()
    }

    /// Returns the members of an object.
    pub(crate) fn members(&self) -> Vec<Member> {
        match self {
            Self::Object(members) => members.clone(),
            Self::Named(_, shape) => shape().members(),
            _ => Vec::new(),
        }
    }

    /// Returns the shape without its name and its null.
    pub(crate) fn bare(&self) -> Self {
        match self {
            Self::Named(_, shape) => shape().bare(),
            Self::Nullable(shape) => shape.bare(),
            other => other.clone(),
        }
    }

    fn walk(&self, value: &Value, place: &str, problems: &mut FieldProblems) {
        match (self, value) {
            (Self::Named(_, shape), value) => shape().walk(value, place, problems),
            (Self::Nullable(_), Value::Null) | (Self::Free, _) | (Self::Bool, Value::Bool(_)) => {}
            (Self::Nullable(shape), value) => shape.walk(value, place, problems),
            (Self::Text { least, most }, Value::String(text)) => {
                text_check(text, (*least, *most), place, problems);
            }
            (Self::Formed(form), Value::String(text)) => {
                if !(form.has)(text) {
                    problems.add(at(place), format!("`{}` is not {}", clip(text), form.wanted));
                }
            }
            (Self::Word(words), Value::String(text)) => {
                if !words.contains(&text.as_str()) {
                    let known = words.join(", ");
                    problems.add(at(place), format!("`{}` is not one of {known}", clip(text)));
                }
            }
            (Self::Integer { least, most }, Value::Number(number)) => {
                if let Err(message) = integer_check(number, *least, *most) {
                    problems.add(at(place), message);
                }
            }
            (Self::List(shape), Value::Array(items)) => list_check(shape, items, place, problems),
            (Self::Map(shape), Value::Object(fields)) => map_check(shape, fields, place, problems),
            (Self::Object(members), Value::Object(fields)) => {
                object_check(members, fields, place, problems);
            }
            (Self::Choice(members), Value::Object(fields)) => {
                choice_check(members, fields, place, problems);
            }
            (shape, _) => problems.add(at(place), format!("must be {}", shape.wanted())),
        }
    }

    /// Says what to write.
    fn wanted(&self) -> String {
        match self {
            Self::Text { .. } => "a text".to_owned(),
            Self::Formed(form) => form.wanted.to_owned(),
            Self::Word(words) => format!("one of the texts {}", words.join(", ")),
            Self::Integer { .. } => "a whole number".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) | Self::Object(_) | Self::Choice(_) => "an object".to_owned(),
            Self::Nullable(shape) => shape.wanted(),
            Self::Free => "JSON".to_owned(),
            Self::Named(_, shape) => shape().wanted(),
        }
    }

    /// Returns the shape as JSON Schema (2020-12); named shapes become references.
    pub(crate) fn schema(&self) -> Value {
        match self {
            Self::Text { least, most } => text_schema(*least, *most),
            Self::Formed(form) => {
                let mut schema = json!({
                    "type": "string", "pattern": form.pattern, "examples": [form.example],
                });
                if !form.format.is_empty() {
                    schema["format"] = form.format.into();
                }
                schema
            }
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Integer { least, most } => json!({
                "type": "integer", "format": "int64", "minimum": least, "maximum": most,
            }),
            Self::Bool => json!({ "type": "boolean" }),
            Self::List(shape) => {
                json!({ "type": "array", "items": shape.schema(), "maxItems": ITEMS_MAX })
            }
            Self::Map(shape) => json!({
                "type": "object", "additionalProperties": shape.schema(),
                "propertyNames": text_schema(1, NAME_CHARS_MAX), "maxProperties": ITEMS_MAX,
            }),
            Self::Object(members) => object_schema(members),
            Self::Choice(members) => {
                let mut schema = object_schema(members);
                schema["required"] = json!([]);
                schema["minProperties"] = 1.into();
                schema["maxProperties"] = 1.into();
                schema
            }
            Self::Nullable(shape) => json!({ "anyOf": [shape.schema(), { "type": "null" }] }),
            Self::Free => json!({}),
            Self::Named(name, _) => json!({ "$ref": format!("#/components/schemas/{name}") }),
        }
    }

    /// Adds every named shape that this one uses.
    pub(crate) fn names(&self, into: &mut BTreeMap<&'static str, Value>) {
        match self {
            Self::Named(name, shape) if !into.contains_key(name) => {
                let shape = shape();
                into.insert(name, shape.schema());
                shape.names(into);
            }
            Self::Nullable(shape) | Self::List(shape) | Self::Map(shape) => shape.names(into),
            Self::Object(members) | Self::Choice(members) => {
                members.iter().for_each(|member| member.shape.names(into));
            }
            _ => {}
        }
    }
}

/// PostgreSQL keeps no NUL in a text, so no text may have one.
fn text_check(text: &str, (least, most): (usize, usize), place: &str, to: &mut FieldProblems) {
    if text.contains('\0') {
        to.add(at(place), "must not have the character U+0000");
    }
    to.text(at(place), text, least, most);
}

fn text_schema(least: usize, most: usize) -> Value {
    let pattern = if least == 0 { r"^[^\u0000]*$" } else { r"^[^\u0000]*[^\s\u0000][^\u0000]*$" };
    json!({ "type": "string", "minLength": least, "maxLength": most, "pattern": pattern })
}

fn integer_check(number: &serde_json::Number, least: i64, most: i64) -> Result<(), String> {
    let Some(value) = number.as_i64() else {
        // How serde_json writes a number that was no 64-bit integer tells which fault it is.
        let text = number.to_string();
        let is_large = number.is_u64() || (text.contains('e') && !text.contains("e-"));
        return Err(if is_large {
            format!("`{text}` is beyond 64 bits: at most {most} is taken")
        } else {
            format!("`{text}` must be a whole number without a decimal point")
        });
    };
    if value < 0 && least >= 0 {
        return Err(format!("`{value}` must not be negative"));
    }
    if value < least || value > most {
        return Err(format!("`{value}` must be {least} to {most}"));
    }
    Ok(())
}

fn list_check(shape: &Shape, items: &[Value], place: &str, problems: &mut FieldProblems) {
    if items.len() > ITEMS_MAX {
        let message = format!("has {} items; at most {ITEMS_MAX} are taken", items.len());
        return problems.add(at(place), message);
    }
    for (i, item) in items.iter().enumerate() {
        shape.walk(item, &join(place, &i.to_string()), problems);
    }
}

fn map_check(shape: &Shape, fields: &Map<String, Value>, place: &str, to: &mut FieldProblems) {
    if fields.len() > ITEMS_MAX {
        let message = format!("has {} names; at most {ITEMS_MAX} are taken", fields.len());
        return to.add(at(place), message);
    }
    for (name, value) in fields {
        let place = join(place, &clip(name));
        text_check(name, (1, NAME_CHARS_MAX), &place, to);
        shape.walk(value, &place, to);
    }
}

fn object_check(
    members: &[Member],
    fields: &Map<String, Value>,
    place: &str,
    problems: &mut FieldProblems,
) {
    for member in members {
        let place = join(place, member.name);
        match fields.get(member.name) {
            Some(value) => member.shape.walk(value, &place, problems),
            None if member.is_optional => {}
            None => problems.add(place, "is missing"),
        }
    }
    strangers_check(members, fields, place, problems);
}

fn choice_check(
    members: &[Member],
    fields: &Map<String, Value>,
    place: &str,
    problems: &mut FieldProblems,
) {
    if fields.len() != 1 {
        let known: Vec<&str> = members.iter().map(|member| member.name).collect();
        problems.add(at(place), format!("must have exactly one of {}", known.join(", ")));
    }
    for member in members {
        if let Some(value) = fields.get(member.name) {
            member.shape.walk(value, &join(place, member.name), problems);
        }
    }
    strangers_check(members, fields, place, problems);
}

fn strangers_check(
    members: &[Member],
    fields: &Map<String, Value>,
    place: &str,
    problems: &mut FieldProblems,
) {
    for name in fields.keys() {
        if members.iter().all(|member| member.name != name) {
            let known: Vec<&str> = members.iter().map(|member| member.name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let message = format!("is not known here; known are: {known}");
            problems.add(join(place, &clip(name)), message);
        }
    }
}

fn object_schema(members: &[Member]) -> Value {
    let mut properties = Map::new();
    for member in members {
        let mut schema = member.shape.schema();
        if !member.says.is_empty() {
            schema["description"] = member.says.trim().into();
        }
        properties.insert(member.name.to_owned(), schema);
    }
    let needed = members.iter().filter(|member| !member.is_optional);
    let needed: Vec<&str> = needed.map(|member| member.name).collect();
    json!({
        "type": "object", "properties": properties, "required": needed,
        "additionalProperties": false,
    })
}

fn at(place: &str) -> &str {
    if place.is_empty() { "body" } else { place }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS_MAX).collect()
}
