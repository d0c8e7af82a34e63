//! The SQL from which the books are checked: ordered streams over everything.

use crate::model::{AccountId, HoldId, HoldState, Standing, TransferId, TransferKind};
use base::Time;
use db::{Error, Read, params};

/// One line of the stream from which accounts are checked: for each account its movements in
/// order, what open holds keep on it, then its own figures.
pub(crate) enum Movement {
    Posted {
        account: AccountId,
        transfer: TransferId,
        seq: i64,
        made_at: Time,
        change: i64,
        balance: i64,
    },
    Held {
        is_debit: bool,
        amount: i64,
    },
    End(Standing),
}

pub(crate) fn movements_each(
    read: &Read<'_>,
    mut each: impl FnMut(Movement) -> Result<bool, Error>,
) -> Result<(), Error> {
    // Columns 1-4 order the lines of one account: rank, instant, position, side. The figures of
    // the account stand in rank 2; the other ranks leave them empty.
    read.each(
        "SELECT debit AS account, 0 AS rank, made_at, debit_seq AS seq, -amount AS change,
            debit_balance AS balance, id AS transfer, '' AS side_limit, 0 AS is_closed,
            unit, 0 AS debits_posted, 0 AS credits_posted, 0 AS debits_held, 0 AS credits_held
         FROM transfer WHERE debit_seq IS NOT NULL
         UNION ALL SELECT credit, 0, made_at, credit_seq, amount, credit_balance, id, '', 0,
            unit, 0, 0, 0, 0
         FROM transfer WHERE credit_seq IS NOT NULL
         UNION ALL SELECT t.debit, 1, 0, 0, -h.remaining, 0, t.id, '', 0, t.unit, 0, 0, 0, 0
         FROM hold h JOIN transfer t ON t.id = h.id WHERE h.state = 'Open'
         UNION ALL SELECT t.credit, 1, 0, 0, h.remaining, 0, t.id, '', 0, t.unit, 0, 0, 0, 0
         FROM hold h JOIN transfer t ON t.id = h.id WHERE h.state = 'Open'
         UNION ALL SELECT id, 2, moved_at, movements, 0, 0, '', side_limit, is_closed,
            unit, debits_posted, credits_posted, debits_held, credits_held
         FROM account
         ORDER BY 1, 2, 3, 4",
        params![],
        |row| {
            let change: i64 = row.get(4)?;
            each(match row.get::<i64>(1)? {
                0 => Movement::Posted {
                    account: row.id(0)?,
                    transfer: row.id(6)?,
                    seq: row.get(3)?,
                    made_at: row.get(2)?,
                    change,
                    balance: row.get(5)?,
                },
                1 => Movement::Held { is_debit: change < 0, amount: change.saturating_abs() },
                _ => Movement::End(Standing {
                    id: row.id(0)?,
                    unit: row.get(9)?,
                    limit: row.parse(7)?,
                    is_closed: row.get(8)?,
                    debits_posted: row.get(10)?,
                    credits_posted: row.get(11)?,
                    debits_held: row.get(12)?,
                    credits_held: row.get(13)?,
                    movements: row.get(3)?,
                    moved_at: row.get(2)?,
                }),
            })
        },
    )
}

/// The figures of a hold's row.
pub(crate) struct HoldFigures {
    pub(crate) amount: i64,
    pub(crate) remaining: i64,
    pub(crate) settled: i64,
    pub(crate) state: HoldState,
}

/// One line of the stream from which holds are checked.
pub(crate) enum HoldTrail {
    Row(HoldFigures),
    Transfer(TransferKind, i64),
}

pub(crate) fn hold_trails_each(
    read: &Read<'_>,
    mut each: impl FnMut(HoldId, HoldTrail) -> Result<bool, Error>,
) -> Result<(), Error> {
    read.each(
        "SELECT id AS hold, 'Row' AS kind, amount, remaining, settled, state FROM hold
         UNION ALL SELECT id, kind, amount, 0, 0, '' FROM transfer WHERE kind = 'Hold'
         UNION ALL SELECT hold, kind, amount, 0, 0, '' FROM transfer WHERE hold IS NOT NULL
         ORDER BY 1",
        params![],
        |row| {
            let amount = row.get(2)?;
            let trail = if row.get::<String>(1)? == "Row" {
                let (remaining, settled) = (row.get(3)?, row.get(4)?);
                HoldTrail::Row(HoldFigures { amount, remaining, settled, state: row.parse(5)? })
            } else {
                HoldTrail::Transfer(row.parse(1)?, amount)
            };
            each(row.id(0)?, trail)
        },
    )
}

/// A reversal beside its original.
pub(crate) struct ReversalTrail {
    pub(crate) original: TransferId,
    pub(crate) original_amount: i64,
    pub(crate) kind: TransferKind,
    pub(crate) amount: i64,
    /// Whether it goes between the same accounts, the other way.
    pub(crate) is_swapped: bool,
}

pub(crate) fn reversals_each(
    read: &Read<'_>,
    mut each: impl FnMut(ReversalTrail) -> Result<bool, Error>,
) -> Result<(), Error> {
    read.each(
        "SELECT o.id, o.amount, o.kind, r.amount,
            CASE WHEN r.debit = o.credit AND r.credit = o.debit THEN 1 ELSE 0 END
         FROM transfer r JOIN transfer o ON o.id = r.reverses
         WHERE r.reverses IS NOT NULL ORDER BY r.reverses",
        params![],
        |row| {
            each(ReversalTrail {
                original: row.id(0)?,
                original_amount: row.get(1)?,
                kind: row.parse(2)?,
                amount: row.get(3)?,
                is_swapped: row.get(4)?,
            })
        },
    )
}

/// Finds an open hold whose time was over before an instant.
pub(crate) fn hold_read_overdue(
    read: &Read<'_>,
    before: Time,
) -> Result<Option<(HoldId, Time)>, Error> {
    read.row(
        "SELECT id, expires_at FROM hold WHERE state = 'Open' AND expires_at < ?1
         ORDER BY expires_at, id LIMIT 1",
        params![before],
        |row| Ok((row.id(0)?, row.get(1)?)),
    )
}

/// Finds a transfer one of whose accounts does not exist, or is in another unit.
pub(crate) fn transfer_read_stray(read: &Read<'_>) -> Result<Option<TransferId>, Error> {
    read.row(
        "SELECT t.id FROM transfer t
         LEFT JOIN account d ON d.id = t.debit AND d.unit = t.unit
         LEFT JOIN account c ON c.id = t.credit AND c.unit = t.unit
         WHERE d.id IS NULL OR c.id IS NULL ORDER BY t.id LIMIT 1",
        params![],
        |row| row.id(0),
    )
}
