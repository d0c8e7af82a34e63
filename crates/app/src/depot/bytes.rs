//! Where the bytes of large files are.

use super::Depot;
use blob::{Key, KeyError};
use hub::NamespaceId;

impl Depot {
    /// Returns the store of large files.
    #[must_use]
    pub fn blobs(&self) -> &blob::Store {
        &self.blobs
    }

    /// Names a file that is stored whole. Equal bytes are stored once; who may refer to them is
    /// the database's to say.
    ///
    /// # Errors
    /// When the hash is none.
    pub fn whole_key(sha256: &str) -> Result<Key, KeyError> {
        Key::fanned("whole", sha256)
    }

    /// Names a container of chunks of a namespace.
    ///
    /// # Errors
    /// When the hash is none.
    pub fn xorb_key(store: NamespaceId, hash: &str) -> Result<Key, KeyError> {
        Key::fanned(&format!("xorb/{store}"), hash)
    }
}
