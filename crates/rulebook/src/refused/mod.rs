//! Why support is refused: definite answers, each with its code and its words.

mod words;

use crate::model::{FactType, SupplierCondition};
use crate::words::{Coded, Text};
use base::{Amount, Date, Unit};
use serde::{Deserialize, Serialize};

/// A reason for which nothing is given. It stands whatever else is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Refused {
    /// The rule does not hold yet.
    NotYetValid {
        /// First day.
        from: Date,
    },
    /// The rule holds no longer.
    NoLongerValid {
        /// Last day.
        until: Date,
    },
    /// More cost lines than a request may have.
    TooManyLines {
        /// How many there are.
        count: usize,
    },
    /// Two cost lines share an id.
    DuplicateLine {
        /// The id.
        line: String,
    },
    /// An amount is in another unit than the rule.
    WrongUnit {
        /// The line, cap or fact.
        line: String,
        /// Its unit.
        given: Unit,
        /// The rule's.
        wanted: Unit,
    },
    /// An amount is below zero.
    NegativeAmount {
        /// The line, cap or instrument.
        line: String,
    },
    /// A fact has another type than the rule declares.
    FactType {
        /// The fact.
        fact: String,
        /// Its type.
        given: FactType,
        /// The declared type.
        wanted: FactType,
    },
    /// A fact is a word that the rule does not allow there.
    FactWord {
        /// The fact.
        fact: String,
        /// The word.
        given: String,
    },
    /// A fact lists more words than are allowed.
    FactTooLong {
        /// The fact.
        fact: String,
    },
    /// The applicant is of no accepted kind.
    BeneficiaryKind {
        /// Accepted kinds.
        accepted: Vec<String>,
        /// The applicant's.
        given: Vec<String>,
    },
    /// The applicant is of no accepted size.
    BeneficiarySize {
        /// Accepted sizes.
        accepted: Vec<String>,
        /// The applicant's.
        given: String,
    },
    /// The applicant is registered in no accepted place.
    BeneficiaryPlace {
        /// Accepted places.
        accepted: Vec<String>,
        /// The applicant's.
        given: Vec<String>,
    },
    /// A condition is not met.
    Ineligible {
        /// Its id.
        condition: String,
        /// What is required.
        message: Text,
    },
    /// A quota is full.
    QuotaFull {
        /// Its id.
        quota: String,
        /// The limit.
        number: u32,
    },
    /// The beneficiary was supported for the longest time allowed.
    SupportPeriodOver {
        /// Longest time.
        months_max: u32,
    },
    /// No cost line is of an eligible kind.
    NoEligibleCost {
        /// Eligible kinds.
        accepted: Vec<String>,
    },
    /// The eligible cost is below the minimum.
    BelowMinimum {
        /// The bound.
        minimum: Amount,
        /// The eligible cost.
        given: Amount,
    },
    /// The base does not reach the first tier.
    BelowTier {
        /// The first tier's lower bound.
        from: Amount,
        /// The base.
        given: Amount,
    },
    /// What is asked lies below the band.
    BelowBand {
        /// The line.
        line: String,
        /// The band's lower bound.
        min: Amount,
        /// What is asked.
        given: Amount,
    },
    /// No rate or band fits a line.
    NoRate {
        /// The line.
        line: String,
    },
    /// No fixed amount fits the applicant's class.
    NoClass {
        /// The class, where the rule has classes.
        class: Option<String>,
    },
    /// Other aid on the same cost excludes this.
    StackingExcluded {
        /// The other instrument.
        instrument: String,
    },
    /// All aid together reaches the largest share of the cost already.
    StackingExhausted {
        /// The limit.
        limit: Amount,
        /// Other aid.
        used: Amount,
    },
    /// A cap is used up.
    CapExhausted {
        /// Its id.
        cap: String,
        /// The limit.
        limit: Amount,
        /// What was used before.
        used: Amount,
    },
    /// The support is zero.
    NothingDue {},
    /// The support is below the least payment.
    BelowPaymentMinimum {
        /// Least payment.
        minimum: Amount,
        /// The support.
        given: Amount,
    },
    /// A sum is beyond 64 bits.
    TooLarge {},
    /// The supplier is in the beneficiary's group.
    SupplierAffiliated {
        /// The supplier.
        supplier: String,
    },
    /// The supplier is the beneficiary itself.
    SupplierNotThirdParty {
        /// The supplier.
        supplier: String,
    },
    /// The supplier is not on the list.
    SupplierNotAdmitted {
        /// The supplier.
        supplier: String,
        /// The list.
        list: Text,
    },
    /// The supplier is not one of those named.
    SupplierNotNamed {
        /// The supplier.
        supplier: String,
        /// Those named.
        named: Vec<String>,
    },
    /// The purchase does not go through the exchange or platform.
    SupplierNotThrough {
        /// The supplier.
        supplier: String,
        /// The exchange or platform.
        through: Text,
    },
    /// A condition on the supplier is not proven. Only when money is to be paid.
    SupplierUnproven {
        /// The supplier.
        supplier: String,
        /// The condition.
        condition: SupplierCondition,
    },
}

impl Refused {
    /// Returns the code, as in `cap-exhausted`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::NoLongerValid { .. } => "no-longer-valid",
            Self::TooManyLines { .. } => "too-many-lines",
            Self::DuplicateLine { .. } => "duplicate-line",
            Self::WrongUnit { .. } => "wrong-unit",
            Self::NegativeAmount { .. } => "negative-amount",
            Self::FactType { .. } => "fact-type",
            Self::FactWord { .. } => "fact-word",
            Self::FactTooLong { .. } => "fact-too-long",
            Self::BeneficiaryKind { .. } => "beneficiary-kind",
            Self::BeneficiarySize { .. } => "beneficiary-size",
            Self::BeneficiaryPlace { .. } => "beneficiary-place",
            Self::Ineligible { .. } => "ineligible",
            Self::QuotaFull { .. } => "quota-full",
            Self::SupportPeriodOver { .. } => "support-period-over",
            Self::NoEligibleCost { .. } => "no-eligible-cost",
            Self::BelowMinimum { .. } => "below-minimum",
            Self::BelowTier { .. } => "below-tier",
            Self::BelowBand { .. } => "below-band",
            Self::NoRate { .. } => "no-rate",
            Self::NoClass { .. } => "no-class",
            Self::StackingExcluded { .. } => "stacking-excluded",
            Self::StackingExhausted { .. } => "stacking-exhausted",
            Self::CapExhausted { .. } => "cap-exhausted",
            Self::NothingDue {} => "nothing-due",
            Self::BelowPaymentMinimum { .. } => "below-payment-minimum",
            Self::TooLarge {} => "too-large",
            Self::SupplierAffiliated { .. } => "supplier-affiliated",
            Self::SupplierNotThirdParty { .. } => "supplier-not-third-party",
            Self::SupplierNotAdmitted { .. } => "supplier-not-admitted",
            Self::SupplierNotNamed { .. } => "supplier-not-named",
            Self::SupplierNotThrough { .. } => "supplier-not-through",
            Self::SupplierUnproven { .. } => "supplier-unproven",
        }
    }

    /// Returns what the refusal is about: a line, a cap, a fact, a condition.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::DuplicateLine { line }
            | Self::WrongUnit { line, .. }
            | Self::NegativeAmount { line }
            | Self::BelowBand { line, .. }
            | Self::NoRate { line } => Some(line),
            Self::FactType { fact, .. }
            | Self::FactWord { fact, .. }
            | Self::FactTooLong { fact } => Some(fact),
            Self::Ineligible { condition, .. } => Some(condition),
            Self::QuotaFull { quota, .. } => Some(quota),
            Self::NoClass { class } => class.as_deref(),
            Self::StackingExcluded { instrument } => Some(instrument),
            Self::CapExhausted { cap, .. } => Some(cap),
            Self::SupplierUnproven { condition, .. } => Some(condition.code()),
            Self::NotYetValid { .. }
            | Self::NoLongerValid { .. }
            | Self::TooManyLines { .. }
            | Self::BeneficiaryKind { .. }
            | Self::BeneficiarySize { .. }
            | Self::BeneficiaryPlace { .. }
            | Self::SupportPeriodOver { .. }
            | Self::NoEligibleCost { .. }
            | Self::BelowMinimum { .. }
            | Self::BelowTier { .. }
            | Self::StackingExhausted { .. }
            | Self::NothingDue {}
            | Self::BelowPaymentMinimum { .. }
            | Self::TooLarge {}
            | Self::SupplierAffiliated { .. }
            | Self::SupplierNotThirdParty { .. }
            | Self::SupplierNotAdmitted { .. }
            | Self::SupplierNotNamed { .. }
            | Self::SupplierNotThrough { .. } => None,
        }
    }
}
