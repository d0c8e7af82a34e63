//! Types of columns in formats that have none, from every value that is read for the index.
//!
//! JSON follows Arrow's reader, which `datasets` uses: whole numbers widen to floats, structs
//! take the fields of all rows, and values of no common type stay JSON. CSV follows pandas'
//! `read_csv`, which `datasets` uses too: a column of whole numbers with a gap becomes floats.

use crate::cell::Cell;
use crate::column::{Column, Kind};
use crate::limits::{COLUMNS_MAX, NESTING_MAX};

/// What the values seen so far have in common.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Guess {
    #[default]
    Null,
    Bool,
    Int,
    Float,
    Text,
    List(Box<Guess>),
    Struct(Vec<(String, Guess)>),
    Mixed,
}

impl Guess {
    /// Takes one more value into account.
    pub(crate) fn see(&mut self, cell: &Cell, depth: usize) {
        if depth > NESTING_MAX {
            *self = Self::Mixed;
            return;
        }
        match (&mut *self, cell) {
            (_, Cell::Null) | (Self::Mixed, _) => {}
            (Self::Null, _) => {
                *self = Self::first(cell);
                self.see_inside(cell, depth);
            }
            (Self::Bool, Cell::Bool(_))
            | (Self::Int, Cell::Int(_))
            | (Self::Float, Cell::Int(_) | Cell::Float(_))
            | (Self::Text, Cell::Text(_)) => {}
            (Self::Int, Cell::Float(_)) => *self = Self::Float,
            (Self::List(_), Cell::List(_)) | (Self::Struct(_), Cell::Struct(_)) => {
                self.see_inside(cell, depth);
            }
            _ => *self = Self::Mixed,
        }
    }

    fn first(cell: &Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Bool(_) => Self::Bool,
            Cell::Int(_) => Self::Int,
            Cell::Float(_) => Self::Float,
            Cell::Text(_) => Self::Text,
            Cell::List(_) => Self::List(Box::default()),
            Cell::Struct(_) => Self::Struct(Vec::new()),
            // Over `i64` Arrow refuses; here the value is kept as it stands.
            Cell::UInt(_) | Cell::Bytes(_) => Self::Mixed,
        }
    }

    fn see_inside(&mut self, cell: &Cell, depth: usize) {
        match (&mut *self, cell) {
            (Self::List(inner), Cell::List(cells)) => {
                cells.iter().for_each(|cell| inner.see(cell, depth + 1));
            }
            (Self::Struct(known), Cell::Struct(fields)) => {
                let fits = see_fields(known, fields, depth);
                if !fits {
                    *self = Self::Mixed;
                }
            }
            _ => {}
        }
    }

    /// Returns the kind; nothing but nulls stays null.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool => Kind::Bool,
            Self::Int => Kind::Int,
            Self::Float => Kind::Float,
            Self::Text => Kind::Text,
            Self::List(inner) => Kind::List(Box::new(inner.kind())),
            Self::Struct(fields) => Kind::Struct(
                fields.iter().map(|(name, guess)| (name.clone(), guess.kind())).collect(),
            ),
            Self::Mixed => Kind::Json,
        }
    }
}

/// Takes the fields of one object into account; false if there would be too many.
///
/// Rows mostly have the same fields in the same order, so the place is tried before the search.
pub(crate) fn see_fields(
    known: &mut Vec<(String, Guess)>,
    fields: &[(String, Cell)],
    depth: usize,
) -> bool {
    for (place, (name, cell)) in fields.iter().enumerate() {
        let found = match known.get(place) {
            Some((other, _)) if other == name => Some(place),
            _ => known.iter().position(|(other, _)| other == name),
        };
        let found = match found {
            Some(found) => found,
            None if known.len() >= COLUMNS_MAX => return false,
            None => {
                known.push((name.clone(), Guess::Null));
                known.len() - 1
            }
        };
        known[found].1.see(cell, depth + 1);
    }
    true
}

/// Fits a JSON value to the kind of its column: whole numbers to floats, fields into order.
pub(crate) fn fit(cell: Cell, kind: &Kind) -> Cell {
    match (cell, kind) {
        (Cell::Int(value), Kind::Float) => Cell::Float(crate::number::float_from(value)),
        (Cell::List(cells), Kind::List(inner)) => {
            Cell::List(cells.into_iter().map(|cell| fit(cell, inner)).collect())
        }
        (Cell::Struct(fields), Kind::Struct(kinds)) => {
            let cells = fit_fields(fields, kinds.iter().map(|(name, kind)| (name.as_str(), kind)));
            Cell::Struct(kinds.iter().map(|(name, _)| name.clone()).zip(cells).collect())
        }
        (cell, _) => cell,
    }
}

/// Picks fields by name in the order wanted; what is missing is null.
pub(crate) fn fit_fields<'a>(
    mut fields: Vec<(String, Cell)>,
    wanted: impl Iterator<Item = (&'a str, &'a Kind)>,
) -> Vec<Cell> {
    wanted
        .enumerate()
        .map(|(place, (name, kind))| {
            let found = match fields.get(place) {
                Some((other, _)) if other == name => Some(place),
                _ => fields.iter().rposition(|(other, _)| other == name),
            };
            found.map_or(Cell::Null, |found| fit(std::mem::take(&mut fields[found].1), kind))
        })
        .collect()
}

/// What pandas reads as no value. Source: pandas.pydata.org, `read_csv`, parameter `na_values`.
const NO_VALUES: [&[u8]; 19] = [
    b"",
    b"#N/A",
    b"#N/A N/A",
    b"#NA",
    b"-1.#IND",
    b"-1.#QNAN",
    b"-NaN",
    b"-nan",
    b"1.#IND",
    b"1.#QNAN",
    b"<NA>",
    b"N/A",
    b"NA",
    b"NULL",
    b"NaN",
    b"None",
    b"n/a",
    b"nan",
    b"null",
];

fn is_no_value(field: &[u8]) -> bool {
    field.len() <= 8 && NO_VALUES.contains(&field)
}

/// What the fields of one CSV column have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CsvGuess {
    has_gap: bool,
    has_value: bool,
    is_not_bool: bool,
    is_not_int: bool,
    is_not_float: bool,
}

impl CsvGuess {
    /// Takes one more field into account.
    pub(crate) fn see(&mut self, field: &[u8]) {
        if is_no_value(field) {
            self.has_gap = true;
            return;
        }
        self.has_value = true;
        self.is_not_bool |= csv_bool(field).is_none();
        self.is_not_int |= self.is_not_float || csv_int(field).is_none();
        self.is_not_float |= self.is_not_int && csv_float(field).is_none();
    }

    /// Notes a row that has no such field.
    pub(crate) fn see_gap(&mut self) {
        self.has_gap = true;
    }

    fn kind(self) -> Kind {
        match self {
            Self { has_value: false, .. } => Kind::Float,
            Self { is_not_bool: false, .. } => Kind::Bool,
            Self { is_not_int: false, has_gap: false, .. } => Kind::Int,
            Self { is_not_float: false, .. } => Kind::Float,
            _ => Kind::Text,
        }
    }

    /// Makes the column.
    pub(crate) fn column(self, name: &str) -> Column {
        Column::new(name, self.kind())
    }
}

fn csv_bool(field: &[u8]) -> Option<bool> {
    match field {
        b"True" | b"TRUE" | b"true" => Some(true),
        b"False" | b"FALSE" | b"false" => Some(false),
        _ => None,
    }
}

fn csv_int(field: &[u8]) -> Option<i64> {
    std::str::from_utf8(field).ok()?.trim_ascii().parse().ok()
}

fn csv_float(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.trim_ascii().parse().ok()
}

/// Reads a field as its column's kind; what does not fit stays text, so that nothing is hidden.
pub(crate) fn csv_cell(field: &[u8], kind: &Kind) -> Cell {
    if is_no_value(field) {
        return Cell::Null;
    }
    let cell = match kind {
        Kind::Bool => csv_bool(field).map(Cell::Bool),
        Kind::Int => csv_int(field).map(Cell::Int),
        Kind::Float => csv_float(field).map(Cell::Float),
        _ => None,
    };
    cell.unwrap_or_else(|| Cell::Text(String::from_utf8_lossy(field).into_owned()))
}
