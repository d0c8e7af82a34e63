//! Caps, quotas, minimum, periods and stacking.

use super::support::Scope;
use super::{Count, Text};
use crate::words::{Figure, coded};
use base::{Amount, Date, Ppm};
use serde::Serialize;

coded! {
    /// Over what a cap adds up.
    pub CapScope {
        Project = "project", "per project", "每个项目";
        Person = "person", "per person", "每人";
        Firm = "firm", "per firm over the whole programme", "每家企业(整个计划期)";
        FirmYear = "firm-year", "per firm and year", "每家企业每年";
        GroupWindow = "group-window", "per group of firms under one owner, over a window of years", "同一控制集团(按年度窗口)";
        Pool = "pool", "for all beneficiaries together", "资金池总额";
        Once = "once", "one-off", "一次性";
    }
}

coded! {
    /// The period over which a pool or quota is counted.
    pub Per {
        Year = "year", "per year", "每年";
        Programme = "programme", "for the whole programme", "整个计划期";
        Batch = "batch", "per batch", "每批";
        Month = "month", "per month", "每月";
    }
}

coded! {
    /// How the years of a window are counted.
    pub WindowKind {
        Rolling = "rolling", "rolling years up to the day of award", "截至授予日的滚动年度";
        Calendar = "calendar", "the current year and those before it", "当年及之前年度";
    }
}

coded! {
    /// What a quota counts.
    pub QuotaOf {
        Awards = "awards", "awards", "授予项目";
        Applications = "applications", "applications", "申请";
    }
}

/// All limits of an instrument.
#[derive(Debug, Clone, Serialize)]
pub struct Limits {
    /// Caps on the support, in file order; all that fit apply.
    pub caps: Vec<Cap>,
    /// Caps on numbers of awards or applications.
    pub quotas: Vec<Quota>,
    /// Least eligible cost.
    pub minimum: Option<Minimum>,
    /// Duration of support and use.
    pub period: Option<Period>,
}

/// A cap on the support.
#[derive(Debug, Clone, Serialize)]
pub struct Cap {
    /// Names it in histories and traces; unique in the file.
    pub id: String,
    /// Over what it adds up.
    pub scope: CapScope,
    /// The limit.
    pub amount: Figure<Amount>,
    /// Where it holds. `what` restricts the support that is counted.
    pub applies: Scope,
    /// For pools: per year, programme or batch.
    pub per: Option<Per>,
    /// For group windows.
    pub window: Option<Window>,
    /// Ids of other instruments whose support counts against the same limit.
    pub shared_with: Vec<String>,
    /// What the source adds, such as who may relax it.
    pub note: Option<Text>,
}

/// A window of years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Rolling or calendar.
    pub kind: WindowKind,
    /// Length, at least 1.
    pub years: u32,
    /// First day of the year as `MM-DD`, for calendar windows; `01-01` unless given.
    pub year_starts: String,
}

/// A cap on a number.
#[derive(Debug, Clone, Serialize)]
pub struct Quota {
    /// Names it in histories; unique in the file.
    pub id: String,
    /// What is counted.
    pub of: QuotaOf,
    /// Over what period.
    pub per: Per,
    /// The limit.
    pub number: Count,
}

/// The least eligible cost (or quantity asked) below which nothing is given.
#[derive(Debug, Clone, Serialize)]
pub struct Minimum {
    /// The bound.
    pub amount: Figure<Amount>,
    /// True where the bound itself is not enough ("more than").
    pub is_exclusive: bool,
}

/// Durations.
#[derive(Debug, Clone, Serialize)]
pub struct Period {
    /// Support of one beneficiary ends after this many months.
    pub support_months_max: Option<Count>,
    /// What is given must be used within this many months.
    pub use_months_max: Option<Count>,
}

/// Other support on the same cost.
#[derive(Debug, Clone, Serialize)]
pub struct Stacking {
    /// True where any other public aid on the same cost excludes this one.
    pub is_exclusive: bool,
    /// Ids of instruments which exclude this one on the same cost.
    pub not_with: Vec<String>,
    /// Ids of instruments which may be stacked although `is_exclusive`.
    pub allowed_with: Vec<String>,
    /// Caps on the whole aid as a share of the cost; the first that fits a line holds for it.
    pub total_rates: Vec<TotalRate>,
}

/// A cap on all aid together, as a share of the cost.
#[derive(Debug, Clone, Serialize)]
pub struct TotalRate {
    /// Where it holds.
    pub scope: Scope,
    /// The largest share.
    pub rate: Figure<Ppm>,
}

impl Cap {
    /// Returns the first day whose support counts against the cap on a date; `None` where all
    /// earlier support counts.
    ///
    /// A year is the calendar year unless the window says otherwise.
    #[must_use]
    pub fn counted_from(&self, date: Date) -> Option<Date> {
        match self.scope {
            CapScope::FirmYear => Some(year_start(date)),
            CapScope::Pool => self.per.and_then(|per| per.counted_from(date)),
            CapScope::GroupWindow => self.window.as_ref().map(|window| window.counted_from(date)),
            CapScope::Project | CapScope::Person | CapScope::Firm | CapScope::Once => None,
        }
    }
}

impl Quota {
    /// Returns the first day that counts on a date; `None` where all earlier days count.
    #[must_use]
    pub fn counted_from(&self, date: Date) -> Option<Date> {
        self.per.counted_from(date)
    }
}

impl Per {
    fn counted_from(self, date: Date) -> Option<Date> {
        match self {
            Self::Year => Some(year_start(date)),
            Self::Month => Some(date.first_of_month()),
            Self::Programme | Self::Batch => None,
        }
    }
}

impl Window {
    /// Returns the first day of the window that ends on a date.
    ///
    /// Three rolling years that end on 2026-03-01 begin on 2023-03-02. Three calendar years that
    /// start on 1 April and are looked at on 2026-03-01 begin on 2023-04-01.
    #[must_use]
    pub fn counted_from(&self, date: Date) -> Date {
        // Windows have at most 30 years, so the conversion holds; the calendar's start bounds the
        // rest.
        let years = i16::try_from(self.years).unwrap_or(i16::MAX);
        match self.kind {
            WindowKind::Rolling => {
                let year = date.year().saturating_sub(years);
                // 29 February is followed by 1 March in a year that has none.
                let same_day = Date::new(year, date.month(), date.day());
                let same_day = same_day.or_else(|_| Date::new(year, 2, 28)).unwrap_or(Date::MIN);
                same_day.tomorrow().unwrap_or(same_day)
            }
            WindowKind::Calendar => {
                let start = |year: i16| {
                    format!("{year:04}-{}", self.year_starts).parse().unwrap_or(Date::MIN)
                };
                let is_begun = start(date.year()) <= date;
                let current = if is_begun { date.year() } else { date.year().saturating_sub(1) };
                start(current.saturating_sub(years - 1))
            }
        }
    }
}

fn year_start(date: Date) -> Date {
    date.first_of_year()
}
