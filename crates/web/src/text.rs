//! Names and sentences that come from the zone's own data, in one or both languages.

use crate::html::{Html, escape};
use crate::lang::Lang;

/// A name or sentence in English and Chinese; one of them may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// English, or empty.
    pub en: String,
    /// Simplified Chinese, or empty.
    pub zh: String,
}

impl Text {
    /// Makes a text in both languages.
    #[must_use]
    pub fn new(en: &str, zh: &str) -> Self {
        Self { en: en.to_owned(), zh: zh.to_owned() }
    }

    /// Makes a text that exists in English only.
    #[must_use]
    pub fn en(en: &str) -> Self {
        Self::new(en, "")
    }

    /// Makes a text that exists in Chinese only.
    #[must_use]
    pub fn zh(zh: &str) -> Self {
        Self::new("", zh)
    }

    /// Tells whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }

    /// Returns the text in `lang`, or in the other language where that is all there is.
    #[must_use]
    pub fn plain(&self, lang: Lang) -> &str {
        self.pick(lang).0
    }

    /// Returns the language the text is shown in to a reader of `lang`.
    pub(crate) fn lang(&self, lang: Lang) -> Lang {
        self.pick(lang).1
    }

    /// Returns the text and the language it really is in.
    fn pick(&self, lang: Lang) -> (&str, Lang) {
        let (own, other) = match lang {
            Lang::En => (&self.en, &self.zh),
            Lang::Zh => (&self.zh, &self.en),
        };
        if own.is_empty() { (other, lang.other()) } else { (own, lang) }
    }

    /// Shows the text, marked with its language where that is not the page's.
    #[must_use]
    pub fn html(&self, lang: Lang) -> Html {
        let (text, is) = self.pick(lang);
        if is == lang {
            Html::trusted(escape(text))
        } else {
            Html::trusted(format!("<span lang=\"{}\">{}</span>", is.tag(), escape(text)))
        }
    }

    /// Returns the name in the other language where it exists beside the first and differs.
    #[must_use]
    pub fn second(&self, lang: Lang) -> Option<Html> {
        let other = match lang {
            Lang::En => &self.zh,
            Lang::Zh => &self.en,
        };
        let (first, is) = self.pick(lang);
        (is == lang && !other.is_empty() && other != first).then(|| {
            let tag = lang.other().tag();
            Html::trusted(format!("<span class=\"alt\" lang=\"{tag}\">{}</span>", escape(other)))
        })
    }
}
