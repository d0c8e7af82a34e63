//! The Parquet files of a dataset, by config and split.

use super::view::View;
use super::wrong::{Told, Wrong};
use crate::cx::Cx;
use crate::page::encode_path;
use axum::extract::Path;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use viewer::{Config, Format, Split};

/// Returns the address and the size in bytes of every Parquet file of configs, by path.
pub(super) async fn exported(
    view: &View,
    configs: &[Config],
) -> Result<BTreeMap<String, (String, u64)>, Wrong> {
    let splits = configs.iter().flat_map(|config| &config.splits);
    let paths =
        splits.filter(|split| split.format == Format::Parquet).flat_map(|s| s.paths.clone());
    let mut paths: Vec<String> = paths.collect();
    paths.sort_unstable();
    paths.dedup();
    let files = view.files(&paths).await?;
    let facts = |path: &str, size: u64| (path.to_owned(), (address(view, path), size));
    Ok(files.iter().map(|file| facts(&file.path, file.size_bytes)).collect())
}

/// Returns the address of a file at the commit of the view.
pub(super) fn address(view: &View, path: &str) -> String {
    let (page, commit) = (view.repo.page(), view.head.commit);
    view.cx.url(&format!("{page}/resolve/{commit}/{}", encode_path(path)))
}

/// `GET /api/datasets/{owner}/{name}/parquet`, `.../{config}` and `.../{config}/{split}`: the
/// addresses by config and split, as far as the address does not name them.
pub(crate) async fn parquet(
    cx: Cx,
    Path(named): Path<BTreeMap<String, String>>,
) -> Result<Response, Wrong> {
    let view = View::of(&cx, None).await?;
    Ok(view.told(listed(&view, &named).await))
}

async fn listed(view: &View, named: &BTreeMap<String, String>) -> Result<Vec<u8>, Wrong> {
    let (config, split) = (named.get("config"), named.get("split"));
    let catalog = view.catalog().await?;
    let configs = catalog.chosen(config.map(String::as_str), split.map(String::as_str))?;
    let of_split = |split: &Split| -> Vec<String> {
        let paths = split.paths.iter().filter(|_| split.format == Format::Parquet);
        paths.map(|path| address(view, path)).collect()
    };
    let of_config = |config: &Config| -> Value {
        let splits = config.splits.iter().map(|split| (split.name.clone(), json!(of_split(split))));
        Value::Object(splits.collect::<Map<_, _>>())
    };
    let first = configs.first();
    let body = match (first, config.is_some(), split.is_some()) {
        (Some(one), true, true) => json!(one.splits.first().map(of_split).unwrap_or_default()),
        (Some(one), true, false) => of_config(one),
        _ => {
            let all = configs.iter().map(|config| (config.name.clone(), of_config(config)));
            Value::Object(all.collect::<Map<_, _>>())
        }
    };
    Ok(serde_json::to_vec(&body).map_err(Told::failed)?)
}

/// `GET /api/datasets/{owner}/{name}/parquet/{config}/{split}/{number}.parquet`: leads to the file.
pub(crate) async fn parquet_file(
    cx: Cx,
    Path(mut named): Path<BTreeMap<String, String>>,
) -> Result<Response, Wrong> {
    let view = View::of(&cx, None).await?;
    let mut word = |name: &str| named.remove(name).unwrap_or_default();
    let (config, split, number) = (word("config"), word("split"), word("number"));
    let catalog = view.catalog().await?;
    let (_, split) = catalog.split(&config, &split)?;
    let place = number.strip_suffix(".parquet").and_then(|text| text.parse::<usize>().ok());
    let path = place.and_then(|place| split.paths.get(place));
    let path = path.filter(|_| split.format == Format::Parquet).ok_or_else(|| {
        let told = format!("there is no Parquet file `{number}` in split `{}`", split.name);
        Wrong::Hub(crate::Fault::NotFound(told))
    })?;
    let location = HeaderValue::from_str(&address(&view, path)).map_err(Told::failed)?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}
