//! The ledger in a hundred lines of memory, written apart from the rules it is compared with.

use crate::{AccountId, Command, HoldId, HoldState, Limit, Refused, TransferId, TransferKind};
use base::{Amount, Time, Unit};
use std::collections::BTreeMap;

#[derive(Clone)]
pub(super) struct Side {
    pub(super) unit: Unit,
    pub(super) limit: Limit,
    pub(super) closed: bool,
    /// Debits posted, debits held, credits posted, credits held.
    pub(super) sums: [i128; 4],
}

#[derive(Clone)]
pub(super) struct Reserved {
    pub(super) debit: AccountId,
    pub(super) credit: AccountId,
    pub(super) unit: Unit,
    pub(super) rest: i128,
    pub(super) state: HoldState,
    pub(super) end: Option<Time>,
}

/// Kind, debit, credit, amount in minor units.
pub(super) type Line = (TransferKind, AccountId, AccountId, i128);

#[derive(Clone, Default)]
pub(super) struct Book {
    pub(super) sides: BTreeMap<AccountId, Side>,
    pub(super) holds: BTreeMap<HoldId, Reserved>,
    /// Each line with its unit and what was reversed of it.
    pub(super) lines: BTreeMap<TransferId, (Line, Unit, i128)>,
    /// What each key did, in full, and with what result.
    pub(super) keys: BTreeMap<String, (Command, TransferId)>,
}

impl Book {
    /// Does a command whose transfer, if there is one, is called `id`; tells the line and whether
    /// it was made before.
    #[expect(clippy::too_many_lines, reason = "one page to compare with, read from top to bottom")]
    pub(super) fn run(
        &mut self,
        command: &Command,
        id: TransferId,
        now: Time,
    ) -> Result<(bool, TransferId, Line), Refused> {
        if let Some((first, made)) = self.keys.get(command.key()) {
            if self.plain(first) == self.plain(command) {
                return Ok((true, *made, self.lines[made].0));
            }
            let key = command.key().to_owned();
            return Err(Refused::KeyReused { key, transfer: *made });
        }
        let (line, unit) = match command {
            Command::Post(c) => {
                self.allowed(c.debit, c.credit, c.amount, [true, true])?;
                self.add([(c.debit, 0), (c.credit, 2)], c.amount.minor.into());
                ((TransferKind::Post, c.debit, c.credit, c.amount.minor.into()), c.amount.unit)
            }
            Command::Hold(c) => {
                let rest = i128::from(c.amount.minor);
                self.allowed(c.debit, c.credit, c.amount, [false; 2])?;
                if let Some(expires_at) = c.expires_at.filter(|at| *at <= now) {
                    return Err(Refused::ExpiryInPast { expires_at, now });
                }
                self.allowed(c.debit, c.credit, c.amount, [true, true])?;
                self.add([(c.debit, 1), (c.credit, 3)], rest);
                let (debit, credit, unit) = (c.debit, c.credit, c.amount.unit);
                let state = HoldState::Open;
                let hold = Reserved { debit, credit, unit, rest, state, end: c.expires_at };
                self.holds.insert(HoldId(id.0), hold);
                ((TransferKind::Hold, c.debit, c.credit, rest), unit)
            }
            Command::Settle(c) => {
                let (hold, asked) = (c.hold, c.amount);
                positive(asked)?;
                let h = self.open(hold)?;
                if let Some(expires_at) = h.end.filter(|at| *at <= now) {
                    return Err(Refused::HoldExpired { hold, expires_at });
                }
                same_unit(asked, h.unit)?;
                if i128::from(asked.minor) > h.rest {
                    let remaining = small(h.rest, h.unit);
                    return Err(Refused::AmountAboveHold { hold, asked, remaining });
                }
                let to = c.to.unwrap_or(h.credit);
                self.allowed(h.debit, to, asked, [false, to != h.credit])?;
                let amount = i128::from(asked.minor);
                self.add([(h.debit, 1), (h.credit, 3)], -amount);
                self.add([(h.debit, 0), (to, 2)], amount);
                let state = if h.rest == amount { HoldState::Settled } else { HoldState::Open };
                let debit = h.debit;
                self.holds.insert(hold, Reserved { rest: h.rest - amount, state, ..h });
                ((TransferKind::Settle, debit, to, amount), asked.unit)
            }
            Command::Release(c) => {
                let h = self.open(c.hold)?;
                self.close(c.hold, HoldState::Released);
                ((TransferKind::Release, h.debit, h.credit, h.rest), h.unit)
            }
            Command::Reverse(c) => {
                let (transfer, asked) = (c.transfer, c.amount);
                positive(asked)?;
                let known = self.lines.get(&transfer).copied();
                let ((kind, debit, credit, whole), unit, back) =
                    known.ok_or(Refused::TransferUnknown { transfer })?;
                if ![TransferKind::Post, TransferKind::Settle].contains(&kind) {
                    return Err(Refused::NotReversible { transfer, kind });
                }
                same_unit(asked, unit)?;
                if back == whole {
                    return Err(Refused::AlreadyReversed { transfer });
                }
                if back + i128::from(asked.minor) > whole {
                    let left = small(whole - back, unit);
                    return Err(Refused::ReversalAboveOriginal { transfer, asked, left });
                }
                self.allowed(credit, debit, asked, [true, true])?;
                let amount = i128::from(asked.minor);
                self.add([(credit, 0), (debit, 2)], amount);
                let line = ((kind, debit, credit, whole), unit, back + amount);
                self.lines.insert(transfer, line);
                ((TransferKind::Reversal, credit, debit, amount), unit)
            }
        };
        self.lines.insert(id, (line, unit, 0));
        self.keys.insert(command.key().to_owned(), (command.clone(), id));
        Ok((false, id, line))
    }

    /// Ends the holds whose time is over, the oldest first.
    pub(super) fn expire(&mut self, now: Time, limit: usize) -> Vec<(HoldId, i128)> {
        let over = |h: &Reserved| h.state == HoldState::Open && h.end.is_some_and(|at| at <= now);
        let mut ended: Vec<_> = self
            .holds
            .iter()
            .filter(|(_, h)| over(h))
            .map(|(id, h)| (h.end, *id, h.rest))
            .collect();
        ended.sort();
        ended.truncate(limit);
        ended.iter().for_each(|(_, id, _)| self.close(*id, HoldState::Expired));
        ended.into_iter().map(|(_, id, rest)| (id, rest)).collect()
    }

    fn close(&mut self, id: HoldId, state: HoldState) {
        let h = self.holds[&id].clone();
        self.add([(h.debit, 1), (h.credit, 3)], -h.rest);
        self.holds.insert(id, Reserved { rest: 0, state, ..h });
    }

    /// Writes out a settlement's account where it was left to the hold.
    fn plain(&self, command: &Command) -> Command {
        let mut plain = command.clone();
        if let Command::Settle(c) = &mut plain {
            c.to = c.to.or_else(|| self.holds.get(&c.hold).map(|hold| hold.credit));
        }
        plain
    }

    fn open(&self, hold: HoldId) -> Result<Reserved, Refused> {
        let found = self.holds.get(&hold).ok_or(Refused::HoldUnknown { hold })?;
        match found.state {
            HoldState::Open => Ok(found.clone()),
            state => Err(Refused::HoldNotOpen { hold, state }),
        }
    }

    fn add(&mut self, places: [(AccountId, usize); 2], amount: i128) {
        for (account, column) in places {
            self.sides.get_mut(&account).expect("was allowed").sums[column] += amount;
        }
    }

    /// Tells whether two accounts may deal, and (where `room` says so) whether each has room.
    fn allowed(
        &self,
        debit: AccountId,
        credit: AccountId,
        asked: Amount,
        room: [bool; 2],
    ) -> Result<(), Refused> {
        positive(asked)?;
        if debit == credit {
            return Err(Refused::SameAccount { account: debit });
        }
        for account in [debit, credit] {
            self.sides.get(&account).ok_or(Refused::AccountUnknown { account })?;
        }
        for account in [debit, credit] {
            same_unit(asked, self.sides[&account].unit)?;
            if self.sides[&account].closed {
                return Err(Refused::AccountClosed { account });
            }
        }
        for (at, account) in [debit, credit].into_iter().enumerate().filter(|(at, _)| room[*at]) {
            let side = &self.sides[&account];
            let (used, across) = match at {
                0 => (side.sums[0] + side.sums[1], side.sums[2]),
                _ => (side.sums[2] + side.sums[3], side.sums[0]),
            };
            let wanted = used + i128::from(asked.minor);
            if wanted > i128::from(i64::MAX) {
                return Err(Refused::Overflow { account });
            }
            let left = small(across - used, side.unit);
            match (at, side.limit) {
                (0, Limit::DebitsWithinCredits) if wanted > across => {
                    return Err(Refused::InsufficientFunds { account, asked, left });
                }
                (1, Limit::CreditsWithinDebits) if wanted > across => {
                    return Err(Refused::CreditsAboveDebits { account, asked, left });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn positive(asked: Amount) -> Result<(), Refused> {
    if asked.minor > 0 { Ok(()) } else { Err(Refused::AmountNotPositive { asked }) }
}

fn same_unit(amount: Amount, expected: Unit) -> Result<(), Refused> {
    let asked = amount.unit;
    if asked == expected { Ok(()) } else { Err(Refused::UnitMismatch { asked, expected }) }
}

fn small(minor: i128, unit: Unit) -> Amount {
    Amount::new(i64::try_from(minor).unwrap_or(i64::MAX), unit)
}
