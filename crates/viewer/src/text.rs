//! CSV, JSON and text files as tables: an index built in one pass, then any row by its number.

use crate::cell::Cell;
use crate::column::{Column, Kind};
use crate::error::{Error, Result};
use crate::format::Format;
use crate::guess::{CsvGuess, Guess, csv_cell, fit_fields, see_fields};
use crate::index::FileIndex;
use crate::limits::{COLUMNS_MAX, INDEX_ROWS, Limits};
use crate::record::{Place, Record, Records};
use crate::source::SourceFile;

/// What the files read so far say about the columns.
#[derive(Default)]
pub(crate) struct Guesses {
    json: Vec<(String, Guess)>,
    csv: Vec<(String, CsvGuess)>,
    has_lines: bool,
}

impl Guesses {
    /// Returns the columns.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let json = self.json.iter().map(|(name, guess)| Column::new(name, guess.kind()));
        let csv = self.csv.iter().map(|(name, guess)| guess.column(name));
        let lines = self.has_lines.then(|| Column::new("text", Kind::Text));
        json.chain(csv).chain(lines).collect()
    }
}

/// How a text file is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) format: Format,
    pub(crate) is_gzip: bool,
    pub(crate) delimiter: u8,
}

impl Shape {
    fn at(self, file: &SourceFile, offset: u64) -> Place<'_> {
        let Self { format, is_gzip, delimiter } = self;
        Place { file, format, is_gzip, delimiter, offset }
    }
}

/// Reads a whole file once: its rows, where every thousandth starts, and the types.
pub(crate) fn text_index(
    file: &SourceFile,
    shape: Shape,
    limits: &Limits,
    guesses: &mut Guesses,
) -> Result<FileIndex> {
    let mut index = FileIndex::new(file, shape.format, shape.is_gzip);
    let mut records = Records::open(shape.at(file, 0))?;
    if matches!(shape.format, Format::Csv | Format::Tsv) {
        index.names = header(&mut records, &file.path)?;
    }
    let places = csv_places(&index.names, &mut guesses.csv, &file.path)?;
    let start = records.offset();
    loop {
        let offset = records.offset();
        if offset.saturating_sub(start) > limits.index_bytes_max {
            index.is_partial = true;
            break;
        }
        let row = index.rows;
        let Some(record) = records.next()? else { break };
        see(record, &places, guesses, |reason| {
            Error::broken(&file.path, shape.format.name(), format!("row `{row}` {reason}"))
        })?;
        if row.is_multiple_of(INDEX_ROWS) {
            index.marks.push(offset);
        }
        index.rows += 1;
    }
    index.bytes_memory = records.offset().saturating_sub(start);
    Ok(index)
}

fn see(
    record: Record<'_>,
    places: &[usize],
    guesses: &mut Guesses,
    wrong: impl Fn(&str) -> Error,
) -> Result<()> {
    match record {
        Record::Fields(fields) => {
            if fields.len() > places.len() {
                let reason =
                    format!("has `{}` fields and the header `{}`", fields.len(), places.len());
                return Err(wrong(&reason));
            }
            for (at, place) in places.iter().enumerate() {
                match fields.get(at) {
                    Some(field) => guesses.csv[*place].1.see(field),
                    None => guesses.csv[*place].1.see_gap(),
                }
            }
        }
        Record::Bytes(_) if guesses.has_lines => {}
        Record::Bytes(bytes) => {
            let fields = object(bytes).map_err(|reason| wrong(&reason))?;
            if !see_fields(&mut guesses.json, &fields, 0) {
                return Err(wrong(&format!("brings more than `{COLUMNS_MAX}` columns")));
            }
        }
    }
    Ok(())
}

/// Marks a split of text lines, whose rows need no types.
pub(crate) fn guesses_for(format: Format) -> Guesses {
    Guesses { has_lines: format == Format::Lines, ..Guesses::default() }
}

/// Reads a JSON object; the reader bounds its nesting at 128.
fn object(bytes: &[u8]) -> std::result::Result<Vec<(String, Cell)>, String> {
    match serde_json::from_slice(bytes) {
        Ok(Cell::Struct(fields)) => Ok(fields),
        Ok(_) => Err("is no JSON object".to_owned()),
        Err(error) => Err(format!("is not JSON: {error}")),
    }
}

/// Reads the names of the columns; an empty or repeated one gets its place, as in pandas.
fn header(records: &mut Records, path: &str) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let Some(Record::Fields(fields)) = records.next()? else { return Ok(names) };
    if fields.len() > COLUMNS_MAX {
        let limit = u64::try_from(COLUMNS_MAX).unwrap_or(u64::MAX);
        return Err(Error::too_big(path, format!("`{}` columns", fields.len()), limit));
    }
    for (place, field) in fields.iter().enumerate() {
        let text = String::from_utf8_lossy(field);
        let plain = text.trim_start_matches('\u{feff}');
        let name = if plain.is_empty() { format!("Unnamed: {place}") } else { plain.to_owned() };
        let is_new = |name: &String| !names.contains(name);
        let numbered = |count| format!("{name}.{count}");
        let name = if is_new(&name) {
            name
        } else {
            (1..=COLUMNS_MAX).map(numbered).find(is_new).unwrap_or(name)
        };
        names.push(name);
    }
    Ok(names)
}

/// Finds each column of a file among those of the split, adding what is new.
fn csv_places(
    names: &[String],
    known: &mut Vec<(String, CsvGuess)>,
    path: &str,
) -> Result<Vec<usize>> {
    let is_first = known.is_empty();
    let mut places = Vec::with_capacity(names.len());
    for name in names {
        let found = known.iter().position(|(other, _)| other == name);
        let place = found.unwrap_or(known.len());
        if found.is_none() {
            let mut guess = CsvGuess::default();
            if !is_first {
                guess.see_gap();
            }
            known.push((name.clone(), guess));
        }
        places.push(place);
    }
    if known.len() > COLUMNS_MAX {
        let limit = u64::try_from(COLUMNS_MAX).unwrap_or(u64::MAX);
        return Err(Error::too_big(path, format!("`{}` columns", known.len()), limit));
    }
    for (place, (_, guess)) in known.iter_mut().enumerate() {
        if !places.contains(&place) {
            guess.see_gap();
        }
    }
    Ok(places)
}

/// Reads rows of one text file from a row on.
pub(crate) struct TextRows<'a> {
    records: Records,
    index: &'a FileIndex,
    columns: Vec<&'a Column>,
    /// For CSV: the field of each column wanted.
    fields: Vec<Option<usize>>,
    row: u64,
}

impl<'a> TextRows<'a> {
    /// Opens a file at a row; reads at most 1,000 rows before it, or all of them inside gzip.
    pub(crate) fn open(
        file: &SourceFile,
        shape: Shape,
        index: &'a FileIndex,
        columns: Vec<&'a Column>,
        row: u64,
    ) -> Result<Self> {
        let mark = usize::try_from(row / INDEX_ROWS).unwrap_or(usize::MAX);
        let (mark_row, offset) = match index.marks.get(mark) {
            Some(offset) => (row / INDEX_ROWS * INDEX_ROWS, *offset),
            None => (index.rows, 0),
        };
        let fields =
            columns.iter().map(|column| index.names.iter().position(|n| *n == column.name));
        let fields = fields.collect();
        let records = Records::open(shape.at(file, offset))?;
        let mut rows = Self { records, index, columns, fields, row: mark_row };
        while rows.row < row && rows.row < index.rows {
            rows.records.next()?;
            rows.row += 1;
        }
        Ok(rows)
    }

    /// Returns the next row and about how many bytes it took, `None` after the last one indexed.
    pub(crate) fn next(&mut self) -> Result<Option<(Vec<Cell>, u64)>> {
        if self.row >= self.index.rows {
            return Ok(None);
        }
        let before = self.records.offset();
        let (row, path, format) = (self.row, &self.index.path, self.index.format);
        let wrong =
            |reason: &str| Error::broken(path, format.name(), format!("row `{row}` {reason}"));
        let cells = match self.records.next()? {
            None => return Err(Error::IndexStale),
            Some(Record::Fields(fields)) => {
                let cell = |(column, place): (&&Column, &Option<usize>)| {
                    let field = place.and_then(|place| fields.get(place));
                    field.map_or(Cell::Null, |field| csv_cell(field, &column.kind))
                };
                self.columns.iter().zip(&self.fields).map(cell).collect()
            }
            Some(Record::Bytes(bytes)) if format == Format::Lines => {
                let text = String::from_utf8_lossy(bytes);
                self.columns.iter().map(|_| text.as_ref().into()).collect()
            }
            Some(Record::Bytes(bytes)) => {
                let fields = object(bytes).map_err(|reason| wrong(&reason))?;
                fit_fields(fields, self.columns.iter().map(|c| (c.name.as_str(), &c.kind)))
            }
        };
        self.row += 1;
        Ok(Some((cells, self.records.offset().saturating_sub(before))))
    }
}
