//! Seeded zones that whole programs are tested against.
//!
//! The accounts here have tokens that everybody can read: nothing of this crate is part of the
//! shipped binary, and `cargo xtask tidy` keeps it so.
//!
//! Must never: be a dependency of a shipped crate. Start reading at [`hub_accounts`].

mod accounts;

pub use accounts::{Account, HUB_ACCOUNTS, hub_accounts};
