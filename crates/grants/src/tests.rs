//! Every test runs on SQLite and, where a cluster is given, on PostgreSQL.

mod claim_file;
mod desk;
mod refusals;
mod round;
mod rules;
mod spends;
mod world;
