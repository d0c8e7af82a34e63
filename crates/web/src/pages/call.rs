//! Calls: the list, and one call with its rule in plain words.

use super::{Page, sample};
use crate::{Lang, Pager, Paper, Part, Role, Source, State, Text, Ui};
use askama::Template;
use base::Amount;

/// All calls, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "call_list.html")]
pub struct CallListPage {
    /// Frame.
    pub ui: Ui,
    /// Calls of this page.
    pub calls: Vec<CallRow>,
    /// Where the list goes on.
    pub pager: Pager,
}

/// One call in the list.
#[derive(Debug, Clone)]
pub struct CallRow {
    /// Id.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Rule the call applies.
    pub instrument: Text,
    /// Whether it is open.
    pub state: State,
    /// First day, as `YYYY-MM-DD`.
    pub opens: String,
    /// Last day, or empty for a rolling call.
    pub closes: String,
    /// Budget.
    pub budget: Amount,
    /// Budget left.
    pub left: Amount,
}

/// One call.
#[derive(Debug, Clone, Template)]
#[template(path = "call.html")]
pub struct CallPage {
    /// Frame.
    pub ui: Ui,
    /// Id.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What it is for, in a sentence.
    pub summary: Text,
    /// Whether it is open.
    pub state: State,
    /// Rule the call applies: id and name.
    pub instrument: (String, Text),
    /// The rule in plain words, a sentence each.
    pub explained: Vec<Text>,
    /// Where the rule was published.
    pub source: Option<Source>,
    /// First day, as `YYYY-MM-DD`.
    pub opens: String,
    /// Last day, or empty for a rolling call.
    pub closes: String,
    /// Day of the decision by the working-day clock, or empty.
    pub decision_by: String,
    /// The service clock in words.
    pub clock: Text,
    /// Budget.
    pub budget: Amount,
    /// Committed and left.
    pub parts: Vec<Part>,
    /// Papers to give.
    pub papers: Vec<Paper>,
    /// Whether the person who looks can apply.
    pub may_apply: MayApply,
    /// Whether the officer's decision sheet is offered.
    pub has_sheet: bool,
}

/// Whether the person who looks can apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayApply {
    /// Yes.
    Yes,
    /// After signing in for an organisation.
    SignIn,
    /// No, for this reason in the reader's language.
    No(String),
}

impl Page for CallListPage {
    const NAME: &'static str = "call_list";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let row = |id: &str, title, state, closes: &str, left| CallRow {
            id: id.to_owned(),
            title,
            instrument: sample::cloud_voucher(),
            state,
            opens: "2020-01-06".to_owned(),
            closes: closes.to_owned(),
            budget: sample::cny(9_000_000),
            left: sample::cny(left),
        };
        let title = Text::new("Cloud service vouchers 2020", "2020年云服务补贴券");
        let older = Text::new("Cloud service vouchers 2019", "2019年云服务补贴券");
        let calls = vec![
            row("cloud-2020", title, State::Open, "2020-03-31", 9_000_000),
            row("cloud-2019", older, State::Closed, "", 830_000),
        ];
        let ui = sample::ui(lang, "/calls", None);
        let pager = sample::pager(1, 2, 2, None);
        let typical = Self { ui, calls, pager };
        let empty = Self { calls: Vec::new(), pager: Pager::default(), ..typical.clone() };
        let mut extreme = typical.clone();
        let long = row("x", sample::long_org().name, State::Upcoming, "", 1_234_567_890);
        extreme.calls = vec![long; 49];
        let hostile = Text::en(sample::HOSTILE);
        extreme.calls.push(row("y", hostile, State::Closed, sample::HOSTILE, 0));
        extreme.pager = sample::pager(51, 100, 2_000, Some("/calls?after=y"));
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for CallPage {
    const NAME: &'static str = "call";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            explained: Vec::new(),
            source: None,
            closes: String::new(),
            decision_by: String::new(),
            papers: Vec::new(),
            parts: Vec::new(),
            may_apply: MayApply::No(sample::say(
                lang,
                "This call opens on 2020-01-06. Come back then, or check now what you are entitled to.",
                "本征集于2020年1月6日开放。届时再来，或现在先查询可获得的金额。",
            )),
            state: State::Upcoming,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.title = sample::long_org().name;
        extreme.summary = Text::en(sample::HOSTILE);
        extreme.explained = vec![Text::en(sample::HOSTILE); 20];
        extreme.papers = sample::papers(true).into_iter().cycle().take(30).collect();
        extreme.may_apply = MayApply::SignIn;
        extreme.ui.viewer = crate::Viewer::Visitor;
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> CallPage {
    let part = |en, zh, yuan, share, tone| Part {
        label: sample::say(lang, en, zh),
        amount: sample::cny(yuan),
        share: sample::ppm(share),
        tone,
    };
    CallPage {
        ui: sample::ui(lang, "/calls/cloud-2020", Some(Role::Applicant)),
        id: "cloud-2020".to_owned(),
        title: Text::new("Cloud service vouchers 2020", "2020年云服务补贴券"),
        summary: Text::new(
            "Pays part of what start-ups of the town spend on cloud and compute services.",
            "补贴小镇企业购买云服务与算力服务的部分费用。",
        ),
        state: State::Open,
        instrument: ("hz-cloud-2019".to_owned(), sample::cloud_voucher()),
        explained: explained(),
        source: Some(sample::voucher_source()),
        opens: "2020-01-06".to_owned(),
        closes: "2020-03-31".to_owned(),
        decision_by: "2020-04-29".to_owned(),
        clock: Text::new(
            "Papers are checked within 5 working days, decided within 20.",
            "材料在5个工作日内核对，20个工作日内决定。",
        ),
        budget: sample::cny(9_000_000),
        parts: vec![
            part("Committed", "已安排", 6_910_000, 767_777, "brick"),
            part("Left", "剩余", 2_090_000, 232_223, "pale"),
        ],
        papers: sample::papers(false),
        may_apply: MayApply::Yes,
        has_sheet: false,
    }
}

pub(super) fn explained() -> Vec<Text> {
    vec![
        Text::new(
            "You receive 30 % of what you really paid under the contract.",
            "按合同实际发生金额的30%给予补贴。",
        ),
        Text::new(
            "At most 8,000,000.00 CNY a firm and calendar year, and as much for all firms of one \
             owner together.",
            "每家企业每年最多8,000,000.00元，同一所有者的全部企业合计亦同。",
        ),
        Text::new(
            "The supplier must not belong to the same owner as you.",
            "供应商不得与您同属一个所有者。",
        ),
        Text::new(
            "The voucher is valid for 12 months and cannot be passed on.",
            "补贴券有效期12个月，不得转让。",
        ),
    ]
}
