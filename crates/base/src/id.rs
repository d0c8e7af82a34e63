//! Identifiers that sort by time and can be made anywhere.

use crate::Time;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// By byte: whether it is one of [`ALPHABET`].
const IS_KNOWN: [bool; 256] = {
    let mut known = [false; 256];
    let mut at = 0;
    while at < ALPHABET.len() {
        known[ALPHABET[at] as usize] = true;
        at += 1;
    }
    known
};
/// Characters of an id: 48 bits of milliseconds in 10, 80 random bits in 16.
const CHARS: usize = 26;

/// A 128-bit identifier: 48 bits of time, then 80 random bits, written as 26 characters.
///
/// Ids sort by the moment they were made and need no coordination between nodes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; CHARS]);

/// Tells that a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: expected 26 characters of 0-9 and a-z without i, l, o, u")]
pub struct IdError(pub String);

impl Id {
    /// Makes an id from an instant and 80 random bits (64 and the low 16).
    #[must_use]
    pub fn new(now: Time, high: u64, low: u32) -> Self {
        let millis = u128::from(now.millis().max(0).unsigned_abs() & 0xffff_ffff_ffff);
        let bits = (millis << 80) | (u128::from(high) << 16) | u128::from(low & 0xffff);
        let mut text = [0; CHARS];
        for (i, slot) in text.iter_mut().enumerate() {
            let digit = (bits >> (5 * (CHARS - 1 - i))) & 31;
            *slot = ALPHABET[usize::try_from(digit).expect("five bits fit")];
        }
        Self(text)
    }

    /// Returns the 26 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ids are ASCII by construction")
    }
}

impl FromStr for Id {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = || IdError(text.chars().take(40).collect());
        let bytes: [u8; CHARS] = text.as_bytes().try_into().map_err(|_| refused())?;
        let known = bytes.iter().all(|byte| IS_KNOWN[usize::from(*byte)]);
        // The first character carries only three bits.
        if known && bytes[0] <= b'7' { Ok(Self(bytes)) } else { Err(refused()) }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Declares ids of one kind each, so that an award's id cannot be passed for a claim's.
#[macro_export]
macro_rules! id_types {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[derive(::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $crate::Id);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;
            fn from_str(text: &str) -> Result<Self, $crate::IdError> {
                text.parse().map(Self)
            }
        }

        impl From<$crate::Id> for $name {
            fn from(id: $crate::Id) -> Self {
                Self(id)
            }
        }

        impl $name {
            /// Returns the 26 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }
    )+};
}
