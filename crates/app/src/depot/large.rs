//! Which files go to large-file storage, and the way there for bytes that are at hand.

use super::{Attributes, Depot, Error};
use crate::App;
use blob::{Key, Sha256, Wanted};
use hub::{NewObject, ObjectState, Pointer, Repo};
use std::sync::Arc;

/// Files larger than this go to large-file storage whatever they hold, in bytes.
pub const REGULAR_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// Bytes that the large files of a namespace may take where nobody has set a limit.
/// ASSUMPTION: one terabyte is more than a start-up needs and less than a disk.
pub const QUOTA_BYTES: i64 = 1_000_000_000_000;
/// Bytes in which Git looks for a NUL to call a file binary (`buffer_is_binary` in Git's
/// `xdiff-interface.c`).
const SAMPLE_BYTES: usize = 8_000;

/// Tells whether a file goes to large-file storage: its path says so, it is large, or its
/// beginning is binary.
#[must_use]
pub fn is_large(attributes: &Attributes, path: &str, (size, sample): (u64, &[u8])) -> bool {
    let sample = &sample[..sample.len().min(SAMPLE_BYTES)];
    attributes.is_large(path) || size > REGULAR_BYTES_MAX || sample.contains(&0)
}

/// Claims bytes just before they are put, so that the collection of garbage leaves them alone until
/// a row names them.
///
/// # Errors
/// [`Error::Busy`] while older bytes of the same name are being deleted.
pub async fn bytes_claim(app: &App, key: &Key) -> Result<(), Error> {
    let text = key.to_string();
    let asked = text.clone();
    if app.read(move |read| hub::leftover_find(read, &asked)).await?.is_none() {
        return Ok(());
    }
    match app.write(move |tx| hub::leftover_claim(tx, &text)).await? {
        true => Ok(()),
        false => Err(Error::Busy),
    }
}

/// Stores bytes as a large file of a repository; `quota` is the limit in bytes of namespaces that
/// have none of their own. Durable when it returns. The caller has tested the permission.
///
/// # Errors
/// [`hub::Refused::QuotaExceeded`], [`Error::Busy`], [`Error::Blob`].
pub async fn large_put(
    app: &App,
    depot: &Depot,
    repo: &Arc<Repo>,
    (bytes, quota): (&[u8], i64),
) -> Result<Pointer, Error> {
    let sha256 = Sha256::of(bytes);
    let text = sha256.to_string();
    let size_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let pointer = Pointer { sha256: text.clone(), size_bytes };
    let new = NewObject {
        sha256: text.clone(),
        size_bytes,
        chunked: None,
        store: repo.namespace,
        state: ObjectState::Held,
    };
    // Asked before the bytes are written, and again with the row.
    let (own, asked) = (repo.clone(), new.clone());
    app.read(move |read| room_test(read, &own, (&asked, quota))).await?;
    let key = Depot::whole_key(&text).map_err(hub_fault)?;
    let size = u64::try_from(size_bytes).unwrap_or(u64::MAX);
    bytes_claim(app, &key).await?;
    depot.blobs().put(&key, bytes, Wanted::exactly(sha256, size)).await?;
    let own = repo.clone();
    app.write(move |tx| {
        room_test(tx, &own, (&new, quota))?;
        hub::object_add(tx, &own, &new)
    })
    .await?;
    Ok(pointer)
}

/// A key of a hash that was just worked out is always good; said as the hub's words all the same.
fn hub_fault(error: blob::KeyError) -> Error {
    let problem = base::FieldProblem::new("oid", error.to_string());
    hub::Refused::Invalid(vec![problem]).into()
}

fn room_test(
    read: &db::Read<'_>,
    repo: &Repo,
    (new, quota): (&NewObject, i64),
) -> Result<(), hub::Error> {
    match hub::object_find(read, repo, &new.sha256)? {
        Some(_) => Ok(()),
        None => hub::quota_test(read, repo, (new.size_bytes, quota)),
    }
}

#[cfg(test)]
mod tests {
    use super::{REGULAR_BYTES_MAX, SAMPLE_BYTES, is_large};
    use crate::depot::{ATTRIBUTES_DEFAULT, Attributes};

    #[test]
    fn paths_size_and_nul_decide_where_a_file_goes() {
        let attributes = Attributes::parse(ATTRIBUTES_DEFAULT);
        let check = |path: &str, size: u64, sample: &[u8], expected: bool| {
            assert_eq!(is_large(&attributes, path, (size, sample)), expected, "{path} {size}");
        };
        check("a.txt", 3, b"abc", false);
        check("a.bin", 3, b"abc", true);
        check("a.txt", REGULAR_BYTES_MAX, b"abc", false);
        check("a.txt", REGULAR_BYTES_MAX + 1, b"abc", true);
        check("a.txt", 3, b"a\0c", true);
        let late = [vec![b'a'; SAMPLE_BYTES], vec![0]].concat();
        check("a.txt", 8_001, &late, false);
    }
}
