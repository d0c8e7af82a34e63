//! Names of objects: the SHA-1 of kind, size and bytes.

use std::fmt;
use std::str::FromStr;

/// Bytes of a SHA-1.
pub(crate) const OID_BYTES: usize = 20;

/// Names one object of a repository; written as 40 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid([u8; OID_BYTES]);

impl Oid {
    /// Names the tree without entries, which every Git program knows without storing it.
    pub const EMPTY_TREE: Self = Self([
        0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92,
        0x88, 0xfb, 0xee, 0x49, 0x04,
    ]);
    /// Names no object: in ref updates, "there is no such ref".
    pub const ZERO: Self = Self([0; OID_BYTES]);

    /// Takes the 20 bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; OID_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the 20 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; OID_BYTES] {
        &self.0
    }

    /// Says whether this is [`Oid::ZERO`].
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Reads 20 bytes out of a longer text; `None` when there are not exactly 20.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads 40 hexadecimal digits, of either case.
    pub(crate) fn from_hex(digits: &[u8]) -> Option<Self> {
        if digits.len() != OID_BYTES * 2 {
            return None;
        }
        let mut bytes = [0; OID_BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_value(pair[0])? << 4 | hex_value(pair[1])?;
        }
        Some(Self(bytes))
    }

    pub(crate) fn outer(&self) -> gix_hash::ObjectId {
        gix_hash::ObjectId::Sha1(self.0)
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Says that a text is no object name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no object name: give 40 hexadecimal digits")]
pub struct OidError(String);

/// Reads exactly 40 hexadecimal digits; short forms are for people and are refused.
impl FromStr for Oid {
    type Err = OidError;

    fn from_str(text: &str) -> Result<Self, OidError> {
        Self::from_hex(text.as_bytes())
            .ok_or_else(|| OidError(text.chars().take(OID_BYTES * 2 + 1).collect()))
    }
}
