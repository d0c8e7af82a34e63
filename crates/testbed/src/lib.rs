//! What tests need from the machine: throw-away databases, folders and ports.
//!
//! `cargo xtask ci` and `cargo xtask test` start one [`Cluster`] for the whole run and pass its
//! address in the variable named by [`POSTGRES_VARIABLE`]; a test asks `databases` for a fresh
//! SQLite file and a fresh PostgreSQL database and runs its claim on both. In the same way they
//! start one [`S3Server`], and a test of objects asks [`stores`].
//!
//! Must never: be an ordinary dependency of a shipped crate, depend on another crate of the
//! workspace, or stop a process that it did not start. Start reading at `databases`.

mod cluster;
#[cfg(feature = "databases")]
mod database;
mod machine;
mod ray;
mod s3;
mod slurm;
mod watchdog;

#[cfg(test)]
mod tests;

pub use cluster::{Cluster, ClusterError, PROGRAMS_VARIABLE, programs_find};
#[cfg(feature = "databases")]
pub use database::{Engine, TestDatabase, databases};
pub use machine::{TempDir, free_port, is_ci, wait_until};
pub use ray::{RAY_PACKAGE, RAY_VARIABLE, Ray, RayError};
pub use s3::{S3_PACKAGE, S3Error, S3Server, TestStore, stores};
pub use slurm::{Slurm, SlurmError};

/// Names the environment variable that carries the URL of a PostgreSQL server on which tests may
/// create and drop databases.
pub const POSTGRES_VARIABLE: &str = "HUTONG_TEST_POSTGRES";

/// Names the environment variable that carries the address of a bucket in which tests may put and
/// delete objects; the credentials are in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
pub const S3_VARIABLE: &str = "HUTONG_TEST_S3";

/// Names the environment variable that says which program is the S3 server, for the tests of
/// [`S3Server`] itself.
pub const S3_PROGRAM_VARIABLE: &str = "HUTONG_S3_PROGRAM";
