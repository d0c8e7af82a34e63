//! Whether a card's metadata is as the clients expect, in the hub's own words.
//!
//! An error refuses the commit, a warning is shown and the commit stands. Like the hub, errors are
//! for what other programs would misread (`license`, `model-index`, `datasets`, shapes); words of
//! lists that grow (tasks, languages, sizes) are warnings. Unknown fields pass.

mod shape;

use crate::known::{self, LICENSES, PIPELINE_TAGS, SIZE_CATEGORIES};
use crate::metadata::{Metadata, Place, metadata_parse};
use crate::split::split;
use serde::Serialize;
use serde_json::Value;
use shape::{Field, strings};

/// Messages of each severity that a report keeps; a hostile card would fill the answer otherwise.
pub const MESSAGES_MAX: usize = 50;

/// What kind of repository a card belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A model.
    Model,
    /// A dataset.
    Dataset,
    /// A space.
    Space,
}

/// One finding, as the clients read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// What is wrong, with the field in double quotes.
    pub message: String,
}

/// What validation found. Serialises as the answer of `/api/validate-yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What refuses the card.
    pub errors: Vec<Message>,
    /// What the publisher should know.
    pub warnings: Vec<Message>,
}

impl Report {
    /// Says whether the card may be committed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// Writes the report as text, the answer where the client sends `Accept: text/plain`
    /// (`RepoCard.validate`).
    #[must_use]
    pub fn to_text(&self) -> String {
        let errors = self.errors.iter().map(|one| format!("- Error: {}", one.message));
        let warnings = self.warnings.iter().map(|one| format!("- Warning: {}", one.message));
        errors.chain(warnings).collect::<Vec<_>>().join("\n")
    }

    fn error(&mut self, message: String) {
        if self.errors.len() < MESSAGES_MAX {
            self.errors.push(Message { message });
        }
    }

    fn warn(&mut self, message: String) {
        if self.warnings.len() < MESSAGES_MAX {
            self.warnings.push(Message { message });
        }
    }
}

/// A card read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<'a> {
    /// The metadata; empty where there is none or it could not be read.
    pub metadata: Metadata,
    /// The Markdown.
    pub body: &'a str,
    /// What was found.
    pub report: Report,
}

/// Cuts, reads and checks a card. Problems of reading are errors of the report, with the line and
/// column of the file.
#[must_use]
pub fn card_check(text: &str, kind: Kind) -> Checked<'_> {
    let card = split(text);
    let mut report = Report::default();
    let metadata = match metadata_parse(card.metadata_yaml.unwrap_or_default()) {
        Ok(metadata) => {
            report = validate(&metadata, kind);
            metadata
        }
        Err(error) => {
            let Place { line, column } = error.place;
            let line = line + card.metadata_line - 1;
            let problem = error.problem;
            report.error(format!("invalid YAML at line {line}, column {column}: {problem}"));
            Metadata::new()
        }
    };
    Checked { metadata, body: card.body, report }
}

/// Fields that hold one text.
const TEXTS: &[&str] = &[
    "license_name",
    "license_link",
    "library_name",
    "pipeline_tag",
    "base_model_relation",
    "model_name",
    "pretty_name",
    "thumbnail",
    "extra_gated_heading",
    "extra_gated_prompt",
    "extra_gated_description",
    "extra_gated_button_content",
];

/// Fields that hold a text or a list of texts.
const TEXT_LISTS: &[&str] = &[
    "annotations_creators",
    "base_model",
    "config_names",
    "datasets",
    "language",
    "language_creators",
    "license",
    "metrics",
    "multilinguality",
    "size_categories",
    "source_datasets",
    "tags",
    "task_categories",
    "task_ids",
];

/// Checks metadata that was read. Empty metadata gives one warning.
#[must_use]
pub fn validate(metadata: &Metadata, kind: Kind) -> Report {
    let mut report = Report::default();
    if metadata.is_empty() {
        report.warn("empty or missing yaml metadata in repo card".to_owned());
        return report;
    }
    for name in TEXTS {
        Field::of(metadata, name).text(&mut report);
    }
    for name in TEXT_LISTS {
        Field::of(metadata, name).text_or_list(&mut report);
    }
    license(metadata, &mut report);
    words(metadata, &mut report);
    ids(metadata, &mut report);
    shape::gate(metadata, &mut report);
    match kind {
        Kind::Model => shape::model_index(metadata, &mut report),
        Kind::Dataset => shape::dataset(metadata, &mut report),
        Kind::Space => {
            Field::of(metadata, "sdk").one_of(known::SPACE_SDKS, &mut report);
        }
    }
    report
}

fn license(metadata: &Metadata, report: &mut Report) {
    let given = strings(metadata, "license");
    if given.iter().any(|(_, license)| !LICENSES.contains(license)) {
        report.error(format!("\"license\" must be one of [{}]", LICENSES.join(", ")));
    }
    let is_other = given.iter().any(|(_, license)| *license == "other");
    if is_other && metadata.get("license_name").is_none_or(Value::is_null) {
        report.warn("\"license_name\" should name the license where \"license\" is other".into());
    }
}

/// Words of lists that grow: warnings.
fn words(metadata: &Metadata, report: &mut Report) {
    for (path, language) in strings(metadata, "language") {
        if language.bytes().any(|b| b.is_ascii_uppercase()) && !language.contains(['-', '_']) {
            report.warn(format!("\"{path}\" must only contain lowercase characters"));
        } else if !known::is_language(language) {
            report.warn(format!(
                "\"{path}\" with value \"{}\" is not valid. It must be an ISO 639-1, 639-2 or \
                 639-3 code (two or three letters), a BCP 47 tag, or \"code\" or \"multilingual\"",
                shape::shown(language)
            ));
        }
    }
    for (name, list) in [
        ("pipeline_tag", PIPELINE_TAGS),
        ("task_categories", PIPELINE_TAGS),
        ("size_categories", SIZE_CATEGORIES),
    ] {
        for (path, word) in strings(metadata, name) {
            if !list.contains(&word) {
                let shown = shape::shown(word);
                report.warn(format!("\"{path}\" \"{shown}\" is not in the official list"));
            }
        }
    }
}

/// Names of other repositories: errors, because lineage is drawn from them.
fn ids(metadata: &Metadata, report: &mut Report) {
    for (name, what) in [("datasets", "dataset"), ("base_model", "model")] {
        for (path, id) in strings(metadata, name) {
            if !known::is_repository_id(id) {
                report.error(format!(
                    "\"{path}\" with value \"{}\" is not valid. Use a {what} id such as owner/name",
                    shape::shown(id)
                ));
            }
        }
    }
}
