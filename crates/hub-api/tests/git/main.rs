//! Claims about Git over HTTP, with the real `git` and `git-lfs` as clients of a served zone.
//!
//! Every test serves a zone of its own on a free port; none takes longer than some seconds.

#[expect(clippy::unwrap_used, clippy::panic, reason = "tests end where something is missing")]
mod client;
mod large;
mod protocol;
mod push;
mod round_trip;
mod upkeep;
#[expect(clippy::unwrap_used, reason = "tests end where something is missing")]
mod world;
