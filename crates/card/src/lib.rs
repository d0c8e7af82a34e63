//! The card of a repository: the `README.md` whose head carries metadata and whose body is
//! Markdown, and the few facts that a file's name or first bytes give away.
//!
//! Everything here is pure and reads hostile input: each reader has a limit on size, depth and
//! count, and none of them panics. Must never: open a file, follow a link, or decide who may read.
//! Start reading at [`card_check`], the answer of `/api/validate-yaml`; then [`facts`] for search
//! and lineage, and [`render`] for pages.

mod check;
mod facts;
mod file;
mod known;
mod markdown;
mod metadata;
mod split;

#[cfg(test)]
mod tests;

pub use check::{Checked, Kind, MESSAGES_MAX, Message, Report, card_check, validate};
pub use facts::{
    BaseModel, Config, DataSplit, Derivation, Edge, FACT_CHARS_MAX, FACT_ITEMS_MAX, Facts, Gate,
    GateField, GateFieldKind, Relation, facts, lineage,
};
pub use file::{
    FormatNote, FormatRisk, SAFETENSORS_HEADER_BYTES_MAX, Safetensors, SafetensorsError,
    format_note, is_vendor_format, safetensors_header,
};
pub use known::{LICENSES, PIPELINE_TAGS, SIZE_CATEGORIES};
pub use markdown::{BODY_BYTES_MAX, HTML_BYTES_MAX, ID_PREFIX, LinkBase, excerpt, render};
pub use metadata::{
    METADATA_BYTES_MAX, METADATA_DEPTH_MAX, METADATA_NODES_MAX, METADATA_TEXT_BYTES_MAX, Metadata,
    MetadataError, MetadataProblem, Place, metadata_parse,
};
pub use split::{Card, split};
