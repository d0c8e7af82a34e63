//! What is read of the files once, and kept by the caller as bytes beside the revision.

use crate::column::Column;
use crate::config::{Config, Split};
use crate::error::{Error, Result};
use crate::format::Format;
use crate::limits::{COLUMNS_MAX, Limits};
use crate::parquet_file::ParquetFile;
use crate::source::SourceFile;
use crate::text::{Shape, guesses_for, text_index};
use serde::{Deserialize, Serialize};

/// Changes when older indexes must not be read any more.
const VERSION: u32 = 1;

/// The index of one split. Never edited: a new revision gets a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitIndex {
    version: u32,
    pub(crate) delimiter: u8,
    pub(crate) format: Format,
    pub(crate) files: Vec<FileIndex>,
    pub(crate) columns: Vec<Column>,
}

/// The index of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileIndex {
    pub(crate) path: String,
    pub(crate) format: Format,
    pub(crate) is_gzip: bool,
    pub(crate) size_bytes: u64,
    pub(crate) rows: u64,
    /// Bytes of the rows once decompressed.
    pub(crate) bytes_memory: u64,
    pub(crate) is_partial: bool,
    /// Where each thousandth row starts, in decompressed bytes; text formats only.
    pub(crate) marks: Vec<u64>,
    /// Columns of this CSV file.
    pub(crate) names: Vec<String>,
}

impl FileIndex {
    pub(crate) fn new(file: &SourceFile, format: Format, is_gzip: bool) -> Self {
        Self {
            path: file.path.clone(),
            format,
            is_gzip,
            size_bytes: file.bytes.len(),
            rows: 0,
            bytes_memory: 0,
            is_partial: false,
            marks: Vec::new(),
            names: Vec::new(),
        }
    }
}

impl SplitIndex {
    /// Reads the files of a split: Parquet by its footer, text in one pass.
    ///
    /// `files` are the files of `split.paths`, in that order.
    ///
    /// # Errors
    /// [`Error::Broken`], [`Error::TooBig`] and [`Error::Read`] with the file's path;
    /// [`Error::IndexStale`] if `files` are others.
    pub fn build(
        config: &Config,
        split: &Split,
        files: &[SourceFile],
        limits: &Limits,
    ) -> Result<Self> {
        if !files.iter().map(|file| &file.path).eq(&split.paths) {
            return Err(Error::IndexStale);
        }
        let format = split.format;
        let delimiter =
            config.delimiter.unwrap_or(if format == Format::Tsv { b'\t' } else { b',' });
        let mut guesses = guesses_for(format);
        let mut columns: Vec<Column> = Vec::new();
        let mut indexes = Vec::with_capacity(files.len());
        for file in files {
            if format == Format::Parquet {
                let opened = ParquetFile::open(file)?;
                for column in opened.columns() {
                    if !columns.iter().any(|known| known.name == column.name) {
                        columns.push(column.clone());
                    }
                }
                indexes.push(opened.index());
            } else {
                let is_gzip = Format::of(&file.path).is_some_and(|(_, is_gzip)| is_gzip);
                let shape = Shape { format, is_gzip, delimiter };
                indexes.push(text_index(file, shape, limits, &mut guesses)?);
            }
        }
        columns.extend(guesses.columns());
        if columns.len() > COLUMNS_MAX {
            let what = format!("`{}` columns", columns.len());
            let path = split.paths.first().map_or("", String::as_str);
            let limit = u64::try_from(COLUMNS_MAX).unwrap_or(u64::MAX);
            return Err(Error::too_big(path, what, limit));
        }
        Ok(Self { version: VERSION, delimiter, format, files: indexes, columns })
    }

    /// Writes the index as bytes for the caller to keep.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an index is plain numbers, names and lists")
    }

    /// Reads an index back.
    ///
    /// # Errors
    /// [`Error::IndexStale`] for anything but an index of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(index) if index.version == VERSION => Ok(index),
            _ => Err(Error::IndexStale),
        }
    }

    /// Returns the columns in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns how many rows there are, of those that were read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).fold(0, u64::saturating_add)
    }

    /// Returns the bytes of the files as stored.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).fold(0, u64::saturating_add)
    }

    /// Returns the bytes of the rows once decompressed, as far as they were read.
    #[must_use]
    pub fn bytes_memory(&self) -> u64 {
        self.files.iter().map(|file| file.bytes_memory).fold(0, u64::saturating_add)
    }

    /// Says whether a file was too big to be read to its end.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.files.iter().any(|file| file.is_partial)
    }

    /// Returns the format of the files.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }
}
