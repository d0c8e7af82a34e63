//! Each refusal by name, with its numbers.

use super::{
    POOL, START, VOUCHER, World, cny, hold, on_both, opening, post, release, reverse, settle,
};
use crate::{
    AccountId, AccountKind, CHAIN_COMMANDS_MAX, ChainError, Command, Error, HoldId, HoldState,
    Limit, PostCommand, Refused, TransferId, TransferKind, account_close, account_open,
    account_statement,
};
use base::{Amount, Id, Page, Unit};

fn stranger() -> Id {
    Id::new(START, 1, 1)
}

fn close(world: &World, id: AccountId) -> Result<(), Error> {
    world.write(move |tx| account_close(tx, id))
}

#[test]
fn key_invalid() {
    on_both(|w| {
        for (key, bytes) in [(String::new(), 0), ("k".repeat(201), 201), ("a\nb".to_owned(), 3)] {
            let refused = w.refused(&post(&key, w.fund, w.supplier, 1));
            assert_eq!(refused, Refused::KeyInvalid { bytes });
        }
        w.ok(&post(&"款".repeat(66), w.fund, w.supplier, 1));
    });
}

#[test]
fn key_reused() {
    on_both(|w| {
        let transfer = w.ok(&hold("k", w.fund, w.supplier, 5, None)).transfer.id;
        let others = [
            hold("k", w.fund, w.supplier, 6, None),
            hold("k", w.fund, w.other, 5, None),
            hold("k", w.fund, w.supplier, 5, Some(START.plus_seconds(1))),
            post("k", w.fund, w.supplier, 5),
            settle("k", HoldId(transfer.0), 5, None),
            release("k", HoldId(transfer.0)),
            reverse("k", transfer, 5),
            post("k", AccountId(stranger()), AccountId(stranger()), 5),
        ];
        for other in others {
            let expected = Refused::KeyReused { key: "k".to_owned(), transfer };
            assert_eq!(w.refused(&other), expected, "{other:?}");
        }
    });
}

#[test]
fn reference_invalid() {
    on_both(|w| {
        for reference in ["", "award", ":a", "award:", "a:\u{7}", &"a:".repeat(101)] {
            let command = Command::Post(PostCommand {
                key: "k".to_owned(),
                debit: w.fund,
                credit: w.supplier,
                amount: cny(1),
                reference: reference.to_owned(),
            });
            let expected = Refused::ReferenceInvalid { bytes: reference.len() };
            assert_eq!(w.refused(&command), expected);
        }
    });
}

#[test]
fn name_invalid() {
    on_both(|w| {
        for name in [String::new(), "n".repeat(201)] {
            let bytes = name.len();
            let mut opening = opening(AccountKind::Fund, Unit::CNY, Limit::Unlimited);
            opening.name = name;
            let refused = w.write(move |tx| account_open(tx, &opening));
            let expected = Refused::NameInvalid { bytes };
            assert!(matches!(refused, Err(Error::Refused(r)) if r == expected));
        }
    });
}

#[test]
fn amount_not_positive() {
    on_both(|w| {
        let open = w.hold("open", 10, None);
        let posted = w.ok(&post("posted", w.fund, w.supplier, 10)).transfer.id;
        for minor in [0, -1, i64::MIN] {
            let commands = [
                post("k", w.fund, w.supplier, minor),
                hold("k", w.fund, w.supplier, minor, None),
                settle("k", open, minor, None),
                reverse("k", posted, minor),
            ];
            for command in commands {
                let expected = Refused::AmountNotPositive { asked: cny(minor) };
                assert_eq!(w.refused(&command), expected);
            }
        }
    });
}

#[test]
fn same_account() {
    on_both(|w| {
        let expected = Refused::SameAccount { account: w.fund };
        assert_eq!(w.refused(&post("k", w.fund, w.fund, 1)), expected);
        let open = w.hold("open", 10, None);
        assert_eq!(w.refused(&settle("k", open, 1, Some(w.fund))), expected);
    });
}

#[test]
fn account_unknown() {
    on_both(|w| {
        let account = AccountId(stranger());
        let open = w.hold("open", 10, None);
        let commands = [
            post("k", account, w.fund, 1),
            hold("k", w.fund, account, 1, None),
            settle("k", open, 1, Some(account)),
        ];
        for command in commands {
            assert_eq!(w.refused(&command), Refused::AccountUnknown { account });
        }
        let refused = close(w, account);
        let expected = Refused::AccountUnknown { account };
        assert!(matches!(refused, Err(Error::Refused(r)) if r == expected));
    });
}

#[test]
fn account_closed() {
    on_both(|w| {
        let account = w.other;
        let given = w.ok(&post("in", w.fund, account, 5)).transfer.id;
        w.ok(&post("out", account, w.supplier, 5));
        let open = w.hold("open", 10, None);
        close(w, account).expect("an empty account closes");
        let commands = [
            post("k", w.fund, account, 1),
            hold("k", account, w.fund, 1, None),
            settle("k", open, 1, Some(account)),
            reverse("k", given, 1),
        ];
        for command in commands {
            assert_eq!(w.refused(&command), Refused::AccountClosed { account });
        }
        let again = close(w, account);
        let expected = Refused::AccountClosed { account };
        assert!(matches!(again, Err(Error::Refused(r)) if r == expected));
    });
}

#[test]
fn account_not_empty() {
    on_both(|w| {
        w.hold("open", 7, None);
        for (account, balance, held) in [(w.fund, POOL, 7), (w.supplier, 0, 7)] {
            let expected = Refused::AccountNotEmpty { account, balance: cny(balance), held };
            let refused = close(w, account);
            assert!(matches!(refused, Err(Error::Refused(r)) if r == expected));
        }
    });
}

#[test]
fn unit_mismatch() {
    on_both(|w| {
        let (asked, expected) = (Unit::CNY, Unit::EUR);
        let refused = w.refused(&post("k", w.fund, w.euro, 1));
        assert_eq!(refused, Refused::UnitMismatch { asked, expected });
        let open = w.hold("open", 10, None);
        let refused = w.refused(&settle("k", open, 1, Some(w.euro)));
        assert_eq!(refused, Refused::UnitMismatch { asked, expected });
        let posted = w.ok(&post("posted", w.fund, w.supplier, 10)).transfer.id;
        let mut commands = [settle("k", open, 1, None), reverse("k", posted, 1)];
        for command in &mut commands {
            match command {
                Command::Settle(c) => c.amount = Amount::new(1, Unit::EUR),
                Command::Reverse(c) => c.amount = Amount::new(1, Unit::EUR),
                other => panic!("{other:?}"),
            }
            let (asked, expected) = (Unit::EUR, Unit::CNY);
            assert_eq!(w.refused(command), Refused::UnitMismatch { asked, expected });
        }
    });
}

#[test]
fn insufficient_funds() {
    on_both(|w| {
        w.hold("open", 400, None);
        w.ok(&post("spent", w.fund, w.supplier, 100));
        let left = POOL - 500;
        for command in
            [hold("k", w.fund, w.supplier, left + 1, None), post("k", w.fund, w.other, left + 1)]
        {
            let expected = Refused::InsufficientFunds {
                account: w.fund,
                asked: cny(left + 1),
                left: cny(left),
            };
            assert_eq!(w.refused(&command), expected);
        }
        w.ok(&hold("k", w.fund, w.supplier, left, None));
    });
}

#[test]
fn credits_above_debits() {
    on_both(|w| {
        let limit = Limit::CreditsWithinDebits;
        let account = w.account(AccountKind::Treasury, Unit::CNY, limit);
        w.ok(&post("out", account, w.fund, 100));
        w.ok(&hold("back", w.fund, account, 30, None));
        let (asked, left) = (cny(71), cny(70));
        let expected = Refused::CreditsAboveDebits { account, asked, left };
        assert_eq!(w.refused(&post("k", w.fund, account, 71)), expected);
        let open = w.hold("open", 80, None);
        assert_eq!(w.refused(&settle("k", open, 71, Some(account))), expected);
        w.ok(&post("k", w.fund, account, 70));
    });
}

#[test]
fn overflow() {
    on_both(|w| {
        let (free, max) = (Limit::Unlimited, i64::MAX);
        let giver = w.account(AccountKind::Treasury, Unit::CNY, free);
        let taker = w.account(AccountKind::Bank, Unit::CNY, free);
        w.ok(&post("most", giver, taker, max - 1));
        w.ok(&hold("last", giver, taker, 1, None));
        assert_eq!(w.refused(&post("k", giver, w.fund, 1)), Refused::Overflow { account: giver });
        let refused = w.refused(&hold("k", w.fund, taker, 1, None));
        assert_eq!(refused, Refused::Overflow { account: taker });
        let open = w.hold("open", 1, None);
        let refused = w.refused(&settle("k", open, 1, Some(taker)));
        assert_eq!(refused, Refused::Overflow { account: taker });
        assert_eq!(w.figures(taker), [0, 0, max - 1, 1]);
    });
}

#[test]
fn expiry_in_past() {
    on_both(|w| {
        for expires_at in [START, START.plus_seconds(-1)] {
            let refused = w.refused(&hold("k", w.fund, w.supplier, 1, Some(expires_at)));
            assert_eq!(refused, Refused::ExpiryInPast { expires_at, now: START });
        }
    });
}

#[test]
fn hold_unknown() {
    on_both(|w| {
        let hold = HoldId(stranger());
        assert_eq!(w.refused(&settle("k", hold, 1, None)), Refused::HoldUnknown { hold });
        assert_eq!(w.refused(&release("k", hold)), Refused::HoldUnknown { hold });
        let posted = w.ok(&post("posted", w.fund, w.supplier, 10)).transfer.id;
        let hold = HoldId(posted.0);
        assert_eq!(w.refused(&release("k", hold)), Refused::HoldUnknown { hold });
    });
}

#[test]
fn hold_not_open() {
    on_both(|w| {
        let settled = w.hold("a", 10, None);
        w.ok(&settle("a1", settled, 10, None));
        let released = w.hold("b", 10, None);
        w.ok(&release("b1", released));
        let expired = w.hold("c", 10, Some(START.plus_seconds(1)));
        w.clock.advance(1);
        w.write(|tx| crate::holds_expire(tx, 10)).expect("expires");
        for (hold, state) in [
            (settled, HoldState::Settled),
            (released, HoldState::Released),
            (expired, HoldState::Expired),
        ] {
            let expected = Refused::HoldNotOpen { hold, state };
            assert_eq!(w.refused(&settle("k", hold, 1, None)), expected);
            assert_eq!(w.refused(&release("k", hold)), expected);
        }
    });
}

#[test]
fn hold_expired() {
    on_both(|w| {
        let expires_at = START.plus_seconds(60);
        let hold = w.hold("h", 10, Some(expires_at));
        w.clock.advance(59);
        w.ok(&settle("in time", hold, 1, None));
        w.clock.advance(1);
        let refused = w.refused(&settle("late", hold, 1, None));
        assert_eq!(refused, Refused::HoldExpired { hold, expires_at });
        w.ok(&release("still", hold));
    });
}

#[test]
fn amount_above_hold() {
    on_both(|w| {
        let hold = w.hold("h", 10, None);
        w.ok(&settle("a", hold, 4, None));
        let (asked, remaining) = (cny(7), cny(6));
        let refused = w.refused(&settle("b", hold, 7, None));
        assert_eq!(refused, Refused::AmountAboveHold { hold, asked, remaining });
    });
}

#[test]
fn transfer_unknown() {
    on_both(|w| {
        let transfer = TransferId(stranger());
        assert_eq!(w.refused(&reverse("k", transfer, 1)), Refused::TransferUnknown { transfer });
    });
}

#[test]
fn not_reversible() {
    on_both(|w| {
        let posted = w.ok(&post("p", w.fund, w.supplier, 10)).transfer.id;
        let reversal = w.ok(&reverse("r", posted, 10)).transfer;
        let placed = w.ok(&hold("h", w.fund, w.supplier, 10, None)).transfer;
        let released = w.ok(&release("l", HoldId(placed.id.0))).transfer;
        for (made, kind) in [
            (reversal, TransferKind::Reversal),
            (placed, TransferKind::Hold),
            (released, TransferKind::Release),
        ] {
            assert_eq!(made.kind, kind);
            let expected = Refused::NotReversible { transfer: made.id, kind };
            assert_eq!(w.refused(&reverse("k", made.id, 1)), expected);
        }
    });
}

#[test]
fn already_reversed() {
    on_both(|w| {
        let transfer = w.ok(&post("p", w.fund, w.supplier, 10)).transfer.id;
        w.ok(&reverse("a", transfer, 10));
        assert_eq!(w.refused(&reverse("b", transfer, 1)), Refused::AlreadyReversed { transfer });
    });
}

#[test]
fn reversal_above_original() {
    on_both(|w| {
        let transfer = w.ok(&post("p", w.fund, w.supplier, 10)).transfer.id;
        w.ok(&reverse("a", transfer, 4));
        let refused = w.refused(&reverse("b", transfer, 7));
        let (asked, left) = (cny(7), cny(6));
        assert_eq!(refused, Refused::ReversalAboveOriginal { transfer, asked, left });
    });
}

#[test]
fn chain_too_long() {
    on_both(|w| {
        let commands = CHAIN_COMMANDS_MAX + 1;
        let chain = vec![post("k", w.fund, w.supplier, 1); commands];
        let refused = match w.chain(chain) {
            Err(ChainError::Refused { refused, .. }) => refused,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused, Refused::ChainTooLong { commands });
    });
}

#[test]
fn page_invalid() {
    on_both(|w| {
        for key in ["", "x", "1", "1.x", "99999999999999999999.1"] {
            let page = Page::after(Some(key.to_owned()), 5);
            let read = w
                .db
                .read(|read| account_statement(read, w.fund, START..START.plus_seconds(1), &page));
            let expected = Refused::PageInvalid { key: key.to_owned() };
            assert!(matches!(read, Err(Error::Refused(r)) if r == expected), "{key}");
        }
    });
}

#[test]
fn a_refusal_leaves_nothing_even_where_its_write_goes_on() {
    on_both(|w| {
        let too_much = hold("k", w.fund, w.supplier, POOL + 1, None);
        let fits = hold("k", w.fund, w.supplier, VOUCHER, None);
        let answers = w.write(move |tx| {
            let first = crate::chain(tx, std::slice::from_ref(&too_much)).is_err();
            let second = crate::chain(tx, std::slice::from_ref(&fits)).is_ok();
            Ok((first, second))
        });
        assert_eq!(answers.expect("goes on"), (true, true));
        assert_eq!(w.figures(w.fund), [0, VOUCHER, POOL, 0]);
    });
}
