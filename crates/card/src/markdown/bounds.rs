//! Cuts and defuses Markdown before it is parsed.
//!
//! The parser's work on a line grows with the number of containers (quotes, lists) open there, and
//! one line can open as many as it has characters. Lines beyond the limit get a backslash before
//! their next marker, which makes it text.

use std::borrow::Cow;

/// Containers that one line may open. ASSUMPTION: nobody writes ten.
const MARKERS_MAX: usize = 32;

/// Columns of white space before a marker. Nesting by indent needs two columns a level.
const INDENT_MAX: usize = 128;

/// Keeps at most so many bytes, cut between characters. Says whether something was cut.
pub(super) fn cut(text: &str, bytes_max: usize) -> (&str, bool) {
    if text.len() <= bytes_max {
        return (text, false);
    }
    (&text[..text.floor_char_boundary(bytes_max)], true)
}

/// Makes text of the markers beyond the limit.
pub(super) fn defuse(text: &str) -> Cow<'_, str> {
    let mut defused = String::new();
    let mut copied = 0;
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        if let Some(at) = excess(line) {
            defused.push_str(&text[copied..start + at]);
            defused.push('\\');
            copied = start + at;
        }
        start += line.len();
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    defused.push_str(&text[copied..]);
    Cow::Owned(defused)
}

/// Finds the first marker of a line that stands too deep.
fn excess(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let (mut at, mut markers, mut indent) = (0, 0, 0);
    loop {
        match bytes.get(at)? {
            b' ' => indent += 1,
            b'\t' => indent += 4,
            _ => {
                let width = marker(&bytes[at..])?;
                markers += 1;
                if markers > MARKERS_MAX || indent > INDENT_MAX {
                    // A backslash before a digit is itself; before the `.` or `)` it escapes.
                    return Some(if width > 1 { at + width - 1 } else { at });
                }
                at += width - 1;
            }
        }
        at += 1;
    }
}

/// Measures the container's marker that text begins with: `>`, `-`, `+`, `*`, `1.`, `1)`, `[^`.
fn marker(bytes: &[u8]) -> Option<usize> {
    let ends_word = |at: usize| matches!(bytes.get(at), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    match bytes.first()? {
        b'>' => Some(1),
        b'-' | b'+' | b'*' if ends_word(1) => Some(1),
        b'[' if bytes.get(1) == Some(&b'^') => {
            // A footnote's definition is a container too: `[^a]: [^b]: …`.
            let close = bytes.iter().take(200).position(|b| *b == b']')?;
            (bytes.get(close + 1) == Some(&b':')).then_some(close + 2)
        }
        b'0'..=b'9' => {
            let digits = bytes.iter().take(10).take_while(|b| b.is_ascii_digit()).count();
            let closes = matches!(bytes.get(digits), Some(b'.' | b')'));
            (closes && ends_word(digits + 1)).then_some(digits + 1)
        }
        _ => None,
    }
}
