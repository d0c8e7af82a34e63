//! "What am I entitled to, and why not more?"

use super::{Page, sample};
use crate::{CostLineFields, Field, Form, Lang, Outcome, Text, Trace, Ui};
use askama::Template;

/// The entitlement checker. Its form is sent with GET: nothing is stored, the address can be kept.
#[derive(Debug, Clone, Template)]
#[template(path = "entitlement.html")]
pub struct EntitlementPage {
    /// Frame.
    pub ui: Ui,
    /// Errors of the form; its tokens are not used.
    pub form: Form,
    /// `instrument`, a select.
    pub instrument: Field,
    /// Facts the chosen rule asks for.
    pub facts: Vec<FactField>,
    /// Cost lines.
    pub lines: Vec<CostLineFields>,
    /// The answer, once there is one.
    pub answer: Option<Answer>,
}

/// One fact a rule asks for.
#[derive(Debug, Clone)]
pub struct FactField {
    /// The input; a select where it has choices.
    pub field: Field,
    /// What is asked.
    pub label: Text,
    /// How to answer; may be empty.
    pub hint: Text,
}

/// What the rule answers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Whether the firm is entitled.
    pub outcome: Outcome,
    /// The computation.
    pub trace: Trace,
    /// Id of an open call of this rule, to apply.
    pub call: Option<String>,
}

impl Page for EntitlementPage {
    const NAME: &'static str = "entitlement";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let empty = blank(lang);
        let mut typical = blank(lang);
        typical.facts[0].field.value = "hz-ai-town".to_owned();
        typical.facts[1].field.value = "12400000.00".to_owned();
        typical.lines = lines(lang);
        typical.answer = Some(Answer {
            outcome: Outcome::Pass,
            trace: sample::trace(),
            call: Some("cloud-2020".to_owned()),
        });
        let mut unknown = typical.clone();
        let mut trace = sample::trace();
        trace.tests[2].outcome = Outcome::Unknown;
        trace.tests[2].because = Text::new(
            "The annual turnover is not stated: fill it in above",
            "未填写年营业收入：请在上方补充",
        );
        trace.steps.clear();
        trace.result = None;
        trace.why_not_more = Text::new(
            "One fact is missing, so the rule cannot tell. It never counts a missing number as zero.",
            "缺少一项事实，规则无法判断。缺失的数字不会被当作零。",
        );
        unknown.answer = Some(Answer { outcome: Outcome::Unknown, trace, call: None });
        vec![("empty", empty), ("typical", typical), ("unknown", unknown), ("extreme", bad(lang))]
    }
}

fn blank(lang: Lang) -> EntitlementPage {
    let voucher = sample::cloud_voucher();
    EntitlementPage {
        ui: sample::ui(lang, "/entitlement?instrument=hz-cloud-2019", None),
        form: Form::default(),
        instrument: Field::choose(
            "instrument",
            "hz-cloud-2019",
            &[("hz-cloud-2019", voucher.plain(lang))],
        ),
        facts: facts(lang),
        lines: vec![CostLineFields::empty(1, &kinds(lang))],
        answer: None,
    }
}

pub(super) fn facts(lang: Lang) -> Vec<FactField> {
    let yes = sample::say(lang, "Yes", "是");
    let no = sample::say(lang, "No", "否");
    vec![
        FactField {
            field: Field::choose("registered", "", &[("hz-ai-town", &yes), ("", &no)]),
            label: Text::new("Registered in the town?", "注册地是否在小镇？"),
            hint: Text::default(),
        },
        FactField {
            field: Field::new("turnover", ""),
            label: Text::new("Turnover last year, in CNY", "上一年营业收入（元）"),
            hint: Text::new("As in your tax return.", "与纳税申报一致。"),
        },
    ]
}

pub(super) fn kinds(lang: Lang) -> [(&'static str, &'static str); 3] {
    match lang {
        Lang::En => [("", "Choose"), ("cloud", "Cloud service"), ("compute", "Compute")],
        Lang::Zh => [("", "请选择"), ("cloud", "云服务"), ("compute", "算力")],
    }
}

pub(super) fn lines(lang: Lang) -> Vec<CostLineFields> {
    let line = |number, kind: &str, what, amount: &str| {
        let mut line = CostLineFields::empty(number, &kinds(lang));
        line.kind.value = kind.to_owned();
        line.what.value = what;
        line.amount.value = amount.to_owned();
        line.supplier.value = sample::alibaba_cloud().name.plain(lang).to_owned();
        line
    };
    vec![
        line(1, "compute", sample::say(lang, "GPU training", "GPU训练"), "4800000.00"),
        line(2, "cloud", sample::say(lang, "Storage and traffic", "存储与流量"), "1400000.00"),
    ]
}

fn bad(lang: Lang) -> EntitlementPage {
    let mut page = blank(lang);
    page.lines = (1..=20).map(|n| CostLineFields::empty(n, &kinds(lang))).collect();
    page.lines[0].what.value = sample::HOSTILE.to_owned();
    let message = sample::say(
        lang,
        "`1.234` has more than 2 decimals, the smallest part of CNY",
        "`1.234` 超过两位小数，人民币最小单位为分",
    );
    page.lines[0].amount.value = "1.234".to_owned();
    page.lines[0].amount = page.lines[0].amount.clone().wrong(&message);
    page.facts[1].label = sample::long_org().name;
    page.facts[1].field.value = sample::HOSTILE.to_owned();
    let wrong = sample::say(lang, "Write digits, as in `12500.00`", "请填写数字，例如 `12500.00`");
    page.facts[1].field = page.facts[1].field.clone().wrong(&wrong);
    page.form = Form::default().with_errors_of([&page.facts[1].field, &page.lines[0].amount]);
    page
}
