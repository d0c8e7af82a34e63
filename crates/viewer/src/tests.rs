//! What the crate promises, with files made here.

mod configs;
mod croissants;
mod filters;
mod hostile;
mod parquets;
mod statistic;
mod texts;

use crate::{
    AssetPlace, Config, Limits, ReadAt, Result, Slice, SourceFile, Split, SplitIndex, Table,
    configs_find,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that count how many of them were read.
struct Counted {
    bytes: Vec<u8>,
    read: Arc<AtomicU64>,
}

impl ReadAt for Counted {
    fn len(&self) -> u64 {
        ReadAt::len(&self.bytes)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(offset, buf)?;
        self.read.fetch_add(u64::try_from(count).expect("a count"), Ordering::Relaxed);
        Ok(count)
    }
}

fn file(path: &str, bytes: impl Into<Vec<u8>>) -> SourceFile {
    SourceFile { path: path.to_owned(), bytes: Arc::new(bytes.into()) }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

/// Finds the one split of one or more files.
fn split_of(files: &[SourceFile]) -> (Config, Split) {
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let configs = configs_find(&[], &paths).expect("configs");
    let config = configs.into_iter().next().expect("a config");
    let split = config.splits.first().cloned().expect("a split");
    (config, split)
}

/// Indexes and opens files, passing the index through its bytes.
fn table_with(files: Vec<SourceFile>, limits: Limits) -> Result<Table> {
    let (config, split) = split_of(&files);
    let index = SplitIndex::build(&config, &split, &files, &limits)?;
    let index = SplitIndex::from_bytes(&index.to_bytes())?;
    Table::open(files, index, limits)
}

fn table(path: &str, bytes: impl Into<Vec<u8>>) -> Table {
    table_with(vec![file(path, bytes)], Limits::default()).expect("a readable file")
}

fn url(place: AssetPlace<'_>) -> String {
    format!("/assets/{}/{}", place.row, place.column)
}

fn slice(offset: u64, length: u64) -> Slice {
    Slice { offset, length }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values")
}

/// The feature items as one line.
fn features(table: &Table) -> String {
    json(&crate::feature_items(table.columns()))
}

/// The rows of a slice as one line.
fn rows(table: &Table, offset: u64, length: u64) -> String {
    let page = table.rows(slice(offset, length), &url).expect("rows");
    json(&page.rows.into_iter().map(|item| item.row).collect::<Vec<_>>())
}

/// The numbers of the rows that a filter takes.
fn filtered(table: &Table, filter: &str, order: &str) -> Vec<u64> {
    let page = table.filter(filter, order, slice(0, 100), &url).expect("a fitting filter");
    page.rows.into_iter().map(|item| item.row_idx).collect()
}
