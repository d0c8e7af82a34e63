//! Jobs with their money: what one would cost, taking it, settling it.
//!
//! A job is paid from at most one voucher, as much as its rule gives, and for the rest from the
//! organisation's own money, which it has paid in before. One voucher, because most rules forbid to
//! add another support to the same cost. Both parts are held in the commit that takes the job, and
//! settled to the supplier in the commit in which it is over.
//!
//! Must never: start a job whose money is not held, or settle one twice. Start reading at
//! [`job_submit`], then at [`job_step`].

mod deposit;
mod error;

pub use deposit::{deposit_add, deposit_left};
pub use error::{JobError, JobRefused, Missing};

use base::{Amount, Time};
use compute::{Effect, Event, Job, JobId, NewJob, Quote, Ticked};
use db::{Read, Tx};
use deposit::deposit_account;
use grants::{AwardId, NewSpend, account_of};
use identity::{Actor, OrganisationId, PersonId};
use ledger::{AccountKind, HoldCommand, HoldId, ReleaseCommand, SettleCommand};

/// A job as it is asked for. The caller has tested that the person may spend for the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobAsked {
    /// Who pays.
    pub organisation: OrganisationId,
    /// The group that it is counted to when turns are given.
    pub group: OrganisationId,
    /// Who submits it.
    pub person: PersonId,
    /// The flavor's code.
    pub flavor: String,
    /// Seconds that it may run in all its attempts.
    pub seconds: u64,
    /// The version of the price that it was quoted; `None` for the present one.
    pub version: Option<u32>,
    /// Attempts.
    pub attempts: u32,
    /// The voucher that pays a part; `None` for own money alone.
    pub award: Option<AwardId>,
    /// What is to run, as JSON.
    pub spec: String,
    /// Its secrets, sealed.
    pub secrets: Option<Vec<u8>>,
}

/// What a job would cost, and from where it would be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobQuote {
    /// The bound, with the version of the price.
    pub quote: Quote,
    /// Own money that is free now.
    pub own_left: Amount,
}

/// How a job's money was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funding {
    /// What the voucher holds.
    pub voucher: Amount,
    /// What is held of the organisation's own money.
    pub own: Amount,
}

/// Tells what a job would cost at most, without holding anything.
///
/// # Errors
/// What [`compute::quote`] refuses.
pub fn job_quote(
    read: &Read<'_>,
    organisation: OrganisationId,
    (flavor, seconds, version): (&str, u64, Option<u32>),
    now: Time,
) -> Result<JobQuote, JobError> {
    let flavor = compute::flavor_find(read, flavor)?;
    let quote = compute::quote(read, flavor, (seconds, version), now)?;
    let own_left = deposit_left(read, organisation, quote.bound.unit)?;
    Ok(JobQuote { quote, own_left })
}

/// Takes a job and holds its bound, in one commit.
///
/// # Errors
/// What [`compute::quote`] and [`grants::spend_hold`] refuse, a voucher of another organisation,
/// and [`JobRefused::MoneyMissing`].
pub fn job_submit(tx: &mut Tx<'_>, asked: &JobAsked) -> Result<(Job, Funding), JobError> {
    let now = tx.now();
    let priced = (asked.flavor.as_str(), asked.seconds, asked.version);
    let JobQuote { quote, own_left } = job_quote(tx, asked.organisation, priced, now)?;
    let supplier = compute::pool_read(tx, quote.flavor.pool)?.made.supplier;
    let job = compute::job_take(
        tx,
        &NewJob {
            organisation: asked.organisation,
            group: asked.group,
            person: asked.person,
            quote,
            spec: asked.spec.clone(),
            secrets: asked.secrets.clone(),
            attempts: asked.attempts,
        },
    )?;
    let voucher = voucher_hold(tx, asked, &job, supplier)?;
    let own = Amount::new(job.bound.minor - voucher.minor, job.bound.unit);
    if own.minor > own_left.minor {
        let missing = Amount::new(own.minor - own_left.minor, own.unit);
        let missing = Missing { bound: job.bound, voucher, own_left, missing };
        return Err(JobRefused::MoneyMissing(Box::new(missing)).into());
    }
    if own.minor > 0 {
        own_hold(tx, &job, own, supplier)?;
    }
    Ok((job, Funding { voucher, own }))
}

/// Lets something happen to a job; in the commit in which it is over its money is settled.
///
/// # Errors
/// An unknown job, and failures of the database.
pub fn job_step(tx: &mut Tx<'_>, id: JobId, event: &Event) -> Result<Ticked, JobError> {
    let ticked = compute::job_tick(tx, id, event)?;
    let is_over = ticked.effects.iter().any(|effect| matches!(effect, Effect::Settle(_)));
    if is_over {
        settle(tx, &ticked.job)?;
    }
    Ok(ticked)
}

/// The name of a job's money in the books: there is one part of each kind at most.
fn key_of(job: &Job) -> String {
    format!("job:{}", job.id)
}

fn own_key(job: &Job) -> String {
    format!("job:{}:own", job.id)
}

fn voucher_hold(
    tx: &mut Tx<'_>,
    asked: &JobAsked,
    job: &Job,
    supplier: OrganisationId,
) -> Result<Amount, JobError> {
    let nothing = Amount::zero(job.bound.unit);
    let Some(award) = asked.award.filter(|_| job.bound.minor > 0) else { return Ok(nothing) };
    if grants::award_read(tx, award)?.organisation != asked.organisation {
        return Err(JobRefused::AwardOfOthers(award).into());
    }
    let new = NewSpend {
        key: key_of(job),
        award,
        supplier,
        cost: None,
        what: None,
        bill: job.bound,
        at_most: None,
    };
    Ok(grants::spend_hold(tx, Actor::Person(asked.person), &new)?.held)
}

fn own_hold(
    tx: &mut Tx<'_>,
    job: &Job,
    own: Amount,
    supplier: OrganisationId,
) -> Result<(), JobError> {
    let debit = deposit_account(tx, job.organisation, own.unit)?;
    let command = HoldCommand {
        key: own_key(job),
        debit,
        credit: account_of(tx, supplier.0, AccountKind::Supplier, own.unit)?,
        amount: own,
        reference: key_of(job),
        // The job's own end releases it, however late its backend tells.
        expires_at: None,
    };
    ledger::hold_place(tx, command)?;
    Ok(())
}

/// Finds what is held of an organisation's own money for a job.
fn own_held(read: &Read<'_>, job: &Job) -> Result<Option<HoldId>, JobError> {
    let found = ledger::transfer_by_key(read, &own_key(job))?;
    Ok(found.and_then(|transfer| transfer.hold_placed()))
}

/// Pays the supplier what the job did cost, from both parts, and gives the rest back.
fn settle(tx: &mut Tx<'_>, job: &Job) -> Result<(), JobError> {
    let cost = job.cost.unwrap_or(job.bound);
    let voucher = match grants::spend_settle(tx, Actor::System, &key_of(job), cost) {
        Ok(spend) => spend.settled.minor,
        Err(grants::Error::Refused(grants::Refused::SpendUnknown(_))) => 0,
        Err(error) => return Err(error.into()),
    };
    let Some(hold) = own_held(tx, job)? else { return Ok(()) };
    // With `held * cost / bound` rounded down from the voucher, what is left of the cost never
    // exceeds the own part: `cost - floor(v * cost / b) <= b - v` for `cost <= b`.
    let own = Amount::new(cost.minor - voucher, cost.unit);
    let (key, reference) = (own_key(job), key_of(job));
    if own.minor > 0 {
        let (key, reference) = (format!("{key}:settle"), reference.clone());
        let command = SettleCommand { key, hold, amount: own, to: None, reference };
        ledger::hold_settle(tx, command)?;
    }
    if ledger::hold_get(tx, hold)?.remaining > 0 {
        let key = format!("{key}:release");
        ledger::hold_release(tx, ReleaseCommand { key, hold, reference })?;
    }
    Ok(())
}
