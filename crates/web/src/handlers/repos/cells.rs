//! Values and figures of a table as pages show them.

use crate::pages::repos::viewer::{CellView, ColumnFigures, ColumnView, FiguresState, Picture};
use crate::serve::Cx;
use serde::Deserialize;
use viewer::{Cell, Column, Kind};

/// Values of a column of labels that are shown one by one.
const LABELS_SHOWN: usize = 8;
/// Longest label in the figures, in characters.
const LABEL_CHARS_MAX: usize = 40;

/// Writes the type of a column as the library `datasets` does.
pub(super) fn column(column: &Column) -> ColumnView {
    let kind = match column.feature.get("dtype").and_then(Cell::as_text) {
        Some(dtype) => dtype.to_owned(),
        None => kind_text(&column.kind),
    };
    ColumnView { name: column.name.clone(), kind: kind.chars().take(80).collect(), figures: None }
}

fn kind_text(kind: &Kind) -> String {
    match kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Int => "int64".to_owned(),
        Kind::Float => "float64".to_owned(),
        Kind::Decimal => "decimal".to_owned(),
        Kind::Text => "string".to_owned(),
        Kind::Moment { .. } => "timestamp".to_owned(),
        Kind::Time => "time".to_owned(),
        Kind::Bytes => "binary".to_owned(),
        Kind::ClassLabel(names) => format!("ClassLabel({})", names.len()),
        Kind::Image => "Image".to_owned(),
        Kind::Audio => "Audio".to_owned(),
        Kind::List(inner) => format!("List({})", kind_text(inner)),
        Kind::Struct(fields) => {
            let field = |(name, kind): &(String, Kind)| format!("{name}: {}", kind_text(kind));
            format!("{{{}}}", fields.iter().take(8).map(field).collect::<Vec<_>>().join(", "))
        }
        Kind::Json => "Json".to_owned(),
    }
}

/// Shows a value in at most `chars_max` characters.
pub(super) fn cell(column: &Column, value: Cell, (chars_max, is_cut): (usize, bool)) -> CellView {
    match (&column.kind, &value) {
        (_, Cell::Null) => CellView::Null,
        (Kind::Image, _) if !is_cut => pictures(std::slice::from_ref(&value)),
        (Kind::List(inner), Cell::List(cells)) if **inner == Kind::Image => pictures(cells),
        (Kind::Audio, _) if !is_cut => sounds(std::slice::from_ref(&value)),
        (Kind::List(inner), Cell::List(cells)) if **inner == Kind::Audio => sounds(cells),
        (Kind::ClassLabel(names), Cell::Int(place)) => {
            let name = usize::try_from(*place).ok().and_then(|place| names.get(place));
            let text = name.map_or_else(|| place.to_string(), |name| format!("{name} ({place})"));
            CellView::Text(text, false)
        }
        (_, Cell::Int(_) | Cell::UInt(_) | Cell::Float(_)) => CellView::Number(plain(&value)),
        _ => {
            let text = plain(&value);
            match text.char_indices().nth(chars_max) {
                Some((end, _)) => CellView::Text(text[..end].to_owned(), true),
                None => CellView::Text(text, is_cut),
            }
        }
    }
}

/// Writes a value: texts as they are, others as JSON.
fn plain(value: &Cell) -> String {
    match value {
        Cell::Text(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

fn pictures(cells: &[Cell]) -> CellView {
    let side = |cell: &Cell, name: &str| match cell.get(name) {
        Some(Cell::Int(pixels)) => Some(*pixels),
        _ => None,
    };
    let picture = |cell: &Cell| {
        let src = cell.get("src")?.as_text()?.to_owned();
        Some(Picture { src, size: side(cell, "width").zip(side(cell, "height")) })
    };
    CellView::Pictures(cells.iter().filter_map(picture).collect())
}

/// A sound is a list of its sources.
fn sounds(cells: &[Cell]) -> CellView {
    let source = |cell: &Cell| match cell {
        Cell::List(sources) => Some(sources.first()?.get("src")?.as_text()?.to_owned()),
        _ => None,
    };
    CellView::Sounds(cells.iter().filter_map(source).collect())
}

/// The body of the wire's `/statistics`, as far as pages show it.
#[derive(Debug, Deserialize)]
struct Figures {
    num_examples: u64,
    partial: bool,
    statistics: Vec<OfColumn>,
}

#[derive(Debug, Deserialize)]
struct OfColumn {
    column_name: String,
    column_type: String,
    column_statistics: Told,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    nan_count: u64,
    min: Cell,
    mean: Cell,
    median: Cell,
    max: Cell,
    histogram: Option<Histogram>,
    frequencies: Cell,
}

#[derive(Debug, Deserialize)]
struct Histogram {
    hist: Vec<u64>,
    bin_edges: Vec<Cell>,
}

/// Puts figures to their columns.
pub(super) fn figures_add(cx: &Cx, bytes: &[u8], columns: &mut [ColumnView]) -> FiguresState {
    let read: Figures = match serde_json::from_slice(bytes) {
        Ok(read) => read,
        Err(error) => {
            tracing::error!(%error, "figures of a table are not readable");
            return FiguresState::Absent;
        }
    };
    if read.statistics.is_empty() {
        return FiguresState::Absent;
    }
    for one in read.statistics {
        if let Some(column) = columns.iter_mut().find(|column| column.name == one.column_name) {
            column.figures = Some(figures(cx, one));
        }
    }
    FiguresState::Ready { rows: read.num_examples, is_partial: read.partial }
}

fn figures(cx: &Cx, one: OfColumn) -> ColumnFigures {
    let told = one.column_statistics;
    let text = |value: &Cell| match value {
        Cell::Null => String::new(),
        other => plain(other),
    };
    ColumnFigures {
        of: match one.column_type.as_str() {
            "string_text" => Some("rows.of-length"),
            "list" => Some("rows.of-items"),
            "image" => Some("rows.of-width"),
            _ => None,
        },
        empty: told.nan_count,
        least: text(&told.min),
        mean: text(&told.mean),
        median: text(&told.median),
        most: text(&told.max),
        bars: match &told.histogram {
            Some(histogram) => ranges(histogram),
            None => labels(cx, &told.frequencies),
        },
    }
}

fn ranges(histogram: &Histogram) -> Vec<(String, u64)> {
    let edges = histogram.bin_edges.windows(2);
    let range = |(edges, count): (&[Cell], &u64)| {
        let text = edges.iter().map(plain).collect::<Vec<_>>().join(" – ");
        (text, *count)
    };
    edges.zip(&histogram.hist).map(range).collect()
}

/// The most frequent labels, and the rest together.
fn labels(cx: &Cx, frequencies: &Cell) -> Vec<(String, u64)> {
    let Cell::Struct(fields) = frequencies else { return Vec::new() };
    let count = |cell: &Cell| match cell {
        Cell::Int(count) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    };
    let name = |name: &String| name.chars().take(LABEL_CHARS_MAX).collect::<String>();
    let mut all: Vec<(String, u64)> =
        fields.iter().map(|(label, value)| (name(label), count(value))).collect();
    // Stable: equal counts stay in the order of the classes.
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if all.len() > LABELS_SHOWN + 1 {
        let rest = all.split_off(LABELS_SHOWN);
        let rest = rest.iter().map(|(_, count)| *count).fold(0, u64::saturating_add);
        all.push((cx.t("rows.others").to_owned(), rest));
    }
    all
}
