//! What the API tells: lists, changes done, files.

use super::shape::Shape;
use super::shaped::{Chars, Shaped, member, objects};
use axum::Json;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::{PAGE_ROWS_MAX, Page};
use serde::{Deserialize, Serialize};

/// Rows of a page where nobody says how many.
const ROWS: u32 = 50;
/// Tells that an answer is that of an earlier request with the same key.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

objects! {
    /// What a change has led to. A repeated request with the same key gets the same answer.
    Done {
        /// Where the thing made or changed is read.
        location: String,
        /// Its id, where one was made.
        id: Option<String>,
        /// What came of it, where it could be several things.
        outcome: Option<String>,
    }
    /// Which part of a list.
    Listed {
        /// The `next` of the page before; absent for the first page.
        after: Option<Chars<1, 200>>,
        /// Rows wanted, 1 to 500; 50 where absent.
        rows: Option<Rows>,
    }
}

impl Done {
    /// Tells of a thing that was made.
    pub(crate) fn made(folder: &str, id: &impl ToString) -> Self {
        let id = id.to_string();
        Self { location: format!("/api/v1/{folder}/{id}"), id: Some(id), outcome: None }
    }

    /// Tells of a thing that was changed.
    pub(crate) fn changed(folder: &str, id: &impl ToString) -> Self {
        Self { id: None, ..Self::made(folder, id) }
    }

    /// Adds what came of it.
    pub(crate) fn with(self, outcome: &str) -> Self {
        Self { outcome: Some(outcome.to_owned()), ..self }
    }
}

/// A change done now, or the answer of an earlier request with the same key.
pub(crate) struct Answered {
    pub(crate) done: Done,
    pub(crate) is_replayed: bool,
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let is_made = self.done.id.is_some() && !self.is_replayed;
        let status = if is_made { StatusCode::CREATED } else { StatusCode::OK };
        let location = HeaderValue::from_str(&self.done.location);
        let mut response = (status, Json(self.done)).into_response();
        if let Ok(location) = location {
            response.headers_mut().insert(LOCATION, location);
        }
        if self.is_replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// Rows of a page.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Rows(u32);

impl Rows {
    /// Returns how many.
    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl Shaped for Rows {
    fn shape() -> Shape {
        Shape::Integer { least: 1, most: PAGE_ROWS_MAX.into() }
    }
}

/// Returns the page that is asked for.
pub(crate) fn page_of(after: Option<Chars<1, 200>>, rows: Option<Rows>) -> Page {
    Page::after(after.map(|key| key.0), rows.map_or(ROWS, |rows| rows.0))
}

impl From<Listed> for Page {
    fn from(listed: Listed) -> Self {
        page_of(listed.after, listed.rows)
    }
}

/// A part of a list.
#[derive(Debug, Serialize)]
pub(crate) struct List<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> List<T> {
    /// Makes a page from the rows that were found. A full page says where the next begins; rows
    /// that `item` leaves out are not shown, yet counted.
    pub(crate) fn of<R>(
        rows: Vec<R>,
        page: &Page,
        key: impl Fn(&R) -> String,
        item: impl FnMut(R) -> Option<T>,
    ) -> Self {
        let is_full = u32::try_from(rows.len()).is_ok_and(|count| count >= page.rows);
        let next = rows.last().filter(|_| is_full).map(key);
        Self { items: rows.into_iter().filter_map(item).collect(), next }
    }

    /// Makes a list that has no second page.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

impl<T: Shaped> Shaped for List<T> {
    fn shape() -> Shape {
        Shape::Object(vec![
            member::<Vec<T>>("items", "The rows."),
            member::<Option<String>>(
                "next",
                "Give it as `after` for the next rows; null at the end.",
            ),
        ])
    }
}

/// A file to be kept by whoever fetches it.
pub(crate) struct File {
    name: String,
    bytes: Vec<u8>,
    media: &'static str,
}

impl File {
    /// Makes a file. What of its name does not belong into a header is left out.
    pub(crate) fn new(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name = name.chars().filter(is_plain).take(100).collect();
        Self { name, bytes: bytes.into(), media: "application/octet-stream" }
    }

    /// Sets its media type.
    pub(crate) fn of(self, media: &'static str) -> Self {
        Self { media, ..self }
    }
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let mut response = self.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media));
        let named = format!("attachment; filename=\"{}\"", self.name);
        if let Ok(value) = HeaderValue::from_str(&named) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
        response
    }
}
