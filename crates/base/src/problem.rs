//! What is wrong with a field that a person filled in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Says which field is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Name of the field as in the form or JSON, e.g. `lines.2.amount`.
    pub field: String,
    /// What is wrong and what to do, without the field's name, in English.
    pub message: String,
    /// The same in Chinese for pages, where somebody has written it; programs get the English.
    #[serde(skip)]
    pub zh: Option<String>,
}

/// What is wrong with a field: a text in English, or a pair of English and Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    en: String,
    zh: Option<String>,
}

impl From<&str> for Said {
    fn from(en: &str) -> Self {
        en.to_owned().into()
    }
}

impl From<String> for Said {
    fn from(en: String) -> Self {
        Self { en, zh: None }
    }
}

impl<E: Into<String>, Z: Into<String>> From<(E, Z)> for Said {
    fn from((en, zh): (E, Z)) -> Self {
        Self { en: en.into(), zh: Some(zh.into()) }
    }
}

impl FieldProblem {
    /// Makes a problem of one field.
    #[must_use]
    pub fn new(field: &str, says: impl Into<Said>) -> Self {
        let Said { en, zh } = says.into();
        Self { field: field.to_owned(), message: en, zh }
    }
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// Collects all that is wrong, so that everything is said at once.
#[derive(Debug, Default)]
pub struct FieldProblems(Vec<FieldProblem>);

impl FieldProblems {
    /// Notes a problem.
    pub fn add(&mut self, field: impl Into<String>, says: impl Into<Said>) {
        self.0.push(FieldProblem::new(&field.into(), says));
    }

    /// Notes a problem unless the condition holds.
    pub fn require(&mut self, holds: bool, field: &str, says: impl Into<Said>) {
        if !holds {
            self.add(field, says);
        }
    }

    /// Keeps the value or notes why there is none.
    pub fn keep<T, E: fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// Keeps the value or notes why there is none, with the Chinese words given here.
    pub fn keep_or<T, E: fmt::Display>(
        &mut self,
        field: &str,
        result: Result<T, E>,
        zh: &str,
    ) -> Option<T> {
        result.map_err(|error| self.add(field, (error.to_string(), zh))).ok()
    }

    /// Checks the length of a text in characters, after trimming.
    pub fn text(&mut self, field: &str, text: &str, least: usize, most: usize) {
        let count = text.trim().chars().count();
        if count < least && least == 1 {
            self.add(field, ("must be filled in", "须填写"));
        } else if count < least {
            let zh = format!("至少须有 {least} 个字符");
            self.add(field, (format!("must have at least {least} characters"), zh));
        } else if count > most {
            let zh = format!("有 {count} 个字符，最多 {most} 个");
            self.add(field, (format!("has {count} characters; at most {most} are kept"), zh));
        }
    }

    /// Returns `Err` with everything noted, if anything was.
    pub fn finish(self) -> Result<(), Vec<FieldProblem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
