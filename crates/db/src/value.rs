//! Values that go into statements and come out of rows.

use crate::Error;
use base::{Date, Id, Ppm, Time, Unit};
use std::str::FromStr;

/// A value bound to a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param<'a> {
    /// SQL null.
    Null,
    /// `BIGINT`.
    Int(i64),
    /// `TEXT`, borrowed.
    Text(&'a str),
    /// `TEXT`, owned.
    Owned(String),
    /// `BLOB`.
    Blob(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for Param<'_> {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}
impl From<String> for Param<'_> {
    fn from(value: String) -> Self {
        Self::Owned(value)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(value)
    }
}
impl<'a> From<&'a Id> for Param<'a> {
    fn from(value: &'a Id) -> Self {
        Self::Text(value.as_str())
    }
}
impl From<Time> for Param<'_> {
    fn from(value: Time) -> Self {
        Self::Int(value.millis())
    }
}
impl From<Ppm> for Param<'_> {
    fn from(value: Ppm) -> Self {
        Self::Int(value.get())
    }
}
impl<'a> From<&'a Unit> for Param<'a> {
    fn from(value: &'a Unit) -> Self {
        Self::Text(value.code())
    }
}
impl From<Date> for Param<'_> {
    fn from(value: Date) -> Self {
        Self::Owned(value.to_string())
    }
}
impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A value that waits to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    pub(crate) fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(n) => Cell::Int(*n),
            Self::Text(text) => Cell::Text(text),
            Self::Blob(bytes) => Cell::Blob(bytes),
        }
    }
}

/// A value in a column, where the database has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// SQL null.
    Null,
    /// `BIGINT`.
    Int(i64),
    /// `TEXT`.
    Text(&'a str),
    /// `BLOB`.
    Blob(&'a [u8]),
}

impl<'a> Cell<'a> {
    pub(crate) fn int(self) -> Option<i64> {
        if let Self::Int(n) = self { Some(n) } else { None }
    }

    pub(crate) fn text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn blob(self) -> Option<&'a [u8]> {
        if let Self::Blob(bytes) = self { Some(bytes) } else { None }
    }

    pub(crate) fn describe(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Int(n) => format!("`{n}`"),
            Self::Text(text) => format!("`{}`", text.chars().take(40).collect::<String>()),
            Self::Blob(bytes) => format!("{} bytes", bytes.len()),
        }
    }
}

/// Reads a type from a column.
pub trait FromCell: Sized {
    /// What a reader should expect, in words.
    const EXPECTED: &'static str;
    /// Converts; `None` where the value does not fit.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

macro_rules! from_cell {
    ($type:ty, $expected:literal, $read:expr) => {
        impl FromCell for $type {
            const EXPECTED: &'static str = $expected;
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                let read: fn(Cell<'_>) -> Option<Self> = $read;
                read(cell)
            }
        }
    };
}

from_cell!(i64, "an integer", |cell| cell.int());
from_cell!(String, "a text", |cell| cell.text().map(str::to_owned));
from_cell!(Vec<u8>, "bytes", |cell| cell.blob().map(<[u8]>::to_vec));
from_cell!(bool, "0 or 1", |cell| cell.int().filter(|n| matches!(n, 0 | 1)).map(|n| n == 1));
from_cell!(Time, "an instant in milliseconds", |cell| cell.int().map(Self::from_millis));
from_cell!(Ppm, "a share in ppm", |cell| Self::new(cell.int()?).ok());
from_cell!(Id, "an id", |cell| cell.text()?.parse().ok());
from_cell!(Unit, "a unit", |cell| Self::parse(cell.text()?).ok());
from_cell!(Date, "a date", |cell| cell.text()?.parse().ok());

impl<T: FromCell> FromCell for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

/// One row of a result.
pub struct Row<'r>(pub(crate) Cells<'r>);

pub(crate) enum Cells<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r postgres::Row),
}

impl Row<'_> {
    /// Reads the column at a position from 0.
    pub fn get<T: FromCell>(&self, column: usize) -> Result<T, Error> {
        self.read(column, T::from_cell, T::EXPECTED)
    }

    fn read<T>(
        &self,
        column: usize,
        read: impl FnOnce(Cell<'_>) -> Option<T>,
        expected: &'static str,
    ) -> Result<T, Error> {
        let cell = match &self.0 {
            Cells::Sqlite(row) => crate::sqlite::cell(row, column)?,
            Cells::Postgres(row) => crate::postgresql::cell(row, column)?,
        };
        read(cell).ok_or_else(|| Error::Column { column, found: cell.describe(), expected })
    }

    /// Reads an id of one kind.
    pub fn id<T: From<Id>>(&self, column: usize) -> Result<T, Error> {
        self.get::<Id>(column).map(T::from)
    }

    /// Reads an id of one kind or null.
    pub fn id_optional<T: From<Id>>(&self, column: usize) -> Result<Option<T>, Error> {
        Ok(self.get::<Option<Id>>(column)?.map(T::from))
    }

    /// Reads a text that spells a value, such as a state.
    pub fn parse<T: FromStr>(&self, column: usize) -> Result<T, Error> {
        self.read(column, |cell| cell.text()?.parse().ok(), std::any::type_name::<T>())
    }
}
