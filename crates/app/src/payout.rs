//! Payment files for the bank: a CSV for people and ISO 20022 pain.001 for machines.

use crate::{App, Payer, zone_read};
use base::Time;
use db::EffectState;
use grants::{BankAccount, Payment, PaymentBatch, PaymentBatchId};
use std::path::{Path, PathBuf};

/// Files written in one round of the worker.
const FILES_MAX: u32 = 50;

/// Why payment files could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PayoutError {
    /// A read or write of the zone failed.
    #[error("cannot read the payment batch")]
    Grants(#[from] grants::Error),
    /// The disk refused.
    #[error("cannot write the payment file `{path}`")]
    File {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A unit that no bank pays in.
    #[error("{0} is no currency: a payment file cannot be made")]
    NoCurrency(base::Unit),
}

impl From<db::Error> for PayoutError {
    fn from(error: db::Error) -> Self {
        Self::Grants(error.into())
    }
}

/// The folder of payment files.
pub(crate) struct Files(PathBuf);

impl Files {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Writes a file so that it is there wholly or not at all, also after a power cut.
    fn put(&self, name: &str, content: &str) -> Result<(), PayoutError> {
        let path = self.0.join(name);
        let write = || -> std::io::Result<()> {
            use std::io::Write as _;
            std::fs::create_dir_all(&self.0)?;
            let part = self.0.join(format!("{name}.part"));
            let mut file = std::fs::File::create(&part)?;
            file.write_all(content.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&part, &path)?;
            sync_folder(&self.0)
        };
        write().map_err(|source| PayoutError::File { path: path.clone(), source })
    }
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// The two files of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFiles {
    /// The batch.
    pub id: PaymentBatchId,
    /// Comma-separated values with a header, UTF-8.
    pub csv: String,
    /// ISO 20022 customer credit transfer initiation, pain.001.001.09.
    pub pain001: String,
}

/// One payment with where it goes.
pub struct Order {
    /// The payment.
    pub payment: Payment,
    /// Who is paid.
    pub payee: String,
    /// Where.
    pub account: BankAccount,
}

/// Makes the files of a batch. Equal batches give equal files: their instant is the batch's.
pub fn batch_files(read: &db::Read<'_>, id: PaymentBatchId) -> Result<BatchFiles, PayoutError> {
    let batch = grants::batch_read(read, id)?;
    let payer = zone_read(read)?.payer;
    let mut orders = Vec::new();
    for payment in grants::batch_payments(read, id)? {
        let account = grants::bank_account_of(read, payment.payee)?
            .ok_or(grants::Error::Refused(grants::Refused::BankAccountMissing(payment.payee)))?;
        let payee =
            identity::organisation_find(read, payment.payee).map_err(grants::Error::from)?;
        let payee = payee.map_or_else(|| payment.payee.to_string(), |one| one.name().to_owned());
        orders.push(Order { payee, account, payment });
    }
    let csv = payment_csv(&orders);
    let pain001 = payment_pain001(&batch, &payer, &orders)?;
    Ok(BatchFiles { id, csv, pain001 })
}

/// Writes the files of batches that wait for them. Repeating it after a crash writes the same
/// bytes under the same names.
pub(crate) async fn files_write(app: &App) -> Result<u32, PayoutError> {
    let open = app.read(|read| db::effects_open(read, "payment-file", FILES_MAX)).await?;
    let mut written = 0;
    for effect in open {
        let Ok(id) = effect.payload.parse::<PaymentBatchId>() else {
            tracing::error!(key = effect.key, "a payment effect names no batch");
            continue;
        };
        let files = app.read(move |read| batch_files(read, id)).await;
        let state = match files {
            Ok(files) => {
                app.files.put(&format!("{id}.csv"), &files.csv)?;
                app.files.put(&format!("{id}.xml"), &files.pain001)?;
                EffectState::Done
            }
            Err(PayoutError::NoCurrency(unit)) => {
                tracing::warn!(%unit, %id, "no payment file: the unit is no currency");
                EffectState::Refused
            }
            Err(error) => return Err(error),
        };
        app.write(move |tx| db::effect_close(tx, &effect.id, state)).await?;
        written += 1;
    }
    Ok(written)
}

/// Writes payments as CSV (RFC 4180). Cells that a spreadsheet would run as a formula are quoted
/// with an apostrophe.
#[must_use]
pub fn payment_csv(orders: &[Order]) -> String {
    let mut out = String::from("payment,claim,award,payee,holder,account,bank,amount,currency\r\n");
    for order in orders {
        let payment = &order.payment;
        let cells = [
            payment.id.to_string(),
            payment.claim.to_string(),
            payment.award.to_string(),
            order.payee.clone(),
            order.account.holder_name.clone(),
            order.account.number.clone(),
            order.account.bank_code.clone(),
            payment.amount.plain(),
            payment.amount.unit.to_string(),
        ];
        out.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        out.push_str("\r\n");
    }
    out
}

fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

/// Writes payments as an ISO 20022 pain.001.001.09 message.
///
/// The message id is the batch's, the end-to-end id of a payment is the payment's, so that a bank
/// recognises a repeated file. Refuses units that are no currency.
pub fn payment_pain001(
    batch: &PaymentBatch,
    payer: &Payer,
    orders: &[Order],
) -> Result<String, PayoutError> {
    let unit = batch.total.unit;
    if unit.code().len() != 3 {
        return Err(PayoutError::NoCurrency(unit));
    }
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.raw("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">");
    xml.raw("<CstmrCdtTrfInitn><GrpHdr>");
    xml.leaf("MsgId", batch.id.as_str());
    xml.leaf("CreDtTm", &Time::to_string(&batch.made_at));
    totals(&mut xml, batch);
    xml.raw("<InitgPty>");
    xml.leaf("Nm", &clip(&payer.name, 70));
    xml.raw("</InitgPty></GrpHdr><PmtInf>");
    xml.leaf("PmtInfId", batch.id.as_str());
    xml.leaf("PmtMtd", "TRF");
    totals(&mut xml, batch);
    xml.raw("<ReqdExctnDt>");
    xml.leaf("Dt", &batch.made_at.date().to_string());
    xml.raw("</ReqdExctnDt><Dbtr>");
    xml.leaf("Nm", &clip(&payer.name, 70));
    xml.raw("</Dbtr>");
    account(&mut xml, "DbtrAcct", &payer.number);
    agent(&mut xml, "DbtrAgt", &payer.bank_code);
    for order in orders {
        transfer(&mut xml, order);
    }
    xml.raw("</PmtInf></CstmrCdtTrfInitn></Document>\n");
    Ok(xml.0)
}

fn totals(xml: &mut Xml, batch: &PaymentBatch) {
    xml.leaf("NbOfTxs", &batch.payments.to_string());
    xml.leaf("CtrlSum", &batch.total.plain());
}

fn transfer(xml: &mut Xml, order: &Order) {
    let payment = &order.payment;
    xml.raw("<CdtTrfTxInf><PmtId>");
    xml.leaf("EndToEndId", payment.id.as_str());
    xml.raw("</PmtId><Amt><InstdAmt Ccy=\"");
    xml.text(payment.amount.unit.code());
    xml.raw("\">");
    xml.text(&payment.amount.plain());
    xml.raw("</InstdAmt></Amt>");
    agent(xml, "CdtrAgt", &order.account.bank_code);
    xml.raw("<Cdtr>");
    xml.leaf("Nm", &clip(&order.account.holder_name, 70));
    xml.raw("</Cdtr>");
    account(xml, "CdtrAcct", &order.account.number);
    xml.raw("<RmtInf>");
    xml.leaf("Ustrd", &format!("award {} claim {}", payment.award, payment.claim));
    xml.raw("</RmtInf></CdtTrfTxInf>");
}

fn account(xml: &mut Xml, name: &str, number: &str) {
    let plain: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    xml.raw(&format!("<{name}><Id>"));
    if is_iban(&plain) {
        xml.leaf("IBAN", &plain);
    } else {
        xml.raw("<Othr>");
        xml.leaf("Id", &clip(&plain, 34));
        xml.raw("</Othr>");
    }
    xml.raw(&format!("</Id></{name}>"));
}

fn agent(xml: &mut Xml, name: &str, code: &str) {
    xml.raw(&format!("<{name}><FinInstnId>"));
    if is_bic(code) {
        xml.leaf("BICFI", code);
    } else {
        xml.raw("<Othr>");
        let code = if code.is_empty() { "NOTPROVIDED" } else { code };
        xml.leaf("Id", &clip(code, 35));
        xml.raw("</Othr>");
    }
    xml.raw(&format!("</FinInstnId></{name}>"));
}

/// ISO 13616: two letters, two check digits, up to 30 more, remainder 1 modulo 97.
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_alphanumeric);
    if !shape {
        return false;
    }
    let rest = bytes[4..].iter().chain(&bytes[..4]).fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    rest == 1
}

/// ISO 9362: 8 or 11 characters, the first four and the country are letters.
fn is_bic(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes[..6].iter().all(u8::is_ascii_uppercase)
        && bytes[6..].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn clip(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

#[derive(Default)]
struct Xml(String);

impl Xml {
    fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.raw(&format!("<{name}>"));
        self.text(text);
        self.raw(&format!("</{name}>"));
    }

    /// Escapes; characters that XML 1.0 does not allow are left out.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                c if c.is_control() => {}
                c => self.0.push(c),
            }
        }
    }
}
