//! What spans domains or touches the outside: opening a zone, payment files, the public overview,
//! the check of every invariant.
//!
//! Pages, the JSON API and the command line go through [`App::read`] and [`App::write`] to the
//! operations of the domain crates; nothing here repeats them.
//!
//! Must never: hold a rule of a domain, or answer before a change is durable.
//! Start reading at [`App`].

mod app;
mod check;
pub mod depot;
mod fresh;
pub mod jobs;
mod names;
mod once;
mod overview;
mod owners;
mod payout;
mod register;
mod rules;
mod store;
mod sums;
mod upstream;
mod zone;

#[cfg(test)]
mod tests;

pub use app::{App, Config, OpenError};
pub use check::{Broken, Checked, check};
pub use names::Names;
pub use once::{KEY_BYTES_MAX, once, once_find};
pub use oversight::Ratio;
pub use overview::{CategorySum, Overview, OwnerShare, overview, overview_of};
pub use owners::{Owners, names, owners};
pub use payout::{BatchFiles, Order, PayoutError, batch_files, payment_csv, payment_pain001};
pub use rules::rule_kept;
pub use sums::{RegisterPage, register_page, register_sums};
pub use upstream::{RepoName, UPSTREAM_ROWS_MAX, Upstream, upstream, upstream_of};
pub use zone::{Payer, Zone, secret_ensure, zone_read, zone_set};
