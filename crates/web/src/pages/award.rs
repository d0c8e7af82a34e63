//! One award: what was promised, claimed, paid and released. The same page for everybody.

use super::{Page, application::TimelineStep, sample};
use crate::{Lang, OrgRef, Outcome, Part, Role, State, Text, Ui};
use askama::Template;
use base::Amount;

/// One award.
#[derive(Debug, Clone, Template)]
#[template(path = "award.html")]
pub struct AwardPage {
    /// Frame.
    pub ui: Ui,
    /// Id.
    pub id: String,
    /// Title of the project.
    pub title: Text,
    /// Who received it.
    pub beneficiary: OrgRef,
    /// Ultimate owner, where that is another organisation.
    pub group: Option<OrgRef>,
    /// State.
    pub state: State,
    /// Category.
    pub category: Text,
    /// Address of the register's rows of this category.
    pub category_url: String,
    /// Rule: id and name.
    pub instrument: (String, Text),
    /// Call: id and title.
    pub call: (String, Text),
    /// Day of the decision, as `YYYY-MM-DD`.
    pub decided: String,
    /// Day from which nothing can be claimed, as `YYYY-MM-DD`; empty where the award has no term.
    pub ends: String,
    /// Amount awarded.
    pub amount: Amount,
    /// Paid, claimed, held and released: parts of the amount.
    pub parts: Vec<Part>,
    /// Reason published with the decision.
    pub reason: String,
    /// Who supplies the project.
    pub suppliers: Vec<AwardSupplier>,
    /// Claims.
    pub claims: Vec<ClaimRow>,
    /// Payments.
    pub payments: Vec<PaymentRow>,
    /// Events, oldest first.
    pub events: Vec<TimelineStep>,
    /// What happens next, in the reader's language; empty for who has no part in it.
    pub next: String,
    /// Whether the person who looks can claim.
    pub may_claim: bool,
    /// Whether the person who looks can close it before its term.
    pub may_close: bool,
}

/// A supplier of the project.
#[derive(Debug, Clone)]
pub struct AwardSupplier {
    /// The supplier.
    pub org: OrgRef,
    /// Whether it is independent of the beneficiary: the same group or a large interest is not.
    pub is_independent: Outcome,
}

impl AwardSupplier {
    const fn key(&self) -> &'static str {
        match self.is_independent {
            Outcome::Pass => "public.independent",
            Outcome::Fail => "public.affiliated",
            Outcome::Unknown => "public.affiliation-unknown",
        }
    }
}

/// One claim of an award.
#[derive(Debug, Clone)]
pub struct ClaimRow {
    /// Id, for who may open the claim.
    pub id: Option<String>,
    /// Invoice number, or a number of its own for who may not see it.
    pub invoice: String,
    /// Who supplied.
    pub supplier: OrgRef,
    /// Day of the invoice, as `YYYY-MM-DD`.
    pub date: String,
    /// Invoice amount.
    pub invoiced: Amount,
    /// Support claimed.
    pub claimed: Amount,
    /// State.
    pub state: State,
}

/// One payment of an award.
#[derive(Debug, Clone)]
pub struct PaymentRow {
    /// Reference in the payment file.
    pub reference: String,
    /// Day, as `YYYY-MM-DD`.
    pub date: String,
    /// Amount.
    pub amount: Amount,
    /// State.
    pub state: State,
}

impl Page for AwardPage {
    const NAME: &'static str = "award";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            suppliers: Vec::new(),
            claims: Vec::new(),
            payments: Vec::new(),
            events: Vec::new(),
            reason: String::new(),
            may_claim: true,
            next: sample::say(lang, "Claim each invoice.", "请逐张申领发票。"),
            ends: String::new(),
            ui: sample::ui(lang, "/awards/a-0004", Some(Role::Applicant)),
            state: State::Held,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.title = Text::en(sample::HOSTILE);
        extreme.beneficiary = sample::long_org();
        extreme.group = Some(sample::long_org());
        extreme.reason = sample::HOSTILE.repeat(9);
        extreme.amount = sample::cny(1_234_567_890);
        let mut claim = extreme.claims[0].clone();
        claim.supplier = sample::long_org();
        claim.invoice = "INV-2019-000000000000000000000000000000000001".to_owned();
        claim.invoiced = sample::cny(1_234_567_890);
        claim.id = None;
        extreme.claims = vec![claim; 50];
        let org = sample::hostile_org();
        extreme.suppliers = vec![AwardSupplier { org, is_independent: Outcome::Fail }];
        let office = Self {
            ui: sample::ui(lang, "/awards/a-0004", Some(Role::Officer)),
            next: sample::say(lang, "A claim waits.", "有申领待处理。"),
            may_close: true,
            ..typical.clone()
        };
        vec![("empty", empty), ("typical", typical), ("office", office), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> AwardPage {
    let claim = |id: &str, invoice: &str, supplier, yuan, state| ClaimRow {
        id: Some(id.to_owned()),
        invoice: invoice.to_owned(),
        supplier,
        date: "2019-09-30".to_owned(),
        invoiced: sample::cny(yuan),
        claimed: sample::ppm(300_000).of(sample::cny(yuan)),
        state,
    };
    let wasu = OrgRef::new("huashu", "Wasu Cloud", "华数云计算有限公司");
    AwardPage {
        ui: sample::ui(lang, "/awards/a-0004", None),
        id: "a-0004".to_owned(),
        title: Text::new("Sign language translation by computer vision", "计算机视觉手语翻译"),
        beneficiary: sample::small_firm(),
        group: None,
        state: State::PartPaid,
        category: Text::new("Cloud-service funds", "云服务资金"),
        category_url: "/register?category=cloud".to_owned(),
        instrument: ("hz-cloud-2019".to_owned(), sample::cloud_voucher()),
        call: ("cloud-2019".to_owned(), sample::cloud_voucher()),
        decided: "2019-06-18".to_owned(),
        ends: "2020-06-18".to_owned(),
        amount: sample::cny(310_000),
        parts: parts(lang),
        reason: sample::say(
            lang,
            "Clear use for deaf people in the town; both reviews above 80.",
            "对小镇听障人士有明确价值，两份评审均高于80分。",
        ),
        suppliers: vec![AwardSupplier { org: wasu.clone(), is_independent: Outcome::Unknown }],
        claims: vec![
            claim("c-0009", "HZ-2019-0731", sample::alibaba_cloud(), 500_000, State::Paid),
            claim("c-0013", "WS-88120", wasu, 200_000, State::Claimed),
        ],
        payments: vec![PaymentRow {
            reference: "HT-2019-000148".to_owned(),
            date: "2019-10-15".to_owned(),
            amount: sample::cny(150_000),
            state: State::Paid,
        }],
        events: super::application::timeline(
            lang,
            &[
                ("Decided by two officers", "两位官员已决定", "2019-06-18T15:40", State::Done),
                ("Amount held in the ledger", "金额已在账本预留", "2019-06-18T15:40", State::Done),
                (
                    "Invoice HZ-2019-0731 claimed",
                    "申领发票 HZ-2019-0731",
                    "2019-09-30",
                    State::Done,
                ),
                ("150,000.00 CNY paid", "已付150,000.00元", "2019-10-15", State::Done),
                ("Invoice WS-88120 is checked", "核实发票 WS-88120", "", State::Next),
            ],
        ),
        next: String::new(),
        may_claim: false,
        may_close: false,
    }
}

fn parts(lang: Lang) -> Vec<Part> {
    let part = |en, zh, yuan, share, tone| Part {
        label: sample::say(lang, en, zh),
        amount: sample::cny(yuan),
        share: sample::ppm(share),
        tone,
    };
    vec![
        part("Paid", "已付", 150_000, 483_870, "brick"),
        part("Claimed", "已申领", 60_000, 193_548, "accent"),
        part("Held", "已预留", 80_000, 258_064, "mid"),
        part("Released", "已释放", 20_000, 64_518, "pale"),
    ]
}
