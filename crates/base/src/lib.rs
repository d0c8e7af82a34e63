//! The words every other crate shares: ids, money, shares, time, randomness, paging, canonical
//! bytes.
//!
//! Must never: read the clock or the system's randomness outside [`clock`] and [`random`], hold a
//! float, or know a domain. Start reading at [`Amount`].

mod amount;
mod canonical;
pub mod clock;
mod codes;
mod id;
mod page;
mod ppm;
mod problem;
pub mod random;
mod unit;
mod words;

#[cfg(test)]
mod tests;

pub use amount::{Amount, AmountError};
pub use canonical::{canonical_json, sha256_hex};
pub use clock::{Clock, Date, FixedClock, Span, SystemClock, Time};
pub use id::{Id, IdError};
pub use page::{PAGE_ROWS_MAX, Page};
pub use ppm::{Ppm, PpmError};
pub use problem::{FieldProblem, FieldProblems, Said};
pub use random::Random;
pub use unit::{Unit, UnitError};
