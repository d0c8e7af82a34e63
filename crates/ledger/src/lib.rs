//! Double entry in integer minor units: accounts, immutable transfers, holds, reversals,
//! statements.
//!
//! The only crate that moves value. A transfer takes from one account and gives the same to
//! another, so that every unit sums to zero; nothing is edited, only reversed. A hold reserves
//! value until it is settled, released or expires. Each operation has a key: repeating it with the
//! same content does nothing and returns the first receipt.
//!
//! Must never: keep or compute a fraction of a minor unit, change or delete a transfer, or know
//! what an award or a claim is. Start reading at [`hold_place`]; [`chain`] has the common path.

mod invariants;
mod model;
mod ops;
mod refused;
mod rules;
mod store;

#[cfg(test)]
mod tests;

pub use invariants::{Broken, CheckError, check_invariants};
pub use model::{
    Account, AccountId, AccountKind, CHAIN_COMMANDS_MAX, Command, Hold, HoldCommand, HoldId,
    HoldState, KEY_BYTES_MAX, Limit, NAME_BYTES_MAX, Opening, Place, PostCommand,
    REFERENCE_BYTES_MAX, Receipt, ReleaseCommand, ReverseCommand, SettleCommand, Standing,
    Statement, StatementRow, Transfer, TransferId, TransferKind,
};
pub use ops::{
    account_close, account_get, account_open, account_statement, accounts_of, chain, hold_get,
    hold_place, hold_release, hold_settle, holds_expire, post, reverse, transfer_by_key,
    transfer_get,
};
pub use refused::{ChainError, Error, Refused};
