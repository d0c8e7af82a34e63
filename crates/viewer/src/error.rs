//! What can go wrong, and the limits that are refused beyond.

use std::io;
use thiserror::Error;

/// Why the viewer has no answer.
///
/// Everything but [`Error::Read`] lies in the data or in the question, so that trying again does
/// not help.
#[derive(Debug, Error)]
pub enum Error {
    /// The store could not be read; trying again may help.
    #[error("the bytes of `{path}` could not be read")]
    Read {
        /// Path inside the repository.
        path: String,
        /// What the store reported.
        #[source]
        source: io::Error,
    },
    /// A file is not what its name says, or is broken.
    #[error("file `{path}` cannot be read as {format} ({reason}); mend the file and push it again")]
    Broken {
        /// Path inside the repository.
        path: String,
        /// Name of the format.
        format: &'static str,
        /// What the reader met, with the row where there is one.
        reason: String,
    },
    /// A file passes a limit of this crate.
    #[error("file `{path}` has {what}, over the limit of `{limit}`; split or rewrite the file")]
    TooBig {
        /// Path inside the repository.
        path: String,
        /// What there is too much of.
        what: String,
        /// The limit, in the unit of `what`.
        limit: u64,
    },
    /// The format of a file is not shown.
    #[error("file `{path}` is of no format the viewer shows; use Parquet, CSV or JSON Lines")]
    FormatUnknown {
        /// Path inside the repository.
        path: String,
    },
    /// Files of one split are of several formats.
    #[error("split `{split}` mixes formats; name one format in the card's `data_files`")]
    FormatsMixed {
        /// Name of the split.
        split: String,
    },
    /// The card's configs contradict themselves.
    #[error("the card's config `{config}` {reason}")]
    CardWrong {
        /// Name of the config.
        config: String,
        /// What is wrong, and what to write.
        reason: String,
    },
    /// There is no such column.
    #[error("there is no column `{column}`; use a name from the features")]
    ColumnUnknown {
        /// The name asked for.
        column: String,
    },
    /// There is no such row.
    #[error("there is no row `{row}`; rows go from `0` to below `{rows}`")]
    RowUnknown {
        /// The row asked for.
        row: u64,
        /// How many rows there are.
        rows: u64,
    },
    /// The cell holds no image, audio or bytes.
    #[error("column `{column}` of row `{row}` holds no bytes")]
    CellWithoutBytes {
        /// Name of the column.
        column: String,
        /// The row.
        row: u64,
    },
    /// A filter or an order cannot be understood.
    #[error("the expression is wrong at character `{position}`: {reason}")]
    Expression {
        /// Characters before the wrong place.
        position: usize,
        /// What was expected.
        reason: String,
    },
    /// A sorted answer so far down would have to keep too many rows.
    #[error("sorted rows end at `{limit}`, and `{asked}` was asked for; filter first")]
    SortTooDeep {
        /// Last row asked for.
        asked: u64,
        /// Most rows that are kept while sorting.
        limit: u64,
    },
    /// A stored index is not of this version or does not fit the files.
    #[error("the index does not fit the files; build it again")]
    IndexStale,
}

impl Error {
    /// Says whether asking again, unchanged, can help.
    #[must_use]
    pub fn can_retry(&self) -> bool {
        matches!(self, Self::Read { .. })
    }

    pub(crate) fn broken(path: &str, format: &'static str, reason: impl ToString) -> Self {
        Self::Broken { path: path.to_owned(), format, reason: reason.to_string() }
    }

    pub(crate) fn read(path: &str, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn too_big(path: &str, what: impl ToString, limit: u64) -> Self {
        Self::TooBig { path: path.to_owned(), what: what.to_string(), limit }
    }
}

/// What the crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;
