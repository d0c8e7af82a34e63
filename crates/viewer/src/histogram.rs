//! Minimum to histogram of a column's numbers.

use crate::number::{float_from, float_from_count, round5, whole_from};

/// Most bins. Source: huggingface/dataset-viewer, `statistics_utils.py`, `NUM_BINS`.
const BINS: i32 = 10;

/// Figures of at least one number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measures {
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) mean: f64,
    pub(crate) median: f64,
    pub(crate) std: Option<f64>,
    pub(crate) hist: Vec<u64>,
    pub(crate) bin_edges: Vec<f64>,
}

/// Returns a share of all rows, rounded.
pub(crate) fn proportion(count: u64, rows: u64) -> f64 {
    if count == 0 || rows == 0 {
        0.0
    } else {
        round5(float_from_count(count) / float_from_count(rows))
    }
}

/// Computes the figures; `None` without numbers. Infinite values leave no histogram but its ends.
pub(crate) fn measures(mut values: Vec<f64>, is_whole: bool) -> Option<Measures> {
    let count = u64::try_from(values.len()).ok().filter(|count| *count > 0)?;
    let (mut min, mut max, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, Sum::default());
    for value in &values {
        min = min.min(*value);
        max = max.max(*value);
        sum.add(*value);
    }
    let mean = sum.total() / float_from_count(count);
    let mut squares = Sum::default();
    values.iter().for_each(|value| squares.add((value - mean) * (value - mean)));
    let std = (count > 1).then(|| (squares.total() / float_from_count(count - 1)).sqrt());
    let bin_edges = edges(min, max, is_whole);
    let hist = histogram(&values, &bin_edges);
    let median = median(&mut values);
    Some(Measures { min, max, mean, median, std, hist, bin_edges })
}

/// A sum that keeps what rounding drops (Neumaier's form of Kahan's).
#[derive(Default)]
struct Sum {
    sum: f64,
    dropped: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let next = self.sum + value;
        self.dropped += if self.sum.abs() >= value.abs() {
            (self.sum - next) + value
        } else {
            (value - next) + self.sum
        };
        self.sum = next;
    }

    fn total(&self) -> f64 {
        let total = self.sum + self.dropped;
        if total.is_nan() { self.sum } else { total }
    }
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let is_odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(lower) if !is_odd => lower / 2.0 + upper / 2.0,
        _ => upper,
    }
}

/// Returns the edges of up to ten bins. Bins of whole numbers are whole and as wide as a tenth of
/// the span, rounded up, so that there may be fewer.
fn edges(min: f64, max: f64, is_whole: bool) -> Vec<f64> {
    let span = max - min;
    if span == 0.0 || !span.is_finite() {
        return vec![min, max];
    }
    if !is_whole {
        let width = span / f64::from(BINS);
        let inner = (0..BINS).map(|bin| min + width * f64::from(bin));
        return inner.chain([max]).collect();
    }
    let (low, high) = (i128::from(whole_from(min)), i128::from(whole_from(max)));
    let width = (high - low + 1 + i128::from(BINS) - 1) / i128::from(BINS);
    let inner = (0..i128::from(BINS)).map(|bin| low + width * bin).take_while(|edge| *edge <= high);
    let edge = |edge: i128| i64::try_from(edge).map_or(max, float_from);
    inner.map(edge).chain([max]).collect()
}

/// Counts values between edges: a bin takes its lower edge, the last one both.
fn histogram(values: &[f64], edges: &[f64]) -> Vec<u64> {
    let bins = edges.len() - 1;
    let mut counts = vec![0; bins];
    for value in values {
        let above = edges.partition_point(|edge| edge <= value);
        counts[above.clamp(1, bins) - 1] += 1;
    }
    counts
}
