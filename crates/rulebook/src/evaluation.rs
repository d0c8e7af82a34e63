//! The answer to a request, with the trace that explains it.

use crate::missing::Missing;
use crate::model::{PaperTime, SupplierCondition};
use crate::refused::Refused;
use crate::words::{Text, coded};
use base::{Amount, Date, Ppm};
use serde::{Deserialize, Serialize};

/// The answer to a request under one instrument. Stored beside a decision, it says for ever what
/// was computed and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The instrument's id.
    pub instrument: String,
    /// Its version.
    pub version: u32,
    /// The day of the question.
    pub date: Date,
    /// The answer.
    pub outcome: Outcome,
    /// Where the outcome is unknown: an amount that cannot be exceeded whatever is still missing,
    /// if the known figures give one. It is a bound, no entitlement.
    pub at_most: Option<Amount>,
    /// True where the rule says "up to": the officer may grant less than the amount.
    pub is_discretionary: bool,
    /// What keeps the amount from being higher; empty unless entitled.
    pub binding: Vec<Binding>,
    /// Whether an officer may approve without a committee.
    pub automatic: AutomaticPath,
    /// Papers needed, with their state.
    pub papers: Vec<PaperState>,
    /// Conditions on suppliers, with their state.
    pub supplier: Vec<SupplierState>,
    /// What was done, in order.
    pub trace: Vec<Step>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Support is due.
    Entitled {
        /// The support, rounded down to minor units.
        amount: Amount,
    },
    /// Nothing is due.
    Refused {
        /// All reasons, in the order of the rule.
        reasons: Vec<Refused>,
    },
    /// It cannot be computed.
    Unknown {
        /// All that is missing, in the order of the rule.
        missing: Vec<Missing>,
    },
}

/// A constraint that holds the amount down: relaxed, it would let the amount rise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// `rate`, `tiers`, `fixed`, `band`, `asked`, `stacking`, or the id of a cap.
    pub code: String,
    /// Says it to people.
    pub says: Text,
}

/// Whether the path without a committee is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "path", rename_all = "kebab-case")]
pub enum AutomaticPath {
    /// The rule has none.
    NotOffered,
    /// It is open.
    Applies {
        /// Says it to people.
        says: Text,
    },
    /// It is closed to this request.
    DoesNotApply {
        /// Says why.
        says: Text,
    },
    /// It depends on something unknown.
    Unknown {
        /// Says on what.
        says: Text,
    },
}

/// A paper that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperState {
    /// Its code.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// When it is due.
    pub due: PaperTime,
    /// Whether it is there.
    pub state: PaperStanding,
}

coded! {
    /// Whether a paper is there.
    pub PaperStanding {
        HandedIn = "handed-in", "handed in", "已提交";
        Missing = "missing", "missing", "缺";
        DueLater = "due-later", "due later", "后续提交";
        PerhapsNeeded = "perhaps-needed", "perhaps needed: a fact is missing", "视情况提交(缺少信息)";
    }
}

/// A condition on a supplier with its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierState {
    /// The condition.
    pub condition: SupplierCondition,
    /// The cost line whose supplier is meant; `None` while no supplier is known.
    pub line: Option<String>,
    /// Its state.
    pub state: SupplierStanding,
    /// Says it to people.
    pub says: Text,
}

coded! {
    /// The state of a condition on a supplier.
    pub SupplierStanding {
        Met = "met", "met", "符合";
        Broken = "broken", "broken", "不符合";
        ToBeMet = "to-be-met", "to be met when the money is spent", "支付时须符合";
    }
}

coded! {
    /// The part of the rule to which a step belongs.
    pub Stage {
        Request = "request", "request", "申请";
        Validity = "validity", "validity", "有效期";
        Applicant = "applicant", "applicant", "申请人";
        Eligibility = "eligibility", "eligibility", "资格条件";
        Quota = "quota", "quota", "名额";
        Lines = "lines", "cost lines", "费用";
        Minimum = "minimum", "minimum", "最低要求";
        Support = "support", "support", "支持额";
        Stacking = "stacking", "stacking", "叠加";
        Cap = "cap", "cap", "上限";
        Payment = "payment", "payment", "兑付";
        Supplier = "supplier", "supplier", "供应方";
        Result = "result", "result", "结果";
    }
}

coded! {
    /// How a step ended.
    pub Verdict {
        Passed = "passed", "passed", "通过";
        Failed = "failed", "failed", "不通过";
        Unknown = "unknown", "unknown", "未知";
        Computed = "computed", "computed", "已计算";
    }
}

/// One step of the computation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The part of the rule.
    pub stage: Stage,
    /// The condition, line or cap.
    pub id: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Says it to people.
    pub says: Text,
    /// Its numbers.
    pub numbers: Numbers,
}

/// The numbers of a step; absent where it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The amount counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Amount>,
    /// The share taken of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Ppm>,
    /// A limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Amount>,
    /// What was used of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Amount>,
    /// What is left of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Amount>,
    /// The support after the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Whether the limit shortened the support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<bool>,
}
