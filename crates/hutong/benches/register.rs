//! Answers of the public pages at 50 requests a second, over a zone with 100,000 awards.
//!
//! Prints lines `name value unit`: all filters of the register together, each kind of filter, the
//! home page and the page of concentration. The only argument is the seconds on the register. Ends
//! with 1 where a request failed.

mod load;
mod server;
mod zone;

use load::failed::Failed;
use load::{Ask, KINDS, PER_SECOND, Times, at_percent, print_millis, register_asks, run};
use server::Server;
use std::process::ExitCode;
use std::time::Instant;

/// Seconds on the register where no argument says otherwise.
const SECONDS: usize = 30;
/// Seconds on each of the other pages.
const SECONDS_OTHER: usize = 8;

fn main() -> ExitCode {
    let mut failed = Failed::default();
    let wanted = std::env::args().skip(1).find_map(|text| text.parse().ok());
    let folder = testbed::TempDir::new().expect("the temporary folder is writable");
    let started = Instant::now();
    zone::build(folder.path());
    print_millis("zone_build", started.elapsed().as_micros());
    println!("zone_awards {} awards", zone::AWARDS);
    let server = Server::start(folder.path());
    // The cold start has a bench of its own, `serve`; here the first answer is printed apart.
    first_print(&server, "register", "/register", &mut failed);
    first_print(&server, "register_searched", "/register?q=data", &mut failed);
    let times = run(&server, &register_asks(1, wanted.unwrap_or(SECONDS) * PER_SECOND));
    times.print("register", &mut failed);
    kinds_print(&times);
    for (name, path) in [("home", "/"), ("concentration", "/concentration")] {
        first_print(&server, name, path, &mut failed);
        let asks: Vec<Ask> = vec![(name, path.to_owned()); SECONDS_OTHER * PER_SECOND];
        run(&server, &asks).print(name, &mut failed);
    }
    server.memory_print("register_memory_peak", "VmHWM:");
    failed.end()
}

fn kinds_print(times: &Times) {
    for kind in KINDS {
        let of_kind = times.all.iter().filter(|(one, _)| *one == kind);
        let mut micros: Vec<u128> = of_kind.map(|(_, micros)| *micros).collect();
        micros.sort_unstable();
        print_millis(&format!("register_{kind}_p50"), at_percent(&micros, 50));
        print_millis(&format!("register_{kind}_p99"), at_percent(&micros, 99));
    }
}

/// Asks for a page once and prints how long its first answer took.
fn first_print(server: &Server, name: &str, path: &str, failed: &mut Failed) {
    let started = Instant::now();
    if let Err(error) = server.get(path) {
        eprintln!("{error}");
        failed.add(1);
    }
    print_millis(&format!("{name}_first"), started.elapsed().as_micros());
}
