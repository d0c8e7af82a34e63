//! Pure decisions: what a command does to the figures at hand, or why not.

use crate::model::{
    AccountId, Command, Hold, HoldCommand, HoldId, HoldState, KEY_BYTES_MAX, NAME_BYTES_MAX,
    Opening, Place, PostCommand, REFERENCE_BYTES_MAX, ReleaseCommand, ReverseCommand,
    SettleCommand, Standing, Transfer, TransferId, TransferKind,
};
use crate::refused::Refused;
use base::{Amount, Time};
use std::collections::BTreeMap;

/// The figures on which decisions rest: read once in a transaction, then carried forward by each
/// decision, so that a later command sees what an earlier one will have done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk {
    pub(crate) accounts: BTreeMap<AccountId, Standing>,
    pub(crate) holds: BTreeMap<HoldId, Hold>,
    /// Transfers to be reversed, each with what was reversed before.
    pub(crate) originals: BTreeMap<TransferId, (Transfer, i64)>,
    pub(crate) keys: BTreeMap<String, Transfer>,
}

/// A decision to be written.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) transfer: Transfer,
    /// The hold as it is afterwards, where the transfer acts on one or places one.
    pub(crate) hold: Option<Hold>,
    /// What it adds to the totals of each account, at most three.
    pub(crate) added: BTreeMap<AccountId, Added>,
}

/// What a step adds to the totals of one account; negative where it takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Added {
    pub(crate) debits_posted: i64,
    pub(crate) credits_posted: i64,
    pub(crate) debits_held: i64,
    pub(crate) credits_held: i64,
    pub(crate) movements: i64,
    /// By how much the time of the last movement advances.
    pub(crate) moved_millis: i64,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    /// The key was used before with the same content.
    Replayed(Transfer),
    Done(Step),
}

/// Name and instant of the transfer that is being decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) id: TransferId,
    pub(crate) now: Time,
}

/// Decides one command and carries the desk forward.
pub(crate) fn decide(desk: &mut Desk, stamp: Stamp, command: &Command) -> Result<Outcome, Refused> {
    words_check(command)?;
    if let Some(earlier) = desk.keys.get(command.key()) {
        return if is_same(desk, command, earlier) {
            Ok(Outcome::Replayed(earlier.clone()))
        } else {
            Err(Refused::KeyReused { key: command.key().to_owned(), transfer: earlier.id })
        };
    }
    let step = match command {
        Command::Post(c) => post(desk, stamp, c),
        Command::Hold(c) => hold(desk, stamp, c),
        Command::Settle(c) => settle(desk, stamp, c),
        Command::Release(c) => release(desk, stamp, c),
        Command::Reverse(c) => reverse(desk, stamp, c),
    }?;
    desk.carry(&step);
    Ok(Outcome::Done(step))
}

pub(crate) fn opening_check(opening: &Opening) -> Result<(), Refused> {
    let bytes = opening.name.len();
    let known = 1..=NAME_BYTES_MAX;
    if known.contains(&bytes) { Ok(()) } else { Err(Refused::NameInvalid { bytes }) }
}

pub(crate) fn close_check(standing: &Standing) -> Result<(), Refused> {
    let account = standing.id;
    if standing.is_closed {
        return Err(Refused::AccountClosed { account });
    }
    let held = standing.debits_held.max(standing.credits_held);
    if standing.balance() == 0 && held == 0 {
        return Ok(());
    }
    let balance = Amount::new(standing.balance(), standing.unit);
    Err(Refused::AccountNotEmpty { account, balance, held })
}

/// Gives back the rest of an open hold whose time is over.
pub(crate) fn expire(stamp: Stamp, hold: Hold) -> Step {
    let mut transfer = blank(stamp, TransferKind::Expire, (hold.debit, hold.credit), hold.amount);
    transfer.amount.minor = hold.remaining;
    transfer.hold = Some(hold.id);
    let hold = Hold { remaining: 0, state: HoldState::Expired, ..hold };
    step(&Desk::default(), transfer, Some(hold))
}

fn words_check(command: &Command) -> Result<(), Refused> {
    let (key, reference) = (command.key(), command.reference());
    let bytes = key.len();
    if !(1..=KEY_BYTES_MAX).contains(&bytes) || key.chars().any(char::is_control) {
        return Err(Refused::KeyInvalid { bytes });
    }
    let bytes = reference.len();
    let is_pair = reference.split_once(':').is_some_and(|(kind, id)| {
        !kind.is_empty() && !id.is_empty() && !reference.chars().any(char::is_control)
    });
    if bytes > REFERENCE_BYTES_MAX || !is_pair {
        return Err(Refused::ReferenceInvalid { bytes });
    }
    Ok(())
}

/// Tells whether a command asks for just what the earlier transfer of its key did.
fn is_same(desk: &Desk, command: &Command, earlier: &Transfer) -> bool {
    let sides = (earlier.debit, earlier.credit);
    let content = match command {
        Command::Post(c) => {
            earlier.kind == TransferKind::Post
                && sides == (c.debit, c.credit)
                && earlier.amount == c.amount
        }
        Command::Hold(c) => {
            earlier.kind == TransferKind::Hold
                && sides == (c.debit, c.credit)
                && earlier.amount == c.amount
                && earlier.expires_at == c.expires_at
        }
        Command::Settle(c) => {
            let to = c.to.or_else(|| desk.holds.get(&c.hold).map(|hold| hold.credit));
            earlier.kind == TransferKind::Settle
                && earlier.hold == Some(c.hold)
                && to == Some(earlier.credit)
                && earlier.amount == c.amount
        }
        Command::Release(c) => {
            earlier.kind == TransferKind::Release && earlier.hold == Some(c.hold)
        }
        Command::Reverse(c) => {
            earlier.kind == TransferKind::Reversal
                && earlier.reverses == Some(c.transfer)
                && earlier.amount == c.amount
        }
    };
    content && earlier.reference == command.reference()
}

fn post(desk: &Desk, stamp: Stamp, c: &PostCommand) -> Result<Step, Refused> {
    let sides = sides_check(desk, (c.debit, c.credit), c.amount)?;
    debit_check(sides.0, c.amount)?;
    credit_check(sides.1, c.amount)?;
    let transfer = posted(stamp, TransferKind::Post, sides, c.amount);
    Ok(step(desk, worded(transfer, &c.key, &c.reference), None))
}

fn hold(desk: &Desk, stamp: Stamp, c: &HoldCommand) -> Result<Step, Refused> {
    let sides = sides_check(desk, (c.debit, c.credit), c.amount)?;
    if let Some(expires_at) = c.expires_at.filter(|at| *at <= stamp.now) {
        return Err(Refused::ExpiryInPast { expires_at, now: stamp.now });
    }
    debit_check(sides.0, c.amount)?;
    credit_check(sides.1, c.amount)?;
    let mut transfer = blank(stamp, TransferKind::Hold, (c.debit, c.credit), c.amount);
    transfer.expires_at = c.expires_at;
    let hold = Hold {
        id: HoldId(stamp.id.0),
        debit: c.debit,
        credit: c.credit,
        amount: c.amount,
        remaining: c.amount.minor,
        settled: 0,
        state: HoldState::Open,
        expires_at: c.expires_at,
    };
    Ok(step(desk, worded(transfer, &c.key, &c.reference), Some(hold)))
}

fn settle(desk: &Desk, stamp: Stamp, c: &SettleCommand) -> Result<Step, Refused> {
    positive_check(c.amount)?;
    let hold = open_hold(desk, c.hold)?;
    if let Some(expires_at) = hold.expires_at.filter(|at| *at <= stamp.now) {
        return Err(Refused::HoldExpired { hold: hold.id, expires_at });
    }
    unit_check(c.amount, hold.amount)?;
    if c.amount.minor > hold.remaining {
        let remaining = Amount::new(hold.remaining, hold.amount.unit);
        return Err(Refused::AmountAboveHold { hold: hold.id, asked: c.amount, remaining });
    }
    let to = c.to.unwrap_or(hold.credit);
    let sides = sides_check(desk, (hold.debit, to), c.amount)?;
    // What the hold reserved on its own two accounts has room there by construction.
    if to != hold.credit {
        credit_check(sides.1, c.amount)?;
    }
    let mut transfer = posted(stamp, TransferKind::Settle, sides, c.amount);
    transfer.hold = Some(hold.id);
    let remaining = hold.remaining - c.amount.minor;
    let state = if remaining == 0 { HoldState::Settled } else { HoldState::Open };
    let settled = hold.settled + c.amount.minor;
    let hold = Hold { remaining, settled, state, ..hold.clone() };
    Ok(step(desk, worded(transfer, &c.key, &c.reference), Some(hold)))
}

fn release(desk: &Desk, stamp: Stamp, c: &ReleaseCommand) -> Result<Step, Refused> {
    let hold = open_hold(desk, c.hold)?;
    let rest = Amount::new(hold.remaining, hold.amount.unit);
    let mut transfer = blank(stamp, TransferKind::Release, (hold.debit, hold.credit), rest);
    transfer.hold = Some(hold.id);
    let hold = Hold { remaining: 0, state: HoldState::Released, ..hold.clone() };
    Ok(step(desk, worded(transfer, &c.key, &c.reference), Some(hold)))
}

fn reverse(desk: &Desk, stamp: Stamp, c: &ReverseCommand) -> Result<Step, Refused> {
    positive_check(c.amount)?;
    let transfer = c.transfer;
    let (original, reversed) =
        desk.originals.get(&transfer).ok_or(Refused::TransferUnknown { transfer })?;
    if !matches!(original.kind, TransferKind::Post | TransferKind::Settle) {
        return Err(Refused::NotReversible { transfer, kind: original.kind });
    }
    unit_check(c.amount, original.amount)?;
    let left = Amount::new(original.amount.minor - reversed, original.amount.unit);
    if left.minor == 0 {
        return Err(Refused::AlreadyReversed { transfer });
    }
    if c.amount.minor > left.minor {
        return Err(Refused::ReversalAboveOriginal { transfer, asked: c.amount, left });
    }
    let sides = sides_check(desk, (original.credit, original.debit), c.amount)?;
    debit_check(sides.0, c.amount)?;
    credit_check(sides.1, c.amount)?;
    let mut made = posted(stamp, TransferKind::Reversal, sides, c.amount);
    made.reverses = Some(transfer);
    Ok(step(desk, worded(made, &c.key, &c.reference), None))
}

fn positive_check(asked: Amount) -> Result<(), Refused> {
    if asked.minor > 0 { Ok(()) } else { Err(Refused::AmountNotPositive { asked }) }
}

fn unit_check(asked: Amount, expected: Amount) -> Result<(), Refused> {
    let (asked, expected) = (asked.unit, expected.unit);
    if asked == expected { Ok(()) } else { Err(Refused::UnitMismatch { asked, expected }) }
}

fn open_hold(desk: &Desk, hold: HoldId) -> Result<&Hold, Refused> {
    let found = desk.holds.get(&hold).ok_or(Refused::HoldUnknown { hold })?;
    match found.state {
        HoldState::Open => Ok(found),
        state => Err(Refused::HoldNotOpen { hold, state }),
    }
}

/// Finds both accounts and checks what does not depend on their figures.
fn sides_check(
    desk: &Desk,
    (debit, credit): (AccountId, AccountId),
    amount: Amount,
) -> Result<(&Standing, &Standing), Refused> {
    positive_check(amount)?;
    if debit == credit {
        return Err(Refused::SameAccount { account: debit });
    }
    let find = |account| desk.accounts.get(&account).ok_or(Refused::AccountUnknown { account });
    let sides = (find(debit)?, find(credit)?);
    for side in [sides.0, sides.1] {
        if side.unit != amount.unit {
            return Err(Refused::UnitMismatch { asked: amount.unit, expected: side.unit });
        }
        if side.is_closed {
            return Err(Refused::AccountClosed { account: side.id });
        }
    }
    Ok(sides)
}

fn debit_check(side: &Standing, asked: Amount) -> Result<(), Refused> {
    let account = side.id;
    // INVARIANT: posted and held together fit `i64`, so that a settlement cannot overflow.
    if asked.minor > i64::MAX - side.debits_posted - side.debits_held {
        return Err(Refused::Overflow { account });
    }
    let left = Amount::new(side.left_to_debit(), side.unit);
    if asked.minor > left.minor {
        return Err(Refused::InsufficientFunds { account, asked, left });
    }
    Ok(())
}

fn credit_check(side: &Standing, asked: Amount) -> Result<(), Refused> {
    let account = side.id;
    if asked.minor > i64::MAX - side.credits_posted - side.credits_held {
        return Err(Refused::Overflow { account });
    }
    let left = Amount::new(side.left_to_credit(), side.unit);
    if asked.minor > left.minor {
        return Err(Refused::CreditsAboveDebits { account, asked, left });
    }
    Ok(())
}

fn blank(
    stamp: Stamp,
    kind: TransferKind,
    (debit, credit): (AccountId, AccountId),
    amount: Amount,
) -> Transfer {
    Transfer {
        id: stamp.id,
        kind,
        debit,
        credit,
        amount,
        key: None,
        reference: "system:expiry".to_owned(),
        hold: None,
        reverses: None,
        expires_at: None,
        made_at: stamp.now,
        places: None,
    }
}

/// Makes a transfer that moves value, with its places in both statements.
fn posted(
    stamp: Stamp,
    kind: TransferKind,
    (debit, credit): (&Standing, &Standing),
    amount: Amount,
) -> Transfer {
    let mut transfer = blank(stamp, kind, (debit.id, credit.id), amount);
    // Clocks of several nodes differ a little; a statement must not run backwards.
    transfer.made_at = stamp.now.max(debit.moved_at).max(credit.moved_at);
    let place = |side: &Standing, change| Place {
        seq: side.movements + 1,
        balance: side.balance() + change,
    };
    transfer.places = Some((place(debit, -amount.minor), place(credit, amount.minor)));
    transfer
}

fn worded(transfer: Transfer, key: &str, reference: &str) -> Transfer {
    Transfer { key: Some(key.to_owned()), reference: reference.to_owned(), ..transfer }
}

/// Adds up what a transfer does to the totals of its accounts and of its hold's.
fn step(desk: &Desk, transfer: Transfer, hold: Option<Hold>) -> Step {
    let mut added: BTreeMap<AccountId, Added> = BTreeMap::new();
    let amount = transfer.amount.minor;
    if let Some(hold) = &hold {
        let change = if transfer.kind == TransferKind::Hold { amount } else { -amount };
        added.entry(hold.debit).or_default().debits_held = change;
        added.entry(hold.credit).or_default().credits_held = change;
    }
    if transfer.kind.is_posted() {
        added.entry(transfer.debit).or_default().debits_posted = amount;
        added.entry(transfer.credit).or_default().credits_posted = amount;
        for id in [transfer.debit, transfer.credit] {
            let before = desk.accounts.get(&id).map_or(transfer.made_at, |side| side.moved_at);
            let entry = added.entry(id).or_default();
            entry.movements = 1;
            entry.moved_millis = transfer.made_at.millis() - before.millis();
        }
    }
    Step { transfer, hold, added }
}

impl Desk {
    /// Brings the figures to where the step leaves them.
    pub(crate) fn carry(&mut self, step: &Step) {
        for (id, added) in &step.added {
            if let Some(side) = self.accounts.get_mut(id) {
                side.debits_posted += added.debits_posted;
                side.credits_posted += added.credits_posted;
                side.debits_held += added.debits_held;
                side.credits_held += added.credits_held;
                side.movements += added.movements;
                side.moved_at = Time::from_millis(side.moved_at.millis() + added.moved_millis);
            }
        }
        if let Some(hold) = &step.hold {
            self.holds.insert(hold.id, hold.clone());
        }
        let transfer = &step.transfer;
        if let Some(original) = transfer.reverses.and_then(|id| self.originals.get_mut(&id)) {
            original.1 += transfer.amount.minor;
        }
        if let Some(key) = &transfer.key {
            self.keys.insert(key.clone(), transfer.clone());
        }
    }
}
