//! Calls, and awards with their votes, holds, claims and payments.

use super::organisations::Parties;
use super::{AWARDS, CATEGORIES, YEARS, below, heavy, new_year};
use base::{Amount, FixedClock, Id, Page, Random, Time, Unit};
use db::{Db, Tx, params};
use grants::{Call, Error, NewCall};
use identity::Actor;
use ledger::{
    AccountId, AccountKind, HoldCommand, HoldId, Limit, Opening, PostCommand, ReleaseCommand,
    SettleCommand,
};
use std::sync::Arc;

/// Awards made in one write.
const AT_ONCE: usize = 1_000;
/// What each call may spend: more than its awards can come to.
const BUDGET: Amount = Amount::new(1_000_000_000_000, Unit::CNY);

/// What all awards are made from.
struct Source {
    parties: Parties,
    /// Calls by year, then by category, each with the application that serves as its pattern.
    calls: Vec<Vec<(Call, Pattern)>>,
    /// Two officers.
    officers: Vec<Id>,
    /// The account from which the bank pays.
    bank: AccountId,
}

/// An awarded application of the demonstration.
#[derive(Clone)]
struct Pattern {
    application: Id,
    instrument_code: String,
}

/// One award before it is made.
struct Draw {
    number: usize,
    year: usize,
    category: usize,
    party: usize,
    amount: i64,
    suppliers: Vec<Id>,
    at: Time,
}

impl Draw {
    /// What is claimed and paid: half of them are paid whole, one in ten half, the rest not yet.
    fn paid(&self) -> i64 {
        match self.number % 10 {
            0..5 => self.amount,
            5 => self.amount / 2,
            _ => 0,
        }
    }

    /// One in ten gave everything back.
    fn released(&self) -> i64 {
        if self.number % 10 == 9 { self.amount } else { 0 }
    }
}

/// Makes all awards, year by year.
pub(super) fn make(db: &Db, clock: &FixedClock, random: &Random, parties: Parties) {
    let source = Arc::new(source(db, clock, parties));
    let mut made = 0;
    for start in (0..AWARDS).step_by(AT_ONCE) {
        let draws: Vec<Draw> =
            (start..start + AT_ONCE).map(|number| draw(random, &source.parties, number)).collect();
        clock.set(draws[0].at);
        let source = source.clone();
        let written = db.write(move |tx| batch_write(tx, &source, &draws));
        written.wait().expect("the awards are sound");
        made += AT_ONCE;
    }
    assert_eq!(made, AWARDS, "the awards come in whole batches");
}

fn source(db: &Db, clock: &FixedClock, parties: Parties) -> Source {
    let patterns = db.read(patterns).expect("the demonstration's awards");
    let officers = db.read(officers).expect("the demonstration's officers");
    let mut calls = Vec::new();
    for year in YEARS.0..=YEARS.1 {
        clock.set(new_year(year));
        let patterns = patterns.clone();
        let written = db.write(move |tx| {
            let of_category = |(number, category): (usize, &&str)| {
                let (pattern, model) = &patterns[number % patterns.len()];
                call_write(tx, model, year, number, category).map(|call| (call, pattern.clone()))
            };
            CATEGORIES.iter().enumerate().map(of_category).collect::<Result<Vec<_>, Error>>()
        });
        calls.push(written.wait().expect("the calls are sound"));
    }
    let opening = Opening {
        kind: AccountKind::Bank,
        unit: Unit::CNY,
        holder: None,
        name: "Bank of the bench".to_owned(),
        limit: Limit::Unlimited,
    };
    let bank = db.write(move |tx| ledger::account_open(tx, &opening)).wait().expect("opens");
    Source { parties, calls, officers, bank }
}

/// Reads one awarded application of each call, with the call.
fn patterns(read: &db::Read<'_>) -> Result<Vec<(Pattern, Call)>, Error> {
    let mut found = Vec::new();
    for call in grants::calls_list(read, &Page::first(base::PAGE_ROWS_MAX))? {
        let row = read.row(
            "SELECT application_id, instrument_code FROM award
             WHERE call_id = ?1 AND unit = 'CNY' ORDER BY id",
            params![&call.id.0],
            |row| Ok(Pattern { application: row.id(0)?, instrument_code: row.get(1)? }),
        )?;
        found.extend(row.map(|pattern| (pattern, call)));
    }
    Ok(found)
}

fn officers(read: &db::Read<'_>) -> Result<Vec<Id>, db::Error> {
    let sql = "SELECT person_id FROM person_role WHERE role = 'Officer' ORDER BY person_id LIMIT 2";
    read.rows(sql, params![], |row| row.id(0))
}

fn call_write(
    tx: &mut Tx<'_>,
    model: &Call,
    year: i16,
    number: usize,
    category: &str,
) -> Result<Call, Error> {
    let new = NewCall {
        code: format!("bench-{year}-{number}"),
        instrument: model.instrument,
        title_en: format!("{category} {year}"),
        title_zh: format!("{}（{year}）", model.title_zh),
        category: category.to_owned(),
        mode: model.mode,
        budget: BUDGET,
        opens_at: new_year(year),
        closes_at: Some(new_year(year + 1)),
        reviews_least: 0,
        is_synthetic: true,
    };
    grants::call_create(tx, Actor::System, &new)
}

fn draw(random: &Random, parties: &Parties, number: usize) -> Draw {
    let years = usize::try_from(YEARS.1 - YEARS.0 + 1).expect("some years");
    let per_year = AWARDS / years;
    let year = number / per_year;
    let first = new_year(YEARS.0 + i16::try_from(year).expect("a few years"));
    let step = 365 * 86_400_000 / i64::try_from(per_year).expect("fits");
    let place = i64::try_from(number % per_year).expect("fits");
    let count = 1 + below(random, 2);
    let mut suppliers: Vec<Id> =
        (0..count).map(|_| parties.suppliers[heavy(random, parties.suppliers.len())]).collect();
    suppliers.dedup();
    Draw {
        number,
        year,
        category: below(random, CATEGORIES.len()),
        party: heavy(random, parties.beneficiaries.len()),
        // 5,000.00 CNY to 2,000,000.00 CNY, small ones more often.
        amount: 500_000 + i64::try_from(heavy(random, 199_500_000)).expect("fits"),
        suppliers,
        at: Time::from_millis(first.millis() + place * step),
    }
}

fn batch_write(tx: &mut Tx<'_>, source: &Source, draws: &[Draw]) -> Result<(), Error> {
    let batch: Id = tx.id();
    let paid: Vec<i64> = draws.iter().map(Draw::paid).filter(|minor| *minor > 0).collect();
    tx.exec(
        "INSERT INTO payment_batch (id, unit, payments, total_minor, made_by, made_at)
         VALUES (?1, 'CNY', ?2, ?3, ?4, ?5)",
        params![
            &batch,
            i64::try_from(paid.len()).expect("fits"),
            paid.iter().sum::<i64>(),
            &source.officers[0],
            draws[0].at
        ],
    )?;
    for draw in draws {
        let application = application_write(tx, source, draw)?;
        award_write(tx, source, draw, &application, &batch)?;
    }
    identity::audit(tx, Actor::System, "payment-batch.made", &batch, &())?;
    Ok(())
}

/// Writes an application as the pattern's, with its cost lines, two votes and an event.
fn application_write(tx: &mut Tx<'_>, source: &Source, draw: &Draw) -> Result<Id, Error> {
    let id: Id = tx.id();
    let (call, pattern) = &source.calls[draw.year][draw.category];
    let number = i64::try_from(draw.number + 1).expect("fits");
    tx.exec(
        "INSERT INTO application (id, call_id, number, organisation_id, title_en, title_zh, summary,
            subject, state, round, declared, requested_minor, evaluation, created_by, created_at,
            submitted_at, decided_at)
         SELECT ?1, ?2, ?3, ?4, title_en || ?5, title_zh || ?5, summary, subject, 'Awarded', 1,
            declared, ?6, evaluation, created_by, ?7, ?7, ?7
         FROM application WHERE id = ?8",
        params![
            &id,
            &call.id.0,
            number,
            &source.parties.beneficiaries[draw.party].0,
            format!(" {number}"),
            draw.amount,
            draw.at,
            &pattern.application
        ],
    )?;
    for (position, supplier) in (1_i64..).zip(&draw.suppliers) {
        tx.exec(
            "INSERT INTO cost_line (application_id, position, amount_minor, supplier_id)
             VALUES (?1, ?2, ?3, ?4)",
            params![&id, position, draw.amount * 2, supplier],
        )?;
    }
    for (position, officer) in (1_i64..).zip(&source.officers) {
        tx.exec(
            "INSERT INTO vote (application_id, round, position, officer_id, verdict, amount_minor,
                reason, shown, shown_sha256, at)
             VALUES (?1, 1, ?2, ?3, 'Approve', ?4, 'sound', '{}', '', ?5)",
            params![&id, position, officer, draw.amount, draw.at],
        )?;
    }
    let event: Id = tx.id();
    tx.exec(
        "INSERT INTO event (id, at, application_id, kind, detail)
         VALUES (?1, ?2, ?3, 'AwardMade', '{}')",
        params![&event, draw.at, &id],
    )?;
    Ok(id)
}

fn award_write(
    tx: &mut Tx<'_>,
    source: &Source,
    draw: &Draw,
    application: &Id,
    batch: &Id,
) -> Result<(), Error> {
    let id: Id = tx.id();
    let hold = hold_write(tx, source, draw, &id)?;
    let (call, pattern) = &source.calls[draw.year][draw.category];
    let (paid, released) = (draw.paid(), draw.released());
    let state = if paid + released == draw.amount { "Closed" } else { "Active" };
    tx.exec(
        "INSERT INTO award (id, application_id, call_id, instrument_code, category, organisation_id,
            amount_minor, unit, settled_minor, paid_minor, released_minor, hold_id, state,
            awarded_at, is_synthetic)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'CNY', ?8, ?8, ?9, ?10, ?11, ?12, 1)",
        params![
            &id,
            application,
            &call.id.0,
            &pattern.instrument_code,
            CATEGORIES[draw.category],
            &source.parties.beneficiaries[draw.party].0,
            draw.amount,
            paid,
            released,
            &hold.0,
            state,
            draw.at
        ],
    )?;
    for supplier in &draw.suppliers {
        tx.exec(
            "INSERT INTO award_supplier (award_id, supplier_id) VALUES (?1, ?2)
             ON CONFLICT DO NOTHING",
            params![&id, supplier],
        )?;
    }
    if paid > 0 {
        payment_write(tx, source, draw, &id, batch)?;
    }
    Ok(())
}

/// Holds the money of an award, and settles and pays it, or gives it back, as drawn.
fn hold_write(tx: &mut Tx<'_>, source: &Source, draw: &Draw, award: &Id) -> Result<HoldId, Error> {
    let account = source.parties.beneficiaries[draw.party].1;
    let reference = format!("award:{award}");
    let receipt = ledger::hold_place(
        tx,
        HoldCommand {
            key: format!("award:{award}:hold"),
            debit: source.calls[draw.year][draw.category].0.budget_account,
            credit: account,
            amount: Amount::new(draw.amount, Unit::CNY),
            reference: reference.clone(),
            expires_at: None,
        },
    )?;
    let hold = receipt.transfer.hold_placed().expect("a hold was placed");
    if draw.released() > 0 {
        let key = format!("award:{award}:release");
        ledger::hold_release(tx, ReleaseCommand { key, hold, reference: reference.clone() })?;
    }
    let amount = Amount::new(draw.paid(), Unit::CNY);
    if amount.minor > 0 {
        let key = format!("award:{award}:settle");
        let settle = SettleCommand { key, hold, amount, to: None, reference: reference.clone() };
        ledger::hold_settle(tx, settle)?;
        let key = format!("award:{award}:paid");
        let post = PostCommand { key, debit: account, credit: source.bank, amount, reference };
        ledger::post(tx, post)?;
    }
    Ok(hold)
}

/// Writes the claim and the payment of what was settled.
fn payment_write(
    tx: &mut Tx<'_>,
    source: &Source,
    draw: &Draw,
    award: &Id,
    batch: &Id,
) -> Result<(), Error> {
    let (claim, payment): (Id, Id) = (tx.id(), tx.id());
    let (payee, officer) = (&source.parties.beneficiaries[draw.party].0, &source.officers[0]);
    let invoice = format!("B{}", draw.number);
    tx.exec(
        "INSERT INTO claim (id, award_id, supplier_id, invoice_number, invoice_key, invoice_date,
            invoice_minor, asked_minor, settled_minor, state, submitted_by, submitted_at,
            verified_by, verified_at, reason)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?7, 'Paid', ?8, ?9, ?8, ?9, '')",
        params![
            &claim,
            award,
            &draw.suppliers[0],
            invoice,
            draw.at.date(),
            draw.amount * 2,
            draw.paid(),
            officer,
            draw.at
        ],
    )?;
    tx.exec(
        "INSERT INTO payment (id, claim_id, award_id, payee_id, amount_minor, unit, state, batch_id,
            due_at, paid_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'CNY', 'Paid', ?6, ?7, ?7)",
        params![&payment, &claim, award, payee, draw.paid(), batch, draw.at],
    )?;
    Ok(())
}
