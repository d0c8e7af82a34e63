//! Durable holds a second, with audit line and outbox row: grouped, one by one, beside pgbench.
//!
//! Prints lines `name value unit` and `name ratio`. Runs are interleaved and each is repeated, so
//! that what else the machine does falls on all of them. Arguments: the length of one run in
//! seconds, and `no-sqlite` or `no-postgres`. SQLite works in the temporary folder; PostgreSQL is
//! measured where `HUTONG_TEST_POSTGRES` names a server. Start reading at `measure`.

use base::{Amount, Id, Random, SystemClock, Time, Unit};
use db::{Db, Options, Retry, Tx, effect_put};
use identity::Actor;
use ledger::{AccountId, AccountKind, Error, HoldCommand, Limit, Opening, PostCommand};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Callers at the same time.
const CALLERS: u64 = 64;
/// Accounts to choose from, as in the double entry that pgbench runs.
const ACCOUNTS: usize = 100_000;
/// Accounts opened in one write while the books are prepared.
const OPENED_AT_ONCE: usize = 1_000;
/// Length of one run in seconds where no argument says otherwise.
const SECONDS: u64 = 5;
/// How often every kind of run is repeated.
const ROUNDS: u64 = 2;

/// The peer's tables: balances and entries, as many accounts as ours.
const PEER_SETUP: &str = "CREATE TABLE acct (id integer PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE entry (id bigserial PRIMARY KEY, account integer NOT NULL, amount bigint NOT NULL);
INSERT INTO acct SELECT n, 0 FROM generate_series(1, 100000) AS n;
ANALYZE acct;
";
/// The peer's work: the plainest double entry that locks what it reads.
const PEER_SCRIPT: &str = r"\set a random(1, 100000)
\set b random(1, 100000)
BEGIN;
SELECT balance FROM acct WHERE id IN (:a, :b) ORDER BY id FOR UPDATE;
INSERT INTO entry (account, amount) VALUES (:a, -5), (:b, 5);
UPDATE acct SET balance = balance + CASE WHEN id = :a THEN -5 ELSE 5 END WHERE id IN (:a, :b);
COMMIT;
";

fn main() {
    let wanted = std::env::args().skip(1).find_map(|text| text.parse().ok());
    let length = Duration::from_secs(wanted.unwrap_or(SECONDS));
    let is_left_out = |engine: &str| std::env::args().any(|text| text == format!("no-{engine}"));
    if !is_left_out("sqlite") {
        sqlite(length);
    }
    if !is_left_out("postgres") {
        postgres(length);
    }
}

/// How requests reach the write lane.
#[derive(Clone, Copy)]
enum Way {
    /// All callers at once: the lane groups what waits.
    Grouped,
    /// All callers, but one request at a time: one commit for each.
    OneAtATime,
    /// A single caller: one commit for each, without a change of caller in between.
    OneCaller,
}

fn sqlite(length: Duration) {
    let folder = testbed::TempDir::new().expect("the temporary folder is writable");
    println!("sqlite_flush {} us", flush_micros(folder.path()));
    let mut bench = Bench::open(&format!("sqlite:{}", folder.path().join("zone.db").display()));
    let (mut grouped, mut queued, mut single) = (Sum::default(), Sum::default(), Sum::default());
    for _ in 0..ROUNDS {
        grouped.add(bench.measure(Way::Grouped, length));
        queued.add(bench.measure(Way::OneAtATime, length));
        single.add(bench.measure(Way::OneCaller, length));
    }
    grouped.print("holds_sqlite", "holds_sqlite_cpu");
    queued.print("holds_sqlite_one_at_a_time", "holds_sqlite_one_at_a_time_cpu");
    single.print("holds_sqlite_one_caller", "holds_sqlite_one_caller_cpu");
    // Against the better of the two that commit each request by itself.
    let peer = queued.per_second().max(single.per_second());
    ratio_print("holds_sqlite_ratio", grouped.per_second(), peer);
    bench.check();
}

fn postgres(length: Duration) {
    // The first database is SQLite's, which is measured apart.
    let Some(ours) = testbed::databases().into_iter().nth(1) else { return };
    let theirs = testbed::databases().into_iter().nth(1).expect("the server made one just now");
    let folder = testbed::TempDir::new().expect("the temporary folder is writable");
    let Some(peer) = Peer::prepare(folder.path(), theirs.url()) else { return };
    let mut bench = Bench::open(ours.url());
    let (mut sum, mut peer_millis) = (Sum::default(), 0);
    for _ in 0..ROUNDS {
        sum.add(bench.measure(Way::Grouped, length));
        peer_millis += peer.run(length) / ROUNDS;
    }
    sum.print("holds_postgres", "holds_postgres_client_cpu");
    println!("pgbench_postgres {} transactions/s", peer_millis / 1_000);
    ratio_print("holds_postgres_ratio", sum.per_second() * 1_000, peer_millis);
    bench.check();
}

/// Prints how many times the peer's figure ours is, in hundredths rounded down.
fn ratio_print(name: &str, ours: u64, peer: u64) {
    let hundredths = ours * 100 / peer.max(1);
    println!("{name} {}.{:02}", hundredths / 100, hundredths % 100);
}

/// What several runs of one kind did.
#[derive(Default)]
struct Sum {
    holds: u64,
    millis: u64,
    cpu_micros: u64,
}

impl Sum {
    fn add(&mut self, run: Self) {
        self.holds += run.holds;
        self.millis += run.millis;
        self.cpu_micros += run.cpu_micros;
    }

    fn per_second(&self) -> u64 {
        self.holds * 1_000 / self.millis.max(1)
    }

    fn print(&self, name: &str, cpu_name: &str) {
        println!("{name} {} holds/s", self.per_second());
        println!("{cpu_name} {} us/hold", self.cpu_micros / self.holds.max(1));
    }
}

/// A database with funded accounts.
struct Bench {
    db: Arc<Db>,
    accounts: Arc<Vec<AccountId>>,
    /// Runs so far; part of every key, so that no two holds share one.
    runs: u64,
}

impl Bench {
    fn open(url: &str) -> Self {
        let random = Arc::new(Random::seeded(1));
        let db = Db::open(url, Options::default(), Arc::new(SystemClock), random).expect("opens");
        let accounts = Arc::new(accounts_open(&db));
        Self { db: Arc::new(db), accounts, runs: 0 }
    }

    /// Places holds for a while.
    fn measure(&mut self, way: Way, length: Duration) -> Sum {
        self.runs += 1;
        let (stopped, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let callers = if matches!(way, Way::OneCaller) { 1 } else { CALLERS };
        let turn = matches!(way, Way::OneAtATime).then(|| Arc::new(Mutex::new(())));
        let (started, cpu) = (Instant::now(), cpu_micros());
        let threads: Vec<_> = (0..callers)
            .map(|number| {
                let caller = Caller {
                    seed: self.runs * CALLERS + number,
                    db: self.db.clone(),
                    accounts: self.accounts.clone(),
                    turn: turn.clone(),
                };
                let (stopped, done) = (stopped.clone(), done.clone());
                std::thread::spawn(move || caller.run(&stopped, &done))
            })
            .collect();
        std::thread::sleep(length);
        stopped.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().expect("no caller stops on a bug").expect("no caller fails");
        }
        let millis = u64::try_from(started.elapsed().as_millis()).expect("a short run");
        let holds = done.load(Ordering::Relaxed);
        Sum { holds, millis, cpu_micros: cpu_micros() - cpu }
    }

    /// Stops the bench where the books do not add up: a figure of wrong books is worth nothing.
    fn check(&self) {
        let checked = self.db.read(|read| ledger::check_invariants(read, Time::from_millis(0), 0));
        checked.expect("every invariant of the ledger holds");
    }
}

/// One of those who place holds.
struct Caller {
    seed: u64,
    db: Arc<Db>,
    accounts: Arc<Vec<AccountId>>,
    /// Held by the one whose turn it is, where requests go one at a time.
    turn: Option<Arc<Mutex<()>>>,
}

impl Caller {
    fn run(&self, stopped: &AtomicBool, done: &AtomicU64) -> Result<(), Error> {
        let random = Random::seeded(self.seed);
        while !stopped.load(Ordering::Relaxed) {
            let accounts = self.accounts(&random);
            let turn = self.turn.as_ref();
            let turn = turn.map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner));
            let answer = self.db.write(move |tx| hold(tx, accounts)).wait();
            drop(turn);
            match answer {
                Ok(()) => {
                    done.fetch_add(1, Ordering::Relaxed);
                }
                // Lost against somebody else too often: the same request again.
                Err(Error::Db(error)) if error.retry() == Retry::Again => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Two different accounts.
    fn accounts(&self, random: &Random) -> (AccountId, AccountId) {
        let pick = || {
            let at = random.below(u64::try_from(ACCOUNTS).expect("a count fits"));
            self.accounts[usize::try_from(at).expect("an index fits")]
        };
        let debit = pick();
        let mut credit = pick();
        while credit == debit {
            credit = pick();
        }
        (debit, credit)
    }
}

/// One request: the hold, its audit line, an effect for the outside.
///
/// Keys and references name an award made in the same write, as those of `grants` do.
fn hold(tx: &mut Tx<'_>, (debit, credit): (AccountId, AccountId)) -> Result<(), Error> {
    let award: Id = tx.id();
    let command = HoldCommand {
        key: format!("award:{award}:hold"),
        debit,
        credit,
        amount: Amount::new(500, Unit::CNY),
        reference: format!("award:{award}"),
        expires_at: None,
    };
    let receipt = ledger::hold_place(tx, command)?;
    identity::audit(tx, Actor::System, "hold.placed", &award, &receipt.transfer.amount)?;
    effect_put(tx, "award-letter", &format!("award:{award}"), "{\"amount_minor\":500}")?;
    Ok(())
}

/// Opens the accounts and gives each enough for any run.
fn accounts_open(db: &Db) -> Vec<AccountId> {
    let open = |limit| Opening {
        kind: AccountKind::Fund,
        unit: Unit::CNY,
        holder: None,
        name: "budget".to_owned(),
        limit,
    };
    let unlimited = open(Limit::Unlimited);
    let treasury = db.write(move |tx| ledger::account_open(tx, &unlimited)).wait().expect("opens");
    let mut accounts = Vec::with_capacity(ACCOUNTS);
    for group in 0..ACCOUNTS / OPENED_AT_ONCE {
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

/// PostgreSQL's own load generator on a database of its own.
struct Peer {
    script: std::path::PathBuf,
    url: String,
}

impl Peer {
    /// Makes the peer's tables; `None`, and a word of it, where there is no `pgbench`.
    fn prepare(folder: &Path, url: &str) -> Option<Self> {
        let setup = folder.join("setup.sql");
        std::fs::write(&setup, PEER_SETUP).expect("the temporary folder is writable");
        let script = folder.join("double-entry.sql");
        std::fs::write(&script, PEER_SCRIPT).expect("the temporary folder is writable");
        let peer = Self { script, url: url.to_owned() };
        if let Err(error) = pgbench(&setup).args(["-t", "1", &peer.url]).output() {
            eprintln!("PGBENCH ABSENT ({error}): PostgreSQL is not measured");
            return None;
        }
        Some(peer)
    }

    /// Runs the double entry with 16 clients; returns transactions in a thousand seconds.
    fn run(&self, length: Duration) -> u64 {
        let seconds = length.as_secs().max(1).to_string();
        let mut command = pgbench(&self.script);
        command.args(["-c", "16", "-j", "2", "-T", &seconds, &self.url]);
        let output = command.output().expect("pgbench has run before");
        let text = String::from_utf8_lossy(&output.stdout);
        let found = text.lines().find_map(|line| line.strip_prefix("tps = "));
        let figure = found.and_then(|rest| rest.split(' ').next()).and_then(thousandths);
        figure.unwrap_or_else(|| {
            let complaint = String::from_utf8_lossy(&output.stderr);
            eprintln!("pgbench said no `tps`: {text}{complaint}");
            std::process::exit(1)
        })
    }
}

fn pgbench(script: &Path) -> Command {
    let beside = testbed::programs_find().map(|folder| folder.join("pgbench"));
    let program = beside.filter(|path| path.exists()).unwrap_or_else(|| "pgbench".into());
    let mut command = Command::new(program);
    command.arg("-n").arg("-f").arg(script);
    command
}

/// Reads `8765.432100` as thousandths, rounded down.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    Some(whole.parse::<u64>().ok()? * 1_000 + part.parse::<u64>().ok()?)
}

/// Returns how long the disk takes to keep 8 kB: the median of many.
fn flush_micros(folder: &Path) -> u128 {
    use std::io::Write;
    const FLUSHES: usize = 101;
    let mut file = std::fs::File::create(folder.join("flush")).expect("writable");
    let mut micros: Vec<u128> = (0..FLUSHES)
        .map(|_| {
            let started = Instant::now();
            file.write_all(&[1; 8_192]).and_then(|()| file.sync_data()).expect("writable");
            started.elapsed().as_micros()
        })
        .collect();
    micros.sort_unstable();
    micros[FLUSHES / 2]
}

/// Reads user and system time of this process.
fn cpu_micros() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells the time used");
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after.split_whitespace().collect();
    // `man 5 proc`: fields 14 and 15 of the line, 12 and 13 after the name in parentheses. The
    // kernel counts in hundredths of a second on every Linux in use (USER_HZ).
    let ticks = [11, 12].iter().map(|at| fields[*at].parse::<u64>().expect("a count of ticks"));
    ticks.sum::<u64>() * 10_000
}
