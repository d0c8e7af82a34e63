//! Claims about the JSON API, over the real router, on both databases.

mod client;
mod document;
mod hostile;
mod permissions;
mod round;
