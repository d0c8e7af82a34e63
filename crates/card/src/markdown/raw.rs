//! Raw HTML in Markdown, taken apart into texts and tags.
//!
//! This is no parser of HTML: it finds the tags that may stay and writes them anew, so that what
//! follows meets known names and quoted values only. Anything else becomes text or is dropped.

use super::sanitise::is_allowed;
use super::write::{escape, raw_find};

/// Bytes of one tag; longer ones are text.
const TAG_BYTES_MAX: usize = 4096;

/// A piece of raw HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text that may hold character references, without tags.
    Text(&'a str),
    /// A tag that may stay, with its attributes written anew.
    Begin(&'static str, String),
    /// The end of such an element.
    End(&'static str),
    /// An element whose content must not be shown begins.
    Hide(&'static str),
    /// Such an element ends.
    Show(&'static str),
}

/// Elements whose content is no text of the card.
const HIDDEN: &[&str] = &[
    "script", "style", "textarea", "title", "iframe", "noscript", "noembed", "noframes", "xmp",
    "template", "svg", "math", "object", "select",
];

/// Takes raw HTML apart, in one pass.
pub(super) fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        if !text.is_empty() {
            found.push(Piece::Text(text));
        }
        rest = match markup(tag) {
            Markup::Skip(length) => &tag[length..],
            Markup::Tag(length) => {
                found.extend(piece(&tag[1..length - 1]));
                &tag[length..]
            }
            Markup::None => {
                found.push(Piece::Text(&tag[..1]));
                &tag[1..]
            }
            // The rest of the window was searched once; as text it is not searched again.
            Markup::Unclosed(length) => {
                found.push(Piece::Text(&tag[..length]));
                &tag[length..]
            }
        };
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

enum Markup {
    Skip(usize),
    Tag(usize),
    None,
    Unclosed(usize),
}

/// Measures what begins with `<`.
fn markup(tag: &str) -> Markup {
    if let Some(comment) = tag.strip_prefix("<!--") {
        return Markup::Skip(comment.find("-->").map_or(tag.len(), |at| at + 7));
    }
    if tag.starts_with("<!") || tag.starts_with("<?") {
        return Markup::Skip(tag.find('>').map_or(tag.len(), |at| at + 1));
    }
    let name = tag[1..].strip_prefix('/').unwrap_or(&tag[1..]);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Markup::None;
    }
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in tag.bytes().enumerate().take(TAG_BYTES_MAX) {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'>' => return Markup::Tag(at + 1),
            None if matches!(byte, b'"' | b'\'') && before == b'=' => quote = Some(byte),
            None => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    Markup::Unclosed(tag.floor_char_boundary(TAG_BYTES_MAX))
}

/// Reads a tag without its brackets, if it may stay.
fn piece(inside: &str) -> Option<Piece<'static>> {
    let (is_end, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let stop = inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
    let (name, rest) = inside.split_at(stop);
    let name = name.to_ascii_lowercase();
    let hidden = HIDDEN.iter().copied().find(|known| *known == name);
    match (raw_find(&name).map(|(name, ..)| name), hidden) {
        (Some(name), _) if is_end => Some(Piece::End(name)),
        (Some(name), _) => Some(Piece::Begin(name, attributes(name, rest))),
        (None, Some(name)) if is_end => Some(Piece::Show(name)),
        (None, Some(name)) => (!rest.ends_with('/')).then_some(Piece::Hide(name)),
        (None, None) => None,
    }
}

/// Writes the attributes that may stay, quoted, each once.
fn attributes(element: &str, mut rest: &str) -> String {
    let mut written = String::new();
    let mut seen: Vec<String> = Vec::new();
    let is_gap = |c: char| c.is_ascii_whitespace() || c == '/';
    loop {
        rest = rest.trim_start_matches(is_gap);
        if rest.is_empty() {
            return written;
        }
        // An `=` at the start belongs to the name, as in browsers.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let is_stop = |c: char| is_gap(c) || c == '=';
        let stop = rest[first..].find(is_stop).map_or(rest.len(), |at| at + first);
        let (name, after) = rest.split_at(stop);
        let name = name.to_ascii_lowercase();
        let (value, after) = value(after);
        rest = after;
        if is_allowed(element, &name) && !seen.contains(&name) {
            written.push(' ');
            written.push_str(&name);
            written.push_str("=\"");
            escape(&mut written, value, true);
            written.push('"');
            seen.push(name);
        }
    }
}

/// Reads the value that follows a name, if there is one.
fn value(after: &str) -> (&str, &str) {
    let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
        return ("", after);
    };
    for quote in ['"', '\''] {
        if let Some(open) = value.strip_prefix(quote) {
            return open.split_once(quote).unwrap_or((open, ""));
        }
    }
    value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len()))
}
