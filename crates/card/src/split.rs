//! Where the metadata of a card ends and its text begins.
//!
//! The client cuts with one regular expression, `REGEX_YAML_BLOCK` in `huggingface_hub`
//! 2.4.0, `repocard.py`. This is the same cut in one pass over the text: an expression engine that
//! backtracks would take long on a fence that never closes.

/// A card cut in two. Both parts borrow from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card<'a> {
    /// What stands between the two fences, or nothing where there are no fences.
    pub metadata_yaml: Option<&'a str>,
    /// Line of the file on which the metadata begins, from 1; 1 where there is none.
    pub metadata_line: usize,
    /// The Markdown after the closing fence, or the whole text where there are no fences.
    pub body: &'a str,
}

/// Cuts a card into metadata and body.
///
/// White space and a byte order mark may stand before the first `---`. A fence that is never
/// closed is no fence: everything is body then, as in the client.
#[must_use]
pub fn split(text: &str) -> Card<'_> {
    let none = Card { metadata_yaml: None, metadata_line: 1, body: text };
    let Some(after) = text.trim_start_matches(is_space).strip_prefix("---") else { return none };
    // The client's expression prefers a whole `\r\n` after the fence and falls back to the `\r`,
    // which leaves a `\n` that can begin the closing fence of an empty block.
    for end in ["\r\n", "\r", "\n"] {
        let Some(rest) = after.strip_prefix(end) else { continue };
        if let Some((metadata, body)) = close(rest) {
            let before = &text[..text.len() - rest.len()];
            let metadata_line = 1 + before.matches('\n').count();
            return Card { metadata_yaml: Some(metadata), metadata_line, body };
        }
    }
    none
}

/// White space as the hub and the client see it: Python adds four separators, JavaScript the mark.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}' | '\u{feff}')
}

/// Finds the closing fence: a line end, `---`, blanks, then a line end or the end of the text.
fn close(rest: &str) -> Option<(&str, &str)> {
    for (at, _) in rest.match_indices("---") {
        let head = &rest[..at];
        let before = head.strip_suffix("\r\n").or_else(|| head.strip_suffix(['\r', '\n']));
        let Some(metadata) = before else { continue };
        let tail = rest[at + 3..].trim_start_matches([' ', '\t']);
        if tail.is_empty() {
            return Some((metadata, tail));
        }
        let body = tail.strip_prefix("\r\n").or_else(|| tail.strip_prefix('\n'));
        if let Some(body) = body {
            return Some((metadata, body));
        }
    }
    None
}
