//! Requests that carry a key are done once, however often they arrive.

use crate::store;
use db::{Error, Read, Tx};

/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 200;

/// Returns the location that a key was done with; `None` where it was not, and for an empty one.
pub fn once_find(read: &Read<'_>, key: &str) -> Result<Option<String>, Error> {
    if key.is_empty() { Ok(None) } else { store::answer(read, key) }
}

/// Does something once per key: a repeated key returns the location that the first run gave, and
/// changes nothing. An empty key does it each time.
///
/// The key is kept in the same commit as the change, so that a lost answer may be asked for again.
/// The caller puts who asks into the key.
pub fn once<E: From<Error>>(
    tx: &mut Tx<'_>,
    key: &str,
    mut act: impl FnMut(&mut Tx<'_>) -> Result<String, E>,
) -> Result<String, E> {
    if key.is_empty() {
        return act(tx);
    }
    if let Some(location) = store::answer(tx, key)? {
        return Ok(location);
    }
    let location = act(tx)?;
    let now = tx.now();
    store::answer_put(tx, key, &location, now)?;
    Ok(location)
}
