//! Refusals in words, English and Chinese.

use super::Refused;
use crate::words::{Coded, Lang, Text, money};

impl Refused {
    /// Says it to people.
    #[must_use]
    pub fn words(&self) -> Text {
        self.words_of_request()
            .or_else(|| self.words_of_applicant())
            .or_else(|| self.words_of_amount())
            .or_else(|| self.words_of_limit())
            .unwrap_or_else(|| self.words_of_supplier())
    }

    fn words_of_request(&self) -> Option<Text> {
        Some(match self {
            Self::NotYetValid { from } => {
                both(format!("the rule holds from {from} only"), format!("本规则自{from}起施行"))
            }
            Self::NoLongerValid { until } => {
                both(format!("the rule ended on {until}"), format!("本规则已于{until}终止"))
            }
            Self::TooManyLines { count } => both(
                format!("the request has {count} cost lines; split it"),
                format!("申请有{count}条费用,请拆分"),
            ),
            Self::DuplicateLine { line } => both(
                format!("two cost lines are called `{line}`; give each its own id"),
                format!("两条费用同名`{line}`,请分别编号"),
            ),
            Self::WrongUnit { line, given, wanted } => both(
                format!("`{line}` is in {given}; the rule counts {wanted}"),
                format!("`{line}`的单位为{given},本规则以{wanted}计"),
            ),
            Self::NegativeAmount { line } => both(
                format!("`{line}` is negative; enter what was spent"),
                format!("`{line}`为负数,请填写支出额"),
            ),
            Self::FactType { fact, given, wanted } => both(
                format!(
                    "`{fact}` is given as a {}, the rule wants a {}",
                    given.words(Lang::En),
                    wanted.words(Lang::En)
                ),
                format!("`{fact}`应为{},实为{}", wanted.words(Lang::Zh), given.words(Lang::Zh)),
            ),
            Self::FactWord { fact, given } => both(
                format!("`{fact}` cannot be `{given}`; see the words which the rule allows"),
                format!("`{fact}`不能为`{given}`,请见规则允许的取值"),
            ),
            Self::FactTooLong { fact } => both(
                format!("`{fact}` lists too many words; leave out those that do not matter"),
                format!("`{fact}`所列项目过多,请删减"),
            ),
            _ => return None,
        })
    }

    fn words_of_applicant(&self) -> Option<Text> {
        Some(match self {
            Self::BeneficiaryKind { accepted, given } => both(
                format!("open to {}; the applicant is {}", one_of(accepted), one_of(given)),
                format!("面向{};申请人为{}", accepted.join("、"), given.join("、")),
            ),
            Self::BeneficiarySize { accepted, given } => both(
                format!("open to firms of size {}; the applicant is {given}", one_of(accepted)),
                format!("面向规模为{}的企业;申请人为{given}", accepted.join("、")),
            ),
            Self::BeneficiaryPlace { accepted, given } => both(
                format!(
                    "the applicant must be registered in {}, not {}",
                    one_of(accepted),
                    one_of(given)
                ),
                format!("申请人须注册于{},现为{}", accepted.join("、"), given.join("、")),
            ),
            Self::Ineligible { message, .. } => both(
                format!("not met: {}", message.get(Lang::En)),
                format!("不符合:{}", message.get(Lang::Zh)),
            ),
            Self::QuotaFull { quota, number } => both(
                format!("the quota `{quota}` of {number} is full"),
                format!("名额`{quota}`({number})已满"),
            ),
            Self::SupportPeriodOver { months_max } => both(
                format!("support lasts {months_max} months at most, and they are over"),
                format!("支持期最长{months_max}个月,已期满"),
            ),
            Self::NoEligibleCost { accepted } => both(
                format!("no cost line is eligible; eligible are {}", one_of(accepted)),
                format!("没有符合条件的费用;可支持:{}", accepted.join("、")),
            ),
            _ => return None,
        })
    }

    fn words_of_amount(&self) -> Option<Text> {
        Some(match self {
            Self::BelowMinimum { minimum, given } => both(
                format!(
                    "the eligible cost of {} does not reach {}",
                    money(*given),
                    money(*minimum)
                ),
                format!("符合条件的费用{}未达到{}", money(*given), money(*minimum)),
            ),
            Self::BelowTier { from, given } => both(
                format!(
                    "{} does not reach the first tier, which starts at {}",
                    money(*given),
                    money(*from)
                ),
                format!("{}未达到第一档起点{}", money(*given), money(*from)),
            ),
            Self::BelowBand { line, min, given } => both(
                format!(
                    "line `{line}` asks {}, less than the least award of {}",
                    money(*given),
                    money(*min)
                ),
                format!("费用`{line}`申请{},低于最低额{}", money(*given), money(*min)),
            ),
            Self::NoRate { line } => both(
                format!("the rule has no figure for what line `{line}` buys or for this applicant"),
                format!("规则对费用`{line}`所购内容或该申请人未设标准"),
            ),
            Self::NoClass { class } => {
                let class = class.as_deref().unwrap_or("-");
                both(
                    format!("the rule has no amount for class `{class}`"),
                    format!("规则对类别`{class}`未设金额"),
                )
            }
            Self::StackingExcluded { instrument } => both(
                format!("`{instrument}` supports the same cost, which excludes this support"),
                format!("同一费用已获`{instrument}`支持,不得重复享受"),
            ),
            Self::StackingExhausted { limit, used } => both(
                format!(
                    "all aid together may reach {}; other aid is {} already",
                    money(*limit),
                    money(*used)
                ),
                format!("各类支持合计上限{},其他支持已达{}", money(*limit), money(*used)),
            ),
            _ => return None,
        })
    }

    fn words_of_limit(&self) -> Option<Text> {
        Some(match self {
            Self::CapExhausted { cap, limit, used } => both(
                format!("cap `{cap}` of {} is used up ({} used)", money(*limit), money(*used)),
                format!("上限`{cap}`({})已用尽(已用{})", money(*limit), money(*used)),
            ),
            Self::NothingDue {} => both("the support comes to zero", "支持金额为零"),
            Self::BelowPaymentMinimum { minimum, given } => both(
                format!("{} is below the least payment of {}", money(*given), money(*minimum)),
                format!("{}低于最低兑付额{}", money(*given), money(*minimum)),
            ),
            Self::TooLarge {} => both(
                "a sum is beyond what can be kept; split the request",
                "合计超出可记录范围,请拆分申请",
            ),
            _ => return None,
        })
    }

    fn words_of_supplier(&self) -> Text {
        match self {
            Self::SupplierAffiliated { supplier } => both(
                format!("supplier `{supplier}` belongs to the beneficiary's group"),
                format!("供应方`{supplier}`与受益方存在关联关系"),
            ),
            Self::SupplierNotThirdParty { supplier } => both(
                format!("supplier `{supplier}` is no third party"),
                format!("供应方`{supplier}`不是第三方"),
            ),
            Self::SupplierNotAdmitted { supplier, list } => both(
                format!("supplier `{supplier}` is not among: {}", list.get(Lang::En)),
                format!("供应方`{supplier}`不属于:{}", list.get(Lang::Zh)),
            ),
            Self::SupplierNotNamed { supplier, named } => both(
                format!("supplier `{supplier}` is not {}", one_of(named)),
                format!("供应方`{supplier}`不是{}", named.join("、")),
            ),
            Self::SupplierNotThrough { supplier, through } => both(
                format!(
                    "the purchase from `{supplier}` must go through: {}",
                    through.get(Lang::En)
                ),
                format!("向`{supplier}`采购须通过:{}", through.get(Lang::Zh)),
            ),
            Self::SupplierUnproven { supplier, condition } => both(
                format!(
                    "it is not proven that supplier `{supplier}` is {}",
                    condition.words(Lang::En)
                ),
                format!("尚未证明供应方`{supplier}`符合:{}", condition.words(Lang::Zh)),
            ),
            other => both(other.code(), other.code()),
        }
    }
}

fn both(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text::both(en, zh)
}

fn one_of(words: &[String]) -> String {
    if words.is_empty() { "nothing stated".to_owned() } else { words.join(" or ") }
}
