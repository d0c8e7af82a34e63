//! Paging by a stable key.

use serde::{Deserialize, Serialize};

/// Most rows one page may hold: what a person scrolls and a client reads at once.
pub const PAGE_ROWS_MAX: u32 = 500;

/// Asks for the rows after a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The last key of the page before; `None` for the first page.
    pub after: Option<String>,
    /// Rows wanted, 1 to [`PAGE_ROWS_MAX`].
    pub rows: u32,
}

impl Page {
    /// Asks for the first rows; the count is held between 1 and [`PAGE_ROWS_MAX`].
    #[must_use]
    pub fn first(rows: u32) -> Self {
        Self::after(None, rows)
    }

    /// Asks for the rows after a key; the count is held between 1 and [`PAGE_ROWS_MAX`].
    #[must_use]
    pub fn after(after: Option<String>, rows: u32) -> Self {
        Self { after, rows: rows.clamp(1, PAGE_ROWS_MAX) }
    }
}
