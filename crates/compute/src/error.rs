//! Why something is refused, and what can fail.

use crate::{FlavorId, JobId, PoolId};
use base::{Amount, FieldProblem, Time};

/// A normal answer: no, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Fields are wrong.
    #[error("{} of the fields are wrong", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// The code is taken.
    #[error("`{0}` is taken: choose another code")]
    CodeTaken(String),
    /// No such pool.
    #[error("there is no pool {0}")]
    PoolUnknown(PoolId),
    /// No such flavor.
    #[error("there is no flavor `{0}`: `hf jobs hardware` lists those that are")]
    FlavorUnknown(String),
    /// The flavor is no longer offered, or its pool is closed.
    #[error("the flavor `{0}` is not offered at present: choose another")]
    NotOffered(String),
    /// No such job.
    #[error("there is no job {0}")]
    JobUnknown(JobId),
    /// The time limit is none.
    #[error("a job may run for 1 second to {most} seconds, not for {asked}")]
    LimitInvalid {
        /// What was asked.
        asked: u64,
        /// The longest.
        most: u64,
    },
    /// The job can cost more than an amount can be.
    #[error("what the job can cost is more than can be counted: shorten its time limit")]
    BoundOverflow,
    /// The quote is too old, or is about another version of the price.
    #[error("the quote of version {version} has ended at {ended_at}: ask for a new one")]
    QuoteExpired {
        /// The version of the price.
        version: u32,
        /// When it ended.
        ended_at: Time,
    },
    /// A cost that is more than was held.
    #[error("the job did cost {cost}, more than its bound of {bound}")]
    CostAboveBound {
        /// The cost.
        cost: Amount,
        /// The bound.
        bound: Amount,
    },
}

base::codes! {
    Refused {
        Invalid = "invalid",
        CodeTaken = "code_taken",
        PoolUnknown = "pool_unknown",
        FlavorUnknown = "flavor_unknown",
        NotOffered = "not_offered",
        JobUnknown = "job_unknown",
        LimitInvalid = "limit_invalid",
        BoundOverflow = "bound_overflow",
        QuoteExpired = "quote_expired",
        CostAboveBound = "cost_above_bound",
    }
}

/// What came instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No, and why.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database failed.
    #[error("the database failed")]
    Db(#[from] db::Error),
    /// A stored row cannot be read.
    #[error("price {version} of flavor {flavor} cannot be read: {reason}")]
    Stored {
        /// The flavor.
        flavor: FlavorId,
        /// The version.
        version: u32,
        /// Why.
        reason: String,
    },
}
