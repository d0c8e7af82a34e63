//! Payment batches and their files for the bank. Only those who pay see them: they name accounts.

use super::ask::Ask;
use super::operation::{Operation, change, file, look};
use super::shaped::{Nothing, Stamp, objects};
use super::told::{Answered, Done, File, List, Listed};
use crate::serve::Fault;
use base::{Amount, Page, Unit};
use grants::{AwardId, ClaimId, Payment, PaymentBatch, PaymentBatchId, PaymentId, PaymentState};
use identity::OrganisationId;
use identity::Permission::{DecideAwards, Inspect};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look("/api/v1/payments/batches", Inspect, "Lists payment batches, oldest first", list),
        look("/api/v1/payments/batches/{id}", Inspect, "Shows a batch with its payments", show),
        change(
            "/api/v1/payments/batches",
            DecideAwards,
            "Puts the payments that are due in a unit into a batch",
            send,
        ),
        file(
            "/api/v1/payments/batches/{id}/payments.csv",
            (DecideAwards, "text/csv; charset=utf-8"),
            "Fetches a batch for people",
            csv,
        ),
        file(
            "/api/v1/payments/batches/{id}/pain001.xml",
            (DecideAwards, "application/xml"),
            "Fetches a batch for the bank (ISO 20022 pain.001)",
            pain001,
        ),
        change(
            "/api/v1/payments/batches/{id}/confirm",
            DecideAwards,
            "Notes that the bank has paid a batch",
            confirm,
        ),
    ]
}

objects! {
    /// Payments to be sent.
    NewBatch {
        /// The unit; payments due in it are sent, at most 500 at once.
        unit: Unit,
    }
    /// A batch.
    BatchListed {
        /// Its id, which the payment file carries as message id.
        id: PaymentBatchId,
        /// How many payments.
        payments: i64,
        /// Their sum.
        total: Amount,
        /// When it was made.
        made_at: Stamp,
    }
    /// A payment.
    PaymentShown {
        /// Its id, which the payment file carries as end-to-end reference.
        id: PaymentId,
        /// The claim.
        claim: ClaimId,
        /// The award.
        award: AwardId,
        /// Who is paid.
        payee: OrganisationId,
        /// How much.
        amount: Amount,
        /// Where it stands.
        state: PaymentState,
        /// From when on it was due.
        due_at: Stamp,
        /// When the bank confirmed it.
        paid_at: Option<Stamp>,
    }
    /// A batch with its payments.
    BatchShown {
        /// Its head.
        batch: BatchListed,
        /// The payments.
        payments: Vec<PaymentShown>,
    }
}

fn listed(from: &PaymentBatch) -> BatchListed {
    BatchListed {
        id: from.id,
        payments: from.payments,
        total: from.total,
        made_at: Stamp(from.made_at),
    }
}

fn payment(from: Payment) -> PaymentShown {
    PaymentShown {
        id: from.id,
        claim: from.claim,
        award: from.award,
        payee: from.payee,
        amount: from.amount,
        state: from.state,
        due_at: Stamp(from.due_at),
        paid_at: from.paid_at.map(Stamp),
    }
}

async fn list(ask: Ask, query: Listed) -> Result<List<BatchListed>, Fault> {
    let page = Page::from(query);
    ask.read(move |read| {
        let rows = grants::batches_list(read, &page)?;
        Ok(List::of(rows, &page, |row| row.id.to_string(), |row| Some(listed(&row))))
    })
    .await
}

async fn show(ask: Ask, _: Nothing) -> Result<BatchShown, Fault> {
    let id = ask.id()?;
    ask.read(move |read| {
        let batch = listed(&grants::batch_read(read, id)?);
        let payments = grants::batch_payments(read, id)?.into_iter().map(payment).collect();
        Ok(BatchShown { batch, payments })
    })
    .await
}

async fn send(ask: Ask, new: NewBatch) -> Result<Answered, Fault> {
    let officer = ask.person()?;
    ask.change(move |tx| {
        let made = grants::payments_send(tx, officer, new.unit)?;
        Ok(Done::made("payments/batches", &made.id))
    })
    .await
}

async fn files(ask: &Ask) -> Result<app::BatchFiles, Fault> {
    let id = ask.id()?;
    let known = move |error| match error {
        app::PayoutError::NoCurrency(unit) => Fault::Refused {
            code: "no_currency".to_owned(),
            message: format!("{unit} is no currency: a payment file cannot be made"),
            zh: None,
        },
        error => error.into(),
    };
    ask.read(move |read| app::batch_files(read, id).map_err(known)).await
}

async fn csv(ask: Ask) -> Result<File, Fault> {
    let files = files(&ask).await?;
    Ok(File::new(&format!("{}.csv", files.id), files.csv))
}

async fn pain001(ask: Ask) -> Result<File, Fault> {
    let files = files(&ask).await?;
    Ok(File::new(&format!("{}.xml", files.id), files.pain001))
}

async fn confirm(ask: Ask, _: Nothing) -> Result<Answered, Fault> {
    let (id, officer): (PaymentBatchId, _) = (ask.id()?, ask.person()?);
    ask.change(move |tx| {
        grants::batch_confirm(tx, officer, id)?;
        Ok(Done::changed("payments/batches", &id))
    })
    .await
}
