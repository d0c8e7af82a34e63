//! Access tokens, with the lines that tell programs of this zone.

use crate::pages::account::TokenRow;
use crate::pages::{Page, sample};
use crate::{Field, Form, Lang, Role, Ui};
use askama::Template;

/// The tokens of a person.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/tokens.html")]
pub(crate) struct TokensPage {
    pub(crate) ui: Ui,
    pub(crate) form: Form,
    pub(crate) label: Field,
    pub(crate) days: Field,
    pub(crate) tokens: Vec<TokenRow>,
    /// A token just made, shown this once.
    pub(crate) new_token: Option<String>,
    /// The lines that set address and token; without a new token its place is left open.
    pub(crate) lines: String,
}

impl Page for TokensPage {
    const NAME: &'static str = "tokens";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let token = TokenRow {
            id: "t-1".to_owned(),
            label: "laptop".to_owned(),
            created: "2019-10-01".to_owned(),
            expires: "2020-01-01".to_owned(),
        };
        let secret = "ht_9f2c7c9e1f0ab34d552641e08d7756bc3f3a8e4b";
        let typical = Self {
            ui: sample::ui(lang, "/settings/tokens", Some(Role::Applicant)),
            form: sample::form(),
            label: Field::new("label", ""),
            days: Field::choose("days", "90", &[("30", "30"), ("90", "90")]),
            tokens: vec![token.clone()],
            new_token: Some(secret.to_owned()),
            lines: format!(
                "export HF_ENDPOINT=http://zone.example\nhf auth login --token {secret}"
            ),
        };
        let empty = Self { tokens: Vec::new(), new_token: None, ..typical.clone() };
        let mut extreme = typical.clone();
        let label = sample::HOSTILE.to_owned();
        extreme.tokens = vec![TokenRow { label, ..token }; 50];
        let wrong = sample::say(lang, "must be filled in", "须填写");
        extreme.label = Field::new("label", sample::HOSTILE).wrong(&wrong);
        extreme.form = sample::form().with_errors_of([&extreme.label]);
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
