//! Claims: the form for an invoice, and one claim with what was checked.

use super::{Page, application::TimelineStep, sample};
use crate::{Field, Form, Lang, OrgRef, Outcome, Role, State, SupplierCondition, Text, Ui};
use askama::Template;
use base::Amount;

/// The form of a new claim.
#[derive(Debug, Clone, Template)]
#[template(path = "claim_form.html")]
pub struct ClaimFormPage {
    /// Frame.
    pub ui: Ui,
    /// Id of the award.
    pub award: String,
    /// Title of the project.
    pub title: Text,
    /// What can still be claimed.
    pub left: Amount,
    /// Tokens and errors.
    pub form: Form,
    /// `invoice`, the number on the invoice.
    pub invoice: Field,
    /// `supplier`, id or name.
    pub supplier: Field,
    /// `amount`, as on the invoice.
    pub amount: Field,
    /// `date`, of the invoice.
    pub date: Field,
    /// `asked`, the support claimed.
    pub asked: Field,
    /// `kind`, a select of the rule's cost kinds; without choices where it has none.
    pub kind: Field,
    /// `what`, a select of what the rule lets be bought; without choices where it names nothing.
    pub what: Field,
    /// Conditions the supplier has to meet, in words.
    pub conditions: Vec<Text>,
}

/// One claim.
#[derive(Debug, Clone, Template)]
#[template(path = "claim.html")]
pub struct ClaimPage {
    /// Frame.
    pub ui: Ui,
    /// Id.
    pub id: String,
    /// Award: id and title of its project.
    pub award: (String, Text),
    /// Who claims.
    pub beneficiary: OrgRef,
    /// Invoice number.
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
    /// Conditions on the supplier, as tested now.
    pub conditions: Vec<SupplierCondition>,
    /// How beneficiary and supplier are related today; empty where nothing relates them.
    pub related: Vec<super::decision::RelatedParty>,
    /// Events, oldest first.
    pub events: Vec<TimelineStep>,
    /// Whether the reader may enter where beneficiary and supplier are paid.
    pub may_enter_accounts: bool,
    /// The officer's form; `None` for everybody else.
    pub verify: Option<VerifyForm>,
}

/// The officer's form to verify or refuse.
#[derive(Debug, Clone)]
pub struct VerifyForm {
    /// Tokens and errors.
    pub form: Form,
    /// `verdict`: `verify` or `refuse`, a radio group.
    pub verdict: Field,
    /// `reason`, shown to the beneficiary.
    pub reason: Field,
}

impl Page for ClaimFormPage {
    const NAME: &'static str = "claim_form";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let empty = blank(lang);
        let mut typical = blank(lang);
        typical.invoice.value = "WS-88120".to_owned();
        typical.supplier.value = "Wasu Cloud".to_owned();
        typical.amount.value = "200000.00".to_owned();
        typical.date.value = "2019-09-30".to_owned();
        vec![("empty", empty), ("typical", typical), ("extreme", bad(lang))]
    }
}

fn blank(lang: Lang) -> ClaimFormPage {
    ClaimFormPage {
        ui: sample::ui(lang, "/awards/a-0004/claim", Some(Role::Applicant)),
        award: "a-0004".to_owned(),
        title: Text::new("Sign language translation by computer vision", "计算机视觉手语翻译"),
        left: sample::cny(80_000),
        form: sample::form(),
        invoice: Field::new("invoice", ""),
        supplier: Field::new("supplier", ""),
        amount: Field::new("amount", ""),
        date: Field::new("date", ""),
        asked: Field::new("asked", ""),
        kind: Field::choose("kind", "", &super::entitlement::kinds(lang)),
        what: Field::new("what", ""),
        conditions: sample::trace().suppliers.into_iter().map(|s| s.condition).collect(),
    }
}

fn bad(lang: Lang) -> ClaimFormPage {
    let mut page = blank(lang);
    page.title = sample::long_org().name;
    let wrong = |field: &mut Field, value: &str, en, zh| {
        field.value = value.to_owned();
        *field = field.clone().wrong(&sample::say(lang, en, zh));
    };
    let hostile = sample::HOSTILE;
    wrong(&mut page.invoice, hostile, "This invoice is claimed already", "此发票已申领");
    wrong(
        &mut page.supplier,
        "Alibaba Cloud",
        "Alibaba Cloud has the same owner as you: the rule refuses this supplier",
        "阿里云与您同属一个所有者：规则不接受该供应商",
    );
    wrong(
        &mut page.amount,
        "99999999999999999999",
        "the amount is beyond what can be kept",
        "金额超出可记录的范围",
    );
    wrong(
        &mut page.date,
        "2019-02-30",
        "`2019-02-30` is no date: write it as 2019-09-30",
        "`2019-02-30` 不是日期：请写作 2019-09-30",
    );
    page.form =
        sample::form().with_errors_of([&page.invoice, &page.supplier, &page.amount, &page.date]);
    page
}

impl Page for ClaimPage {
    const NAME: &'static str = "claim";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            conditions: Vec::new(),
            related: Vec::new(),
            events: Vec::new(),
            verify: None,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.invoice = sample::HOSTILE.to_owned();
        extreme.supplier = sample::long_org();
        extreme.invoiced = sample::cny(1_234_567_890);
        extreme.conditions = sample::trace().suppliers;
        extreme.state = State::Refused;
        extreme.related = vec![super::decision::RelatedParty {
            finding: Text::en(sample::HOSTILE),
            path: sample::path_to_alibaba(),
            is_forbidden: true,
        }];
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> ClaimPage {
    let verify = sample::say(lang, "Verify: the invoice is right", "核实：发票无误");
    let refuse = sample::say(lang, "Refuse", "拒绝");
    let mut conditions = sample::trace().suppliers;
    for condition in &mut conditions {
        condition.outcome = Outcome::Pass;
        condition.because = Text::new("Checked on 2019-09-30", "2019年9月30日核查");
    }
    ClaimPage {
        ui: sample::ui(lang, "/claims/c-0013", Some(Role::Officer)),
        id: "c-0013".to_owned(),
        award: (
            "a-0004".to_owned(),
            Text::new("Sign language translation by computer vision", "计算机视觉手语翻译"),
        ),
        beneficiary: sample::small_firm(),
        invoice: "WS-88120".to_owned(),
        supplier: OrgRef::new("huashu", "Wasu Cloud", "华数云计算有限公司"),
        date: "2019-09-30".to_owned(),
        invoiced: sample::cny(200_000),
        claimed: sample::cny(60_000),
        state: State::Claimed,
        conditions,
        related: Vec::new(),
        events: super::application::timeline(
            lang,
            &[
                ("Claimed", "已申领", "2019-10-02T11:12", State::Done),
                ("Verification by an officer", "官员核实", "", State::Next),
                ("Payment", "付款", "", State::Waiting),
            ],
        ),
        may_enter_accounts: true,
        verify: Some(VerifyForm {
            form: sample::form(),
            verdict: Field::choose("verdict", "", &[("verify", &verify), ("refuse", &refuse)]),
            reason: Field::new("reason", ""),
        }),
    }
}
