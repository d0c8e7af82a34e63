//! Parquet files: footer to columns, row groups to rows.
//!
//! The `parquet` crate reads files of strangers here. Three fences stand around it: sizes are
//! checked before it allocates (`page_check`), views instead of copies keep a batch as small as
//! its pages, and every call goes through [`guarded`], which turns a panic into [`Error::Broken`].

use crate::arrow_cell::{Room, cell_at, kind_of, with_views};
use crate::cell::Cell;
use crate::column::{Column, features_of_metadata};
use crate::error::{Error, Result};
use crate::format::Format;
use crate::index::FileIndex;
use crate::limits::{COLUMNS_MAX, FOOTER_BYTES_MAX, LIST_VALUES_MAX, NESTING_MAX, ROW_GROUPS_MAX};
use crate::page_check::{Codec, Fault, pages_check};
use crate::source::{Cursor, ReadAt, SourceFile, read_exact_at};
use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::basic::{Compression, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use std::io::BufReader;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Most rows of one file: a million million.
const ROWS_MAX: i64 = 1 << 40;
/// Most leaves of all columns together.
const LEAVES_MAX: usize = 10_000;
/// Most bytes of pages held at a time: one page and one dictionary of every column read.
const PAGES_BYTES_MAX: u64 = 1 << 30;
/// Bytes a batch of views may keep alive.
const BATCH_BYTES: u64 = 64 << 20;
/// Most bytes of one row as cells. ASSUMPTION: eight million numbers in a list.
const ROW_CELLS_BYTES_MAX: usize = 256 << 20;
/// Most rows decoded at a time.
const BATCH_ROWS_MAX: u64 = 1_024;

/// The source, as the `parquet` crate wants it.
#[derive(Clone)]
struct Chunks(Arc<dyn ReadAt>);

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Cursor>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(BufReader::with_capacity(4 << 10, Cursor::new(Arc::clone(&self.0), start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = read_exact_at(self.0.as_ref(), start, length);
        bytes.map(Bytes::from).map_err(|error| ParquetError::External(Box::new(error)))
    }
}

/// Runs a call into the `parquet` crate; what it panics on is a broken file, not a broken server.
fn guarded<T>(path: &str, call: impl FnOnce() -> parquet::errors::Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(ParquetError::External(cause))) if cause.is::<std::io::Error>() => {
            let cause = cause.downcast::<std::io::Error>().map_or_else(
                |other| Error::broken(path, Format::Parquet.name(), other),
                |cause| match cause.kind() {
                    std::io::ErrorKind::UnexpectedEof => {
                        Error::broken(path, Format::Parquet.name(), "a part lies outside the file")
                    }
                    _ => Error::read(path, *cause),
                },
            );
            Err(cause)
        }
        Ok(Err(error)) => Err(Error::broken(path, Format::Parquet.name(), error)),
        Err(_) => {
            Err(Error::broken(path, Format::Parquet.name(), "its parts contradict each other"))
        }
    }
}

/// An opened file.
pub(crate) struct ParquetFile {
    path: String,
    chunks: Chunks,
    metadata: ArrowReaderMetadata,
    columns: Vec<Column>,
}

impl ParquetFile {
    /// Reads the footer.
    pub(crate) fn open(file: &SourceFile) -> Result<Self> {
        let path = file.path.clone();
        let broken = |reason: &str| Error::broken(&file.path, Format::Parquet.name(), reason);
        footer_check(file)?;
        let chunks = Chunks(Arc::clone(&file.bytes));
        let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let plain = guarded(&path, || ArrowReaderMetadata::load(&chunks, options()))?;
        let parts = plain.metadata();
        if parts.num_row_groups() > ROW_GROUPS_MAX {
            let limit = u64::try_from(ROW_GROUPS_MAX).unwrap_or(u64::MAX);
            let what = format!("`{}` row groups", parts.num_row_groups());
            return Err(Error::too_big(&path, what, limit));
        }
        let leaves = parts.file_metadata().schema_descr().num_columns();
        if plain.schema().fields().len() > COLUMNS_MAX || leaves > LEAVES_MAX {
            let limit = u64::try_from(COLUMNS_MAX).unwrap_or(u64::MAX);
            let what = format!("`{}` columns", plain.schema().fields().len());
            return Err(Error::too_big(&path, what, limit));
        }
        if parts.row_groups().iter().any(|group| group.num_rows() < 0) {
            return Err(broken("a row group has fewer than no rows"));
        }
        let rows = parts.row_groups().iter().map(|group| group.num_rows());
        if rows.fold(0, i64::saturating_add) > ROWS_MAX {
            return Err(broken("it claims more rows than files have"));
        }
        let columns = columns_of(&path, &plain)?;
        let views: Vec<Field> =
            plain.schema().fields().iter().map(|field| with_views(field, 0)).collect();
        let options = options().with_schema(Arc::new(Schema::new(views)));
        let viewed = guarded(&path, || ArrowReaderMetadata::try_new(Arc::clone(parts), options));
        let metadata = viewed?;
        Ok(Self { path, chunks, metadata, columns })
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns what the index keeps of the file.
    pub(crate) fn index(&self) -> FileIndex {
        let file = SourceFile { path: self.path.clone(), bytes: Arc::clone(&self.chunks.0) };
        let mut index = FileIndex::new(&file, Format::Parquet, false);
        index.rows = self.groups().fold(0, u64::saturating_add);
        let bytes = self.metadata.metadata().row_groups().iter();
        index.bytes_memory = bytes
            .map(|group| u64::try_from(group.total_byte_size()).unwrap_or(0))
            .fold(0, u64::saturating_add);
        index
    }

    /// Returns the rows of each row group.
    fn groups(&self) -> impl Iterator<Item = u64> {
        let groups = self.metadata.metadata().row_groups().iter();
        groups.map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
    }

    /// Says which row groups hold rows of a range, with the rows before each.
    pub(crate) fn groups_of(&self, rows: Range<u64>) -> Vec<(usize, Range<u64>)> {
        let mut start = 0_u64;
        let mut found = Vec::new();
        for (place, count) in self.groups().enumerate() {
            let end = start.saturating_add(count);
            if start < rows.end && rows.start < end {
                found.push((place, start..end));
            }
            start = end;
        }
        found
    }

    /// Reads rows of one row group. `wanted` names roots of the schema;
    /// `ranges` are rows inside the group, ascending and apart.
    pub(crate) fn rows(
        &self,
        group: usize,
        wanted: &[Option<usize>],
        ranges: Vec<Range<usize>>,
    ) -> Result<GroupRows> {
        let mut roots: Vec<usize> = wanted.iter().flatten().copied().collect();
        roots.sort_unstable();
        roots.dedup();
        let place = |root: &usize| roots.binary_search(root).ok();
        let places = wanted.iter().map(|root| root.as_ref().and_then(place)).collect();
        let batch_rows = self.group_check(group, &roots)?;
        let rows_left = ranges.iter().map(ExactSizeIterator::len).sum();
        if roots.is_empty() {
            return Ok(self.group_rows(None, places, rows_left));
        }
        let reader = guarded(&self.path, || {
            let schema = self.metadata.parquet_schema();
            let mask = ProjectionMask::roots(schema, roots.iter().copied());
            let total = self.metadata.metadata().row_group(group).num_rows();
            let total = usize::try_from(total).unwrap_or(0);
            let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), total);
            let chunks = self.chunks.clone();
            ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_row_selection(selection)
                .with_batch_size(batch_rows)
                .build()
        })?;
        Ok(self.group_rows(Some(reader), places, rows_left))
    }

    fn group_rows(
        &self,
        reader: Option<ParquetRecordBatchReader>,
        places: Vec<Option<usize>>,
        rows_left: usize,
    ) -> GroupRows {
        GroupRows { path: self.path.clone(), reader, places, rows_left, batch: None, row: 0 }
    }

    /// Checks the pages of the columns to read; returns how many rows to decode at a time.
    fn group_check(&self, group: usize, roots: &[usize]) -> Result<usize> {
        let metadata = self.metadata.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let (mut held, mut viewed) = (0_u64, 0_u64);
        for (leaf, chunk) in metadata.row_group(group).columns().iter().enumerate() {
            if roots.binary_search(&schema.get_column_root_idx(leaf)).is_err() {
                continue;
            }
            let largest = self.chunk_check(chunk)?;
            held = held.saturating_add(largest.saturating_mul(2));
            if chunk.column_type() == Type::BYTE_ARRAY {
                viewed = viewed.saturating_add(largest);
            }
        }
        if held > PAGES_BYTES_MAX {
            let what = format!("pages of `{held}` bytes in row group `{group}`");
            return Err(Error::too_big(&self.path, what, PAGES_BYTES_MAX));
        }
        let rows = (BATCH_BYTES / viewed.max(1)).clamp(1, BATCH_ROWS_MAX);
        Ok(usize::try_from(rows).unwrap_or(1))
    }

    /// Checks one column chunk; returns the bytes of its largest page.
    fn chunk_check(&self, chunk: &ColumnChunkMetaData) -> Result<u64> {
        let broken = |reason: &str| Error::broken(&self.path, Format::Parquet.name(), reason);
        let codec = match chunk.compression() {
            Compression::GZIP(_) => Codec::Gzip,
            Compression::LZ4 => Codec::Lz4Hadoop,
            _ => Codec::Bounded,
        };
        if chunk.file_path().is_some() {
            return Err(broken("a column lies in another file"));
        }
        let values = u64::try_from(chunk.num_values()).unwrap_or(u64::MAX);
        if chunk.column_descr().max_rep_level() > 0 && values > LIST_VALUES_MAX {
            let what = format!("`{values}` list items in a row group");
            return Err(Error::too_big(&self.path, what, LIST_VALUES_MAX));
        }
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let (start, length) = match (u64::try_from(start), u64::try_from(chunk.compressed_size())) {
            (Ok(start), Ok(length)) => (start, length),
            _ => return Err(broken("a column has no place")),
        };
        let pages = pages_check(self.chunks.0.as_ref(), start, length, codec);
        pages.map(|pages| pages.largest_bytes).map_err(|fault| match fault {
            Fault::Read(error) => Error::read(&self.path, error),
            Fault::Wrong(reason) => broken(&reason),
        })
    }
}

/// Reads the rows of one row group; see [`ParquetFile::rows`].
pub(crate) struct GroupRows {
    path: String,
    reader: Option<ParquetRecordBatchReader>,
    places: Vec<Option<usize>>,
    /// Rows still to come.
    rows_left: usize,
    batch: Option<RecordBatch>,
    /// The next row of the batch.
    row: usize,
}

impl GroupRows {
    /// Returns the next row, `None` after the last one.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Cell>>> {
        if self.rows_left == 0 {
            return Ok(None);
        }
        let Some(reader) = &mut self.reader else {
            self.rows_left -= 1;
            return Ok(Some(vec![Cell::Null; self.places.len()]));
        };
        let path = &self.path;
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch.num_rows()) {
            self.row = 0;
            self.batch = guarded(path, || reader.next().transpose().map_err(Into::into))?;
            if self.batch.is_none() {
                return Err(Error::broken(path, Format::Parquet.name(), "rows are missing"));
            }
        }
        let Some(batch) = &self.batch else { return Ok(None) };
        let mut room = Room::new(ROW_CELLS_BYTES_MAX);
        let cells = guarded(path, || Ok(row_of(batch, &self.places, self.row, &mut room)))?;
        if room.is_spent {
            let limit = u64::try_from(ROW_CELLS_BYTES_MAX).unwrap_or(u64::MAX);
            return Err(Error::too_big(path, "a row of too many bytes", limit));
        }
        self.row += 1;
        self.rows_left -= 1;
        Ok(Some(cells))
    }
}

fn row_of(batch: &RecordBatch, places: &[Option<usize>], row: usize, room: &mut Room) -> Vec<Cell> {
    let cell = |place: &Option<usize>| {
        place.map_or(Cell::Null, |place| cell_at(batch.column(place).as_ref(), row, room))
    };
    places.iter().map(cell).collect()
}

/// Checks the end of a file before anything of it is believed.
fn footer_check(file: &SourceFile) -> Result<()> {
    let broken = |reason: &str| Error::broken(&file.path, Format::Parquet.name(), reason);
    let Some(end) = file.bytes.len().checked_sub(8).filter(|end| *end >= 4) else {
        return Err(broken("it is too short"));
    };
    let tail = read_exact_at(file.bytes.as_ref(), end, 8)
        .map_err(|error| Error::read(&file.path, error))?;
    match &tail[4..] {
        b"PAR1" => {}
        b"PARE" => return Err(broken("it is encrypted")),
        _ => return Err(broken("it does not end in `PAR1`")),
    }
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if length > FOOTER_BYTES_MAX {
        let what = format!("a footer of `{length}` bytes");
        return Err(Error::too_big(&file.path, what, FOOTER_BYTES_MAX));
    }
    if length > end {
        return Err(broken("its footer is longer than the file"));
    }
    Ok(())
}

fn columns_of(path: &str, metadata: &ArrowReaderMetadata) -> Result<Vec<Column>> {
    let pairs = metadata.metadata().file_metadata().key_value_metadata();
    let huggingface = pairs
        .and_then(|pairs| pairs.iter().find(|pair| pair.key == "huggingface"))
        .and_then(|pair| features_of_metadata(pair.value.as_deref()?));
    let column = |field: &Arc<Field>| {
        let limit = u64::try_from(NESTING_MAX).unwrap_or(u64::MAX);
        let (kind, feature) = kind_of(field.data_type(), 0)
            .ok_or_else(|| Error::too_big(path, "columns nested too deep", limit))?;
        let name = field.name().clone();
        let told = huggingface.as_ref().and_then(|features| features.get(&name));
        Ok(match told {
            Some(told) => Column { name, kind: kind.refine(told, 0), feature: told.clone() },
            None => Column { name, kind, feature },
        })
    };
    metadata.schema().fields().iter().map(column).collect()
}
