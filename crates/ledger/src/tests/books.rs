//! Posting, chains, reversals, accounts.

use super::{POOL, VOUCHER, World, cny, hold, on_both, opening, post, reverse, settle};
use crate::{
    AccountKind, ChainError, Error, Limit, Refused, account_close, account_open, accounts_of,
    chain, hold_place, transfer_by_key,
};
use base::{Amount, Id, Page, Time, Unit};
use db::params;

#[test]
fn money_enters_a_fund_is_awarded_claimed_and_paid() {
    on_both(|w| {
        let award = w.account(AccountKind::Award, Unit::CNY, Limit::DebitsWithinCredits);
        let bank = w.account(AccountKind::Bank, Unit::CNY, Limit::Unlimited);
        w.ok(&post("award", w.fund, award, VOUCHER));
        let claim = w.ok(&hold("claim", award, w.supplier, 300, None)).transfer;
        let id = claim.hold_placed().expect("places a hold");
        w.ok(&super::settle("approved", id, 300, None));
        w.ok(&post("paid", w.supplier, bank, 300));
        assert_eq!(w.get(w.supplier).standing.balance(), 0);
        assert_eq!(w.get(award).standing.balance(), VOUCHER - 300);
        assert_eq!(w.get(w.treasury).standing.balance(), -POOL);
    });
}

#[test]
fn the_largest_amounts_are_neither_lost_nor_rounded() {
    on_both(|w| {
        let free = Limit::Unlimited;
        let giver = w.account(AccountKind::Treasury, Unit::CNY, free);
        let limited = Limit::DebitsWithinCredits;
        let taker = w.account(AccountKind::Fund, Unit::CNY, limited);
        for (key, text) in [("a", "10,000,000.00"), ("b", "500,000,000.00")] {
            let amount = Amount::parse(text, Unit::CNY).expect("an amount");
            let made = w.ok(&post(key, giver, taker, amount.minor)).transfer;
            assert_eq!(made.amount.to_string(), format!("{text} CNY"));
        }
        let rest = i64::MAX - VOUCHER - POOL;
        w.ok(&post("rest", giver, taker, rest));
        assert_eq!(w.get(taker).standing.balance(), i64::MAX);
        assert_eq!(w.get(giver).standing.balance(), -i64::MAX);
        let one = w.refused(&post("one more", giver, taker, 1));
        assert_eq!(one, Refused::Overflow { account: giver });
        w.ok(&hold("all", taker, giver, i64::MAX, None));
    });
}

#[test]
fn a_chain_is_done_wholly_or_not_at_all() {
    on_both(|w| {
        let account = w.other;
        let good = vec![
            post("a", w.fund, account, 100),
            hold("b", account, w.supplier, 60, None),
            post("c", account, w.supplier, 40),
        ];
        let mut bad = good.clone();
        bad.push(post("d", account, w.supplier, 1));
        let answer = w.chain(bad);
        let expected = Refused::InsufficientFunds { account, asked: cny(1), left: cny(0) };
        match answer {
            Err(ChainError::Refused { index: 3, refused }) => assert_eq!(refused, expected),
            other => panic!("{other:?}"),
        }
        assert_eq!(w.figures(account), [0; 4]);
        let receipts = w.chain(good.clone()).expect("is done");
        assert_eq!(w.figures(account), [40, 60, 100, 0]);
        let again = w.chain(good).expect("is replayed");
        assert!(again.iter().all(|receipt| receipt.is_replayed));
        assert!(receipts.iter().zip(&again).all(|(a, b)| a.transfer == b.transfer));
    });
}

#[test]
fn a_refused_chain_leaves_nothing_even_where_its_write_goes_on() {
    on_both(|w| {
        let commands = [post("a", w.fund, w.other, 100), post("b", w.supplier, w.supplier, 1)];
        let index = w.write(move |tx| match chain(tx, &commands) {
            Err(ChainError::Refused { index, .. }) => Ok(Some(index)),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(None),
        });
        assert_eq!(index.expect("goes on"), Some(1));
        assert_eq!(w.figures(w.other), [0; 4]);
    });
}

#[test]
fn one_key_twice_in_a_chain_is_done_once() {
    on_both(|w| {
        let commands = vec![post("a", w.fund, w.other, 100); 2];
        let receipts = w.chain(commands).expect("is done");
        assert_eq!(receipts.iter().map(|r| r.is_replayed).collect::<Vec<_>>(), [false, true]);
        assert_eq!(w.figures(w.other), [0, 0, 100, 0]);
    });
}

#[test]
fn a_transfer_is_reversed_in_parts_up_to_its_amount() {
    on_both(|w| {
        let id = w.ok(&post("p", w.fund, w.supplier, 100)).transfer.id;
        w.ok(&reverse("a", id, 30));
        w.ok(&reverse("b", id, 70));
        assert_eq!(w.figures(w.supplier), [100, 0, 100, 0]);
        assert_eq!(w.get(w.fund).standing.balance(), POOL);
    });
}

#[test]
fn what_was_spent_cannot_be_reversed_out_of_a_limited_account() {
    on_both(|w| {
        let id = w.ok(&post("p", w.fund, w.other, 100)).transfer.id;
        w.ok(&post("spent", w.other, w.supplier, 80));
        let (asked, left) = (cny(21), cny(20));
        let refused = w.refused(&reverse("r", id, 21));
        assert_eq!(refused, Refused::InsufficientFunds { account: w.other, asked, left });
        w.ok(&reverse("r", id, 20));
    });
}

#[test]
fn a_transfer_is_found_by_its_key() {
    on_both(|w| {
        let made = w.ok(&post("p", w.fund, w.supplier, 100)).transfer;
        let found = w.db.read(|read| transfer_by_key(read, "p")).expect("reads");
        assert_eq!(found, Some(made));
        let none = w.db.read(|read| transfer_by_key(read, "q")).expect("reads");
        assert_eq!(none, None);
    });
}

#[test]
fn the_accounts_of_a_holder_are_paged() {
    on_both(|w| {
        let holder = Id::new(Time::from_millis(5), 1, 1);
        let mut made = Vec::new();
        for _ in 0..3 {
            let mut new = opening(AccountKind::Voucher, Unit::CNY, Limit::DebitsWithinCredits);
            new.holder = Some(holder);
            made.push(w.write(move |tx| account_open(tx, &new)).expect("opens"));
        }
        made.sort();
        let page = |page: Page| {
            let found = w.db.read(|read| accounts_of(read, &holder, &page)).expect("reads");
            found.into_iter().map(|account| account.standing.id).collect::<Vec<_>>()
        };
        assert_eq!(page(Page::first(2)), made[..2]);
        assert_eq!(page(Page::after(Some(made[1].to_string()), 2)), made[2..]);
    });
}

#[test]
fn an_account_emptied_in_the_same_write_can_be_closed_there() {
    on_both(|w| {
        let account = w.other;
        w.ok(&post("in", w.fund, account, 100));
        let out = [post("out", account, w.supplier, 100)];
        w.write(move |tx| {
            chain(tx, &out)?;
            account_close(tx, account)
        })
        .expect("closes");
        assert!(w.get(account).standing.is_closed);
    });
}

#[test]
fn the_database_itself_refuses_what_the_rules_refuse() {
    on_both(|w| {
        let held = w.hold("held", 5, None);
        w.ok(&settle("part", held, 2, None));
        let statements = [
            "UPDATE account SET debits_held = credits_posted + 1 WHERE kind = 'Fund'",
            "UPDATE account SET is_closed = 1 WHERE kind = 'Fund'",
            "UPDATE account SET credits_held = -1",
            "UPDATE transfer SET amount = 0",
            "UPDATE transfer SET debit = credit",
            "UPDATE transfer SET transfer_key = NULL",
            "UPDATE transfer SET kind = 'Reversal'",
            "DELETE FROM transfer WHERE kind = 'Hold'",
        ];
        for sql in statements {
            let answer = w.write(move |tx| Ok(tx.exec(sql, params![])?));
            let is_constraint = matches!(answer, Err(Error::Db(db::Error::Constraint { .. })));
            assert!(is_constraint, "{sql}: {answer:?}");
        }
    });
}

#[test]
fn a_hold_survives_its_neighbours_refusal_in_one_write() {
    on_both(|w| {
        let good = super::hold("good", w.fund, w.supplier, 5, None);
        let (crate::Command::Hold(good), fund) = (good, w.fund) else { return };
        let bad = crate::HoldCommand { key: "bad".to_owned(), credit: fund, ..good.clone() };
        let held = w.write(move |tx| {
            hold_place(tx, good.clone())?;
            Ok(hold_place(tx, bad.clone()).is_err())
        });
        assert!(held.expect("goes on"));
        assert_eq!(w.figures(w.fund), [0, 5, POOL, 0]);
    });
}

#[test]
fn messages_name_the_numbers() {
    let check = |refused: Refused, text: &str| assert_eq!(refused.to_string(), text);
    let id = Id::new(Time::from_millis(0), 0, 0);
    let account = crate::AccountId(id);
    check(
        Refused::InsufficientFunds { account, asked: cny(VOUCHER), left: cny(5) },
        &format!("account `{id}` has 0.05 CNY left, asked was 10,000,000.00 CNY"),
    );
    check(
        Refused::UnitMismatch { asked: Unit::EUR, expected: Unit::CNY },
        "the amount is in EUR, but CNY is expected",
    );
}

#[test]
fn a_world_starts_sound() {
    on_both(World::sound);
}
