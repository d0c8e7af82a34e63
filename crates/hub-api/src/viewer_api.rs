//! The dataset viewer over HTTP, and the Croissant description.
//!
//! The questions and answers are those of the public viewer
//! (huggingface.co/docs/dataset-viewer), asked as `?dataset=owner/name&config=..&split=..` below
//! `/hub/viewer/`, on a host whose name begins with `datasets-server.` (clients derive that name
//! from the hub's own), or below `/api/datasets/{owner}/{name}/`. Where ours differ:
//!
//! - `revision=` may name another revision than `main`; `X-Revision` says which commit was read.
//! - Nothing is converted: `/parquet` lists the files that are Parquet in the repository, so that a
//!   dataset of CSV or JSON Lines has an empty list, and that list is complete.
//! - What takes long is worked out once and kept: until then `503`, `X-Error-Code:
//!   ResponseNotReady` and `Retry-After` (the public viewer says 500, which clients do not retry).
//! - Data that cannot be read is told as `422` with the public viewer's codes, not as 500: nothing
//!   of the server failed.
//!
//! Must never: read before the test of [`hub::Action::Read`], keep what a file says under anything
//! but its content's name, or block a thread that serves requests. Start reading at [`ask`].

mod answers;
mod assets;
mod blocks;
mod catalog;
mod croissant;
mod exports;
mod hosts;
mod jobs;
mod kept;
mod leave;
mod pages;
mod question;
mod recent;
mod sources;
mod table;
mod view;
mod wrong;

pub(crate) use answers::ask;
pub(crate) use hosts::host;
pub(crate) use view::named;
pub(crate) use wrong::Wrong;

use crate::route::{Need, Route, api, route};
use axum::http::{Method, Uri};
use hub::Action;
use question::Question;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// Questions that are answered at once: each holds a thread and some tens of MiB.
const TURNS: usize = 4;
/// Bytes of opened files that are kept between questions.
const OPENED_BYTES_MAX: usize = 64 << 20;
/// Trees whose configs are kept in memory, by the number of their paths.
const CATALOG_PATHS_MAX: usize = 200_000;

/// What the viewer keeps while the zone runs.
pub(crate) struct Viewer {
    kept: kept::Kept,
    jobs: jobs::Jobs,
    turns: Arc<Semaphore>,
    catalogs: Mutex<recent::Recent<(hub::RepoId, git::Oid), Arc<catalog::Catalog>>>,
    opened: Mutex<recent::Recent<sources::FileId, Arc<dyn viewer::ReadAt>>>,
}

impl Viewer {
    /// Keeps what it works out in a folder, which is made when it is needed.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            kept: kept::Kept::new(folder),
            jobs: jobs::Jobs::default(),
            turns: Arc::new(Semaphore::new(TURNS)),
            catalogs: Mutex::new(recent::Recent::new(CATALOG_PATHS_MAX)),
            opened: Mutex::new(recent::Recent::new(OPENED_BYTES_MAX)),
        }
    }
}

/// The viewer's routes.
pub(crate) fn table() -> Vec<Route> {
    const GET: &Method = &Method::GET;
    let read = Action::Read;
    let mut table = vec![
        api(GET, "/croissant", read, croissant::croissant),
        api(GET, "/parquet", read, exports::parquet),
        api(GET, "/parquet/{config}", read, exports::parquet),
        api(GET, "/parquet/{config}/{split}", read, exports::parquet),
        api(GET, "/parquet/{config}/{split}/{number}", read, exports::parquet_file),
        route(GET, "/hub/viewer/assets/{token}", Need::Open, assets::asset),
    ];
    for question in Question::ALL {
        let handler = move |cx: crate::cx::Cx, uri: Uri| ask(cx, uri, question);
        let path = format!("/hub/viewer/{}", question.name());
        table.push(route(GET, &path, Need::Dataset(read), handler));
        if question != Question::Parquet {
            // Below the API that name has another answer, which clients know.
            table.push(api(GET, &format!("/{}", question.name()), read, handler));
        }
    }
    table
}
