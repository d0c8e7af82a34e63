//! What a caller asks of the bytes before they become an object.

use crate::{Refused, Sha256, Stored};

/// What is done about the SHA-256 of bytes that stream in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// It is computed and must be this one.
    Must(Sha256),
    /// It is computed and told.
    Told,
    /// It is not computed: for content verified in another way, such as a xorb.
    Skipped,
}

/// The conditions under which staged bytes become an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The most that is taken, in bytes.
    pub size_bytes_max: u64,
    /// The exact size in bytes, where it is known.
    pub size_bytes: Option<u64>,
    /// What is done about the SHA-256.
    pub hash: Hash,
}

impl Wanted {
    /// Wants exactly this content.
    #[must_use]
    pub const fn exactly(sha256: Sha256, size_bytes: u64) -> Self {
        Self { size_bytes_max: size_bytes, size_bytes: Some(size_bytes), hash: Hash::Must(sha256) }
    }

    /// Wants anything up to a size, and to be told its SHA-256.
    #[must_use]
    pub const fn at_most(size_bytes_max: u64) -> Self {
        Self { size_bytes_max, size_bytes: None, hash: Hash::Told }
    }

    /// Wants anything up to a size, unhashed.
    #[must_use]
    pub const fn unhashed(size_bytes_max: u64) -> Self {
        Self { size_bytes_max, size_bytes: None, hash: Hash::Skipped }
    }

    /// Returns a hasher, if one is needed.
    pub(crate) fn hasher(&self) -> Option<sha2::Sha256> {
        match self.hash {
            Hash::Must(_) | Hash::Told => Some(sha2::Sha256::default()),
            Hash::Skipped => None,
        }
    }

    /// Refuses a total that is too large already.
    pub(crate) fn check_limit(&self, size_bytes: u64) -> Result<(), Refused> {
        // A body longer than was announced is refused before all of it has come.
        let limit_bytes = self.size_bytes.unwrap_or(u64::MAX).min(self.size_bytes_max);
        if size_bytes > limit_bytes { Err(Refused::TooLarge { limit_bytes }) } else { Ok(()) }
    }

    /// Refuses a whole that is not what was wanted.
    pub(crate) fn check(&self, found: &Stored) -> Result<(), Refused> {
        self.check_limit(found.size_bytes)?;
        match self.size_bytes {
            Some(expected) if expected != found.size_bytes => {
                return Err(Refused::Size { expected, found: found.size_bytes });
            }
            _ => {}
        }
        match (self.hash, found.sha256) {
            (Hash::Must(expected), Some(found)) if expected != found => {
                Err(Refused::Sha256 { expected, found })
            }
            _ => Ok(()),
        }
    }
}
