//! Rows of a dataset's tables.

use super::frame::{Gate, RepoFrame, Tab};
use super::samples;
use crate::html::Html;
use crate::pages::{Page, sample};
use crate::{Field, Lang, Pager, Role, Ui, chart};
use askama::Template;

/// A table of a dataset, or one row of it.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/viewer.html")]
pub(crate) struct ViewerPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    pub(crate) configs: Vec<Pick>,
    pub(crate) splits: Vec<Pick>,
    pub(crate) body: ViewerBody,
}

/// A config or split to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) is_current: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub(crate) enum ViewerBody {
    /// The visitor may not read the files; the head of the page says so.
    Closed,
    /// There is nothing to show now: message key, detail in English, and the address to look
    /// again at where that helps.
    Absent(&'static str, String, Option<String>),
    Table(Box<TableView>),
    Record(Box<RecordView>),
}

/// A page of rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableView {
    pub(crate) rows_total: u64,
    /// As in `1.2 MB`.
    pub(crate) size: String,
    /// Whether rows are missing because a file is too large.
    pub(crate) is_partial: bool,
    /// Address of the forms.
    pub(crate) action: String,
    /// Fields that the forms keep: name and value.
    pub(crate) kept: Vec<(&'static str, String)>,
    pub(crate) search: Field,
    pub(crate) filter: Field,
    pub(crate) order: Field,
    /// What is wrong with the question.
    pub(crate) wrong: Option<WrongQuestion>,
    /// How many rows fit the question and whether only a part was looked at; `None` without one.
    pub(crate) found: Option<(u64, bool)>,
    /// Address of all rows, where there is a question.
    pub(crate) clear: Option<String>,
    pub(crate) columns: Vec<ColumnView>,
    pub(crate) rows: Vec<RowView>,
    pub(crate) pager: Pager,
    pub(crate) figures: FiguresState,
}

/// What is wrong with a search or filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrongQuestion {
    /// In English.
    pub(crate) message: String,
    /// The expression up to the wrong place, and from there on; `None` where no place is known.
    pub(crate) place: Option<(String, String)>,
}

/// Whether there are figures of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum FiguresState {
    /// They are there, of so many rows; whether those are a part only.
    Ready { rows: u64, is_partial: bool },
    /// The table is large: they are worked out at this address.
    Asked(String),
    /// They are being worked out: look again at this address.
    Pending(String),
    /// There are none.
    #[default]
    Absent,
}

/// One column.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnView {
    pub(crate) name: String,
    /// As the library `datasets` writes it.
    pub(crate) kind: String,
    pub(crate) figures: Option<ColumnFigures>,
}

/// Figures of one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnFigures {
    /// What was measured, where not the value itself: a message key.
    pub(crate) of: Option<&'static str>,
    pub(crate) empty: u64,
    /// Smallest, mean, median and largest; empty where there is none.
    pub(crate) least: String,
    pub(crate) mean: String,
    pub(crate) median: String,
    pub(crate) most: String,
    /// What the chart shows: a range or value, and how often it comes.
    pub(crate) bars: Vec<(String, u64)>,
}

impl ColumnFigures {
    pub(crate) fn chart(&self) -> Html {
        chart::columns(&self.bars.iter().map(|(_, count)| *count).collect::<Vec<_>>())
    }
}

/// One row.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowView {
    pub(crate) number: u64,
    /// Address of the whole row.
    pub(crate) href: String,
    pub(crate) cells: Vec<CellView>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CellView {
    Null,
    Number(String),
    /// A text, and whether more of it is on the page of the row.
    Text(String, bool),
    Pictures(Vec<Picture>),
    /// Addresses of sounds.
    Sounds(Vec<String>),
}

/// A picture in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) src: String,
    /// Width and height in pixels.
    pub(crate) size: Option<(i64, i64)>,
}

/// One whole row.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordView {
    pub(crate) number: u64,
    pub(crate) cells: Vec<(ColumnView, CellView)>,
    pub(crate) back: String,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

impl ViewerPage {
    /// Configs or splits that stand in the open; the rest stands behind a fold.
    pub(crate) fn first<'a>(&self, picks: &'a [Pick]) -> &'a [Pick] {
        &picks[..picks.len().min(PICKS_SHOWN)]
    }

    pub(crate) fn rest<'a>(&self, picks: &'a [Pick]) -> &'a [Pick] {
        &picks[picks.len().min(PICKS_SHOWN)..]
    }
}

const PICKS_SHOWN: usize = 24;

fn sample_columns() -> Vec<ColumnView> {
    let bars = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    let column = |name: &str, kind: &str, figures| ColumnView {
        name: name.to_owned(),
        kind: kind.to_owned(),
        figures,
    };
    let lengths = ColumnFigures {
        of: Some("rows.of-length"),
        least: "3".to_owned(),
        mean: "18.2".to_owned(),
        median: "17".to_owned(),
        most: "61".to_owned(),
        bars: bars(&[("3 – 20", 700), ("20 – 40", 120), ("40 – 61", 80)]),
        ..ColumnFigures::default()
    };
    let labels = ColumnFigures {
        empty: 3,
        bars: bars(&[("left", 400), ("right", 300)]),
        ..ColumnFigures::default()
    };
    vec![
        column("text", "string", Some(lengths)),
        column("sign", "Image", None),
        column("label", "ClassLabel(2)", Some(labels)),
    ]
}

fn sample_row(number: u64, text: &str) -> RowView {
    let src = "/hub/viewer/assets/eyJ9.c2ln".to_owned();
    RowView {
        number,
        href: format!("/datasets/town-lab/signs/viewer?row={number}"),
        cells: vec![
            CellView::Text(text.to_owned(), true),
            CellView::Pictures(vec![Picture { src, size: Some((32, 24)) }]),
            CellView::Null,
        ],
    }
}

fn sample_table() -> TableView {
    TableView {
        rows_total: 900,
        size: "1.2 MB".to_owned(),
        action: "/datasets/town-lab/signs/viewer".to_owned(),
        kept: vec![("config", "default".to_owned()), ("split", "train".to_owned())],
        search: Field::new("q", ""),
        filter: Field::new("where", ""),
        order: Field::new("orderby", ""),
        columns: sample_columns(),
        rows: vec![sample_row(0, "Stop at the line"), sample_row(1, "靠右行驶")],
        pager: sample::pager(1, 100, 900, Some("/datasets/town-lab/signs/viewer?offset=100")),
        figures: FiguresState::Ready { rows: 900, is_partial: false },
        ..TableView::default()
    }
}

fn sample_record(text: &str) -> RecordView {
    let row = sample_row(7, text);
    RecordView {
        number: 7,
        cells: sample_columns().into_iter().zip(row.cells).collect(),
        back: "/datasets/town-lab/signs/viewer".to_owned(),
        previous: Some("/datasets/town-lab/signs/viewer?row=6".to_owned()),
        next: None,
    }
}

impl Page for ViewerPage {
    const NAME: &'static str = "viewer";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let pick = |name: &str, is_current| Pick {
            name: name.to_owned(),
            href: "/datasets/town-lab/signs/viewer?split=test".to_owned(),
            is_current,
        };
        let frame = RepoFrame { gate: Gate::Open, ..samples::extreme(Tab::Viewer) };
        let typical = Self {
            ui: sample::ui(lang, "/datasets/town-lab/signs/viewer", Some(Role::Applicant)),
            repo: RepoFrame { name: "signs".to_owned(), ..frame.clone() },
            configs: vec![pick("default", true)],
            splits: vec![pick("train", true), pick("test", false)],
            body: ViewerBody::Table(Box::new(sample_table())),
        };
        let closed = Self {
            repo: samples::extreme(Tab::Viewer),
            configs: Vec::new(),
            splits: Vec::new(),
            body: ViewerBody::Closed,
            ..typical.clone()
        };
        let look_again = Some("/datasets/town-lab/signs/viewer".to_owned());
        let pending = ViewerBody::Absent("rows.pending", String::new(), look_again);
        let empty = Self { body: pending, ..closed.clone() };
        let (before, after) = ("id > ".to_owned(), sample::HOSTILE.to_owned());
        let mut hostile = sample_table();
        hostile.rows = vec![sample_row(0, &sample::HOSTILE.repeat(4)); 3];
        hostile.filter = Field::new("where", sample::HOSTILE);
        hostile.wrong = Some(WrongQuestion {
            message: format!("expected `{}`", sample::HOSTILE),
            place: Some((before, after)),
        });
        hostile.found = Some((0, true));
        hostile.is_partial = true;
        hostile.figures = FiguresState::Ready { rows: u64::MAX, is_partial: true };
        for column in &mut hostile.columns {
            column.name = sample::HOSTILE.to_owned();
        }
        let extreme = Self {
            repo: frame,
            configs: (0..60).map(|place| pick(sample::HOSTILE, place == 30)).collect(),
            body: ViewerBody::Table(Box::new(hostile)),
            ..typical.clone()
        };
        let record = ViewerBody::Record(Box::new(sample_record(&sample::HOSTILE.repeat(30))));
        let record = Self { body: record, ..typical.clone() };
        vec![
            ("empty", empty),
            ("closed", closed),
            ("typical", typical),
            ("extreme", extreme),
            ("record", record),
        ]
    }
}
