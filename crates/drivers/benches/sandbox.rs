//! What the local sandbox adds to a process: `cargo bench -p drivers --bench sandbox`.
//!
//! In turns: `true` as a bare child of this process, from spawn to exit; and `true` as a run, from
//! submission to the moment its end is durable and told. Prints the median of both, and the
//! difference.

use base::SystemClock;
use compute::{Ending, Limits, Run, Sight};
use drivers::Driver;
use drivers::sandbox::{Config, Environment, Sandbox, environment_add};
use std::error::Error;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testbed::TempDir;

/// How often each is done. Enough for a steady median on a busy machine, in some ten seconds.
const ROUNDS: usize = 200;
/// Between two looks at a run: adds half of it on average.
const LOOK: Duration = Duration::from_millis(1);

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> Result<(), Box<dyn Error>> {
    let folder = TempDir::new()?;
    let supervisor = env!("CARGO_BIN_EXE_sandbox-supervisor").to_owned();
    let config = Config::new(folder.path().to_owned(), vec![supervisor]);
    let sandbox = Sandbox::open(config, Arc::new(SystemClock))?;
    environment_add(&sandbox.environments(), "plain", &Environment::default())?;
    let (mut bare, mut taken, mut boxed) = (vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        let start = Instant::now();
        Command::new("/usr/bin/true").status()?;
        bare.push(start.elapsed());
        let start = Instant::now();
        let run = run(round)?;
        sandbox.submit(&run).await?;
        taken.push(start.elapsed());
        let mut looks = tokio::time::interval(LOOK);
        let ended = loop {
            looks.tick().await;
            let sights = sandbox.look(std::slice::from_ref(&run.key)).await?;
            if let Some(Sight::Ended(ended)) = sights.into_iter().next() {
                break ended;
            }
        };
        boxed.push(start.elapsed());
        assert_eq!(ended.ending, Ending::Exited(0), "`true` succeeds");
    }
    let (bare, taken, boxed) = (median(bare), median(taken), median(boxed));
    println!("bare process              {:>8} us", bare.as_micros());
    println!("run, until it is taken    {:>8} us", taken.as_micros());
    println!("run, until its end        {:>8} us", boxed.as_micros());
    println!("the sandbox adds          {:>8} us", boxed.saturating_sub(bare).as_micros());
    println!("median of {ROUNDS} rounds each, in turns");
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn run(round: usize) -> Result<Run, Box<dyn Error>> {
    Ok(Run {
        key: format!("true-{round}").parse()?,
        environment: "plain".to_owned(),
        command: vec!["true".to_owned()],
        variables: vec![],
        secrets: vec![],
        limits: Limits {
            cores_milli: 1_000,
            memory_bytes: 64 << 20,
            disk_bytes: 16 << 20,
            processes: 16,
            accelerators: 0,
            seconds: 60,
            log_bytes: 1 << 20,
            network: false,
        },
        inputs: vec![],
        output: None,
    })
}
