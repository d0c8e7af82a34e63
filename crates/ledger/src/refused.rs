//! What the ledger answers when it says no, and what can fail below it.

use crate::model::{
    AccountId, CHAIN_COMMANDS_MAX, HoldId, HoldState, KEY_BYTES_MAX, NAME_BYTES_MAX,
    REFERENCE_BYTES_MAX, TransferId, TransferKind,
};
use base::{Amount, Time, Unit};

/// A normal answer: the operation did nothing, for this reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A key is empty, too long or holds control characters.
    #[error("the key has {bytes} bytes: use 1 to {KEY_BYTES_MAX} without control characters")]
    KeyInvalid {
        /// Length as given.
        bytes: usize,
    },
    /// The key names an earlier transfer of other content.
    #[error("the key `{key}` was used for transfer `{transfer}`, which differs: use a new key")]
    KeyReused {
        /// The key.
        key: String,
        /// The transfer that has it.
        transfer: TransferId,
    },
    /// A reference is no `kind:id` or too long.
    #[error("the reference has {bytes} bytes: write `kind:id` of at most {REFERENCE_BYTES_MAX}")]
    ReferenceInvalid {
        /// Length as given.
        bytes: usize,
    },
    /// A name is empty or too long.
    #[error("the name of the account has {bytes} bytes: use 1 to {NAME_BYTES_MAX}")]
    NameInvalid {
        /// Length as given.
        bytes: usize,
    },
    /// An amount is zero or negative.
    #[error("the amount `{asked}` is not positive")]
    AmountNotPositive {
        /// What was asked.
        asked: Amount,
    },
    /// Both sides are one account.
    #[error("account `{account}` stands on both sides")]
    SameAccount {
        /// The account.
        account: AccountId,
    },
    /// There is no such account.
    #[error("account `{account}` is unknown")]
    AccountUnknown {
        /// What was asked for.
        account: AccountId,
    },
    /// The account takes no more transfers.
    #[error("account `{account}` is closed")]
    AccountClosed {
        /// The account.
        account: AccountId,
    },
    /// An account with value or holds cannot be closed.
    #[error("account `{account}` is not empty: balance {balance}, held {held} minor units")]
    AccountNotEmpty {
        /// The account.
        account: AccountId,
        /// Its balance.
        balance: Amount,
        /// What open holds will take from it or give to it, the larger of both.
        held: i64,
    },
    /// The amount is in another unit than the account, hold or transfer.
    #[error("the amount is in {asked}, but {expected} is expected")]
    UnitMismatch {
        /// Unit of the amount.
        asked: Unit,
        /// Unit of what it is for.
        expected: Unit,
    },
    /// The account may spend only what it was given.
    #[error("account `{account}` has {left} left, asked was {asked}")]
    InsufficientFunds {
        /// The account.
        account: AccountId,
        /// What was asked.
        asked: Amount,
        /// What is left after all holds.
        left: Amount,
    },
    /// The account may take back only what it gave.
    #[error("account `{account}` can take back {left}, asked was {asked}")]
    CreditsAboveDebits {
        /// The account.
        account: AccountId,
        /// What was asked.
        asked: Amount,
        /// What it may still take.
        left: Amount,
    },
    /// A total would not fit 64 bits.
    #[error("a total of account `{account}` would exceed {max} minor units", max = i64::MAX)]
    Overflow {
        /// The account.
        account: AccountId,
    },
    /// The hold would be over before it began.
    #[error("the hold would end at `{expires_at}`, which is not after `{now}`")]
    ExpiryInPast {
        /// The end asked for.
        expires_at: Time,
        /// The present.
        now: Time,
    },
    /// There is no such hold.
    #[error("hold `{hold}` is unknown")]
    HoldUnknown {
        /// What was asked for.
        hold: HoldId,
    },
    /// The hold was settled, released or has expired.
    #[error("hold `{hold}` is no longer open: it is {state}")]
    HoldNotOpen {
        /// The hold.
        hold: HoldId,
        /// Where it stands.
        state: HoldState,
    },
    /// The hold's time is over; what is left of it can only be released.
    #[error("hold `{hold}` expired at `{expires_at}`: release it or place a new one")]
    HoldExpired {
        /// The hold.
        hold: HoldId,
        /// When its time was over.
        expires_at: Time,
    },
    /// More than is still reserved.
    #[error("hold `{hold}` has {remaining} remaining, asked was {asked}")]
    AmountAboveHold {
        /// The hold.
        hold: HoldId,
        /// What was asked.
        asked: Amount,
        /// What is still reserved.
        remaining: Amount,
    },
    /// There is no such transfer.
    #[error("transfer `{transfer}` is unknown")]
    TransferUnknown {
        /// What was asked for.
        transfer: TransferId,
    },
    /// Only transfers that moved value forth can be moved back.
    #[error("transfer `{transfer}` is a {kind}, which cannot be reversed")]
    NotReversible {
        /// The transfer.
        transfer: TransferId,
        /// What it did.
        kind: TransferKind,
    },
    /// All of the transfer was moved back before.
    #[error("transfer `{transfer}` is reversed already")]
    AlreadyReversed {
        /// The transfer.
        transfer: TransferId,
    },
    /// More than is left of the transfer after earlier reversals.
    #[error("transfer `{transfer}` has {left} left to reverse, asked was {asked}")]
    ReversalAboveOriginal {
        /// The transfer.
        transfer: TransferId,
        /// What was asked.
        asked: Amount,
        /// What is left.
        left: Amount,
    },
    /// Too many commands at once.
    #[error("the chain has {commands} commands, at most {CHAIN_COMMANDS_MAX} are taken: split it")]
    ChainTooLong {
        /// Commands given.
        commands: usize,
    },
    /// The key of a statement's page was not made by this ledger.
    #[error("`{key}` is no page of a statement: begin at the first page")]
    PageInvalid {
        /// The start of the key.
        key: String,
    },
}

/// Why an operation was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The ledger says no; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// Why a chain was not done; none of its commands was.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ChainError {
    /// The ledger says no to one of the commands.
    #[error("command {index} of the chain was refused")]
    Refused {
        /// Position of the command from 0.
        index: usize,
        /// Its refusal.
        #[source]
        refused: Refused,
    },
    /// The database failed.
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<ChainError> for Error {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Refused { refused, .. } => Self::Refused(refused),
            ChainError::Db(error) => Self::Db(error),
        }
    }
}
