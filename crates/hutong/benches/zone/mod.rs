//! A zone with 100,000 awards of ten years: the demonstration's, multiplied, in SQLite.
//!
//! The demonstration gives rules, calls, applications with their evaluations, and people. Awards
//! are made from its applications with other beneficiaries, amounts, suppliers and days; money
//! moves through the ledger's own operations, rows of the round are inserted, and
//! `hutong admin check` passes. Left out to save time: papers, reviews, the facts kept
//! with a vote, and most events and audit lines.

mod awards;
mod organisations;

use app::{App, Config};
use base::{FixedClock, Random, Time};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Awards beside those of the demonstration.
pub(crate) const AWARDS: usize = 100_000;
/// Organisations beside those of the demonstration.
const ORGANISATIONS: usize = 20_000;
/// First and last year of awards.
pub(crate) const YEARS: (i16, i16) = (2016, 2025);
/// Categories of the calls that are added.
pub(crate) const CATEGORIES: [&str; 8] = [
    "Research grants",
    "Compute vouchers",
    "Model vouchers",
    "Talent support",
    "Data acquisition",
    "Pilot projects",
    "Rent subsidies",
    "Loan interest",
];
/// Middle words of the organisations' names.
pub(crate) const TRADES: [&str; 20] = [
    "Robotics",
    "Vision",
    "Speech",
    "Genomics",
    "Logistics",
    "Sensors",
    "Chips",
    "Translation",
    "Mobility",
    "Energy",
    "Finance",
    "Education",
    "Health",
    "Optics",
    "Drones",
    "Materials",
    "Security",
    "Retail",
    "Farming",
    "Media",
];
/// First words of the organisations' names.
pub(crate) const PLACES: [&str; 25] = [
    "Qiantang",
    "Xihu",
    "Binjiang",
    "Yuhang",
    "Xiaoshan",
    "Linan",
    "Fuyang",
    "Tonglu",
    "Jiande",
    "Chunan",
    "Gongshu",
    "Shangcheng",
    "Linping",
    "Liangzhu",
    "Xixi",
    "Wulin",
    "Lingyin",
    "Longjing",
    "Hupao",
    "Manlong",
    "Baopu",
    "Chaoshan",
    "Tianmu",
    "Daming",
    "Jingshan",
];

/// Builds the zone in an empty folder. Takes about half a minute on a quiet machine.
pub(crate) fn build(folder: &Path) {
    demonstration(folder);
    let clock = Arc::new(FixedClock::at(new_year(YEARS.0)));
    let config = Config { data: folder.to_owned(), database: None };
    let app = App::open_with(&config, clock.clone(), Arc::new(Random::seeded(3)));
    let app = app.expect("the demonstration made the zone");
    let random = Random::seeded(4);
    let parties = organisations::enter(app.db(), &random);
    awards::make(app.db(), &clock, &random, parties);
    app.close();
}

fn demonstration(folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hutong"));
    command.args(["demo", "--exit", "--json", "--data"]).arg(folder).env_remove("HUTONG_DATABASE");
    let status = command.stdout(Stdio::null()).status().expect("the binary was built");
    assert!(status.success(), "the demonstration failed");
}

fn new_year(year: i16) -> Time {
    Time::from_date(base::Date::new(year, 1, 1).expect("a year of this bench"))
}

/// Draws from `0..bound`.
fn below(random: &Random, bound: usize) -> usize {
    let bound = u64::try_from(bound).expect("a bound of this bench fits");
    usize::try_from(random.below(bound)).expect("below the bound")
}

/// Draws from `0..bound`, the small ones far more often: the product of three even draws.
fn heavy(random: &Random, bound: usize) -> usize {
    let draw = || below(random, bound) + 1;
    draw() * draw() / bound * draw() / (bound + 1)
}
