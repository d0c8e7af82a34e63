//! Puts the plan together.

use crate::applications::Maker;
use crate::calendar::day;
use crate::calls::{calls, instruments};
use crate::groups::Groups;
use crate::model::{Application, BankAccount, Organisation, Outcome, Plan};
use crate::organisations::{firms, organisations, ownership};
use crate::people::people;
use base::Random;
use std::collections::BTreeSet;

/// English name of the zone.
pub const ZONE_EN: &str = "Hangzhou AI Town 2019";
/// Chinese name of the zone.
pub const ZONE_ZH: &str = "杭州人工智能小镇 2019";
/// The seed of the demonstration that everybody sees unless they ask for another.
pub const SEED: u64 = 2019;
/// The bank that keeps every account.
const BANK: &str = "Demonstration Bank (synthetic)";

/// Makes the plan of the demonstration. Equal seeds give equal plans; every seed keeps the
/// published figures, which [`Plan::expected`] computes from the plan.
#[must_use]
pub fn plan(seed: u64) -> Plan {
    let random = Random::seeded(seed);
    let organisations = organisations(&random);
    let ownership = ownership();
    let groups = Groups::of(&ownership, day("2019-12-31"));
    let firms = firms();
    let mut maker = Maker {
        random: &random,
        groups: &groups,
        organisations: &organisations,
        firms: &firms,
        invoices: 0,
    };
    let mut applications = maker.round();
    applications.extend(maker.pilots());
    let people = people(&organisations, &applications);
    let bank_accounts = bank_accounts(&organisations, &applications);
    Plan {
        seed,
        organisations,
        ownership,
        people,
        instruments: instruments(),
        calls: calls(),
        applications,
        bank_accounts,
    }
}

fn bank_accounts(organisations: &[Organisation], applications: &[Application]) -> Vec<BankAccount> {
    let is_funded = |a: &&Application| matches!(a.outcome, Outcome::Approve { .. });
    let funded: BTreeSet<&str> =
        applications.iter().filter(is_funded).map(|a| a.organisation).collect();
    let owners = organisations.iter().filter(|o| funded.contains(o.key));
    (101_u32..)
        .zip(owners)
        .map(|(number, organisation)| BankAccount {
            organisation: organisation.key,
            number: format!("DEMO-{number:06}"),
            holder: organisation.name_zh.clone(),
            bank: BANK,
        })
        .collect()
}
