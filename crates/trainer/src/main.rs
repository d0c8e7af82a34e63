//! `trainer`: a dataset folder in, a model folder out. What it does is in [`trainer::command`].

use std::io::{stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    // A broken file may make the reader of Parquet panic; it is told as a refusal.
    std::panic::set_hook(Box::new(|_| {}));
    trainer::command(std::env::args_os(), &mut stdout(), &mut stderr()).into()
}
