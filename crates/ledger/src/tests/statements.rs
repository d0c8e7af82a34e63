//! Statements: order, balances, pages, periods.

use super::{POOL, START, World, on_both, post, settle};
use crate::{AccountId, Statement, account_statement};
use base::{Page, Time};

const END: Time = Time::from_millis(i64::MAX);

fn read(w: &World, account: AccountId, from: Time, to: Time, page: &Page) -> Statement {
    w.db.read(|read| account_statement(read, account, from..to, page)).expect("reads")
}

#[test]
fn a_statement_lists_what_moved_with_the_balance_after_it() {
    on_both(|w| {
        let id = w.hold("h", 100, None);
        w.ok(&settle("s", id, 40, None));
        w.ok(&post("back", w.supplier, w.fund, 10));
        let statement = read(w, w.fund, START, END, &Page::first(10));
        let lines: Vec<_> =
            statement.rows.iter().map(|row| (row.seq, row.change, row.balance)).collect();
        // The hold moved nothing and is not in it.
        assert_eq!(lines, [(1, POOL, POOL), (2, -40, POOL - 40), (3, 10, POOL - 30)]);
        assert_eq!(statement.opening.minor, 0);
        assert_eq!(statement.closing.minor, POOL - 30);
        assert_eq!(statement.next, None);
        assert_eq!(statement.rows[1].other, w.supplier);
    });
}

#[test]
fn pages_join_without_a_gap_whatever_is_added_meanwhile() {
    on_both(|w| {
        for number in 0..25 {
            w.ok(&post(&format!("p{number}"), w.fund, w.supplier, 1 + number));
            if number % 4 == 0 {
                w.clock.advance(1);
            }
        }
        let mut page = Page::first(4);
        let mut seqs = Vec::new();
        loop {
            let statement = read(w, w.fund, START, START.plus_seconds(1_000), &page);
            assert!(statement.rows.len() <= 4);
            seqs.extend(statement.rows.iter().map(|row| row.seq));
            w.clock.advance(2_000);
            w.ok(&post(&format!("later{}", seqs.len()), w.fund, w.supplier, 1));
            let Some(next) = statement.next else { break };
            page = Page::after(Some(next), 4);
        }
        assert_eq!(seqs, (1..=26).collect::<Vec<_>>());
    });
}

#[test]
fn a_period_opens_where_the_one_before_it_closed() {
    on_both(|w| {
        for number in 0..9 {
            w.clock.advance(10);
            w.ok(&post(&format!("p{number}"), w.fund, w.supplier, 100));
        }
        let at = |seconds| START.plus_seconds(seconds);
        let first = read(w, w.fund, at(0), at(45), &Page::first(2));
        assert_eq!((first.opening.minor, first.closing.minor), (0, POOL - 400));
        let second = read(w, w.fund, at(45), at(70), &Page::first(10));
        assert_eq!((second.opening.minor, second.closing.minor), (POOL - 400, POOL - 600));
        assert_eq!(second.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [6, 7]);
        // The end of a period is not in it, and an empty one closes as it opens.
        let empty = read(w, w.fund, at(71), at(80), &Page::first(10));
        assert_eq!((empty.opening, empty.rows.len()), (empty.closing, 0));
        // A page key from before the period does not reach back.
        let early = Page::after(Some(format!("{}.1", START.millis())), 10);
        assert_eq!(read(w, w.fund, at(45), at(70), &early).rows, second.rows);
    });
}

#[test]
fn a_statement_never_runs_backwards_though_a_clock_does() {
    on_both(|w| {
        w.clock.advance(60);
        w.ok(&post("a", w.fund, w.supplier, 1));
        w.clock.advance(-30);
        w.ok(&post("b", w.fund, w.other, 1));
        w.ok(&post("c", w.other, w.supplier, 1));
        let statement = read(w, w.fund, START, END, &Page::first(10));
        let seqs: Vec<_> = statement.rows.iter().map(|row| row.seq).collect();
        assert_eq!(seqs, [1, 2, 3]);
        assert!(statement.rows.is_sorted_by_key(|row| row.made_at));
    });
}
