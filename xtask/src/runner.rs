//! Starts cargo and the tests, with a PostgreSQL where there is one.

use anyhow::{Context, Result};
use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use testbed::{
    Cluster, ClusterError, POSTGRES_VARIABLE, S3_PROGRAM_VARIABLE, S3_VARIABLE, S3Server,
};

/// The cargo that runs this task.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a program is in `PATH`. It is not started: some take seconds to say their version.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A PostgreSQL for the tests: one of our own, or one that the caller named in the variable.
pub(crate) enum Postgres {
    Own(Cluster),
    Named,
    Absent,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        if env::var(POSTGRES_VARIABLE).is_ok_and(|url| !url.is_empty()) {
            println!("using the server named in `{POSTGRES_VARIABLE}`");
            return Ok(Self::Named);
        }
        match Cluster::start() {
            Ok(cluster) => {
                println!("private cluster at {}", cluster.url());
                Ok(Self::Own(cluster))
            }
            Err(absent @ ClusterError::Absent(_)) => {
                println!("POSTGRESQL ABSENT: {absent}; every test will run on SQLite only");
                Ok(Self::Absent)
            }
            Err(error) => Err(error).context("start PostgreSQL for the tests"),
        }
    }

    /// Tells a command where the server is.
    pub(crate) fn show(&self, command: &mut Command) {
        if let Self::Own(cluster) = self {
            command.env(POSTGRES_VARIABLE, cluster.url());
        }
    }
}

/// An S3 server for the tests: one of our own, or one that the caller named in the variable.
pub(crate) enum S3 {
    Own(Box<S3Server>, PathBuf),
    Named,
    Absent,
}

impl S3 {
    pub(crate) fn start(program: Option<PathBuf>) -> Result<Self> {
        if env::var(S3_VARIABLE).is_ok_and(|url| !url.is_empty()) {
            println!("using the bucket named in `{S3_VARIABLE}`");
            return Ok(Self::Named);
        }
        let Some(program) = program else {
            println!("S3 ABSENT: objects are tested on files only");
            return Ok(Self::Absent);
        };
        let server = S3Server::start(&program).context("start the S3 server for the tests")?;
        Ok(Self::Own(Box::new(server), program))
    }

    /// Tells a command where the bucket is.
    pub(crate) fn show(&self, command: &mut Command) {
        if let Self::Own(server, program) = self {
            command.envs(server.environment()).env(S3_PROGRAM_VARIABLE, program);
        }
    }
}

/// The command that runs tests: nextest where it is installed, else cargo's own.
pub(crate) fn tests() -> Command {
    let mut command = cargo();
    if is_installed("cargo-nextest") {
        command.args(["nextest", "run"]);
    } else {
        command.arg("test");
    }
    command
}

/// Runs tests for a developer, the whole workspace unless the arguments say otherwise.
pub(crate) fn test(arguments: &[&str]) -> Result<ExitCode> {
    let postgres = Postgres::start()?;
    let mut command = tests();
    let selects = ["-p", "--package", "--workspace", "--manifest-path"];
    if !arguments.iter().any(|argument| selects.contains(argument)) {
        command.arg("--workspace");
    }
    command.args(arguments);
    postgres.show(&mut command);
    let status = command.status().context("run the tests")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
