//! What surrounds every page: language, zone, the person who looks, the notice on top.

use crate::html::{Html, escape};
use crate::lang::Lang;
use crate::parts::{Outcome, Part};
use crate::state::State;
use crate::text::Text;
use crate::{assets, chart, links};
use base::{Amount, Ppm};
use std::fmt::Display;

/// The frame of a page; every view model has one in its field `ui`.
#[derive(Debug, Clone, Default)]
pub struct Ui {
    /// Language of the interface.
    pub lang: Lang,
    /// Name of the zone.
    pub zone: Text,
    /// Path and query of this page, as in `/register?year=2019`.
    pub path: String,
    /// Who looks.
    pub viewer: Viewer,
    /// Whether the zone holds made-up data: every page then says so.
    pub synthetic: bool,
    /// What has just been done, or `None`.
    pub notice: Option<Notice>,
    /// Token against forged requests for the sign-out button.
    pub csrf: String,
}

/// Who looks at the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Viewer {
    /// Anybody, without an account.
    #[default]
    Visitor,
    /// A signed-in person.
    SignedIn {
        /// Name of the person.
        name: String,
        /// Organisation the person acts for; may be empty.
        organisation: Text,
        /// Role the person acts in.
        role: Role,
    },
}

/// The role a signed-in person acts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Acts for a firm that applies and claims.
    Applicant,
    /// Runs the zone.
    Officer,
    /// Scores applications.
    Reviewer,
    /// Reads everything, changes nothing.
    Auditor,
}

/// A message on top of the page about what has just been done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whether it worked.
    pub outcome: Outcome,
    /// The message, in the reader's language.
    pub message: String,
}

/// One entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavItem {
    pub(crate) href: &'static str,
    pub(crate) label: &'static str,
    pub(crate) is_current: bool,
}

impl Role {
    const fn key(self) -> &'static str {
        match self {
            Self::Applicant => "role.applicant",
            Self::Officer => "role.officer",
            Self::Reviewer => "role.reviewer",
            Self::Auditor => "role.auditor",
        }
    }
}

/// A navigation entry: address, message key, and whether a viewer in this role has it.
type NavRule = (&'static str, &'static str, fn(Option<Role>) -> bool);

const NAV: [NavRule; 11] = [
    (links::DESK, "nav.desk", |r| matches!(r, Some(Role::Officer | Role::Auditor))),
    (links::REVIEWS, "nav.reviews", |r| r == Some(Role::Reviewer)),
    (links::APPLICATIONS, "nav.applications", |r| r == Some(Role::Applicant)),
    (links::CALLS, "nav.calls", |_| true),
    (links::INSTRUMENTS, "nav.instruments", |_| true),
    (links::ENTITLEMENT, "nav.entitlement", |r| matches!(r, None | Some(Role::Applicant))),
    (links::REGISTER, "nav.register", |_| true),
    (links::ORGANISATIONS, "nav.organisations", |r| {
        matches!(r, Some(Role::Officer | Role::Auditor))
    }),
    (links::CONCENTRATION, "nav.concentration", |_| true),
    (links::HUB, "hub.title", |_| true),
    (links::HELP, "nav.help", |_| true),
];

impl Ui {
    /// Returns the message of a key.
    #[must_use]
    pub fn t(&self, key: &str) -> &'static str {
        self.lang.message(key)
    }

    /// Returns the message of a key with `{0}` filled in.
    #[must_use]
    pub fn t1(&self, key: &str, a: impl Display) -> String {
        self.lang.fill(key, &[a.to_string()])
    }

    /// Returns the message of a key with `{0}` and `{1}` filled in.
    #[must_use]
    pub fn t2(&self, key: &str, a: impl Display, b: impl Display) -> String {
        self.lang.fill(key, &[a.to_string(), b.to_string()])
    }

    /// Returns the message of a key with `{0}` to `{2}` filled in.
    #[must_use]
    pub fn t3(&self, key: &str, a: impl Display, b: impl Display, c: impl Display) -> String {
        self.lang.fill(key, &[a.to_string(), b.to_string(), c.to_string()])
    }

    /// Shows a name or sentence in the reader's language where it exists.
    #[must_use]
    pub fn show(&self, text: impl Given<Text>) -> Html {
        text.given().html(self.lang)
    }

    /// Returns a name in the reader's language, without markup.
    #[must_use]
    pub fn plain(&self, text: impl Given<Text>) -> String {
        text.given().plain(self.lang).to_owned()
    }

    /// Returns a name in the other language where there is one.
    #[must_use]
    pub fn second(&self, text: impl Given<Text>) -> Option<Html> {
        text.given().second(self.lang)
    }

    /// Shows a name, and under it the same name in the other language.
    #[must_use]
    pub fn both(&self, text: impl Given<Text>) -> Html {
        let text = text.given();
        let second = text.second(self.lang).map_or(String::new(), |html| format!(" {html}"));
        Html::trusted(format!("{}{second}", text.html(self.lang)))
    }

    /// Shows a message whose values stand in backticks, each value as code.
    #[must_use]
    pub fn ticks(&self, message: impl Display) -> Html {
        let message = message.to_string();
        let parts: Vec<&str> = message.split('`').collect();
        let is_paired = parts.len() % 2 == 1;
        let mut out = String::new();
        for (i, part) in parts.iter().enumerate() {
            match i {
                i if is_paired && i % 2 == 1 => {
                    out.push_str("<code>");
                    out.push_str(&escape(part));
                    out.push_str("</code>");
                }
                i => {
                    out.push_str(if i > 0 && !is_paired { "`" } else { "" });
                    out.push_str(&escape(part));
                }
            }
        }
        Html::trusted(out)
    }

    /// Shows a sentence of the zone's data in which values stand in backticks.
    #[must_use]
    pub fn explain(&self, text: impl Given<Text>) -> Html {
        let text = text.given();
        let html = self.ticks(text.plain(self.lang));
        match text.lang(self.lang) {
            lang if lang == self.lang => html,
            lang => Html::trusted(format!("<span lang=\"{}\">{html}</span>", lang.tag())),
        }
    }

    /// Shows an amount: number in tabular figures, unit set back.
    #[must_use]
    pub fn money(&self, amount: impl Given<Amount>) -> Html {
        let amount = amount.given();
        let text = amount.to_string();
        let (number, unit) = text.rsplit_once(' ').unwrap_or((&text, ""));
        let number = number.replace('-', "\u{2212}");
        Html::trusted(format!(
            "<data class=\"amount\" value=\"{}\">{}\u{a0}<span class=\"unit\">{}</span></data>",
            amount.plain(),
            escape(&number),
            escape(unit)
        ))
    }

    /// Shows a share with one decimal, cut and not rounded up; the exact value is in the markup.
    #[must_use]
    pub fn share(&self, share: impl Given<Ppm>) -> Html {
        let share = share.given();
        Html::trusted(format!(
            "<data class=\"amount\" value=\"{}\">{}\u{a0}%</data>",
            share.get(),
            tenths(share.get() / 1_000)
        ))
    }

    /// Shows a count with thousands separators.
    #[must_use]
    pub fn count(&self, count: impl Given<u64>) -> String {
        let digits = count.given().to_string();
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    /// Shows a date or time that begins `YYYY-MM-DD` the way the language writes it; any other
    /// text is shown as it is. A time after `T` keeps hours and minutes.
    #[must_use]
    pub fn date(&self, text: &str) -> Html {
        if date_parts(text).is_none() {
            return Html::trusted(escape(text));
        }
        let clock = text.get(11..16).map_or(String::new(), |time| format!(" {}", escape(time)));
        let shown = self.date_text(text);
        Html::trusted(format!(
            "<time datetime=\"{}\">{shown}{clock}</time>",
            escape(&text.replace(' ', "T"))
        ))
    }

    /// Writes the day of a date or time that begins `YYYY-MM-DD`, for a sentence.
    #[must_use]
    pub fn date_text(&self, text: &str) -> String {
        match (date_parts(text), self.lang) {
            (None, _) => text.to_owned(),
            (Some((year, month, day)), Lang::En) => {
                format!("{day}\u{a0}{}\u{a0}{year}", MONTHS[month - 1])
            }
            (Some((year, month, day)), Lang::Zh) => format!("{year}年{month}月{day}日"),
        }
    }

    /// Shows a state as a small label.
    #[must_use]
    pub fn state(&self, state: impl Given<State>) -> Html {
        let state = state.given();
        Html::trusted(format!(
            "<span class=\"badge {}\">{}</span>",
            state.tone(),
            escape(self.t(state.key()))
        ))
    }

    /// Draws one bar of a share; the number stands beside it in the page.
    #[must_use]
    pub fn bar(&self, share: impl Given<Ppm>) -> Html {
        chart::bar(&[(*share.given(), "fill-brick")])
    }

    /// Draws one bar in the accent colour.
    #[must_use]
    pub fn bar_accent(&self, share: impl Given<Ppm>) -> Html {
        chart::bar(&[(*share.given(), "fill-accent")])
    }

    /// Draws parts as one bar; a legend or table stands beside it.
    #[must_use]
    pub fn stack(&self, parts: impl AsRef<[Part]>) -> Html {
        let class = |part: &Part| (part.share, part.tone);
        let parts: Vec<_> = parts.as_ref().iter().map(class).collect();
        chart::stack(&parts)
    }

    /// Tells whether an address from a rule file may become a link: `http` or `https` only, so
    /// that no `javascript:` address is ever offered.
    #[must_use]
    pub fn is_web(&self, url: &str) -> bool {
        ["https://", "http://"].iter().any(|scheme| {
            url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
    }

    /// Returns the URL of an asset, with its content hash.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::asset_url(name)
    }

    /// Returns this page's address in another language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let pairs: Vec<String> =
            kept.map(str::to_owned).chain([format!("lang={}", lang.code())]).collect();
        format!("{}?{}", if path.is_empty() { "/" } else { path }, pairs.join("&"))
    }

    pub(crate) fn role(&self) -> Option<Role> {
        match &self.viewer {
            Viewer::Visitor => None,
            Viewer::SignedIn { role, .. } => Some(*role),
        }
    }

    pub(crate) fn role_label(&self) -> &'static str {
        self.role().map_or("", |role| self.t(role.key()))
    }

    pub(crate) fn nav(&self) -> Vec<NavItem> {
        let path = self.path.split('?').next().unwrap_or_default();
        NAV.iter()
            .filter(|(_, _, shown)| shown(self.role()))
            .map(|(href, key, _)| NavItem {
                href,
                label: self.t(key),
                is_current: path == *href || path.starts_with(&format!("{href}/")),
            })
            .collect()
    }
}

/// A value as templates pass it: by value where it is a result, behind references where it is a
/// field or a loop variable.
pub trait Given<T> {
    /// Returns the value.
    fn given(&self) -> &T;
}

impl<T, U: Given<T>> Given<T> for &U {
    fn given(&self) -> &T {
        (*self).given()
    }
}

macro_rules! given {
    ($($type:ty),*) => { $(impl Given<$type> for $type {
        fn given(&self) -> &$type {
            self
        }
    })* };
}

given!(Amount, Ppm, State, Text, u64);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn date_parts(text: &str) -> Option<(&str, usize, u8)> {
    let day = text.get(8..10)?.parse().ok()?;
    let month = text.get(5..7)?.parse().ok().filter(|month| (1..=12).contains(month))?;
    let year = text.get(0..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()))?;
    (text.get(4..5) == Some("-") && text.get(7..8) == Some("-")).then_some((year, month, day))
}

/// Writes a count of tenths as a decimal number: 926 is `92.6`.
pub(crate) fn tenths(count: i64) -> String {
    format!("{}.{}", count / 10, (count % 10).abs())
}
