//! Payments: what is due, batches for the bank, their files and their confirmation.

use super::act::{done, form_key, id_of, on_form};
use super::show;
use crate::pages::officer_forms::{BatchRow, DueGroup, DueRow, PaymentsPage};
use crate::serve::{Cx, Fault, Page, Posted, Query};
use app::Names;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::{Amount, Unit};
use db::Read;
use grants::{Error, Payment, PaymentBatch, PaymentBatchId, PaymentState};
use identity::Permission;
use std::collections::BTreeSet;

/// Payments that are due, and batches.
pub(super) const PAYMENTS: &str = "/payments";
/// Batches of one page.
const ROWS: u32 = 50;

/// Shows what is due and what was sent.
pub(super) async fn show(cx: Cx, query: Query) -> Result<Page, Fault> {
    Page::of(&page(&cx, query.optional("after")).await?)
}

/// Puts all due payments of a unit into a batch.
pub(super) async fn send(cx: Cx, form: Posted) -> Result<Response, Fault> {
    let officer = cx.person()?.id;
    let unit = Unit::parse(form.text("unit"));
    let unit = unit.map_err(|error| Fault::BadRequest(error.to_string()))?;
    let made = done(&cx, form_key(&cx, &form, ""), move |tx| {
        grants::payments_send(tx, officer, unit)?;
        Ok(PAYMENTS.to_owned())
    });
    answer(&cx, made.await).await
}

/// Notes that the bank has paid a batch.
pub(super) async fn confirm(
    cx: Cx,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, Fault> {
    let id: PaymentBatchId = id_of(&id)?;
    let officer = cx.person()?.id;
    let confirmed = done(&cx, form_key(&cx, &form, ""), move |tx| {
        grants::batch_confirm(tx, officer, id)?;
        Ok(PAYMENTS.to_owned())
    });
    answer(&cx, confirmed.await).await
}

async fn answer(cx: &Cx, changed: Result<crate::serve::See, Fault>) -> Result<Response, Fault> {
    let fault = match changed {
        Ok(see) => return Ok(see.into_response()),
        Err(fault) => fault,
    };
    let mut page = page(cx, None).await?;
    let status = on_form(cx, fault, &mut page.form, &mut [])?;
    Ok(Page::with(status, &page)?.into_response())
}

/// Sends the file of a batch: `ID.csv` for people, `ID.xml` for the bank.
pub(super) async fn file(cx: Cx, Path(name): Path<String>) -> Result<Response, Fault> {
    let (id, ending) = name.split_once('.').ok_or(Fault::NotFound)?;
    let id: PaymentBatchId = id_of(id)?;
    let kind = match ending {
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        _ => return Err(Fault::NotFound),
    };
    let is_xml = ending == "xml";
    let files = cx.app.read(move |read| app::batch_files(read, id)).await?;
    let disposition = format!("attachment; filename=\"{id}.{ending}\"");
    let disposition =
        HeaderValue::from_str(&disposition).map_err(|error| Fault::Failed(error.to_string()))?;
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(kind)), (CONTENT_DISPOSITION, disposition)];
    let content = if is_xml { files.pain001 } else { files.csv };
    Ok((headers, content).into_response())
}

async fn page(cx: &Cx, after: Option<String>) -> Result<PaymentsPage, Fault> {
    let zone = cx.app.clone();
    let found = cx.app.read(move |read| {
        let page = base::Page::after(after, ROWS);
        let batches = grants::batches_newest(read, &page)?;
        let mut rows = Vec::new();
        for batch in batches {
            let payments = grants::batch_payments(read, batch.id)?;
            let is_paid = payments.iter().all(|payment| payment.state == PaymentState::Paid);
            rows.push((batch, is_paid));
        }
        let mut due = Vec::new();
        for unit in units(read)? {
            let mut payments = Vec::new();
            for payment in grants::payments_due(read, unit)? {
                let invoice = grants::claim_read(read, payment.claim)?.invoice_number;
                payments.push((payment, invoice));
            }
            if !payments.is_empty() {
                due.push((unit, payments));
            }
        }
        Ok::<_, Error>((due, rows, app::names(&zone, read)?))
    });
    let (due, batches, names) = found.await?;
    let is_full = batches.len() >= usize::try_from(ROWS).unwrap_or(usize::MAX);
    let next =
        batches.last().filter(|_| is_full).map(|(b, _)| format!("{PAYMENTS}?after={}", b.id));
    Ok(PaymentsPage {
        ui: cx.ui(),
        form: cx.form(),
        may_pay: cx.standing.may(Permission::DecideAwards),
        due: due.into_iter().map(|(unit, list)| group(unit, &list, &names)).collect(),
        batches: batches.iter().map(|(batch, is_paid)| row(batch, *is_paid)).collect(),
        next,
    })
}

/// Lists the units in which calls pay.
fn units(read: &Read<'_>) -> Result<BTreeSet<Unit>, Error> {
    let mut units = BTreeSet::new();
    let mut page = base::Page::first(base::PAGE_ROWS_MAX);
    loop {
        let calls = grants::calls_list(read, &page)?;
        units.extend(calls.iter().map(|call| call.budget.unit));
        if calls.len() < usize::try_from(page.rows).unwrap_or(usize::MAX) {
            return Ok(units);
        }
        page.after = calls.last().map(|call| call.id.to_string());
    }
}

fn group(unit: Unit, payments: &[(Payment, String)], names: &Names) -> DueGroup {
    let total = payments.iter().fold(0_i64, |sum, (one, _)| sum.saturating_add(one.amount.minor));
    let row = |(payment, invoice): &(Payment, String)| DueRow {
        claim: payment.claim.to_string(),
        invoice: invoice.clone(),
        payee: show::org(names, payment.payee),
        amount: payment.amount,
    };
    DueGroup {
        unit: unit.code().to_owned(),
        total: Amount::new(total, unit),
        rows: payments.iter().map(row).collect(),
    }
}

fn row(batch: &PaymentBatch, is_paid: bool) -> BatchRow {
    BatchRow {
        id: batch.id.to_string(),
        at: show::instant(batch.made_at),
        payments: u64::try_from(batch.payments).unwrap_or(0),
        total: batch.total,
        is_paid,
        has_xml: batch.total.unit.code().len() == 3,
    }
}
