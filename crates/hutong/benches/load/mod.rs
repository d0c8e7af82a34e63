//! Requests at a steady rate, whatever the answers take, and what a reader of the register asks.

pub(crate) mod failed;

use crate::server::{Server, get};
use crate::zone::{CATEGORIES, PLACES, TRADES, YEARS};
use base::Random;
use failed::Failed;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Threads that ask; requests wait for one only where the server is far behind.
const CLIENTS: usize = 32;
/// Requests a second.
pub(crate) const PER_SECOND: usize = 50;
/// Errors told in words; the rest is counted.
const ERRORS_SHOWN: u64 = 3;
/// What a reader narrows the register by.
pub(crate) const KINDS: [&str; 10] =
    ["all", "text", "category", "year", "supplier", "amount", "group", "page", "sort", "mixed"];

/// One request: its kind and its path.
pub(crate) type Ask = (&'static str, String);

/// Draws requests for the register, each kind as often as the others, hardly any twice.
pub(crate) fn register_asks(seed: u64, count: usize) -> Vec<Ask> {
    let random = Random::seeded(seed);
    (0..count).map(|number| register_ask(&random, KINDS[number % KINDS.len()])).collect()
}

fn register_ask(random: &Random, kind: &'static str) -> Ask {
    let one = |words: &[&'static str]| {
        let count = u64::try_from(words.len()).expect("fits");
        words[usize::try_from(random.below(count)).expect("below the count")]
    };
    let years = u64::try_from(YEARS.1 - YEARS.0 + 1).expect("some years");
    let year = || u64::try_from(YEARS.0).expect("after Christ") + random.below(years);
    let name = || format!("{}+{}", one(&PLACES), one(&TRADES));
    let category = || one(&CATEGORIES).replace(' ', "+");
    let least = || 1_000 + random.below(500_000);
    let asked = match kind {
        "text" => format!("q={}", name()),
        "category" => format!("category={}", category()),
        "year" => format!("year={}", year()),
        "supplier" => format!("supplier={}", name()),
        "amount" => format!("amount_min={}&amount_max={}", least(), least() + 500_000),
        "group" => format!("group={}", name()),
        // The key of a page is the instant and the id after which it begins.
        "page" => format!("after={}.0", (year() - 1_970) * 31_557_600_000),
        "sort" => format!("sort={}&year={}", one(&["awarded", "paid", "decided-up"]), year()),
        "mixed" => format!(
            "q={}&category={}&year={}&amount_min={}",
            one(&TRADES),
            category(),
            year(),
            least()
        ),
        _ => String::new(),
    };
    (kind, format!("/register?{asked}"))
}

/// Asks for pages at [`PER_SECOND`]. A request's time counts from the instant at which it was due,
/// so that one that had to wait for a client is not made to look fast.
pub(crate) fn run(server: &Server, asks: &[Ask]) -> Times {
    let (started, next) = (Instant::now(), AtomicUsize::new(0));
    let (times, address) = (Mutex::new(Times::default()), server.address());
    let client = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((kind, path)) = asks.get(number) else { return };
            let millis = u64::try_from(number * 1_000 / PER_SECOND).expect("a short run");
            let due = started + Duration::from_millis(millis);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let answer = get(address, path);
            let micros = due.elapsed().as_micros();
            let mut times = times.lock().expect("no client stops on a bug");
            match answer {
                Ok(_) => times.all.push((kind, micros)),
                Err(error) => {
                    if times.errors < ERRORS_SHOWN {
                        eprintln!("{error}");
                    }
                    times.errors += 1;
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(client);
        }
    });
    times.into_inner().expect("no client stops on a bug")
}

/// How long answers took.
#[derive(Default)]
pub(crate) struct Times {
    /// Kind and microseconds of every answer.
    pub(crate) all: Vec<(&'static str, u128)>,
    /// Requests without a good answer.
    errors: u64,
}

impl Times {
    /// Prints the median, the 95th and the 99th part of a hundred, and the errors, which it counts
    /// as failed.
    pub(crate) fn print(&self, name: &str, failed: &mut Failed) {
        let mut micros: Vec<u128> = self.all.iter().map(|(_, micros)| *micros).collect();
        micros.sort_unstable();
        for percent in [50, 95, 99] {
            print_millis(&format!("{name}_p{percent}"), at_percent(&micros, percent));
        }
        println!("{name}_errors {} requests", self.errors);
        failed.add(self.errors);
    }
}

/// Returns the value that so many of a hundred do not exceed.
pub(crate) fn at_percent(sorted: &[u128], percent: usize) -> u128 {
    let place = (sorted.len() * percent).div_ceil(100);
    sorted.get(place.max(1) - 1).copied().unwrap_or(0)
}

/// Prints microseconds as milliseconds.
pub(crate) fn print_millis(name: &str, micros: u128) {
    println!("{name} {}.{:03} ms", micros / 1_000, micros % 1_000);
}
