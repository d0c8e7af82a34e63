//! What can be asked of the viewer, and the parameters of a question.

use super::wrong::{Told, Wrong};
use crate::page::query;
use axum::http::Uri;
use viewer::Slice;
use viewer::limits::PAGE_ROWS_MAX;

/// One question, by the last part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    IsValid,
    Splits,
    FirstRows,
    Rows,
    Search,
    Filter,
    Parquet,
    Size,
    Statistics,
    Info,
}

impl Question {
    pub(crate) const ALL: [Self; 10] = [
        Self::IsValid,
        Self::Splits,
        Self::FirstRows,
        Self::Rows,
        Self::Search,
        Self::Filter,
        Self::Parquet,
        Self::Size,
        Self::Statistics,
        Self::Info,
    ];

    /// Returns its name in addresses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::IsValid => "is-valid",
            Self::Splits => "splits",
            Self::FirstRows => "first-rows",
            Self::Rows => "rows",
            Self::Search => "search",
            Self::Filter => "filter",
            Self::Parquet => "parquet",
            Self::Size => "size",
            Self::Statistics => "statistics",
            Self::Info => "info",
        }
    }
}

/// Reads a parameter that must be there.
pub(super) fn needed(uri: &Uri, name: &'static str) -> Result<String, Wrong> {
    given(uri, name).ok_or_else(|| Told::missing(name).into())
}

/// Reads a parameter that may be there; an empty one is none.
pub(super) fn given(uri: &Uri, name: &str) -> Option<String> {
    query(uri, name).filter(|text| !text.is_empty())
}

/// Reads `offset` and `length`; without them the first page.
pub(super) fn slice(uri: &Uri) -> Result<Slice, Wrong> {
    let offset = number(uri, "offset", 0)?;
    let length = number(uri, "length", PAGE_ROWS_MAX)?;
    if length > PAGE_ROWS_MAX {
        let told = format!("parameter `length` must not be greater than {PAGE_ROWS_MAX}");
        return Err(Told::invalid(told).into());
    }
    Ok(Slice { offset, length })
}

fn number(uri: &Uri, name: &'static str, usual: u64) -> Result<u64, Wrong> {
    let Some(text) = given(uri, name) else { return Ok(usual) };
    let shown: String = text.chars().take(40).collect();
    let wrong =
        || Told::invalid(format!("parameter `{name}` is `{shown}`, no whole number")).into();
    text.parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::slice;
    use viewer::Slice;

    #[test]
    fn a_page_is_at_most_a_hundred_rows_and_never_before_the_first() {
        let check = |query: &str, expected: Option<(u64, u64)>| {
            let uri = format!("/rows?{query}").parse().unwrap();
            let expected = expected.map(|(offset, length)| Slice { offset, length });
            assert_eq!(slice(&uri).ok(), expected, "{query}");
        };
        check("", Some((0, 100)));
        check("offset=5&length=10", Some((5, 10)));
        check("offset=18446744073709551615&length=0", Some((u64::MAX, 0)));
        check("length=101", None);
        check("offset=-1", None);
        check("length=1.5", None);
        check("offset=18446744073709551616", None);
    }
}
