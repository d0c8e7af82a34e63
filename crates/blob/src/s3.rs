//! Objects in a bucket of an S3-compatible service.
//!
//! `PREFIX/objects/KEY` are the objects, `PREFIX/uploads/NAME/NUMBER` the parts of an upload. An
//! object is put under its key at once, or in parts that S3 shows only when they are completed,
//! which happens after they were verified: nothing has to be moved afterwards.

mod draft;
mod open;
mod parts;

pub(crate) use draft::S3Draft;

use crate::local::range_check;
use crate::{Entries, Entry, Error, Key, Object, Refused, Upload, Wanted};
use base::Time;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use std::ops::Range;
use std::sync::Arc;

/// A store in a bucket.
#[derive(Debug)]
pub(crate) struct S3 {
    client: AmazonS3,
    /// What stands before `objects/` and `uploads/`: empty, or ending in `/`.
    prefix: String,
}

impl S3 {
    fn objects(&self) -> String {
        format!("{}objects", self.prefix)
    }

    fn uploads(&self) -> String {
        format!("{}uploads", self.prefix)
    }

    fn object_path(&self, key: &Key) -> Path {
        Path::from(format!("{}/{key}", self.objects()))
    }

    fn part_path(&self, upload: &Upload, number: u32) -> Path {
        Path::from(format!("{}/{}/{number}", self.uploads(), upload.folder()))
    }

    pub(crate) fn draft(self: &Arc<Self>, key: &Key, wanted: Wanted) -> S3Draft {
        S3Draft::new(Arc::clone(self), self.object_path(key), wanted)
    }

    pub(crate) fn part_draft(
        self: &Arc<Self>,
        upload: &Upload,
        number: u32,
        wanted: Wanted,
    ) -> S3Draft {
        S3Draft::new(Arc::clone(self), self.part_path(upload, number), wanted)
    }

    pub(crate) async fn size(&self, key: &Key) -> Result<Option<u64>, Error> {
        Ok(self.look(&self.object_path(key)).await?.map(|found| found.size))
    }

    async fn look(&self, path: &Path) -> Result<Option<ObjectMeta>, Error> {
        match self.client.head(path).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("look at", path, error)),
        }
    }

    pub(crate) async fn read(
        &self,
        key: &Key,
        range: Option<Range<u64>>,
    ) -> Result<Option<Object>, Error> {
        let path = self.object_path(key);
        let options = GetOptions {
            range: range.clone().filter(|range| !range.is_empty()).map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let found = match self.client.get_opts(&path, options).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => {
                // Services differ in how they refuse a range, so that the size decides.
                let Some(size_bytes) = self.size(key).await? else { return Ok(None) };
                range_check(range, size_bytes)?;
                return Err(failed("read", &path, error));
            }
        };
        let size_bytes = found.meta.size;
        let range = range_check(range, size_bytes)?;
        if found.range != range {
            let Range { start, end } = range;
            return Err(Refused::Range { start, end, size_bytes }.into());
        }
        let bytes = found.into_stream().map_err(move |error| failed("read", &path, error));
        Ok(Some(Object { size_bytes, range, bytes: bytes.boxed() }))
    }

    pub(crate) async fn delete(&self, key: &Key) -> Result<(), Error> {
        self.path_delete(&self.object_path(key)).await
    }

    async fn path_delete(&self, path: &Path) -> Result<(), Error> {
        match self.client.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("delete", path, error)),
        }
    }

    pub(crate) fn list(s3: Arc<Self>, below: Option<&Key>) -> Entries {
        let objects = s3.objects();
        let folder = below.map_or_else(|| objects.clone(), |key| format!("{objects}/{key}"));
        let folder = Path::from(folder);
        let found = s3.client.list(Some(&folder));
        let entries = found.filter_map(move |found| {
            let entry = match found {
                Ok(found) => entry(&objects, &found).map(Ok),
                Err(error) => Some(Err(failed("list", &folder, error))),
            };
            // Held until the end of the listing.
            let _ = &s3;
            std::future::ready(entry)
        });
        entries.boxed()
    }
}

fn entry(objects: &str, found: &ObjectMeta) -> Option<Entry> {
    let key = found.location.as_ref().strip_prefix(objects)?.strip_prefix('/')?.parse().ok()?;
    Some(Entry { key, size_bytes: found.size, modified_at: modified(found) })
}

fn modified(found: &ObjectMeta) -> Time {
    Time::from_millis(found.last_modified.timestamp_millis())
}

/// A tag as it can be put into a header: S3 sends it in quotation marks.
fn tag(etag: Option<&str>) -> String {
    etag.unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

fn failed(what: &str, path: &Path, source: object_store::Error) -> Error {
    Error::from_service(format!("{what} `{path}` in the bucket"), source)
}
