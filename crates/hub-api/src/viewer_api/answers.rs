//! The answers.

use super::assets::Links;
use super::exports;
use super::leave::Leave;
use super::question::{Question, given, needed, slice};
use super::table::{Ready, ready, statistics};
use super::view::View;
use super::wrong::{Told, Wrong};
use crate::Fault;
use crate::cx::Cx;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use viewer::{
    AssetUrl, Config, Indexed, IsValid, Place, Split, Table, info_answer, parquet_answer,
    size_answer, splits_answer,
};

/// Splits that one answer counts together.
pub(super) const SPLITS_MAX: usize = 200;

/// Answers a question.
pub(crate) async fn ask(cx: Cx, uri: Uri, question: Question) -> Response {
    let view = match View::of(&cx, given(&uri, "revision")).await {
        Ok(view) => view,
        Err(wrong) => return wrong.into_response(),
    };
    if let Err(fault) = reading_note(&view, &uri, question).await {
        return Wrong::from(fault).into_response();
    }
    let answer = answer(&view, &uri, question).await;
    view.told(answer)
}

/// Notes that somebody gets rows, or figures of them, where they hold personal data.
async fn reading_note(view: &View, uri: &Uri, question: Question) -> Result<(), Fault> {
    let is_of_names =
        [Question::IsValid, Question::Splits, Question::Parquet, Question::Size, Question::Info];
    if is_of_names.contains(&question) {
        return Ok(());
    }
    let word = |name| given(uri, name).unwrap_or_default();
    let path = rows_name(&word("config"), &word("split"));
    view.cx.reading_note(&path, &view.head.commit.to_string()).await
}

/// Names the rows of a split in the list of readings.
fn rows_name(config: &str, split: &str) -> String {
    format!("(rows) {config}/{split}").chars().take(200).collect()
}

async fn answer(view: &View, uri: &Uri, question: Question) -> Result<Vec<u8>, Wrong> {
    match question {
        Question::IsValid => is_valid(view, uri).await,
        Question::Splits => {
            let configs = chosen(view, uri).await?;
            body(&splits_answer(&view.repo.path(), &configs))
        }
        Question::FirstRows | Question::Rows | Question::Search | Question::Filter => {
            rows(view, uri, question).await
        }
        Question::Parquet => parquet(view, uri).await,
        Question::Statistics => {
            let (config, split) = (needed(uri, "config")?, needed(uri, "split")?);
            let catalog = view.catalog().await?;
            let (config, split) = catalog.split(&config, &split)?;
            let bytes = statistics(view, ready(view, config, split).await?).await?;
            Ok(bytes.to_vec())
        }
        Question::Size | Question::Info => counted(view, uri, question).await,
    }
}

fn body(answer: &impl Serialize) -> Result<Vec<u8>, Wrong> {
    Ok(serde_json::to_vec(answer).map_err(Told::failed)?)
}

/// Returns the configs, or the one, or the one split, that a question is about.
async fn chosen(view: &View, uri: &Uri) -> Result<Vec<Config>, Wrong> {
    let (config, split) = (given(uri, "config"), given(uri, "split"));
    if split.is_some() && config.is_none() {
        return Err(Told::missing("config").into());
    }
    Ok(view.catalog().await?.chosen(config.as_deref(), split.as_deref())?)
}

/// Says whether the first split can be read: whatever is wrong with the data is a plain no.
async fn is_valid(view: &View, uri: &Uri) -> Result<Vec<u8>, Wrong> {
    let tried = async {
        let configs = chosen(view, uri).await?;
        let first = configs.iter().find(|config| config.is_default).or(configs.first());
        let config = first.ok_or_else(Told::empty)?;
        let split = config.splits.first().ok_or_else(Told::empty)?;
        ready(view, config, split).await
    };
    match tried.await {
        Ok(_) => body(&IsValid::all(true)),
        Err(Wrong::Told(told)) if told.is_of_data() => body(&IsValid::all(false)),
        Err(wrong) => Err(wrong),
    }
}

/// Answers with rows of one split.
async fn rows(view: &View, uri: &Uri, question: Question) -> Result<Vec<u8>, Wrong> {
    let (config, split) = (needed(uri, "config")?, needed(uri, "split")?);
    let asked = match question {
        Question::FirstRows => Asked::First,
        Question::Search => Asked::Search(needed(uri, "query")?),
        Question::Filter => Asked::Filter {
            filter: given(uri, "where").unwrap_or_default(),
            order: given(uri, "orderby").unwrap_or_default(),
        },
        _ => Asked::Rows,
    };
    let slice = slice(uri)?;
    let catalog = view.catalog().await?;
    let (of_config, of_split) = catalog.split(&config, &split)?;
    let ready = ready(view, of_config, of_split).await?;
    let links = Links::new(view, &config, &split, ready.index.columns());
    let dataset = view.repo.path();
    let page = move |leave: &Leave| {
        let table = ready.open(leave)?;
        let place = Place { dataset: &dataset, config: &config, split: &split };
        let url = |place: viewer::AssetPlace<'_>| links.url(&place);
        asked.answer(&table, (place, slice), &url)
    };
    Ok(view.turn(page).await?.map_err(Told::failed)?)
}

/// What is asked for of a table.
enum Asked {
    First,
    Rows,
    Search(String),
    Filter { filter: String, order: String },
}

impl Asked {
    /// Answers, written out: a page can be large, so it is not written by a thread that serves.
    fn answer(
        &self,
        table: &Table,
        (place, slice): (Place<'_>, viewer::Slice),
        url: &AssetUrl<'_>,
    ) -> viewer::Result<serde_json::Result<Vec<u8>>> {
        let page = match self {
            Self::First => return Ok(serde_json::to_vec(&table.first_rows(place, url)?)),
            Self::Rows => table.rows(slice, url)?,
            Self::Search(query) => table.search(query, slice, url)?,
            Self::Filter { filter, order } => table.filter(filter, order, slice, url)?,
        };
        Ok(serde_json::to_vec(&page))
    }
}

async fn parquet(view: &View, uri: &Uri) -> Result<Vec<u8>, Wrong> {
    let configs = chosen(view, uri).await?;
    let exported = exports::exported(view, &configs).await?;
    let file = |path: &str| exported.get(path).cloned().unwrap_or_default();
    body(&parquet_answer(&view.repo.path(), &configs, &file))
}

/// Answers with figures of several splits.
async fn counted(view: &View, uri: &Uri, question: Question) -> Result<Vec<u8>, Wrong> {
    let configs = chosen(view, uri).await?;
    let splits = all_ready(view, &configs).await?;
    let indexed: Vec<Indexed<'_>> = splits
        .iter()
        .map(|(config, split, ready)| Indexed {
            config: &config.name,
            split: &split.name,
            index: &ready.index,
        })
        .collect();
    let dataset = view.repo.path();
    if question == Question::Size {
        return body(&size_answer(&dataset, &indexed));
    }
    let info = info_answer(&dataset, &indexed);
    match given(uri, "config") {
        // Asked about one config, the answer is its information itself.
        Some(config) => {
            let one = info.dataset_info.get(&config).cloned().unwrap_or_default();
            body(&viewer::InfoAnswer { dataset_info: one, ..info })
        }
        None => body(&info),
    }
}

/// Works out the indexes of all splits, as far as a question waits.
pub(super) async fn all_ready<'a>(
    view: &View,
    configs: &'a [Config],
) -> Result<Vec<(&'a Config, &'a Split, Ready)>, Wrong> {
    let count: usize = configs.iter().map(|config| config.splits.len()).sum();
    if count > SPLITS_MAX {
        let told =
            format!("the dataset has `{count}` splits, over `{SPLITS_MAX}`: name a `config`");
        return Err(Told::too_big(told).into());
    }
    let gather = async {
        let mut found = Vec::with_capacity(count);
        for config in configs {
            for split in &config.splits {
                found.push((config, split, ready(view, config, split).await?));
            }
        }
        Ok(found)
    };
    let gathered = tokio::time::timeout(super::jobs::PATIENCE, gather).await;
    gathered.unwrap_or_else(|_| Err(Told::not_ready().into()))
}
