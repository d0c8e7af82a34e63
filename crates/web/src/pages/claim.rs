//! Claims: the form for an invoice, and one claim with what was checked.

use super::application::{Action, TimelineStep};
use super::{Page, sample};
use crate::{Field, Form, Lang, OrgRef, Outcome, Role, State, SupplierCondition, Text, Ui};
use askama::Template;
use base::Amount;

/// What a file may be, for the browser's chooser; the operation decides.
pub(crate) const ACCEPTED: &str = ".pdf,.xml,.ofd,.png,.jpg,.jpeg";

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
    /// `file`, the invoice itself; may stay empty.
    pub file: Field,
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
    /// What happens next, in the reader's language; empty where nothing does.
    pub next: String,
    /// Where the reader goes to do it; links only.
    pub actions: Vec<Action>,
    /// Files of the claim, oldest first.
    pub files: Vec<ClaimFileRow>,
    /// Adds a file; `None` for who cannot.
    pub upload: Option<ClaimFileForm>,
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

/// One file of a claim.
#[derive(Debug, Clone)]
pub struct ClaimFileRow {
    /// Name as handed in.
    pub name: String,
    /// Size, as in `1.2 MiB`.
    pub size: String,
    /// SHA-256 of the content.
    pub sha256: String,
    /// When it was handed in.
    pub at: String,
    /// Address of the content, for officers and auditors.
    pub href: Option<String>,
    /// Other claims that hold the same file.
    pub elsewhere: Vec<String>,
}

/// The claimant's form to add a file.
#[derive(Debug, Clone)]
pub struct ClaimFileForm {
    /// Tokens and errors.
    pub form: Form,
    /// `file`.
    pub file: Field,
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
        file: Field::new("file", ""),
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
    wrong(&mut page.file, "", "must be a PDF, XML, OFD, PNG or JPEG file", "文件类型不受支持");
    page.form = sample::form().with_errors_of([
        &page.invoice,
        &page.supplier,
        &page.amount,
        &page.date,
        &page.file,
    ]);
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
            files: Vec::new(),
            next: String::new(),
            actions: Vec::new(),
            verify: None,
            ..typical.clone()
        };
        let file = Field::new("file", "").wrong(sample::HOSTILE);
        let own = Self {
            ui: sample::ui(lang, "/claims/c-0013", Some(Role::Applicant)),
            may_enter_accounts: false,
            verify: None,
            upload: Some(ClaimFileForm { form: sample::form().with_errors_of([&file]), file }),
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
        extreme.files[0].name = sample::HOSTILE.repeat(3);
        extreme.files = vec![extreme.files[0].clone(); 5];
        extreme.next = sample::HOSTILE.to_owned();
        vec![("empty", empty), ("typical", typical), ("own", own), ("extreme", extreme)]
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
        next: sample::say(lang, "Compare the file with the entries.", "请核对文件与填写内容。"),
        actions: vec![Action {
            label: sample::say(lang, "Payments", "付款"),
            href: "/payments".to_owned(),
            is_change: false,
        }],
        files: vec![ClaimFileRow {
            name: "发票 WS-88120.ofd".to_owned(),
            size: "412 KiB".to_owned(),
            sha256: "8f47f342cc12a97642f1ffc7d3c6d70b14b0f35497f5891dd6bfc269d8d557de".to_owned(),
            at: "2019-10-02T11:12".to_owned(),
            href: Some("/claims/c-0013/files/8f47".to_owned()),
            elsewhere: vec!["c-0009".to_owned()],
        }],
        upload: None,
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
