//! Why a job is not taken.

use base::Amount;
use grants::AwardId;

/// What a job's money lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What the job can cost at most.
    pub bound: Amount,
    /// What the voucher would give.
    pub voucher: Amount,
    /// Own money that is free.
    pub own_left: Amount,
    /// What is missing.
    pub missing: Amount,
}

/// A normal answer: no, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobRefused {
    /// The bound cannot be held.
    #[error(
        "the job can cost {}: the voucher gives {}, own money has {} left, {} is missing. Pay in, \
         shorten the time limit or take a smaller flavor",
        .0.bound, .0.voucher, .0.own_left, .0.missing
    )]
    MoneyMissing(Box<Missing>),
    /// The voucher belongs to somebody else.
    #[error("award {0} belongs to another organisation: name one of your own")]
    AwardOfOthers(AwardId),
    /// A deposit of nothing.
    #[error("a deposit of {0} cannot be entered: it must be positive")]
    DepositInvalid(Amount),
}

base::codes! {
    JobRefused {
        MoneyMissing = "money_missing",
        AwardOfOthers = "award_of_others",
        DepositInvalid = "deposit_invalid",
    }
}

/// What came instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// No, and why.
    #[error(transparent)]
    Refused(#[from] JobRefused),
    /// The pool, the flavor, the quote or the job.
    #[error(transparent)]
    Compute(#[from] compute::Error),
    /// The voucher.
    #[error(transparent)]
    Grants(#[from] grants::Error),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The database failed.
    #[error("the database failed")]
    Db(#[from] db::Error),
}
