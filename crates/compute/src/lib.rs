//! Compute: what runs, where it stands, what it costs.
//!
//! Must never: start a process, open a connection or read a clock. What a backend reports comes in
//! as data ([`Sight`]), what it must do goes out as data ([`Effect`]). Start reading at [`tick`].

mod price;
mod queue;
mod ranked;
mod reactor;
mod run;

#[cfg(test)]
mod tests;

pub use price::{PER_SECONDS_MAX, Price, PriceError};
pub use queue::{Entry, Need, Queue, Room, Turn};
pub use reactor::{ATTEMPTS_MAX, Effect, Event, Job, LOST_MILLIS, Outcome, Phase, tick};
pub use run::{
    Ended, Ending, Input, KEY_BYTES_MAX, KeyError, Limits, Run, RunKey, Secret, Sight, Usage,
};
