//! How the support is computed.

use crate::expression::Expression;
use crate::words::{Figure, Text, coded};
use base::{Amount, Ppm};
use serde::Serialize;

coded! {
    /// Which amount of money a rule counts.
    pub BaseKind {
        Incurred = "incurred", "amount actually incurred", "实际发生额";
        Paid = "paid", "amount actually paid", "实际支付额";
        Contract = "contract", "contract amount", "合同额";
        ApprovedContract = "approved-contract", "contract amount as approved", "核定合同额";
        OwnInvestment = "own-investment", "own investment", "自身投入";
        ReceivedFromAbove = "received-from-above", "money received from a higher level", "上级到账资金";
        PurchasePrice = "purchase-price", "purchase price", "购置价格";
        Rent = "rent", "rent", "租金";
        Requested = "requested", "amount requested", "申请额";
    }
}

coded! {
    /// Whether a tier's rate holds for the part of the base inside it or for the whole base.
    pub TierMode {
        Marginal = "marginal", "each rate holds for the part of the base inside its tier", "各档比例仅适用于该档内的部分";
        Whole = "whole", "the rate of the tier reached holds for the whole base", "达到的档次比例适用于全部基数";
    }
}

/// How the support is computed.
#[derive(Debug, Clone, Serialize)]
pub struct Support {
    /// Which amount counts; `None` where the source does not say.
    pub base: Option<BaseKind>,
    /// True where the published figures are a maximum and the officer may grant less.
    pub is_maximum: bool,
    /// The method with its figures.
    pub method: Method,
}

/// The method of computation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case", tag = "method")]
pub enum Method {
    /// A share of each cost line; the first row that fits a line holds for it.
    Rate {
        /// Rows in order.
        rates: Vec<RateRow>,
    },
    /// By size of the base.
    Tiers {
        /// Marginal or whole.
        mode: TierMode,
        /// Name of the amount fact that is tiered; `None`: the sum of the cost lines.
        over: Option<String>,
        /// Tiers in rising order.
        tiers: Vec<Tier>,
    },
    /// A fixed amount per class; the first row that fits holds.
    Fixed {
        /// Name of the string fact that gives the class; `None` where rows have no class.
        class_fact: Option<String>,
        /// Rows in order.
        amounts: Vec<FixedAmount>,
    },
    /// Case by case between two amounts.
    Band {
        /// Bands; the first that fits a line holds for it.
        bands: Vec<Band>,
    },
    /// What is asked, as far as the caps leave room.
    Ceiling,
    /// The source does not say how the support is computed.
    Unknown {
        /// What is missing.
        note: Option<String>,
    },
}

/// Restricts a row to some purchases, applicants or circumstances. Empty lists restrict nothing.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Scope {
    /// What is bought.
    pub what: Vec<String>,
    /// Who buys: kinds or sizes.
    pub who: Vec<String>,
    /// Anything else, over the facts.
    pub when: Option<Expression>,
}

/// A rate for some purchases and applicants.
#[derive(Debug, Clone, Serialize)]
pub struct RateRow {
    /// Where it holds.
    pub scope: Scope,
    /// The share of the base.
    pub rate: Figure<Ppm>,
    /// What to call it.
    pub name: Option<Text>,
}

/// One tier: from its lower bound up to the next tier's.
#[derive(Debug, Clone, Serialize)]
pub struct Tier {
    /// Lower bound, inclusive; the first tier may start above zero, below it nothing is given.
    pub from: Figure<Amount>,
    /// What it gives.
    pub gives: TierYield,
}

/// What a tier gives.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TierYield {
    /// A share.
    Rate(Figure<Ppm>),
    /// A fixed amount, once the tier is reached (whole-base tiers only).
    Amount(Figure<Amount>),
}

/// A fixed amount.
#[derive(Debug, Clone, Serialize)]
pub struct FixedAmount {
    /// The class it is for.
    pub class: Option<String>,
    /// Where else it holds.
    pub scope: Scope,
    /// The amount.
    pub amount: Figure<Amount>,
    /// `month` where it is paid monthly: the amount is then multiplied by the months asked.
    pub is_monthly: bool,
}

/// A band for case-by-case decisions.
#[derive(Debug, Clone, Serialize)]
pub struct Band {
    /// Where it holds.
    pub scope: Scope,
    /// Least amount; `None` where there is none.
    pub min: Option<Figure<Amount>>,
    /// Largest amount; `None` where there is none.
    pub max: Option<Figure<Amount>>,
}
