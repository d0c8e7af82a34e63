//! Holds from placing to their end, alone and under many callers.

use super::{
    ABOUT, POOL, START, VOUCHER, World, cny, hold, on_both, post, release, reverse, settle,
};
use crate::{
    Error, HoldCommand, HoldState, Receipt, Refused, SettleCommand, TransferKind, hold_get,
    hold_place, hold_settle, holds_expire,
};
use std::sync::Arc;
use testbed::databases;

#[test]
fn a_hold_reserves_and_moves_nothing() {
    on_both(|w| {
        w.hold("h", VOUCHER, None);
        assert_eq!(w.figures(w.fund), [0, VOUCHER, POOL, 0]);
        assert_eq!(w.figures(w.supplier), [0, 0, 0, VOUCHER]);
        assert_eq!(w.get(w.fund).standing.left_to_debit(), POOL - VOUCHER);
    });
}

#[test]
fn a_hold_is_settled_in_parts_and_its_rest_released() {
    on_both(|w| {
        let id = w.hold("h", VOUCHER, None);
        w.ok(&settle("s1", id, 1, None));
        w.ok(&settle("s2", id, 99, None));
        let rest = w.ok(&release("r", id)).transfer;
        assert_eq!(rest.amount, cny(VOUCHER - 100));
        let hold = w.db.read(|read| hold_get(read, id)).expect("reads");
        assert_eq!((hold.state, hold.settled, hold.remaining), (HoldState::Released, 100, 0));
        assert_eq!(w.figures(w.fund), [100, 0, POOL, 0]);
        assert_eq!(w.figures(w.supplier), [0, 0, 100, 0]);
    });
}

#[test]
fn a_settlement_may_go_to_another_account_than_the_hold_names() {
    on_both(|w| {
        let id = w.hold("h", 100, None);
        w.ok(&settle("s1", id, 30, Some(w.other)));
        assert_eq!(w.figures(w.supplier), [0, 0, 0, 70]);
        assert_eq!(w.figures(w.other), [0, 0, 30, 0]);
        w.ok(&settle("s2", id, 70, None));
        assert_eq!(w.figures(w.supplier), [0, 0, 70, 0]);
        assert_eq!(w.figures(w.fund), [100, 0, POOL, 0]);
    });
}

#[test]
fn a_hold_can_be_settled_in_the_write_that_placed_it() {
    on_both(|w| {
        let (fund, supplier) = (w.fund, w.supplier);
        let command = move |key: &str| HoldCommand {
            key: key.to_owned(),
            debit: fund,
            credit: supplier,
            amount: cny(100),
            reference: ABOUT.to_owned(),
            expires_at: None,
        };
        let receipt: Result<Receipt, Error> = w.write(move |tx| {
            let placed = hold_place(tx, command("h"))?;
            hold_place(tx, command("h2"))?;
            let again = hold_place(tx, command("h"))?;
            assert!(again.is_replayed && again.transfer == placed.transfer);
            let hold = placed.transfer.hold_placed().expect("places a hold");
            let (key, reference) = ("s".to_owned(), ABOUT.to_owned());
            let settle = SettleCommand { key, hold, amount: cny(40), to: None, reference };
            hold_settle(tx, settle)
        });
        assert_eq!(receipt.expect("settles").transfer.kind, TransferKind::Settle);
        assert_eq!(w.figures(fund), [40, 160, POOL, 0]);
    });
}

#[test]
fn only_holds_past_their_time_expire_the_oldest_first() {
    on_both(|w| {
        let later = w.hold("later", 3, Some(START.plus_seconds(20)));
        let sooner = w.hold("sooner", 5, Some(START.plus_seconds(10)));
        w.hold("never", 7, None);
        w.ok(&settle("part", sooner, 1, None));
        let expire = |limit| {
            let made = w.write(move |tx| holds_expire(tx, limit)).expect("expires");
            made.iter().map(|t| (t.hold.expect("acts on a hold"), t.amount.minor)).collect()
        };
        let none: Vec<_> = expire(10);
        assert_eq!(none, []);
        w.clock.advance(20);
        assert_eq!(expire(1), [(sooner, 4)]);
        assert_eq!(expire(10), [(later, 3)]);
        assert_eq!(expire(10), none);
        assert_eq!(w.figures(w.fund), [1, 7, POOL, 0]);
        let hold = w.db.read(|read| hold_get(read, sooner)).expect("reads");
        assert_eq!((hold.state, hold.settled), (HoldState::Expired, 1));
    });
}

#[test]
fn a_settlement_that_is_reversed_leaves_its_hold_settled() {
    on_both(|w| {
        let id = w.hold("h", 100, None);
        let settled = w.ok(&settle("s", id, 100, None)).transfer.id;
        let back = w.ok(&reverse("r", settled, 60)).transfer;
        assert_eq!((back.debit, back.credit), (w.supplier, w.fund));
        assert_eq!(back.reverses, Some(settled));
        assert_eq!(w.figures(w.fund), [100, 0, POOL + 60, 0]);
        let hold = w.db.read(|read| hold_get(read, id)).expect("reads");
        assert_eq!((hold.state, hold.settled), (HoldState::Settled, 100));
    });
}

#[test]
fn a_repeated_command_does_nothing_and_returns_the_first_receipt() {
    on_both(|w| {
        let id = w.hold("open", 100, Some(START.plus_seconds(1_000)));
        let posted = w.ok(&post("posted", w.fund, w.supplier, 10)).transfer.id;
        let commands = [
            hold("h", w.fund, w.supplier, 5, Some(START.plus_seconds(9))),
            settle("s", id, 60, None),
            settle("t", id, 10, Some(w.other)),
            reverse("v", posted, 10),
            release("r", id),
        ];
        for command in &commands {
            let first = w.ok(command);
            let before = w.figures(w.fund);
            // Also after the hold is over, and later.
            w.clock.advance(100);
            let again = w.ok(command);
            assert!(!first.is_replayed && again.is_replayed);
            assert_eq!(first.transfer, again.transfer);
            assert_eq!(w.figures(w.fund), before);
        }
        // A settlement that names the hold's own account is the same as one that names none.
        assert!(w.ok(&settle("s", id, 60, Some(w.supplier))).is_replayed);
    });
}

/// 64 callers ask for 1,000 each from a budget that has room for half of them.
fn crowd(world: World, callers: i64, keys: fn(i64, i64) -> String) -> (i64, i64, World) {
    let world = Arc::new(world);
    let each = 8;
    let amount = POOL / (callers * each / 2);
    let threads: Vec<_> = (0..callers)
        .map(|caller| {
            let world = world.clone();
            std::thread::spawn(move || {
                let mut held = 0;
                for number in 0..each {
                    let key = keys(caller, number);
                    match world.run(&hold(&key, world.fund, world.supplier, amount, None)) {
                        Ok(receipt) => held += i64::from(!receipt.is_replayed),
                        Err(Error::Refused(Refused::InsufficientFunds { .. })) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
                held
            })
        })
        .collect();
    let held = threads.into_iter().map(|thread| thread.join().expect("joins")).sum();
    (held, amount, Arc::into_inner(world).expect("all callers are done"))
}

#[test]
fn many_holds_at_once_never_exceed_the_budget() {
    for database in databases() {
        let world = World::open(database.url(), 1);
        let (held, amount, world) = crowd(world, 64, |caller, number| format!("{caller}-{number}"));
        assert_eq!(held, 64 * 8 / 2);
        assert_eq!(world.figures(world.fund), [0, held * amount, POOL, 0]);
        world.sound();
    }
}

#[test]
fn the_same_key_from_many_callers_holds_once() {
    for database in databases() {
        let world = World::open(database.url(), 1);
        let (held, amount, world) = crowd(world, 64, |_, number| format!("{number}"));
        assert_eq!(held, 8);
        assert_eq!(world.figures(world.fund), [0, held * amount, POOL, 0]);
        world.sound();
    }
}

#[test]
fn two_nodes_on_one_budget_never_exceed_it() {
    for database in databases() {
        // SQLite always has one lane; on PostgreSQL they conflict as two nodes would.
        let world = World::open(database.url(), 2);
        let (held, amount, world) = crowd(world, 4, |caller, number| format!("{caller}-{number}"));
        assert_eq!(held, 4 * 8 / 2);
        assert_eq!(world.figures(world.fund), [0, held * amount, POOL, 0]);
        world.sound();
    }
}
