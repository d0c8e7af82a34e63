//! The public register: every award, its owner group, its suppliers, with totals that add up.

use super::{Page, sample};
use crate::{Field, Lang, OrgRef, Pager, State, Text, Ui};
use askama::Template;
use base::Amount;

/// The register with its filters.
#[derive(Debug, Clone, Template)]
#[template(path = "register.html")]
pub struct RegisterPage {
    /// Frame.
    pub ui: Ui,
    /// Filters as typed.
    pub filters: RegisterFilters,
    /// Whether any filter is set.
    pub is_filtered: bool,
    /// Sort links, one per sortable column.
    pub sort: RegisterSort,
    /// Rows of this page.
    pub rows: Vec<RegisterRow>,
    /// Sums of the rows of this page, one per unit; empty where there is no row.
    pub page_sum: Vec<RegisterSum>,
    /// Sums of all rows that match, one per unit; empty where there is no row.
    pub all_sum: Vec<RegisterSum>,
    /// Where the list goes on.
    pub pager: Pager,
    /// Address of the same rows as CSV.
    pub csv_url: String,
    /// Address of the same rows as JSON.
    pub json_url: String,
    /// Moment the list was read, as `YYYY-MM-DD` with an optional time.
    pub as_of: String,
}

/// Filters of the register, each a GET parameter of the field's name.
#[derive(Debug, Clone)]
pub struct RegisterFilters {
    /// `q`: words in names, titles and identifiers.
    pub words: Field,
    /// `category`, a select.
    pub category: Field,
    /// `instrument`, a select.
    pub instrument: Field,
    /// `year`, a select.
    pub year: Field,
    /// `group`: id or name of an ultimate owner.
    pub group: Field,
    /// `supplier`: id or name of a supplier.
    pub supplier: Field,
    /// `amount_min`, a decimal number.
    pub amount_min: Field,
    /// `amount_max`, a decimal number.
    pub amount_max: Field,
}

/// Links that sort the list.
#[derive(Debug, Clone)]
pub struct RegisterSort {
    /// By date of decision.
    pub decided: SortLink,
    /// By amount awarded.
    pub awarded: SortLink,
    /// By amount paid.
    pub paid: SortLink,
}

/// A column head that sorts.
#[derive(Debug, Clone)]
pub struct SortLink {
    /// Address of the list sorted by this column (the other way round where it already is).
    pub href: String,
    /// How the list is sorted by this column now.
    pub order: SortOrder,
}

/// How a list is sorted by one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortOrder {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
    /// By another column.
    Other,
}

impl SortLink {
    /// Returns the value of `aria-sort`, or `None`.
    const fn aria(&self) -> Option<&'static str> {
        match self.order {
            SortOrder::Ascending => Some("ascending"),
            SortOrder::Descending => Some("descending"),
            SortOrder::Other => None,
        }
    }

    const fn arrow(&self) -> &'static str {
        match self.order {
            SortOrder::Ascending => "↑",
            SortOrder::Descending => "↓",
            SortOrder::Other => "↕",
        }
    }
}

/// One award in the register.
#[derive(Debug, Clone)]
pub struct RegisterRow {
    /// Id of the award.
    pub award: String,
    /// Who received it.
    pub beneficiary: OrgRef,
    /// Its ultimate owner, where that is another organisation.
    pub group: Option<OrgRef>,
    /// Title of the project.
    pub title: Text,
    /// Category.
    pub category: Text,
    /// Suppliers of the project.
    pub suppliers: Vec<OrgRef>,
    /// Day of the decision, as `YYYY-MM-DD`.
    pub decided: String,
    /// Amount awarded.
    pub awarded: Amount,
    /// Amount paid.
    pub paid: Amount,
    /// State of the award.
    pub state: State,
}

/// Sums of some rows.
#[derive(Debug, Clone)]
pub struct RegisterSum {
    /// Number of awards.
    pub awards: u64,
    /// Awarded in all.
    pub awarded: Amount,
    /// Paid in all.
    pub paid: Amount,
}

impl Page for RegisterPage {
    const NAME: &'static str = "register";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let rows = rows();
        let typical = Self {
            ui: sample::ui(lang, "/register", None),
            filters: filters(lang),
            is_filtered: false,
            sort: sort(),
            page_sum: sum(&rows).into_iter().collect(),
            all_sum: vec![RegisterSum {
                awards: 123,
                awarded: sample::cny(44_120_000),
                paid: sample::cny(43_000_000),
            }],
            rows,
            pager: sample::pager(1, 6, 123, Some("/register?after=01jd8q2n")),
            csv_url: "/register.csv".to_owned(),
            json_url: "/register.json".to_owned(),
            as_of: "2019-12-31T18:00".to_owned(),
        };
        let empty = Self {
            rows: Vec::new(),
            is_filtered: true,
            page_sum: Vec::new(),
            all_sum: Vec::new(),
            pager: Pager::default(),
            ..typical.clone()
        };
        vec![("empty", empty), ("typical", typical.clone()), ("extreme", extreme(typical))]
    }
}

fn extreme(mut page: RegisterPage) -> RegisterPage {
    let mut row = RegisterRow {
        beneficiary: sample::hostile_org(),
        group: Some(sample::long_org()),
        title: Text::new(sample::HOSTILE, ""),
        suppliers: vec![sample::long_org(), sample::hostile_org(), sample::alibaba_cloud()],
        awarded: sample::cny(1_234_567_890),
        paid: sample::cny(0),
        ..page.rows[0].clone()
    };
    page.rows = (0..50)
        .map(|i| {
            row.award = format!("award-{i}");
            row.beneficiary = if i % 2 == 0 { sample::long_org() } else { sample::hostile_org() };
            row.clone()
        })
        .collect();
    page.is_filtered = true;
    page.page_sum = sum(&page.rows).into_iter().collect();
    page.all_sum = page.page_sum.clone();
    page.filters.words.value = sample::HOSTILE.to_owned();
    page.filters.amount_min = Field::new("amount_min", "12,5.x").wrong(&sample::say(
        page.ui.lang,
        "`12,5.x` is not an amount: write digits, as in `12500.00`",
        "`12,5.x` 不是金额：请填写数字，例如 `12500.00`",
    ));
    page.sort.awarded.order = SortOrder::Ascending;
    page.pager = sample::pager(51, 100, 100_000, Some("/register?after=01jd8q2n&q=%3Cscript%3E"));
    page.pager.previous = Some("/register?q=%3Cscript%3E".to_owned());
    page
}

fn sum(rows: &[RegisterRow]) -> Option<RegisterSum> {
    let first = rows.first()?;
    let zero = Amount::zero(first.awarded.unit);
    let add = |pick: fn(&RegisterRow) -> Amount| {
        rows.iter().try_fold(zero, |sum, row| sum.plus(pick(row))).ok()
    };
    Some(RegisterSum {
        awards: u64::try_from(rows.len()).ok()?,
        awarded: add(|row| row.awarded)?,
        paid: add(|row| row.paid)?,
    })
}

fn filters(lang: Lang) -> RegisterFilters {
    let all = sample::say(lang, "All", "全部");
    let names = sample::categories();
    let mut categories = vec![("", all.as_str())];
    categories.extend(names.iter().map(|(id, name)| (*id, name.plain(lang))));
    let voucher = sample::cloud_voucher();
    RegisterFilters {
        words: Field::new("q", ""),
        category: Field::choose("category", "", &categories),
        instrument: Field::choose(
            "instrument",
            "",
            &[("", &all), ("hz-cloud-2019", voucher.plain(lang))],
        ),
        year: Field::choose("year", "2019", &[("", &all), ("2019", "2019"), ("2020", "2020")]),
        group: Field::new("group", ""),
        supplier: Field::new("supplier", ""),
        amount_min: Field::new("amount_min", ""),
        amount_max: Field::new("amount_max", ""),
    }
}

fn sort() -> RegisterSort {
    let link = |name: &str, order| SortLink { href: format!("/register?sort={name}"), order };
    RegisterSort {
        decided: link("decided", SortOrder::Other),
        awarded: link("awarded-up", SortOrder::Descending),
        paid: link("paid", SortOrder::Other),
    }
}

pub(super) fn rows() -> Vec<RegisterRow> {
    let [(_, rd), (_, office), (_, cloud)] = sample::categories();
    let alibaba = Some(sample::alibaba());
    let row = |award: &str, beneficiary, group, title, category, yuan| RegisterRow {
        award: award.to_owned(),
        beneficiary,
        group,
        title,
        category,
        suppliers: Vec::new(),
        decided: "2019-06-18".to_owned(),
        awarded: sample::cny(yuan),
        paid: sample::cny(yuan),
        state: State::Paid,
    };
    let safety = Text::new(
        "Industrialise the use of big data to discern risks to public safety",
        "公共安全风险识别大数据产业化",
    );
    let sign = Text::new("Sign language translation by computer vision", "计算机视觉手语翻译");
    let smart = Text::new("Predictive analytics of smart city data", "智慧城市数据预测分析");
    let rooms = Text::new("Office rooms 2019", "2019年办公场地");
    let renshe = OrgRef::new("renshe", "Renshe Data", "杭州人社数据服务有限公司");
    let [a, b, mut c, mut d, mut e, f] = [
        row("a-0001", sample::chengying(), alibaba.clone(), safety, rd.clone(), 3_260_000),
        row("a-0002", sample::small_firm(), None, sign.clone(), rd, 1_480_000),
        row("a-0003", renshe, alibaba, smart, cloud.clone(), 720_000),
        row("a-0004", sample::small_firm(), None, sign, cloud, 310_000),
        row(
            "a-0005",
            sample::chengying(),
            Some(sample::alibaba()),
            rooms.clone(),
            office.clone(),
            920_000,
        ),
        row("a-0006", sample::small_firm(), None, rooms, office, 84_000),
    ];
    c.suppliers = vec![sample::alibaba_cloud()];
    d.suppliers =
        vec![sample::alibaba_cloud(), OrgRef::new("huashu", "Wasu Cloud", "华数云计算有限公司")];
    d.paid = sample::cny(150_000);
    d.state = State::PartPaid;
    e.decided = "2019-07-02".to_owned();
    vec![a, b, e, c, d, f]
}
