//! Every test runs on SQLite and, where a cluster is given, on PostgreSQL.

mod books;
mod holds;
mod invariants;
mod random_walk;
mod reference;
mod refusals;
mod statements;

use crate::{
    Account, AccountId, AccountKind, ChainError, Command, Error, HoldCommand, HoldId, Limit,
    Opening, PostCommand, Receipt, Refused, ReleaseCommand, ReverseCommand, SettleCommand,
    TransferId, account_get, account_open, chain, check_invariants,
};
use base::{Amount, FixedClock, Id, Random, Time, Unit};
use db::{Db, Options, Tx};
use std::sync::Arc;
use testbed::databases;

/// 2026-03-01T00:00:00Z.
const START: Time = Time::from_millis(1_772_323_200_000);
const ABOUT: &str = "award:a1";

/// A zone's books: a treasury that gave a fund 500,000,000.00 CNY, and those who are paid.
struct World {
    db: Db,
    clock: Arc<FixedClock>,
    treasury: AccountId,
    fund: AccountId,
    supplier: AccountId,
    other: AccountId,
    euro: AccountId,
}

/// 500,000,000.00 CNY.
const POOL: i64 = 50_000_000_000;
/// 10,000,000.00 CNY.
const VOUCHER: i64 = 1_000_000_000;

fn cny(minor: i64) -> Amount {
    Amount::new(minor, Unit::CNY)
}

fn opening(kind: AccountKind, unit: Unit, limit: Limit) -> Opening {
    Opening { kind, unit, holder: None, name: kind.to_string(), limit }
}

fn on_both(check: impl Fn(&World)) {
    for database in databases() {
        let world = World::open(database.url(), 1);
        check(&world);
        world.sound();
    }
}

impl World {
    fn open(url: &str, write_lanes: usize) -> Self {
        let clock = Arc::new(FixedClock::at(START));
        let options = Options { write_lanes, ..Options::default() };
        let random = Arc::new(Random::seeded(7));
        let db = Db::open(url, options, clock.clone(), random).expect("opens");
        let blank = AccountId(Id::new(START, 0, 0));
        let (treasury, fund, supplier, other, euro) = (blank, blank, blank, blank, blank);
        let world = Self { db, clock, treasury, fund, supplier, other, euro };
        let (free, limited) = (Limit::Unlimited, Limit::DebitsWithinCredits);
        let treasury = world.account(AccountKind::Treasury, Unit::CNY, free);
        let fund = world.account(AccountKind::Fund, Unit::CNY, limited);
        let supplier = world.account(AccountKind::Supplier, Unit::CNY, free);
        let other = world.account(AccountKind::Beneficiary, Unit::CNY, limited);
        let euro = world.account(AccountKind::Supplier, Unit::EUR, free);
        let world = Self { treasury, fund, supplier, other, euro, ..world };
        world.ok(&post("pool", treasury, fund, POOL));
        world
    }

    fn account(&self, kind: AccountKind, unit: Unit, limit: Limit) -> AccountId {
        let opening = opening(kind, unit, limit);
        self.write(move |tx| account_open(tx, &opening)).expect("opens an account")
    }

    fn write<T: Send + 'static>(
        &self,
        closure: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write(closure).wait()
    }

    fn run(&self, command: &Command) -> Result<Receipt, Error> {
        let commands = [command.clone()];
        let receipts = self.write(move |tx| Ok(chain(tx, &commands)?));
        receipts.map(|mut receipts| receipts.remove(0))
    }

    fn ok(&self, command: &Command) -> Receipt {
        self.run(command).expect("is not refused")
    }

    fn refused(&self, command: &Command) -> Refused {
        match self.run(command) {
            Err(Error::Refused(refused)) => refused,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    fn chain(&self, commands: Vec<Command>) -> Result<Vec<Receipt>, ChainError> {
        self.db.write(move |tx| chain(tx, &commands)).wait()
    }

    fn get(&self, id: AccountId) -> Account {
        self.db.read(|read| account_get(read, id)).expect("reads")
    }

    /// Posted and held debits, posted and held credits.
    fn figures(&self, id: AccountId) -> [i64; 4] {
        let s = self.get(id).standing;
        [s.debits_posted, s.debits_held, s.credits_posted, s.credits_held]
    }

    fn hold(&self, key: &str, amount: i64, expires_at: Option<Time>) -> HoldId {
        let command = hold(key, self.fund, self.supplier, amount, expires_at);
        self.ok(&command).transfer.hold_placed().expect("places a hold")
    }

    fn sound(&self) {
        let now = Time::from_millis(0);
        self.db.read(|read| check_invariants(read, now, 0)).expect("the books are sound");
    }
}

fn post(key: &str, debit: AccountId, credit: AccountId, amount: i64) -> Command {
    let (key, reference) = (key.to_owned(), ABOUT.to_owned());
    Command::Post(PostCommand { key, debit, credit, amount: cny(amount), reference })
}

fn hold(
    key: &str,
    debit: AccountId,
    credit: AccountId,
    amount: i64,
    expires_at: Option<Time>,
) -> Command {
    let (key, reference) = (key.to_owned(), ABOUT.to_owned());
    let amount = cny(amount);
    Command::Hold(HoldCommand { key, debit, credit, amount, reference, expires_at })
}

fn settle(key: &str, hold: HoldId, amount: i64, to: Option<AccountId>) -> Command {
    let (key, reference) = (key.to_owned(), ABOUT.to_owned());
    Command::Settle(SettleCommand { key, hold, amount: cny(amount), to, reference })
}

fn release(key: &str, hold: HoldId) -> Command {
    Command::Release(ReleaseCommand { key: key.to_owned(), hold, reference: ABOUT.to_owned() })
}

fn reverse(key: &str, transfer: TransferId, amount: i64) -> Command {
    let (key, reference) = (key.to_owned(), ABOUT.to_owned());
    Command::Reverse(ReverseCommand { key, transfer, amount: cny(amount), reference })
}
