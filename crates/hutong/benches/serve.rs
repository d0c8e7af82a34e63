//! Start to first answer, and memory, of `hutong serve` on a zone with 100,000 awards.
//!
//! Prints lines `name value unit`. The files are in the system's cache, as after a restart of the
//! program alone. Ends with 1 where a request failed.

mod load;
mod server;
mod zone;

use load::failed::Failed;
use load::{PER_SECOND, at_percent, print_millis, register_asks, run};
use server::Server;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Starts for each page.
const STARTS: usize = 5;
/// Seconds without a request before memory is called idle.
const IDLE_SECONDS: u64 = 3;
/// Seconds of load before memory is called peak.
const LOAD_SECONDS: usize = 15;

fn main() -> ExitCode {
    let mut failed = Failed::default();
    let folder = testbed::TempDir::new().expect("the temporary folder is writable");
    zone::build(folder.path());
    println!("zone_awards {} awards", zone::AWARDS);
    for (name, path) in [("home", "/"), ("register", "/register")] {
        starts_measure(folder.path(), (name, path), &mut failed);
    }
    let server = Server::start(folder.path());
    server.memory_print("serve_memory_started", "VmRSS:");
    if let Err(error) = server.get("/") {
        eprintln!("{error}");
        failed.add(1);
    }
    std::thread::sleep(Duration::from_secs(IDLE_SECONDS));
    server.memory_print("serve_memory_idle", "VmRSS:");
    run(&server, &register_asks(2, LOAD_SECONDS * PER_SECOND)).print("serve_load", &mut failed);
    server.memory_print("serve_memory_loaded", "VmRSS:");
    server.memory_print("serve_memory_peak", "VmHWM:");
    failed.end()
}

/// Prints the best and the median of several starts, from the start of the process to the last
/// byte of its first answer.
fn starts_measure(data: &Path, (name, path): (&str, &str), failed: &mut Failed) {
    let mut micros = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let started = Instant::now();
        let server = Server::start(data);
        match server.get(path) {
            Ok(_) => micros.push(started.elapsed().as_micros()),
            Err(error) => {
                eprintln!("{error}");
                failed.add(1);
            }
        }
    }
    micros.sort_unstable();
    println!("serve_{name}_answered {} starts", micros.len());
    print_millis(&format!("serve_{name}_best"), at_percent(&micros, 1));
    print_millis(&format!("serve_{name}_median"), at_percent(&micros, 50));
}
