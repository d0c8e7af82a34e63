//! The header of a safetensors file: how many parameters of which type.
//!
//! Source: "Format", documentation of safetensors: eight bytes of length (little endian), a JSON
//! object of that length, then the data. The sum of the header is checked against the file's size
//! so that a page never shows a count that the file cannot hold.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};

/// Bytes of header that are read, as in the client (`SAFETENSORS_MAX_HEADER_LENGTH`).
pub const SAFETENSORS_HEADER_BYTES_MAX: u64 = 25_000_000;

/// What a safetensors file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Safetensors {
    /// Parameters by type of number, e.g. `F32`.
    pub parameters: BTreeMap<String, u64>,
    /// Parameters in all.
    pub total: u64,
    /// Texts that the writer added, such as `format`.
    pub metadata: BTreeMap<String, String>,
}

/// Why a header was not read.
#[derive(Debug, thiserror::Error)]
pub enum SafetensorsError {
    /// The source could not be read, or ended inside the header.
    #[error("read the header of a safetensors file")]
    Read(#[source] io::Error),
    /// The header is longer than the file or than [`SAFETENSORS_HEADER_BYTES_MAX`].
    #[error("a header of `{header_bytes}` bytes does not fit; at most `{most}` can stand here")]
    HeaderTooLong {
        /// Length that the file states.
        header_bytes: u64,
        /// Length that could be.
        most: u64,
    },
    /// The header is not the JSON it should be.
    #[error("parse the header of a safetensors file")]
    Header(#[source] serde_json::Error),
    /// A tensor whose type, shape and place do not agree.
    #[error("tensor of type `{dtype}` does not fit its place; write the file again")]
    TensorMisfit {
        /// Type of number, cut to 80 characters.
        dtype: String,
    },
    /// Tensors overlap, leave gaps, or end elsewhere than the file.
    #[error("tensors do not fill the file's data of `{data_bytes}` bytes; write the file again")]
    DataMisfit {
        /// Bytes after the header.
        data_bytes: u64,
    },
}

/// Reads the header of a safetensors file and counts its parameters.
///
/// `source` stands at the start of the file and gives at least the header; `size_bytes` is the
/// size of the whole file. Memory is bounded by the header's limit.
///
/// # Errors
/// See [`SafetensorsError`]; a hostile header gives an error, never a wrong count.
pub fn safetensors_header(
    source: &mut dyn Read,
    size_bytes: u64,
) -> Result<Safetensors, SafetensorsError> {
    let mut length = [0; 8];
    source.read_exact(&mut length).map_err(SafetensorsError::Read)?;
    let header_bytes = u64::from_le_bytes(length);
    let most = size_bytes.saturating_sub(8).min(SAFETENSORS_HEADER_BYTES_MAX);
    if header_bytes > most {
        return Err(SafetensorsError::HeaderTooLong { header_bytes, most });
    }
    let mut json = Vec::new();
    let read = source.take(header_bytes).read_to_end(&mut json).map_err(SafetensorsError::Read)?;
    if u64::try_from(read).ok() != Some(header_bytes) {
        return Err(SafetensorsError::Read(io::ErrorKind::UnexpectedEof.into()));
    }
    let header: Header = serde_json::from_slice(&json).map_err(SafetensorsError::Header)?;
    count(header, size_bytes - 8 - header_bytes)
}

fn count(header: Header, data_bytes: u64) -> Result<Safetensors, SafetensorsError> {
    let mut found = Safetensors { metadata: header.metadata, ..Safetensors::default() };
    let mut places = Vec::with_capacity(header.tensors.len());
    for tensor in header.tensors {
        let Some(parameters) = tensor.parameters() else {
            let dtype = crate::metadata::cut(&tensor.dtype);
            return Err(SafetensorsError::TensorMisfit { dtype });
        };
        // Sums cannot overflow: each tensor fits its place, and places fill the file once.
        places.push(tensor.data_offsets);
        found.total = found.total.saturating_add(parameters);
        let sum = found.parameters.entry(tensor.dtype).or_default();
        *sum = sum.saturating_add(parameters);
    }
    places.sort_unstable();
    let mut end = 0;
    for (from, to) in places {
        if from != end {
            return Err(SafetensorsError::DataMisfit { data_bytes });
        }
        end = to;
    }
    if end != data_bytes {
        return Err(SafetensorsError::DataMisfit { data_bytes });
    }
    Ok(found)
}

/// Bits of one number. Source: `Dtype` of the `safetensors` crate.
fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ"
        | "F8_E5M2FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "I64" | "U64" | "F64" | "C64" => 64,
        _ => return None,
    })
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

impl Tensor {
    /// Counts the numbers, or nothing where type, shape and place do not agree.
    fn parameters(&self) -> Option<u64> {
        let (from, to) = self.data_offsets;
        let count =
            self.shape.iter().try_fold(1_u64, |product, side| product.checked_mul(*side))?;
        let all_bits = count.checked_mul(bits(&self.dtype)?)?;
        let place_bits = to.checked_sub(from)?.checked_mul(8)?;
        (all_bits == place_bits).then_some(count)
    }
}

/// The header without the tensors' names, which only have to differ.
#[derive(Default)]
struct Header {
    metadata: BTreeMap<String, String>,
    tensors: Vec<Tensor>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        let mut names = std::collections::HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom("a name stands twice"));
            }
            if name == "__metadata__" {
                header.metadata = map.next_value()?;
            } else {
                header.tensors.push(map.next_value()?);
            }
            names.insert(name);
        }
        Ok(header)
    }
}
