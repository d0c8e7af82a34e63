//! Operations: read what a decision needs, decide, write what was decided.
//!
//! A refused operation has written nothing, so that its caller may go on in the same write.

use crate::model::{
    Account, AccountId, CHAIN_COMMANDS_MAX, Command, Hold, HoldCommand, HoldId, Opening,
    PostCommand, Receipt, ReleaseCommand, ReverseCommand, SettleCommand, Statement, StatementRow,
    Transfer, TransferId, TransferKind,
};
use crate::refused::{ChainError, Error, Refused};
use crate::rules::{self, Desk, Outcome, Stamp, Step};
use crate::store;
use base::{Amount, Id, Page, Time};
use db::{Read, Tx};
use std::ops::Range;

/// Opens an account with nothing on it. Refuses a name that is empty or too long.
pub fn account_open(tx: &mut Tx<'_>, opening: &Opening) -> Result<AccountId, Error> {
    rules::opening_check(opening)?;
    let id = tx.id();
    store::account_insert(tx, id, opening)?;
    Ok(id)
}

/// Closes an account for good. Refuses one that is closed, has a balance or is part of a hold.
pub fn account_close(tx: &mut Tx<'_>, id: AccountId) -> Result<(), Error> {
    let account = account_get(tx, id)?;
    rules::close_check(&account.standing)?;
    store::account_close(tx, id)?;
    tx.memory::<Desk>().accounts.remove(&id);
    Ok(())
}

/// Reads an account.
pub fn account_get(read: &Read<'_>, account: AccountId) -> Result<Account, Error> {
    Ok(store::account_read(read, account)?.ok_or(Refused::AccountUnknown { account })?)
}

/// Reads the accounts of a holder in the order of their ids, which is the page's key.
pub fn accounts_of(read: &Read<'_>, holder: &Id, page: &Page) -> Result<Vec<Account>, Error> {
    let after = page.after.as_deref().unwrap_or_default();
    Ok(store::accounts_read_of(read, holder, after, page.rows)?)
}

/// Reads a hold. One placed in the same write is there after [`Tx::insert_now`].
pub fn hold_get(read: &Read<'_>, hold: HoldId) -> Result<Hold, Error> {
    Ok(store::hold_read(read, hold)?.ok_or(Refused::HoldUnknown { hold })?)
}

/// Reads a transfer. One made in the same write is there after [`Tx::insert_now`].
pub fn transfer_get(read: &Read<'_>, transfer: TransferId) -> Result<Transfer, Error> {
    Ok(store::transfer_read(read, transfer)?.ok_or(Refused::TransferUnknown { transfer })?)
}

/// Reads the transfer that has a key, to look before repeating after a lost reply.
pub fn transfer_by_key(read: &Read<'_>, key: &str) -> Result<Option<Transfer>, Error> {
    Ok(store::transfer_read_keyed(read, key)?)
}

/// Moves value at once.
///
/// Refuses an amount that is not positive or in another unit, an unknown or closed account, and
/// more than either account's limit leaves.
pub fn post(tx: &mut Tx<'_>, command: PostCommand) -> Result<Receipt, Error> {
    single(tx, &Command::Post(command))
}

/// Reserves value: it cannot be spent elsewhere until it is settled, released or expires.
///
/// Refuses as [`post`] does, and an expiry that does not lie ahead. The hold's id is
/// [`Transfer::hold_placed`] of the receipt's transfer.
pub fn hold_place(tx: &mut Tx<'_>, command: HoldCommand) -> Result<Receipt, Error> {
    single(tx, &Command::Hold(command))
}

/// Moves all or a part of what a hold reserved, to the account that it names or to another.
///
/// May be repeated with new keys until nothing remains. Refuses more than remains, and a hold that
/// is not open or whose time is over.
pub fn hold_settle(tx: &mut Tx<'_>, command: SettleCommand) -> Result<Receipt, Error> {
    single(tx, &Command::Settle(command))
}

/// Gives the rest of an open hold back.
pub fn hold_release(tx: &mut Tx<'_>, command: ReleaseCommand) -> Result<Receipt, Error> {
    single(tx, &Command::Release(command))
}

/// Moves all or a part of a posted or settled transfer back, as a new transfer linked to it.
///
/// Refuses more than the original less earlier reversals, a reversal of a reversal, and a hold
/// (which is released). A settlement that is reversed does not open its hold again.
pub fn reverse(tx: &mut Tx<'_>, command: ReverseCommand) -> Result<Receipt, Error> {
    single(tx, &Command::Reverse(command))
}

/// Does all commands in their order, or none of them. A later one sees what an earlier one does.
pub fn chain(tx: &mut Tx<'_>, commands: &[Command]) -> Result<Vec<Receipt>, ChainError> {
    if commands.len() > CHAIN_COMMANDS_MAX {
        let refused = Refused::ChainTooLong { commands: commands.len() };
        return Err(ChainError::Refused { index: CHAIN_COMMANDS_MAX, refused });
    }
    let mut desk = std::mem::take(tx.memory::<Desk>());
    let before = (commands.len() > 1).then(|| desk.clone());
    let steps = match commands_decide(&mut desk, tx, commands) {
        Ok(steps) => steps,
        Err(error) => {
            // One command that is refused has not changed the desk; of several, some may have.
            if matches!(error, ChainError::Refused { .. }) {
                *tx.memory::<Desk>() = before.unwrap_or(desk);
            }
            return Err(error);
        }
    };
    let mut receipts = Vec::with_capacity(commands.len());
    for outcome in steps {
        match outcome {
            Outcome::Replayed(transfer) => receipts.push(Receipt { transfer, is_replayed: true }),
            Outcome::Done(step) => {
                step_write(tx, &step)?;
                receipts.push(Receipt { transfer: step.transfer, is_replayed: false });
            }
        }
    }
    *tx.memory::<Desk>() = desk;
    Ok(receipts)
}

/// Decides all commands in their order, each on the figures that the ones before leave.
fn commands_decide(
    desk: &mut Desk,
    tx: &mut Tx<'_>,
    commands: &[Command],
) -> Result<Vec<Outcome>, ChainError> {
    let mut outcomes = Vec::with_capacity(commands.len());
    for (index, command) in commands.iter().enumerate() {
        // A key used in an earlier transaction is rare. Where the unique key catches it and this
        // write then runs again alone, it is looked for only before a refusal.
        let is_key_read = !tx.is_shared();
        desk_fill(desk, tx, command)?;
        if is_key_read {
            key_fill(desk, tx, command.key())?;
        }
        let stamp = Stamp { id: tx.id(), now: tx.now() };
        let mut outcome = rules::decide(desk, stamp, command);
        if outcome.is_err() && !is_key_read && key_fill(desk, tx, command.key())? {
            outcome = rules::decide(desk, stamp, command);
        }
        outcomes.push(outcome.map_err(|refused| ChainError::Refused { index, refused })?);
    }
    Ok(outcomes)
}

/// Gives back the rest of holds whose time is over, the oldest first, at most `limit` of them.
pub fn holds_expire(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Transfer>, Error> {
    tx.insert_now()?;
    let now = tx.now();
    let mut expired = Vec::new();
    for hold in store::holds_read_over(tx, now, limit)? {
        let step = rules::expire(Stamp { id: tx.id(), now }, hold);
        step_write(tx, &step)?;
        tx.memory::<Desk>().carry(&step);
        expired.push(step.transfer);
    }
    Ok(expired)
}

/// Reads a page of an account's posted transfers in a period, with the balances around it.
///
/// Costs the rows of the page, however long the statement is. Refuses a page key that no earlier
/// page gave.
pub fn account_statement(
    read: &Read<'_>,
    account: AccountId,
    period: Range<Time>,
    page: &Page,
) -> Result<Statement, Error> {
    let unit = account_get(read, account)?.standing.unit;
    let before = |time| store::balance_read_before(read, account, time);
    let opening = Amount::new(before(period.start)?.unwrap_or(0), unit);
    let end = period.end.max(period.start);
    let closing = Amount::new(before(end)?.unwrap_or(0), unit);
    let after = match &page.after {
        Some(key) => page_parse(key)?.max((period.start, 0)),
        None => (period.start, 0),
    };
    let mut rows = store::statement_read(read, account, after, end, page.rows + 1)?;
    let wanted = usize::try_from(page.rows).unwrap_or(usize::MAX);
    let next = (rows.len() > wanted).then(|| {
        rows.truncate(wanted);
        rows.last().map(page_key)
    });
    Ok(Statement { account, opening, closing, rows, next: next.flatten() })
}

fn page_key(row: &StatementRow) -> String {
    format!("{}.{}", row.made_at.millis(), row.seq)
}

fn page_parse(key: &str) -> Result<(Time, i64), Refused> {
    let parsed = key.split_once('.').and_then(|(millis, seq)| {
        Some((Time::from_millis(millis.parse().ok()?), seq.parse().ok()?))
    });
    parsed.ok_or_else(|| Refused::PageInvalid { key: key.chars().take(40).collect() })
}

fn single(tx: &mut Tx<'_>, command: &Command) -> Result<Receipt, Error> {
    let receipt = chain(tx, std::slice::from_ref(command))?.pop();
    Ok(receipt.expect("a chain of one command returns one receipt"))
}

/// Reads the figures that a command needs and that are not at hand.
fn desk_fill(desk: &mut Desk, tx: &mut Tx<'_>, command: &Command) -> Result<(), db::Error> {
    match command {
        Command::Post(PostCommand { debit, credit, .. })
        | Command::Hold(HoldCommand { debit, credit, .. }) => {
            let known = |id| desk.accounts.contains_key(id);
            if !(known(debit) && known(credit)) {
                tx.want(desk_load, &[debit.as_str(), credit.as_str()])?;
                let standings = store::pair_read(tx, *debit, *credit)?;
                desk_standings(desk, standings);
            }
        }
        Command::Settle(SettleCommand { hold, to, .. }) => desk_hold(desk, tx, *hold, *to)?,
        Command::Release(ReleaseCommand { hold, .. }) => desk_hold(desk, tx, *hold, None)?,
        Command::Reverse(ReverseCommand { transfer, .. }) => {
            if !desk.originals.contains_key(transfer) {
                tx.insert_now()?;
                if let Some(original) = store::transfer_read(tx, *transfer)? {
                    let ids = (original.debit, original.credit, None);
                    let standings = store::standings_read(tx, ids)?;
                    desk_standings(desk, standings);
                    let reversed = store::reversed_sum(tx, *transfer)?;
                    desk.originals.insert(*transfer, (original, reversed));
                }
            }
        }
    }
    Ok(())
}

/// Puts accounts on the desk that writes of one group share.
fn desk_load(tx: &mut Tx<'_>, accounts: &[String]) -> Result<(), db::Error> {
    let standings = store::standings_read_all(tx, accounts)?;
    desk_standings(tx.memory::<Desk>(), standings);
    Ok(())
}

/// Reads who has a key, if that is not at hand; tells whether it was found.
fn key_fill(desk: &mut Desk, read: &Read<'_>, key: &str) -> Result<bool, db::Error> {
    if desk.keys.contains_key(key) {
        return Ok(false);
    }
    let earlier = store::transfer_read_keyed(read, key)?;
    Ok(earlier.is_some_and(|earlier| desk.keys.insert(key.to_owned(), earlier).is_none()))
}

fn desk_hold(
    desk: &mut Desk,
    tx: &mut Tx<'_>,
    id: HoldId,
    to: Option<AccountId>,
) -> Result<(), db::Error> {
    // One that was placed in this transaction must be there to be changed.
    tx.insert_now()?;
    let known = desk.holds.get(&id).cloned();
    let hold = if known.is_some() { known } else { store::hold_read(tx, id)? };
    if let Some(hold) = hold {
        let standings = store::standings_read(tx, (hold.debit, hold.credit, to))?;
        desk_standings(desk, standings);
        desk.holds.entry(id).or_insert(hold);
    }
    Ok(())
}

/// Keeps what the desk has carried forward over what the database still says.
fn desk_standings(desk: &mut Desk, standings: Vec<crate::Standing>) {
    for standing in standings {
        desk.accounts.entry(standing.id).or_insert(standing);
    }
}

fn step_write(tx: &mut Tx<'_>, step: &Step) -> Result<(), db::Error> {
    let transfer = &step.transfer;
    for (account, added) in &step.added {
        store::account_add(tx, *account, added)?;
    }
    store::transfer_insert(tx, transfer)?;
    match &step.hold {
        Some(hold) if transfer.kind == TransferKind::Hold => store::hold_insert(tx, hold)?,
        Some(hold) => {
            store::hold_update(tx, hold)?;
        }
        None => {}
    }
    Ok(())
}
