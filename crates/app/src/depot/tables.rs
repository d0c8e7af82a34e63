//! Tables inside datasets, as pages ask for them.
//!
//! The wire works tables out: it has the queue, the indexes that are kept, and the key that signs
//! addresses of pictures. Pages have the same rank, so they ask through [`Tables`].

use futures_util::future::BoxFuture;
use hub::{Refused, Repo};
use std::sync::Arc;
use viewer::{Column, Config, RowsPage, Slice};

/// Works out what pages show of a dataset's tables.
pub trait Tables: Send + Sync {
    /// Answers with a page of rows.
    ///
    /// The caller has tested [`hub::Action::Read`] and noted the reading. What takes long goes on
    /// behind the answer [`Unshown::NotReady`], so that asking again finds it.
    ///
    /// # Errors
    /// Each [`Unshown`]; [`Unshown::Refused`] for a revision that is not there.
    fn table(self: Arc<Self>, asked: TableAsked) -> BoxFuture<'static, Result<Shown, Unshown>>;
}

/// What is asked of a table.
#[derive(Debug, Clone)]
pub struct TableAsked {
    /// The dataset.
    pub repo: Arc<Repo>,
    /// A branch, tag or commit.
    pub revision: String,
    /// Name of the config; without it the default one.
    pub config: Option<String>,
    /// Name of the split; without it the first one.
    pub split: Option<String>,
    /// Which rows.
    pub rows: RowsAsked,
    /// Which of those.
    pub slice: Slice,
    /// Whether figures of the columns are wanted also where the table is large.
    pub has_figures: bool,
}

/// Which rows are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowsAsked {
    /// All.
    All,
    /// Those in which any text contains this one.
    Search(String),
    /// Those for which an expression is true, in an order; either may be empty.
    Filter {
        /// The expression.
        filter: String,
        /// A column, with `DESC` behind it for the other way round.
        order: String,
    },
}

/// A dataset with one of its tables.
#[derive(Debug)]
pub struct Shown {
    /// Commit that was read.
    pub commit: String,
    /// Every config with its splits.
    pub configs: Vec<Config>,
    /// The config that was taken.
    pub config: String,
    /// The split that was taken.
    pub split: String,
    /// The table, or why there is none.
    pub table: Result<TableShown, Unshown>,
}

/// One table.
#[derive(Debug)]
pub struct TableShown {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Rows in all, of those that were read.
    pub rows: u64,
    /// Bytes of its files.
    pub size_bytes: u64,
    /// Whether a file was too large to be read to its end.
    pub is_partial: bool,
    /// The rows asked for, or what is wrong with the question. Addresses of pictures and sounds
    /// begin at the root of the zone.
    pub page: Result<RowsPage, Unshown>,
    /// Figures of the columns: the JSON body of the wire's `/statistics`. `None` where they were
    /// not asked for and the table is large.
    pub figures: Option<Result<Arc<Vec<u8>>, Unshown>>,
}

/// Why something cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unshown {
    /// There is no such config or split.
    Unknown,
    /// The files are no table, or are broken: what is wrong, in English.
    NotATable(String),
    /// Something passes a limit: which, in English.
    TooLarge(String),
    /// It is being read; asking again in some seconds helps.
    NotReady,
    /// The question is wrong.
    Question {
        /// Characters of the expression before the wrong place, where one is known.
        position: Option<usize>,
        /// What is wrong, in English.
        message: String,
    },
    /// The hub refuses.
    Refused(Refused),
    /// The machine failed: the cause, for the log alone.
    Failed(String),
}
