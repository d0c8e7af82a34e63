//! Locks of Git LFS: there are none here, and its client is told so in the way that keeps it quiet.

use crate::Fault;
use crate::cx::Cx;

/// `GET` and `POST .../info/lfs/locks`, `POST .../info/lfs/locks/verify`, `.../locks/{id}/unlock`:
/// files are not locked here. Git LFS takes the answer for "this server has no locks" and asks no
/// more (git-lfs, `docs/api/locking.md`).
pub(crate) async fn none(cx: Cx) -> Fault {
    let page = cx.repo().map_or_else(|_| "this repository".to_owned(), |repo| repo.page());
    Fault::NotOffered(format!("files of {page} cannot be locked: talk to each other instead"))
}
