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

/// A value read from a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL null.
    Null,
    /// `BIGINT`.
    Int(i64),
    /// `TEXT`.
    Text(String),
    /// `BLOB`.
    Blob(Vec<u8>),
}

impl Value {
    pub(crate) fn int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn blob(&self) -> Option<&[u8]> {
        if let Self::Blob(bytes) = self { Some(bytes) } else { None }
    }

    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Int(n) => format!("`{n}`"),
            Self::Text(text) => format!("`{}`", text.chars().take(40).collect::<String>()),
            Self::Blob(bytes) => format!("{} bytes", bytes.len()),
        }
    }
}

/// Reads a type from a column; gives back the value where it does not fit.
pub trait FromValue: Sized {
    /// What a reader should expect, in words.
    const EXPECTED: &'static str;
    /// Converts, or returns the value as it was.
    fn from_value(value: Value) -> Result<Self, Value>;
}

macro_rules! from_value {
    ($type:ty, $expected:literal, $pattern:pat => $result:expr) => {
        impl FromValue for $type {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: Value) -> Result<Self, Value> {
                match value {
                    $pattern => $result,
                    other => Err(other),
                }
            }
        }
    };
}

from_value!(i64, "an integer", Value::Int(n) => Ok(n));
from_value!(String, "a text", Value::Text(text) => Ok(text));
from_value!(Vec<u8>, "bytes", Value::Blob(bytes) => Ok(bytes));
from_value!(bool, "0 or 1", Value::Int(n @ (0 | 1)) => Ok(n == 1));
from_value!(Time, "an instant in milliseconds", Value::Int(n) => Ok(Self::from_millis(n)));
from_value!(Ppm, "a share in ppm", Value::Int(n) => Self::new(n).map_err(|_| Value::Int(n)));
from_value!(Id, "an id", Value::Text(t) => t.parse().map_err(|_| Value::Text(t)));
from_value!(Unit, "a unit", Value::Text(t) => Self::parse(&t).map_err(|_| Value::Text(t)));
from_value!(Date, "a date", Value::Text(t) => t.parse().map_err(|_| Value::Text(t)));

impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
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
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, Error> {
        T::from_value(self.value(column)?).map_err(|value| Error::Column {
            column,
            found: value.describe(),
            expected: T::EXPECTED,
        })
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
        let text: String = self.get(column)?;
        text.parse().map_err(|_| Error::Column {
            column,
            found: format!("`{}`", text.chars().take(40).collect::<String>()),
            expected: std::any::type_name::<T>(),
        })
    }

    fn value(&self, column: usize) -> Result<Value, Error> {
        match &self.0 {
            Cells::Sqlite(row) => crate::sqlite::value(row, column),
            Cells::Postgres(row) => crate::postgresql::value(row, column),
        }
    }
}
