//! Columns: their names, what the viewer can do with them, and their feature in the JSON form of
//! the `datasets` library.
//!
//! Source: huggingface.co/docs/datasets/about_dataset_features and the viewer's OpenAPI
//! (huggingface/dataset-viewer, `docs/source/openapi.json`, `Feature`).

use crate::cell::Cell;
use crate::limits::NESTING_MAX;
use serde::{Deserialize, Serialize};

/// What a column holds, as far as it changes what can be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing but nulls.
    Null,
    /// True or false.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Decimal numbers, kept as text so that no digit is lost.
    Decimal,
    /// Text.
    Text,
    /// A date or a moment, as ISO 8601 text.
    Moment {
        /// Whether it is bound to UTC.
        is_utc: bool,
    },
    /// A time of day or a length of time.
    Time,
    /// Bytes.
    Bytes,
    /// A number that stands for one of these names.
    ClassLabel(Vec<String>),
    /// An image as `{bytes, path}`.
    Image,
    /// A sound as `{bytes, path}`.
    Audio,
    /// Values in order.
    List(Box<Kind>),
    /// Named values.
    Struct(Vec<(String, Kind)>),
    /// Values of no common type.
    Json,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Its feature in the JSON form of `datasets`.
    pub feature: Cell,
}

/// One entry of the key `features` in an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureItem {
    /// Place of the column, from 0.
    pub feature_idx: usize,
    /// Name of the column.
    pub name: String,
    /// The feature in the JSON form of `datasets`.
    #[serde(rename = "type")]
    pub feature: Cell,
}

impl Column {
    /// Makes a column whose feature follows from its kind.
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Self {
        let feature = kind.feature();
        Self { name: name.to_owned(), kind, feature }
    }
}

/// Lists columns as answers do.
#[must_use]
pub fn feature_items(columns: &[Column]) -> Vec<FeatureItem> {
    let item = |(feature_idx, column): (usize, &Column)| FeatureItem {
        feature_idx,
        name: column.name.clone(),
        feature: column.feature.clone(),
    };
    columns.iter().enumerate().map(item).collect()
}

/// Writes the feature `Value` of a type name.
pub(crate) fn value_feature(dtype: &str) -> Cell {
    Cell::object([("dtype", dtype.into()), ("_type", "Value".into())])
}

/// Writes the feature of a list.
pub(crate) fn list_feature(inner: Cell) -> Cell {
    Cell::object([("feature", inner), ("_type", "List".into())])
}

impl Kind {
    /// Returns the feature that `datasets` infers for such values.
    fn feature(&self) -> Cell {
        match self {
            Self::Null => value_feature("null"),
            Self::Bool => value_feature("bool"),
            Self::Int => value_feature("int64"),
            Self::Float => value_feature("float64"),
            Self::Decimal | Self::Text | Self::Time => value_feature("string"),
            Self::Moment { .. } => value_feature("timestamp[s]"),
            Self::Bytes => value_feature("binary"),
            Self::ClassLabel(names) => {
                let names = names.iter().map(|name| name.as_str().into()).collect();
                Cell::object([("names", Cell::List(names)), ("_type", "ClassLabel".into())])
            }
            Self::Image => Cell::object([("_type", "Image".into())]),
            Self::Audio => Cell::object([("_type", "Audio".into())]),
            Self::List(inner) => list_feature(inner.feature()),
            Self::Struct(fields) => Cell::Struct(
                fields.iter().map(|(name, kind)| (name.clone(), kind.feature())).collect(),
            ),
            Self::Json => Cell::object([("_type", "Json".into())]),
        }
    }

    /// Takes what the feature knows and the file's own types do not say: names of classes, images
    /// and sounds, also inside lists and structs.
    pub(crate) fn refine(self, feature: &Cell, depth: usize) -> Self {
        if depth > NESTING_MAX {
            return self;
        }
        let inner = match feature {
            Cell::List(inner) => inner.first(),
            _ => feature.get("feature"),
        };
        match (self, feature.get("_type").and_then(Cell::as_text)) {
            (Self::Int, Some("ClassLabel")) => class_names(feature).map_or(Self::Int, |names| {
                Self::ClassLabel(names.into_iter().map(str::to_owned).collect())
            }),
            (kind @ (Self::Struct(_) | Self::Bytes), Some("Image")) if kind.has_bytes() => {
                Self::Image
            }
            (kind @ (Self::Struct(_) | Self::Bytes), Some("Audio")) if kind.has_bytes() => {
                Self::Audio
            }
            (Self::List(kind), _) => Self::List(match inner {
                Some(inner) => Box::new(kind.refine(inner, depth + 1)),
                None => kind,
            }),
            (Self::Struct(fields), None) => Self::Struct(
                fields
                    .into_iter()
                    .map(|(name, kind)| match feature.get(&name) {
                        Some(feature) => {
                            let kind = kind.refine(feature, depth + 1);
                            (name, kind)
                        }
                        None => (name, kind),
                    })
                    .collect(),
            ),
            (kind, _) => kind,
        }
    }

    /// Says whether there are bytes to make an asset of.
    fn has_bytes(&self) -> bool {
        match self {
            Self::Bytes => true,
            Self::Struct(fields) => {
                fields.iter().any(|(name, kind)| name == "bytes" && *kind == Self::Bytes)
            }
            _ => false,
        }
    }
}

fn class_names(feature: &Cell) -> Option<Vec<&str>> {
    match feature.get("names")? {
        Cell::List(names) => names.iter().map(Cell::as_text).collect(),
        _ => None,
    }
}

/// Returns the features that a Parquet file carries under the key `huggingface`, by column.
///
/// Anything that is not of the form `{"info": {"features": {..}}}` counts as absent.
pub(crate) fn features_of_metadata(text: &str) -> Option<Cell> {
    let metadata: Cell = serde_json::from_str(text).ok()?;
    let features = metadata.get("info")?.get("features")?;
    matches!(features, Cell::Struct(_)).then(|| features.clone())
}
