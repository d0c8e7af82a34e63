//! Plain forms of the office, the payments, and the choice of reviewers.

use super::{Page, sample};
use crate::{Crumb, Field, Form, Lang, OrgRef, Role, Ui};
use askama::Template;
use base::Amount;

/// A form with a title, some fields and one button.
#[derive(Debug, Clone, Template)]
#[template(path = "form.html")]
pub struct FormPage {
    /// Frame.
    pub ui: Ui,
    /// Way to this page.
    pub crumbs: Vec<Crumb>,
    /// Title, in the reader's language.
    pub title: String,
    /// What it is for; may be empty.
    pub lede: String,
    /// Where it is sent.
    pub action: String,
    /// Tokens and errors.
    pub form: Form,
    /// Its inputs, in order.
    pub inputs: Vec<Input>,
    /// Problems with their place, as in `rule.toml:3:1: unknown field`.
    pub problems: Vec<String>,
    /// Label of the button.
    pub send: String,
}

/// One input of a [`FormPage`].
#[derive(Debug, Clone)]
pub struct Input {
    /// The field; a select where it has choices.
    pub field: Field,
    /// Label, in the reader's language.
    pub label: String,
    /// How to fill it in; may be empty.
    pub hint: String,
    /// How it looks.
    pub kind: InputKind,
}

/// How an input looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// One line of text, or a select.
    Line,
    /// An amount.
    Money,
    /// Many lines of text.
    Text,
}

/// Who reviews an application, and who could.
#[derive(Debug, Clone, Template)]
#[template(path = "reviewers.html")]
pub struct ReviewersPage {
    /// Frame.
    pub ui: Ui,
    /// Id of the application.
    pub application: String,
    /// Title of the project.
    pub title: crate::Text,
    /// How many reviews the call asks for.
    pub needed: u64,
    /// Tokens and errors.
    pub form: Form,
    /// Every reviewer of the zone.
    pub rows: Vec<ReviewerRow>,
}

/// One reviewer.
#[derive(Debug, Clone)]
pub struct ReviewerRow {
    /// Id of the person.
    pub id: String,
    /// Name of the person.
    pub name: String,
    /// Why the application cannot be given to this person, or what was done; empty where it can.
    pub obstacle: String,
}

/// Payments that are due, and batches on their way.
#[derive(Debug, Clone, Template)]
#[template(path = "payments.html")]
pub struct PaymentsPage {
    /// Frame.
    pub ui: Ui,
    /// Tokens and errors.
    pub form: Form,
    /// Whether this person may make and confirm batches.
    pub may_pay: bool,
    /// What is due, by unit.
    pub due: Vec<DueGroup>,
    /// Batches, newest first.
    pub batches: Vec<BatchRow>,
    /// Address of the batches after these.
    pub next: Option<String>,
}

/// What is due in one unit.
#[derive(Debug, Clone)]
pub struct DueGroup {
    /// Code of the unit.
    pub unit: String,
    /// Sum.
    pub total: Amount,
    /// Payments, oldest first.
    pub rows: Vec<DueRow>,
}

/// One payment that is due.
#[derive(Debug, Clone)]
pub struct DueRow {
    /// Id of the claim it pays.
    pub claim: String,
    /// Number of its invoice.
    pub invoice: String,
    /// Who is paid.
    pub payee: OrgRef,
    /// How much.
    pub amount: Amount,
}

/// One batch.
#[derive(Debug, Clone)]
pub struct BatchRow {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub at: String,
    /// How many payments it has.
    pub payments: u64,
    /// Their sum.
    pub total: Amount,
    /// Whether the bank has paid all of it.
    pub is_paid: bool,
    /// Whether there is a pain.001 file: the unit is a currency.
    pub has_xml: bool,
}

impl Page for FormPage {
    const NAME: &'static str = "form";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let input = |field, kind| Input {
            field,
            label: sample::say(lang, "Rule file", "规则文件"),
            hint: sample::say(lang, "Paste the whole file.", "请粘贴整个文件。"),
            kind,
        };
        let typical = Self {
            ui: sample::ui(lang, "/instruments/new", Some(Role::Officer)),
            crumbs: vec![Crumb {
                href: "/instruments".to_owned(),
                label: sample::say(lang, "Rules", "规则"),
            }],
            title: sample::say(lang, "Publish a rule", "发布规则"),
            lede: sample::say(lang, "A version never changes.", "版本发布后不再改变。"),
            action: "/instruments/new".to_owned(),
            form: sample::form(),
            inputs: vec![
                input(Field::new("toml", "format = 1"), InputKind::Text),
                input(Field::new("budget", "100.00"), InputKind::Money),
                input(Field::choose("mode", "a", &[("a", "A")]), InputKind::Line),
            ],
            problems: Vec::new(),
            send: sample::say(lang, "Publish", "发布"),
        };
        let empty = Self { lede: String::new(), inputs: Vec::new(), ..typical.clone() };
        let mut extreme = typical.clone();
        extreme.problems = vec![sample::HOSTILE.to_owned(); 50];
        extreme.inputs[0].field = Field::new("toml", sample::HOSTILE).wrong(sample::HOSTILE);
        extreme.form = sample::form().with_errors_of([&extreme.inputs[0].field]);
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for ReviewersPage {
    const NAME: &'static str = "reviewers";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let row = |id: &str, name: String, obstacle: String| ReviewerRow {
            id: id.to_owned(),
            name,
            obstacle,
        };
        let works = sample::say(lang, "works for the applicant", "任职于申请人");
        let typical = Self {
            ui: sample::ui(lang, "/applications/p-0042/reviewers", Some(Role::Officer)),
            application: "p-0042".to_owned(),
            title: sample::cloud_voucher(),
            needed: 2,
            form: sample::form(),
            rows: vec![
                row("r-1", sample::say(lang, "Prof. Wu Lan", "吴岚教授"), String::new()),
                row("r-2", sample::say(lang, "Dr. Zhao Min", "赵敏博士"), works),
            ],
        };
        let empty = Self { rows: Vec::new(), ..typical.clone() };
        let hostile = row("r-3", sample::HOSTILE.to_owned(), sample::HOSTILE.to_owned());
        let extreme = Self { rows: vec![hostile; 50], ..typical.clone() };
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for PaymentsPage {
    const NAME: &'static str = "payments";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let due = DueGroup {
            unit: "CNY".to_owned(),
            total: sample::cny(60_000),
            rows: vec![DueRow {
                claim: "c-0013".to_owned(),
                invoice: "WS-88120".to_owned(),
                payee: sample::small_firm(),
                amount: sample::cny(60_000),
            }],
        };
        let batch = BatchRow {
            id: "b-0001".to_owned(),
            at: "2019-10-05T09:00".to_owned(),
            payments: 3,
            total: sample::cny(180_000),
            is_paid: false,
            has_xml: true,
        };
        let typical = Self {
            ui: sample::ui(lang, "/payments", Some(Role::Officer)),
            form: sample::form(),
            may_pay: true,
            due: vec![due.clone()],
            batches: vec![batch.clone()],
            next: None,
        };
        let empty = Self { due: Vec::new(), batches: Vec::new(), ..typical.clone() };
        let mut extreme = typical.clone();
        let row = DueRow {
            claim: "c-9".to_owned(),
            invoice: sample::HOSTILE.to_owned(),
            payee: sample::long_org(),
            amount: sample::cny(1_234_567_890),
        };
        extreme.due[0].rows = vec![row; 50];
        extreme.due[0].rows[0].payee.name = crate::Text::en(sample::HOSTILE);
        extreme.batches = vec![batch; 50];
        extreme.next = Some("/payments?after=x".to_owned());
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
