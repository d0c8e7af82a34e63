//! What must be true of the ledger at any instant, recomputed from its transfers.
//!
//! Every check reads one ordered stream, so that a ledger of any length fits the memory.

use crate::model::{AccountId, HoldId, HoldState, Limit, Standing, TransferId, TransferKind};
use crate::store::trails::{self, HoldTrail, Movement, ReversalTrail};
use base::{Time, Unit};
use db::Read;
use std::collections::BTreeMap;

/// The first invariant that does not hold, with where and by how much.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// What was given in a unit is not what was taken.
    #[error("{unit} does not sum to zero: {what} debits {debits}, credits {credits}")]
    UnitNotZero {
        /// The unit.
        unit: Unit,
        /// `posted` or `held`.
        what: &'static str,
        /// Sum over all accounts.
        debits: i128,
        /// Sum over all accounts.
        credits: i128,
    },
    /// A running total of an account is not the sum of its transfers or open holds.
    #[error("account `{account}` says {what} {kept}, its transfers say {computed}")]
    TotalWrong {
        /// The account.
        account: AccountId,
        /// Which total.
        what: &'static str,
        /// What the account says.
        kept: i64,
        /// What its transfers or holds say.
        computed: i128,
    },
    /// A transfer names an account that does not exist or is in another unit.
    #[error("transfer `{transfer}` names an account that does not exist or is in another unit")]
    TransferStray {
        /// The transfer.
        transfer: TransferId,
    },
    /// A line of a statement does not follow from the one before.
    #[error(
        "transfer `{transfer}` breaks the statement of account `{account}`: {what} is {kept}, expected {computed}"
    )]
    StatementBroken {
        /// The account.
        account: AccountId,
        /// The line.
        transfer: TransferId,
        /// Which figure.
        what: &'static str,
        /// What the line says.
        kept: i64,
        /// What follows from the line before.
        computed: i128,
    },
    /// An account went beyond its limit.
    #[error("account `{account}` is beyond its limit {limit} by {excess} minor units")]
    LimitExceeded {
        /// The account.
        account: AccountId,
        /// The limit.
        limit: Limit,
        /// By how much.
        excess: i128,
    },
    /// A closed account has a balance or holds.
    #[error("account `{account}` is closed but not empty: balance {balance}, held {held}")]
    ClosedNotEmpty {
        /// The account.
        account: AccountId,
        /// Its balance.
        balance: i64,
        /// What is held.
        held: i64,
    },
    /// What was settled, given back and remains is not what was reserved.
    #[error(
        "hold `{hold}` of {amount}: settled {settled}, given back {freed}, remaining {remaining}"
    )]
    HoldWrong {
        /// The hold.
        hold: HoldId,
        /// What its transfer reserved.
        amount: i128,
        /// Sum of its settlements.
        settled: i128,
        /// Sum of its release or expiry.
        freed: i128,
        /// What its row says remains.
        remaining: i128,
    },
    /// A settlement, release or expiry names no hold, or a hold has no row or no transfer.
    #[error("hold `{hold}` has transfers without a hold, or none at all")]
    HoldMissing {
        /// What is named.
        hold: HoldId,
    },
    /// An open hold was not expired in time.
    #[error("hold `{hold}` is still open, though its time was over at `{expires_at}`")]
    HoldOverdue {
        /// The hold.
        hold: HoldId,
        /// When its time was over.
        expires_at: Time,
    },
    /// Reversals exceed their original, or go between other accounts.
    #[error(
        "transfer `{transfer}` of {amount} is reversed by {reversed}, or between other accounts"
    )]
    ReversalWrong {
        /// The original.
        transfer: TransferId,
        /// Its amount.
        amount: i64,
        /// Sum of its reversals.
        reversed: i128,
    },
}

/// Why a check did not pass.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CheckError {
    /// Something is wrong with the books.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// Recomputes everything from the transfers and names the first thing that is wrong.
///
/// An open hold may outlive its expiry by `grace_seconds`, the time in which the expiry worker
/// comes round.
pub fn check_invariants(read: &Read<'_>, now: Time, grace_seconds: i64) -> Result<(), CheckError> {
    accounts_check(read)?;
    if let Some(transfer) = trails::transfer_read_stray(read)? {
        return Err(Broken::TransferStray { transfer }.into());
    }
    holds_check(read)?;
    reversals_check(read)?;
    if let Some((hold, expires_at)) =
        trails::hold_read_overdue(read, now.plus_seconds(-grace_seconds))?
    {
        return Err(Broken::HoldOverdue { hold, expires_at }.into());
    }
    Ok(())
}

/// What the transfers of the account at hand say so far.
#[derive(Default)]
struct Sums {
    debits_posted: i128,
    credits_posted: i128,
    debits_held: i128,
    credits_held: i128,
    movements: i128,
    made_at: i64,
}

/// Debits and credits, posted and held, of one unit.
#[derive(Default)]
struct UnitSums {
    posted: (i128, i128),
    held: (i128, i128),
}

fn accounts_check(read: &Read<'_>) -> Result<(), CheckError> {
    let mut units: BTreeMap<Unit, UnitSums> = BTreeMap::new();
    let mut sums = fresh();
    let mut broken = None;
    trails::movements_each(read, |movement| {
        let verdict = match movement {
            Movement::Held { is_debit, amount } => {
                let side = if is_debit { &mut sums.debits_held } else { &mut sums.credits_held };
                *side += i128::from(amount);
                Ok(())
            }
            Movement::Posted { account, transfer, seq, made_at, change, balance } => {
                let line = Line { account, transfer, seq, made_at, change, balance };
                line_check(&mut sums, &line)
            }
            Movement::End(standing) => {
                let unit = units.entry(standing.unit).or_default();
                unit.posted.0 += i128::from(standing.debits_posted);
                unit.posted.1 += i128::from(standing.credits_posted);
                unit.held.0 += i128::from(standing.debits_held);
                unit.held.1 += i128::from(standing.credits_held);
                standing_check(&standing, &std::mem::replace(&mut sums, fresh()))
            }
        };
        broken = verdict.err();
        Ok(broken.is_none())
    })?;
    broken.map_or(Ok(()), Err)?;
    for (unit, sums) in units {
        for (what, (debits, credits)) in [("posted", sums.posted), ("held", sums.held)] {
            if debits != credits {
                return Err(Broken::UnitNotZero { unit, what, debits, credits }.into());
            }
        }
    }
    Ok(())
}

fn fresh() -> Sums {
    Sums { made_at: i64::MIN, ..Sums::default() }
}

struct Line {
    account: AccountId,
    transfer: TransferId,
    seq: i64,
    made_at: Time,
    change: i64,
    balance: i64,
}

fn line_check(sums: &mut Sums, line: &Line) -> Result<(), Broken> {
    let change = i128::from(line.change);
    if change < 0 {
        sums.debits_posted -= change;
    } else {
        sums.credits_posted += change;
    }
    sums.movements += 1;
    let balance = sums.credits_posted - sums.debits_posted;
    let (account, transfer) = (line.account, line.transfer);
    let wrong = |what, kept, computed| {
        Err(Broken::StatementBroken { account, transfer, what, kept, computed })
    };
    if i128::from(line.seq) != sums.movements {
        return wrong("position", line.seq, sums.movements);
    }
    if i128::from(line.balance) != balance {
        return wrong("balance", line.balance, balance);
    }
    sums.made_at = line.made_at.millis();
    Ok(())
}

fn standing_check(standing: &Standing, sums: &Sums) -> Result<(), Broken> {
    let account = standing.id;
    let totals = [
        ("debits posted", standing.debits_posted, sums.debits_posted),
        ("credits posted", standing.credits_posted, sums.credits_posted),
        ("debits held", standing.debits_held, sums.debits_held),
        ("credits held", standing.credits_held, sums.credits_held),
        ("movements", standing.movements, sums.movements),
    ];
    for (what, kept, computed) in totals {
        if i128::from(kept) != computed {
            return Err(Broken::TotalWrong { account, what, kept, computed });
        }
    }
    if standing.moved_at.millis() < sums.made_at {
        let (kept, computed) = (standing.moved_at.millis(), i128::from(sums.made_at));
        return Err(Broken::TotalWrong { account, what: "last movement at", kept, computed });
    }
    let excess = match standing.limit {
        Limit::Unlimited => 0,
        Limit::DebitsWithinCredits => sums.debits_posted + sums.debits_held - sums.credits_posted,
        Limit::CreditsWithinDebits => sums.credits_posted + sums.credits_held - sums.debits_posted,
    };
    if excess > 0 {
        return Err(Broken::LimitExceeded { account, limit: standing.limit, excess });
    }
    let (balance, held) = (standing.balance(), standing.debits_held.max(standing.credits_held));
    if standing.is_closed && (balance != 0 || held != 0) {
        return Err(Broken::ClosedNotEmpty { account, balance, held });
    }
    Ok(())
}

/// What was read of the hold at hand.
struct Trail {
    hold: HoldId,
    placed: Option<i128>,
    settled: i128,
    freed: i128,
    row: Option<trails::HoldFigures>,
}

impl Trail {
    fn check(&self) -> Result<(), Broken> {
        let hold = self.hold;
        let (Some(amount), Some(row)) = (self.placed, &self.row) else {
            return Err(Broken::HoldMissing { hold });
        };
        let (settled, freed) = (self.settled, self.freed);
        let remaining = i128::from(row.remaining);
        let state = match (remaining > 0, freed > 0) {
            (true, _) => row.state == HoldState::Open,
            (false, false) => row.state == HoldState::Settled,
            (false, true) => matches!(row.state, HoldState::Released | HoldState::Expired),
        };
        let sums = i128::from(row.amount) == amount
            && i128::from(row.settled) == settled
            && settled + freed + remaining == amount;
        if state && sums {
            Ok(())
        } else {
            Err(Broken::HoldWrong { hold, amount, settled, freed, remaining })
        }
    }
}

fn holds_check(read: &Read<'_>) -> Result<(), CheckError> {
    let mut open: Option<Trail> = None;
    let mut broken = None;
    trails::hold_trails_each(read, |hold, trail| {
        if open.as_ref().is_none_or(|open| open.hold != hold) {
            broken = open.take().and_then(|open| open.check().err());
        }
        let entry =
            open.get_or_insert(Trail { hold, placed: None, settled: 0, freed: 0, row: None });
        match trail {
            HoldTrail::Row(figures) => entry.row = Some(figures),
            HoldTrail::Transfer(TransferKind::Hold, amount) => {
                entry.placed = Some(i128::from(amount));
            }
            HoldTrail::Transfer(TransferKind::Settle, amount) => {
                entry.settled += i128::from(amount);
            }
            HoldTrail::Transfer(_, amount) => entry.freed += i128::from(amount),
        }
        Ok(broken.is_none())
    })?;
    let last = open.and_then(|open| open.check().err());
    Ok(broken.or(last).map_or(Ok(()), Err)?)
}

fn reversals_check(read: &Read<'_>) -> Result<(), CheckError> {
    let mut at: Option<(TransferId, i128)> = None;
    let mut broken = None;
    trails::reversals_each(read, |trail: ReversalTrail| {
        let before = at.filter(|(id, _)| *id == trail.original).map_or(0, |(_, sum)| sum);
        let reversed = before + i128::from(trail.amount);
        at = Some((trail.original, reversed));
        let kind = matches!(trail.kind, TransferKind::Post | TransferKind::Settle);
        if !kind || !trail.is_swapped || reversed > i128::from(trail.original_amount) {
            let (transfer, amount) = (trail.original, trail.original_amount);
            broken = Some(Broken::ReversalWrong { transfer, amount, reversed });
        }
        Ok(broken.is_none())
    })?;
    Ok(broken.map_or(Ok(()), Err)?)
}
