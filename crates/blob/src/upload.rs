//! Large objects in parts.
//!
//! In a local store the parts of an upload are written to their places in one file, which becomes
//! the object when they are joined: nothing is copied. That is why the size of a part is agreed
//! when the upload begins. In a bucket each part is an object of its own until the join reads them,
//! because S3 can neither hash parts on its side nor show them before they are joined.

use crate::{Key, KeyError, Refused, Sha256, Wanted};

/// Highest part number, as in S3 ("Amazon S3 multipart upload limits", user guide).
pub const PART_NUMBER_MAX: u32 = 10_000;

/// Smallest part in bytes. S3 has 5 MiB; smaller parts serve tests, and zero would put all parts
/// in one place.
pub const PART_SIZE_BYTES_MIN: u64 = 1;

/// Largest part in bytes, as in S3 (same source): 5 GiB.
const PART_SIZE_BYTES_MAX: u64 = 5 << 30;

/// The name of an upload and the size of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    name: Key,
    part_size_bytes: u64,
}

/// A part that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Names these bytes under this number; letters, digits and `-`, without quotation marks.
    pub etag: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// The whole that an upload becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The upload.
    pub upload: Upload,
    /// Its parts, numbers and tags, from 1 on in order.
    pub parts: Vec<(u32, String)>,
    /// The key of the object.
    pub key: Key,
    /// The SHA-256 that it must have.
    pub sha256: Sha256,
    /// The size that it must have, in bytes.
    pub size_bytes: u64,
}

impl Join {
    pub(crate) const fn wanted(&self) -> Wanted {
        Wanted::exactly(self.sha256, self.size_bytes)
    }
}

impl Upload {
    /// Names an upload (`a-z` and `0-9` only) and the size of every part but the last,
    /// in bytes, held between [`PART_SIZE_BYTES_MIN`] and 5 GiB. The same name with another size is
    /// another upload.
    ///
    /// The caller keeps names apart: whoever knows one can replace its parts.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn new(name: &str, part_size_bytes: u64) -> Result<Self, KeyError> {
        let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        match name.bytes().all(is_known) {
            false => return Err(KeyError::Character(name.to_owned())),
            true if name.is_empty() => return Err(KeyError::Length { size_bytes: 0 }),
            true => {}
        }
        let part_size_bytes = part_size_bytes.clamp(PART_SIZE_BYTES_MIN, PART_SIZE_BYTES_MAX);
        Ok(Self { name: format!("{name}-{part_size_bytes}").parse()?, part_size_bytes })
    }

    /// Returns the agreed size of a part in bytes.
    #[must_use]
    pub const fn part_size_bytes(&self) -> u64 {
        self.part_size_bytes
    }

    /// Returns the name of its folder.
    pub(crate) fn folder(&self) -> &str {
        self.name.as_str()
    }

    /// Refuses a number that no part has.
    pub(crate) fn check_number(number: u32) -> Result<(), Refused> {
        if (1..=PART_NUMBER_MAX).contains(&number) {
            Ok(())
        } else {
            Err(Refused::PartNumber { number })
        }
    }

    /// Refuses a list of parts that is not 1, 2, 3 to its end, or empty.
    pub(crate) fn check_order(parts: &[(u32, String)]) -> Result<(), Refused> {
        if parts.is_empty() {
            return Err(Refused::PartAbsent { number: 1 });
        }
        for (place, (number, _)) in (1_u32..).zip(parts) {
            Self::check_number(*number)?;
            if place != *number {
                return Err(Refused::PartOrder { place, number: *number });
            }
        }
        Ok(())
    }

    /// Refuses sizes that leave holes, and returns the sum.
    pub(crate) fn check_sizes(&self, sizes: &[u64]) -> Result<u64, Refused> {
        let expected = self.part_size_bytes;
        let before_last = sizes.split_last().map_or(&[][..], |(_, before)| before);
        for (number, &found) in (1_u32..).zip(before_last) {
            if found != expected {
                return Err(Refused::PartSize { number, expected, found });
            }
        }
        Ok(sizes.iter().sum())
    }
}
