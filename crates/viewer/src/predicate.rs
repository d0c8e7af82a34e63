//! Filters bound to the columns of a table, and their truth for a row.
//!
//! Truth has three values, as in SQL: a comparison with null is unknown, and only rows whose
//! filter is true are taken.

use crate::cell::Cell;
use crate::column::{Column, Kind};
use crate::compare::{compare, compare_decimals};
use crate::error::{Error, Result};
use crate::expression::{Comparison, Expression, Test, Value};

/// A filter whose columns exist and whose values fit them.
#[derive(Debug)]
pub(crate) struct Predicate {
    node: Node,
    /// Places of the columns it reads, in the order in which rows must bring them.
    pub(crate) columns: Vec<usize>,
}

#[derive(Debug)]
enum Node {
    Or(Vec<Node>),
    And(Vec<Node>),
    Not(Box<Node>),
    Compare { column: usize, comparison: Comparison, value: Bound },
    In { column: usize, values: Vec<Bound> },
    Like { column: usize, pattern: Vec<char>, ignores_case: bool },
    IsNull { column: usize },
}

/// A value made ready for its column.
#[derive(Debug)]
enum Bound {
    Cell(Cell),
    Decimal(String),
    Moment(String),
}

impl Predicate {
    /// Binds a filter to columns.
    pub(crate) fn bind(expression: &Expression, columns: &[Column]) -> Result<Self> {
        let mut used = Vec::new();
        let node = bind(expression, columns, &mut used)?;
        Ok(Self { node, columns: used })
    }

    /// Says whether a row, brought as [`Predicate::columns`], is taken.
    pub(crate) fn takes(&self, row: &[Cell]) -> bool {
        truth(&self.node, row) == Some(true)
    }
}

fn bind(expression: &Expression, columns: &[Column], used: &mut Vec<usize>) -> Result<Node> {
    let mut all = |parts: &[Expression]| {
        parts.iter().map(|part| bind(part, columns, used)).collect::<Result<Vec<Node>>>()
    };
    match expression {
        Expression::Or(parts) => Ok(Node::Or(all(parts)?)),
        Expression::And(parts) => Ok(Node::And(all(parts)?)),
        Expression::Not(part) => Ok(Node::Not(Box::new(bind(part, columns, used)?))),
        Expression::Test { column: name, position, test } => {
            let Some(place) = columns.iter().position(|column| column.name == *name) else {
                let reason = format!("there is no column `{name}`; use a name from the features");
                return Err(Error::Expression { position: *position, reason });
            };
            let column = used.iter().position(|other| *other == place).unwrap_or_else(|| {
                used.push(place);
                used.len() - 1
            });
            bind_test(test, column, &columns[place], *position)
        }
    }
}

fn bind_test(test: &Test, column: usize, about: &Column, position: usize) -> Result<Node> {
    match test {
        Test::IsNull => Ok(Node::IsNull { column }),
        Test::Compare(comparison, value) => {
            let value = bind_value(value, about)?;
            Ok(Node::Compare { column, comparison: *comparison, value })
        }
        Test::Between(low, high) => {
            let side = |comparison, value| {
                Ok(Node::Compare { column, comparison, value: bind_value(value, about)? })
            };
            let low = side(Comparison::GreaterOrEqual, low)?;
            Ok(Node::And(vec![low, side(Comparison::LessOrEqual, high)?]))
        }
        Test::In(values) => {
            let values =
                values.iter().map(|value| bind_value(value, about)).collect::<Result<_>>()?;
            Ok(Node::In { column, values })
        }
        Test::Like { .. } if about.kind != Kind::Text => {
            let reason = format!("column `{}` holds no text; LIKE needs text", about.name);
            Err(Error::Expression { position, reason })
        }
        Test::Like { pattern, ignores_case } => {
            let pattern = if *ignores_case { pattern.to_lowercase() } else { pattern.clone() };
            let (pattern, ignores_case) = (pattern.chars().collect(), *ignores_case);
            Ok(Node::Like { column, pattern, ignores_case })
        }
    }
}

/// Fits a value to its column, or says what the column holds.
fn bind_value(value: &Value, column: &Column) -> Result<Bound> {
    let Value { cell, digits, position } = value;
    let wrong = |holds: &str| {
        let reason = format!("column `{}` {holds}", column.name);
        Err(Error::Expression { position: *position, reason })
    };
    let is_number = matches!(cell, Cell::Int(_) | Cell::UInt(_) | Cell::Float(_));
    match (&column.kind, cell) {
        (Kind::Bool, Cell::Bool(_)) | (Kind::Text | Kind::Time, Cell::Text(_)) => {
            Ok(Bound::Cell(cell.clone()))
        }
        (Kind::Int | Kind::Float | Kind::ClassLabel(_), _) if is_number => {
            Ok(Bound::Cell(cell.clone()))
        }
        (Kind::ClassLabel(names), Cell::Text(text)) => {
            match names.iter().position(|name| name == text).map(i64::try_from) {
                Some(Ok(place)) => Ok(Bound::Cell(Cell::Int(place))),
                _ => wrong(&format!("has no class `{text}`; use one of its names or a number")),
            }
        }
        (Kind::Decimal, _) if is_number && compare_decimals(digits, "0").is_some() => {
            Ok(Bound::Decimal(digits.clone()))
        }
        (Kind::Moment { .. }, Cell::Text(text)) => Ok(Bound::Moment(moment(text))),
        (Kind::Null, _) => Ok(Bound::Cell(cell.clone())),
        (Kind::Bool, _) => wrong("holds true and false; write TRUE or FALSE"),
        (Kind::Int | Kind::Float | Kind::Decimal | Kind::ClassLabel(_), _) => {
            wrong("holds numbers; write a number without quotes")
        }
        (Kind::Text | Kind::Time, _) => wrong("holds text; write it in single quotes"),
        (Kind::Moment { .. }, _) => wrong("holds times; write `'2024-02-29 12:00:00'`"),
        _ => wrong("cannot be compared; only IS NULL works here"),
    }
}

/// Brings a date or moment into the form that rows have, so that text order is time order.
///
/// INVARIANT: true for the years 0000 to 9999, and moments with a zone are all in UTC.
fn moment(text: &str) -> String {
    let text = text.trim().trim_end_matches("+00:00").trim_end_matches('Z');
    match text.len() {
        10 => text.to_owned(),
        _ => text.replacen(' ', "T", 1),
    }
}

/// Orders a row's moment and a bound one; a bare date stands for its midnight.
fn compare_moments(cell: &str, bound: &str) -> std::cmp::Ordering {
    let cell = cell.trim_end_matches("+00:00");
    let midnight = "T00:00:00";
    match (cell.len() == 10, bound.len() == 10) {
        (true, false) => [cell, midnight].concat().as_str().cmp(bound),
        (false, true) => cell.cmp([bound, midnight].concat().as_str()),
        _ => cell.cmp(bound),
    }
}

fn truth(node: &Node, row: &[Cell]) -> Option<bool> {
    match node {
        Node::Or(parts) => {
            let mut known = Some(false);
            for part in parts {
                match truth(part, row) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => known = None,
                }
            }
            known
        }
        Node::And(parts) => {
            let mut known = Some(true);
            for part in parts {
                match truth(part, row) {
                    Some(false) => return Some(false),
                    Some(true) => {}
                    None => known = None,
                }
            }
            known
        }
        Node::Not(part) => truth(part, row).map(|truth| !truth),
        Node::IsNull { column } => Some(row[*column] == Cell::Null),
        Node::Compare { column, comparison, value } => {
            order(&row[*column], value).map(|order| comparison.takes(order))
        }
        Node::In { column, values } => {
            let cell = &row[*column];
            let is_in = || values.iter().any(|value| order(cell, value).is_some_and(|o| o.is_eq()));
            (*cell != Cell::Null).then(is_in)
        }
        Node::Like { column, pattern, ignores_case } => {
            let text = row[*column].as_text()?;
            Some(match ignores_case {
                true => like(pattern, &text.to_lowercase()),
                false => like(pattern, text),
            })
        }
    }
}

fn order(cell: &Cell, value: &Bound) -> Option<std::cmp::Ordering> {
    match value {
        Bound::Cell(value) => compare(cell, value),
        Bound::Decimal(digits) => compare_decimals(cell.as_text()?, digits),
        Bound::Moment(text) => Some(compare_moments(cell.as_text()?, text)),
    }
}

/// Fits text to a pattern of `%` (any text) and `_` (one character), in bounded time: on a miss
/// only the last `%` takes one character more.
fn like(pattern: &[char], text: &str) -> bool {
    let mut at = 0;
    let mut rest = text.chars();
    let mut star: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        if pattern.get(at) == Some(&'%') {
            at += 1;
            star = Some((at, rest.clone()));
            continue;
        }
        let mut ahead = rest.clone();
        match (ahead.next(), pattern.get(at)) {
            (None, None) => return true,
            (Some(c), Some(wanted)) if *wanted == '_' || *wanted == c => {
                at += 1;
                rest = ahead;
            }
            _ => {
                let Some((place, from)) = &mut star else { return false };
                if from.next().is_none() {
                    return false;
                }
                at = *place;
                rest = from.clone();
            }
        }
    }
}
