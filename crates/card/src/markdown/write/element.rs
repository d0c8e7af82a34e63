//! The elements that Markdown and raw HTML become.

use super::{address_write, escape};
use pulldown_cmark::{Alignment, CodeBlockKind, HeadingLevel, Tag};

/// Where an element may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::markdown) enum Layer {
    /// Holds blocks.
    Block,
    /// A block of Markdown that holds text only: paragraph, heading, code.
    Leaf,
    /// Stands in text.
    Inline,
    /// Has no content.
    Void,
}

/// Where in a table the writer is.
#[derive(Default)]
pub(super) struct Table {
    aligns: Vec<Alignment>,
    column: usize,
    is_head: bool,
}

impl Table {
    /// Notes that an element begins.
    pub(super) fn see(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Table(aligns) => self.aligns.clone_from(aligns),
            Tag::TableHead => (self.column, self.is_head) = (0, true),
            Tag::TableRow => (self.column, self.is_head) = (0, false),
            Tag::TableCell => self.column += 1,
            _ => {}
        }
    }

    fn align(&self) -> &'static str {
        match self.aligns.get(self.column.wrapping_sub(1)) {
            Some(Alignment::Left) => " align=\"left\"",
            Some(Alignment::Center) => " align=\"center\"",
            Some(Alignment::Right) => " align=\"right\"",
            Some(Alignment::None) | None => "",
        }
    }
}

/// Says where an element of Markdown stands. A cell holds text, but raw lists are common there.
pub(super) fn layer(tag: &Tag<'_>) -> Layer {
    match tag {
        Tag::Paragraph | Tag::CodeBlock(_) | Tag::Heading { .. } => Layer::Leaf,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } => Layer::Inline,
        _ => Layer::Block,
    }
}

/// Writes the beginning of an element and returns its end. A heading's beginning is written with
/// its end, when its id is known.
pub(super) fn begin(out: &mut String, tag: &Tag<'_>, table: &Table) -> &'static str {
    let (open, close) = match tag {
        Tag::Paragraph => ("<p>", "</p>\n"),
        Tag::Heading { level, .. } => ("", heading_close(*level)),
        Tag::BlockQuote(_) => ("<blockquote>\n", "</blockquote>\n"),
        Tag::CodeBlock(kind) => {
            code_begin(out, kind);
            ("", "</code></pre>\n")
        }
        Tag::List(None) => ("<ul>\n", "</ul>\n"),
        Tag::List(Some(1)) => ("<ol>\n", "</ol>\n"),
        Tag::List(Some(start)) => {
            out.push_str(&format!("<ol start=\"{start}\">\n"));
            ("", "</ol>\n")
        }
        Tag::Item => ("<li>", "</li>\n"),
        Tag::Table(_) => ("<table>\n", "</tbody></table>\n"),
        Tag::TableHead => ("<thead><tr>", "</tr></thead><tbody>\n"),
        Tag::TableRow => ("<tr>", "</tr>\n"),
        Tag::TableCell => {
            let (open, close) = if table.is_head { ("<th", "</th>") } else { ("<td", "</td>") };
            out.push_str(open);
            out.push_str(table.align());
            (">", close)
        }
        Tag::Emphasis => ("<em>", "</em>"),
        Tag::Strong => ("<strong>", "</strong>"),
        Tag::Strikethrough => ("<del>", "</del>"),
        Tag::Link { dest_url, title, .. } => {
            out.push_str("<a");
            address_write(out, "href", dest_url, title);
            (">", "</a>")
        }
        // Written by the caller, or not switched on.
        _ => ("", ""),
    };
    out.push_str(open);
    close
}

fn heading_close(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "</h1>\n",
        HeadingLevel::H2 => "</h2>\n",
        HeadingLevel::H3 => "</h3>\n",
        HeadingLevel::H4 => "</h4>\n",
        HeadingLevel::H5 => "</h5>\n",
        HeadingLevel::H6 => "</h6>\n",
    }
}

fn code_begin(out: &mut String, kind: &CodeBlockKind<'_>) {
    let info = match kind {
        CodeBlockKind::Fenced(info) => info.split([' ', '\t', ',', '{']).next().unwrap_or_default(),
        CodeBlockKind::Indented => "",
    };
    if info.is_empty() {
        out.push_str("<pre><code>");
        return;
    }
    out.push_str("<pre><code class=\"language-");
    escape(out, info, false);
    out.push_str("\">");
}

/// Raw elements with their ends and where they stand; what is not listed stands in text.
const RAW: &[(&str, &str, Layer)] = &[
    ("a", "</a>", Layer::Inline),
    ("abbr", "</abbr>", Layer::Inline),
    ("b", "</b>", Layer::Inline),
    ("blockquote", "</blockquote>", Layer::Block),
    ("br", "", Layer::Void),
    ("caption", "</caption>", Layer::Block),
    ("center", "</center>", Layer::Block),
    ("code", "</code>", Layer::Inline),
    ("dd", "</dd>", Layer::Block),
    ("del", "</del>", Layer::Inline),
    ("details", "</details>", Layer::Block),
    ("div", "</div>", Layer::Block),
    ("dl", "</dl>", Layer::Block),
    ("dt", "</dt>", Layer::Block),
    ("em", "</em>", Layer::Inline),
    ("h1", "</h1>", Layer::Block),
    ("h2", "</h2>", Layer::Block),
    ("h3", "</h3>", Layer::Block),
    ("h4", "</h4>", Layer::Block),
    ("h5", "</h5>", Layer::Block),
    ("h6", "</h6>", Layer::Block),
    ("hr", "", Layer::Void),
    ("i", "</i>", Layer::Inline),
    ("img", "", Layer::Void),
    ("ins", "</ins>", Layer::Inline),
    ("kbd", "</kbd>", Layer::Inline),
    ("li", "</li>", Layer::Block),
    ("mark", "</mark>", Layer::Inline),
    ("ol", "</ol>", Layer::Block),
    ("p", "</p>", Layer::Block),
    ("pre", "</pre>", Layer::Block),
    ("q", "</q>", Layer::Inline),
    ("rp", "</rp>", Layer::Inline),
    ("rt", "</rt>", Layer::Inline),
    ("ruby", "</ruby>", Layer::Inline),
    ("s", "</s>", Layer::Inline),
    ("samp", "</samp>", Layer::Inline),
    ("small", "</small>", Layer::Inline),
    ("span", "</span>", Layer::Inline),
    ("strong", "</strong>", Layer::Inline),
    ("sub", "</sub>", Layer::Inline),
    ("summary", "</summary>", Layer::Block),
    ("sup", "</sup>", Layer::Inline),
    ("table", "</table>", Layer::Block),
    ("tbody", "</tbody>", Layer::Block),
    ("td", "</td>", Layer::Block),
    ("tfoot", "</tfoot>", Layer::Block),
    ("th", "</th>", Layer::Block),
    ("thead", "</thead>", Layer::Block),
    ("tr", "</tr>", Layer::Block),
    ("tt", "</tt>", Layer::Inline),
    ("u", "</u>", Layer::Inline),
    ("ul", "</ul>", Layer::Block),
    ("var", "</var>", Layer::Inline),
    ("wbr", "", Layer::Void),
];

/// Finds a raw element that may stay, with its end and where it stands.
pub(in crate::markdown) fn raw_find(name: &str) -> Option<(&'static str, &'static str, Layer)> {
    RAW.iter().copied().find(|(known, ..)| *known == name)
}

/// Lists the names of the raw elements that may stay: with them all elements of a card.
pub(in crate::markdown) fn raw_names() -> impl Iterator<Item = &'static str> {
    RAW.iter().map(|(name, ..)| *name)
}
