//! Measures durable holds a second, each with an audit line and an outbox row beside it.
//!
//! Prints lines `name value unit`. SQLite works in the temporary folder; PostgreSQL is measured
//! where `HUTONG_TEST_POSTGRES` names a server. `HOLDS_SECONDS` sets the length of each run,
//! `HOLDS_POSTGRES_ONLY` leaves SQLite out.

use base::{Amount, Random, SystemClock, Time, Unit};
use db::{Db, Options, Retry, Tx, effect_put, params};
use ledger::{AccountId, AccountKind, Error, HoldCommand, Limit, Opening, PostCommand};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Callers at the same time.
const CALLERS: u64 = 64;
/// Accounts to choose from: as many as in the double entry of pgbench to which this is compared,
/// and as many as a programme of some funds and some hundred awards has.
const ACCOUNTS: [usize; 2] = [100_000, 1_000];
/// Write lanes tried on PostgreSQL, from one on.
const LANES_MAX: usize = 3;
/// Accounts opened in one write while the books are prepared.
const OPENED_AT_ONCE: usize = 1_000;

fn main() {
    let wanted = std::env::var("HOLDS_SECONDS").ok().and_then(|text| text.parse().ok());
    let length = Duration::from_secs(wanted.unwrap_or(10));
    for accounts in ACCOUNTS {
        let folder = testkit::TempDir::new().expect("the temporary folder is writable");
        let run = |name: &str, url: &str, write_lanes, callers| {
            let name = format!("{name}_{accounts}_accounts");
            measure(&Run { name, write_lanes, callers, accounts, length }, url)
        };
        if std::env::var_os("HOLDS_POSTGRES_ONLY").is_some() {
            postgres(&run);
            continue;
        }
        let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        let grouped = run("sqlite_grouped", &file("grouped.db"), 1, CALLERS);
        let single = run("sqlite_one_by_one", &file("single.db"), 1, 1);
        println!("sqlite_grouped_to_one_by_one {} ppm", grouped * 1_000_000 / single.max(1));
        postgres(&run);
    }
}

fn postgres(run: &dyn Fn(&str, &str, usize, u64) -> u64) {
    for lanes in 1..=LANES_MAX {
        // The first database is SQLite's, which is measured apart.
        for database in testkit::databases().into_iter().skip(1) {
            run(&format!("postgres_{lanes}_lanes"), database.url(), lanes, CALLERS);
        }
    }
}

/// One measurement.
struct Run {
    name: String,
    write_lanes: usize,
    callers: u64,
    accounts: usize,
    length: Duration,
}

/// Runs holds for a while and returns how many were answered a second.
fn measure(run: &Run, url: &str) -> u64 {
    let name = &run.name;
    let options = Options { write_lanes: run.write_lanes, ..Options::default() };
    let random = Arc::new(Random::seeded(1));
    let db = Db::open(url, options, Arc::new(SystemClock), random).expect("opens");
    let db = Arc::new(db);
    let accounts = Arc::new(prepare(&db, run.accounts));
    let (stopped, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (started, cpu) = (Instant::now(), cpu_ticks());
    let threads: Vec<_> = (0..run.callers)
        .map(|caller| {
            let (db, accounts) = (db.clone(), accounts.clone());
            let (stopped, done) = (stopped.clone(), done.clone());
            std::thread::spawn(move || {
                let random = Random::seeded(caller);
                let mut number = 0;
                while !stopped.load(Ordering::Relaxed) {
                    let command = command(&accounts, &random, caller, number);
                    match db.write(move |tx| hold(tx, &command)).wait() {
                        Ok(()) => {
                            done.fetch_add(1, Ordering::Relaxed);
                            number += 1;
                        }
                        // Lost against the other lanes too often: the same request again.
                        Err(Error::Db(error)) if error.retry() == Retry::Again => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            })
        })
        .collect();
    std::thread::sleep(run.length);
    stopped.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().expect("no caller stops on a bug").expect("no caller fails");
    }
    let holds = done.load(Ordering::Relaxed);
    let millis = u64::try_from(started.elapsed().as_millis()).expect("a short run").max(1);
    println!("{name} {} holds/s", holds * 1_000 / millis);
    // The kernel counts in hundredths of a second on every Linux in use (USER_HZ).
    println!("{name}_cpu {} us/hold", (cpu_ticks() - cpu) * 10_000 / holds.max(1));
    db.read(|read| ledger::check_invariants(read, Time::from_millis(0), 0)).expect("invariants");
    holds * 1_000 / millis
}

/// Opens the accounts and gives each enough for any run.
fn prepare(db: &Db, count: usize) -> Vec<AccountId> {
    let open = |limit| Opening {
        kind: AccountKind::Fund,
        unit: Unit::CNY,
        holder: None,
        name: "budget".to_owned(),
        limit,
    };
    let unlimited = open(Limit::Unlimited);
    let treasury = db.write(move |tx| ledger::account_open(tx, &unlimited)).wait().expect("opens");
    let mut accounts = Vec::with_capacity(count);
    for group in 0..count / OPENED_AT_ONCE {
        let limited = open(Limit::DebitsWithinCredits);
        let opened = db.write(move |tx| -> Result<Vec<AccountId>, Error> {
            let mut opened = Vec::with_capacity(OPENED_AT_ONCE);
            let mut posts = Vec::with_capacity(OPENED_AT_ONCE);
            for number in 0..OPENED_AT_ONCE {
                let account = ledger::account_open(tx, &limited)?;
                opened.push(account);
                posts.push(ledger::Command::Post(PostCommand {
                    key: format!("fund-{group}-{number}"),
                    debit: treasury,
                    credit: account,
                    amount: Amount::new(50_000_000_000, Unit::CNY),
                    reference: "call:bench".to_owned(),
                }));
            }
            ledger::chain(tx, &posts)?;
            Ok(opened)
        });
        accounts.extend(opened.wait().expect("funds"));
    }
    accounts
}

fn command(accounts: &[AccountId], random: &Random, caller: u64, number: u64) -> HoldCommand {
    let pick = || {
        let at = random.below(u64::try_from(accounts.len()).expect("a count fits"));
        accounts[usize::try_from(at).expect("an index fits")]
    };
    let debit = pick();
    let mut credit = pick();
    while credit == debit {
        credit = pick();
    }
    HoldCommand {
        key: format!("hold-{caller}-{number}"),
        debit,
        credit,
        amount: Amount::new(500, Unit::CNY),
        reference: format!("award:{caller}-{number}"),
        expires_at: None,
    }
}

/// One request: the hold, an audit line, an outbox row.
fn hold(tx: &mut Tx<'_>, command: &HoldCommand) -> Result<(), Error> {
    ledger::hold_place(tx, command.clone())?;
    audit(tx, &command.key)?;
    effect_put(tx, "payment-file", &command.key, "{\"amount_minor\":500}")?;
    Ok(())
}

/// Stands for the audit line of another crate: a second outbox row of another kind.
fn audit(tx: &mut Tx<'_>, key: &str) -> Result<(), db::Error> {
    let id: base::Id = tx.id();
    let now = tx.now();
    tx.insert_later(
        "INSERT INTO outbox (id, effect_key, kind, payload, state, created_at, closed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &id,
            format!("audit-{key}"),
            "audit",
            "{\"actor\":\"bench\",\"action\":\"hold\"}",
            "Done",
            now,
            now
        ],
    )
}

/// Reads user and system time of this process, in hundredths of a second.
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells the time used");
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after.split_whitespace().collect();
    // `man 5 proc`: fields 14 and 15 of the line, 12 and 13 after the name in parentheses.
    [11, 12].iter().map(|at| fields[*at].parse::<u64>().expect("a count of ticks")).sum()
}
