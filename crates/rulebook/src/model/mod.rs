//! An instrument: one support rule as data.
//!
//! Every type here mirrors one table of the rule file; `docs/rules.md` of the repository describes
//! them field by field. Values come only from [`crate::check`], so they satisfy its checks.

mod limits;
mod support;
mod terms;

pub use limits::{
    Cap, CapScope, Limits, Minimum, Per, Quota, QuotaOf, Stacking, TotalRate, Window,
};
pub use limits::{Period, WindowKind};
pub use support::{
    Band, BaseKind, FixedAmount, Method, RateRow, Scope, Support, Tier, TierMode, TierYield,
};
pub use terms::{
    Automatic, AutomaticCounts, Clock, Instalment, Listed, Paper, PaperTime, Payment, PaymentMode,
    Price, Settlement, SupplierCondition, SupplierTerms,
};

use crate::expression::Expression;
use crate::request::Request;
use crate::words::{Figure, Lang, Text, coded};
use base::{Amount, Date, Unit};
use serde::{Deserialize, Serialize};

coded! {
    /// What sort of support an instrument gives.
    pub Kind {
        Grant = "grant", "grant", "补助";
        Voucher = "voucher", "voucher", "券";
        Reimbursement = "reimbursement", "reimbursement", "报销";
        Matching = "matching", "matching grant", "配套资助";
        Reward = "reward", "reward", "奖励";
        Allowance = "allowance", "allowance", "津贴";
        InKind = "in-kind", "support in kind", "实物支持";
        Equity = "equity", "equity", "股权投资";
        Ceiling = "ceiling", "ceiling over several programmes", "跨项目上限";
        Envelope = "envelope", "programme envelope", "资金总盘";
        Procedure = "procedure", "procedure", "办理程序";
    }
}

coded! {
    /// How far a source can be relied on.
    pub Confidence {
        High = "high", "high", "高";
        Medium = "medium", "medium", "中";
        Low = "low", "low", "低";
    }
}

coded! {
    /// The size of a firm.
    pub Size {
        Micro = "micro", "micro", "微型";
        Small = "small", "small", "小型";
        Medium = "medium", "medium", "中型";
        Large = "large", "large", "大型";
    }
}

coded! {
    /// The type of a fact about an applicant.
    pub FactType {
        Bool = "bool", "yes or no", "是或否";
        Int = "int", "whole number", "整数";
        String = "string", "word", "文字";
        Amount = "amount", "amount", "金额";
        Date = "date", "date", "日期";
        Strings = "strings", "list of words", "文字列表";
    }
}

/// One support rule, checked and compiled.
#[derive(Debug, Clone, Serialize)]
pub struct Instrument {
    /// Names the rule for ever, across versions.
    pub id: String,
    /// Counts from 1; a changed rule is a new version.
    pub version: u32,
    /// What people call it.
    pub name: Text,
    /// The programme it belongs to.
    pub programme: Option<Text>,
    /// Who issued it.
    pub authority: Option<Text>,
    /// Where it holds.
    pub place: Text,
    /// ISO 3166-1 alpha-2 code, or `EU`.
    pub country: String,
    /// What sort of support it gives.
    pub kind: Kind,
    /// The unit of every amount in the file, unless a fact names its own.
    pub unit: Unit,
    /// First day on which it holds; `None` where the source gives none.
    pub valid_from: Option<Date>,
    /// Last day on which it holds; `None` where the source gives none.
    pub valid_until: Option<Date>,
    /// Statements for the reader which change no computation.
    pub notes: Vec<Text>,
    /// Where the rule was read.
    pub source: Option<Source>,
    /// The row of the published table of rules that the file encodes.
    pub row: Option<Row>,
    /// Who may apply.
    pub beneficiary: Beneficiary,
    /// Facts that the expressions use.
    pub facts: Vec<Fact>,
    /// Conditions that every applicant must meet.
    pub eligibility: Vec<Condition>,
    /// Kinds of cost that count; empty where the rule names none and every kind counts.
    pub costs: Vec<Named>,
    /// Things that can be bought, where the rule tells them apart.
    pub purchases: Vec<Named>,
    /// How the support is computed.
    pub support: Support,
    /// Caps, quotas, minimum and periods.
    pub limits: Limits,
    /// Other support on the same cost; `None` where the source says nothing.
    pub stacking: Option<Stacking>,
    /// Who may supply; `None` where the source says nothing.
    pub supplier: Option<SupplierTerms>,
    /// How the support is paid; `None` where the source says nothing.
    pub payment: Option<Payment>,
    /// Published service times; `None` where the source says nothing.
    pub clock: Option<Clock>,
    /// The path without a committee; `None` where the source says nothing.
    pub automatic: Option<Automatic>,
    /// Papers to be handed in.
    pub papers: Vec<Paper>,
    /// Published prices, for the reader.
    pub prices: Vec<Price>,
    /// Worked examples, which the file's author vouches for.
    pub examples: Vec<Example>,
}

impl Instrument {
    /// Says a condition in words: the question of a yes-or-no fact with its answer, or else the
    /// expression as written.
    #[must_use]
    pub fn condition_words(&self, condition: &Expression, lang: Lang) -> String {
        let text = condition.text().trim();
        let (name, is_yes) =
            text.strip_prefix('!').map_or((text, true), |name| (name.trim(), false));
        let is_plain = |fact: &&Fact| fact.name == name && fact.fact_type == FactType::Bool;
        let Some(fact) = self.facts.iter().find(is_plain) else {
            return format!("`{text}`");
        };
        let question = fact.ask.get(lang);
        match (lang, is_yes) {
            (Lang::En, true) => format!("the answer is yes to: {question}"),
            (Lang::En, false) => format!("the answer is no to: {question}"),
            (Lang::Zh, true) => format!("“{question}”答“是”"),
            (Lang::Zh, false) => format!("“{question}”答“否”"),
        }
    }
}

/// Where a rule was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Address of the page.
    pub url: String,
    /// Date of the page as written there; free text, since pages are often vague.
    pub date: String,
    /// Words of the source that carry the rule, in its own language.
    pub quote: String,
    /// How far it can be relied on.
    pub confidence: Confidence,
}

/// A row of the published table of rules, column by column as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Number of the data row, from 1.
    pub number: u32,
    /// The other thirteen columns by name.
    pub columns: std::collections::BTreeMap<String, String>,
}

/// Columns of the published table of rules, in its order.
pub const ROW_COLUMNS: [&str; 13] = [
    "programme",
    "place",
    "instrument",
    "beneficiary",
    "rate",
    "cap",
    "currency",
    "period",
    "eligibility",
    "supplier_condition",
    "source_url",
    "date",
    "quote",
];

/// Who may apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beneficiary {
    /// In words.
    pub who: Option<Text>,
    /// Accepted kinds; one of them suffices. Empty: not stated.
    pub kinds: Vec<String>,
    /// Accepted sizes. Empty: not stated.
    pub sizes: Vec<Size>,
    /// Places where the applicant must be registered; one suffices. Empty: anywhere.
    pub places: Vec<String>,
}

/// A fact about the applicant that expressions may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Name in expressions: lower-case letters, digits, `_`.
    pub name: String,
    /// Its type.
    pub fact_type: FactType,
    /// Unit of an amount.
    pub unit: Unit,
    /// The question put to the applicant.
    pub ask: Text,
    /// The allowed words, for `string` and `strings`. Empty: any.
    pub one_of: Vec<String>,
}

/// A condition with the message shown to an applicant who does not meet it.
#[derive(Debug, Clone, Serialize)]
pub struct Condition {
    /// Names the condition in traces.
    pub id: String,
    /// True where it is met.
    pub require: Expression,
    /// Says what is required.
    pub message: Text,
}

/// A code with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The code used by cost lines.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// A worked example.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Line of the file at which it begins, from 1.
    pub line: usize,
    /// The request.
    pub request: Request,
    /// The answer that must come out.
    pub expect: Expect,
}

/// What an example must give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Expect {
    /// An amount, and the ids of the binding constraints where given.
    Entitled {
        /// The support.
        amount: Amount,
        /// Codes of the binding constraints, in order; `None` where the example does not say.
        binding: Option<Vec<String>>,
    },
    /// Refusal codes, in order.
    Refused {
        /// Codes such as `supplier-affiliated`.
        reasons: Vec<String>,
    },
    /// Codes of what is missing, in order.
    Unknown {
        /// Codes such as `rate`.
        missing: Vec<String>,
    },
}

/// A number of months or similar that may be unknown.
pub type Count = Figure<u32>;
