//! Domain values as view models, by noun. Every handler makes its pages from these.
//!
//! Must never: query, decide or hold a word of interface text outside `messages/`.

pub(crate) mod award;
pub(crate) mod call;
pub(crate) mod concentration;
pub(crate) mod group;
pub(crate) mod instrument;
pub(crate) mod register;
pub(crate) mod trace;
pub(crate) mod upstream;

use crate::{Lang, Measure, OrgRef, Pager, Part, Text};
use app::Names;
use base::{Amount, Ppm, Time};
use identity::OrganisationId;
use oversight::Ratio;

/// Returns an organisation as a link, natural persons without their name.
pub(crate) fn org(names: &Names, id: OrganisationId) -> OrgRef {
    let (en, zh) = names.both(id);
    OrgRef::new(&id.to_string(), &en, &zh)
}

/// Returns words of a rule.
pub(crate) fn words(text: &rulebook::Text) -> Text {
    Text::new(&text.en, text.zh.as_deref().unwrap_or_default())
}

/// Returns the language in which a rule is asked to speak.
pub(crate) const fn rule_lang(lang: Lang) -> rulebook::Lang {
    match lang {
        Lang::En => rulebook::Lang::En,
        Lang::Zh => rulebook::Lang::Zh,
    }
}

/// Shows an instant to the minute, for [`crate::Ui::date`].
pub(crate) fn moment(at: Time) -> String {
    at.to_string().chars().take(16).collect()
}

/// Shows the day of an instant.
pub(crate) fn day(at: Time) -> String {
    at.date().to_string()
}

/// Cuts an exact share to parts per million.
pub(crate) fn share(ratio: Option<Ratio>) -> Ppm {
    let ppm = ratio.and_then(|ratio| i64::try_from(ratio.ppm()).ok());
    ppm.and_then(|ppm| Ppm::new(ppm.clamp(0, Ppm::ONE.get())).ok()).unwrap_or(Ppm::ZERO)
}

/// Shows an index in points with its exact fraction.
pub(crate) fn points(ratio: Option<Ratio>) -> Measure {
    ratio.map_or_else(Measure::default, |ratio| Measure {
        shown: thousands(ratio.points()),
        exact: ratio.to_string(),
    })
}

/// Shows a share in percent with one decimal, cut, and its exact fraction.
pub(crate) fn percent(ratio: Option<Ratio>) -> Measure {
    ratio.map_or_else(Measure::default, |ratio| {
        let tenths = ratio.scaled(1_000);
        let shown = format!("{}.{} %", tenths / 10, tenths % 10);
        Measure { shown, exact: ratio.to_string() }
    })
}

fn thousands(count: u64) -> String {
    crate::Ui::default().count(count)
}

/// Cuts a bar into parts, each with its share of the whole; parts of nothing are left out.
pub(crate) fn parts(whole: Amount, parts: &[(&str, Amount, &'static str)]) -> Vec<Part> {
    let part = |(label, amount, tone): &(&str, Amount, &'static str)| Part {
        label: (*label).to_owned(),
        amount: *amount,
        share: Ppm::ratio(*amount, whole).ok().flatten().unwrap_or(Ppm::ZERO),
        tone,
    };
    parts.iter().filter(|(_, amount, _)| amount.minor > 0).map(part).collect()
}

/// One page of a list, as its rows and its address say.
pub(crate) struct Paged {
    /// Rows before this page.
    pub(crate) before: u64,
    /// Rows of this page.
    pub(crate) rows: u64,
    /// Rows in all.
    pub(crate) total: u64,
    /// Key of the next page; `None` on the last.
    pub(crate) next: Option<String>,
}

impl Paged {
    /// Links to the next page, and back from the second. Keys lead forward only: further back the
    /// browser leads.
    pub(crate) fn pager(&self, link: &Link, rows_max: u64) -> Pager {
        let last = (self.before + self.rows).min(self.total);
        let next = self.next.as_ref().map(|key| {
            let from = (self.before + self.rows).to_string();
            link.with(&[("after", key), ("from", &from)])
        });
        let is_second = self.before > 0 && self.before <= rows_max;
        Pager {
            first: if self.rows == 0 { 0 } else { self.before + 1 },
            last,
            total: self.total,
            previous: is_second.then(|| link.with(&[])),
            next,
        }
    }
}

/// An address with the query that every link of a page keeps.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    path: &'static str,
    kept: Vec<(String, String)>,
}

impl Link {
    /// Makes a link that keeps these values; empty ones are left out.
    pub(crate) fn new(path: &'static str, kept: &[(&str, &str)]) -> Self {
        let kept = kept.iter().filter(|(_, value)| !value.is_empty());
        let kept = kept.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { path, kept }
    }

    /// Returns the address with some more values.
    pub(crate) fn with(&self, more: &[(&str, &str)]) -> String {
        self.to(self.path, more)
    }

    /// Returns another address with the same values and some more.
    pub(crate) fn to(&self, path: &str, more: &[(&str, &str)]) -> String {
        let kept = self.kept.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs = kept.chain(more.iter().copied());
        let query: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// Writes a value of a query: unreserved characters of RFC 3986, section 2.3, as they are, all
/// others as percent-encoded UTF-8.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns an address of the web, or nothing for one that a browser would run or open elsewhere.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let is_web = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    is_web.then(|| text.to_owned())
}
