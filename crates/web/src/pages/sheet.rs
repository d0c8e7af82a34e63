//! The decision sheet: the best set of awards under the budgets and the group caps, with its gap.

use super::{Page, sample};
use crate::{Form, Lang, OrgRef, Pager, Part, Role, Text, Ui};
use askama::Template;
use base::Amount;

/// The proposed set of awards of one call.
#[derive(Debug, Clone, Template)]
#[template(path = "sheet.html")]
pub struct SheetPage {
    /// Frame.
    pub ui: Ui,
    /// Call: id and title.
    pub call: (String, Text),
    /// The proposal; `None` while no application has been reviewed.
    pub proposal: Option<Proposal>,
    /// Tokens of the buttons.
    pub form: Form,
    /// Whether this person may close the call before its last day.
    pub may_close: bool,
    /// Moment of the computation.
    pub as_of: String,
}

/// A proposed set.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Applications considered.
    pub considered: u64,
    /// Applications taken.
    pub taken: u64,
    /// Money of the taken ones.
    pub amount: Amount,
    /// Value of the set, in score points.
    pub value: String,
    /// Proven distance from the best possible value, e.g. `0.04 %`; `0 %` is proven best.
    pub gap: String,
    /// Budgets with what the set uses of them.
    pub budgets: Vec<SheetBar>,
    /// Group caps with what the set uses of them, fullest first.
    pub caps: Vec<SheetBar>,
    /// Applications of this page, best first.
    pub rows: Vec<SheetRow>,
    /// Where the list goes on.
    pub pager: Pager,
}

/// One budget or cap as a bar.
#[derive(Debug, Clone)]
pub struct SheetBar {
    /// Fund or owner.
    pub label: Text,
    /// Limit.
    pub limit: Amount,
    /// Used before, used by this set, left.
    pub parts: Vec<Part>,
    /// Whether it keeps something out.
    pub binds: bool,
}

/// One application on the sheet.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// Id of the application.
    pub application: String,
    /// Title.
    pub title: Text,
    /// Who applies.
    pub applicant: OrgRef,
    /// Ultimate owner, where that is another organisation.
    pub group: Option<OrgRef>,
    /// Score.
    pub score: u64,
    /// Amount.
    pub amount: Amount,
    /// Why it is left out, in the reader's language; `None` where it is taken.
    pub left_out: Option<String>,
}

impl Page for SheetPage {
    const NAME: &'static str = "sheet";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/calls/cloud-2019/sheet", Some(Role::Officer)),
            call: ("cloud-2019".to_owned(), sample::cloud_voucher()),
            proposal: Some(proposal(lang)),
            form: sample::form(),
            may_close: true,
            as_of: "2019-11-05T09:00".to_owned(),
        };
        let empty = Self { proposal: None, ..typical.clone() };
        let mut extreme = typical.clone();
        if let Some(proposal) = &mut extreme.proposal {
            let mut row = proposal.rows[0].clone();
            row.title = Text::en(sample::HOSTILE);
            row.applicant = sample::long_org();
            row.amount = sample::cny(1_234_567_890);
            row.left_out = Some(sample::HOSTILE.to_owned());
            proposal.rows = vec![row; 50];
            let mut cap = proposal.caps[0].clone();
            cap.label = sample::long_org().name;
            proposal.caps = vec![cap; 30];
            proposal.considered = 2_000;
            proposal.pager = sample::pager(1, 50, 2_000, Some("/calls/cloud-2019/sheet?after=x"));
        }
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn bar(lang: Lang, label: Text, limit: i64, used: [(i64, i64); 3]) -> SheetBar {
    let names =
        [("Before", "此前", "brick"), ("This set", "本方案", "accent"), ("Left", "剩余", "pale")];
    let part = |((en, zh, tone), (yuan, share)): ((&str, &str, &'static str), (i64, i64))| Part {
        label: sample::say(lang, en, zh),
        amount: sample::cny(yuan),
        share: sample::ppm(share),
        tone,
    };
    let parts = names.into_iter().zip(used).map(part).collect();
    SheetBar { label, limit: sample::cny(limit), parts, binds: used[2].0 == 0 }
}

fn proposal(lang: Lang) -> Proposal {
    let fund = Text::new("Cloud-service funds 2019", "2019年云服务资金");
    let row = |id: &str, title, applicant, score, yuan, left_out| SheetRow {
        application: id.to_owned(),
        title,
        applicant,
        group: None,
        score,
        amount: sample::cny(yuan),
        left_out,
    };
    let sign = Text::new("Sign language translation by computer vision", "计算机视觉手语翻译");
    let smart = Text::new("Predictive analytics of smart city data", "智慧城市数据预测分析");
    let renshe = OrgRef::new("renshe", "Renshe Data", "杭州人社数据服务有限公司");
    let why = sample::say(
        lang,
        "Alibaba Group would exceed its cap of 8,000,000.00 CNY by 720,000.00 CNY.",
        "阿里巴巴集团将超出其8,000,000.00元上限720,000.00元。",
    );
    let safety = Text::new("Real-time discovery of public-safety risks", "公共安全风险实时发现");
    let mut first = row("p-0042", safety, sample::chengying(), 86, 1_260_000, None);
    let mut third = row("p-0061", smart, renshe, 79, 720_000, Some(why));
    first.group = Some(sample::alibaba());
    third.group = Some(sample::alibaba());
    Proposal {
        considered: 3,
        taken: 2,
        amount: sample::cny(1_570_000),
        value: "170".to_owned(),
        gap: "0.04 %".to_owned(),
        budgets: vec![bar(
            lang,
            fund,
            9_000_000,
            [(6_910_000, 767_777), (1_570_000, 174_444), (520_000, 57_779)],
        )],
        caps: vec![bar(
            lang,
            sample::alibaba().name,
            8_000_000,
            [(6_740_000, 842_500), (1_260_000, 157_500), (0, 0)],
        )],
        rows: vec![first, row("p-0057", sign, sample::small_firm(), 84, 310_000, None), third],
        pager: sample::pager(1, 3, 3, None),
    }
}
