//! What a gate shows to people who ask for access, and what it asks them.

use super::{FACT_CHARS_MAX, FACT_ITEMS_MAX, PROSE_CHARS_MAX, items, text};
use crate::metadata::Metadata;
use serde_json::Value;

/// The words and fields of a gate. Texts are plain or Markdown: escape or [`crate::render`] them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// Heading above the form.
    pub heading: Option<String>,
    /// What must be agreed to.
    pub prompt: Option<String>,
    /// Text below the heading.
    pub description: Option<String>,
    /// Words on the button.
    pub button: Option<String>,
    /// What is asked, by label where the card writes a mapping, else in its order.
    pub fields: Vec<GateField>,
}

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateField {
    /// Label, and the key under which the answer is kept.
    pub label: String,
    /// What can be answered.
    pub kind: GateFieldKind,
}

/// What can be answered in a field of a gate's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateFieldKind {
    /// A line of text; also for kinds that are not known.
    Text,
    /// A box that must be ticked.
    Checkbox,
    /// A date.
    Date,
    /// A country from a list.
    Country,
    /// The place of the asker's address; the server fills it in.
    IpLocation,
    /// One of the values given.
    Select(Vec<String>),
}

pub(super) fn gate(metadata: &Metadata) -> Gate {
    Gate {
        heading: text(metadata, "extra_gated_heading"),
        prompt: prose(metadata, "extra_gated_prompt"),
        description: prose(metadata, "extra_gated_description"),
        button: text(metadata, "extra_gated_button_content"),
        fields: fields(metadata.get("extra_gated_fields")),
    }
}

fn prose(map: &Metadata, name: &str) -> Option<String> {
    let text = map.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(PROSE_CHARS_MAX).collect())
}

fn fields(value: Option<&Value>) -> Vec<GateField> {
    let maps: Vec<&Metadata> = match value {
        Some(Value::Object(map)) => vec![map],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).collect(),
        _ => Vec::new(),
    };
    let entries = maps.into_iter().flatten().take(FACT_ITEMS_MAX);
    entries
        .map(|(label, asked)| GateField {
            label: label.chars().take(FACT_CHARS_MAX).collect(),
            kind: kind(asked),
        })
        .collect()
}

fn kind(asked: &Value) -> GateFieldKind {
    let name = asked.as_str().or_else(|| asked.get("type")?.as_str());
    match name {
        Some("checkbox") => GateFieldKind::Checkbox,
        Some("date_picker") => GateFieldKind::Date,
        Some("country") => GateFieldKind::Country,
        Some("ip_location") => GateFieldKind::IpLocation,
        Some("select") => GateFieldKind::Select(options(asked.get("options"))),
        _ => GateFieldKind::Text,
    }
}

/// Reads options: texts, or mappings with a `label` and a `value`, of which the value is kept.
fn options(value: Option<&Value>) -> Vec<String> {
    let Some(Value::Array(list)) = value else { return Vec::new() };
    let value_of = |one: &Value| one.get("value").unwrap_or(one).clone();
    items(&Value::Array(list.iter().take(FACT_ITEMS_MAX).map(value_of).collect()))
}
