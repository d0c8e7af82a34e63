//! Keys: the only names that reach a folder or a bucket.

use std::fmt;
use std::str::FromStr;

/// Limit of a key in bytes. With the folder of the store in front it stays far below the 1,024
/// bytes that S3 allows and the 4,096 of a Linux path.
pub const KEY_BYTES_MAX: usize = 200;

/// The name of an object: segments of `a-z`, `0-9`, `_` and `-`, joined by `/`.
///
/// There are no dots, no empty segments and no upper case, so that a key can neither leave its
/// folder nor meet another key on a file system that folds case. No key may continue another
/// (`a` and `a/b`): a local store could not hold both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing, or more than [`KEY_BYTES_MAX`].
    #[error("a key has 1 to {KEY_BYTES_MAX} bytes, this one has {size_bytes}")]
    Length {
        /// Its length.
        size_bytes: usize,
    },
    /// A segment is empty: a `/` at an end, or two together.
    #[error("`{0}` is no key: a segment between two `/` is empty")]
    Segment(String),
    /// A character that keys do not have.
    #[error("`{0}` is no key: use only a-z, 0-9, `_` and `-` between `/`")]
    Character(String),
    /// A digest too short for [`Key::fanned`].
    #[error("`{0}` is too short to be spread over folders: use at least 5 characters")]
    Short(String),
}

impl Key {
    /// Returns `folder/ab/cd/abcd...`: a digest below two levels of 256 folders each, so that no
    /// folder grows long.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn fanned(folder: &str, digest: &str) -> Result<Self, KeyError> {
        match (digest.get(..2), digest.get(2..4)) {
            (Some(first), Some(second)) if digest.len() > 4 => {
                format!("{folder}/{first}/{second}/{digest}").parse()
            }
            _ => Err(KeyError::Short(digest.chars().take(8).collect())),
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the segments, of which there is at least one.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

/// Whether a byte may stand in a segment.
const fn is_known(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')
}

impl FromStr for Key {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.is_empty() || text.len() > KEY_BYTES_MAX {
            return Err(KeyError::Length { size_bytes: text.len() });
        }
        if !text.bytes().all(|byte| byte == b'/' || is_known(byte)) {
            return Err(KeyError::Character(text.to_owned()));
        }
        if text.split('/').any(str::is_empty) {
            return Err(KeyError::Segment(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
