//! The two languages of the interface and their message files.
//!
//! A message file holds `[section]` lines and `name = text` lines; the key is `section.name`.
//! `{0}`, `{1}`, `{2}` stand for what the page fills in. Lines that start with `#` are comments.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

const EN: &str = include_str!("../messages/en.txt");
const ZH: &str = include_str!("../messages/zh.txt");

static EN_TABLE: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| table(EN));
static ZH_TABLE: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| table(ZH));

/// Printed where a key has no message, so that a test (or a reader) finds the gap.
pub(crate) const MISSING: &str = "\u{27e6}missing message\u{27e7}";

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// Tells that a code names no language of the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LangError(pub String);

impl fmt::Display for LangError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown language `{}`: use `en` or `zh`", self.0)
    }
}

impl std::error::Error for LangError {}

impl Lang {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// Returns the short code used in URLs and cookies.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Returns the BCP 47 tag for the `lang` attribute.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
        }
    }

    /// Returns the language's own name.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    /// Returns the other language.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    /// Reads a code or tag: `en`, `zh`, `zh-CN`, `zh-Hans`.
    ///
    /// # Errors
    /// [`LangError`] for any other language.
    pub fn parse(text: &str) -> Result<Self, LangError> {
        match text.split(['-', '_']).next().unwrap_or(text).to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(LangError(text.chars().take(20).collect())),
        }
    }

    /// Returns the message of a key, or a visible mark where there is none.
    #[must_use]
    pub fn message(self, key: &str) -> &'static str {
        let table = match self {
            Self::En => &EN_TABLE,
            Self::Zh => &ZH_TABLE,
        };
        table.get(key).copied().unwrap_or(MISSING)
    }

    /// Returns the message with `{0}`, `{1}` ... replaced, each once and never inside a value.
    #[must_use]
    pub fn fill(self, key: &str, values: &[String]) -> String {
        filled(self.message(key), values)
    }

    #[cfg(test)]
    pub(crate) fn keys(self) -> Vec<String> {
        let table = if self == Self::En { &EN_TABLE } else { &ZH_TABLE };
        let mut keys: Vec<String> = table.keys().cloned().collect();
        keys.sort();
        keys
    }
}

/// Replaces `{0}`, `{1}` ... in a message, never inside a value.
pub(crate) fn filled(message: &str, values: &[String]) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((number, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        let value = number.parse::<usize>().ok().and_then(|i| values.get(i));
        out.push_str(value.map_or(MISSING, String::as_str));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Reads a message file.
pub(crate) fn table(file: &'static str) -> HashMap<String, &'static str> {
    let mut section = "";
    let mut table = HashMap::new();
    for line in file.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
        } else if let Some((name, text)) = line.split_once('=') {
            table.insert(format!("{section}.{}", name.trim()), text.trim());
        }
    }
    table
}
