//! All SQL of the ledger, one statement per function.

pub(crate) mod trails;

use crate::model::{
    Account, AccountId, Hold, HoldId, HoldState, Opening, Place, Standing, StatementRow, Transfer,
    TransferId,
};
use crate::rules::Added;
use base::{Amount, Id, Time};
use db::{Addition, Error, Read, Row, Tx, params};

/// Reads two accounts as the database has them, without what is still to be added to them. (`IN`
/// would make SQLite build a table in memory for two ids.)
pub(crate) fn pair_read(
    read: &Read<'_>,
    debit: AccountId,
    credit: AccountId,
) -> Result<Vec<Standing>, Error> {
    let mut standings = Vec::with_capacity(2);
    read.each_beside(
        "SELECT id, unit, side_limit, is_closed, debits_posted, credits_posted, debits_held,
            credits_held, movements, moved_at
         FROM account WHERE id = ?1
         UNION ALL
         SELECT id, unit, side_limit, is_closed, debits_posted, credits_posted, debits_held,
            credits_held, movements, moved_at
         FROM account WHERE id = ?2",
        params![&debit.0, &credit.0],
        |row| {
            standings.push(standing(row, 0)?);
            Ok(true)
        },
    )?;
    Ok(standings)
}

/// Reads many accounts.
pub(crate) fn standings_read_all(
    read: &Read<'_>,
    accounts: &[String],
) -> Result<Vec<Standing>, Error> {
    let mut standings = Vec::with_capacity(accounts.len());
    read.each_of(
        "SELECT id, unit, side_limit, is_closed, debits_posted, credits_posted, debits_held,
            credits_held, movements, moved_at
         FROM account WHERE id = ?1",
        accounts,
        |row| {
            standings.push(standing(row, 0)?);
            Ok(())
        },
    )?;
    Ok(standings)
}

/// Reads the accounts of a hold, and a third where a settlement goes elsewhere.
pub(crate) fn standings_read(
    read: &Read<'_>,
    ids: (AccountId, AccountId, Option<AccountId>),
) -> Result<Vec<Standing>, Error> {
    let third = ids.2.unwrap_or(ids.1);
    read.rows(
        "SELECT id, unit, side_limit, is_closed, debits_posted, credits_posted, debits_held,
            credits_held, movements, moved_at
         FROM account WHERE id IN (?1, ?2, ?3)",
        params![&ids.0.0, &ids.1.0, &third.0],
        |row| standing(row, 0),
    )
}

fn standing(row: &Row<'_>, from: usize) -> Result<Standing, Error> {
    Ok(Standing {
        id: row.id(from)?,
        unit: row.get(from + 1)?,
        limit: row.parse(from + 2)?,
        is_closed: row.get(from + 3)?,
        debits_posted: row.get(from + 4)?,
        credits_posted: row.get(from + 5)?,
        debits_held: row.get(from + 6)?,
        credits_held: row.get(from + 7)?,
        movements: row.get(from + 8)?,
        moved_at: row.get(from + 9)?,
    })
}

fn account(row: &Row<'_>) -> Result<Account, Error> {
    Ok(Account {
        kind: row.parse(0)?,
        holder: row.get(1)?,
        name: row.get(2)?,
        created_at: row.get(3)?,
        standing: standing(row, 4)?,
    })
}

pub(crate) fn account_read(read: &Read<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    read.row(
        "SELECT kind, holder, name, created_at, id, unit, side_limit, is_closed, debits_posted,
            credits_posted, debits_held, credits_held, movements, moved_at
         FROM account WHERE id = ?1",
        params![&id.0],
        account,
    )
}

pub(crate) fn accounts_read_of(
    read: &Read<'_>,
    holder: &Id,
    after: &str,
    rows: u32,
) -> Result<Vec<Account>, Error> {
    read.rows(
        "SELECT kind, holder, name, created_at, id, unit, side_limit, is_closed, debits_posted,
            credits_posted, debits_held, credits_held, movements, moved_at
         FROM account WHERE holder = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        params![holder, after, rows],
        account,
    )
}

pub(crate) fn account_insert(tx: &mut Tx<'_>, id: AccountId, new: &Opening) -> Result<u64, Error> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO account (id, kind, unit, holder, name, side_limit, is_closed, debits_posted,
            credits_posted, debits_held, credits_held, movements, moved_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, 0, 0, 0, ?7, ?7)",
        params![
            &id.0,
            new.kind.as_str(),
            &new.unit,
            new.holder.as_ref(),
            &new.name,
            new.limit.as_str(),
            now
        ],
    )
}

pub(crate) fn account_close(tx: &mut Tx<'_>, id: AccountId) -> Result<u64, Error> {
    tx.exec("UPDATE account SET is_closed = 1 WHERE id = ?1", params![&id.0])
}

/// Adds to the totals of an account, or takes from them where negative.
pub(crate) fn account_add(tx: &mut Tx<'_>, id: AccountId, added: &Added) -> Result<(), Error> {
    const TOTALS: Addition = Addition {
        table: "account",
        key: "id",
        columns: &[
            "debits_posted",
            "credits_posted",
            "debits_held",
            "credits_held",
            "movements",
            "moved_at",
        ],
    };
    let amounts = [
        added.debits_posted,
        added.credits_posted,
        added.debits_held,
        added.credits_held,
        added.movements,
        added.moved_millis,
    ];
    tx.add_later(TOTALS, id.as_str(), &amounts)
}

pub(crate) fn transfer_insert(tx: &mut Tx<'_>, transfer: &Transfer) -> Result<(), Error> {
    let (debit, credit) = transfer.places.unzip();
    tx.insert_later(
        "INSERT INTO transfer (id, kind, debit, credit, amount, unit, transfer_key, reference,
            hold, reverses, expires_at, made_at, debit_seq, debit_balance, credit_seq,
            credit_balance)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            &transfer.id.0,
            transfer.kind.as_str(),
            &transfer.debit.0,
            &transfer.credit.0,
            transfer.amount.minor,
            &transfer.amount.unit,
            transfer.key.as_ref(),
            &transfer.reference,
            transfer.hold.as_ref().map(|id| &id.0),
            transfer.reverses.as_ref().map(|id| &id.0),
            transfer.expires_at,
            transfer.made_at,
            debit.map(|place| place.seq),
            debit.map(|place| place.balance),
            credit.map(|place| place.seq),
            credit.map(|place| place.balance)
        ],
    )
}

pub(crate) fn hold_insert(tx: &mut Tx<'_>, hold: &Hold) -> Result<(), Error> {
    tx.insert_later(
        "INSERT INTO hold (id, amount, remaining, settled, state, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            &hold.id.0,
            hold.amount.minor,
            hold.remaining,
            hold.settled,
            hold.state.as_str(),
            hold.expires_at
        ],
    )
}

pub(crate) fn hold_update(tx: &mut Tx<'_>, hold: &Hold) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hold SET remaining = ?2, settled = ?3, state = ?4 WHERE id = ?1",
        params![&hold.id.0, hold.remaining, hold.settled, hold.state.as_str()],
    )
}

fn hold(row: &Row<'_>) -> Result<Hold, Error> {
    Ok(Hold {
        id: row.id(0)?,
        debit: row.id(1)?,
        credit: row.id(2)?,
        amount: Amount::new(row.get(3)?, row.get(4)?),
        remaining: row.get(5)?,
        settled: row.get(6)?,
        state: row.parse::<HoldState>(7)?,
        expires_at: row.get(8)?,
    })
}

pub(crate) fn hold_read(read: &Read<'_>, id: HoldId) -> Result<Option<Hold>, Error> {
    read.row(
        "SELECT h.id, t.debit, t.credit, h.amount, t.unit, h.remaining, h.settled, h.state,
            h.expires_at
         FROM hold h JOIN transfer t ON t.id = h.id WHERE h.id = ?1",
        params![&id.0],
        hold,
    )
}

pub(crate) fn holds_read_over(read: &Read<'_>, now: Time, limit: u32) -> Result<Vec<Hold>, Error> {
    read.rows(
        "SELECT h.id, t.debit, t.credit, h.amount, t.unit, h.remaining, h.settled, h.state,
            h.expires_at
         FROM hold h JOIN transfer t ON t.id = h.id
         WHERE h.state = 'Open' AND h.expires_at <= ?1 ORDER BY h.expires_at, h.id LIMIT ?2",
        params![now, limit],
        hold,
    )
}

fn transfer(row: &Row<'_>) -> Result<Transfer, Error> {
    let place =
        |seq: Option<i64>, balance: Option<i64>| Some(Place { seq: seq?, balance: balance? });
    let debit = place(row.get(12)?, row.get(13)?);
    let credit = place(row.get(14)?, row.get(15)?);
    Ok(Transfer {
        id: row.id(0)?,
        kind: row.parse(1)?,
        debit: row.id(2)?,
        credit: row.id(3)?,
        amount: Amount::new(row.get(4)?, row.get(5)?),
        key: row.get(6)?,
        reference: row.get(7)?,
        hold: row.id_optional(8)?,
        reverses: row.id_optional(9)?,
        expires_at: row.get(10)?,
        made_at: row.get(11)?,
        places: debit.zip(credit),
    })
}

pub(crate) fn transfer_read(read: &Read<'_>, id: TransferId) -> Result<Option<Transfer>, Error> {
    read.row(
        "SELECT id, kind, debit, credit, amount, unit, transfer_key, reference, hold, reverses,
            expires_at, made_at, debit_seq, debit_balance, credit_seq, credit_balance
         FROM transfer WHERE id = ?1",
        params![&id.0],
        transfer,
    )
}

pub(crate) fn transfer_read_keyed(read: &Read<'_>, key: &str) -> Result<Option<Transfer>, Error> {
    read.row(
        "SELECT id, kind, debit, credit, amount, unit, transfer_key, reference, hold, reverses,
            expires_at, made_at, debit_seq, debit_balance, credit_seq, credit_balance
         FROM transfer WHERE transfer_key = ?1",
        params![key],
        transfer,
    )
}

pub(crate) fn reversed_sum(read: &Read<'_>, id: TransferId) -> Result<i64, Error> {
    read.scalar(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM transfer WHERE reverses = ?1",
        params![&id.0],
    )
}

/// Balance after the last posted transfer made before an instant; none where there is none.
pub(crate) fn balance_read_before(
    read: &Read<'_>,
    account: AccountId,
    before: Time,
) -> Result<Option<i64>, Error> {
    read.row(
        "SELECT balance, seq FROM (
            SELECT debit_balance AS balance, debit_seq AS seq FROM transfer
            WHERE debit = ?1 AND debit_seq IS NOT NULL AND made_at < ?2
            ORDER BY made_at DESC, debit_seq DESC LIMIT 1) AS taken
         UNION ALL SELECT balance, seq FROM (
            SELECT credit_balance AS balance, credit_seq AS seq FROM transfer
            WHERE credit = ?1 AND credit_seq IS NOT NULL AND made_at < ?2
            ORDER BY made_at DESC, credit_seq DESC LIMIT 1) AS given
         ORDER BY 2 DESC LIMIT 1",
        params![&account.0, before],
        |row| row.get(0),
    )
}

/// Reads lines after a position (instant and number) and before an instant.
pub(crate) fn statement_read(
    read: &Read<'_>,
    account: AccountId,
    after: (Time, i64),
    before: Time,
    rows: u32,
) -> Result<Vec<StatementRow>, Error> {
    read.rows(
        "SELECT seq, made_at, id, kind, other, change, balance, reference FROM (
            SELECT debit_seq AS seq, made_at, id, kind, credit AS other, -amount AS change,
                debit_balance AS balance, reference
            FROM transfer WHERE debit = ?1 AND debit_seq IS NOT NULL
                AND (made_at, debit_seq) > (?2, ?3) AND made_at < ?4
            ORDER BY made_at, debit_seq LIMIT ?5) AS taken
         UNION ALL SELECT seq, made_at, id, kind, other, change, balance, reference FROM (
            SELECT credit_seq AS seq, made_at, id, kind, debit AS other, amount AS change,
                credit_balance AS balance, reference
            FROM transfer WHERE credit = ?1 AND credit_seq IS NOT NULL
                AND (made_at, credit_seq) > (?2, ?3) AND made_at < ?4
            ORDER BY made_at, credit_seq LIMIT ?5) AS given
         ORDER BY 1 LIMIT ?5",
        params![&account.0, after.0, after.1, before, rows],
        |row| {
            Ok(StatementRow {
                seq: row.get(0)?,
                made_at: row.get(1)?,
                transfer: row.id(2)?,
                kind: row.parse(3)?,
                other: row.id(4)?,
                change: row.get(5)?,
                balance: row.get(6)?,
                reference: row.get(7)?,
            })
        },
    )
}
