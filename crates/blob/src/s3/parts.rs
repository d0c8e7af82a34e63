//! Uploads in a bucket: every part an object, until they are read into one.

use super::{S3, failed, modified, tag};
use crate::stage::{Draft, Stage};
use crate::{Error, Join, Refused, Stored, Upload};
use base::Time;
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::collections::BTreeMap;
use std::sync::Arc;

impl S3 {
    pub(crate) async fn parts_join(self: &Arc<Self>, join: &Join) -> Result<Stored, Error> {
        let Join { upload, parts, key, .. } = join;
        let wanted = join.wanted();
        let mut sizes = Vec::with_capacity(parts.len());
        for (number, etag) in parts {
            match self.look(&self.part_path(upload, *number)).await? {
                Some(found) if tag(found.e_tag.as_deref()) == *etag => sizes.push(found.size),
                _ => return Err(Refused::PartAbsent { number: *number }.into()),
            }
        }
        let size_bytes = upload.check_sizes(&sizes)?;
        wanted.check(&Stored { size_bytes, sha256: None })?;
        let mut stage = Stage::new(Draft::S3(Box::new(self.draft(key, wanted))), wanted);
        for (number, _) in parts {
            let path = self.part_path(upload, *number);
            let part = self.client.get(&path).await;
            let mut bytes = part.map_err(|error| failed("read", &path, error))?.into_stream();
            loop {
                let chunk = bytes.try_next().await;
                match chunk.map_err(|error| failed("read", &path, error))? {
                    Some(chunk) => stage.write(&chunk).await?,
                    None => break,
                }
            }
        }
        stage.finish().await
    }

    pub(crate) async fn parts_drop(&self, upload: &Upload) -> Result<(), Error> {
        let folder = Path::from(format!("{}/{}", self.uploads(), upload.folder()));
        let mut found = self.client.list(Some(&folder));
        loop {
            let next = found.try_next().await;
            match next.map_err(|error| failed("list", &folder, error))? {
                Some(part) => self.path_delete(&part.location).await?,
                None => return Ok(()),
            }
        }
    }

    /// Two passes: the first finds when each upload was touched last, because a part that is old
    /// may belong to one that is alive.
    pub(crate) async fn staged_reap(&self, older_than: Time) -> Result<u64, Error> {
        let uploads = Path::from(self.uploads());
        let listed = |error| failed("list", &uploads, error);
        let mut newest = BTreeMap::<String, Time>::new();
        let mut found = self.client.list(Some(&uploads));
        while let Some(part) = found.try_next().await.map_err(listed)? {
            let at = modified(&part);
            newest.entry(folder(&part.location)).and_modify(|t| *t = at.max(*t)).or_insert(at);
        }
        let mut removed = 0;
        let mut found = self.client.list(Some(&uploads));
        while let Some(part) = found.try_next().await.map_err(listed)? {
            if newest.get(&folder(&part.location)).is_some_and(|at| *at < older_than) {
                self.path_delete(&part.location).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

fn folder(path: &Path) -> String {
    path.as_ref().rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
}
