//! Problems of a rule file, each with its place.

use serde::Serialize;
use std::cell::RefCell;
use std::fmt;

/// One problem of a rule file. Prints as `file:line:column: message, expected ...`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The name of the file as given to [`crate::check`].
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What was expected instead.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if self.expected.is_empty() { Ok(()) } else { write!(f, ", expected {}", self.expected) }
    }
}

impl std::error::Error for Problem {}

/// Most problems reported for one file; a longer list helps nobody.
const PROBLEMS_MAX: usize = 200;

/// Collects problems by byte offset and turns them into lines and columns at the end.
pub(crate) struct Log<'t> {
    file: &'t str,
    text: &'t str,
    found: RefCell<Vec<(usize, String, String)>>,
}

impl<'t> Log<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, found: RefCell::default() }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Returns line and column of a byte offset.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        position(self.text, at)
    }

    /// Notes a problem at a byte offset.
    pub(crate) fn add(&self, at: usize, message: impl Into<String>, expected: impl Into<String>) {
        let mut found = self.found.borrow_mut();
        if found.len() < PROBLEMS_MAX {
            found.push((at, message.into(), expected.into()));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// Returns all problems in the order of their places, without repetition.
    pub(crate) fn finish(self) -> Vec<Problem> {
        let (file, text) = (self.file, self.text);
        let mut found = self.found.into_inner();
        found.sort();
        found.dedup();
        let place = |(at, message, expected): (usize, String, String)| {
            let (line, column) = position(text, at);
            Problem { file: file.to_owned(), line, column, message, expected }
        };
        found.into_iter().map(place).collect()
    }
}

/// Returns line and column, both from 1, the column in characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// Shortens a text taken from the file, for messages.
pub(crate) fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    let one_line: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX + 1).collect();
    match one_line.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}...", &one_line[..end]),
        None => one_line,
    }
}
