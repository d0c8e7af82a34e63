//! Getting access to files: the gate, purposes for personal data, and who has read them.

use super::form::Section;
use super::frame::{RepoFrame, Tab};
use super::samples;
use crate::html::Html;
use crate::pages::officer_forms::{Input, InputKind};
use crate::pages::{Page, sample};
use crate::{Field, Form, Lang, Role, Ui};
use askama::Template;

/// How to get access, and for administrators who asked for it.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/access.html")]
pub(crate) struct AccessPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    pub(crate) form: Form,
    /// Heading that the owner gave the gate; may be empty.
    pub(crate) heading: String,
    /// What must be agreed to, rendered.
    pub(crate) prompt: Option<Html>,
    /// Message key of where the visitor's own request stands.
    pub(crate) standing: Option<&'static str>,
    /// Why it was refused; may be empty.
    pub(crate) reason: String,
    /// The forms that this visitor may send.
    pub(crate) sections: Vec<Section>,
    /// Whether the requests are shown.
    pub(crate) shows_requests: bool,
    pub(crate) requests: Vec<RequestRow>,
    /// Statement and office, where the files hold personal data.
    pub(crate) personal: Option<(String, String)>,
    pub(crate) purposes: Vec<PurposeRow>,
    /// Address of the readings, for those who may see them.
    pub(crate) readings_href: Option<String>,
}

/// A request for access.
#[derive(Debug, Clone)]
pub(crate) struct RequestRow {
    pub(crate) id: String,
    pub(crate) who: String,
    pub(crate) asked: String,
    /// Message key of where it stands.
    pub(crate) state: &'static str,
    /// Answers to the form.
    pub(crate) answers: Vec<(String, String)>,
    pub(crate) may_accept: bool,
    pub(crate) may_reject: bool,
}

/// A purpose for which somebody wants to read.
#[derive(Debug, Clone)]
pub(crate) struct PurposeRow {
    pub(crate) id: String,
    pub(crate) who: String,
    pub(crate) purpose: String,
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    pub(crate) expires: String,
    pub(crate) may_decide: bool,
    pub(crate) may_withdraw: bool,
}

/// Who has read files with personal data, oldest first.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/readings.html")]
pub(crate) struct ReadingsPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    pub(crate) rows: Vec<ReadingRow>,
    pub(crate) next: Option<String>,
}

/// One reading.
#[derive(Debug, Clone)]
pub(crate) struct ReadingRow {
    pub(crate) who: String,
    pub(crate) at: String,
    pub(crate) path: String,
    pub(crate) purpose: String,
    pub(crate) commit: String,
}

impl Page for AccessPage {
    const NAME: &'static str = "access";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let request = RequestRow {
            id: "01jd8q2n7v5w0x3y".to_owned(),
            who: "lin".to_owned(),
            asked: "2019-10-28".to_owned(),
            state: "access.pending",
            answers: vec![("Company".to_owned(), "Shouyu".to_owned())],
            may_accept: true,
            may_reject: true,
        };
        let purpose = PurposeRow {
            id: "01jd8q2n7v5w0x3z".to_owned(),
            who: "lin".to_owned(),
            purpose: "Measure the error by age.".to_owned(),
            state: "access.asked",
            reason: String::new(),
            expires: "2020-03-01".to_owned(),
            may_decide: true,
            may_withdraw: true,
        };
        let section = Section {
            id: "ask",
            title: sample::say(lang, "Ask for access", "申请访问"),
            action: "/town-lab/signs/access".to_owned(),
            inputs: vec![Input {
                field: Field::new("answer1", ""),
                label: "Company".to_owned(),
                hint: String::new(),
                kind: InputKind::Line,
            }],
            send: sample::say(lang, "Send", "提交"),
            ..Section::default()
        };
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/access", Some(Role::Applicant)),
            repo: samples::frame(Tab::Access),
            form: sample::form(),
            heading: "Who may use this".to_owned(),
            prompt: Some(Html::trusted("<p>Do no harm.</p>".to_owned())),
            standing: Some("access.rejected"),
            reason: "No address".to_owned(),
            sections: vec![section],
            shows_requests: true,
            requests: vec![request.clone()],
            personal: Some(("Faces of 40 people".to_owned(), "office@example.org".to_owned())),
            purposes: vec![purpose.clone()],
            readings_href: Some("/town-lab/signs/readings".to_owned()),
        };
        let empty = Self {
            repo: samples::empty(Tab::Access),
            heading: String::new(),
            prompt: None,
            standing: None,
            sections: Vec::new(),
            shows_requests: false,
            requests: Vec::new(),
            personal: None,
            purposes: Vec::new(),
            readings_href: None,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        let text = || sample::HOSTILE.to_owned();
        extreme.reason = text();
        extreme.heading = text();
        extreme.requests = vec![RequestRow { answers: vec![(text(), text()); 20], ..request }];
        extreme.purposes = vec![PurposeRow { purpose: text(), reason: text(), ..purpose }];
        let wrong = sample::say(lang, "must be filled in", "须填写");
        let field = Field::new("answer1", sample::HOSTILE).wrong(&wrong);
        extreme.form = sample::form().with_errors_of([&field]);
        extreme.sections[0].inputs[0].field = field;
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for ReadingsPage {
    const NAME: &'static str = "readings";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let row = ReadingRow {
            who: "lin".to_owned(),
            at: "2019-10-28T09:30".to_owned(),
            path: "faces/1.png".to_owned(),
            purpose: "Measure the error by age.".to_owned(),
            commit: "8c7e5a6".to_owned(),
        };
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/readings", Some(Role::Auditor)),
            repo: samples::frame(Tab::Access),
            rows: vec![row.clone()],
            next: Some("/town-lab/signs/readings?after=1".to_owned()),
        };
        let empty = Self { rows: Vec::new(), next: None, ..typical.clone() };
        let mut extreme = typical.clone();
        let (path, purpose) = (sample::HOSTILE.to_owned(), sample::HOSTILE.repeat(4));
        extreme.rows = vec![ReadingRow { path, purpose, ..row }; 50];
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
