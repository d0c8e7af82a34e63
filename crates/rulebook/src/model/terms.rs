//! Suppliers, payment, clocks, the automatic path and papers.

use super::Count;
use crate::expression::Expression;
use crate::words::{Figure, Text, coded};
use base::{Amount, Ppm};
use serde::Serialize;

coded! {
    /// How the support reaches the beneficiary.
    pub PaymentMode {
        ApplyAndDeduct = "apply-and-deduct", "deducted from the supplier's bill when it is paid", "付款时直接抵扣";
        Reimburse = "reimburse", "paid back after the cost", "事后报销";
        Advance = "advance", "paid before the cost", "预先拨付";
        InKind = "in-kind", "given in kind", "实物提供";
    }
}

coded! {
    /// How often claims are settled.
    pub Settlement {
        PerClaim = "per-claim", "claim by claim", "逐笔";
        Monthly = "monthly", "monthly", "按月";
        Quarterly = "quarterly", "quarterly", "按季度";
        Yearly = "yearly", "yearly", "按年";
    }
}

coded! {
    /// When a paper is due.
    pub PaperTime {
        Application = "application", "with the application", "申请时";
        Claim = "claim", "with a claim", "兑付时";
        After = "after", "after the support", "支持结束后";
    }
}

coded! {
    /// What the threshold of the automatic path is compared with.
    pub AutomaticCounts {
        Request = "request", "the amount requested", "申请额";
        Support = "support", "the support", "支持额";
    }
}

coded! {
    /// A condition on the supplier.
    pub SupplierCondition {
        NonAffiliated = "non-affiliated", "not in the beneficiary's group", "与受益方无关联关系";
        ThirdParty = "third-party", "a third party", "第三方";
        Admitted = "admitted", "on the list of admitted suppliers", "列入准入名单";
        Named = "named", "one of the suppliers named by the rule", "规则指定的供应方";
        Through = "through", "selling through the named exchange or platform", "通过指定平台交易";
    }
}

/// Who may supply. All stated conditions must hold; none stated means any supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SupplierTerms {
    /// The supplier must not be in the beneficiary's group.
    pub is_non_affiliated: bool,
    /// The supplier must be a third party, not the beneficiary itself.
    pub is_third_party: bool,
    /// The list on which the supplier must stand.
    pub admitted: Option<Text>,
    /// The only suppliers allowed. Empty: not restricted by name.
    pub named: Vec<Listed>,
    /// The exchange or platform through which the purchase must go.
    pub through: Option<Text>,
    /// What the source adds.
    pub note: Option<Text>,
}

/// A supplier named by the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Compared with the supplier's id.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// How the support is paid, and how vouchers work.
#[derive(Debug, Clone, Serialize)]
pub struct Payment {
    /// Deducted, reimbursed, advanced or in kind.
    pub mode: Option<PaymentMode>,
    /// How often claims are settled.
    pub settlement: Option<Settlement>,
    /// Least voucher or award.
    pub minimum: Option<Figure<Amount>>,
    /// Months from issue until it lapses.
    pub valid_months: Option<Count>,
    /// Whether it may be passed on; `None` where the source says nothing.
    pub is_transferable: Option<bool>,
    /// Instalments; their known shares add up to 100 %. Empty: in one sum or not stated.
    pub instalments: Vec<Instalment>,
}

/// One instalment.
#[derive(Debug, Clone, Serialize)]
pub struct Instalment {
    /// Share of the award.
    pub share: Figure<Ppm>,
    /// When it is released.
    pub due: Text,
}

/// Published service times.
#[derive(Debug, Clone, Serialize)]
pub struct Clock {
    /// Working days until a decision.
    pub working_days: Option<Count>,
    /// What the days count from.
    pub counts_from: Option<Text>,
    /// Last day of the month on which requests are collected, 1-31.
    pub cut_off_day: Option<u32>,
    /// Day of the month by which results are out, 1-31.
    pub result_day: Option<u32>,
    /// True where requests are served in the order in which they come.
    pub is_first_come: bool,
}

/// The path on which an officer approves without a committee.
#[derive(Debug, Clone, Serialize)]
pub struct Automatic {
    /// Largest amount on this path, inclusive.
    pub amount_max: Option<Figure<Amount>>,
    /// Whether the request or the support is compared.
    pub counts: AutomaticCounts,
    /// What else must hold.
    pub when: Option<Expression>,
    /// Who approves.
    pub approver: Option<Text>,
}

/// A paper to be handed in.
#[derive(Debug, Clone, Serialize)]
pub struct Paper {
    /// Its code.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// When it is due.
    pub due: PaperTime,
    /// Where it is needed only sometimes.
    pub when: Option<Expression>,
}

/// A published price, for the reader; it enters no computation.
#[derive(Debug, Clone, Serialize)]
pub struct Price {
    /// What is priced.
    pub item: Text,
    /// The price.
    pub amount: Figure<Amount>,
    /// Per what, such as `A100-hour`.
    pub per: String,
}
