//! The questions that answer with rows: first rows, pages, search, filter, and one cell's bytes.

use crate::cell::Cell;
use crate::column::{Column, FeatureItem, Kind, feature_items};
use crate::compare::{compare, compare_decimals};
use crate::error::{Error, Result};
use crate::expression::{expression_parse, order_parse};
use crate::limits::{
    ASSET_BYTES_MAX, CELL_BYTES_MAX, FIRST_CELL_BYTES_MAX, PAGE_ROWS_MAX, SORT_KEY_BYTES_MAX,
    SORT_ROWS_MAX,
};
use crate::media::media_type;
use crate::predicate::Predicate;
use crate::show::{AssetUrl, RowItem, Shown, asset_bytes};
use crate::table::Table;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

/// Longest text searched for, in characters.
const QUERY_CHARS_MAX: usize = 1_000;

/// Which split an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Id of the dataset, `owner/name`.
    pub dataset: &'a str,
    /// Name of the config.
    pub config: &'a str,
    /// Name of the split.
    pub split: &'a str,
}

/// The body of `/first-rows`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstRows {
    /// Id of the dataset.
    pub dataset: String,
    /// Name of the config.
    pub config: String,
    /// Name of the split.
    pub split: String,
    /// The columns.
    pub features: Vec<FeatureItem>,
    /// At most 100 rows.
    pub rows: Vec<RowItem>,
    /// Whether the split has more rows.
    pub truncated: bool,
}

/// The body of `/rows`, `/search` and `/filter`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowsPage {
    /// The columns.
    pub features: Vec<FeatureItem>,
    /// The rows asked for.
    pub rows: Vec<RowItem>,
    /// How many rows there are, or how many match.
    pub num_rows_total: u64,
    /// Most rows of one page: 100.
    pub num_rows_per_page: u64,
    /// Whether only a part of the data was looked at.
    pub partial: bool,
}

/// A slice of rows: `offset` before it, at most `length` in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Rows before the first one wanted.
    pub offset: u64,
    /// Rows wanted; more than 100 count as 100.
    pub length: u64,
}

impl Slice {
    fn length(self) -> u64 {
        self.length.min(PAGE_ROWS_MAX)
    }

    fn end(self) -> u64 {
        self.offset.saturating_add(self.length())
    }
}

impl Table {
    /// Answers `/first-rows`: the first 100 rows, long cells cut to 4 KiB.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Broken`], [`Error::TooBig`] of the files.
    pub fn first_rows(&self, place: Place<'_>, asset_url: &AssetUrl<'_>) -> Result<FirstRows> {
        let rows: Vec<u64> = (0..self.index().rows().min(PAGE_ROWS_MAX)).collect();
        Ok(FirstRows {
            dataset: place.dataset.to_owned(),
            config: place.config.to_owned(),
            split: place.split.to_owned(),
            features: feature_items(self.columns()),
            rows: self.shown_rows(&rows, asset_url, FIRST_CELL_BYTES_MAX)?,
            truncated: self.index().rows() > PAGE_ROWS_MAX || self.index().is_partial(),
        })
    }

    /// Answers `/rows`: any slice. A slice after the end is empty.
    ///
    /// Parquet is entered at the row group and page, text at the thousandth row before.
    ///
    /// # Errors
    /// As [`Table::first_rows`].
    pub fn rows(&self, slice: Slice, asset_url: &AssetUrl<'_>) -> Result<RowsPage> {
        let total = self.index().rows();
        let rows: Vec<u64> = (slice.offset.min(total)..slice.end().min(total)).collect();
        self.page(&rows, total, self.index().is_partial(), asset_url)
    }

    /// Answers `/search`: rows where any text contains the query, whatever the case.
    ///
    /// Text is compared as it stands, so Chinese needs no dictionary. Texts inside lists and
    /// structs count.
    ///
    /// # Errors
    /// [`Error::Expression`] for an empty query or one over 1,000 characters; as
    /// [`Table::first_rows`].
    pub fn search(&self, query: &str, slice: Slice, asset_url: &AssetUrl<'_>) -> Result<RowsPage> {
        let query = query.trim().to_lowercase();
        if query.is_empty() || query.chars().count() > QUERY_CHARS_MAX {
            let reason = format!("search for `1` to `{QUERY_CHARS_MAX}` characters");
            return Err(Error::Expression { position: 0, reason });
        }
        let wanted: Vec<usize> = places(self.columns(), |column| has_text(&column.kind));
        let (mut total, mut rows) = (0, Vec::new());
        let is_complete = self.scan(&wanted, &mut |row, cells| {
            if cells.iter().any(|cell| contains(cell, &query)) {
                keep(row, slice, &mut total, &mut rows);
            }
            ControlFlow::Continue(())
        })?;
        self.page(&rows, total, !is_complete, asset_url)
    }

    /// Answers `/filter`: rows for which `filter` is true, by number or by `orderby`.
    ///
    /// An empty `filter` takes all rows; an empty `orderby` keeps their order. Nulls come last
    /// either way, equal rows by number. Sorted answers reach down to row 20,000, and texts sort
    /// by their first 1,024 bytes.
    ///
    /// # Errors
    /// [`Error::Expression`], [`Error::ColumnUnknown`], [`Error::SortTooDeep`]; as
    /// [`Table::first_rows`].
    pub fn filter(
        &self,
        filter: &str,
        orderby: &str,
        slice: Slice,
        asset_url: &AssetUrl<'_>,
    ) -> Result<RowsPage> {
        let predicate = match filter.trim() {
            "" => None,
            text => Some(Predicate::bind(&expression_parse(text)?, self.columns())?),
        };
        if !orderby.trim().is_empty() {
            let (rows, total, is_complete) = self.sort(predicate.as_ref(), orderby, slice)?;
            return self.page(&rows, total, !is_complete, asset_url);
        }
        let (mut total, mut rows) = (0, Vec::new());
        let wanted = predicate.as_ref().map_or(&[][..], |predicate| &predicate.columns);
        let is_complete = self.scan(wanted, &mut |row, cells| {
            if predicate.as_ref().is_none_or(|predicate| predicate.takes(&cells)) {
                keep(row, slice, &mut total, &mut rows);
            }
            ControlFlow::Continue(())
        })?;
        self.page(&rows, total, !is_complete, asset_url)
    }

    /// Keeps the first rows of an order in a heap no larger than the page's end.
    fn sort(
        &self,
        predicate: Option<&Predicate>,
        orderby: &str,
        slice: Slice,
    ) -> Result<(Vec<u64>, u64, bool)> {
        let order = order_parse(orderby)?;
        if slice.end() > SORT_ROWS_MAX {
            return Err(Error::SortTooDeep { asked: slice.end(), limit: SORT_ROWS_MAX });
        }
        let column = self.column_place(&order.column)?;
        let rank = match &self.columns()[column].kind {
            Kind::Decimal => Rank::Decimal,
            Kind::List(_) | Kind::Struct(_) | Kind::Bytes | Kind::Image | Kind::Audio => {
                let reason = format!("column `{}` has no order", order.column);
                return Err(Error::Expression { position: 0, reason });
            }
            _ => Rank::Plain,
        };
        let mut wanted: Vec<usize> = predicate.map_or(Vec::new(), |p| p.columns.clone());
        // Each column once: a row's cell is moved out, not copied.
        let key_place = wanted.iter().position(|place| *place == column).unwrap_or(wanted.len());
        if key_place == wanted.len() {
            wanted.push(column);
        }
        let most = usize::try_from(slice.end()).unwrap_or(usize::MAX);
        let mut total = 0;
        let mut heap: BinaryHeap<Ranked> = BinaryHeap::new();
        let is_complete = self.scan(&wanted, &mut |row, mut cells| {
            if predicate.is_none_or(|predicate| predicate.takes(&cells)) {
                let key = cells.get_mut(key_place).map_or(Cell::Null, std::mem::take);
                let key = short_key(key);
                total += 1;
                heap.push(Ranked { key, row, rank, is_descending: order.is_descending });
                if heap.len() > most {
                    heap.pop();
                }
            }
            ControlFlow::Continue(())
        })?;
        let offset = usize::try_from(slice.offset).unwrap_or(usize::MAX);
        let sorted = heap.into_sorted_vec().into_iter();
        let rows = sorted.skip(offset).map(|ranked| ranked.row).collect();
        Ok((rows, total, is_complete))
    }

    /// Returns the bytes of an image, a sound or a binary cell, with its media type by the bytes.
    ///
    /// # Errors
    /// [`Error::ColumnUnknown`], [`Error::RowUnknown`], [`Error::CellWithoutBytes`],
    /// [`Error::TooBig`] over 64 MiB; as [`Table::first_rows`].
    pub fn cell_bytes(
        &self,
        row: u64,
        column: &str,
        item: Option<usize>,
    ) -> Result<(&'static str, Vec<u8>)> {
        let place = self.column_place(column)?;
        let mut found = None;
        self.rows_at(&[row], &[place], &mut |_, cells| found = cells.into_iter().next())?;
        let cell = match (found.as_ref(), item) {
            (Some(Cell::List(cells)), Some(item)) => cells.get(item),
            (cell, None) => cell,
            _ => None,
        };
        let Some(bytes) = cell.and_then(asset_bytes) else {
            return Err(Error::CellWithoutBytes { column: column.to_owned(), row });
        };
        if bytes.len() > ASSET_BYTES_MAX {
            let limit = u64::try_from(ASSET_BYTES_MAX).unwrap_or(u64::MAX);
            return Err(Error::too_big(
                column,
                format!("a cell of `{}` bytes", bytes.len()),
                limit,
            ));
        }
        Ok((media_type(bytes), bytes.to_vec()))
    }

    fn page(
        &self,
        rows: &[u64],
        num_rows_total: u64,
        partial: bool,
        asset_url: &AssetUrl<'_>,
    ) -> Result<RowsPage> {
        Ok(RowsPage {
            features: feature_items(self.columns()),
            rows: self.shown_rows(rows, asset_url, CELL_BYTES_MAX)?,
            num_rows_total,
            num_rows_per_page: PAGE_ROWS_MAX,
            partial,
        })
    }

    fn shown_rows(
        &self,
        rows: &[u64],
        asset_url: &AssetUrl<'_>,
        cell_bytes_max: usize,
    ) -> Result<Vec<RowItem>> {
        let mut shown = Shown::new(self.columns(), asset_url, cell_bytes_max);
        let wanted: Vec<usize> = (0..self.columns().len()).collect();
        let mut items: Vec<Option<RowItem>> = vec![None; rows.len()];
        self.rows_at(rows, &wanted, &mut |place, cells| {
            items[place] = Some(shown.row(rows[place], cells));
        })?;
        Ok(items.into_iter().flatten().collect())
    }
}

/// Counts a match, and keeps it if it is in the slice.
fn keep(row: u64, slice: Slice, total: &mut u64, rows: &mut Vec<u64>) {
    if (slice.offset..slice.end()).contains(total) {
        rows.push(row);
    }
    *total += 1;
}

pub(crate) fn places(columns: &[Column], takes: impl Fn(&Column) -> bool) -> Vec<usize> {
    columns.iter().enumerate().filter(|(_, column)| takes(column)).map(|(place, _)| place).collect()
}

fn has_text(kind: &Kind) -> bool {
    match kind {
        Kind::Text | Kind::Json => true,
        Kind::List(inner) => has_text(inner),
        Kind::Struct(fields) => fields.iter().any(|(_, kind)| has_text(kind)),
        _ => false,
    }
}

fn contains(cell: &Cell, query: &str) -> bool {
    match cell {
        Cell::Text(text) => text.to_lowercase().contains(query),
        Cell::List(cells) => cells.iter().any(|cell| contains(cell, query)),
        Cell::Struct(fields) => fields.iter().any(|(_, cell)| contains(cell, query)),
        _ => false,
    }
}

fn short_key(cell: Cell) -> Cell {
    match cell {
        Cell::Text(mut text) => {
            text.truncate(text.floor_char_boundary(SORT_KEY_BYTES_MAX));
            text.shrink_to_fit();
            Cell::Text(text)
        }
        // Values of no common type: only the plain ones have an order.
        Cell::List(_) | Cell::Struct(_) | Cell::Bytes(_) => Cell::Null,
        cell => cell,
    }
}

/// How a column's cells are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Plain,
    Decimal,
}

/// A row in its order: the largest is the one to drop first.
struct Ranked {
    key: Cell,
    row: u64,
    rank: Rank,
    is_descending: bool,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.key, &other.key);
        let nulls = (*a == Cell::Null).cmp(&(*b == Cell::Null));
        let keys = || {
            let order = match (self.rank, a, b) {
                (Rank::Decimal, Cell::Text(a), Cell::Text(b)) => compare_decimals(a, b),
                _ => compare(a, b),
            };
            // In a column of no common type the kinds of values are kept apart.
            let order = order.unwrap_or_else(|| kind_rank(a).cmp(&kind_rank(b)));
            if self.is_descending { order.reverse() } else { order }
        };
        nulls.then_with(keys).then(self.row.cmp(&other.row))
    }
}

fn kind_rank(cell: &Cell) -> u8 {
    match cell {
        Cell::Bool(_) => 0,
        Cell::Int(_) | Cell::UInt(_) | Cell::Float(_) => 1,
        Cell::Text(_) => 2,
        _ => 3,
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}
