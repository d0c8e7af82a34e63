//! The check finds what was tampered with, and names it.

use super::{POOL, START, World, on_both, post, release, reverse, settle};
use crate::{Broken, CheckError, check_invariants};
use base::{Time, Unit};
use db::params;

fn tampered(world: &World, sql: &'static str) -> Broken {
    world.write(move |tx| Ok(tx.exec(sql, params![])?)).expect("tampers");
    match world.db.read(|read| check_invariants(read, START, 0)) {
        Err(CheckError::Broken(broken)) => broken,
        other => panic!("{sql}: expected a broken invariant, got {other:?}"),
    }
}

/// Books with one of everything.
fn full(world: &World) {
    let id = world.hold("h", 100, None);
    world.ok(&settle("s", id, 40, None));
    let posted = world.ok(&post("p", world.fund, world.supplier, 10)).transfer.id;
    world.ok(&reverse("v", posted, 4));
    let rest = world.hold("h2", 50, None);
    world.ok(&release("r", rest));
    world.hold("h3", 7, Some(START.plus_seconds(60)));
    world.sound();
}

/// Runs on fresh books, and mends what was broken before the last check.
fn check(break_it: &'static str, mend: &'static str, expected: impl Fn(&World, Broken) -> bool) {
    on_both(|world| {
        full(world);
        let broken = tampered(world, break_it);
        assert!(expected(world, broken.clone()), "{break_it}: {broken:?}");
        world.write(move |tx| Ok(tx.exec(mend, params![])?)).expect("mends");
    });
}

#[test]
fn a_total_that_its_transfers_do_not_make_is_found() {
    check(
        "UPDATE account SET credits_posted = credits_posted + 5 WHERE kind = 'Fund'",
        "UPDATE account SET credits_posted = credits_posted - 5 WHERE kind = 'Fund'",
        |w, broken| {
            let (kept, computed) = (POOL + 9, i128::from(POOL) + 4);
            let what = "credits posted";
            broken == Broken::TotalWrong { account: w.fund, what, kept, computed }
        },
    );
}

#[test]
fn a_held_total_that_no_hold_explains_is_found() {
    check(
        "UPDATE account SET debits_held = debits_held - 1 WHERE kind = 'Fund'",
        "UPDATE account SET debits_held = debits_held + 1 WHERE kind = 'Fund'",
        |w, broken| {
            let what = "debits held";
            broken == Broken::TotalWrong { account: w.fund, what, kept: 66, computed: 67 }
        },
    );
}

#[test]
fn an_amount_changed_afterwards_is_found() {
    check(
        "UPDATE transfer SET amount = amount + 1 WHERE transfer_key = 'p'",
        "UPDATE transfer SET amount = amount - 1 WHERE transfer_key = 'p'",
        |_, broken| matches!(broken, Broken::StatementBroken { what: "balance", .. }),
    );
}

#[test]
fn a_transfer_in_another_unit_than_its_accounts_is_found() {
    check(
        "UPDATE transfer SET unit = 'EUR' WHERE transfer_key = 'h3'",
        "UPDATE transfer SET unit = 'CNY' WHERE transfer_key = 'h3'",
        |_, broken| matches!(broken, Broken::TransferStray { .. }),
    );
}

#[test]
fn a_transfer_between_accounts_that_do_not_exist_is_found() {
    check(
        "UPDATE transfer SET debit = 'nobody' WHERE kind = 'Release'",
        "UPDATE transfer SET debit = (SELECT debit FROM transfer WHERE transfer_key = 'h2')
         WHERE kind = 'Release'",
        |_, broken| matches!(broken, Broken::TransferStray { .. }),
    );
}

#[test]
fn a_statement_with_a_gap_is_found() {
    check(
        "UPDATE transfer SET debit_seq = debit_seq + 7 WHERE transfer_key = 'v'",
        "UPDATE transfer SET debit_seq = debit_seq - 7 WHERE transfer_key = 'v'",
        |w, broken| {
            matches!(broken, Broken::StatementBroken { account, what: "position", kept: 10, .. }
                if account == w.supplier)
        },
    );
}

#[test]
fn a_hold_that_does_not_add_up_is_found() {
    check(
        "UPDATE hold SET settled = settled + 1, amount = amount + 1 WHERE settled = 40",
        "UPDATE hold SET settled = settled - 1, amount = amount - 1 WHERE settled = 41",
        |_, broken| {
            matches!(broken, Broken::HoldWrong { amount: 100, settled: 40, remaining: 60, .. })
        },
    );
}

#[test]
fn a_settlement_without_its_hold_is_found() {
    check(
        "UPDATE transfer SET hold = (SELECT id FROM transfer WHERE transfer_key = 'p')
         WHERE transfer_key = 'r'",
        "UPDATE transfer SET hold = (SELECT id FROM transfer WHERE transfer_key = 'h2')
         WHERE transfer_key = 'r'",
        |_, broken| matches!(broken, Broken::HoldMissing { .. } | Broken::HoldWrong { .. }),
    );
}

#[test]
fn a_reversal_beyond_its_original_is_found() {
    check(
        "UPDATE transfer SET reverses = (SELECT id FROM transfer WHERE transfer_key = 'pool')
         WHERE transfer_key = 'v'",
        "UPDATE transfer SET reverses = (SELECT id FROM transfer WHERE transfer_key = 'p')
         WHERE transfer_key = 'v'",
        |_, broken| matches!(broken, Broken::ReversalWrong { amount: POOL, reversed: 4, .. }),
    );
}

#[test]
fn a_limit_imposed_on_what_it_forbids_is_found() {
    on_both(|world| {
        full(world);
        // The database refuses the limit where it is broken; so does the check, by its own sums.
        let sql = "UPDATE account SET side_limit = 'DebitsWithinCredits' WHERE kind = 'Treasury'";
        let answer = world.write(move |tx| Ok(tx.exec(sql, params![])?));
        assert!(answer.is_err());
    });
}

#[test]
fn an_overdue_hold_is_found_after_its_grace() {
    on_both(|world| {
        full(world);
        let expires_at = START.plus_seconds(60);
        let check = |now: Time| world.db.read(|read| check_invariants(read, now, 30));
        check(START.plus_seconds(90)).expect("is within its grace");
        match check(START.plus_seconds(91)) {
            Err(CheckError::Broken(Broken::HoldOverdue { expires_at: at, .. })) => {
                assert_eq!(at, expires_at);
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn each_unit_is_summed_alone() {
    let broken = Broken::UnitNotZero { unit: Unit::CNY, what: "posted", debits: 1, credits: 2 };
    assert_eq!(broken.to_string(), "CNY does not sum to zero: posted debits 1, credits 2");
}
