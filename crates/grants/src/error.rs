//! Why something is refused, and what can fail.

use crate::{
    ApplicationId, ApplicationState, AwardId, CallId, ClaimId, ClaimState, Conflict, InstrumentId,
    PaymentBatchId, ReviewId, ReviewState, SpendId,
};
use base::{Amount, FieldProblem, Time, Unit};
use identity::{OrganisationId, PersonId};
use rulebook::Text;

/// A normal answer: no, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Fields are wrong.
    #[error("{} of the fields are wrong", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// The rule file has problems, a line each.
    #[error("the rule file has {} problems: {}", .0.len(), .0.join("; "))]
    RuleBroken(Vec<String>),
    /// The same version was published with another text.
    #[error(
        "version {version} of `{code}` is published already with another text: raise the version"
    )]
    VersionTaken {
        /// The rule's id.
        code: String,
        /// The version.
        version: u32,
    },
    /// No such instrument.
    #[error("there is no published instrument `{0}`")]
    InstrumentUnknown(InstrumentId),
    /// No such call.
    #[error("there is no call `{0}`")]
    CallUnknown(CallId),
    /// The code is taken.
    #[error("a call with the code `{0}` exists already")]
    CallCodeTaken(String),
    /// The instrument pays in another unit.
    #[error("the instrument pays in {rule}, not in {given}")]
    UnitMismatch {
        /// The rule's unit.
        rule: Unit,
        /// The unit given.
        given: Unit,
    },
    /// The call takes no applications now.
    #[error("the call takes no applications now{}", opens_or_closed(*.opens_at, *.now))]
    CallNotOpen {
        /// When it opens or opened.
        opens_at: Time,
        /// The present instant.
        now: Time,
    },
    /// The call was closed before.
    #[error("the call is closed already")]
    CallClosed,
    /// No such application, or none that this person may see.
    #[error("there is no application `{0}`")]
    ApplicationUnknown(ApplicationId),
    /// The person does not act for the organisation.
    #[error("you do not act for the organisation `{0}`")]
    NotYours(OrganisationId),
    /// The application is in another state.
    #[error("the application is {}, not {}", .is.as_str(), .needed.as_str())]
    ApplicationState {
        /// Where it stands.
        is: ApplicationState,
        /// Where it would have to stand.
        needed: ApplicationState,
    },
    /// Sealed until the call's closing date.
    #[error("applications of this call are sealed until {0}")]
    Sealed(Time),
    /// The rule refuses support.
    #[error("the rule gives no support: {}", joined(.0))]
    Ineligible(Vec<Text>),
    /// The rule cannot be computed.
    #[error("the support cannot be computed, these are not known: {}", joined(.0))]
    NotComputable(Vec<Text>),
    /// Papers are missing.
    #[error("these papers are missing: {}", joined(.0))]
    PapersMissing(Vec<Text>),
    /// No such review.
    #[error("there is no review `{0}`")]
    ReviewUnknown(ReviewId),
    /// The review is another person's.
    #[error("the review was given to somebody else")]
    ReviewNotYours,
    /// The review is done.
    #[error("the review is {} already", .0.as_str())]
    ReviewClosed(ReviewState),
    /// The person is no reviewer.
    #[error("the person `{0}` has not the role Reviewer: grant it first")]
    NotReviewer(PersonId),
    /// The reviewer has this application already.
    #[error("the reviewer has this application already")]
    ReviewAssigned,
    /// The reviewer works for the applicant's group or a supplier's.
    #[error("the reviewer has a conflict of interest: {0}")]
    ReviewerConflict(Conflict),
    /// The officer works for the applicant's group or a supplier's.
    #[error("you have a conflict of interest: {0}")]
    OfficerConflict(Conflict),
    /// One person cannot vote twice.
    #[error("two different officers decide: you voted first, another officer must vote second")]
    SameOfficer,
    /// What was shown has changed since.
    #[error("what the page showed has changed since: look at it again before you vote")]
    ShownChanged,
    /// Reviews are missing.
    #[error("{needed} reviews are needed and {scored} are done")]
    ReviewsMissing {
        /// How many are needed.
        needed: u32,
        /// How many are done.
        scored: u32,
    },
    /// More than the rule gives.
    #[error("{asked} is above {most}, the most that the rule gives and the firm asked for")]
    AmountAboveEntitled {
        /// The amount voted.
        asked: Amount,
        /// The most.
        most: Amount,
    },
    /// The budget does not reach.
    #[error("{asked} is above what the budget has left, {left}")]
    BudgetExceeded {
        /// The amount voted.
        asked: Amount,
        /// What is left.
        left: Amount,
    },
    /// No such award.
    #[error("there is no award `{0}`")]
    AwardUnknown(AwardId),
    /// Nothing can be claimed on the award any more.
    #[error("the award is closed")]
    AwardClosed,
    /// Its time is over.
    #[error("the award expired on {0}")]
    AwardExpired(Time),
    /// No such claim.
    #[error("there is no claim `{0}`")]
    ClaimUnknown(ClaimId),
    /// Money of the award is reserved for something still under way.
    #[error("{0} of the award is reserved for what is still under way: wait until it has ended")]
    SpendsOpen(Amount),
    /// No such spend.
    #[error("no money was reserved under the key `{0}`")]
    SpendUnknown(String),
    /// The key was used before for something else.
    #[error("the key was used before with another content, for spend {0}: take a new key")]
    SpendKeyTaken(SpendId),
    /// A bill that is not positive, or in another unit than the award.
    #[error("a bill of {bill} cannot be paid: it must be positive and in {unit}")]
    BillInvalid {
        /// The bill.
        bill: Amount,
        /// The award's unit.
        unit: Unit,
    },
    /// The claim is in another state.
    #[error("the claim is {} already", .0.as_str())]
    ClaimState(ClaimState),
    /// The invoice was claimed before.
    #[error("the invoice `{invoice}` of this supplier was claimed before, in claim {claim}")]
    DuplicateInvoice {
        /// Its number.
        invoice: String,
        /// The claim that has it.
        claim: ClaimId,
    },
    /// The supplier does not meet the rule's conditions.
    #[error("the supplier does not meet the rule: {}", joined(.0))]
    SupplierRefused(Vec<Text>),
    /// More than is left of the award.
    #[error("{asked} is above {left}, what is left of the award")]
    ClaimAboveAward {
        /// The support asked.
        asked: Amount,
        /// What is left.
        left: Amount,
    },
    /// More than the rule gives on this invoice.
    #[error("{asked} is above {most}, what the rule gives on this invoice")]
    ClaimAboveRule {
        /// The support asked.
        asked: Amount,
        /// The most.
        most: Amount,
    },
    /// Whoever claims cannot verify.
    #[error(
        "you handed this claim in or work for the organisation: another officer must verify it"
    )]
    OwnClaim,
    /// It is not known where to pay.
    #[error("no bank account is known for `{0}`: enter it first")]
    BankAccountMissing(OrganisationId),
    /// Nothing is due.
    #[error("no payment is due in {0}")]
    NothingDue(Unit),
    /// No such batch.
    #[error("there is no payment batch `{0}`")]
    BatchUnknown(PaymentBatchId),
    /// Confirmed before.
    #[error("the batch was confirmed already")]
    BatchConfirmed,
    /// A person or an organisation that is named does not fit.
    #[error(transparent)]
    Identity(identity::Refused),
}

base::codes!(Refused {
    Invalid = "invalid",
    RuleBroken = "rule_broken",
    VersionTaken = "version_taken",
    InstrumentUnknown = "instrument_unknown",
    CallUnknown = "call_unknown",
    CallCodeTaken = "call_code_taken",
    UnitMismatch = "unit_mismatch",
    CallNotOpen = "call_not_open",
    CallClosed = "call_closed",
    ApplicationUnknown = "application_unknown",
    NotYours = "not_yours",
    ApplicationState = "application_state",
    Sealed = "sealed",
    Ineligible = "ineligible",
    NotComputable = "not_computable",
    PapersMissing = "papers_missing",
    ReviewUnknown = "review_unknown",
    ReviewNotYours = "review_not_yours",
    ReviewClosed = "review_closed",
    NotReviewer = "not_reviewer",
    ReviewAssigned = "review_assigned",
    ReviewerConflict = "reviewer_conflict",
    OfficerConflict = "officer_conflict",
    SameOfficer = "same_officer",
    ShownChanged = "shown_changed",
    ReviewsMissing = "reviews_missing",
    AmountAboveEntitled = "amount_above_entitled",
    BudgetExceeded = "budget_exceeded",
    AwardUnknown = "award_unknown",
    AwardClosed = "award_closed",
    AwardExpired = "award_expired",
    ClaimUnknown = "claim_unknown",
    ClaimState = "claim_state",
    SpendsOpen = "spends_open",
    SpendUnknown = "spend_unknown",
    SpendKeyTaken = "spend_key_taken",
    BillInvalid = "bill_invalid",
    DuplicateInvoice = "duplicate_invoice",
    SupplierRefused = "supplier_refused",
    ClaimAboveAward = "claim_above_award",
    ClaimAboveRule = "claim_above_rule",
    OwnClaim = "own_claim",
    BankAccountMissing = "bank_account_missing",
    NothingDue = "nothing_due",
    BatchUnknown = "batch_unknown",
    BatchConfirmed = "batch_confirmed",
    ; Identity,
});

impl From<identity::Refused> for Refused {
    fn from(refused: identity::Refused) -> Self {
        match refused {
            identity::Refused::Invalid(problems) => Self::Invalid(problems),
            refused => Self::Identity(refused),
        }
    }
}

fn joined(texts: &[Text]) -> String {
    texts.iter().map(|text| text.en.as_str()).collect::<Vec<_>>().join("; ")
}

fn opens_or_closed(opens_at: Time, now: Time) -> String {
    if now < opens_at { format!(": it opens at {opens_at}") } else { ": it is closed".to_owned() }
}

/// A refusal, or a failure of the machine.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A normal answer.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database failed.
    #[error("grants store failed")]
    Db(#[from] db::Error),
    /// The ledger refused what the state here allows: the two disagree.
    #[error("the ledger refused what the award's state allows")]
    Ledger(#[source] ledger::Refused),
    /// A measure could not be computed.
    #[error("concentration could not be computed")]
    Measure(#[from] oversight::TallyError),
    /// Something stored cannot be read back.
    #[error("stored {what} `{id}` cannot be read: {reason}")]
    Stored {
        /// What it is.
        what: &'static str,
        /// Which one.
        id: String,
        /// Why.
        reason: String,
    },
}

impl From<ledger::Error> for Error {
    fn from(error: ledger::Error) -> Self {
        match error {
            ledger::Error::Refused(refused) => Self::Ledger(refused),
            ledger::Error::Db(error) => Self::Db(error),
        }
    }
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Refused(refused) => Self::Refused(refused.into()),
            identity::Error::Db(error) => Self::Db(error),
        }
    }
}
