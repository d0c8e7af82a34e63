//! The one binary: serves a zone, shows a demonstration, administers, checks rules.

mod admin;
mod demonstration;
mod hub_args;
mod rules;
mod serve;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs a regional AI innovation programme: published rules become grants and vouchers, and
/// anybody can verify who got what.
#[derive(Parser)]
#[command(name = "hutong", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the demonstration zone "Hangzhou AI Town 2019" (synthetic) and serves it.
    Demo(demonstration::DemoArgs),
    /// Serves a zone: pages, forms and the JSON API.
    Serve(serve::ServeArgs),
    /// Looks after a zone from the command line.
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Checks, explains and tries rule files.
    #[command(subcommand)]
    Rules(rules::RulesCommand),
}

/// Where a zone is kept.
#[derive(Args, Clone)]
pub(crate) struct ZoneArgs {
    /// Folder for the embedded database and for payment files; made where it is missing.
    #[arg(long, value_name = "DIR", default_value = "hutong-data", env = "HUTONG_DATA")]
    data: PathBuf,
    /// Database to use instead of the embedded one: `sqlite:PATH` or `postgres://...`.
    #[arg(long, value_name = "URL", env = "HUTONG_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

impl ZoneArgs {
    fn config(&self) -> app::Config {
        app::Config { data: self.data.clone(), database: self.database.clone() }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_start();
    let done = match cli.command {
        Command::Demo(args) => demonstration::demo(&args),
        Command::Serve(args) => serve::serve(&args).map(|()| ExitCode::SUCCESS),
        Command::Admin(command) => admin::admin(command),
        Command::Rules(command) => rules::rules(command),
    };
    done.unwrap_or_else(|error| {
        eprintln!("hutong: {error:#}");
        ExitCode::FAILURE
    })
}

/// Logs go to standard error; `HUTONG_LOG` chooses what, as in `HUTONG_LOG=web=debug`.
fn log_start() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("HUTONG_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
