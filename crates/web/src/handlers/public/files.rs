//! The register as CSV and JSON, with the same filters as the page.

use super::filter::{self, Asked};
use super::register::asked;
use crate::handlers::view;
use crate::links;
use crate::serve::{Cx, Fault, Query};
use app::{App, Owners};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use grants::{AwardFilter, AwardOrder, RegisterRow};
use identity::OrganisationId;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Rows read at once, and rows of a JSON page.
const ROWS: u32 = base::PAGE_ROWS_MAX;
/// Columns of the CSV file, in order. Amounts are decimal numbers of major units.
const COLUMNS: &str = "award,decided,category,instrument,title_en,title_zh,beneficiary,\
    beneficiary_en,beneficiary_zh,group,group_en,group_zh,suppliers,supplier_names,unit,awarded,\
    paid,released,state,synthetic\r\n";

/// Sends every row that fits as CSV (RFC 4180), read in pieces: nothing waits for a slow reader,
/// and nothing holds the whole list.
pub(crate) async fn csv(cx: Cx, query: Query) -> Result<Response, Fault> {
    let app = cx.app.clone();
    let (owners, asked) = app.clone().read(move |read| asked(&cx, &query, read)).await?;
    if !asked.problems.is_empty() {
        return Ok(refused(&asked));
    }
    let source = Source { app, owners, filter: asked.filter, order: asked.order };
    let chunks = Chunks { next: Some(chunk(source.clone(), None, COLUMNS)), source };
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"register.csv\""),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// Sends a page of rows as JSON, with totals over the whole filter and the address of the rest.
pub(crate) async fn json(cx: Cx, query: Query) -> Result<Response, Fault> {
    let app = cx.app.clone();
    app.read(move |read| {
        let (owners, asked) = asked(&cx, &query, read)?;
        if !asked.problems.is_empty() {
            return Ok::<_, grants::Error>(refused(&asked));
        }
        let page = base::Page::after(query.optional("after"), ROWS);
        let kept = app::register_page(&cx.app, read, &asked.filter, asked.order, &page)?;
        let rows = &kept.rows;
        let is_full = rows.len() == usize::try_from(ROWS).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| is_full).map(|row| {
            let after = asked.order.key(&row.award);
            filter::link(&query).to("/register.json", &[("after", &after)])
        });
        let totals: Vec<Value> = kept
            .sums
            .iter()
            .map(|sum| {
                json!({
                    "unit": sum.awarded.unit, "awards": sum.count,
                    "awarded_minor": sum.awarded.minor, "paid_minor": sum.paid.minor,
                })
            })
            .collect();
        let rows: Vec<Value> = rows.iter().map(|row| object(&owners, row)).collect();
        let body = json!({
            "as_of": kept.as_of, "synthetic": cx.zone.is_synthetic, "totals": totals,
            "awards": rows, "next": next,
        });
        Ok(Json(body).into_response())
    })
    .await
    .map_err(Fault::from)
}

fn refused(asked: &Asked) -> Response {
    let error = json!({
        "code": "invalid", "message": "the filter cannot be read", "fields": asked.problems,
    });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error }))).into_response()
}

fn named(owners: &Owners, id: OrganisationId) -> Value {
    let (en, zh) = owners.names.both(id);
    json!({ "id": id.to_string(), "name_en": en, "name_zh": zh })
}

fn object(owners: &Owners, row: &RegisterRow) -> Value {
    let award = &row.award;
    let suppliers: Vec<Value> = row.suppliers.iter().map(|id| named(owners, *id)).collect();
    json!({
        "id": award.id.to_string(),
        "url": links::award(award.id.as_str()),
        "decided": view::day(award.awarded_at),
        "category": award.category,
        "instrument": award.instrument_code,
        "call": award.call.to_string(),
        "title_en": row.title_en,
        "title_zh": row.title_zh,
        "beneficiary": named(owners, award.organisation),
        "group": owners.head(award.organisation).map(|head| named(owners, head)),
        "suppliers": suppliers,
        "unit": award.amount.unit,
        "awarded_minor": award.amount.minor,
        "paid_minor": award.paid.minor,
        "released_minor": award.released.minor,
        "state": award.state.as_str(),
        "synthetic": award.is_synthetic,
    })
}

/// Where the rows come from.
#[derive(Clone)]
struct Source {
    app: Arc<App>,
    owners: Arc<Owners>,
    filter: AwardFilter,
    order: AwardOrder,
}

/// A piece of the file and the key after which the next one begins.
type Piece = Result<(Bytes, Option<String>), grants::Error>;
type Reading = Pin<Box<dyn Future<Output = Piece> + Send>>;

/// The file, piece by piece; each is read when the one before has been taken.
struct Chunks {
    source: Source,
    next: Option<Reading>,
}

impl Stream for Chunks {
    type Item = Result<Bytes, grants::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(reading) = self.next.as_mut() else { return Poll::Ready(None) };
        match reading.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok((bytes, after))) => {
                let source = self.source.clone();
                self.next = after.map(|after| chunk(source, Some(after), ""));
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(Err(error)) => {
                self.next = None;
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

fn chunk(source: Source, after: Option<String>, head: &'static str) -> Reading {
    Box::pin(async move {
        let Source { app, owners, filter, order } = source;
        app.read(move |read| {
            let page = base::Page::after(after, ROWS);
            let rows = grants::register_rows(read, &filter, order, &page)?;
            let mut text = head.to_owned();
            rows.iter().for_each(|row| line(&mut text, &owners, row));
            let is_full = rows.len() == usize::try_from(ROWS).unwrap_or(usize::MAX);
            let after = rows.last().filter(|_| is_full).map(|row| order.key(&row.award));
            Ok((Bytes::from(text), after))
        })
        .await
    })
}

fn line(out: &mut String, owners: &Owners, row: &RegisterRow) {
    let award = &row.award;
    let both = |id: Option<OrganisationId>| match id {
        Some(id) => {
            let (en, zh) = owners.names.both(id);
            [id.to_string(), en, zh]
        }
        None => [String::new(), String::new(), String::new()],
    };
    let list = |show: &dyn Fn(OrganisationId) -> String| {
        row.suppliers.iter().map(|id| show(*id)).collect::<Vec<_>>().join("; ")
    };
    let [beneficiary, beneficiary_en, beneficiary_zh] = both(Some(award.organisation));
    let [group, group_en, group_zh] = both(owners.head(award.organisation));
    let cells = [
        award.id.to_string(),
        view::day(award.awarded_at),
        award.category.clone(),
        award.instrument_code.clone(),
        row.title_en.clone(),
        row.title_zh.clone(),
        beneficiary,
        beneficiary_en,
        beneficiary_zh,
        group,
        group_en,
        group_zh,
        list(&|id| id.to_string()),
        list(&|id| owners.names.name(id)),
        award.amount.unit.to_string(),
        award.amount.plain(),
        award.paid.plain(),
        award.released.plain(),
        award.state.as_str().to_owned(),
        award.is_synthetic.to_string(),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// Writes a cell. What a spreadsheet would take for a formula gets an apostrophe in front, as the
/// OWASP page on CSV injection advises; everything is quoted where RFC 4180 asks for it.
pub(crate) fn csv_cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n', '\'']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}
