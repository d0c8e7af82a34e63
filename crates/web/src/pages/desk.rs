//! Desks: what waits for an officer, a reviewer or an applicant, with the day it is due.

use super::{Page, sample};
use crate::{Crumb, Lang, OrgRef, Pager, Role, State, Text, Ui};
use askama::Template;
use base::Amount;

/// A desk. One page for officers, reviewers and applicants: they differ in queues and rows.
#[derive(Debug, Clone, Template)]
#[template(path = "desk.html")]
pub struct DeskPage {
    /// Frame.
    pub ui: Ui,
    /// Whose desk it is.
    pub kind: DeskKind,
    /// Queues with their counts; may be empty where there is only one list.
    pub queues: Vec<Queue>,
    /// Rows of the chosen queue.
    pub rows: Vec<DeskRow>,
    /// Where the list goes on.
    pub pager: Pager,
    /// What else the office does, as links; empty for everybody else.
    pub tools: Vec<Crumb>,
}

/// Whose desk it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskKind {
    /// An officer's.
    Officer,
    /// A reviewer's.
    Reviewer,
    /// An applicant's: own applications, awards and claims.
    Applicant,
}

impl DeskKind {
    const fn lede(self) -> &'static str {
        match self {
            Self::Officer => "desk.lede",
            Self::Reviewer => "desk.reviewer-lede",
            Self::Applicant => "desk.applicant-lede",
        }
    }

    const fn caption(self) -> &'static str {
        match self {
            Self::Officer | Self::Reviewer => "desk.caption",
            Self::Applicant => "desk.applicant-caption",
        }
    }

    const fn is_applicant(self) -> bool {
        matches!(self, Self::Applicant)
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Officer => "desk.officer",
            Self::Reviewer => "desk.reviewer",
            Self::Applicant => "desk.applicant",
        }
    }

    const fn empty(self) -> &'static str {
        match self {
            Self::Officer => "desk.officer-empty",
            Self::Reviewer => "desk.reviewer-empty",
            Self::Applicant => "desk.applicant-empty",
        }
    }
}

/// One queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its address, as in `/desk?queue=decide`.
    pub href: String,
    /// Label, in the reader's language.
    pub label: String,
    /// What waits.
    pub count: u64,
    /// What of it is overdue.
    pub overdue: u64,
    /// Whether this is the queue shown.
    pub is_current: bool,
}

/// One thing that waits.
#[derive(Debug, Clone)]
pub struct DeskRow {
    /// Address of the page where it is done.
    pub href: String,
    /// What it is.
    pub title: Text,
    /// Whose it is.
    pub organisation: OrgRef,
    /// Its state.
    pub state: State,
    /// Amount at stake, where there is one.
    pub amount: Option<Amount>,
    /// Day it is due by the working-day clock, or empty.
    pub due: String,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// What comes next, in the reader's language; shown to applicants.
    pub next: String,
}

impl Page for DeskPage {
    const NAME: &'static str = "desk";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/desk?queue=decide", Some(Role::Officer)),
            kind: DeskKind::Officer,
            queues: queues(lang),
            rows: rows(),
            pager: sample::pager(1, 3, 3, None),
            tools: vec![Crumb {
                href: "/calls/new".to_owned(),
                label: sample::say(lang, "New call", "新征集"),
            }],
        };
        let empty = Self {
            rows: Vec::new(),
            queues: Vec::new(),
            pager: Pager::default(),
            ..typical.clone()
        };
        let reviewer = Self {
            ui: sample::ui(lang, "/reviews", Some(Role::Reviewer)),
            kind: DeskKind::Reviewer,
            queues: Vec::new(),
            tools: Vec::new(),
            ..typical.clone()
        };
        let applicant = Self {
            ui: sample::ui(lang, "/applications", Some(Role::Applicant)),
            kind: DeskKind::Applicant,
            queues: Vec::new(),
            tools: Vec::new(),
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        let mut row = extreme.rows[0].clone();
        row.organisation = sample::long_org();
        row.title = Text::en(sample::HOSTILE);
        row.amount = Some(sample::cny(1_234_567_890));
        extreme.rows = vec![row; 50];
        extreme.queues[0].count = 123_456;
        let tool = Crumb { href: "/calls/x/sheet".to_owned(), label: sample::HOSTILE.to_owned() };
        extreme.tools = vec![tool; 20];
        extreme.pager = sample::pager(1, 50, 123_456, Some("/desk?queue=pay&after=x"));
        vec![
            ("empty", empty),
            ("typical", typical),
            ("reviewer", reviewer),
            ("applicant", applicant),
            ("extreme", extreme),
        ]
    }
}

fn queues(lang: Lang) -> Vec<Queue> {
    let queue = |id: &str, en, zh, count, overdue| Queue {
        href: format!("/desk?queue={id}"),
        label: sample::say(lang, en, zh),
        count,
        overdue,
        is_current: id == "decide",
    };
    vec![
        queue("check", "To check", "待核对", 12, 0),
        queue("review", "To review", "待评审", 8, 1),
        queue("decide", "To decide", "待决定", 3, 1),
        queue("verify", "Claims to verify", "待核实申领", 5, 0),
        queue("pay", "Payments to send", "待付款", 2, 0),
    ]
}

fn rows() -> Vec<DeskRow> {
    let row = |href: &str, title, organisation, yuan, due: &str, is_overdue| DeskRow {
        href: href.to_owned(),
        title,
        organisation,
        state: State::Reviewed,
        amount: Some(sample::cny(yuan)),
        due: due.to_owned(),
        is_overdue,
        next: "Two officers decide.".to_owned(),
    };
    let safety = Text::new("Real-time discovery of public-safety risks", "公共安全风险实时发现");
    let sign = Text::new("Sign language translation by computer vision", "计算机视觉手语翻译");
    let smart = Text::new("Predictive analytics of smart city data", "智慧城市数据预测分析");
    let renshe = OrgRef::new("renshe", "Renshe Data", "杭州人社数据服务有限公司");
    let (firm, other) = (sample::chengying(), sample::small_firm());
    vec![
        row("/applications/p-0042/decision", safety, firm, 1_860_000, "2019-11-04", true),
        row("/applications/p-0057/decision", sign, other, 310_000, "2019-11-11", false),
        row("/applications/p-0061/decision", smart, renshe, 720_000, "2019-11-18", false),
    ]
}
