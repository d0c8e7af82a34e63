//! Organisations, who owns them, and the accounts to which they are paid.

use super::{ORGANISATIONS, PLACES, TRADES, below};
use base::{Id, Random, Unit};
use db::{Db, Tx, params};
use ledger::{AccountId, AccountKind, Limit, Opening};
use std::sync::Arc;

/// Organisations entered in one write.
const AT_ONCE: usize = 2_000;
/// One in so many is a natural person who owns others.
const PERSON_EVERY: usize = 40;
/// Suppliers beside those of the demonstration.
const SUPPLIERS: usize = 2_000;

/// Who takes part.
pub(super) struct Parties {
    /// Who may receive an award, with the account.
    pub(super) beneficiaries: Vec<(Id, AccountId)>,
    /// Who may supply a project; the demonstration's first.
    pub(super) suppliers: Vec<Id>,
}

/// One organisation before it is entered.
struct Entry {
    id: Id,
    number: usize,
    name: String,
    owner: Option<(Id, i64)>,
}

impl Entry {
    fn is_person(&self) -> bool {
        self.number.is_multiple_of(PERSON_EVERY)
    }
}

/// Enters all organisations and opens an account for each that may receive.
pub(super) fn enter(db: &Db, random: &Random) -> Parties {
    let known = db.read(identity::organisations_all).expect("the demonstration's organisations");
    let mut suppliers: Vec<Id> = known.iter().map(|one| one.id.0).collect();
    let entries = Arc::new(drawn(random));
    let mut beneficiaries = Vec::with_capacity(ORGANISATIONS);
    for start in (0..ORGANISATIONS).step_by(AT_ONCE) {
        let entries = entries.clone();
        let written = db.write(move |tx| -> Result<Vec<(Id, AccountId)>, ledger::Error> {
            let group = &entries[start..(start + AT_ONCE).min(ORGANISATIONS)];
            group.iter().try_for_each(|entry| organisation_write(tx, entry))?;
            let firms = group.iter().filter(|entry| !entry.is_person());
            firms.map(|entry| Ok((entry.id, account_open(tx, entry)?))).collect()
        });
        beneficiaries.extend(written.wait().expect("the organisations are sound"));
    }
    let firms = beneficiaries.iter().rev().step_by(7).map(|(id, _)| *id);
    suppliers.extend(firms.take(SUPPLIERS));
    Parties { beneficiaries, suppliers }
}

/// Draws names and owners: three in five belong to an earlier one, which makes a few
/// large groups and many small ones.
fn drawn(random: &Random) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(ORGANISATIONS);
    for number in 0..ORGANISATIONS {
        let place = PLACES[below(random, PLACES.len())];
        let trade = TRADES[below(random, TRADES.len())];
        let is_owned = number > 0 && !number.is_multiple_of(PERSON_EVERY) && below(random, 5) < 3;
        let owner = is_owned.then(|| {
            let share = 510_000 + i64::try_from(below(random, 490_001)).expect("fits");
            (entries[below(random, number)].id, share)
        });
        let id = random.id(super::new_year(super::YEARS.0));
        entries.push(Entry { id, number, name: format!("{place} {trade} {number}"), owner });
    }
    entries
}

fn organisation_write(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), db::Error> {
    let now = tx.now();
    let kind = if entry.is_person() { "NaturalPerson" } else { "Company" };
    let (name_en, name_zh) =
        (format!("{} Co., Ltd.", entry.name), format!("第{}公司", entry.number));
    tx.exec(
        "INSERT INTO organisation (id, kind, name_en, name_zh, name_pinyin, size_class, region,
            registered_on, is_synthetic, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'Small', 'Hangzhou, CN', '2014-05-01', 1, ?6)",
        params![&entry.id, kind, name_en, name_zh, &entry.name, now],
    )?;
    tx.exec(
        "INSERT INTO organisation_identifier (scheme, value, organisation_id)
         VALUES ('CN-USCI', ?1, ?2)",
        params![format!("BENCH{:013}", entry.number), &entry.id],
    )?;
    let Some((owner, share)) = &entry.owner else { return Ok(()) };
    let id: Id = tx.id();
    tx.exec(
        "INSERT INTO ownership (id, owner_id, owned_id, kind, share_ppm, valid_from, grade, source,
            stated_at)
         VALUES (?1, ?2, ?3, 'Shares', ?4, '2014-05-01', 'Register', 'made up to measure', ?5)",
        params![&id, owner, &entry.id, *share, now],
    )
    .map(|_| ())
}

fn account_open(tx: &mut Tx<'_>, entry: &Entry) -> Result<AccountId, ledger::Error> {
    let opening = Opening {
        kind: AccountKind::Beneficiary,
        unit: Unit::CNY,
        holder: Some(entry.id),
        name: "Beneficiary CNY".to_owned(),
        limit: Limit::DebitsWithinCredits,
    };
    ledger::account_open(tx, &opening)
}
