//! Refs as the caller has them.

use crate::oid::Oid;
use std::collections::BTreeMap;

/// Longest name of a ref in bytes: a file name of most systems, which a client makes of it.
const REF_NAME_BYTES_MAX: usize = 255;

/// The refs that a client is shown. What is not in here does not exist for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refs {
    /// The branch that `HEAD` stands for, such as `refs/heads/main`; it need not exist.
    pub head: String,
    /// Objects by full name, such as `refs/heads/main`.
    pub names: BTreeMap<String, Oid>,
}

/// Says whether a full ref name is one that Git takes: the rules of `git check-ref-format`, below
/// `refs/`, at most 255 bytes.
#[must_use]
pub fn ref_name_is_valid(name: &str) -> bool {
    let is_bad = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    name.starts_with("refs/")
        && name.len() <= REF_NAME_BYTES_MAX
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && !name.contains(is_bad)
        && name
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}
