//! What is asked: a date, facts, cost lines, papers and what was used before.

use crate::model::{BaseKind, FactType};
use base::{Amount, Date, Ppm};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A request for support under one instrument. What is absent is unknown, never zero or false.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The day for which the question is asked.
    pub date: Date,
    /// Facts about the applicant, by the names the instrument declares, besides the built-in
    /// `kinds` (list of words), `size` (word) and `places` (list of words).
    #[serde(default)]
    pub facts: BTreeMap<String, FactValue>,
    /// What is to be bought or was bought; for bands and ceilings, what is asked.
    #[serde(default)]
    pub lines: Vec<CostLine>,
    /// Months asked for, where support is monthly.
    #[serde(default)]
    pub months: Option<u32>,
    /// Codes of the papers handed in.
    #[serde(default)]
    pub papers: BTreeSet<String>,
    /// What was used before.
    #[serde(default)]
    pub history: History,
}

/// A typed fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactValue {
    /// Yes or no.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Word.
    String(String),
    /// Amount.
    Amount(Amount),
    /// Civil date.
    Date(Date),
    /// Words, at most [`FACT_WORDS_MAX`].
    Strings(Vec<String>),
}

/// Most words in one list fact; bounds the work of `all()` and `exists()`.
pub const FACT_WORDS_MAX: usize = 200;
/// Most cost lines of one request.
pub const LINES_MAX: usize = 1_000;

impl FactValue {
    /// Returns the type.
    #[must_use]
    pub fn fact_type(&self) -> FactType {
        match self {
            Self::Bool(_) => FactType::Bool,
            Self::Int(_) => FactType::Int,
            Self::String(_) => FactType::String,
            Self::Amount(_) => FactType::Amount,
            Self::Date(_) => FactType::Date,
            Self::Strings(_) => FactType::Strings,
        }
    }
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{}", if *value { "yes" } else { "no" }),
            Self::Int(value) => write!(f, "{value}"),
            Self::String(value) => f.write_str(value),
            Self::Amount(value) => write!(f, "{value}"),
            Self::Date(value) => write!(f, "{value}"),
            Self::Strings(values) => f.write_str(&values.join(", ")),
        }
    }
}

/// One thing bought or asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostLine {
    /// Names the line in the trace, unique in the request.
    pub id: String,
    /// Kind of cost.
    #[serde(default)]
    pub cost: Option<String>,
    /// What is bought.
    #[serde(default)]
    pub what: Option<String>,
    /// Which amount this is; absent: the one the rule counts.
    #[serde(default)]
    pub base: Option<BaseKind>,
    /// The amount.
    pub amount: Amount,
    /// The supplier, where known.
    #[serde(default)]
    pub supplier: Option<SupplierFacts>,
}

/// What is known about a supplier. `None` is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierFacts {
    /// Its id, compared with suppliers that a rule names.
    #[serde(default)]
    pub id: Option<String>,
    /// Its name, for messages.
    #[serde(default)]
    pub name: Option<String>,
    /// True where it is in the beneficiary's group.
    #[serde(default)]
    pub affiliated: Option<bool>,
    /// True where it stands on the rule's list.
    #[serde(default)]
    pub admitted: Option<bool>,
    /// True where it is not the beneficiary itself.
    #[serde(default)]
    pub third_party: Option<bool>,
    /// True where the purchase goes through the rule's exchange or platform.
    #[serde(default)]
    pub through: Option<bool>,
}

impl SupplierFacts {
    /// Returns the name, the id, or a dash.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().or(self.id.as_deref()).unwrap_or("-")
    }
}

/// What was used before. Whatever is absent is unknown, unless `nothing_before` says that there
/// was nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// States that absent entries below are nothing, not unknown.
    #[serde(default)]
    pub nothing_before: bool,
    /// Support already used under each cap, by the cap's id.
    #[serde(default)]
    pub used: BTreeMap<String, Amount>,
    /// Awards or applications already counted under each quota, by the quota's id.
    #[serde(default)]
    pub counts: BTreeMap<String, u32>,
    /// Other aid on the same cost; an empty list states that there is none.
    #[serde(default)]
    pub other_aid: Option<Vec<OtherAid>>,
    /// Months for which the beneficiary was supported already.
    #[serde(default)]
    pub months_supported: Option<u32>,
}

impl History {
    /// States that nothing was used before.
    #[must_use]
    pub fn nothing() -> Self {
        Self { nothing_before: true, ..Self::default() }
    }
}

/// Other aid on the same cost, as an amount or as a share of the cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherAid {
    /// The instrument it comes from.
    pub instrument: String,
    /// The cost line it is for; absent: all lines together.
    #[serde(default)]
    pub line: Option<String>,
    /// Its amount.
    #[serde(default)]
    pub amount: Option<Amount>,
    /// Its share of the cost, where the amount is not given.
    #[serde(default)]
    pub rate: Option<Ppm>,
}
