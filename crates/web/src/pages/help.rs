//! Help: how the programme works, how figures are computed, how to verify, what the words mean.

use super::{Page, sample};
use crate::{Lang, Ui};
use askama::Template;

/// The help page.
#[derive(Debug, Clone, Template)]
#[template(path = "help.html")]
pub struct HelpPage {
    /// Frame.
    pub ui: Ui,
}

/// The way of an application, in order.
const STEPS: [&str; 7] = [
    "help.step-rule",
    "help.step-call",
    "help.step-check",
    "help.step-review",
    "help.step-decide",
    "help.step-claim",
    "help.step-register",
];

/// The words of the product with their one meaning each.
const WORDS: [(&str, &str); 24] = [
    ("word.zone", "means.zone"),
    ("word.programme", "means.programme"),
    ("word.instrument", "means.instrument"),
    ("word.call", "means.call"),
    ("word.round", "means.round"),
    ("word.application", "means.application"),
    ("word.review", "means.review"),
    ("word.decision", "means.decision"),
    ("word.award", "means.award"),
    ("word.claim", "means.claim"),
    ("word.payment", "means.payment"),
    ("word.voucher", "means.voucher"),
    ("word.beneficiary", "means.beneficiary"),
    ("word.supplier", "means.supplier"),
    ("word.organisation", "means.organisation"),
    ("word.owner", "means.owner"),
    ("word.group", "means.group"),
    ("word.hold", "means.hold"),
    ("word.settle", "means.settle"),
    ("word.release", "means.release"),
    ("word.register", "means.register"),
    ("word.log", "means.log"),
    ("word.finding", "means.finding"),
    ("word.flag", "means.flag"),
];

impl HelpPage {
    fn steps(&self) -> Vec<&'static str> {
        STEPS.iter().map(|key| self.ui.t(key)).collect()
    }

    fn words(&self) -> Vec<(&'static str, &'static str)> {
        WORDS.iter().map(|(word, means)| (self.ui.t(word), self.ui.t(means))).collect()
    }
}

impl Page for HelpPage {
    const NAME: &'static str = "help";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self { ui: sample::ui(lang, "/help", None) };
        let mut extreme = typical.clone();
        extreme.ui.zone = crate::Text::en(sample::HOSTILE);
        vec![("empty", typical.clone()), ("typical", typical), ("extreme", extreme)]
    }
}
