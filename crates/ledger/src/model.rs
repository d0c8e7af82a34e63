//! What the ledger keeps, and what it can be told to do.

use base::{Amount, Id, Time, Unit};
use std::fmt;
use std::str::FromStr;

/// Longest idempotency key, in bytes: room for an area, two ids and a purpose.
pub const KEY_BYTES_MAX: usize = 200;
/// Longest reference, in bytes, as for keys.
pub const REFERENCE_BYTES_MAX: usize = 200;
/// Longest name of an account, in bytes: a line on a page.
pub const NAME_BYTES_MAX: usize = 200;
/// Most commands in one chain: a round's awards fit, and the write lane is not kept for long.
pub const CHAIN_COMMANDS_MAX: usize = 1_000;

base::id_types! {
    /// Names an account.
    AccountId;
    /// Names a transfer.
    TransferId;
    /// Names a hold; it is the id of the transfer that placed it.
    HoldId;
}

impl From<HoldId> for TransferId {
    fn from(id: HoldId) -> Self {
        Self(id.0)
    }
}

/// Declares an enum that is stored as its variant's name.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Lists every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name under which it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),+ }
            }
        }

        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or(())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// What an account is for. The ledger treats all kinds alike; the limit decides what may move.
    AccountKind {
        /// Where a programme's money comes from; its balance is what was given out, negative.
        Treasury,
        /// A budget: what a programme may still spend.
        Fund,
        /// Budget set aside for one award.
        Award,
        /// What a voucher is still worth to its beneficiary.
        Voucher,
        /// Owed to a beneficiary and not yet paid.
        Beneficiary,
        /// Owed to a supplier and not yet paid.
        Supplier,
        /// Paid out through a bank.
        Bank,
        /// Money whose place is not yet known.
        Suspense,
        /// An organisation's own money, paid in before it is spent.
        Deposit,
    }
}

named! {
    /// Which side of an account may not outgrow the other. Holds count as if they were posted.
    Limit {
        /// Either side may be larger, as for a treasury or a bank.
        Unlimited,
        /// It can only spend what it was given, as for a fund or a voucher.
        DebitsWithinCredits,
        /// It can only take back what it gave.
        CreditsWithinDebits,
    }
}

named! {
    /// What a transfer did.
    TransferKind {
        /// Moved value at once.
        Post,
        /// Reserved value; nothing has moved.
        Hold,
        /// Moved all or a part of what a hold reserved.
        Settle,
        /// Gave the rest of a hold back.
        Release,
        /// Gave the rest of a hold back because its time was over.
        Expire,
        /// Moved all or a part of an earlier transfer back.
        Reversal,
    }
}

named! {
    /// Where a hold stands. Only an open one can be settled or released.
    HoldState {
        /// Something is still reserved.
        Open,
        /// All of it was settled.
        Settled,
        /// The rest was given back; a part may have been settled before.
        Released,
        /// The rest was given back when its time was over; a part may have been settled before.
        Expired,
    }
}

impl TransferKind {
    /// Tells whether value moved, so that the transfer stands in the accounts' statements.
    #[must_use]
    pub const fn is_posted(self) -> bool {
        matches!(self, Self::Post | Self::Settle | Self::Reversal)
    }
}

/// The figures of an account on which a decision rests, in its unit's minor unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub id: AccountId,
    /// What it counts.
    pub unit: Unit,
    /// Which side is held back.
    pub limit: Limit,
    /// Whether it takes no more transfers.
    pub is_closed: bool,
    /// Sum of posted transfers that took from it.
    pub debits_posted: i64,
    /// Sum of posted transfers that gave to it.
    pub credits_posted: i64,
    /// What open holds will take from it at most.
    pub debits_held: i64,
    /// What open holds will give to it at most.
    pub credits_held: i64,
    /// Count of posted transfers.
    pub movements: i64,
    /// When the last of them was made; before the first, when the account was opened.
    pub moved_at: Time,
}

impl Standing {
    /// Returns what was given less what was taken. Cannot overflow: neither is negative.
    #[must_use]
    pub const fn balance(&self) -> i64 {
        self.credits_posted - self.debits_posted
    }

    /// Returns what may still be taken or held: without a limit, what `i64` has room for.
    #[must_use]
    pub fn left_to_debit(&self) -> i64 {
        let room = i64::MAX - self.debits_posted - self.debits_held;
        if self.limit == Limit::DebitsWithinCredits {
            room.min(self.balance() - self.debits_held)
        } else {
            room
        }
    }

    /// Returns what may still be given or held for it.
    #[must_use]
    pub fn left_to_credit(&self) -> i64 {
        let room = i64::MAX - self.credits_posted - self.credits_held;
        if self.limit == Limit::CreditsWithinDebits {
            room.min(-self.balance() - self.credits_held)
        } else {
            room
        }
    }
}

/// An account: what it is, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What it is for.
    pub kind: AccountKind,
    /// The organisation, award or call to which it belongs.
    pub holder: Option<Id>,
    /// What people call it.
    pub name: String,
    /// Its figures.
    pub standing: Standing,
    /// When it was opened.
    pub created_at: Time,
}

/// A new account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What it is for.
    pub kind: AccountKind,
    /// What it counts.
    pub unit: Unit,
    /// To whom it belongs.
    pub holder: Option<Id>,
    /// What people call it, 1 to [`NAME_BYTES_MAX`] bytes.
    pub name: String,
    /// Which side is held back.
    pub limit: Limit,
}

/// Where a posted transfer stands in the statement of one of its accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Position from 1, without a gap.
    pub seq: i64,
    /// Balance after it, in minor units.
    pub balance: i64,
}

/// One immutable line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its name.
    pub id: TransferId,
    /// What it did.
    pub kind: TransferKind,
    /// From which account.
    pub debit: AccountId,
    /// To which account.
    pub credit: AccountId,
    /// How much; always positive.
    pub amount: Amount,
    /// The caller's name for it; none for an expiry.
    pub key: Option<String>,
    /// What it is about, as in `award:01h...`.
    pub reference: String,
    /// The hold on which it acts.
    pub hold: Option<HoldId>,
    /// The transfer that it takes back.
    pub reverses: Option<TransferId>,
    /// When the hold that it placed ends.
    pub expires_at: Option<Time>,
    /// When it was made. Along one account this never runs backwards for posted transfers.
    pub made_at: Time,
    /// Places in the statements of the debit and of the credit account, where value moved.
    pub places: Option<(Place, Place)>,
}

impl Transfer {
    /// Returns the hold that this transfer placed, if it placed one.
    #[must_use]
    pub fn hold_placed(&self) -> Option<HoldId> {
        (self.kind == TransferKind::Hold).then_some(HoldId(self.id.0))
    }
}

/// A reservation and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its name.
    pub id: HoldId,
    /// From which account it will be settled.
    pub debit: AccountId,
    /// To which account it will be settled, unless the settlement names another.
    pub credit: AccountId,
    /// What was reserved at first.
    pub amount: Amount,
    /// What is still reserved, in minor units; 0 unless open.
    pub remaining: i64,
    /// What was settled so far, in minor units.
    pub settled: i64,
    /// Where it stands.
    pub state: HoldState,
    /// From this instant on it cannot be settled.
    pub expires_at: Option<Time>,
}

/// Moves value at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostCommand {
    /// The caller's name for it, 1 to [`KEY_BYTES_MAX`] bytes.
    pub key: String,
    /// From which account.
    pub debit: AccountId,
    /// To which account.
    pub credit: AccountId,
    /// How much.
    pub amount: Amount,
    /// What it is about: `kind:id`, at most [`REFERENCE_BYTES_MAX`] bytes.
    pub reference: String,
}

/// Reserves value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldCommand {
    /// The caller's name for it.
    pub key: String,
    /// From which account it will be settled.
    pub debit: AccountId,
    /// To which account it will be settled.
    pub credit: AccountId,
    /// How much.
    pub amount: Amount,
    /// What it is about.
    pub reference: String,
    /// From when on it cannot be settled; must lie ahead.
    pub expires_at: Option<Time>,
}

/// Moves all or a part of what a hold reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleCommand {
    /// The caller's name for it.
    pub key: String,
    /// The hold.
    pub hold: HoldId,
    /// How much; the rest stays reserved.
    pub amount: Amount,
    /// To which account; the one that the hold names where this is `None`.
    pub to: Option<AccountId>,
    /// What it is about.
    pub reference: String,
}

/// Gives the rest of a hold back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseCommand {
    /// The caller's name for it.
    pub key: String,
    /// The hold.
    pub hold: HoldId,
    /// What it is about.
    pub reference: String,
}

/// Moves all or a part of an earlier transfer back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReverseCommand {
    /// The caller's name for it.
    pub key: String,
    /// The transfer, of kind `Post` or `Settle`.
    pub transfer: TransferId,
    /// How much; all reversals of one transfer together at most its amount.
    pub amount: Amount,
    /// What it is about.
    pub reference: String,
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Moves value at once.
    Post(PostCommand),
    /// Reserves value.
    Hold(HoldCommand),
    /// Moves what was reserved.
    Settle(SettleCommand),
    /// Gives what was reserved back.
    Release(ReleaseCommand),
    /// Moves an earlier transfer back.
    Reverse(ReverseCommand),
}

impl Command {
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Post(c) => &c.key,
            Self::Hold(c) => &c.key,
            Self::Settle(c) => &c.key,
            Self::Release(c) => &c.key,
            Self::Reverse(c) => &c.key,
        }
    }

    pub(crate) fn reference(&self) -> &str {
        match self {
            Self::Post(c) => &c.reference,
            Self::Hold(c) => &c.reference,
            Self::Settle(c) => &c.reference,
            Self::Release(c) => &c.reference,
            Self::Reverse(c) => &c.reference,
        }
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The transfer that was made, now or when the same key was first used.
    pub transfer: Transfer,
    /// Whether the key had been used before with the same content, so that nothing was done now.
    pub is_replayed: bool,
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// Position in the account's statement from 1, without a gap.
    pub seq: i64,
    /// When it was made.
    pub made_at: Time,
    /// The transfer.
    pub transfer: TransferId,
    /// What it did.
    pub kind: TransferKind,
    /// The account on the other side.
    pub other: AccountId,
    /// What it did to the balance, in minor units: negative where it took.
    pub change: i64,
    /// Balance after it, in minor units.
    pub balance: i64,
    /// What it is about.
    pub reference: String,
}

/// A page of an account's posted transfers in a period, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The account.
    pub account: AccountId,
    /// Balance before the period's first transfer.
    pub opening: Amount,
    /// Balance after the period's last transfer, also where it stands on a later page.
    pub closing: Amount,
    /// The lines of this page.
    pub rows: Vec<StatementRow>,
    /// Key of the next page, for [`base::Page::after`]; none on the last.
    pub next: Option<String>,
}
