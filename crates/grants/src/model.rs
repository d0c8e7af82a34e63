//! The types of the crate.

use base::{Amount, Date, Time, Unit};
use identity::{OrganisationId, PersonId};
use ledger::{AccountId, HoldId};
use rulebook::{FactValue, OtherAid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

base::id_types! {
    /// Names a published version of an instrument.
    InstrumentId;
    /// Names a call.
    CallId;
    /// Names an application.
    ApplicationId;
    /// Names a review.
    ReviewId;
    /// Names an award.
    AwardId;
    /// Names a claim.
    ClaimId;
    /// Names money reserved for something under way.
    SpendId;
    /// Names a payment.
    PaymentId;
    /// Names a batch of payments.
    PaymentBatchId;
}

base::words! {
    /// How a call takes applications.
    CallMode {
        /// Until its closing date; officers read at once.
        Open,
        /// Without end, or until money runs out.
        Rolling,
        /// Until its closing date; nobody but the applicant reads before.
        Sealed,
    }
}

base::words! {
    /// Where an application stands.
    ApplicationState {
        /// Being written; only the applicant sees it.
        Draft,
        /// Handed in; to be reviewed and decided.
        Submitted,
        /// Decided: supported.
        Awarded,
        /// Decided: not supported.
        Declined,
        /// Taken back by the applicant.
        Withdrawn,
    }
}

base::words! {
    /// Where a review stands.
    ReviewState {
        /// To be done.
        Assigned,
        /// The reviewer stepped back because of a conflict.
        Recused,
        /// Done.
        Scored,
    }
}

base::words! {
    /// What an officer votes.
    Verdict {
        /// Support with an amount.
        Approve,
        /// No support.
        Decline,
    }
}

base::words! {
    /// Where an award stands.
    AwardState {
        /// Its money is held and can be claimed.
        Active,
        /// Used up, expired or given back.
        Closed,
    }
}

base::words! {
    /// Where a claim stands.
    ClaimState {
        /// To be verified.
        Submitted,
        /// Not accepted; its invoice may be claimed again.
        Refused,
        /// Its money has moved to the payee's account.
        Settled,
        /// Its money has been paid out.
        Paid,
    }
}

base::words! {
    /// Where a payment stands.
    PaymentState {
        /// To be sent to the bank.
        Due,
        /// In a payment file.
        Sent,
        /// Confirmed by the bank.
        Paid,
    }
}

/// A published version of an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its id.
    pub id: InstrumentId,
    /// The rule's own id, the same over all versions.
    pub code: String,
    /// Its version.
    pub version: u32,
    /// English name.
    pub name_en: String,
    /// Chinese name; may be empty.
    pub name_zh: String,
    /// What it pays in.
    pub unit: Unit,
    /// The rule file as published.
    pub toml: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// When it was published.
    pub published_at: Time,
}

/// A call for applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// Short unique code, as in `rd-2019`.
    pub code: String,
    /// The instrument version it applies.
    pub instrument: InstrumentId,
    /// English title.
    pub title_en: String,
    /// Chinese title.
    pub title_zh: String,
    /// Category under which its awards are published.
    pub category: String,
    /// How it takes applications.
    pub mode: CallMode,
    /// What it may spend.
    pub budget: Amount,
    /// The ledger account that holds its budget.
    pub budget_account: AccountId,
    /// From when on it takes applications.
    pub opens_at: Time,
    /// From when on it takes none; `None` for rolling calls without end.
    pub closes_at: Option<Time>,
    /// Scored reviews needed before a vote, unless the automatic path applies.
    pub reviews_least: u32,
    /// Whether an officer closed it.
    pub is_closed: bool,
    /// Whether it was made up for a demonstration.
    pub is_synthetic: bool,
}

impl Call {
    /// Tells whether applications are taken at an instant.
    #[must_use]
    pub fn is_open(&self, at: Time) -> bool {
        !self.is_closed && at >= self.opens_at && self.closes_at.is_none_or(|end| at < end)
    }

    /// Tells whether others than the applicant may read submitted applications.
    #[must_use]
    pub fn is_readable(&self, at: Time) -> bool {
        self.mode != CallMode::Sealed || self.closes_at.is_some_and(|end| at >= end)
    }
}

/// A call to be created.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCall {
    /// Short unique code: lower-case letters, digits, `-`.
    pub code: String,
    /// The instrument version it applies.
    pub instrument: InstrumentId,
    /// English title.
    pub title_en: String,
    /// Chinese title.
    #[serde(default)]
    pub title_zh: String,
    /// Category under which its awards are published.
    pub category: String,
    /// How it takes applications.
    pub mode: CallMode,
    /// What it may spend.
    pub budget: Amount,
    /// From when on it takes applications.
    pub opens_at: Time,
    /// From when on it takes none.
    #[serde(default)]
    pub closes_at: Option<Time>,
    /// Scored reviews needed before a vote.
    pub reviews_least: u32,
    /// Whether it was made up for a demonstration.
    #[serde(default)]
    pub is_synthetic: bool,
}

/// One thing to be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostLine {
    /// Kind of cost, by the instrument's codes.
    #[serde(default)]
    pub cost: Option<String>,
    /// What is bought, by the instrument's codes.
    #[serde(default)]
    pub what: Option<String>,
    /// Its price.
    pub amount: Amount,
    /// From whom, where known.
    #[serde(default)]
    pub supplier: Option<OrganisationId>,
}

/// What a firm says about itself in an application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Facts by the names that the instrument declares.
    #[serde(default)]
    pub facts: BTreeMap<String, FactValue>,
    /// Months asked for, where support is monthly.
    #[serde(default)]
    pub months: Option<u32>,
    /// Other public aid on the same cost; empty says that there is none.
    #[serde(default)]
    pub other_aid: Vec<OtherAid>,
}

/// What an applicant writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// English title, or empty where there is a Chinese one.
    #[serde(default)]
    pub title_en: String,
    /// Chinese title, or empty where there is an English one.
    #[serde(default)]
    pub title_zh: String,
    /// What the project does, at most 4,000 characters.
    pub summary: String,
    /// Field of work, in a few words.
    #[serde(default)]
    pub subject: String,
    /// What the firm says about itself.
    #[serde(default)]
    pub declared: Declared,
    /// What is to be bought; 1 to 100 lines.
    pub lines: Vec<CostLine>,
    /// Support asked for.
    pub requested: Amount,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// The call.
    pub call: CallId,
    /// Its number within the call, from 1.
    pub number: i64,
    /// Who applies.
    pub organisation: OrganisationId,
    /// What was written.
    pub draft: Draft,
    /// Where it stands.
    pub state: ApplicationState,
    /// Round of votes, from 1; two votes that differ start the next.
    pub round: i64,
    /// The rule's answer at submission, with its trace.
    pub evaluation: Option<rulebook::Evaluation>,
    /// Who wrote it.
    pub created_by: PersonId,
    /// When it was begun.
    pub created_at: Time,
    /// When it was handed in.
    pub submitted_at: Option<Time>,
    /// When it was decided.
    pub decided_at: Option<Time>,
}

impl Application {
    /// Returns the English title, or the Chinese one where there is none.
    #[must_use]
    pub fn title(&self) -> &str {
        let draft = &self.draft;
        if draft.title_en.is_empty() { &draft.title_zh } else { &draft.title_en }
    }
}

/// A paper handed in with an application, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// The instrument's code of the paper.
    pub code: String,
    /// Name of the file as handed in.
    pub file_name: String,
    /// SHA-256 of the content.
    pub sha256: String,
    /// When it was handed in.
    pub added_at: Time,
}

/// A score from 0 to 100 on one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// What is judged.
    pub criterion: String,
    /// 0 to 100.
    pub points: u32,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// What is reviewed.
    pub application: ApplicationId,
    /// By whom.
    pub reviewer: PersonId,
    /// Where it stands.
    pub state: ReviewState,
    /// Scores by criterion.
    pub scores: Vec<Score>,
    /// Mean of the scores in thousandths, rounded down.
    pub total_milli: Option<i64>,
    /// Why.
    pub comment: String,
    /// When it was given out.
    pub assigned_at: Time,
    /// When it was done.
    pub closed_at: Option<Time>,
}

/// An officer's vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vote {
    /// The round.
    pub round: i64,
    /// First or second.
    pub position: i64,
    /// Who voted.
    pub officer: PersonId,
    /// What.
    pub verdict: Verdict,
    /// How much; zero where declined.
    pub amount: Amount,
    /// Why.
    pub reason: String,
    /// What was shown before the vote, as JSON, byte for byte.
    pub shown: String,
    /// SHA-256 of it.
    pub shown_sha256: String,
    /// When.
    pub at: Time,
}

/// An award: money held for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Award {
    /// Its id.
    pub id: AwardId,
    /// What it answers.
    pub application: ApplicationId,
    /// The call.
    pub call: CallId,
    /// The instrument's code.
    pub instrument_code: String,
    /// The category.
    pub category: String,
    /// Who receives it.
    pub organisation: OrganisationId,
    /// How much was awarded.
    pub amount: Amount,
    /// How much was settled on claims.
    pub settled: Amount,
    /// How much of it was paid out.
    pub paid: Amount,
    /// How much was given back unused.
    pub released: Amount,
    /// How much is reserved for what is still under way.
    pub reserved: Amount,
    /// The hold in the ledger.
    pub hold: HoldId,
    /// Where it stands.
    pub state: AwardState,
    /// When it was awarded.
    pub awarded_at: Time,
    /// From when on nothing can be claimed.
    pub expires_at: Option<Time>,
    /// Whether it was made up for a demonstration.
    pub is_synthetic: bool,
}

impl Award {
    /// Returns what is neither settled nor given back: what its hold has.
    #[must_use]
    pub fn unsettled(&self) -> Amount {
        // The table's check keeps settled + released within the amount.
        Amount::new(self.amount.minor - self.settled.minor - self.released.minor, self.amount.unit)
    }

    /// Returns what can still be claimed.
    #[must_use]
    pub fn left(&self) -> Amount {
        Amount::new(self.unsettled().minor - self.reserved.minor, self.amount.unit)
    }
}

/// Something to be reserved money for: what it may cost is known, what it will cost is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSpend {
    /// The caller's name for it, 1 to 200 bytes; repeated with the same content it does nothing.
    pub key: String,
    /// Whose money.
    pub award: AwardId,
    /// Who delivers and is paid.
    pub supplier: OrganisationId,
    /// The kind of cost in the words of the award's rule, where it distinguishes kinds.
    pub cost: Option<String>,
    /// What it is, in the words of the award's rule.
    pub what: Option<String>,
    /// What the whole may cost at most.
    pub bill: Amount,
    /// Most that the award shall give, where less than its rule gives is wanted.
    pub at_most: Option<Amount>,
}

/// Money of an award reserved for something under way, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spend {
    /// Its id.
    pub id: SpendId,
    /// The caller's name for it.
    pub key: String,
    /// Whose money.
    pub award: AwardId,
    /// Who delivers and is paid.
    pub supplier: OrganisationId,
    /// What the whole may cost at most.
    pub bill: Amount,
    /// How much of that the award gives at most.
    pub held: Amount,
    /// What the whole did cost; `None` while it is under way.
    pub billed: Option<Amount>,
    /// How much the award gave.
    pub settled: Amount,
    /// When it was reserved.
    pub made_at: Time,
    /// When its cost was known.
    pub ended_at: Option<Time>,
}

/// A claim to be handed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClaim {
    /// The award.
    pub award: AwardId,
    /// Who supplied.
    pub supplier: OrganisationId,
    /// The invoice's number, 1 to 60 characters.
    pub invoice_number: String,
    /// The invoice's date.
    pub invoice_date: Date,
    /// The invoice's amount.
    pub invoice: Amount,
    /// Kind of cost, by the instrument's codes.
    #[serde(default)]
    pub cost: Option<String>,
    /// What was bought, by the instrument's codes.
    #[serde(default)]
    pub what: Option<String>,
    /// Support asked for on it.
    pub asked: Amount,
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// The award.
    pub award: AwardId,
    /// Who supplied.
    pub supplier: OrganisationId,
    /// The invoice's number.
    pub invoice_number: String,
    /// The invoice's date.
    pub invoice_date: Date,
    /// The invoice's amount.
    pub invoice: Amount,
    /// Kind of cost.
    pub cost: Option<String>,
    /// What was bought.
    pub what: Option<String>,
    /// Support asked for.
    pub asked: Amount,
    /// Support settled.
    pub settled: Amount,
    /// Where it stands.
    pub state: ClaimState,
    /// Who handed it in.
    pub submitted_by: PersonId,
    /// When.
    pub submitted_at: Time,
    /// Who verified it.
    pub verified_by: Option<PersonId>,
    /// When.
    pub verified_at: Option<Time>,
    /// Why it was refused; empty otherwise.
    pub reason: String,
}

/// Where an organisation is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankAccount {
    /// Name of the account's holder.
    pub holder_name: String,
    /// IBAN, or the number that the bank uses.
    pub number: String,
    /// BIC or the national bank code.
    #[serde(default)]
    pub bank_code: String,
}

/// A payment to a payee for a settled claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// Its id, which the payment file carries as end-to-end reference.
    pub id: PaymentId,
    /// The claim.
    pub claim: ClaimId,
    /// The award.
    pub award: AwardId,
    /// Who is paid.
    pub payee: OrganisationId,
    /// How much.
    pub amount: Amount,
    /// Where it stands.
    pub state: PaymentState,
    /// The batch in which it was sent.
    pub batch: Option<PaymentBatchId>,
    /// From when on it was due.
    pub due_at: Time,
    /// When the bank confirmed it.
    pub paid_at: Option<Time>,
}

/// Payments that go to the bank in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentBatch {
    /// Its id, which the payment file carries as message id.
    pub id: PaymentBatchId,
    /// How many payments.
    pub payments: i64,
    /// Their sum.
    pub total: Amount,
    /// Who made it.
    pub made_by: PersonId,
    /// When.
    pub made_at: Time,
}
