//! A model as a file: `safetensors`, which every framework reads.
//!
//! Eight bytes with the length of the header, the header as JSON, the numbers as little-endian
//! floats of 32 bits. Source: the format section of github.com/huggingface/safetensors.
//! Must never: trust a length in a file.

use crate::dataset::CLASSES;
use crate::error::{Error, Result};
use crate::network::{HIDDEN, Layers, Model};
use crate::picture::PIXELS;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Bytes of one number.
const NUMBER_BYTES: usize = 4;
/// The header ends at a multiple of this, filled up with spaces, so that numbers are aligned.
const ALIGNMENT: usize = 8;
/// Key of the header that is no tensor.
const METADATA: &str = "__metadata__";

/// Where a tensor is in the file, as the format has it.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    dtype: String,
    shape: Vec<usize>,
    /// First byte and the one after the last, from the end of the header.
    data_offsets: [usize; 2],
}

/// A tensor of the model: name, rows and columns (`None` for a vector), numbers.
type Tensor<'a> = (&'static str, (usize, Option<usize>), &'a [f32]);

fn tensors(model: &Model) -> [Tensor<'_>; 6] {
    let Layers { hidden_weight, hidden_bias, output_weight, output_bias } = &model.layers;
    [
        ("standard.mean", (PIXELS, None), &model.mean),
        ("standard.scale", (PIXELS, None), &model.scale),
        ("hidden.weight", (HIDDEN, Some(PIXELS)), hidden_weight),
        ("hidden.bias", (HIDDEN, None), hidden_bias),
        ("output.weight", (CLASSES, Some(HIDDEN)), output_weight),
        ("output.bias", (CLASSES, None), output_bias),
    ]
}

/// Returns the file of a model. Equal models give equal bytes.
#[must_use]
pub fn weights_bytes(model: &Model) -> Vec<u8> {
    let mut header = BTreeMap::from([(METADATA, serde_json::json!({"format": "pt"}))]);
    let mut data = Vec::new();
    for (name, (rows, columns), numbers) in tensors(model) {
        let start = data.len();
        data.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        let shape: Vec<usize> = std::iter::once(rows).chain(columns).collect();
        let place = serde_json::json!({
            "dtype": "F32", "shape": shape, "data_offsets": [start, data.len()],
        });
        header.insert(name, place);
    }
    let mut text = Value::from_iter(header).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(ALIGNMENT), b' ');
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    [length.to_le_bytes().as_slice(), &text, &data].concat()
}

/// Reads the file of a model that this program wrote.
///
/// # Errors
/// [`Error::Read`]; [`Error::Model`] for a file that is cut short, has other tensors, or shapes and
/// places that do not fit, or numbers that are none.
pub fn weights_read(path: &Path) -> Result<Model> {
    let bytes = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    weights_parse(&bytes).map_err(|reason| Error::Model { path: path.to_owned(), reason })
}

fn weights_parse(bytes: &[u8]) -> std::result::Result<Model, String> {
    let short = || "it is cut short".to_owned();
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(short)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| short())?;
    let (header, data) = rest.split_at_checked(length).ok_or_else(short)?;
    let mut header: BTreeMap<String, Value> =
        serde_json::from_slice(header).map_err(|error| error.to_string())?;
    header.remove(METADATA);
    let mut numbers = |name: &str, rows: usize, columns: Option<usize>| {
        let place = header.remove(name).ok_or_else(|| format!("tensor `{name}` is missing"))?;
        let place: Place = serde_json::from_value(place).map_err(|error| error.to_string())?;
        let shape: Vec<usize> = std::iter::once(rows).chain(columns).collect();
        if place.dtype != "F32" || place.shape != shape {
            return Err(format!("tensor `{name}` is not of shape `{shape:?}` in `F32`"));
        }
        let [start, end] = place.data_offsets;
        let part = data.get(start..end).ok_or_else(short)?;
        let count = rows * columns.unwrap_or(1);
        numbers_parse(part, count)
            .ok_or_else(|| format!("tensor `{name}` has no `{count}` numbers"))
    };
    let model = Model {
        mean: numbers("standard.mean", PIXELS, None)?,
        scale: numbers("standard.scale", PIXELS, None)?,
        layers: Layers {
            hidden_weight: numbers("hidden.weight", HIDDEN, Some(PIXELS))?,
            hidden_bias: numbers("hidden.bias", HIDDEN, None)?,
            output_weight: numbers("output.weight", CLASSES, Some(HIDDEN))?,
            output_bias: numbers("output.bias", CLASSES, None)?,
        },
    };
    match header.keys().next() {
        Some(name) => Err(format!("tensor `{name}` is not known")),
        None => Ok(model),
    }
}

fn numbers_parse(bytes: &[u8], count: usize) -> Option<Vec<f32>> {
    let (parts, rest) = bytes.as_chunks::<NUMBER_BYTES>();
    let numbers: Vec<f32> = parts.iter().map(|part| f32::from_le_bytes(*part)).collect();
    let is_whole = rest.is_empty() && numbers.len() == count;
    (is_whole && numbers.iter().all(|number| number.is_finite())).then_some(numbers)
}
