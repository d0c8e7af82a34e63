//! The apply form: every bad field at once, nothing typed is lost.

use super::{Page, entitlement, sample};
use crate::{CostLineFields, Field, Form, Lang, OrgRef, Outcome, Paper, Role, Text, Ui};
use askama::Template;
use base::Amount;

/// The form of one application to one call.
#[derive(Debug, Clone, Template)]
#[template(path = "apply.html")]
pub struct ApplyPage {
    /// Frame.
    pub ui: Ui,
    /// Id of the call.
    pub call: String,
    /// Title of the call.
    pub call_title: Text,
    /// Where the form is sent: the call for a new application, the draft for a changed one.
    pub action: String,
    /// Tokens and errors.
    pub form: Form,
    /// `organisation`, a select of the organisations this person acts for.
    pub organisation: Field,
    /// Other members of the ownership group, with what they hold in the window.
    pub group: Vec<(OrgRef, Amount)>,
    /// `title_en`.
    pub title_en: Field,
    /// `title_zh`.
    pub title_zh: Field,
    /// `summary`, published with an award.
    pub summary: Field,
    /// What the rule asks about the firm (`fact_...`, `months`, `aid_...`).
    pub facts: Vec<entitlement::FactField>,
    /// Cost lines.
    pub lines: Vec<CostLineFields>,
    /// `requested`, the support asked for.
    pub requested: Field,
    /// Papers, each with its upload field (`paper_...`).
    pub papers: Vec<(Field, Paper)>,
    /// What the rule answers, once it was asked; nothing is kept by asking.
    pub answer: Option<entitlement::Answer>,
}

impl Page for ApplyPage {
    const NAME: &'static str = "apply";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let mut typical = blank(lang);
        typical.title_en.value = "Sign language translation by computer vision".to_owned();
        typical.title_zh.value = "计算机视觉手语翻译".to_owned();
        typical.lines = entitlement::lines(lang);
        typical.facts = entitlement::facts(lang);
        typical.requested.value = "1260000.00".to_owned();
        typical.answer = Some(entitlement::Answer {
            outcome: Outcome::Pass,
            trace: sample::trace(),
            call: None,
        });
        typical.group = vec![
            (sample::alibaba_cloud(), sample::cny(0)),
            (OrgRef::new("renshe", "Renshe Data", ""), sample::cny(2_560_000)),
        ];
        vec![("empty", blank(lang)), ("typical", typical.clone()), ("extreme", bad(lang, typical))]
    }
}

fn blank(lang: Lang) -> ApplyPage {
    let firm = sample::chengying();
    let papers =
        sample::papers(false).into_iter().zip(["paper_contract", "paper_licence", "paper_owners"]);
    ApplyPage {
        ui: sample::ui(lang, "/calls/cloud-2020/apply", Some(Role::Applicant)),
        call: "cloud-2020".to_owned(),
        call_title: Text::new("Cloud service vouchers 2020", "2020年云服务补贴券"),
        action: "/calls/cloud-2020/apply".to_owned(),
        form: sample::form(),
        organisation: Field::choose(
            "organisation",
            "chengying",
            &[("chengying", firm.name.plain(lang))],
        ),
        group: Vec::new(),
        title_en: Field::new("title_en", ""),
        title_zh: Field::new("title_zh", ""),
        summary: Field::new("summary", ""),
        facts: Vec::new(),
        lines: vec![CostLineFields::empty(1, &entitlement::kinds(lang))],
        requested: Field::new("requested", ""),
        papers: papers.map(|(paper, name)| (Field::new(name, ""), paper)).collect(),
        answer: None,
    }
}

fn bad(lang: Lang, mut page: ApplyPage) -> ApplyPage {
    let long = sample::long_org();
    page.group = vec![(long, sample::cny(1_234_567_890)); 50];
    page.title_en = Field::new("title_en", &sample::HOSTILE.repeat(4)).wrong(&sample::say(
        lang,
        "Use at most 200 characters",
        "最多200个字符",
    ));
    page.summary = Field::new("summary", sample::HOSTILE).wrong(&sample::say(
        lang,
        "Write at least 40 characters",
        "至少填写40个字符",
    ));
    let amount = &mut page.lines[1].amount;
    *amount = Field::new("line2_amount", "-5").wrong(&sample::say(
        lang,
        "`-5` is below zero: write what you pay",
        "`-5` 小于零：请填写实际支付金额",
    ));
    let paper = &mut page.papers[0].0;
    *paper = Field::new("paper_contract", "").wrong(&sample::say(
        lang,
        "Add the service contract",
        "请添加服务合同",
    ));
    let fields = [&page.title_en, &page.summary, &page.lines[1].amount, &page.papers[0].0];
    page.form = sample::form().with_errors_of(fields);
    page
}
