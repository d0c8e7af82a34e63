//! Images and sounds in cells, behind links that carry their own permission: pages show them, and
//! a page's pictures are asked for without a token.

use super::leave::Leave;
use super::table::ready;
use super::view::View;
use super::wrong::{Told, Wrong};
use crate::cx::Cx;
use crate::token::{HREF_SECONDS, Permit};
use crate::{Fault, Hub};
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use base::Time;
use hub::{Refused, RepoId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use viewer::{AssetPlace, Column, is_shown_inline};

/// Links stay the same for so long, so that browsers find what they have seen.
const SAME_SECONDS: i64 = HREF_SECONDS / 2;

/// May read the bytes of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asset {
    repo: RepoId,
    commit: String,
    config: String,
    split: String,
    row: u64,
    /// Place of the column.
    column: usize,
    item: Option<usize>,
}

impl Permit for Asset {
    const KIND: &'static str = "viewer asset";
}

/// Writes links to the cells of one split, for somebody who may read it.
pub(super) struct Links {
    hub: Arc<Hub>,
    base: String,
    since: Time,
    usual: Asset,
    columns: Vec<String>,
}

impl Links {
    pub(super) fn new(view: &View, config: &str, split: &str, columns: &[Column]) -> Self {
        let seconds = view.cx.now.millis().div_euclid(1_000);
        let since = Time::from_millis((seconds - seconds.rem_euclid(SAME_SECONDS)) * 1_000);
        Self {
            hub: view.hub().clone(),
            base: view.cx.url("hub/viewer/assets"),
            since,
            usual: Asset {
                repo: view.repo.id,
                commit: view.head.commit.to_string(),
                config: config.to_owned(),
                split: split.to_owned(),
                row: 0,
                column: 0,
                item: None,
            },
            columns: columns.iter().map(|column| column.name.clone()).collect(),
        }
    }

    /// Writes links from the root of the zone, for its own pages.
    pub(super) fn within_zone(self) -> Self {
        Self { base: "/hub/viewer/assets".to_owned(), ..self }
    }

    /// Writes the link to a cell. Good for half an hour at least.
    pub(super) fn url(&self, place: &AssetPlace<'_>) -> String {
        let column = self.columns.iter().position(|name| name == place.column).unwrap_or_default();
        let asset = Asset { row: place.row, column, item: place.item, ..self.usual.clone() };
        let (token, _) = self.hub.signer.sign(&asset, self.since, HREF_SECONDS);
        format!("{}/{token}", self.base)
    }
}

/// `GET /hub/viewer/assets/{token}`.
pub(crate) async fn asset(cx: Cx, Path(token): Path<String>) -> Result<Response, Wrong> {
    let asset: Asset = cx.hub.signer.open(&token, cx.now)?;
    let id = asset.repo;
    let repo = cx.read(move |read| hub::repo_by_id(read, id)).await?;
    // Gone or closed since the link was written.
    let repo = repo.filter(|repo| !repo.is_disabled).ok_or(Fault::from(Refused::RepoUnknown))?;
    let view = View::of_repo(&cx, Arc::new(repo), Some(asset.commit.clone())).await?;
    let catalog = view.catalog().await?;
    let (config, split) = catalog.split(&asset.config, &asset.split)?;
    let ready = ready(&view, config, split).await?;
    let column = ready.index.columns().get(asset.column).map(|column| column.name.clone());
    let column = column.ok_or_else(|| Told::failed("a link to a column that is not there"))?;
    let read = move |leave: &Leave| ready.open(leave)?.cell_bytes(asset.row, &column, asset.item);
    let (media_type, bytes) = view.turn(read).await?;
    // What people uploaded never runs as a page of the zone, as in `resolve`.
    let disposition = if is_shown_inline(media_type) { "inline" } else { "attachment" };
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_DISPOSITION, disposition),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (CACHE_CONTROL, "private, max-age=1800, immutable"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok((headers, bytes).into_response())
}
