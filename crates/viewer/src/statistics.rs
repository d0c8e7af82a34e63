//! Figures of each column, in the shapes and by the rules of the public viewer.
//!
//! Floats are allowed: these are figures about other people's data, never money of the zone, and
//! nothing is decided by them. They are rounded to five decimals at the very end.
//! Source: huggingface.co/docs/dataset-viewer/statistics, and for the exact rules
//! huggingface/dataset-viewer, `services/worker/src/worker/statistics_utils.py`.

use crate::cell::Cell;
use crate::column::{Column, Kind};
use crate::compare::number;
use crate::error::Result;
use crate::histogram::{Measures, measures, proportion};
use crate::media::image_size;
use crate::number::{round5, whole_from};
use crate::query::places;
use crate::show::asset_bytes;
use crate::table::Table;
use crate::time::{seconds, span_text, statistics_text};
use serde::{Serialize, Serializer};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// A text column with more distinct values than this is text, not labels.
/// Source: `MAX_NUM_STRING_LABELS`.
const LABELS_MAX: usize = 1_000;
/// A column with no more distinct values than this is labels, however short. Source: `NUM_BINS`.
const LABELS_ALWAYS: usize = 10;
/// A longer text is no label. ASSUMPTION: labels are words; bounds the memory for counting.
const LABEL_BYTES_MAX: usize = 1_024;

/// The body of `/statistics`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// Rows looked at.
    pub num_examples: u64,
    /// The columns that have figures.
    pub statistics: Vec<ColumnStatistics>,
    /// Whether only a part of the rows was looked at.
    pub partial: bool,
}

/// Figures of one column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnStatistics {
    /// Its name.
    pub column_name: String,
    /// `int`, `float`, `bool`, `string_label`, `string_text`, `class_label`, `list`, `datetime` or
    /// `image`.
    pub column_type: &'static str,
    /// The figures.
    pub column_statistics: Figures,
}

/// The figures by the type of the column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figures {
    /// Of numbers, or of lengths and widths.
    Numbers(NumberFigures),
    /// Of moments, as text.
    Moments(MomentFigures),
    /// Of labels.
    Labels(LabelFigures),
    /// Of truth values.
    Bools(BoolFigures),
}

/// Minimum to histogram.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberFigures {
    /// Rows without a value, or with one that is no number.
    pub nan_count: u64,
    /// Their share of all rows.
    pub nan_proportion: f64,
    /// Smallest value.
    pub min: Option<Figure>,
    /// Largest value.
    pub max: Option<Figure>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Median: the mean of both middle values if there are two.
    pub median: Option<f64>,
    /// Standard deviation of a sample; none for a single value.
    pub std: Option<f64>,
    /// Counts between edges.
    pub histogram: Option<Histogram<Figure>>,
}

/// The same for moments: ISO text, and the deviation as days and hours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MomentFigures {
    /// Rows without a value.
    pub nan_count: u64,
    /// Their share of all rows.
    pub nan_proportion: f64,
    /// Earliest.
    pub min: Option<String>,
    /// Latest.
    pub max: Option<String>,
    /// Mean, to the second.
    pub mean: Option<String>,
    /// Median, to the second.
    pub median: Option<String>,
    /// Standard deviation.
    pub std: Option<String>,
    /// Counts between edges.
    pub histogram: Option<Histogram<String>>,
}

/// Counts of labels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelFigures {
    /// Rows without a value.
    pub nan_count: u64,
    /// Their share of all rows.
    pub nan_proportion: f64,
    /// Rows that say that there is no label (-1).
    pub no_label_count: u64,
    /// Their share of all rows.
    pub no_label_proportion: f64,
    /// Distinct labels.
    pub n_unique: usize,
    /// Rows of each label, the most frequent first; of a class, in its order.
    pub frequencies: Frequencies,
}

/// Counts of truth values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoolFigures {
    /// Rows without a value.
    pub nan_count: u64,
    /// Their share of all rows.
    pub nan_proportion: f64,
    /// Rows with `False` and `True`.
    pub frequencies: Frequencies,
}

/// Counts by name, in order; an object in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frequencies(pub Vec<(String, u64)>);

impl Serialize for Frequencies {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, count)| (name, count)))
    }
}

/// A figure: whole where the column is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// A whole number.
    Whole(i64),
    /// A number, rounded to five decimals.
    Real(f64),
}

/// Counts between edges: a bin takes its lower edge, the last one both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Histogram<E> {
    /// Rows in each bin.
    pub hist: Vec<u64>,
    /// Edges, one more than bins.
    pub bin_edges: Vec<E>,
}

impl Table {
    /// Answers `/statistics`, in as many passes as the numbers kept for medians allow.
    ///
    /// Structs, bytes, sounds and columns of nulls or of no common type have no figures.
    ///
    /// # Errors
    /// [`crate::Error::Read`], [`crate::Error::Broken`], [`crate::Error::TooBig`] of the files.
    pub fn statistics(&self) -> Result<Statistics> {
        let all = places(self.columns(), |column| Tally::of(column).is_some());
        let values_max = self.limits().statistics_values_max.max(1);
        let rows = self.index().rows().clamp(1, values_max);
        let at_once = usize::try_from(values_max / rows).unwrap_or(usize::MAX).max(1);
        let (mut statistics, mut partial) = (Vec::with_capacity(all.len()), false);
        let mut seen = if all.is_empty() { self.index().rows() } else { u64::MAX };
        for wanted in all.chunks(at_once) {
            let about = wanted.iter().map(|place| &self.columns()[*place]);
            let mut tallies: Vec<Tally> = about.filter_map(Tally::of).collect();
            let mut count = 0;
            let is_complete = self.scan(wanted, &mut |_, cells| {
                if count >= rows {
                    return ControlFlow::Break(());
                }
                count += 1;
                tallies.iter_mut().zip(cells).for_each(|(tally, cell)| tally.see(&cell));
                ControlFlow::Continue(())
            })?;
            partial |= !is_complete || count < self.index().rows();
            seen = seen.min(count);
            for (place, tally) in wanted.iter().zip(tallies) {
                let column = &self.columns()[*place];
                let (column_type, column_statistics) = tally.figures(&column.kind, count);
                let column_name = column.name.clone();
                statistics.push(ColumnStatistics { column_name, column_type, column_statistics });
            }
        }
        Ok(Statistics { num_examples: seen, statistics, partial })
    }
}

/// What is kept of a column while its rows go by.
enum Tally {
    Numbers { kind: &'static str, values: Vec<f64>, is_whole: bool },
    Moments(Vec<f64>),
    Text { lengths: Vec<f64>, labels: Option<HashMap<String, u64>> },
    Classes { counts: Vec<u64>, no_label: u64, null: u64 },
    Bools([u64; 2]),
}

impl Tally {
    fn of(column: &Column) -> Option<Self> {
        let numbers = |kind, is_whole| Some(Self::Numbers { kind, values: Vec::new(), is_whole });
        match &column.kind {
            Kind::Int => numbers("int", true),
            Kind::Float => numbers("float", false),
            Kind::List(_) => numbers("list", true),
            Kind::Image => numbers("image", true),
            Kind::Moment { .. } => Some(Self::Moments(Vec::new())),
            Kind::Text => Some(Self::Text { lengths: Vec::new(), labels: Some(HashMap::new()) }),
            Kind::Bool => Some(Self::Bools([0; 2])),
            Kind::ClassLabel(names) => {
                Some(Self::Classes { counts: vec![0; names.len()], no_label: 0, null: 0 })
            }
            _ => None,
        }
    }

    fn see(&mut self, cell: &Cell) {
        let count = |length: usize| crate::number::float_from_count(length.try_into().unwrap_or(0));
        match (self, cell) {
            (Self::Classes { null, .. }, Cell::Null) => *null += 1,
            (_, Cell::Null) => {}
            (Self::Numbers { kind: "list", values, .. }, Cell::List(cells)) => {
                values.push(count(cells.len()));
            }
            (Self::Numbers { kind: "image", values, .. }, cell) => {
                let size = asset_bytes(cell).and_then(image_size);
                values.extend(size.map(|(width, _)| f64::from(width)));
            }
            (Self::Numbers { values, .. }, cell) => {
                values.extend(number(cell).filter(|value| !value.is_nan()));
            }
            (Self::Moments(values), Cell::Text(text)) => {
                values.extend(seconds(text).map(crate::number::float_from));
            }
            (Self::Text { lengths, labels }, Cell::Text(text)) => {
                lengths.push(count(text.chars().count()));
                see_label(labels, text);
            }
            (Self::Classes { counts, no_label, .. }, Cell::Int(value)) => {
                match usize::try_from(*value).ok().and_then(|place| counts.get_mut(place)) {
                    Some(count) => *count += 1,
                    None => *no_label += 1,
                }
            }
            (Self::Bools(counts), Cell::Bool(value)) => counts[usize::from(*value)] += 1,
            _ => {}
        }
    }

    fn figures(self, kind: &Kind, rows: u64) -> (&'static str, Figures) {
        match self {
            Self::Numbers { kind, values, is_whole } => {
                (kind, Figures::Numbers(number_figures(values, is_whole, rows)))
            }
            Self::Moments(values) => {
                let is_utc = matches!(kind, Kind::Moment { is_utc: true });
                ("datetime", Figures::Moments(moment_figures(values, is_utc, rows)))
            }
            Self::Text { lengths, labels } => text_figures(lengths, labels, rows),
            Self::Classes { counts, no_label, null } => {
                let names = match kind {
                    Kind::ClassLabel(names) => names.as_slice(),
                    _ => &[],
                };
                let figures = LabelFigures {
                    nan_count: null,
                    nan_proportion: proportion(null, rows),
                    no_label_count: no_label,
                    no_label_proportion: proportion(no_label, rows),
                    n_unique: names.len(),
                    frequencies: Frequencies(names.iter().cloned().zip(counts).collect()),
                };
                ("class_label", Figures::Labels(figures))
            }
            Self::Bools([no, yes]) => {
                let nan_count = rows.saturating_sub(no).saturating_sub(yes);
                let named = [("False".to_owned(), no), ("True".to_owned(), yes)];
                let frequencies =
                    Frequencies(named.into_iter().filter(|(_, count)| *count > 0).collect());
                let nan_proportion = proportion(nan_count, rows);
                ("bool", Figures::Bools(BoolFigures { nan_count, nan_proportion, frequencies }))
            }
        }
    }
}

/// Counts a label, or gives up counting when the column cannot be labels any more.
fn see_label(labels: &mut Option<HashMap<String, u64>>, text: &str) {
    let Some(counts) = labels else { return };
    if let Some(count) = counts.get_mut(text) {
        *count += 1;
    } else if counts.len() >= LABELS_MAX || text.len() > LABEL_BYTES_MAX {
        *labels = None;
    } else {
        counts.insert(text.to_owned(), 1);
    }
}

/// Chooses between labels and text: few distinct values, or at most a fifth of the rows. Null
/// counts as a value of its own, as in the public viewer.
fn text_figures(
    lengths: Vec<f64>,
    labels: Option<HashMap<String, u64>>,
    rows: u64,
) -> (&'static str, Figures) {
    let present = u64::try_from(lengths.len()).unwrap_or(u64::MAX);
    let nan_count = rows.saturating_sub(present);
    let is_labels = |labels: &HashMap<String, u64>| {
        let unique = labels.len() + usize::from(nan_count > 0);
        let is_few = u64::try_from(unique).unwrap_or(u64::MAX).saturating_mul(5) <= rows;
        unique <= LABELS_ALWAYS || (is_few && unique <= LABELS_MAX)
    };
    match labels.filter(is_labels) {
        Some(labels) => {
            let n_unique = labels.len();
            let mut counts: Vec<(String, u64)> = labels.into_iter().collect();
            counts.sort_by(|(a, a_count), (b, b_count)| (b_count, a).cmp(&(a_count, b)));
            let figures = LabelFigures {
                nan_count,
                nan_proportion: proportion(nan_count, rows),
                no_label_count: 0,
                no_label_proportion: 0.0,
                n_unique,
                frequencies: Frequencies(counts),
            };
            ("string_label", Figures::Labels(figures))
        }
        None => ("string_text", Figures::Numbers(number_figures(lengths, true, rows))),
    }
}

fn number_figures(values: Vec<f64>, is_whole: bool, rows: u64) -> NumberFigures {
    let nan_count = rows.saturating_sub(u64::try_from(values.len()).unwrap_or(u64::MAX));
    let figure = |value: f64| match is_whole {
        true => Figure::Whole(whole_from(value)),
        false => Figure::Real(round5(value)),
    };
    let found = measures(values, is_whole);
    let part = |pick: fn(&Measures) -> f64| found.as_ref().map(pick);
    NumberFigures {
        nan_count,
        nan_proportion: proportion(nan_count, rows),
        min: part(|found| found.min).map(figure),
        max: part(|found| found.max).map(figure),
        mean: part(|found| found.mean).map(round5),
        median: part(|found| found.median).map(round5),
        std: found.as_ref().and_then(|found| found.std).map(round5),
        histogram: found.map(|found| Histogram {
            hist: found.hist,
            bin_edges: found.bin_edges.into_iter().map(figure).collect(),
        }),
    }
}

fn moment_figures(values: Vec<f64>, is_utc: bool, rows: u64) -> MomentFigures {
    let nan_count = rows.saturating_sub(u64::try_from(values.len()).unwrap_or(u64::MAX));
    let found = measures(values, true);
    let text = |value: f64| statistics_text(whole_from(value), is_utc);
    let part = |pick: fn(&Measures) -> f64| found.as_ref().map(pick).map(text);
    MomentFigures {
        nan_count,
        nan_proportion: proportion(nan_count, rows),
        min: part(|found| found.min),
        max: part(|found| found.max),
        mean: part(|found| found.mean),
        median: part(|found| found.median),
        std: found.as_ref().and_then(|found| found.std).map(|std| span_text(whole_from(std))),
        histogram: found.as_ref().map(|found| Histogram {
            hist: found.hist.clone(),
            bin_edges: found.bin_edges.iter().copied().map(text).collect(),
        }),
    }
}
