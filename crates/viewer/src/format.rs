//! Formats by the ends of file names.

use serde::{Deserialize, Serialize};

/// A format the viewer reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// Values between commas, the first row naming the columns.
    Csv,
    /// The same between tabs.
    Tsv,
    /// One JSON object a line.
    JsonLines,
    /// An array of JSON objects, or objects one after the other.
    Json,
    /// One row a line, in the column `text`.
    Lines,
}

impl Format {
    /// Returns the format of a path and whether it is wrapped in gzip.
    ///
    /// Zip, tar and the like are not opened: `None`.
    #[must_use]
    pub fn of(path: &str) -> Option<(Self, bool)> {
        let lower = path.to_lowercase();
        let (name, is_gzip) = match lower.strip_suffix(".gz") {
            Some(name) => (name, true),
            None => (lower.as_str(), false),
        };
        let format = match name.rsplit_once('.')?.1 {
            "parquet" if !is_gzip => Self::Parquet,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "jsonl" | "ndjson" => Self::JsonLines,
            "json" => Self::Json,
            "txt" => Self::Lines,
            _ => return None,
        };
        Some((format, is_gzip))
    }

    /// Returns the name people use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::JsonLines => "JSON Lines",
            Self::Json => "JSON",
            Self::Lines => "text",
        }
    }

    /// Returns the `datasets` builder that reads it.
    #[must_use]
    pub fn builder(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv | Self::Tsv => "csv",
            Self::JsonLines | Self::Json => "json",
            Self::Lines => "text",
        }
    }

    /// Returns the media type, as Croissant names it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Parquet => "application/x-parquet",
            Self::Csv => "text/csv",
            Self::Tsv => "text/tab-separated-values",
            Self::JsonLines => "application/jsonlines",
            Self::Json => "application/json",
            Self::Lines => "text/plain",
        }
    }
}
