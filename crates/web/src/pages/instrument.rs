//! Instruments: the list of support rules, and one rule with all its terms.

use super::{Page, call, sample};
use crate::{Fact, Lang, Outcome, Pager, Source, State, Text, Trace, Ui};
use askama::Template;

/// All instruments.
#[derive(Debug, Clone, Template)]
#[template(path = "instrument_list.html")]
pub struct InstrumentListPage {
    /// Frame.
    pub ui: Ui,
    /// Rules of this page.
    pub rows: Vec<InstrumentRow>,
    /// Where the list goes on.
    pub pager: Pager,
}

/// One instrument in the list.
#[derive(Debug, Clone)]
pub struct InstrumentRow {
    /// Id.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Who issued it.
    pub authority: Text,
    /// Rate in short, e.g. `30 %`, or empty where none is published.
    pub rate: String,
    /// Cap in short, or empty where none is published.
    pub cap: String,
    /// Lint findings.
    pub findings: u64,
    /// Whether it is in force.
    pub state: State,
}

/// One instrument.
#[derive(Debug, Clone, Template)]
#[template(path = "instrument.html")]
pub struct InstrumentPage {
    /// Frame.
    pub ui: Ui,
    /// Id.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Who issued it.
    pub authority: Text,
    /// Version, as in `3`.
    pub version: String,
    /// Whether it is in force.
    pub state: State,
    /// The rule in plain words, a sentence each.
    pub explained: Vec<Text>,
    /// All terms; a value that was not published is empty and shown as unknown, never as zero.
    pub terms: Vec<Term>,
    /// What `lint` found.
    pub findings: Vec<LintFinding>,
    /// Worked examples.
    pub examples: Vec<WorkedExample>,
    /// Where the rule was published.
    pub source: Option<Source>,
    /// SHA-256 of the rule file.
    pub digest: String,
    /// Address of the rule file.
    pub file_url: String,
}

/// One term of a rule.
#[derive(Debug, Clone)]
pub struct Term {
    /// Its name.
    pub label: Text,
    /// Its value; empty where it is unknown.
    pub value: Text,
}

/// One finding of the rule checker.
#[derive(Debug, Clone)]
pub struct LintFinding {
    /// Name of the finding, e.g. `no-group-cap`.
    pub code: String,
    /// What it means and what to do.
    pub message: Text,
    /// [`Outcome::Fail`] for a warning, [`Outcome::Unknown`] for a gap in the source.
    pub outcome: Outcome,
}

/// Facts and what the rule makes of them.
#[derive(Debug, Clone)]
pub struct WorkedExample {
    /// The facts assumed.
    pub facts: Vec<Fact>,
    /// The computation.
    pub trace: Trace,
}

impl Page for InstrumentListPage {
    const NAME: &'static str = "instrument_list";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let row = |id: &str, name, rate: &str, cap: &str, findings| InstrumentRow {
            id: id.to_owned(),
            name,
            authority: sample::voucher_source().authority,
            rate: rate.to_owned(),
            cap: cap.to_owned(),
            findings,
            state: State::Current,
        };
        let key_area = Text::new("Key-area grant (chips, core algorithms)", "重点领域项目资助");
        let typical = Self {
            ui: sample::ui(lang, "/instruments", None),
            rows: vec![
                row("hz-cloud-2019", sample::cloud_voucher(), "30 %", "8,000,000.00 CNY", 1),
                row("hz-key-area", key_area, "", "20,000,000.00 CNY", 3),
            ],
            pager: sample::pager(1, 2, 2, None),
        };
        let empty = Self { rows: Vec::new(), pager: Pager::default(), ..typical.clone() };
        let mut extreme = typical.clone();
        extreme.rows =
            vec![row("l", sample::long_org().name, "33.3333 %", "9,999,999,999.99 CNY", 12); 49];
        extreme.rows.push(row("h", Text::en(sample::HOSTILE), sample::HOSTILE, "", 0));
        extreme.pager = sample::pager(1, 50, 640, Some("/instruments?after=h"));
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for InstrumentPage {
    const NAME: &'static str = "instrument";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            explained: Vec::new(),
            terms: Vec::new(),
            findings: Vec::new(),
            examples: Vec::new(),
            source: None,
            state: State::Draft,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.name = sample::long_org().name;
        extreme.authority = Text::en(sample::HOSTILE);
        extreme.terms =
            vec![Term { label: sample::long_org().name, value: Text::en(sample::HOSTILE) }; 30];
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> InstrumentPage {
    let term = |en: &str, zh: &str, value: Text| Term { label: Text::new(en, zh), value };
    let fact =
        |en, zh, value: &str| Fact { label: sample::say(lang, en, zh), value: value.to_owned() };
    InstrumentPage {
        ui: sample::ui(lang, "/instruments/hz-cloud-2019", None),
        id: "hz-cloud-2019".to_owned(),
        name: sample::cloud_voucher(),
        authority: sample::voucher_source().authority,
        version: "3".to_owned(),
        state: State::Current,
        explained: call::explained(),
        terms: vec![
            term("Beneficiaries", "受益对象", Text::new("companies of any size", "各规模企业")),
            term("Rate", "比例", Text::new("30 %", "30%")),
            term("Base", "基数", Text::new("contract amount incurred", "合同实际发生金额")),
            term(
                "Cap per firm and year",
                "企业年度上限",
                Text::new("8,000,000.00 CNY", "8,000,000.00元"),
            ),
            term(
                "Pool per year",
                "年度资金池",
                Text::new("250,000,000.00 CNY", "250,000,000.00元"),
            ),
            term("Smallest voucher", "最低面额", Text::default()),
            term(
                "Supplier",
                "供应商",
                Text::new("admitted list, not affiliated", "名单内，且无关联关系"),
            ),
        ],
        findings: vec![LintFinding {
            code: "no-minimum".to_owned(),
            message: Text::new(
                "The source states no smallest voucher. The rule refuses to assume one.",
                "原文未规定最低面额，规则不会自行假定。",
            ),
            outcome: Outcome::Unknown,
        }],
        examples: vec![WorkedExample {
            facts: vec![
                fact("Contract", "合同金额", "6,200,000.00 CNY"),
                fact("Received this year", "本年已获", "1,240,000.00 CNY"),
            ],
            trace: sample::trace(),
        }],
        source: Some(sample::voucher_source()),
        digest: "9f2c7c9e1f0ab34d552641e08d7756bc3f3a8e4b6ac0c28ed1b4b0f9c1e2d3a4".to_owned(),
        file_url: "/instruments/hz-cloud-2019.toml".to_owned(),
    }
}
