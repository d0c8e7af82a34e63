//! Bounds on what the parsers of Markdown and of HTML are given.
//!
//! The first parser's work on a line grows with the number of containers (quotes, lists) open
//! there, and one line can open as many as it has characters. Lines beyond the limit get a
//! backslash before their next marker, which makes it text. The sanitiser's writer looks through
//! the rest of a text at each character that it has to escape, so long texts are parted.

use std::borrow::Cow;

/// Containers that one line may open. ASSUMPTION: nobody writes ten.
pub(crate) const MARKERS_MAX: usize = 32;

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
pub(crate) fn defuse(text: &str) -> Cow<'_, str> {
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

/// Bytes of one text before the next character that must be escaped starts another. ASSUMPTION:
/// twice the square of it is nothing beside parsing.
pub(crate) const RUN_BYTES_MAX: usize = 2048;

/// What parts two texts; the sanitiser removes it.
pub(crate) const RUN_BREAK: &str = "<!---->";

/// Parts long texts of well formed HTML before characters that the sanitiser will escape: `&`, and
/// the byte that a no-break space begins with (`write_escaped` of `html5ever`).
pub(crate) fn part(html: &str) -> String {
    let mut parted = String::with_capacity(html.len());
    let (mut copied, mut run_start, mut in_tag) = (0, 0, false);
    for (at, byte) in html.bytes().enumerate() {
        match byte {
            b'<' => in_tag = true,
            b'>' if in_tag => (in_tag, run_start) = (false, at + 1),
            b'&' | 0xc2 if !in_tag && at - run_start > RUN_BYTES_MAX => {
                parted.push_str(&html[copied..at]);
                parted.push_str(RUN_BREAK);
                (copied, run_start) = (at, at);
            }
            _ => {}
        }
    }
    parted.push_str(&html[copied..]);
    parted
}
