//! The command line, as a function: the binary is nothing else, and another program can host it.

use crate::dataset::dataset_read;
use crate::error::{Error, Result};
use crate::judge::Verdict;
use crate::network::{EPOCHS, Model};
use crate::package::{DatasetName, Package};
use clap::Parser;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

/// Epochs after which a line tells how far it is.
const TOLD_EVERY: u16 = 5;
/// Exit code of a refusal: the command line or the data are wrong.
const REFUSED: u8 = 2;
/// Exit code where the machine failed: the result cannot be written.
const FAILED: u8 = 1;

/// Trains a classifier of handwritten digits from a dataset folder.
#[derive(Debug, Parser)]
#[command(name = "trainer")]
struct Arguments {
    /// Folder of the dataset, as downloaded from a hub.
    #[arg(long)]
    data: PathBuf,
    /// Folder to write the model into.
    #[arg(long)]
    out: PathBuf,
    /// Name of the dataset on the hub, `OWNER/NAME`; it goes into the model's card.
    #[arg(long)]
    dataset: String,
    /// What the randomness comes from; the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the program with its arguments (the first is its name) and returns its exit code: 0 with a
/// model written, 2 for a refusal of arguments or data, 1 where the result cannot be written.
///
/// Progress goes to `told`, problems to `wrong`. A reader that goes away stops nothing.
pub fn command(
    arguments: impl IntoIterator<Item = OsString>,
    told: &mut dyn Write,
    wrong: &mut dyn Write,
) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(answer) => {
            let is_refusal = answer.use_stderr();
            let _ = match is_refusal {
                true => write!(wrong, "{answer}"),
                false => write!(told, "{answer}"),
            };
            return u8::try_from(answer.exit_code()).unwrap_or(REFUSED);
        }
    };
    match run(&arguments, told) {
        Ok(()) => 0,
        Err(error) => {
            let _ = writeln!(wrong, "trainer: {}", chain(&error));
            if matches!(error, Error::Write { .. }) { FAILED } else { REFUSED }
        }
    }
}

fn run(arguments: &Arguments, told: &mut dyn Write) -> Result<()> {
    let dataset = DatasetName::parse(&arguments.dataset)?;
    let data = dataset_read(&arguments.data)?;
    let (train, test) = (data.train.len(), data.test.len());
    let _ = writeln!(told, "read {train} pictures to learn from, {test} held out");
    let model = Model::train(&data.train, arguments.seed, |epoch, right| {
        if epoch % TOLD_EVERY == 0 {
            let _ = writeln!(told, "epoch {epoch} of {EPOCHS}: {right} of {train} right");
        }
    })?;
    let learned = Verdict::of(&model, &data.train);
    let held_out = Verdict::of(&model, &data.test);
    let package = Package {
        model: &model,
        dataset: &dataset,
        seed: arguments.seed,
        learned: &learned,
        held_out: &held_out,
    };
    package.write(&arguments.out)?;
    let Verdict { correct, total, .. } = held_out;
    let _ = writeln!(told, "held-out accuracy {} ({correct} of {total})", held_out.accuracy());
    Ok(())
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
