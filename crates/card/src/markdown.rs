//! The body of a card: Markdown written as HTML that is safe to put into a page.
//!
//! Three steps, each of which bounds the next. [`bounds`] defuses lines that would nest deeply and
//! parts long texts.
//! [`write`] turns the parser's events into well nested HTML of limited depth and length, and lets
//! raw HTML through only tag by tag ([`raw`]). `ammonia` then parses the result as a browser would
//! and removes all that is not listed in [`sanitise`]: safety rests on it alone, speed on the
//! steps before it. Links are rewritten last ([`links`]).

mod autolink;
pub(crate) mod bounds;
mod excerpt;
mod links;
mod raw;
mod sanitise;
mod slug;
mod write;

pub use excerpt::excerpt;
pub use links::LinkBase;
pub use sanitise::ID_PREFIX;

use pulldown_cmark::Options;

/// Bytes of Markdown that are rendered; the rest is left out and the page says so. The longest
/// cards are some hundred kilobytes. ASSUMPTION: 512 KiB leaves room.
pub const BODY_BYTES_MAX: usize = 512 << 10;

/// Bytes of HTML that are written before sanitising; then the card is cut.
pub const HTML_BYTES_MAX: usize = 4 << 20;

/// Renders Markdown to HTML without scripts, styles, forms or frames.
///
/// CommonMark with tables, footnotes, task lists, strikethrough and bare addresses. Headings get
/// ids under [`ID_PREFIX`], so that a card cannot name elements of the page around it. Relative
/// links and pictures point into the repository that `base` names.
#[must_use]
pub fn render(body: &str, base: &LinkBase) -> String {
    let (body, is_cut) = bounds::cut(body, BODY_BYTES_MAX);
    let (html, is_full) = write::html(&bounds::defuse(body));
    let mut safe = sanitise::sanitise(&bounds::part(&html), base);
    if is_cut || is_full {
        safe.push_str("<p>…</p>\n");
    }
    safe
}

/// What is read beyond CommonMark.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}
