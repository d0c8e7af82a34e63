//! Bare addresses in text become links.
//!
//! Source: "Autolinks (extension)" of the GitHub Flavored Markdown specification, for `http://`
//! and `https://` only; an address also ends at punctuation of Chinese, which no address contains.

use super::write::escape;

/// Writes text with its bare addresses as links, in one pass.
pub(super) fn text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = find(rest) {
        let (before, found) = rest.split_at(at);
        escape(out, before, false);
        let address = &found[..length(found)];
        let host = address.split_once("://").map_or("", |(_, host)| host);
        if host.starts_with(char::is_alphanumeric) {
            out.push_str("<a href=\"");
            escape(out, address, false);
            out.push_str("\">");
            escape(out, address, false);
            out.push_str("</a>");
        } else {
            escape(out, address, false);
        }
        rest = &found[address.len()..];
    }
    escape(out, rest, false);
}

/// Finds where an address begins: not inside a word.
fn find(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("http") {
        let at = from + at;
        let scheme = &text[at + 4..];
        let is_scheme = scheme.starts_with("://") || scheme.starts_with("s://");
        let is_inside = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        if is_scheme && !is_inside {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

/// Measures an address, without the punctuation that ends the sentence around it.
fn length(text: &str) -> usize {
    let is_end = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '<' | '>' | '"' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
    };
    let mut end = text.find(is_end).unwrap_or(text.len());
    let (mut opens, mut closes) = (0_usize, 0_usize);
    for byte in text[..end].bytes() {
        opens += usize::from(byte == b'(');
        closes += usize::from(byte == b')');
    }
    while let Some(last) = text[..end].chars().next_back() {
        match last {
            '?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | ';' => {}
            ')' if closes > opens => closes -= 1,
            _ => break,
        }
        end -= last.len_utf8();
    }
    // The scheme itself is never cut, so that the caller moves on.
    end.max("http".len())
}
