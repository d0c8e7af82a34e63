//! The shapes that fields must have: texts, lists, evaluation results, configurations, gates.

use super::Report;
use crate::known::GATE_FIELD_TYPES;
use crate::metadata::{Metadata, cut};
use serde_json::Value;

/// A field that may be absent, with its path in messages, e.g. `model-index[0].name`.
pub(super) struct Field<'a> {
    path: String,
    value: Option<&'a Value>,
}

impl<'a> Field<'a> {
    /// Takes a field at the top. `null` counts as absent, as in the client.
    pub(super) fn of(map: &'a Metadata, name: &str) -> Self {
        Self { path: name.to_owned(), value: map.get(name).filter(|value| !value.is_null()) }
    }

    fn below(&self, map: &'a Metadata, name: &str) -> Self {
        let value = map.get(name).filter(|value| !value.is_null());
        Self { path: format!("{}.{name}", self.path), value }
    }

    fn required(self, report: &mut Report) -> Option<Self> {
        if self.value.is_some() {
            return Some(self);
        }
        report.error(format!("\"{}\" is required", self.path));
        None
    }

    fn must(&self, what: &str, report: &mut Report) {
        report.error(format!("\"{}\" must be {what}", self.path));
    }

    /// Checks that the field, where given, is a text.
    pub(super) fn text(&self, report: &mut Report) {
        if self.value.is_some_and(|value| !value.is_string()) {
            self.must("a string", report);
        }
    }

    /// Checks that the field, where given, is one of some words.
    pub(super) fn one_of(&self, words: &[&str], report: &mut Report) {
        let is_known = |value: &Value| value.as_str().is_some_and(|word| words.contains(&word));
        if self.value.is_some_and(|value| !is_known(value)) {
            self.must(&format!("one of [{}]", words.join(", ")), report);
        }
    }

    /// Checks that the field, where given, is a text or a list of texts.
    pub(super) fn text_or_list(&self, report: &mut Report) {
        match self.value {
            None | Some(Value::String(_)) => {}
            Some(Value::Array(list)) => {
                // A `null` in a list is an empty line of YAML; the client drops it too.
                let wrong = list.iter().position(|one| !one.is_string() && !one.is_null());
                if let Some(at) = wrong {
                    report.error(format!("\"{}[{at}]\" must be a string", self.path));
                }
            }
            Some(_) => self.must("a string or an array of strings", report),
        }
    }

    fn object(&self, report: &mut Report) -> Option<&'a Metadata> {
        let found = self.value?.as_object();
        if found.is_none() {
            self.must("an object", report);
        }
        found
    }

    /// Returns the items of a list that are objects, each as a field with its place.
    fn objects(&self, report: &mut Report) -> Vec<(Field<'a>, &'a Metadata)> {
        let Some(value) = self.value else { return Vec::new() };
        let Some(list) = value.as_array() else {
            self.must("an array", report);
            return Vec::new();
        };
        let mut found = Vec::new();
        for (at, item) in list.iter().enumerate() {
            let field = Field { path: format!("{}[{at}]", self.path), value: Some(item) };
            if let Some(map) = field.object(report) {
                found.push((field, map));
            }
        }
        found
    }
}

/// Lists the texts of a field that holds a text or a list, with their paths; skips other values.
pub(super) fn strings<'a>(metadata: &'a Metadata, name: &str) -> Vec<(String, &'a str)> {
    match metadata.get(name) {
        Some(Value::String(one)) => vec![(name.to_owned(), one.as_str())],
        Some(Value::Array(list)) => {
            let texts = list.iter().enumerate();
            texts.filter_map(|(at, one)| Some((format!("{name}[{at}]"), one.as_str()?))).collect()
        }
        _ => Vec::new(),
    }
}

/// Cuts a value for a message.
pub(super) fn shown(text: &str) -> String {
    cut(text)
}

/// Checks evaluation results. Source: `huggingface/hub-docs: modelcard.md` and
/// `model_index_to_eval_results` of `huggingface_hub` 2.4.0, which raises on what is missing here.
pub(super) fn model_index(metadata: &Metadata, report: &mut Report) {
    for (model, map) in Field::of(metadata, "model-index").objects(report) {
        if let Some(name) = model.below(map, "name").required(report) {
            name.text(report);
        }
        let Some(results) = model.below(map, "results").required(report) else { continue };
        for (result, map) in results.objects(report) {
            named(&result, map, "task", &["type"], report);
            named(&result, map, "dataset", &["type", "name"], report);
            let Some(metrics) = result.below(map, "metrics").required(report) else { continue };
            for (metric, map) in metrics.objects(report) {
                if let Some(kind) = metric.below(map, "type").required(report) {
                    kind.text(report);
                }
                metric.below(map, "value").required(report);
            }
        }
    }
}

/// Requires an object with some texts in it.
fn named(parent: &Field<'_>, map: &Metadata, name: &str, texts: &[&str], report: &mut Report) {
    let Some(field) = parent.below(map, name).required(report) else { return };
    let Some(map) = field.object(report) else { return };
    for text in texts {
        if let Some(text) = field.below(map, text).required(report) {
            text.text(report);
        }
    }
}

/// Checks `configs` and `dataset_info`. Source: `huggingface/hub-docs: datasetcard.md`.
pub(super) fn dataset(metadata: &Metadata, report: &mut Report) {
    for (config, map) in Field::of(metadata, "configs").objects(report) {
        if let Some(name) = config.below(map, "config_name").required(report) {
            name.text(report);
        }
        config.below(map, "data_dir").text(report);
        data_files(&config.below(map, "data_files"), report);
    }
    let info = Field::of(metadata, "dataset_info");
    if let Some(one) = info.value.and_then(Value::as_object) {
        info.below(one, "config_name").text(report);
    } else {
        for (info, map) in info.objects(report) {
            info.below(map, "config_name").text(report);
        }
    }
}

/// Checks `data_files`: a path, a list of paths or of splits, or a mapping of split to paths.
fn data_files(field: &Field<'_>, report: &mut Report) {
    match field.value {
        None | Some(Value::String(_)) => {}
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {}
        Some(Value::Array(_)) => {
            for (file, map) in field.objects(report) {
                if let Some(split) = file.below(map, "split").required(report) {
                    split.text(report);
                }
                if let Some(path) = file.below(map, "path").required(report) {
                    path.text_or_list(report);
                }
            }
        }
        Some(Value::Object(map)) => {
            for split in map.keys() {
                field.below(map, split).text_or_list(report);
            }
        }
        Some(_) => field.must("a string, an array or an object", report),
    }
}

/// Checks what a gate asks for. Source: "Gated models" and "Gated datasets" of the hub's
/// documentation; the card specification also shows the fields as a list of one-line mappings.
pub(super) fn gate(metadata: &Metadata, report: &mut Report) {
    let gated = Field::of(metadata, "gated");
    if !matches!(gated.value, None | Some(Value::Bool(_))) {
        gated.one_of(&["auto", "manual"], report);
    }
    let fields = Field::of(metadata, "extra_gated_fields");
    match fields.value {
        Some(Value::Array(_)) => {
            for (field, map) in fields.objects(report) {
                gate_fields(&field, map, report);
            }
        }
        _ => {
            if let Some(map) = fields.object(report) {
                gate_fields(&fields, map, report);
            }
        }
    }
}

fn gate_fields(parent: &Field<'_>, map: &Metadata, report: &mut Report) {
    for label in map.keys() {
        let field = parent.below(map, label);
        let field = Field { path: cut(&field.path), value: field.value };
        let Some(Value::Object(parts)) = field.value else {
            field.one_of(GATE_FIELD_TYPES, report);
            continue;
        };
        let Some(kind) = field.below(parts, "type").required(report) else { continue };
        kind.one_of(GATE_FIELD_TYPES, report);
        if kind.value.is_some_and(|kind| kind == "select") {
            let options = field.below(parts, "options").required(report);
            if let Some(options) = options.filter(|one| !one.value.is_some_and(Value::is_array)) {
                options.must("an array", report);
            }
        }
    }
}
