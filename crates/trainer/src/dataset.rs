//! A folder as it is downloaded from a hub, to pictures and labels.
//!
//! Files are `data/train-*.parquet` and `data/test-*.parquet`, with the columns `image`
//! (`{bytes, path}`, as the `datasets` library keeps images) and `label` (whole numbers).
//! Must never: hold more than the limits below, or panic on a file.

use crate::error::{Error, Result};
use crate::picture::{Picture, picture_decode};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Digits.
pub const CLASSES: usize = 10;
/// Most bytes of one file. The digits have 0.2 MB.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// Most files of a split.
const FILES_MAX: usize = 100;
/// Most rows of a split. ASSUMPTION: training on more takes longer than anybody waits for this.
const ROWS_MAX: usize = 1_000_000;

/// A picture and the digit that it shows, 0 to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Its pixels.
    pub picture: Picture,
    /// The digit, below [`CLASSES`].
    pub label: usize,
    /// Where its file says that it was made from, such as `digit-0004.png`: the digits after the
    /// last `-`, if there are any.
    pub origin: Option<u32>,
}

/// What to learn from, and what to judge by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Examples of the split `train`, in the order of its files.
    pub train: Vec<Example>,
    /// Examples of the split `test`; held out while learning.
    pub test: Vec<Example>,
}

/// Reads both splits of a folder.
///
/// # Errors
/// All but [`Error::Write`], [`Error::Astray`], [`Error::Model`] and [`Error::Name`].
pub fn dataset_read(folder: &Path) -> Result<Dataset> {
    let train = split_read(folder, "train")?;
    for class in 0..CLASSES {
        if !train.iter().any(|example| example.label == class) {
            return Err(Error::Empty { split: "train", what: format!("class `{class}`") });
        }
    }
    Ok(Dataset { train, test: split_read(folder, "test")? })
}

fn split_read(folder: &Path, split: &'static str) -> Result<Vec<Example>> {
    let mut examples = Vec::new();
    for path in split_files(&folder.join("data"), split)? {
        let before = examples.len();
        let bytes = file_read(&path)?;
        for batch in batches(&path, bytes)? {
            if examples.len() + batch.num_rows() > ROWS_MAX {
                return Err(Error::TooBig { path, most: count(ROWS_MAX), what: "rows" });
            }
            let place = Place { path: &path, first: examples.len() - before };
            examples.extend(place.examples(&batch)?);
        }
    }
    if examples.is_empty() {
        return Err(Error::Empty { split, what: "any class".to_owned() });
    }
    Ok(examples)
}

/// Returns the files of a split, in order.
fn split_files(folder: &Path, split: &'static str) -> Result<Vec<PathBuf>> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let name = entry.map_err(read)?.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.starts_with(&format!("{split}-")) && name.ends_with(".parquet") {
            files.push(folder.join(name));
        }
        if files.len() > FILES_MAX {
            let path = folder.to_owned();
            return Err(Error::TooBig { path, most: count(FILES_MAX), what: "files of a split" });
        }
    }
    if files.is_empty() {
        let expected = format!("{split}-*.parquet");
        return Err(Error::SplitMissing { folder: folder.to_owned(), split, expected });
    }
    files.sort_unstable();
    Ok(files)
}

fn file_read(path: &Path) -> Result<Bytes> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let facts = fs::metadata(path).map_err(read)?;
    if !facts.is_file() {
        return Err(read(io::Error::new(io::ErrorKind::InvalidInput, "it is no file")));
    }
    if facts.len() > FILE_BYTES_MAX {
        let path = path.to_owned();
        return Err(Error::TooBig { path, most: FILE_BYTES_MAX, what: "bytes" });
    }
    Ok(fs::read(path).map_err(read)?.into())
}

/// Reads the rows of a file. What the `parquet` crate panics on is a broken file.
fn batches(path: &Path, bytes: Bytes) -> Result<Vec<RecordBatch>> {
    let broken = |reason: String| Error::Broken { path: path.to_owned(), reason };
    let read = || -> std::result::Result<_, String> {
        let said = |error: parquet::errors::ParquetError| error.to_string();
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(said)?;
        let claimed = builder.metadata().file_metadata().num_rows();
        if !usize::try_from(claimed).is_ok_and(|rows| rows <= ROWS_MAX) {
            return Err(format!("it claims `{claimed}` rows"));
        }
        let reader = builder.build().map_err(said)?;
        reader.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| error.to_string())
    };
    let contradiction = |_| Err("its parts contradict each other".to_owned());
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(contradiction).map_err(broken)
}

/// Where a batch stands, for refusals.
struct Place<'a> {
    path: &'a Path,
    first: usize,
}

impl Place<'_> {
    fn examples(&self, batch: &RecordBatch) -> Result<Vec<Example>> {
        let schema = |column, expected| self.schema(batch, column, expected);
        let of_labels = || schema("label", "whole numbers of 64 bits");
        let of_images = || schema("image", "pictures, with `bytes` and `path`");
        let labels = batch.column_by_name("label").ok_or_else(of_labels)?;
        let labels = labels.as_primitive_opt::<Int64Type>().ok_or_else(of_labels)?;
        let images = batch.column_by_name("image").and_then(|c| c.as_struct_opt());
        let images = images.ok_or_else(of_images)?;
        let bytes = images.column_by_name("bytes").and_then(|c| c.as_binary_opt::<i32>());
        let bytes = bytes.ok_or_else(of_images)?;
        let paths = images.column_by_name("path").and_then(|c| c.as_string_opt::<i32>());
        let paths = paths.ok_or_else(of_images)?;
        (0..batch.num_rows())
            .map(|at| {
                let label = labels.is_valid(at).then(|| labels.value(at));
                let is_there = images.is_valid(at) && bytes.is_valid(at);
                let picture = is_there.then(|| bytes.value(at));
                let path = paths.is_valid(at).then(|| paths.value(at));
                Ok(Example {
                    label: self.label(at, label)?,
                    picture: self.picture(at, picture)?,
                    origin: path.and_then(origin),
                })
            })
            .collect()
    }

    fn label(&self, at: usize, label: Option<i64>) -> Result<usize> {
        let known = label.and_then(|label| usize::try_from(label).ok());
        known.filter(|label| *label < CLASSES).ok_or_else(|| Error::Label {
            path: self.path.to_owned(),
            row: self.first + at,
            label: label.map_or_else(|| "null".to_owned(), |label| label.to_string()),
        })
    }

    fn picture(&self, at: usize, bytes: Option<&[u8]>) -> Result<Picture> {
        let decoded = bytes.ok_or_else(|| "it is null".to_owned()).and_then(picture_decode);
        decoded.map_err(|reason| Error::Picture {
            path: self.path.to_owned(),
            row: self.first + at,
            reason,
        })
    }

    fn schema(&self, batch: &RecordBatch, column: &'static str, expected: &'static str) -> Error {
        let schema = batch.schema();
        let found = schema.fields().iter().map(|f| format!("{}: {}", f.name(), f.data_type()));
        Error::Schema {
            path: self.path.to_owned(),
            column,
            expected,
            found: found.collect::<Vec<_>>().join(", "),
        }
    }
}

fn origin(path: &str) -> Option<u32> {
    let name = path.strip_suffix(".png")?;
    name.rsplit_once('-')?.1.parse().ok()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
