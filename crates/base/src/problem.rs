//! What is wrong with a field that a person filled in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Says which field is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Name of the field as in the form or JSON, e.g. `lines.2.amount`.
    pub field: String,
    /// What is wrong and what to do, without the field's name.
    pub message: String,
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
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldProblem { field: field.into(), message: message.into() });
    }

    /// Notes a problem unless the condition holds.
    pub fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }

    /// Keeps the value or notes why there is none.
    pub fn keep<T, E: fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// Checks the length of a text in characters, after trimming.
    pub fn text(&mut self, field: &str, text: &str, least: usize, most: usize) {
        let count = text.trim().chars().count();
        if count < least {
            self.add(
                field,
                if least == 1 {
                    "must be filled in".to_owned()
                } else {
                    format!("must have at least {least} characters")
                },
            );
        } else if count > most {
            self.add(field, format!("has {count} characters; at most {most} are kept"));
        }
    }

    /// Returns `Err` with everything noted, if anything was.
    pub fn finish(self) -> Result<(), Vec<FieldProblem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
