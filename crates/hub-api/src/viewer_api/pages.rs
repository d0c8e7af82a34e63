//! Tables for the pages of the zone.

use super::assets::Links;
use super::table::{Ready, ready, statistics};
use super::view::View;
use super::wrong::{Told, Wrong};
use crate::Hub;
use crate::cx::Cx;
use app::depot::{RowsAsked, Shown, TableAsked, TableShown, Tables, Unshown};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use viewer::{Config, Split};

/// How long a page waits before it says that something is being worked out. ASSUMPTION: somebody
/// who sees nothing for longer reloads.
const PATIENCE: Duration = Duration::from_secs(4);
/// Bytes of rows up to which figures are worked out unasked: within a second.
const FIGURES_BYTES_MAX: u64 = 32 << 20;

impl Tables for Hub {
    fn table(self: Arc<Self>, asked: TableAsked) -> BoxFuture<'static, Result<Shown, Unshown>> {
        async move { shown(&self, asked).await.map_err(Wrong::unshown) }.boxed()
    }
}

async fn shown(hub: &Arc<Hub>, asked: TableAsked) -> Result<Shown, Wrong> {
    let cx = Cx::nobody(hub);
    let view = View::of_repo(&cx, asked.repo.clone(), Some(asked.revision.clone())).await?;
    let catalog = view.catalog().await?;
    let config = match &asked.config {
        Some(name) => catalog.config(name)?,
        None => {
            let configs = &catalog.configs;
            let first = configs.iter().find(|config| config.is_default).or(configs.first());
            first.ok_or_else(Told::empty)?
        }
    };
    let split = match &asked.split {
        Some(name) => catalog.split(&config.name, name)?.1,
        None => config.splits.first().ok_or_else(Told::empty)?,
    };
    let table = table(&view, (config, split), &asked).await;
    Ok(Shown {
        commit: view.head.commit.to_string(),
        configs: catalog.configs.clone(),
        config: config.name.clone(),
        split: split.name.clone(),
        table: table.map_err(Wrong::unshown),
    })
}

/// Waits for as long as a page does; what is waited for goes on where it is worked out.
async fn soon<T>(work: impl Future<Output = Result<T, Wrong>>) -> Result<T, Wrong> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.unwrap_or_else(|_| Err(Told::not_ready().into()))
}

async fn table(
    view: &View,
    (config, split): (&Config, &Split),
    asked: &TableAsked,
) -> Result<TableShown, Wrong> {
    let ready = soon(ready(view, config, split)).await?;
    let index = &ready.index;
    let columns = index.columns().to_vec();
    let (rows, size_bytes, is_partial) = (index.rows(), index.size_bytes(), index.is_partial());
    let has_figures = asked.has_figures || index.bytes_memory() <= FIGURES_BYTES_MAX;
    let page = rows_page(view, (config, split), (&ready, asked)).await.map_err(Wrong::unshown);
    let figures = match has_figures {
        true => Some(soon(statistics(view, ready)).await.map_err(Wrong::unshown)),
        false => None,
    };
    Ok(TableShown { columns, rows, size_bytes, is_partial, page, figures })
}

async fn rows_page(
    view: &View,
    (config, split): (&Config, &Split),
    (ready, asked): (&Ready, &TableAsked),
) -> Result<viewer::RowsPage, Wrong> {
    let links = Links::new(view, &config.name, &split.name, ready.index.columns()).within_zone();
    let (ready, rows, slice) = (ready.clone(), asked.rows.clone(), asked.slice);
    view.turn(move |leave| {
        let table = ready.open(leave)?;
        let url = |place: viewer::AssetPlace<'_>| links.url(&place);
        match &rows {
            RowsAsked::All => table.rows(slice, &url),
            RowsAsked::Search(query) => table.search(query, slice, &url),
            RowsAsked::Filter { filter, order } => table.filter(filter, order, slice, &url),
        }
    })
    .await
}
