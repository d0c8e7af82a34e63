//! SQLite or PostgreSQL behind one door, chosen by URL.
//!
//! A write is a closure over [`Tx`] that may run again: the write lane takes all waiting closures,
//! runs them one after the other in one transaction and commits them together, so that one disk
//! flush serves many callers. A read is a closure over [`Read`] and sees one snapshot. There is
//! one SQL text for both engines: `?1` placeholders, `BIGINT`, `TEXT` and `BLOB` columns; what
//! differs is rewritten here and nowhere else.
//!
//! Must never: know a domain, hand out a connection, or answer a write before it is durable.
//! Start reading at [`Db::write`].

mod bulk;
mod error;
mod lane;
mod migrate;
mod open;
mod outbox;
mod postgresql;
mod sqlite;
mod tx;
mod value;

#[cfg(test)]
mod tests;

pub use bulk::Addition;
pub use error::{Error, Retry};
pub use migrate::{MIGRATIONS, Migration};
pub use open::{Db, Engine, Options, Write};
pub use outbox::{Effect, EffectState, effect_close, effect_put, effects_open};
pub use tx::{Load, Read, Tx};
pub use value::{Cell, FromCell, Param, Row};

/// Lists the values bound to `?1`, `?2` ... of a statement.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Param::from($value)),*] };
}
