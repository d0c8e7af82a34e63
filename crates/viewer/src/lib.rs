//! Tables inside datasets: configs, splits, rows, search, filter, statistics, Croissant.
//!
//! The engine behind the dataset viewer, with the bodies of Hugging Face's viewer API as typed
//! values (huggingface.co/docs/dataset-viewer). It is synchronous and pure over [`ReadAt`]: the
//! caller finds the files, keeps the index and serves the answers.
//!
//! 1. [`configs_find`]: the card and the paths give configs and splits.
//! 2. [`SplitIndex::build`]: one pass over a split's files, once for a revision; keep
//!    [`SplitIndex::to_bytes`].
//! 3. [`Table::open`]: then [`Table::rows`], [`Table::search`], [`Table::filter`],
//!    [`Table::statistics`], [`Table::cell_bytes`].
//! 4. [`splits_answer`], [`size_answer`], [`info_answer`], [`parquet_answer`], [`croissant`].
//!
//! Must never: trust a file's own figures before checking them, hold a whole file, open archives,
//! or panic on data. Floats stand for other people's numbers only.
//! Start reading at [`Table`].

mod answer;
mod arrow_cell;
mod cell;
mod column;
mod compare;
mod config;
mod croissant;
mod error;
mod expression;
mod format;
mod glob;
mod guess;
mod histogram;
mod index;
pub mod limits;
mod media;
mod number;
mod page_check;
mod parquet_file;
mod predicate;
mod query;
mod record;
mod show;
mod source;
mod statistics;
mod table;
mod text;
mod time;

#[cfg(test)]
mod tests;

pub use answer::{
    Indexed, InfoAnswer, IsValid, ParquetFiles, ParquetItem, Size, SizeAnswer, Sizes, SplitItem,
    Splits, info_answer, parquet_answer, size_answer, splits_answer,
};
pub use cell::Cell;
pub use column::{Column, FeatureItem, Kind, feature_items};
pub use config::{CardConfig, CardSplit, Config, Split, configs_find};
pub use croissant::{CroissantCreator, CroissantFacts, CroissantFile, CroissantSplit, croissant};
pub use error::{Error, Result};
pub use format::Format;
pub use index::SplitIndex;
pub use limits::Limits;
pub use media::{image_size, media_type};
pub use query::{FirstRows, Place, RowsPage, Slice};
pub use show::{AssetPlace, AssetUrl, RowItem, is_shown_inline};
pub use source::{ReadAt, SourceFile};
pub use statistics::{
    BoolFigures, ColumnStatistics, Figure, Figures, Frequencies, Histogram, LabelFigures,
    MomentFigures, NumberFigures, Statistics,
};
pub use table::Table;
