//! Files stored whole, hashed once more.

use super::{Check, FsckFault};
use crate::depot::UpkeepError;
use crate::depot::gc::{Held, key_read};
use futures_util::TryStreamExt;

impl Check<'_> {
    /// Hashes every file that is stored whole, whether a repository holds it or not.
    pub(super) async fn bytes(&mut self) -> Result<(), UpkeepError> {
        if self.is_quick {
            return Ok(());
        }
        let depot = self.depot.clone();
        let mut listed = depot.blobs().list(None);
        while let Some(entry) = listed.try_next().await? {
            let Some(Held::Whole(sha256)) = key_read(entry.key.as_str()) else { continue };
            self.step("hashing large files");
            // One that has gone meanwhile is no concern.
            let Some(found) = depot.blobs().rehash(&entry.key).await? else { continue };
            self.found.wholes += 1;
            self.found.bytes += entry.size_bytes;
            let found = found.to_string();
            if found != sha256 {
                self.fault(FsckFault::BytesWrong { key: entry.key.to_string(), found });
            }
        }
        Ok(())
    }
}
