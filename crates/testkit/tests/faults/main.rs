//! A whole zone under faults: killed in the middle of uploads, and on a disk that is full.
//!
//! The zone runs as a program of its own; the test speaks HTTP with it. `clients/kill_loop.py` does
//! the same with the real clients, in parts and in chunks as well.

mod full;
mod http;
mod kill;
mod zone;
