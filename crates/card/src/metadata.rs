//! The metadata of a card: YAML read into JSON within stated limits.
//!
//! The parser only hands out events; the tree is built here, so that depth, count, aliases and
//! repeated keys are decided in one place. Scalars follow the core schema of YAML 1.2 (section
//! 10.3.2), as on the hub whose cards these are: `no` and `2024-01-01` are texts.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes of YAML that are read. The largest heads seen list the class names of a dataset, some
/// hundred kilobytes. ASSUMPTION: 1 MiB leaves room.
pub const METADATA_BYTES_MAX: usize = 1 << 20;

/// Levels of lists and mappings. A dataset's features nest deepest, about ten.
pub const METADATA_DEPTH_MAX: usize = 64;

/// Values after aliases are expanded; stops a document whose aliases double at each line.
pub const METADATA_NODES_MAX: usize = 200_000;

/// Bytes of text after aliases are expanded: four times what may be written out.
pub const METADATA_TEXT_BYTES_MAX: usize = 4 << 20;

/// The metadata of a card. Keys are kept sorted: the workspace signs JSON by sorted keys, and one
/// build holds one kind of map.
pub type Metadata = Map<String, Value>;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Why metadata was not read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {problem}", place.line, place.column)]
pub struct MetadataError {
    /// Where reading stopped, counted from the first line of the YAML.
    pub place: Place,
    /// What was wrong there.
    pub problem: MetadataProblem,
}

/// What is wrong with metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataProblem {
    /// Longer than [`METADATA_BYTES_MAX`].
    #[error("the metadata has `{0}` bytes; at most {METADATA_BYTES_MAX} are read")]
    TooLong(usize),
    /// Not YAML. Says what the parser met.
    #[error("{0}")]
    Syntax(String),
    /// Nested deeper than [`METADATA_DEPTH_MAX`].
    #[error("nested deeper than {METADATA_DEPTH_MAX} levels; flatten it")]
    TooDeep,
    /// More values than [`METADATA_NODES_MAX`], aliases expanded.
    #[error("more than {METADATA_NODES_MAX} values once aliases are expanded; write fewer")]
    TooMany,
    /// More text than [`METADATA_TEXT_BYTES_MAX`], aliases expanded.
    #[error("more than {METADATA_TEXT_BYTES_MAX} bytes once aliases are expanded; write less")]
    TooMuchText,
    /// A key that stands twice in one mapping.
    #[error("key `{0}` stands twice in one mapping; keep one")]
    KeyTwice(String),
    /// A list or mapping used as a key.
    #[error("a list or mapping cannot be a key; use a text")]
    KeyNotText,
    /// An alias of a value that is not complete, i.e. one that contains itself.
    #[error("the alias points at a value that is not complete; write the value out")]
    AliasOpen,
    /// A tag outside the core schema.
    #[error("tag `{0}` is not known; leave it out")]
    TagUnknown(String),
    /// A value that does not fit its tag.
    #[error("`{value}` is not a value of tag `{tag}`; leave the tag out")]
    TagMismatch {
        /// The tag, e.g. `!!int`.
        tag: String,
        /// The text under it, cut to 80 characters.
        value: String,
    },
    /// `<<` with something else than a mapping or a list of mappings.
    #[error("`<<` merges mappings only; give it a mapping or a list of mappings")]
    MergeNotMapping,
    /// The top is a list or a single value.
    #[error("the metadata must be a mapping of `key: value` lines")]
    NotMapping,
    /// A second document after `---`.
    #[error("a second document begins; keep one")]
    SecondDocument,
}

/// Reads the YAML of a card into JSON. Nothing but white space and comments is empty metadata.
///
/// # Errors
/// The first problem met, with its line and column.
pub fn metadata_parse(yaml: &str) -> Result<Metadata, MetadataError> {
    let start = Place { line: 1, column: 1 };
    if yaml.len() > METADATA_BYTES_MAX {
        let problem = MetadataProblem::TooLong(yaml.len());
        return Err(MetadataError { place: start, problem });
    }
    let mut tree = Tree::default();
    for event in Parser::new_from_str(yaml) {
        let (event, span) = event.map_err(|error| MetadataError {
            place: Place { line: error.marker().line(), column: error.marker().col() + 1 },
            problem: MetadataProblem::Syntax(error.info().to_owned()),
        })?;
        tree.take(event).map_err(|problem| MetadataError { place: place(span), problem })?;
    }
    match tree.root {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(MetadataError { place: start, problem: MetadataProblem::NotMapping }),
    }
}

fn place(span: Span) -> Place {
    Place { line: span.start.line(), column: span.start.col() + 1 }
}

/// A value with what it counts against the limits.
#[derive(Clone)]
struct Node {
    value: Value,
    nodes: usize,
    bytes: usize,
}

/// A list or mapping that is still open.
struct Open {
    anchor: usize,
    nodes: usize,
    bytes: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Mapping { map: Metadata, key: Option<Key>, merged: Vec<Value> },
}

enum Key {
    Name(String),
    Merge,
}

/// Builds the tree from events, without recursion.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Value>,
    nodes: usize,
    bytes: usize,
    documents: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>) -> Result<(), MetadataProblem> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 { Err(MetadataProblem::SecondDocument) } else { Ok(()) }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(key) = self.key_expected() {
                    *key = Some(if style == ScalarStyle::Plain && text == "<<" {
                        Key::Merge
                    } else {
                        Key::Name(text.into_owned())
                    });
                    return self.key_named();
                }
                let bytes = text.len();
                let value = scalar(text, style, tag.as_deref())?;
                self.place(Node { value, nodes: 1, bytes }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor, tag.as_deref(), "seq", Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let content = Content::Mapping { map: Map::new(), key: None, merged: Vec::new() };
                self.begin(anchor, tag.as_deref(), "map", content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(id) => {
                let node = self.anchors.get(&id).cloned().ok_or(MetadataProblem::AliasOpen)?;
                if let Some(key) = self.key_expected() {
                    let Value::String(text) = node.value else {
                        return Err(MetadataProblem::KeyNotText);
                    };
                    *key = Some(Key::Name(text));
                    return self.key_named();
                }
                self.place(node, 0)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// Returns where to put a key, where the innermost mapping waits for one.
    fn key_expected(&mut self) -> Option<&mut Option<Key>> {
        match self.open.last_mut().map(|open| &mut open.content) {
            Some(Content::Mapping { key, .. }) if key.is_none() => Some(key),
            _ => None,
        }
    }

    /// Refuses a key that the mapping has already, at the place of the key, and counts it.
    fn key_named(&mut self) -> Result<(), MetadataProblem> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let Content::Mapping { map, key: Some(Key::Name(name)), .. } = &open.content else {
            return Ok(());
        };
        if map.contains_key(name) {
            return Err(MetadataProblem::KeyTwice(cut(name)));
        }
        let bytes = name.len();
        open.bytes += bytes;
        self.count(0, bytes)
    }

    fn begin(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        fits: &str,
        content: Content,
    ) -> Result<(), MetadataProblem> {
        if self.open.len() >= METADATA_DEPTH_MAX {
            return Err(MetadataProblem::TooDeep);
        }
        if self.key_expected().is_some() {
            return Err(MetadataProblem::KeyNotText);
        }
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && tag.suffix == fits)
        {
            return Err(MetadataProblem::TagUnknown(tag_name(tag)));
        }
        self.count(1, 0)?;
        self.open.push(Open { anchor, nodes: 1, bytes: 0, content });
        Ok(())
    }

    fn end(&mut self) -> Result<(), MetadataProblem> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.content {
            Content::List(list) => Value::Array(list),
            Content::Mapping { mut map, merged, .. } => {
                for extra in merged {
                    merge(&mut map, extra)?;
                }
                Value::Object(map)
            }
        };
        let node = Node { value, nodes: open.nodes, bytes: open.bytes };
        self.settle(node, open.anchor)
    }

    /// Counts a value that arrives whole and puts it in its place.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), MetadataProblem> {
        self.count(node.nodes, node.bytes)?;
        self.settle(node, anchor)
    }

    fn settle(&mut self, node: Node, anchor: usize) -> Result<(), MetadataProblem> {
        if anchor > 0 {
            // A copy for each anchor is counted too: anchors nested in anchors hold copies.
            self.count(node.nodes, node.bytes)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node.value);
            return Ok(());
        };
        open.nodes += node.nodes;
        open.bytes += node.bytes;
        match &mut open.content {
            Content::List(list) => list.push(node.value),
            Content::Mapping { map, key, merged } => match key.take() {
                Some(Key::Name(name)) => {
                    map.insert(name, node.value);
                }
                Some(Key::Merge) => merged.push(node.value),
                None => return Err(MetadataProblem::KeyNotText),
            },
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, bytes: usize) -> Result<(), MetadataProblem> {
        self.nodes += nodes;
        self.bytes += bytes;
        if self.nodes > METADATA_NODES_MAX {
            return Err(MetadataProblem::TooMany);
        }
        if self.bytes > METADATA_TEXT_BYTES_MAX {
            return Err(MetadataProblem::TooMuchText);
        }
        Ok(())
    }
}

/// Adds the entries of `<<` that the mapping does not have itself.
fn merge(map: &mut Metadata, extra: Value) -> Result<(), MetadataProblem> {
    let parts = match extra {
        Value::Array(list) => list,
        one => vec![one],
    };
    for part in parts {
        let Value::Object(part) = part else { return Err(MetadataProblem::MergeNotMapping) };
        for (key, value) in part {
            map.entry(key).or_insert(value);
        }
    }
    Ok(())
}

/// Reads a scalar. Quoted and block scalars are texts, whatever they look like.
fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
) -> Result<Value, MetadataProblem> {
    let Some(tag) = tag else {
        return Ok(match style {
            ScalarStyle::Plain => plain(&text).unwrap_or_else(|| text.into_owned().into()),
            _ => text.into_owned().into(),
        });
    };
    // `!` alone is the tag that says "not plain".
    if tag.suffix == "str" && tag.is_yaml_core_schema() || tag_name(tag) == "!" {
        return Ok(text.into_owned().into());
    }
    let name = tag_name(tag);
    let read = plain(&text);
    let fits = match (tag.is_yaml_core_schema(), tag.suffix.as_str(), &read) {
        (true, "null", value) => value == &Some(Value::Null),
        (true, "bool", value) => matches!(value, Some(Value::Bool(_))),
        (true, "int", Some(value)) => value.is_i64() || value.is_u64(),
        (true, "float", value) => matches!(value, Some(Value::Number(_))),
        (true, "int", None) => false,
        _ => return Err(MetadataProblem::TagUnknown(name)),
    };
    match read {
        Some(value) if fits => Ok(value),
        _ => Err(MetadataProblem::TagMismatch { tag: name, value: cut(&text) }),
    }
}

fn tag_name(tag: &Tag) -> String {
    if tag.is_yaml_core_schema() {
        format!("!!{}", cut(&tag.suffix))
    } else {
        cut(&format!("{}{}", tag.handle, tag.suffix))
    }
}

/// Keeps the first 80 characters of a text, for messages.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Reads a plain scalar by the core schema, or nothing where it is a text.
fn plain(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(octal) = text.strip_prefix("0o") {
        return radix(octal, 8);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return radix(hex, 16);
    }
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        let text = text.strip_prefix('+').unwrap_or(text);
        // What fits neither stays a text: nothing is rounded silently.
        let signed = text.parse::<i64>().map(Value::from);
        return signed.or_else(|_| text.parse::<u64>().map(Value::from)).ok();
    }
    if !is_decimal(digits) {
        return None;
    }
    // The one float of the crate: an evaluation result that the publisher wrote as a decimal and
    // the client reads back as a JSON number. It is shown, never compared or paid.
    text.parse().ok().and_then(Number::from_f64).map(Value::Number)
}

fn radix(digits: &str, radix: u32) -> Option<Value> {
    if !digits.bytes().all(|b| char::from(b).is_digit(radix)) {
        return None;
    }
    u64::from_str_radix(digits, radix).map(Value::from).ok()
}

/// Tells a decimal (`1.`, `.5`, `1e3`) from texts that Rust would read too (`inf`, `nan`).
fn is_decimal(digits: &str) -> bool {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && all_digits(text)
    });
    !(whole.is_empty() && part.is_empty()) && all_digits(whole) && all_digits(part) && exponent_fits
}
