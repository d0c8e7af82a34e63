//! The calls and the rules they work by.

use crate::calendar::midnight;
use crate::model::{Call, Category, Instrument, Mode};
use base::{Amount, Time, Unit};

/// Fen of a yuan.
pub(crate) const YUAN: i64 = 100;

/// Makes an amount of fen.
pub(crate) fn cny(fen: i64) -> Amount {
    Amount::new(fen, Unit::CNY)
}

/// What the generator must know of a category of the round. Dates are the first and last day.
pub(crate) struct Terms {
    pub(crate) category: Category,
    pub(crate) call: &'static str,
    /// First part of the applications' keys.
    pub(crate) prefix: &'static str,
    /// What is awarded in all, in yuan. ASSUMPTION: the split of the 43 million is not published.
    pub(crate) total_yuan: i64,
    /// Whole cost for one part of support: 5 where the rate is 20 %.
    pub(crate) cost_per_support: i64,
    /// Least and most that an application declined for other reasons asks, in yuan.
    pub(crate) declined_yuan: (i64, i64),
    /// Least and most that one beyond the budget asks, in yuan.
    pub(crate) beyond_yuan: (i64, i64),
    pub(crate) reviews: (&'static str, &'static str),
    pub(crate) approvals: (&'static str, &'static str),
    pub(crate) refusals: (&'static str, &'static str),
}

/// The three categories of the round.
pub(crate) const ROUND: [Terms; 3] = [
    Terms {
        category: Category::ResearchAndDevelopment,
        call: "HT-2019-RD",
        prefix: "RD",
        total_yuan: 26_600_000,
        cost_per_support: 5,
        declined_yuan: (150_000, 600_000),
        beyond_yuan: (1_050_000, 1_600_000),
        reviews: ("2019-03-18", "2019-04-12"),
        approvals: ("2019-04-15", "2019-07-26"),
        refusals: ("2019-08-05", "2019-08-09"),
    },
    Terms {
        category: Category::Office,
        call: "HT-2019-OFFICE",
        prefix: "OF",
        total_yuan: 8_900_000,
        cost_per_support: 2,
        declined_yuan: (80_000, 250_000),
        beyond_yuan: (330_000, 420_000),
        reviews: ("2019-04-15", "2019-05-17"),
        approvals: ("2019-05-20", "2019-08-23"),
        refusals: ("2019-09-02", "2019-09-06"),
    },
    Terms {
        category: Category::Cloud,
        call: "HT-2019-CLOUD",
        prefix: "CL",
        total_yuan: 7_500_000,
        cost_per_support: 2,
        declined_yuan: (120_000, 280_000),
        beyond_yuan: (350_000, 460_000),
        reviews: ("2019-06-03", "2019-06-28"),
        approvals: ("2019-07-01", "2019-09-20"),
        refusals: ("2019-09-23", "2019-09-24"),
    },
];

/// Code of the later call, apart from the round.
pub(crate) const VOUCHER_CALL: &str = "HT-2020-COMPUTE";

/// Returns a call by its code.
///
/// # Panics
/// Where there is none: codes come from this file.
pub(crate) fn call(code: &str) -> Call {
    calls().into_iter().find(|call| call.code == code).expect("every code is in the list below")
}

/// Makes the calls. They open at 9 in the morning and close at midnight in Hangzhou.
pub(crate) fn calls() -> Vec<Call> {
    let from = |date| midnight(date).plus_seconds(3_600);
    let until = |date| midnight(date).plus_seconds(16 * 3_600);
    let call = |code, instrument, titles: [&'static str; 2], category, mode| Call {
        code,
        instrument,
        title_en: titles[0],
        title_zh: titles[1],
        category,
        mode,
        budget: cny(budget_yuan(category) * YUAN),
        opens_at: from(dates(category).0),
        closes_at: until(dates(category).1),
        reviews_least: 2,
    };
    vec![
        call(
            "HT-2019-RD",
            "demo-hz-town-2019-rd",
            ["R&D funds 2019", "2019年研发资助"],
            Category::ResearchAndDevelopment,
            Mode::Sealed,
        ),
        call(
            "HT-2019-OFFICE",
            "demo-hz-town-2019-office",
            ["Office-fee subsidies 2019", "2019年办公用房补贴"],
            Category::Office,
            Mode::Open,
        ),
        call(
            "HT-2019-CLOUD",
            "demo-hz-town-2019-cloud",
            ["Cloud-service funds 2019", "2019年云服务资助"],
            Category::Cloud,
            Mode::Rolling,
        ),
        call(
            VOUCHER_CALL,
            "demo-hz-town-compute-voucher",
            ["Compute voucher pilot", "算力券试点"],
            Category::Voucher,
            Mode::Rolling,
        ),
    ]
}

/// Returns what a call may award, in yuan; made up, a little more than is awarded.
fn budget_yuan(category: Category) -> i64 {
    match category {
        Category::ResearchAndDevelopment => 27_500_000,
        Category::Office => 9_200_000,
        Category::Cloud => 7_800_000,
        Category::Voucher => 3_000_000,
    }
}

/// Returns the first and last day of a call; all are working days.
fn dates(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::ResearchAndDevelopment => ("2019-01-14", "2019-03-15"),
        Category::Office => ("2019-02-18", "2019-04-12"),
        Category::Cloud => ("2019-03-11", "2019-05-31"),
        Category::Voucher => ("2020-10-06", "2021-03-31"),
    }
}

/// Returns the last day on which applications to a call come in.
pub(crate) fn last_application(call: &Call) -> Time {
    call.closes_at.plus_seconds(-16 * 3_600)
}

/// Makes the instruments.
pub(crate) fn instruments() -> Vec<Instrument> {
    vec![
        Instrument {
            id: "demo-hz-town-2019-rd",
            path: "rules/demo/hz-town-2019-rd.toml",
            text: include_str!("../../../rules/demo/hz-town-2019-rd.toml"),
        },
        Instrument {
            id: "demo-hz-town-2019-office",
            path: "rules/demo/hz-town-2019-office.toml",
            text: include_str!("../../../rules/demo/hz-town-2019-office.toml"),
        },
        Instrument {
            id: "demo-hz-town-2019-cloud",
            path: "rules/demo/hz-town-2019-cloud.toml",
            text: include_str!("../../../rules/demo/hz-town-2019-cloud.toml"),
        },
        Instrument {
            id: "demo-hz-town-compute-voucher",
            path: "rules/demo/hz-town-compute-voucher.toml",
            text: include_str!("../../../rules/demo/hz-town-compute-voucher.toml"),
        },
    ]
}
