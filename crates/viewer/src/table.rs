//! One split as a table: any rows by their numbers, or all of them one after the other.

use crate::cell::Cell;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::format::Format;
use crate::index::{FileIndex, SplitIndex};
use crate::limits::{INDEX_ROWS, Limits};
use crate::parquet_file::ParquetFile;
use crate::source::SourceFile;
use crate::text::{Shape, TextRows};
use std::ops::{ControlFlow, Range};

/// What a row costs a scan besides its cells: a file of a few bytes can claim very many empty
/// rows. ASSUMPTION: 67 million such rows in the default limit take seconds.
const ROW_BYTES: usize = 32;

/// A split, ready to be asked.
#[derive(Debug)]
pub struct Table {
    files: Vec<SourceFile>,
    index: SplitIndex,
    limits: Limits,
}

/// Gets each row of a scan with its number.
pub(crate) type Visit<'a> = dyn FnMut(u64, Vec<Cell>) -> ControlFlow<()> + 'a;

/// Gets each row asked for, with its place among them.
pub(crate) type Take<'a> = dyn FnMut(usize, Vec<Cell>) + 'a;

impl Table {
    /// Puts the files of a split and their index together.
    ///
    /// # Errors
    /// [`Error::IndexStale`] if the index was built of other files.
    pub fn open(files: Vec<SourceFile>, index: SplitIndex, limits: Limits) -> Result<Self> {
        let fits = |(file, index): (&SourceFile, &FileIndex)| {
            file.path == index.path && file.bytes.len() == index.size_bytes
        };
        if files.len() != index.files.len() || !files.iter().zip(&index.files).all(fits) {
            return Err(Error::IndexStale);
        }
        Ok(Self { files, index, limits })
    }

    /// Returns the index.
    #[must_use]
    pub fn index(&self) -> &SplitIndex {
        &self.index
    }

    /// Returns the columns in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.index.columns()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the place of a column.
    pub(crate) fn column_place(&self, name: &str) -> Result<usize> {
        let place = self.columns().iter().position(|column| column.name == name);
        place.ok_or_else(|| Error::ColumnUnknown { column: name.to_owned() })
    }

    /// Hands every row's wanted columns to `visit` until it breaks off or the scan's bytes are
    /// used up. Returns whether all rows were seen that could have been.
    pub(crate) fn scan(&self, wanted: &[usize], visit: &mut Visit<'_>) -> Result<bool> {
        let mut left = self.limits.scan_bytes_max;
        let mut start = 0;
        for (file, index) in self.files.iter().zip(&self.index.files) {
            let end = index.rows.saturating_add(start);
            let mut row = start;
            let mut step = |cells: Vec<Cell>| {
                let weight = cells.iter().map(Cell::weight_bytes).sum::<usize>() + ROW_BYTES;
                let weight = u64::try_from(weight).unwrap_or(u64::MAX);
                let Some(rest) = left.checked_sub(weight) else { return Step::Full };
                left = rest;
                row += 1;
                match visit(row - 1, cells) {
                    ControlFlow::Continue(()) => Step::On,
                    ControlFlow::Break(()) => Step::Done,
                }
            };
            let step = match index.format {
                Format::Parquet => self.scan_parquet(file, wanted, &mut step)?,
                _ => self.scan_text(file, index, wanted, &mut step)?,
            };
            match step {
                Step::On => {}
                Step::Full => return Ok(false),
                Step::Done => return Ok(true),
            }
            start = end;
        }
        Ok(!self.index.is_partial())
    }

    fn scan_text(
        &self,
        file: &SourceFile,
        index: &FileIndex,
        wanted: &[usize],
        step: &mut dyn FnMut(Vec<Cell>) -> Step,
    ) -> Result<Step> {
        let mut rows = self.text_rows(file, index, wanted, 0)?;
        while let Some((cells, _)) = rows.next()? {
            match step(cells) {
                Step::On => {}
                other => return Ok(other),
            }
        }
        Ok(Step::On)
    }

    fn scan_parquet(
        &self,
        file: &SourceFile,
        wanted: &[usize],
        step: &mut dyn FnMut(Vec<Cell>) -> Step,
    ) -> Result<Step> {
        let opened = ParquetFile::open(file)?;
        let roots = self.roots(&opened, wanted);
        for (group, rows) in opened.groups_of(0..u64::MAX) {
            let count = usize::try_from(rows.end - rows.start).unwrap_or(usize::MAX);
            let mut rows = opened.rows(group, &roots, whole(count))?;
            while let Some(cells) = rows.next()? {
                match step(cells) {
                    Step::On => {}
                    other => return Ok(other),
                }
            }
        }
        Ok(Step::On)
    }

    /// Hands the wanted columns of rows to `take`, with the place of the row among those asked for:
    /// one row at a time, as one row can be large.
    ///
    /// # Errors
    /// [`Error::RowUnknown`] for a row after the last one.
    pub(crate) fn rows_at(
        &self,
        rows: &[u64],
        wanted: &[usize],
        take: &mut Take<'_>,
    ) -> Result<()> {
        let total = self.index.rows();
        if let Some(row) = rows.iter().copied().find(|row| *row >= total) {
            return Err(Error::RowUnknown { row, rows: total });
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|place| rows[*place]);
        let sorted: Vec<u64> = order.iter().map(|place| rows[*place]).collect();
        let mut places = order.into_iter();
        let mut next = |cells: Vec<Cell>| {
            if let Some(place) = places.next() {
                take(place, cells);
            }
        };
        let mut start = 0;
        for at in self.files.iter().zip(&self.index.files) {
            let end = at.1.rows.saturating_add(start);
            let here = sorted.iter().filter(|row| (start..end).contains(row));
            let here: Vec<u64> = here.map(|row| row - start).collect();
            if !here.is_empty() {
                match at.1.format {
                    Format::Parquet => self.pick_parquet(at.0, wanted, &here, &mut next)?,
                    _ => self.pick_text(at, wanted, &here, &mut next)?,
                }
            }
            start = end;
        }
        if places.next().is_some() { Err(Error::IndexStale) } else { Ok(()) }
    }

    fn pick_text(
        &self,
        (file, index): (&SourceFile, &FileIndex),
        wanted: &[usize],
        rows: &[u64],
        next: &mut dyn FnMut(Vec<Cell>),
    ) -> Result<()> {
        let mut reader: Option<(TextRows<'_>, u64)> = None;
        for row in rows {
            // A far row is entered anew by the index; gzip has to be read through in any case.
            let is_near = |at: u64| index.is_gzip || row - at < INDEX_ROWS;
            let (mut opened, mut at) = match reader.take() {
                Some((opened, at)) if at <= *row && is_near(at) => (opened, at),
                _ => (self.text_rows(file, index, wanted, *row)?, *row),
            };
            while let Some((cells, _)) = opened.next()? {
                at += 1;
                if at > *row {
                    next(cells);
                    break;
                }
            }
            reader = Some((opened, at));
        }
        Ok(())
    }

    fn pick_parquet(
        &self,
        file: &SourceFile,
        wanted: &[usize],
        rows: &[u64],
        next: &mut dyn FnMut(Vec<Cell>),
    ) -> Result<()> {
        let opened = ParquetFile::open(file)?;
        let roots = self.roots(&opened, wanted);
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        for (group, span) in opened.groups_of(*first..last.saturating_add(1)) {
            let here = rows.iter().filter(|row| span.contains(row));
            let here: Vec<usize> =
                here.map(|row| usize::try_from(row - span.start).unwrap_or(usize::MAX)).collect();
            if here.is_empty() {
                continue;
            }
            let mut reader = opened.rows(group, &roots, ranges(&here))?;
            while let Some(cells) = reader.next()? {
                next(cells);
            }
        }
        Ok(())
    }

    fn text_rows<'a>(
        &'a self,
        file: &SourceFile,
        index: &'a FileIndex,
        wanted: &[usize],
        row: u64,
    ) -> Result<TextRows<'a>> {
        let FileIndex { format, is_gzip, .. } = *index;
        let shape = Shape { format, is_gzip, delimiter: self.index.delimiter };
        let columns = wanted.iter().map(|place| &self.index.columns[*place]).collect();
        TextRows::open(file, shape, index, columns, row)
    }

    /// Finds wanted columns in a file, which may lack some.
    fn roots(&self, file: &ParquetFile, wanted: &[usize]) -> Vec<Option<usize>> {
        let name = |place: &usize| &self.index.columns[*place].name;
        let root = |name: &String| file.columns().iter().position(|column| column.name == *name);
        wanted.iter().map(name).map(root).collect()
    }
}

/// Whether a scan goes on.
enum Step {
    On,
    Full,
    Done,
}

/// All rows of a group as ranges.
fn whole(count: usize) -> Vec<Range<usize>> {
    std::iter::once(0..count).collect()
}

/// Joins ascending rows into ranges.
fn ranges(rows: &[usize]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some(last) if last.end == *row => last.end += 1,
            Some(last) if last.contains(row) => {}
            _ => ranges.push(*row..row + 1),
        }
    }
    ranges
}
