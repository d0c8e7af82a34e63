//! Places in lists that are sorted by a number, then by id: stable while rows come and go.

use crate::Refused;
use base::{FieldProblem, Id, Time};
use std::fmt;
use std::str::FromStr;

/// The last row of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// What the list is sorted by.
    pub(crate) value: i64,
    /// Tells rows of one value apart.
    pub(crate) id: Id,
}

impl Cursor {
    /// Before every row of a list whose largest comes first.
    pub(crate) fn top() -> Self {
        Self { value: i64::MAX, id: last_id() }
    }

    /// Before every row of a list whose smallest comes first.
    pub(crate) fn bottom() -> Self {
        Self { value: i64::MIN, id: Id::new(Time::from_millis(0), 0, 0) }
    }

    /// Reads what a client sends back; refuses what was never given out.
    pub(crate) fn of(text: &str) -> Result<Self, Refused> {
        text.parse().map_err(|()| {
            let shown: String = text.chars().take(60).collect();
            let message =
                format!("`{shown}` is no place in this list: follow the link of the page before");
            Refused::Invalid(vec![FieldProblem::new("cursor", message)])
        })
    }

    /// Reads the place after which a list goes on, from the top where there is none.
    pub(crate) fn or_top(text: Option<&str>) -> Result<Self, Refused> {
        text.map_or_else(|| Ok(Self::top()), Self::of)
    }
}

/// The largest id.
fn last_id() -> Id {
    "7zzzzzzzzzzzzzzzzzzzzzzzzz"
        .parse()
        .expect("26 characters of the alphabet, the first at most 7")
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.value, self.id)
    }
}

impl FromStr for Cursor {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (value, id) = text.split_once('.').ok_or(())?;
        Ok(Self { value: value.parse().map_err(|_| ())?, id: id.parse().map_err(|_| ())? })
    }
}

/// One page of a list and the place where it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Place to ask for the next part with; `None` at the end.
    pub next: Option<String>,
}

impl<T> Part<T> {
    /// Cuts a page of `limit` out of rows of which one more was read.
    pub(crate) fn cut(mut rows: Vec<T>, limit: u32, place: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| place(row).to_string()) } else { None };
        Self { rows, next }
    }
}
