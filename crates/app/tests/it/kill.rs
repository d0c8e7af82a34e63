//! A process that is killed in the middle of many holds loses nothing that it acknowledged.
//!
//! The test starts itself again as the child: a thousand holds from 64 threads on one budget that
//! does not suffice for all. The parent kills it with SIGKILL once some hundred are acknowledged,
//! opens the database and looks.

use base::{Amount, Random, SystemClock, Time, Unit};
use db::{Db, Options};
use ledger::{AccountId, AccountKind, HoldCommand, Limit, Opening, PostCommand, Refused};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells the child which database and accounts to use: `URL BUDGET PAYEE`.
const CHILD: &str = "HUTONG_TEST_KILL_CHILD";
const HOLDS: u32 = 1_000;
const CALLERS: u32 = 64;
/// Each hold takes 100 fen; the budget suffices for 900.
const HOLD_FEN: i64 = 100;
const BUDGET_FEN: i64 = 90_000;
/// Acknowledged holds after which the child is killed.
const KILL_AFTER: usize = 300;
/// The child goes no further, however slow the parent is: it must be alive to be killed.
const PAUSE_AT: u32 = 800;

/// What the one who places holds tells of.
enum Told<'a> {
    Before(u32),
    Acknowledged(&'a str),
}

#[test]
fn a_killed_process_loses_no_acknowledged_hold() {
    for database in testbed::databases() {
        let (budget, payee) = accounts_open(&open(database.url()));
        let acknowledged = child_killed(&format!("{} {budget} {payee}", database.url()));
        assert!(acknowledged.len() >= KILL_AFTER, "{} holds", acknowledged.len());
        let db = open(database.url());
        checked(&db, budget, &acknowledged);
        // Every request is repeated: what was done is found again, the rest is done now.
        let (done, refused) = holds_place(&Arc::new(db), budget, payee, &|_: Told<'_>| {});
        assert_eq!((done, refused), (900, 100));
        checked(&open(database.url()), budget, &acknowledged);
    }
}

/// Runs as the child's only work; without the variable it is nothing.
#[test]
fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let words: Vec<&str> = told.split(' ').collect();
    let (budget, payee) = (words[1].parse().expect("an id"), words[2].parse().expect("an id"));
    holds_place(&Arc::new(open(words[0])), budget, payee, &|told: Told<'_>| match told {
        Told::Before(number) if number >= PAUSE_AT => {
            // Nothing ever comes: the parent holds the other end until the child is dead.
            let _ = std::io::stdin().lines().next();
        }
        Told::Before(_) => {}
        Told::Acknowledged(key) => {
            let mut out = std::io::stdout().lock();
            writeln!(out, "acknowledged {key}").and_then(|()| out.flush()).expect("told");
        }
    });
}

fn open(url: &str) -> Db {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(Random::system()));
    Db::open(url, Options::default(), clock, random).expect("opens")
}

fn accounts_open(db: &Db) -> (AccountId, AccountId) {
    let write = db.write(|tx| {
        let mut open = |kind, limit| {
            let name = "test".to_owned();
            ledger::account_open(tx, &Opening { kind, unit: Unit::CNY, holder: None, name, limit })
        };
        let treasury = open(AccountKind::Treasury, Limit::Unlimited)?;
        let budget = open(AccountKind::Fund, Limit::DebitsWithinCredits)?;
        let payee = open(AccountKind::Beneficiary, Limit::DebitsWithinCredits)?;
        let post = PostCommand {
            key: "budget".to_owned(),
            debit: treasury,
            credit: budget,
            amount: Amount::new(BUDGET_FEN, Unit::CNY),
            reference: "call:test".to_owned(),
        };
        ledger::post(tx, post)?;
        Ok::<_, ledger::Error>((budget, payee))
    });
    write.wait().expect("opens accounts")
}

/// Starts the child, kills it after some acknowledgements, returns all that it had given.
fn child_killed(told: &str) -> BTreeSet<String> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, told)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts itself");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut acknowledged = BTreeSet::new();
    let mut is_killed = false;
    for line in lines {
        let line = line.expect("reads");
        // The test harness prints to the same line before the first of ours.
        if let Some((_, key)) = line.split_once("acknowledged ") {
            acknowledged.insert(key.to_owned());
        }
        if acknowledged.len() == KILL_AFTER && !is_killed {
            child.kill().expect("SIGKILL");
            is_killed = true;
        }
    }
    let status = child.wait().expect("ends");
    assert!(is_killed && !status.success(), "the child must not come to its end: {status}");
    acknowledged
}

/// Places all holds from many threads; returns how many were done and how many refused.
fn holds_place(
    db: &Arc<Db>,
    budget: AccountId,
    payee: AccountId,
    tell: &(impl Fn(Told<'_>) + Sync),
) -> (u32, u32) {
    let (next, done, refused) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= HOLDS {
                        return;
                    }
                    tell(Told::Before(number));
                    let command = HoldCommand {
                        key: format!("hold-{number}"),
                        debit: budget,
                        credit: payee,
                        amount: Amount::new(HOLD_FEN, Unit::CNY),
                        reference: format!("award:{number}"),
                        expires_at: None,
                    };
                    let key = command.key.clone();
                    match db.write(move |tx| ledger::hold_place(tx, command.clone())).wait() {
                        Ok(_) => {
                            done.fetch_add(1, Ordering::SeqCst);
                            tell(Told::Acknowledged(&key));
                        }
                        Err(ledger::Error::Refused(Refused::InsufficientFunds { .. })) => {
                            refused.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(error) => unreachable!("no hold fails: {error:?}"),
                    }
                }
            });
        }
    });
    (done.into_inner(), refused.into_inner())
}

fn checked(db: &Db, budget: AccountId, acknowledged: &BTreeSet<String>) {
    db.read(|read| ledger::check_invariants(read, Time::from_millis(0), 0)).expect("sound");
    let account = db.read(|read| ledger::account_get(read, budget)).expect("reads");
    let (held, left) = (account.standing.debits_held, account.standing.left_to_debit());
    assert!(left >= 0 && held + left == BUDGET_FEN, "held {held}, left {left}");
    assert!(held >= HOLD_FEN * i64::try_from(acknowledged.len()).expect("a count"));
    for key in acknowledged {
        let found = db.read(|read| ledger::transfer_by_key(read, key)).expect("reads");
        assert!(found.is_some(), "{key} was acknowledged and is lost");
    }
}
