//! One application as its applicant, its officers and its reviewers see it.

use super::{Page, decision::ReviewRow, sample};
use crate::{Field, Form, Lang, OrgRef, Paper, Role, State, Text, Trace, Ui};
use askama::Template;
use base::Amount;

/// One application.
#[derive(Debug, Clone, Template)]
#[template(path = "application.html")]
pub struct ApplicationPage {
    /// Frame.
    pub ui: Ui,
    /// Id.
    pub id: String,
    /// Title of the project.
    pub title: Text,
    /// Summary in the applicant's words.
    pub summary: String,
    /// Who applies.
    pub applicant: OrgRef,
    /// Call: id and title.
    pub call: (String, Text),
    /// State.
    pub state: State,
    /// What was asked for.
    pub asked: Amount,
    /// Steps from draft to payment.
    pub timeline: Vec<TimelineStep>,
    /// What happens next, in the reader's language.
    pub next: String,
    /// What the person who looks can do next.
    pub actions: Vec<Action>,
    /// Cost lines.
    pub lines: Vec<CostLine>,
    /// Papers given.
    pub papers: Vec<Paper>,
    /// Adds a paper; `None` where none can be added.
    pub upload: Option<PaperForm>,
    /// What the rule says; empty while it has not been computed.
    pub trace: Trace,
    /// Reviews, where the person who looks may see them.
    pub reviews: Option<Vec<ReviewRow>>,
    /// Award, once there is one.
    pub award: Option<String>,
}

/// One step of a timeline.
#[derive(Debug, Clone)]
pub struct TimelineStep {
    /// What happened or will happen, in the reader's language.
    pub label: String,
    /// When, or empty while it has not happened.
    pub at: String,
    /// Who did it, or empty.
    pub by: String,
    /// Done, next or waiting.
    pub state: State,
}

impl TimelineStep {
    pub(super) fn class(&self) -> &'static str {
        match self.state {
            State::Done => "done",
            State::Next | State::Overdue => "now",
            _ => "later",
        }
    }
}

/// Something the person may do.
#[derive(Debug, Clone)]
pub struct Action {
    /// Label, in the reader's language.
    pub label: String,
    /// Address.
    pub href: String,
    /// Whether it changes something: then it is a button that posts, else a link.
    pub is_change: bool,
}

/// The form that adds a paper.
#[derive(Debug, Clone)]
pub struct PaperForm {
    /// Tokens and errors.
    pub form: Form,
    /// `code`, a select of the rule's papers.
    pub code: Field,
    /// `content`, the file.
    pub content: Field,
}

/// One cost line.
#[derive(Debug, Clone)]
pub struct CostLine {
    /// Kind of cost.
    pub kind: Text,
    /// What is bought.
    pub what: String,
    /// Who supplies it.
    pub supplier: Option<OrgRef>,
    /// How much.
    pub amount: Amount,
}

impl Page for ApplicationPage {
    const NAME: &'static str = "application";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            lines: Vec::new(),
            papers: Vec::new(),
            trace: Trace::default(),
            reviews: None,
            upload: None,
            timeline: Vec::new(),
            actions: Vec::new(),
            summary: String::new(),
            state: State::Draft,
            next: sample::say(lang, "Add at least one cost line.", "请至少添加一项费用。"),
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.title = Text::en(sample::HOSTILE);
        extreme.summary = sample::HOSTILE.repeat(10);
        extreme.applicant = sample::long_org();
        extreme.lines = vec![
            CostLine {
                kind: sample::long_org().name,
                what: sample::HOSTILE.to_owned(),
                supplier: Some(sample::long_org()),
                amount: sample::cny(1_234_567_890),
            };
            50
        ];
        extreme.award = Some("a-0001".to_owned());
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

pub(super) fn timeline(lang: Lang, steps: &[(&str, &str, &str, State)]) -> Vec<TimelineStep> {
    let step = |(en, zh, at, state): &(&str, &str, &str, State)| TimelineStep {
        label: sample::say(lang, en, zh),
        at: (*at).to_owned(),
        by: String::new(),
        state: *state,
    };
    steps.iter().map(step).collect()
}

fn typical(lang: Lang) -> ApplicationPage {
    let line = |what: String, yuan| CostLine {
        kind: Text::new("Compute", "算力"),
        what,
        supplier: Some(sample::alibaba_cloud()),
        amount: sample::cny(yuan),
    };
    ApplicationPage {
        ui: sample::ui(lang, "/applications/p-0042", Some(Role::Applicant)),
        id: "p-0042".to_owned(),
        title: Text::new("Real-time discovery of public-safety risks", "公共安全风险实时发现"),
        summary: sample::say(
            lang,
            "We train models that find risks in city data early.",
            "训练模型，及早发现城市数据中的风险。",
        ),
        applicant: sample::chengying(),
        call: ("cloud-2019".to_owned(), sample::cloud_voucher()),
        state: State::InReview,
        asked: sample::cny(1_860_000),
        timeline: timeline(
            lang,
            &[
                ("Submitted", "已提交", "2019-10-21T14:02", State::Done),
                ("Papers checked", "材料已核对", "2019-10-24T09:30", State::Done),
                ("In review", "评审中", "", State::Next),
                ("Decision by two officers", "两位官员决定", "", State::Waiting),
                ("Payment", "付款", "", State::Waiting),
            ],
        ),
        next: sample::say(
            lang,
            "Two reviewers score the application until 2019-11-04. You need do nothing now.",
            "两位评审人将于2019年11月4日前评分，您目前无需操作。",
        ),
        actions: vec![Action {
            label: sample::say(lang, "Withdraw", "撤回"),
            href: "/applications/p-0042/withdraw".to_owned(),
            is_change: true,
        }],
        lines: vec![
            line(sample::say(lang, "GPU training", "GPU训练"), 4_800_000),
            line(sample::say(lang, "Storage and traffic", "存储与流量"), 1_400_000),
        ],
        papers: sample::papers(true),
        upload: Some(PaperForm {
            form: sample::form(),
            code: Field::choose("code", "contract", &[("contract", "Contract")]),
            content: Field::new("content", ""),
        }),
        trace: sample::trace(),
        reviews: Some(Vec::new()),
        award: None,
    }
}
