//! Writes the parser's events as well nested HTML.
//!
//! One stack holds what is open, elements of Markdown and raw elements alike. INVARIANT: every
//! element is closed in order, no raw element outlives the Markdown that it began in, and no
//! inline element is open where a block begins; so the sanitiser's parser never has to repair.

mod element;

use super::autolink;
use super::raw::{Piece, pieces};
use super::slug::Slugs;
use super::{HTML_BYTES_MAX, ID_PREFIX, options};
pub(super) use element::{Layer, raw_find, raw_names};

use element::{Table, begin, layer};
use pulldown_cmark::{Event, Parser, Tag, TagEnd, TextMergeStream};
use std::collections::HashMap;

/// Elements open at once. Browsers stop at some hundreds.
const DEPTH_MAX: usize = 64;

/// Renders Markdown. Says whether it was cut at [`HTML_BYTES_MAX`].
pub(super) fn html(body: &str) -> (String, bool) {
    let mut writer = Writer::default();
    for event in TextMergeStream::new(Parser::new_ext(body, options())) {
        writer.take(event);
        if writer.out.len() > HTML_BYTES_MAX {
            writer.close_all();
            return (writer.out, true);
        }
    }
    writer.close_all();
    (writer.out, false)
}

/// Writes text as HTML. With `has_references`, `&` stays: raw HTML may hold references.
pub(super) fn escape(out: &mut String, text: &str, has_references: bool) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '&' if !has_references => out.push_str("&amp;"),
            // No character for text; parsers disagree on it.
            '\0' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}

/// Characters of a picture's text and of titles.
const TITLE_CHARS_MAX: usize = 1000;

/// Bytes of an address; longer ones are dropped. Browsers and servers stop at some thousands.
const ADDRESS_BYTES_MAX: usize = 4096;

/// Writes the address and title of a link or picture, behind the name of the attribute that holds
/// the address and without the last quote.
fn address_write(out: &mut String, attribute: &str, address: &str, title: &str) {
    if address.len() <= ADDRESS_BYTES_MAX {
        out.push_str(&format!(" {attribute}=\""));
        escape(out, address, false);
        out.push('"');
    }
    if !title.is_empty() {
        out.push_str(" title=\"");
        escape(out, &title.chars().take(TITLE_CHARS_MAX).collect::<String>(), false);
        out.push('"');
    }
}

/// An element that is open.
struct Open {
    close: &'static str,
    layer: Layer,
    /// Name of a raw element; nothing for one of Markdown.
    raw: Option<&'static str>,
}

/// A heading whose id waits for its text.
struct Heading {
    start: usize,
    plain: String,
}

#[derive(Default)]
struct Writer {
    out: String,
    open: Vec<Open>,
    /// Elements of Markdown that began beyond the depth and are not written.
    skipped: usize,
    heading: Option<Heading>,
    slugs: Slugs,
    /// Nesting inside a picture, where text is `alt` and elements are not written.
    pictures: usize,
    /// What follows the `alt` of the picture.
    picture_rest: String,
    /// Characters that the `alt` may still get.
    picture_left: usize,
    /// The raw element whose content is hidden.
    hidden: Option<&'static str>,
    html_block: Option<String>,
    table: Table,
    notes: HashMap<String, (usize, bool)>,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Html(html) => match &mut self.html_block {
                Some(block) => block.push_str(&html),
                None => self.raw(&html),
            },
            Event::InlineHtml(html) => self.raw(&html),
            _ if self.hidden.is_some() => {}
            Event::Text(text) => self.text(&text),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.code(&text);
            }
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak if self.pictures > 0 => self.text(" "),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => {
                self.block();
                self.out.push_str("<hr>\n");
            }
            Event::TaskListMarker(is_done) => self.text(if is_done { "☑ " } else { "☐ " }),
            Event::FootnoteReference(label) => self.reference(&label),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::HtmlBlock => {
                self.html_block = Some(String::new());
                return;
            }
            _ if self.pictures > 0 => {
                self.pictures += 1;
                return;
            }
            _ if self.skipped > 0 || self.open.len() >= DEPTH_MAX || self.hidden.is_some() => {
                self.skipped += 1;
                return;
            }
            Tag::Image { dest_url, title, .. } => {
                self.pictures = 1;
                self.picture_rest.push('"');
                address_write(&mut self.picture_rest, "src", &dest_url, &title);
                self.picture_rest.push('>');
                self.picture_left = TITLE_CHARS_MAX;
                self.out.push_str("<img alt=\"");
                return;
            }
            _ => {}
        }
        let layer = layer(&tag);
        if layer == Layer::Block {
            self.block();
        }
        if let Tag::Heading { .. } = &tag {
            self.heading = Some(Heading { start: self.out.len(), plain: String::new() });
        }
        self.table.see(&tag);
        let close = if let Tag::FootnoteDefinition(label) = &tag {
            let (number, _) = self.note(label);
            self.out.push_str(&format!("<div id=\"fn-{number}\"><sup>{number}</sup> "));
            "</div>\n"
        } else {
            begin(&mut self.out, &tag, &self.table)
        };
        self.open.push(Open { close, layer, raw: None });
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::HtmlBlock => {
                if let Some(block) = self.html_block.take() {
                    self.raw(&block);
                }
                return;
            }
            _ if self.pictures > 0 => {
                self.pictures -= 1;
                if self.pictures == 0 {
                    let rest = std::mem::take(&mut self.picture_rest);
                    self.out.push_str(&rest);
                }
                return;
            }
            _ if self.skipped > 0 => {
                self.skipped -= 1;
                return;
            }
            _ => {}
        }
        // What was hidden inside this element ends with it.
        self.hidden = None;
        while let Some(open) = self.open.pop() {
            let is_markdown = open.raw.is_none();
            if !is_markdown {
                self.out.push_str(open.close);
                continue;
            }
            match self.heading.take_if(|_| matches!(tag, TagEnd::Heading(_))) {
                Some(heading) => self.heading_close(heading, open.close),
                None => self.out.push_str(open.close),
            }
            return;
        }
    }

    fn heading_close(&mut self, heading: Heading, close: &str) {
        let inner = self.out.split_off(heading.start.min(self.out.len()));
        let id = self.slugs.make(&heading.plain);
        // `close` is `</hN>` and a line end.
        self.out.push_str(&format!("<h{} id=\"{ID_PREFIX}{id}\">{inner}{close}", &close[3..4]));
    }

    fn close_all(&mut self) {
        if self.pictures > 0 {
            self.out.push_str(&self.picture_rest);
        }
        while let Some(open) = self.open.pop() {
            self.out.push_str(open.close);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.plain.push_str(text);
        }
        if self.pictures > 0 {
            return self.alt(text);
        }
        let is_plain =
            self.open.iter().any(|open| matches!(open.close, "</a>" | "</code></pre>\n"));
        if is_plain {
            escape(&mut self.out, text, false);
        } else {
            autolink::text(&mut self.out, text);
        }
    }

    /// Adds to the text of a picture, up to its limit.
    fn alt(&mut self, text: &str) {
        let kept: String = text.chars().take(self.picture_left).collect();
        self.picture_left -= kept.chars().count();
        escape(&mut self.out, &kept, false);
    }

    fn code(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.plain.push_str(text);
        }
        if self.pictures > 0 {
            return self.alt(text);
        }
        self.out.push_str("<code>");
        escape(&mut self.out, text, false);
        self.out.push_str("</code>");
    }

    /// Numbers a note by its first mention. Says whether a reference to it was written.
    fn note(&mut self, label: &str) -> (usize, bool) {
        let next = self.notes.len() + 1;
        *self.notes.entry(label.to_owned()).or_insert((next, false))
    }

    fn reference(&mut self, label: &str) {
        if self.pictures > 0 {
            return;
        }
        let (number, is_repeated) = self.note(label);
        let id = if is_repeated { String::new() } else { format!(" id=\"fnref-{number}\"") };
        self.out.push_str(&format!("<sup{id}><a href=\"#fn-{number}\">{number}</a></sup>"));
        self.notes.insert(label.to_owned(), (number, true));
    }

    /// Makes room for a block: closes the raw inline elements that are open.
    fn block(&mut self) {
        while self.open.last().is_some_and(|o| o.raw.is_some() && o.layer == Layer::Inline) {
            if let Some(open) = self.open.pop() {
                self.out.push_str(open.close);
            }
        }
    }

    fn raw(&mut self, html: &str) {
        if self.pictures > 0 {
            return;
        }
        for piece in pieces(html) {
            match (self.hidden, piece) {
                (Some(name), Piece::Show(end)) if end == name => self.hidden = None,
                (Some(_), _) | (None, Piece::Show(_)) => {}
                (None, Piece::Hide(name)) => self.hidden = Some(name),
                (None, Piece::Text(text)) => escape(&mut self.out, text, true),
                (None, Piece::Begin(name, attributes)) => self.raw_begin(name, &attributes),
                (None, Piece::End(name)) => self.raw_end(name),
            }
        }
    }

    fn raw_begin(&mut self, name: &str, attributes: &str) {
        let Some((name, close, layer)) = raw_find(name) else { return };
        if layer == Layer::Block {
            self.block();
            // Inside a paragraph or emphasis of Markdown a block would break out of it.
            if self.open.last().is_some_and(|open| open.layer != Layer::Block && open.raw.is_none())
            {
                return;
            }
        }
        if layer != Layer::Void {
            if self.skipped > 0 || self.open.len() >= DEPTH_MAX {
                return;
            }
            self.open.push(Open { close, layer, raw: Some(name) });
        }
        self.out.push_str(&format!("<{name}{attributes}>"));
    }

    fn raw_end(&mut self, name: &str) {
        let since = self.open.iter().rposition(|open| open.raw.is_none()).map_or(0, |at| at + 1);
        let found = self.open[since..].iter().rposition(|open| open.raw == Some(name));
        let Some(found) = found.filter(|_| self.skipped == 0) else { return };
        for open in self.open.drain(since + found..).rev() {
            self.out.push_str(open.close);
        }
    }
}
