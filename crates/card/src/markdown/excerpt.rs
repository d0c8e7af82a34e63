//! The first words of a card, for lists.

use super::{bounds, options};
use pulldown_cmark::{Event, Parser, Tag, TagEnd, TextMergeStream};

/// Bytes of Markdown that are read for an excerpt.
const READ_BYTES_MAX: usize = 32 << 10;

/// Returns the first paragraphs of Markdown as plain text of at most so many characters.
///
/// Headings, code blocks, tables, pictures and raw HTML are left out. The text is not escaped.
#[must_use]
pub fn excerpt(body: &str, chars: usize) -> String {
    let (body, _) = bounds::cut(body, READ_BYTES_MAX);
    let body = bounds::defuse(body);
    let mut out = Words { text: String::new(), left: chars };
    let mut skipped = 0_usize;
    // The element of inline HTML whose content is no text, while it is open.
    let mut hidden: Option<&'static str> = None;
    for event in TextMergeStream::new(Parser::new_ext(&body, options())) {
        let goes_on = match event {
            Event::Start(tag) if is_skipped(&tag) => {
                skipped += 1;
                true
            }
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::CodeBlock
                | TagEnd::Table
                | TagEnd::Image
                | TagEnd::HtmlBlock
                | TagEnd::FootnoteDefinition,
            ) => {
                skipped = skipped.saturating_sub(1);
                true
            }
            Event::InlineHtml(tag) => {
                hidden = hidden_after(hidden, &tag);
                true
            }
            // No element goes beyond its paragraph: one that is never closed hides no more.
            Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                hidden = None;
                out.add(" ")
            }
            Event::Text(text) | Event::Code(text) if skipped == 0 && hidden.is_none() => {
                out.add(&text)
            }
            Event::SoftBreak | Event::HardBreak => out.add(" "),
            _ => true,
        };
        if !goes_on {
            break;
        }
    }
    out.text.truncate(out.text.trim_end().len());
    out.text
}

/// Follows inline HTML in and out of elements whose content is not shown.
fn hidden_after(hidden: Option<&'static str>, tag: &str) -> Option<&'static str> {
    let tag = tag.trim_start_matches('<').to_ascii_lowercase();
    let named = |text: &str, name: &str| {
        let rest = text.strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    };
    match hidden {
        Some(name) if tag.strip_prefix('/').is_some_and(|tag| named(tag, name)) => None,
        Some(name) => Some(name),
        None => ["style", "script"].into_iter().find(|name| named(&tag, name)),
    }
}

fn is_skipped(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Heading { .. }
            | Tag::CodeBlock(_)
            | Tag::Table(_)
            | Tag::Image { .. }
            | Tag::HtmlBlock
            | Tag::FootnoteDefinition(_)
    )
}

/// Words with single spaces between them, up to a number of characters.
struct Words {
    text: String,
    left: usize,
}

impl Words {
    /// Adds text. Says whether there is room for more.
    fn add(&mut self, text: &str) -> bool {
        for c in text.chars() {
            let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
            if c == ' ' && (self.text.is_empty() || self.text.ends_with(' ')) {
                continue;
            }
            if self.left <= 1 {
                if self.left == 1 {
                    self.text.truncate(self.text.trim_end().len());
                    self.text.push('…');
                    self.left = 0;
                }
                return false;
            }
            self.text.push(c);
            self.left -= 1;
        }
        true
    }
}
