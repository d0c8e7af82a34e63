//! What must hold between an award, its hold, its votes, its claims and its payments.

use crate::{
    Award, AwardFilter, AwardId, AwardState, ClaimState, Error, PaymentState, Verdict, awards_each,
    store,
};
use db::Read;
use ledger::HoldState;

/// The first award that does not agree with what belongs to it.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Two figures differ.
    #[error("award `{award}`: {what}")]
    Broken {
        /// The award.
        award: AwardId,
        /// What differs, with its numbers.
        what: String,
    },
    /// Something could not be read.
    #[error("an award cannot be read")]
    Read(#[from] Error),
    /// Something could not be read.
    #[error("the database cannot be read")]
    Db(#[from] db::Error),
}

/// Checks every award; returns how many there are.
pub fn check_invariants(read: &Read<'_>) -> Result<u64, CheckError> {
    let mut ids = Vec::new();
    awards_each(read, &AwardFilter::default(), |award| {
        ids.push(award.id);
        Ok(())
    })?;
    let mut count = 0;
    for id in ids {
        let Some(award) = store::award::find(read, id)? else { continue };
        if let Some(what) = award_broken(read, &award)? {
            return Err(CheckError::Broken { award: id, what });
        }
        count += 1;
    }
    Ok(count)
}

fn award_broken(read: &Read<'_>, award: &Award) -> Result<Option<String>, Error> {
    let hold = ledger::hold_get(read, award.hold)?;
    let claims = store::claim::of_award(read, award.id)?;
    let payments = store::payment::of_award(read, award.id)?;
    let spends = store::spend::of_award(read, award.id)?;
    let open = spends.iter().filter(|spend| spend.billed.is_none());
    let reserved: i64 = open.map(|spend| spend.held.minor).sum();
    // By its own ledger transfer each; the supplier's statement collects them into a claim later.
    let spent: i64 = spends.iter().map(|spend| spend.settled.minor).sum();
    let settled: i64 = claims.iter().map(|claim| claim.settled.minor).sum::<i64>() + spent;
    let due: i64 = payments.iter().map(|payment| payment.amount.minor).sum();
    let paid = payments.iter().filter(|payment| payment.state == PaymentState::Paid);
    let paid: i64 = paid.map(|payment| payment.amount.minor).sum();
    let unpaid = claims
        .iter()
        .filter(|claim| claim.state == ClaimState::Settled || claim.state == ClaimState::Paid)
        .count();
    let votes = store::review::votes(read, award.application, award.amount.unit)?;
    let last = votes.last().map_or(0, |vote| vote.round);
    let deciding: Vec<_> = votes.iter().filter(|vote| vote.round == last).collect();
    let is_decided = deciding.len() == 2
        && deciding[0].officer != deciding[1].officer
        && deciding.iter().all(|v| v.verdict == Verdict::Approve && v.amount == award.amount);
    let is_closed = award.state == AwardState::Closed;
    let pairs = [
        ("amount and hold", award.amount.minor, hold.amount.minor),
        ("settled and hold's settled", award.settled.minor, hold.settled),
        ("unsettled and hold's remaining", award.unsettled().minor, hold.remaining),
        ("reserved and open spends", award.reserved.minor, reserved),
        ("settled and what claims and spends settled", award.settled.minor, settled),
        ("settled and payments", award.settled.minor - spent, due),
        ("paid and payments paid", award.paid.minor, paid),
        ("payments and settled claims", count(payments.len()), count(unpaid)),
        ("closed and hold closed", i64::from(is_closed), i64::from(hold.state != HoldState::Open)),
        ("decided by two officers", i64::from(is_decided), 1),
    ];
    let differing = pairs.into_iter().find(|(_, ours, theirs)| ours != theirs);
    Ok(differing.map(|(what, ours, theirs)| format!("{what} differ: {ours} and {theirs}")))
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
