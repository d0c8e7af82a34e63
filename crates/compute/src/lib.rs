//! Compute: who offers computers at which prices, what runs, where it stands, what it costs.
//!
//! A job is quoted, taken with its bound held, given its turn, watched, and settled once. Every
//! change of a job goes through [`tick`], which does nothing itself: what a backend reports comes
//! in as data ([`Sight`]), what must be done goes out as data ([`Effect`]).
//!
//! Must never: start a process, open a connection, read a clock, or move money. Start reading at
//! [`job_take`] and [`tick`].

mod error;
mod job;
mod pool;
mod price;
mod queue;
mod quote;
mod ranked;
mod reactor;
mod run;
mod store;

#[cfg(test)]
mod tests;

pub use error::{Error, Refused};
pub use job::{
    Job, JobEvent, JobFilter, JobId, NewJob, Ticked, job_events, job_read, job_secrets, job_take,
    job_tick, jobs_alive_each, jobs_list,
};
pub use pool::{
    Flavor, FlavorId, NewFlavor, NewPool, Pool, PoolId, flavor_add, flavor_find, flavor_offer,
    flavors_list, pool_create, pool_find, pool_open, pool_read, pools_list, price_set,
    price_version,
};
pub use price::{PER_SECONDS_MAX, Price, PriceError};
pub use queue::{Entry, Need, Queue, Room, Turn};
pub use quote::{LIMIT_SECONDS_MAX, QUOTE_MILLIS, Quote, quote};
pub use reactor::{ATTEMPTS_MAX, Effect, Event, JobState, LOST_MILLIS, Outcome, Phase, tick};
pub use run::{
    Ended, Ending, Input, KEY_BYTES_MAX, KeyError, Limits, Run, RunKey, Secret, Sight, Usage,
};
