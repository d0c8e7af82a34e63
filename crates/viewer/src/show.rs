//! Cells as answers show them: images and sounds as links, long values cut.

use crate::cell::Cell;
use crate::column::{Column, Kind};
use crate::limits::{CELL_BYTES_FULL, PAGE_BYTES_SHOWN_MAX};
use crate::media::{UNKNOWN, image_size, media_type};
use serde::Serialize;
use std::io::{self, Write};

/// Where the bytes of an image or sound are found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssetPlace<'a> {
    /// The row, from 0.
    pub row: u64,
    /// The column.
    pub column: &'a str,
    /// The place in the list, if the column holds lists of images.
    pub item: Option<usize>,
    /// Media type by the bytes.
    pub media_type: &'static str,
}

/// Writes the address of an asset; the caller knows its routes and signs what is private.
pub type AssetUrl<'a> = dyn Fn(AssetPlace<'_>) -> String + 'a;

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowItem {
    /// The row's number in the split, from 0.
    pub row_idx: u64,
    /// The cells by column, in the order of the features.
    pub row: Cell,
    /// Columns whose cells were cut; a cut cell is text.
    pub truncated_cells: Vec<String>,
}

/// How rows are shown.
pub(crate) struct Shown<'a> {
    columns: &'a [Column],
    asset_url: &'a AssetUrl<'a>,
    cell_bytes_max: usize,
    /// Bytes shown so far.
    shown_bytes: usize,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(
        columns: &'a [Column],
        asset_url: &'a AssetUrl<'a>,
        cell_bytes_max: usize,
    ) -> Self {
        Self { columns, asset_url, cell_bytes_max, shown_bytes: 0 }
    }

    /// Shows a row. Once a page has [`PAGE_BYTES_SHOWN_MAX`], its other cells are cut short.
    pub(crate) fn row(&mut self, row: u64, cells: Vec<Cell>) -> RowItem {
        let mut truncated_cells = Vec::new();
        let mut shown = Vec::with_capacity(cells.len());
        for (column, cell) in self.columns.iter().zip(cells) {
            let cell = self.with_assets(row, column, cell);
            let is_full = self.shown_bytes > PAGE_BYTES_SHOWN_MAX;
            let bytes_max = if is_full { CELL_BYTES_FULL } else { self.cell_bytes_max };
            let (cell, is_cut) = cut(cell, bytes_max);
            self.shown_bytes = self.shown_bytes.saturating_add(cell.weight_bytes());
            if is_cut {
                truncated_cells.push(column.name.clone());
            }
            shown.push((column.name.clone(), cell));
        }
        RowItem { row_idx: row, row: Cell::Struct(shown), truncated_cells }
    }

    fn with_assets(&self, row: u64, column: &Column, cell: Cell) -> Cell {
        match (&column.kind, cell) {
            (kind @ (Kind::Image | Kind::Audio), cell) => {
                self.asset((row, &column.name, None), kind, cell)
            }
            (Kind::List(inner), Cell::List(cells))
                if matches!(**inner, Kind::Image | Kind::Audio) =>
            {
                let asset = |(item, cell)| self.asset((row, &column.name, Some(item)), inner, cell);
                Cell::List(cells.into_iter().enumerate().map(asset).collect())
            }
            (_, cell) => cell,
        }
    }

    fn asset(&self, at: (u64, &str, Option<usize>), kind: &Kind, cell: Cell) -> Cell {
        // An image that is only named leads nowhere from here.
        let Some(bytes) = asset_bytes(&cell) else { return Cell::Null };
        let media_type = media_type(bytes);
        let (row, column, item) = at;
        let place = AssetPlace { row, column, item, media_type };
        let src = Cell::Text((self.asset_url)(place));
        if *kind == Kind::Audio {
            let source = Cell::object([("src", src), ("type", media_type.into())]);
            return Cell::List(vec![source]);
        }
        match image_size(bytes) {
            Some((width, height)) => Cell::object([
                ("src", src),
                ("height", Cell::Int(height.into())),
                ("width", Cell::Int(width.into())),
            ]),
            None => Cell::object([("src", src)]),
        }
    }
}

/// Returns the bytes of `{bytes, path}` or of plain bytes.
pub(crate) fn asset_bytes(cell: &Cell) -> Option<&[u8]> {
    match cell {
        Cell::Bytes(bytes) => Some(bytes),
        _ => match cell.get("bytes") {
            Some(Cell::Bytes(bytes)) => Some(bytes),
            _ => None,
        },
    }
}

/// Says whether a media type may be shown as an image or played; everything else is a download.
#[must_use]
pub fn is_shown_inline(media_type: &str) -> bool {
    media_type != UNKNOWN
}

/// Cuts a cell to about so many bytes; what is not text becomes the start of its JSON.
pub(crate) fn cut(cell: Cell, bytes_max: usize) -> (Cell, bool) {
    match cell {
        Cell::Text(text) if text.len() > bytes_max => {
            (Cell::Text(text[..text.floor_char_boundary(bytes_max)].to_owned()), true)
        }
        Cell::Null | Cell::Bool(_) | Cell::Int(_) | Cell::UInt(_) | Cell::Float(_) => (cell, false),
        Cell::Text(_) => (cell, false),
        cell if cell.weight_bytes() <= bytes_max => (cell, false),
        cell => {
            let mut start = Start { bytes: Vec::new(), bytes_max };
            // The writer stops by an error on purpose; what it took is what is shown.
            drop(serde_json::to_writer(&mut start, &cell));
            let text = String::from_utf8_lossy(&start.bytes);
            (Cell::Text(text.trim_end_matches('\u{fffd}').to_owned()), true)
        }
    }
}

/// Takes the first bytes and refuses the rest.
struct Start {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Write for Start {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let count = buf.len().min(self.bytes_max - self.bytes.len());
        self.bytes.extend_from_slice(&buf[..count]);
        if count == 0 && !buf.is_empty() { Err(io::ErrorKind::WriteZero.into()) } else { Ok(count) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
