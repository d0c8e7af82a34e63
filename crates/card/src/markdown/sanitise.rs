//! The list of what may stand in a rendered card. Everything else is removed.
//!
//! The elements are those of [`raw_names`]: no form, frame, script, style, media that plays, or
//! foreign content.

use super::links::{self, LinkBase};
use super::write::raw_names;
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What every id of a card begins with.
pub const ID_PREFIX: &str = "card-";

/// Attributes by element. No `style`, no `name`, no handler; `class` on code only.
pub(super) const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "title", "id"]),
    ("abbr", &["title"]),
    ("code", &["class"]),
    ("details", &["open"]),
    ("div", &["align", "id"]),
    ("h1", &["align", "id"]),
    ("h2", &["align", "id"]),
    ("h3", &["align", "id"]),
    ("h4", &["align", "id"]),
    ("h5", &["align", "id"]),
    ("h6", &["align", "id"]),
    ("img", &["src", "alt", "title", "width", "height", "align"]),
    ("ol", &["start"]),
    ("p", &["align"]),
    ("sup", &["id"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("th", &["align", "colspan", "rowspan"]),
];

/// Says whether an element may carry an attribute.
pub(super) fn is_allowed(element: &str, attribute: &str) -> bool {
    ATTRIBUTES.iter().any(|(name, list)| *name == element && list.contains(&attribute))
}

/// Removes what is not listed, and rewrites the links.
pub(super) fn sanitise(html: &str, base: &LinkBase) -> String {
    let attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES.iter().map(|(name, list)| (*name, list.iter().copied().collect())).collect();
    let base = base.clone();
    Builder::empty()
        .tags(raw_names().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("nofollow noopener"))
        .id_prefix(Some(ID_PREFIX))
        .set_tag_attribute_value("img", "loading", "lazy")
        // Pictures from elsewhere must not tell that site who reads which card.
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .attribute_filter(move |element, attribute, value| filter(element, attribute, value, &base))
        .clean(html)
        .to_string()
}

fn filter<'v>(
    element: &str,
    attribute: &str,
    value: &'v str,
    base: &LinkBase,
) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        (_, "href") => links::link(value, base).map(Cow::Owned),
        (_, "src") => links::picture(value, base).map(Cow::Owned),
        (_, "class") => is_language_class(value).then_some(Cow::Borrowed(value)),
        (_, "align") => is_align(value).then_some(Cow::Borrowed(value)),
        (_, "width" | "height") => is_length(value).then_some(Cow::Borrowed(value)),
        // A table of a million columns is drawn as wide as it says.
        (_, "colspan" | "rowspan") => is_span(value).then_some(Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    }
}

fn is_language_class(value: &str) -> bool {
    value.strip_prefix("language-").is_some_and(|name| {
        matches!(name.len(), 1..=32)
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+#.-_".contains(&b))
    })
}

fn is_align(value: &str) -> bool {
    ["left", "right", "center"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn is_length(value: &str) -> bool {
    let digits = value.trim_end_matches("px").trim_end_matches('%');
    matches!(digits.len(), 1..=4) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_span(value: &str) -> bool {
    matches!(value.len(), 1..=2) && value.bytes().all(|b| b.is_ascii_digit())
}
