//! The supervisor of one run in the local sandbox; started by the driver, not by people.

use std::process::ExitCode;

fn main() -> ExitCode {
    drivers::sandbox::supervise(&base::SystemClock)
}
