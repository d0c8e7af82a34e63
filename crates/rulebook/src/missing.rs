//! What is missing before an answer can be computed.

use crate::model::BaseKind;
use crate::words::{Coded, Lang, Text};
use serde::{Deserialize, Serialize};

/// Something unknown. It is never taken for zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Missing {
    /// A fact about the applicant.
    Fact {
        /// Its name.
        fact: String,
        /// The question to ask.
        ask: Text,
    },
    /// A condition that cannot be computed from the facts given.
    Expression {
        /// Its id.
        condition: String,
        /// Why.
        error: String,
    },
    /// Cost lines.
    Lines {},
    /// The months asked for.
    Months {},
    /// The kind of cost of a line.
    Cost {
        /// The line.
        line: String,
    },
    /// What a line buys.
    Purchase {
        /// The line.
        line: String,
    },
    /// The amount of a line on the rule's base.
    Base {
        /// The line.
        line: String,
        /// What the rule counts.
        wanted: BaseKind,
        /// What is given.
        given: BaseKind,
    },
    /// How the support is computed.
    Method {
        /// The rule writer's note.
        note: Option<String>,
    },
    /// A rate of the rule.
    Rate {
        /// The rule writer's note.
        note: Option<String>,
    },
    /// A number of a tier.
    Tier {
        /// The rule writer's note.
        note: Option<String>,
    },
    /// A fixed amount.
    Fixed {
        /// The class, where the rule has classes.
        class: Option<String>,
        /// The rule writer's note.
        note: Option<String>,
    },
    /// A bound of a band.
    Band {
        /// The line.
        line: String,
        /// The rule writer's note.
        note: Option<String>,
    },
    /// The least eligible cost.
    Minimum {
        /// The rule writer's note.
        note: Option<String>,
    },
    /// The limit of a cap.
    Cap {
        /// Its id.
        cap: String,
        /// The rule writer's note.
        note: Option<String>,
    },
    /// What was used under a cap before.
    Used {
        /// Its id.
        cap: String,
    },
    /// The number of a quota.
    Quota {
        /// Its id.
        quota: String,
        /// The rule writer's note.
        note: Option<String>,
    },
    /// What was counted under a quota before.
    Count {
        /// Its id.
        quota: String,
    },
    /// The largest share of the cost from all aid together.
    Stacking {
        /// The rule writer's note.
        note: Option<String>,
    },
    /// Other aid on the same cost.
    OtherAid {},
    /// Months for which the beneficiary was supported.
    MonthsSupported {},
    /// The longest time of support.
    SupportPeriod {
        /// The rule writer's note.
        note: Option<String>,
    },
    /// The least payment.
    PaymentMinimum {
        /// The rule writer's note.
        note: Option<String>,
    },
}

impl Missing {
    /// Returns the code, as in `cap`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fact { .. } => "fact",
            Self::Expression { .. } => "expression",
            Self::Lines {} => "lines",
            Self::Months {} => "months",
            Self::Cost { .. } => "cost",
            Self::Purchase { .. } => "purchase",
            Self::Base { .. } => "base",
            Self::Method { .. } => "method",
            Self::Rate { .. } => "rate",
            Self::Tier { .. } => "tier",
            Self::Fixed { .. } => "fixed",
            Self::Band { .. } => "band",
            Self::Minimum { .. } => "minimum",
            Self::Cap { .. } => "cap",
            Self::Used { .. } => "used",
            Self::Quota { .. } => "quota",
            Self::Count { .. } => "count",
            Self::Stacking { .. } => "stacking",
            Self::OtherAid {} => "other-aid",
            Self::MonthsSupported {} => "months-supported",
            Self::SupportPeriod { .. } => "support-period",
            Self::PaymentMinimum { .. } => "payment-minimum",
        }
    }

    /// Returns what it is about: a fact, a line, a cap.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Fact { fact, .. } => Some(fact),
            Self::Expression { condition, .. } => Some(condition),
            Self::Cost { line }
            | Self::Purchase { line }
            | Self::Base { line, .. }
            | Self::Band { line, .. } => Some(line),
            Self::Cap { cap, .. } | Self::Used { cap } => Some(cap),
            Self::Quota { quota, .. } | Self::Count { quota } => Some(quota),
            Self::Fixed { class, .. } => class.as_deref(),
            Self::Lines {}
            | Self::Months {}
            | Self::Method { .. }
            | Self::Rate { .. }
            | Self::Tier { .. }
            | Self::Minimum { .. }
            | Self::Stacking { .. }
            | Self::OtherAid {}
            | Self::MonthsSupported {}
            | Self::SupportPeriod { .. }
            | Self::PaymentMinimum { .. } => None,
        }
    }

    /// Tells whether the rule's source lacks it, rather than the request.
    #[must_use]
    pub fn is_of_rule(&self) -> bool {
        matches!(
            self,
            Self::Method { .. }
                | Self::Rate { .. }
                | Self::Tier { .. }
                | Self::Fixed { .. }
                | Self::Band { .. }
                | Self::Minimum { .. }
                | Self::Cap { .. }
                | Self::Quota { .. }
                | Self::Stacking { .. }
                | Self::SupportPeriod { .. }
                | Self::PaymentMinimum { .. }
        )
    }

    /// Says it to people.
    #[must_use]
    pub fn words(&self) -> Text {
        let (en, zh) = match self {
            Self::Fact { fact, ask } => (
                format!("not told: `{fact}`. {}", ask.get(Lang::En)),
                format!("未提供:`{fact}`。{}", ask.get(Lang::Zh)),
            ),
            Self::Expression { condition, error } => (
                format!("`{condition}` cannot be computed: {error}"),
                format!("`{condition}`无法计算:{error}"),
            ),
            Self::Lines {} => (
                "what is to be bought, or what is asked".to_owned(),
                "拟购买内容或申请金额".to_owned(),
            ),
            Self::Months {} => ("for how many months".to_owned(), "申请月数".to_owned()),
            Self::Cost { line } => {
                (format!("the kind of cost of line `{line}`"), format!("费用`{line}`的类别"))
            }
            Self::Purchase { line } => {
                (format!("what line `{line}` buys"), format!("费用`{line}`所购内容"))
            }
            Self::Base { line, wanted, given } => (
                format!(
                    "line `{line}` gives the {}; the rule counts the {}",
                    given.words(Lang::En),
                    wanted.words(Lang::En)
                ),
                format!(
                    "费用`{line}`为{},规则以{}为准",
                    given.words(Lang::Zh),
                    wanted.words(Lang::Zh)
                ),
            ),
            Self::Used { cap } => (
                format!("how much was used under cap `{cap}` before"),
                format!("上限`{cap}`此前已用金额"),
            ),
            Self::Count { quota } => (
                format!("how many count under quota `{quota}` so far"),
                format!("名额`{quota}`目前已用数"),
            ),
            Self::OtherAid {} => {
                ("other aid on the same cost".to_owned(), "同一费用的其他支持".to_owned())
            }
            Self::MonthsSupported {} => (
                "for how many months the beneficiary was supported".to_owned(),
                "受益方已获支持的月数".to_owned(),
            ),
            _ => return self.words_of_rule(),
        };
        Text::both(en, zh)
    }

    /// Says which number the rule's source lacks.
    fn words_of_rule(&self) -> Text {
        let (en, zh, note) = match self {
            Self::Method { note } => {
                ("how the support is computed".to_owned(), "支持的计算方式".to_owned(), note)
            }
            Self::Rate { note } => ("the rate".to_owned(), "支持比例".to_owned(), note),
            Self::Tier { note } => {
                ("a number of the tiers".to_owned(), "分档标准".to_owned(), note)
            }
            Self::Fixed { class, note } => {
                let class = class.as_deref().unwrap_or("-");
                (format!("the amount of class `{class}`"), format!("类别`{class}`的金额"), note)
            }
            Self::Band { line, note } => (
                format!("a bound of the band for line `{line}`"),
                format!("费用`{line}`的区间"),
                note,
            ),
            Self::Minimum { note } => {
                ("the least eligible cost".to_owned(), "最低费用".to_owned(), note)
            }
            Self::Cap { cap, note } => {
                (format!("the limit of cap `{cap}`"), format!("上限`{cap}`的数额"), note)
            }
            Self::Quota { quota, note } => {
                (format!("the number of quota `{quota}`"), format!("名额`{quota}`的数量"), note)
            }
            Self::Stacking { note } => (
                "the largest share from all aid together".to_owned(),
                "各类支持合计的最高比例".to_owned(),
                note,
            ),
            Self::SupportPeriod { note } => {
                ("the longest time of support".to_owned(), "最长支持期".to_owned(), note)
            }
            Self::PaymentMinimum { note } => {
                ("the least payment".to_owned(), "最低兑付额".to_owned(), note)
            }
            other => return Text::both(other.code(), other.code()),
        };
        let (note_en, note_zh) = match note {
            Some(note) => (format!(" ({note})"), format!("({note})")),
            None => (String::new(), String::new()),
        };
        Text::both(
            format!("{en} is not in the source{note_en}"),
            format!("来源未载明{zh}{note_zh}"),
        )
    }
}
