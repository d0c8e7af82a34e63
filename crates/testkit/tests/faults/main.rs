//! A whole zone under faults: killed at each step of an upload, on a disk that is full, and asked
//! what makes no sense.
//!
//! The zone runs as a program of its own; the test speaks HTTP with it. `clients/kill_loop.py` does
//! the same with the real clients, in parts and in chunks as well.

mod full;
mod fuzz;
mod http;
mod input;
mod kill;
mod large;
mod oracle;
mod steps;
mod trace;
mod transfer;
mod upload;
mod zone;
