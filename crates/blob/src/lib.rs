//! Bytes by key: staged, hashed while they stream, durable before they can be seen, read by range.
//!
//! A [`Store`] keeps objects in a local folder or in a bucket of an S3-compatible service. Bytes
//! come in through a [`Stage`], or in numbered parts through an [`Upload`]; an object appears whole
//! and verified, or not at all, and is there after a power cut once it was acknowledged.
//!
//! Must never: show bytes before they are verified and durable, hold more of an object in memory
//! than a few blocks, block the async runtime, or know what the bytes mean and who may read them.
//! Start reading at [`Store`].

mod block;
mod error;
mod key;
mod local;
mod object;
mod s3;
mod sha256;
mod stage;
mod store;
mod upload;
mod wanted;

#[cfg(test)]
mod tests;

pub use error::{Error, Refused, Retry};
pub use key::{KEY_BYTES_MAX, Key, KeyError};
pub use object::{Bytestream, Entries, Entry, Object, Stored};
pub use sha256::{Sha256, Sha256Error};
pub use stage::{PartStage, Stage};
pub use store::Store;
pub use upload::{Join, PART_NUMBER_MAX, PART_SIZE_BYTES_MIN, Part, Upload};
pub use wanted::{Hash, Wanted};
