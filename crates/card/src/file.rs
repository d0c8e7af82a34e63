//! What a model file's name and first bytes give away.

mod format;
mod safetensors;

pub use format::{FormatNote, FormatRisk, format_note, is_vendor_format};
pub use safetensors::{
    SAFETENSORS_HEADER_BYTES_MAX, Safetensors, SafetensorsError, safetensors_header,
};
