//! A split as a table: its index is worked out once for its content.

use super::jobs::outcome;
use super::leave::Leave;
use super::sources::{GIT_BYTES_MAX, sources};
use super::view::View;
use super::wrong::{Told, Wrong};
use app::depot::FileFacts;
use std::sync::Arc;
use viewer::{Config, Error, Limits, SourceFile, Split, SplitIndex, Table};

/// What a question may cost: about a second a hundred MiB. ASSUMPTION: whoever searches more
/// downloads the dataset.
const LIMITS: Limits =
    Limits { index_bytes_max: 4 << 30, scan_bytes_max: 512 << 20, statistics_values_max: 8 << 20 };
/// Statistics are worked out once, so they may look at more.
const LIMITS_STATISTICS: Limits = Limits { scan_bytes_max: 2 << 30, ..LIMITS };

/// A split with the files it is read from.
#[derive(Clone)]
pub(super) struct Ready {
    /// Name of its content, for what is kept.
    name: String,
    sources: Vec<SourceFile>,
    pub(super) index: SplitIndex,
}

impl Ready {
    /// Opens the split as a table, which cannot be read any more when its client has left.
    pub(super) fn open(self, leave: &Leave) -> Result<Table, Error> {
        Table::open(leave.watch(self.sources), self.index, LIMITS)
    }
}

/// Names what is worked out of files: equal content has an equal name, whoever owns it.
fn name_of(what: &str, (config, split): (&Config, &Split), files: &[FileFacts]) -> String {
    let facts: Vec<_> =
        files.iter().map(|file| (&file.path, file.etag(), file.size_bytes)).collect();
    let limits = (LIMITS.index_bytes_max, LIMITS_STATISTICS.scan_bytes_max);
    let named = (what, limits, split.format, config.delimiter, facts);
    // Plain names and numbers; a map with other keys than text is the only thing that could fail.
    let bytes = serde_json::to_vec(&named).unwrap_or_default();
    format!("{what}-{}", blake3::hash(&bytes).to_hex())
}

/// Works out the index of a split, or finds it.
pub(super) async fn ready(view: &View, config: &Config, split: &Split) -> Result<Ready, Wrong> {
    let files = view.files(&split.paths).await?;
    view.settle(&files).await?;
    let is_large = |file: &&FileFacts| file.large.is_none() && file.size_bytes > GIT_BYTES_MAX;
    if let Some(file) = files.iter().find(is_large) {
        let told = format!("file `{}` is too large to be read from Git: use Git LFS", file.path);
        return Err(Told::too_big(told).into());
    }
    let name = name_of("index", (config, split), &files);
    let sources = sources(view.hub(), view.repo.id, &files);
    let named = name_of("statistics", (config, split), &files);
    // An index that an older version kept does not fit; the second time it is a new one.
    for _ in 0..2 {
        let (config, split, own) = (config.clone(), split.clone(), sources.clone());
        let build = move || {
            let index = SplitIndex::build(&config, &split, &own, &LIMITS);
            index.map(|index| index.to_bytes()).map_err(Told::from)
        };
        let bytes = outcome(view.hub(), &name, build).await?;
        match view.turn(move |_| SplitIndex::from_bytes(&bytes)).await {
            Ok(index) => return Ok(Ready { name: named, sources, index }),
            Err(_) => {
                let (hub, name) = (view.hub().clone(), name.clone());
                let forget = move || hub.viewer.kept.forget(&name);
                tokio::task::spawn_blocking(forget).await.map_err(Told::failed)?;
            }
        }
    }
    Err(Told::failed("an index is stale when it is new").into())
}

/// Works out the statistics of a split, or finds them: the body of the answer.
pub(super) async fn statistics(view: &View, ready: Ready) -> Result<Arc<Vec<u8>>, Wrong> {
    let Ready { name, sources, index } = ready;
    let work = move || {
        let table = Table::open(sources, index, LIMITS_STATISTICS)?;
        let statistics = table.statistics()?;
        serde_json::to_vec(&statistics).map_err(Told::failed)
    };
    outcome(view.hub(), &name, work).await
}
