//! Signing in by one-time link, and the account with its tokens.

use super::{Page, sample};
use crate::{Field, Form, Lang, Notice, OrgRef, Outcome, Role, Ui};
use askama::Template;

/// The sign-in page.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// Frame.
    pub ui: Ui,
    /// Tokens and errors.
    pub form: Form,
    /// `email`.
    pub email: Field,
    /// Where the person is in signing in.
    pub step: SignInStep,
    /// Whether links are printed on the server's console instead of sent.
    pub is_console: bool,
}

/// Where the person is in signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInStep {
    /// Asks for the address.
    Ask,
    /// A link is on its way; it is valid for this many minutes.
    Sent {
        /// Address it went to, as typed.
        to: String,
        /// Minutes the link is valid.
        minutes: u64,
    },
    /// Asks to confirm, because opening a link must not sign in by itself (mail scanners do).
    Confirm {
        /// The one-time code, a part of the address that the form is sent to.
        code: String,
    },
    /// The link was used already or is too old.
    Expired,
}

/// The account page.
#[derive(Debug, Clone, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// Frame.
    pub ui: Ui,
    /// Name of the person.
    pub name: String,
    /// Address of the person.
    pub email: String,
    /// Organisations the person acts for, each with the role in the reader's language.
    pub organisations: Vec<(OrgRef, String)>,
    /// Tokens, newest first.
    pub tokens: Vec<TokenRow>,
    /// A token just made, shown this once.
    pub new_token: Option<String>,
    /// Tokens and errors of the form.
    pub form: Form,
    /// `label` of a new token.
    pub label: Field,
    /// `days` a new token is valid, a select.
    pub days: Field,
}

/// One API token; the token itself is never shown again.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// Id.
    pub id: String,
    /// Label.
    pub label: String,
    /// Day it was made, as `YYYY-MM-DD`.
    pub created: String,
    /// Day it expires, as `YYYY-MM-DD`.
    pub expires: String,
}

impl Page for SignInPage {
    const NAME: &'static str = "sign_in";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let empty = Self {
            ui: sample::ui(lang, "/sign-in", None),
            form: sample::form(),
            email: Field::new("email", ""),
            step: SignInStep::Ask,
            is_console: true,
        };
        let sent = SignInStep::Sent { to: "lin.yue@example.org".to_owned(), minutes: 15 };
        let typical = Self { step: sent, ..empty.clone() };
        let expired = Self { step: SignInStep::Expired, is_console: false, ..empty.clone() };
        let confirm =
            Self { step: SignInStep::Confirm { code: "7d1f0c".to_owned() }, ..empty.clone() };
        let email = Field::new("email", sample::HOSTILE).wrong(&sample::say(
            lang,
            "Write an address as in `lin.yue@example.org`",
            "请填写邮箱地址，例如 `lin.yue@example.org`",
        ));
        let extreme =
            Self { form: sample::form().with_errors_of([&email]), email, ..empty.clone() };
        vec![
            ("empty", empty),
            ("typical", typical),
            ("confirm", confirm),
            ("expired", expired),
            ("extreme", extreme),
        ]
    }
}

impl Page for AccountPage {
    const NAME: &'static str = "account";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            organisations: Vec::new(),
            tokens: Vec::new(),
            new_token: None,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.name = sample::HOSTILE.to_owned();
        extreme.organisations = vec![(sample::long_org(), sample::HOSTILE.to_owned()); 20];
        let mut token = extreme.tokens[0].clone();
        token.label = sample::HOSTILE.to_owned();
        extreme.tokens = vec![token; 50];
        extreme.label = Field::new("label", "").wrong(&sample::say(
            lang,
            "Name the token, so that you can find it again",
            "请为令牌命名，以便日后辨认",
        ));
        extreme.form = sample::form().with_errors_of([&extreme.label]);
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> AccountPage {
    let mut ui = sample::ui(lang, "/account", Some(Role::Applicant));
    ui.notice = Some(Notice {
        outcome: Outcome::Pass,
        message: sample::say(lang, "The token is made. Copy it now.", "令牌已创建，请立即复制。"),
    });
    let days = [("30", "30"), ("90", "90"), ("365", "365")];
    AccountPage {
        ui,
        name: sample::say(lang, "Lin Yue", "林悦"),
        email: "lin.yue@example.org".to_owned(),
        organisations: vec![(sample::chengying(), sample::say(lang, "Applicant", "申请人"))],
        tokens: vec![TokenRow {
            id: "t-1".to_owned(),
            label: sample::say(lang, "Training server", "训练服务器"),
            created: "2019-10-01".to_owned(),
            expires: "2020-01-01".to_owned(),
        }],
        new_token: Some("ht_9f2c7c9e1f0ab34d552641e08d7756bc3f3a8e4b".to_owned()),
        form: sample::form(),
        label: Field::new("label", ""),
        days: Field::choose("days", "90", &days),
    }
}
