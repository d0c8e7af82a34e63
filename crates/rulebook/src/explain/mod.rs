//! Says a rule in plain words: who, what, how much, how often, from whom, when.

mod limits;
mod support;

use crate::model::Instrument;
use crate::words::{Coded, Figure, Lang, Text, kind_words};

/// Explains an instrument as plain text, one statement per line under short headings.
///
/// The text is made from the data alone, so it says what the machine computes. What the source does
/// not state is said to be not stated.
#[must_use]
pub fn explain(rule: &Instrument, lang: Lang) -> String {
    let mut page = Page { lang, text: String::new() };
    head(&mut page, rule);
    who(&mut page, rule);
    support::support(&mut page, rule);
    limits::limits(&mut page, rule);
    limits::terms(&mut page, rule);
    source(&mut page, rule);
    page.text
}

/// A text that grows line by line.
struct Page {
    lang: Lang,
    text: String,
}

impl Page {
    /// Chooses the words of the page's language.
    fn say<'w>(&self, en: &'w str, zh: &'w str) -> &'w str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    fn heading(&mut self, en: &str, zh: &str) {
        let words = self.say(en, zh).to_owned();
        self.text.push_str(&format!("\n{words}\n"));
    }

    fn line(&mut self, en: impl AsRef<str>, zh: impl AsRef<str>) {
        // A statement that ends with a question keeps the question's own mark.
        let words = self.say(en.as_ref(), zh.as_ref()).replace("?.", "?");
        self.text.push_str(&format!("- {words}\n"));
    }

    fn text(&mut self, words: &Text) {
        self.text.push_str(&format!("- {}\n", words.get(self.lang)));
    }

    fn code<T: Coded>(&self, value: T) -> &'static str {
        value.words(self.lang)
    }

    /// Writes a figure, or that the source does not give it.
    fn figure<T>(&self, figure: &Figure<T>, write: impl FnOnce(&T) -> String) -> String {
        match figure {
            Figure::Known(value) => write(value),
            Figure::Unknown { note: None } => self.say("unknown", "不详").to_owned(),
            Figure::Unknown { note: Some(note) } => {
                format!("{} ({note})", self.say("unknown", "不详"))
            }
        }
    }

    fn kinds(&self, kinds: &[String]) -> String {
        let words: Vec<String> =
            kinds.iter().map(|kind| kind_words(kind, self.lang).to_owned()).collect();
        self.list(&words)
    }

    fn list(&self, words: &[String]) -> String {
        words.join(self.say(" or ", "或"))
    }
}

fn head(page: &mut Page, rule: &Instrument) {
    let name = rule.name.get(page.lang);
    let version = rule.version;
    let title = match page.lang {
        Lang::En => format!("{name} ({}, version {version})\n", rule.id),
        Lang::Zh => format!("{name}({},第{version}版)\n", rule.id),
    };
    page.text.push_str(&title);
    let (kind, place) = (page.code(rule.kind), rule.place.get(page.lang).to_owned());
    let unit = rule.unit;
    page.line(
        format!("Kind of support: {kind}. Place: {place}. Unit: {unit}."),
        format!("支持类型:{kind}。适用地区:{place}。单位:{unit}。"),
    );
    if let Some(programme) = &rule.programme {
        let programme = programme.get(page.lang);
        page.line(format!("Part of: {programme}."), format!("所属:{programme}。"));
    }
    if let Some(authority) = &rule.authority {
        let authority = authority.get(page.lang);
        page.line(format!("Issued by: {authority}."), format!("发布单位:{authority}。"));
    }
    match (rule.valid_from, rule.valid_until) {
        (None, None) => page.line("Validity: not stated.", "有效期:未载明。"),
        (Some(from), None) => page.line(format!("Valid from {from}."), format!("自{from}起有效。")),
        (None, Some(until)) => {
            page.line(format!("Valid until {until}."), format!("有效期至{until}。"));
        }
        (Some(from), Some(until)) => page.line(
            format!("Valid from {from} to {until}, both days included."),
            format!("有效期{from}至{until}(含首尾日)。"),
        ),
    }
    rule.notes.iter().for_each(|note| page.text(note));
}

fn who(page: &mut Page, rule: &Instrument) {
    page.heading("Who may apply", "申请对象");
    let who = &rule.beneficiary;
    if let Some(words) = &who.who {
        page.text(words);
    }
    if !who.kinds.is_empty() {
        let kinds = page.kinds(&who.kinds);
        page.line(format!("Kinds: {kinds}."), format!("类型:{kinds}。"));
    }
    if !who.sizes.is_empty() {
        let sizes: Vec<String> = who.sizes.iter().map(|size| page.code(*size).to_owned()).collect();
        let sizes = page.list(&sizes);
        page.line(format!("Sizes: {sizes}."), format!("规模:{sizes}。"));
    }
    if !who.places.is_empty() {
        let places = page.list(&who.places);
        page.line(format!("Registered in {places}."), format!("注册地:{places}。"));
    }
    if who.who.is_none() && who.kinds.is_empty() && who.sizes.is_empty() && who.places.is_empty() {
        page.line("Not stated.", "未载明。");
    }
    for condition in &rule.eligibility {
        page.text(&condition.message);
    }
    if rule.facts.is_empty() {
        return;
    }
    page.heading("What is asked", "需要提供的信息");
    for fact in &rule.facts {
        let (name, ask) = (&fact.name, fact.ask.get(page.lang));
        page.line(format!("{ask} (`{name}`)"), format!("{ask}(`{name}`)"));
    }
}

fn source(page: &mut Page, rule: &Instrument) {
    page.heading("Source", "来源");
    let Some(source) = &rule.source else {
        return page.line("None given.", "未注明。");
    };
    page.line(
        format!("{} ({})", source.url, source.date),
        format!("{}({})", source.url, source.date),
    );
    let (quote, confidence) = (&source.quote, page.code(source.confidence));
    page.line(format!("\"{quote}\""), format!("“{quote}”"));
    page.line(format!("Confidence: {confidence}."), format!("可信度:{confidence}。"));
}
