//! Concentration: the same money by legal entity and by ultimate owner, side by side.

use super::{Page, sample};
use crate::chart::{self, FlowSide};
use crate::{Capture, Field, Html, Lang, Measure, OrgRef, Text, Ui};
use askama::Template;
use base::{Amount, Ppm};

/// Most blocks on a side of the flow; all holders are in the table behind.
/// ASSUMPTION: twelve blocks still have room for their labels.
const BLOCKS_MAX: usize = 12;

/// The concentration page.
#[derive(Debug, Clone, Template)]
#[template(path = "concentration.html")]
pub struct ConcentrationPage {
    /// Frame.
    pub ui: Ui,
    /// `year`, a select.
    pub year: Field,
    /// `unit`, a select.
    pub unit: Field,
    /// Figures; `None` while nothing has been paid.
    pub figures: Option<ConcentrationFigures>,
    /// Moment of the computation.
    pub as_of: String,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct ConcentrationFigures {
    /// Money counted.
    pub total: Amount,
    /// Measures both ways: HHI, CR1, CR4.
    pub measures: Vec<MeasurePair>,
    /// Largest entities, each with the place of its owner in `owners`.
    pub entities: Vec<Holder>,
    /// Entities beyond those listed, and their share together.
    pub entities_rest: (u64, Ppm),
    /// Largest owners, largest first; `owner` is the own place.
    pub owners: Vec<Holder>,
    /// Owners beyond those listed, and their share together.
    pub owners_rest: (u64, Ppm),
    /// Points of the index that only show by owner; `None` where nothing was measured.
    pub hidden: Option<String>,
    /// By category: suppliers with most projects, sole and shared counted apart.
    pub captures: Vec<CategoryCaptures>,
    /// What is above a threshold.
    pub findings: Vec<FindingShown>,
}

/// The suppliers of one category.
#[derive(Debug, Clone)]
pub struct CategoryCaptures {
    /// The category.
    pub category: Text,
    /// Its suppliers, those in most projects first.
    pub captures: Vec<Capture>,
}

/// A measure above its threshold: a hint that asks for an answer.
#[derive(Debug, Clone)]
pub struct FindingShown {
    /// Key of the message that names the measure.
    pub key: &'static str,
    /// What was measured.
    pub value: String,
    /// What it is above.
    pub limit: String,
    /// The formula with its numbers.
    pub formula: String,
    /// Whom it is about, largest first.
    pub who: Vec<OrgRef>,
}

/// A measure by entity and by owner.
#[derive(Debug, Clone)]
pub struct MeasurePair {
    /// Which measure.
    pub kind: MeasureKind,
    /// By legal entity.
    pub entity: Measure,
    /// By ultimate owner.
    pub owner: Measure,
}

/// The measures of concentration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureKind {
    /// Herfindahl-Hirschman index: sum of squared shares, 0 to 10,000.
    Hhi,
    /// Share of the largest.
    Cr1,
    /// Share of the four largest.
    Cr4,
}

impl MeasureKind {
    const fn key(self) -> &'static str {
        match self {
            Self::Hhi => "measure.hhi-long",
            Self::Cr1 => "measure.cr1",
            Self::Cr4 => "measure.cr4",
        }
    }

    const fn formula(self) -> &'static str {
        match self {
            Self::Hhi => "10000 × Σ sᵢ²",
            Self::Cr1 => "s₁",
            Self::Cr4 => "s₁ + s₂ + s₃ + s₄",
        }
    }
}

/// One entity or owner with its share.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The organisation.
    pub org: OrgRef,
    /// What it received.
    pub amount: Amount,
    /// Its share.
    pub share: Ppm,
    /// Place of its owner in the list of owners; `None` where the owner is not listed.
    pub owner: Option<usize>,
}

impl ConcentrationPage {
    /// Draws how entities merge into owners; the tables behind hold the same numbers.
    fn flow(&self) -> Html {
        let Some(figures) = &self.figures else { return Html::default() };
        let entities = self.sides(&figures.entities, &figures.entities_rest);
        let owners = self.sides(&figures.owners, &figures.owners_rest);
        let title = self.ui.t("concentration.flow-title");
        chart::flow(&entities, &owners, title, self.ui.t("concentration.flow-desc"))
    }

    /// Lists the first holders as blocks and puts all others into the last block.
    fn sides(&self, holders: &[Holder], rest: &(u64, Ppm)) -> Vec<FlowSide> {
        let last = self.figures.as_ref().map_or(0, |f| f.owners.len()).min(BLOCKS_MAX);
        let (drawn, others) = holders.split_at(holders.len().min(BLOCKS_MAX));
        let owner = |holder: &Holder| holder.owner.filter(|place| *place < last).unwrap_or(last);
        let side = |holder: &Holder| FlowSide {
            label: self.ui.plain(&holder.org.name),
            share: holder.share,
            owner: owner(holder),
        };
        let mut sides: Vec<_> = drawn.iter().map(side).collect();
        let share: i64 = others.iter().map(|holder| holder.share.get()).sum();
        let count = rest.0.saturating_add(u64::try_from(others.len()).unwrap_or(u64::MAX));
        sides.push(FlowSide {
            label: self.ui.t1("concentration.others", self.ui.count(count)),
            share: Ppm::new((share + rest.1.get()).min(1_000_000)).unwrap_or(Ppm::ONE),
            owner: last,
        });
        sides
    }

    fn is_top(holder: &Holder) -> bool {
        holder.owner == Some(0)
    }
}

impl Page for ConcentrationPage {
    const NAME: &'static str = "concentration";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/concentration", None),
            year: Field::choose("year", "2019", &[("2019", "2019"), ("2018", "2018")]),
            unit: Field::choose("unit", "CNY", &[("CNY", "CNY"), ("EUR", "EUR")]),
            figures: Some(figures()),
            as_of: "2019-12-31".to_owned(),
        };
        let empty = Self { figures: None, ..typical.clone() };
        let mut extreme = typical.clone();
        if let Some(figures) = &mut extreme.figures {
            let holder = |i: usize| Holder {
                org: if i.is_multiple_of(9) { sample::hostile_org() } else { sample::long_org() },
                amount: sample::cny(1_234_567_890),
                share: sample::ppm(20_000),
                owner: Some(i),
            };
            figures.entities = (0..50).map(holder).collect();
            figures.owners = (0..50).map(holder).collect();
            figures.entities_rest = (0, Ppm::ZERO);
            figures.owners_rest = (0, Ppm::ZERO);
            figures.measures[0].owner.exact = "9".repeat(400);
            let capture = Capture {
                supplier: sample::long_org(),
                sole: 900_000,
                shared: 90_000,
                total: 1_000_000,
            };
            let category = Text::en(sample::HOSTILE);
            let one = CategoryCaptures { category, captures: vec![capture; 5] };
            figures.captures = vec![one; 4];
            figures.findings[0].formula = sample::HOSTILE.to_owned();
            figures.findings[0].who = vec![sample::hostile_org(), sample::long_org()];
        }
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn figures() -> ConcentrationFigures {
    let holder = |org, yuan, share, owner| Holder {
        org,
        amount: sample::cny(yuan),
        share: sample::ppm(share),
        owner,
    };
    let firm = |id: &str, en: &str, zh: &str| OrgRef::new(id, en, zh);
    let renshe = firm("renshe", "Renshe Data", "杭州人社数据服务有限公司");
    let lark = firm("lark", "Lingque Robotics", "杭州灵雀机器人有限公司");
    let sense = firm("sense", "Wanxiang Sensing", "浙江万象感知科技有限公司");
    let qihe = firm("qihe", "Qihe Chips", "杭州启禾芯片有限公司");
    let pair = |kind, entity, owner| MeasurePair { kind, entity, owner };
    ConcentrationFigures {
        total: sample::cny(43_000_000),
        measures: vec![
            pair(
                MeasureKind::Hhi,
                sample::measure("212", "3917462/184900"),
                sample::measure("687", "12702630/18490"),
            ),
            pair(
                MeasureKind::Cr1,
                sample::measure("9.7 %", "418/4300"),
                sample::measure("24.3 %", "1047/4300"),
            ),
            pair(
                MeasureKind::Cr4,
                sample::measure("25.1 %", "1081/4300"),
                sample::measure("36.4 %", "1567/4300"),
            ),
        ],
        entities: vec![
            holder(sample::chengying(), 4_180_000, 97_209, Some(0)),
            holder(renshe, 2_560_000, 59_534, Some(0)),
            holder(firm("yunqi", "Yunqi Lab", "云栖实验室"), 2_120_000, 49_302, Some(0)),
            holder(sample::small_firm(), 1_874_000, 43_581, Some(1)),
            holder(sample::alibaba_cloud(), 1_610_000, 37_441, Some(0)),
            holder(lark.clone(), 1_720_000, 40_000, Some(2)),
            holder(sense.clone(), 1_600_000, 37_209, Some(3)),
            holder(qihe.clone(), 1_300_000, 30_232, Some(4)),
        ],
        entities_rest: (89, sample::ppm(605_492)),
        owners: vec![
            holder(sample::alibaba(), 10_470_000, 243_488, Some(0)),
            holder(sample::small_firm(), 1_874_000, 43_581, Some(1)),
            holder(lark, 1_720_000, 40_000, Some(2)),
            holder(sense, 1_600_000, 37_209, Some(3)),
            holder(qihe, 1_300_000, 30_232, Some(4)),
        ],
        owners_rest: (79, sample::ppm(605_490)),
        hidden: Some("475".to_owned()),
        captures: captures(),
        findings: findings(),
    }
}

fn captures() -> Vec<CategoryCaptures> {
    vec![CategoryCaptures {
        category: Text::new("Cloud-service funds", "云服务资金"),
        captures: vec![
            Capture { supplier: sample::alibaba_cloud(), sole: 19, shared: 6, total: 27 },
            Capture {
                supplier: OrgRef::new("huashu", "Wasu Cloud", "华数云计算有限公司"),
                sole: 1,
                shared: 5,
                total: 27,
            },
        ],
    }]
}

fn findings() -> Vec<FindingShown> {
    vec![FindingShown {
        key: "public.flag-capture",
        value: "92.5925 %".to_owned(),
        limit: "50 %".to_owned(),
        formula: "(sole + co-supplied projects) / projects = (19 + 6) / 27".to_owned(),
        who: vec![sample::alibaba_cloud()],
    }]
}
