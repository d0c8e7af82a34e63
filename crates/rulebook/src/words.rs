//! Words in two languages and the closed lists of codes that rule files use.

use serde::{Deserialize, Serialize};

/// A language in which rules are explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

/// Words in English and, where somebody has written them, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English, never empty.
    pub en: String,
    /// Chinese; where absent the English is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
}

impl Text {
    /// Makes words in both languages.
    #[must_use]
    pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: Some(zh.into()) }
    }

    /// Returns the words in a language, in English where there are no others.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match (lang, &self.zh) {
            (Lang::Zh, Some(zh)) => zh,
            _ => &self.en,
        }
    }
}

/// A closed list of codes, each with its words.
pub trait Coded: Copy + Sized + 'static {
    /// Every value, in the order shown to people.
    const ALL: &'static [Self];
    /// Returns the code written in rule files.
    fn code(self) -> &'static str;
    /// Returns the words for people.
    fn words(self, lang: Lang) -> &'static str;
    /// Finds a value by its code.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }
}

/// Declares an enum whose values are written as codes and explained in two languages.
macro_rules! coded {
    ($(#[$meta:meta])* $vis:vis $name:ident {
        $($variant:ident = $code:literal, $en:literal, $zh:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        $vis enum $name {
            $(#[doc = $en] #[serde(rename = $code)] $variant,)+
        }
        impl $crate::words::Coded for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
            fn words(self, lang: $crate::words::Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$variant, $crate::words::Lang::En) => $en,
                      (Self::$variant, $crate::words::Lang::Zh) => $zh,)+
                }
            }
        }
    };
}
pub(crate) use coded;

/// A number of a rule: known, or known to exist but not to us.
///
/// A number that the rule does not have at all is an absent field, not an unknown figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure<T> {
    /// The number as published.
    Known(T),
    /// The rule has such a number, but the source we read does not give it.
    Unknown {
        /// Where it is missing and why, in the rule writer's words.
        note: Option<String>,
    },
}

impl<T> Figure<T> {
    /// Returns the number where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown { .. } => None,
        }
    }

    /// Returns the note of an unknown number.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Unknown { note } => note.as_deref(),
        }
    }
}

/// Writes an amount for people; GPU seconds also in hours where they come out even.
pub(crate) fn money(amount: base::Amount) -> String {
    const HOUR_SECONDS: i64 = 3_600;
    let is_time = amount.unit.code().starts_with("GPU-SECOND");
    if is_time && amount.minor % HOUR_SECONDS == 0 {
        let hours = base::Amount::new(amount.minor / HOUR_SECONDS, amount.unit).to_string();
        let number = hours.split(' ').next().unwrap_or_default();
        let kind = amount.unit.code().strip_prefix("GPU-SECOND.").unwrap_or("GPU");
        return format!("{number} {kind}-hours");
    }
    amount.to_string()
}

/// Kinds of applicants that rules often name, with their words; others are shown as their id.
const KINDS: [(&str, &str, &str); 20] = [
    ("company", "company", "企业"),
    ("enterprise", "enterprise", "企业"),
    ("start-up", "start-up", "初创企业"),
    ("sme", "small or medium firm", "中小企业"),
    ("micro", "micro firm", "微型企业"),
    ("small", "small firm", "小型企业"),
    ("medium", "medium firm", "中型企业"),
    ("large", "large firm", "大型企业"),
    ("university", "university", "高等院校"),
    ("research-institute", "research institute", "科研机构"),
    ("hospital", "hospital", "医院"),
    ("individual", "individual", "个人"),
    ("talent", "person of talent", "人才"),
    ("researcher", "researcher", "科研人员"),
    ("student", "student", "学生"),
    ("government", "government body", "政府机构"),
    ("charity", "charity", "慈善机构"),
    ("opc", "one-person company", "一人公司"),
    ("park", "park", "园区"),
    ("platform-operator", "platform operator", "平台运营方"),
];

/// Returns the words of a kind or size of applicants.
pub(crate) fn kind_words(kind: &str, lang: Lang) -> &str {
    match (KINDS.iter().find(|(id, ..)| *id == kind), lang) {
        (Some((_, en, _)), Lang::En) => en,
        (Some((.., zh)), Lang::Zh) => zh,
        (None, _) => kind,
    }
}
