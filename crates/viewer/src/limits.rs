//! The limits. A viewer opens files of strangers: everything it allocates is bounded first.

/// Rows of one page, as the public viewer allows.
///
/// Source: huggingface.co/docs/dataset-viewer/rows, parameter `length`.
pub const PAGE_ROWS_MAX: u64 = 100;

/// Most columns of a table. ASSUMPTION: the public viewer stops at 1,000 as well.
pub const COLUMNS_MAX: usize = 1_000;

/// Deepest nesting of lists and structs in a schema. ASSUMPTION: real schemas stay below ten.
pub const NESTING_MAX: usize = 32;

/// Longest row of a CSV or JSON file. ASSUMPTION: ten times a long document.
pub const ROW_BYTES_MAX: u64 = 16 << 20;

/// Longest cell shown by `/first-rows`; what is cut is named in `truncated_cells`.
/// ASSUMPTION: a screen full of text.
pub const FIRST_CELL_BYTES_MAX: usize = 4 << 10;

/// Longest cell shown by the other pages. ASSUMPTION: a book chapter.
pub const CELL_BYTES_MAX: usize = 256 << 10;

/// Bytes of cells on one page, after which cells are cut to [`CELL_BYTES_FULL`]: the bound on an
/// answer. ASSUMPTION: 100 rows of 1,000 columns are then below 150 MB, and real pages far less.
pub const PAGE_BYTES_SHOWN_MAX: usize = 32 << 20;

/// Longest cell once a page is full.
pub const CELL_BYTES_FULL: usize = 256;

/// Longest asset (image, audio) handed out.
pub const ASSET_BYTES_MAX: usize = 64 << 20;

/// Largest footer of a Parquet file. ASSUMPTION: 1,000 columns in 10,000 row groups stay below.
pub const FOOTER_BYTES_MAX: u64 = 64 << 20;

/// Most row groups of one Parquet file.
pub const ROW_GROUPS_MAX: usize = 100_000;

/// Largest page of a Parquet file once decompressed. Writers aim at 1 MiB; a page of one huge
/// image can pass that.
pub const PAGE_BYTES_MAX: u64 = 128 << 20;

/// Most values of a list column in one row group: the bound on what one row can decode to.
/// ASSUMPTION: 64 Mi values are 100 MB row groups of two-byte numbers.
pub const LIST_VALUES_MAX: u64 = 64 << 20;

/// Most rows kept while sorting: 200 pages.
pub const SORT_ROWS_MAX: u64 = 20_000;

/// Bytes of a text by which rows are sorted; later bytes do not count.
pub const SORT_KEY_BYTES_MAX: usize = 1_024;

/// Rows between two entries of a text file's index: a page reads at most this many rows too many.
pub const INDEX_ROWS: u64 = 1_000;

/// Limits a caller may set by what it can spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Decompressed bytes of one file read for its index; the rows after them do not show, and
    /// answers say `partial`.
    pub index_bytes_max: u64,
    /// Bytes of cells one search, filter, sort or statistics pass looks at; then the answer says
    /// `partial`.
    pub scan_bytes_max: u64,
    /// Numbers kept at a time for medians: eight bytes each.
    pub statistics_values_max: u64,
}

impl Default for Limits {
    /// 4 GiB for an index, 2 GiB a scan, 8 Mi numbers (64 MiB).
    fn default() -> Self {
        Self { index_bytes_max: 4 << 30, scan_bytes_max: 2 << 30, statistics_values_max: 8 << 20 }
    }
}
