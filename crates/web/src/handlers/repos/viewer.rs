//! Rows of a dataset's tables, for everybody who may read its files.

use super::cells::{cell, column, figures_add};
use super::frame::size_text;
use super::here::Here;
use crate::handlers::encoded;
use crate::pages::repos::frame::{Gate, RepoFrame, Tab};
use crate::pages::repos::viewer::{
    FiguresState, Pick, RecordView, RowView, TableView, ViewerBody, ViewerPage, WrongQuestion,
};
use crate::serve::{Fault, Page, Query};
use crate::{Field, Pager};
use app::depot::{RowsAsked, Shown, TableAsked, TableShown, Unshown, revision_find};
use axum::http::StatusCode;
use hub::RepoKind;
use viewer::limits::PAGE_ROWS_MAX;
use viewer::{Config, RowItem, RowsPage, Slice};

/// What an address asks for.
struct Asked {
    revision: String,
    config: Option<String>,
    split: Option<String>,
    search: String,
    filter: String,
    order: String,
    offset: u64,
    /// One row, to be shown whole.
    row: Option<u64>,
    has_figures: bool,
}

impl Asked {
    fn of(query: &Query) -> Self {
        Self {
            revision: query.optional("revision").unwrap_or_else(|| "main".to_owned()),
            config: query.optional("config"),
            split: query.optional("split"),
            search: query.text("q").to_owned(),
            filter: query.text("where").to_owned(),
            order: query.text("orderby").to_owned(),
            offset: query.parse("offset").unwrap_or(0),
            row: query.parse("row"),
            has_figures: query.has("figures"),
        }
    }

    fn rows(&self) -> RowsAsked {
        match (self.row, self.search.is_empty(), self.has_filter()) {
            (Some(_), ..) | (None, true, false) => RowsAsked::All,
            (None, false, _) => RowsAsked::Search(self.search.clone()),
            (None, true, true) => {
                RowsAsked::Filter { filter: self.filter.clone(), order: self.order.clone() }
            }
        }
    }

    fn has_filter(&self) -> bool {
        !self.filter.is_empty() || !self.order.is_empty()
    }

    fn slice(&self) -> Slice {
        match self.row {
            Some(offset) => Slice { offset, length: 1 },
            None => Slice { offset: self.offset, length: PAGE_ROWS_MAX },
        }
    }

    /// The question as it stands in addresses.
    fn question(&self) -> Vec<(&'static str, String)> {
        let all = [("q", &self.search), ("where", &self.filter), ("orderby", &self.order)];
        let given = all.into_iter().filter(|(_, text)| !text.is_empty());
        given.map(|(name, text)| (name, text.clone())).collect()
    }
}

/// Addresses of one table.
struct Places {
    page: String,
    kept: Vec<(&'static str, String)>,
}

impl Places {
    fn of(here: &Here, asked: &Asked, (config, split): (&str, &str)) -> Self {
        let revision = ("revision", asked.revision.clone());
        let mut kept = Vec::new();
        kept.extend((asked.revision != "main").then_some(revision));
        let both = [("config", config), ("split", split)].into_iter();
        kept.extend(both.filter(|(_, n)| !n.is_empty()).map(|(key, n)| (key, n.to_owned())));
        Self { page: here.href("/viewer"), kept }
    }

    fn with(&self, more: &[(&str, String)]) -> String {
        let kept = self.kept.iter().map(|(name, value)| (*name, value));
        let more = more.iter().map(|(name, value)| (*name, value));
        let pair = |(name, value): (&str, &String)| format!("{name}={}", encoded(value));
        let pairs: Vec<String> = kept.chain(more).map(pair).collect();
        match pairs.is_empty() {
            true => self.page.clone(),
            false => format!("{}?{}", self.page, pairs.join("&")),
        }
    }
}

/// Shows rows of a dataset.
pub(super) async fn show(here: Here, query: Query) -> Result<Page, Fault> {
    let is_data = here.repo.kind == RepoKind::Dataset;
    let tables = here.cx.shared.tables.clone().filter(|_| is_data).ok_or(Fault::NotFound)?;
    let asked = Asked::of(&query);
    let revision = asked.revision.clone();
    let look = here.look(move |look| {
        let head = revision_find(look.read, look.git, &look.here.repo, &revision)?;
        Ok((look.frame(Tab::Viewer, &revision)?, head.commit.to_string()))
    });
    let (repo, commit) = look.await?;
    if repo.gate != Gate::Open {
        return Page::of(&page(&here, repo, (Vec::new(), Vec::new()), ViewerBody::Closed));
    }
    if repo.is_personal {
        let name = |given: &Option<String>| given.clone().unwrap_or_default();
        let path = format!("(rows) {}/{}", name(&asked.config), name(&asked.split));
        here.reading_note(&path.chars().take(200).collect::<String>(), &commit).await?;
    }
    let wanted = TableAsked {
        repo: here.repo.clone(),
        // What was tested and noted is what is read.
        revision: commit,
        config: asked.config.clone(),
        split: asked.split.clone(),
        rows: asked.rows(),
        slice: asked.slice(),
        has_figures: asked.has_figures,
    };
    let shown = match tables.table(wanted).await {
        Ok(shown) => shown,
        Err(why) => {
            let again = Places::of(&here, &asked, ("", "")).with(&[]);
            let status = match why {
                Unshown::Unknown => StatusCode::NOT_FOUND,
                _ => StatusCode::OK,
            };
            let body = absent(why, again)?;
            return Page::with(status, &page(&here, repo, (Vec::new(), Vec::new()), body));
        }
    };
    answer(&here, repo, (&asked, shown))
}

fn page(
    here: &Here,
    repo: RepoFrame,
    (configs, splits): (Vec<Pick>, Vec<Pick>),
    body: ViewerBody,
) -> ViewerPage {
    ViewerPage { ui: here.cx.ui(), repo, configs, splits, body }
}

/// Says why there is nothing to show.
fn absent(why: Unshown, again: String) -> Result<ViewerBody, Fault> {
    let (key, detail, again) = match why {
        Unshown::Unknown => ("rows.unknown", String::new(), None),
        Unshown::NotATable(detail) => ("rows.not-table", detail, None),
        Unshown::TooLarge(detail) => ("rows.too-large", detail, None),
        Unshown::NotReady => ("rows.pending", String::new(), Some(again)),
        Unshown::Question { message, .. } => ("rows.not-table", message, None),
        Unshown::Refused(refused) => return Err(hub::Error::Refused(refused).into()),
        Unshown::Failed(cause) => {
            tracing::error!(cause, "rows could not be shown");
            ("rows.failed", String::new(), Some(again))
        }
    };
    Ok(ViewerBody::Absent(key, detail, again))
}

fn answer(here: &Here, repo: RepoFrame, (asked, shown): (&Asked, Shown)) -> Result<Page, Fault> {
    let places = Places::of(here, asked, (&shown.config, &shown.split));
    let picks = picks(here, asked, &shown);
    let table = match shown.table {
        Ok(table) => table,
        Err(why) => {
            let body = absent(why, places.with(&asked.question()))?;
            return Page::of(&page(here, repo, picks, body));
        }
    };
    if let Some(row) = asked.row {
        let body = record(&places, row, table)?;
        return Page::of(&page(here, repo, picks, body));
    }
    let (view, is_wrong) = match table_view(here, (asked, &places), table) {
        Ok(view) => {
            let is_wrong = view.wrong.is_some();
            (ViewerBody::Table(Box::new(view)), is_wrong)
        }
        Err(why) => (absent(why, places.with(&asked.question()))?, false),
    };
    let page = page(here, repo, picks, view);
    if is_wrong { Page::wrong(&page) } else { Page::of(&page) }
}

fn picks(here: &Here, asked: &Asked, shown: &Shown) -> (Vec<Pick>, Vec<Pick>) {
    let pick = |config: &str, split: &str, (name, is_current): (&str, bool)| Pick {
        name: name.to_owned(),
        href: Places::of(here, asked, (config, split)).with(&[]),
        is_current,
    };
    let of_config =
        |config: &Config| pick(&config.name, "", (&config.name, config.name == shown.config));
    let configs = shown.configs.iter().map(of_config).collect();
    let current = shown.configs.iter().find(|config| config.name == shown.config);
    let splits = current.map(|config| config.splits.as_slice()).unwrap_or_default();
    let splits = splits
        .iter()
        .map(|split| pick(&shown.config, &split.name, (&split.name, split.name == shown.split)));
    (configs, splits.collect())
}

/// Shows one row whole; one that is not there is no page.
fn record(places: &Places, number: u64, table: TableShown) -> Result<ViewerBody, Fault> {
    let page = match table.page {
        Ok(page) => page,
        Err(why) => return absent(why, places.with(&[("row", number.to_string())])),
    };
    let row = page.rows.into_iter().next().ok_or(Fault::NotFound)?;
    let cells = cells_of(&table.columns, row, usize::MAX);
    let columns = table.columns.iter().map(column);
    let at = |number: u64| places.with(&[("row", number.to_string())]);
    let offset = number - number % PAGE_ROWS_MAX;
    Ok(ViewerBody::Record(Box::new(RecordView {
        number,
        cells: columns.zip(cells).collect(),
        back: places.with(&[("offset", offset.to_string())]),
        previous: number.checked_sub(1).map(at),
        next: (number.saturating_add(1) < table.rows).then(|| at(number + 1)),
    })))
}

fn cells_of(
    columns: &[viewer::Column],
    row: RowItem,
    chars_max: usize,
) -> Vec<crate::pages::repos::viewer::CellView> {
    let viewer::Cell::Struct(cells) = row.row else { return Vec::new() };
    let is_cut = |name: &String| row.truncated_cells.contains(name);
    let cells = columns.iter().zip(cells);
    cells.map(|(column, (name, value))| cell(column, value, (chars_max, is_cut(&name)))).collect()
}

fn table_view(
    here: &Here,
    (asked, places): (&Asked, &Places),
    table: TableShown,
) -> Result<TableView, Unshown> {
    /// Characters of a cell in the list; the row's own page has more.
    const CHARS_MAX: usize = 160;
    let question = asked.question();
    let mut view = TableView {
        rows_total: table.rows,
        size: size_text(table.size_bytes),
        is_partial: table.is_partial,
        action: places.page.clone(),
        kept: places.kept.clone(),
        search: Field::new("q", &asked.search),
        filter: Field::new("where", &asked.filter),
        order: Field::new("orderby", &asked.order),
        columns: table.columns.iter().map(column).collect(),
        clear: (!question.is_empty()).then(|| places.with(&[])),
        ..TableView::default()
    };
    let mut again = question.clone();
    again.push(("figures", "yes".to_owned()));
    let again = places.with(&again);
    view.figures = match table.figures {
        None => FiguresState::Asked(again),
        Some(Err(Unshown::NotReady)) => FiguresState::Pending(again),
        Some(Err(_)) => FiguresState::Absent,
        Some(Ok(bytes)) => figures_add(&here.cx, &bytes, &mut view.columns),
    };
    match table.page {
        Ok(page) => {
            view.found = (!question.is_empty()).then_some((page.num_rows_total, page.partial));
            view.pager = pager((asked, places), &page);
            let row = |row: RowItem| RowView {
                number: row.row_idx,
                href: places.with(&[("row", row.row_idx.to_string())]),
                cells: cells_of(&table.columns, row, CHARS_MAX),
            };
            view.rows = page.rows.into_iter().map(row).collect();
        }
        Err(Unshown::Question { position, message }) => {
            view.wrong = Some(wrong(asked, position, message));
        }
        Err(why) => return Err(why),
    }
    Ok(view)
}

fn wrong(asked: &Asked, position: Option<usize>, message: String) -> WrongQuestion {
    // An order has no filter before it; a search has no place that is wrong.
    let text = if asked.filter.is_empty() { &asked.order } else { &asked.filter };
    let place = position.filter(|_| asked.search.is_empty()).map(|position| {
        let split = text.char_indices().nth(position).map_or(text.len(), |(at, _)| at);
        (text[..split].to_owned(), text[split..].to_owned())
    });
    WrongQuestion { message, place }
}

fn pager((asked, places): (&Asked, &Places), page: &RowsPage) -> Pager {
    let shown = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
    let last = asked.offset.saturating_add(shown);
    let at = |offset: u64| {
        let mut all = asked.question();
        all.push(("offset", offset.to_string()));
        places.with(&all)
    };
    Pager {
        first: if shown == 0 { 0 } else { asked.offset.saturating_add(1) },
        last,
        total: page.num_rows_total,
        previous: (asked.offset > 0).then(|| at(asked.offset.saturating_sub(PAGE_ROWS_MAX))),
        next: (last < page.num_rows_total).then(|| at(last)),
    }
}
