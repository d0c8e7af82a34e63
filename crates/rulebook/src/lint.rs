//! Lints: what a sound rule should not lack. A finding is a hint, never a verdict.

use crate::model::{CapScope, Instrument, Kind, Method, TierYield};
use crate::words::{Figure, Lang, Text, coded};
use serde::{Deserialize, Serialize};

coded! {
    /// What a finding is about.
    pub LintCode {
        NamedSuppliers = "named-suppliers", "named suppliers", "指定供应方";
        LocalOnly = "local-only", "local firms only", "仅限本地";
        Uncapped = "uncapped", "no cap", "未设上限";
        NoGroupCap = "no-group-cap", "no cap per owner group", "未设集团上限";
        NoNonAffiliation = "no-non-affiliation", "no clause on affiliated suppliers", "无非关联条款";
        NoSource = "no-source", "no source", "无来源";
        UnknownNumbers = "unknown-numbers", "unknown numbers", "数字不详";
        NoExample = "no-example", "no worked example", "无示例";
    }
}

/// A finding about a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub code: LintCode,
    /// What was found.
    pub found: Text,
    /// Why it matters.
    pub why: Text,
    /// What to write instead.
    pub instead: Text,
}

/// Lints an instrument. Findings come in the order of [`LintCode`].
#[must_use]
pub fn lint(rule: &Instrument) -> Vec<Finding> {
    let checks: [fn(&Instrument) -> Option<Finding>; 8] = [
        named_suppliers,
        local_only,
        uncapped,
        no_group_cap,
        no_non_affiliation,
        no_source,
        unknown_numbers,
        no_example,
    ];
    checks.iter().filter_map(|check| check(rule)).collect()
}

/// Says a finding in one line, as `hutong rules lint` prints it after the file's name.
#[must_use]
pub fn finding_line(finding: &Finding, lang: Lang) -> String {
    use crate::words::Coded;
    let code = finding.code.code();
    let (found, why) = (finding.found.get(lang), finding.why.get(lang));
    let instead = finding.instead.get(lang);
    match lang {
        Lang::En => format!("{code}: {found}; {why}; instead: {instead}"),
        Lang::Zh => format!("{code}:{found};{why};建议:{instead}"),
    }
}

fn finding(code: LintCode, found: Text, why: [&str; 2], instead: [&str; 2]) -> Option<Finding> {
    let both = |words: [&str; 2]| Text::both(words[0], words[1]);
    Some(Finding { code, found, why: both(why), instead: both(instead) })
}

fn named_suppliers(rule: &Instrument) -> Option<Finding> {
    let named = &rule.supplier.as_ref()?.named;
    if named.is_empty() {
        return None;
    }
    let list = |lang| named.iter().map(|one| one.name.get(lang)).collect::<Vec<_>>().join(", ");
    finding(
        LintCode::NamedSuppliers,
        Text::both(
            format!("only these may supply: {}", list(Lang::En)),
            format!("仅限以下供应方:{}", list(Lang::Zh)),
        ),
        [
            "the whole programme depends on them, and no other supplier can win by price or quality",
            "整个计划依赖于指定方,其他供应方无法以价格或质量竞争",
        ],
        [
            "`admitted = ...` with a list that any supplier can join on published terms",
            "改用`admitted`,设公开条件的准入名单",
        ],
    )
}

fn local_only(rule: &Instrument) -> Option<Finding> {
    let places = &rule.beneficiary.places;
    if places.is_empty() {
        return None;
    }
    let list = places.join(", ");
    finding(
        LintCode::LocalOnly,
        Text::both(
            format!("open only to applicants registered in {list}"),
            format!("仅限注册于{list}的申请人"),
        ),
        [
            "regions without a hub get nothing, and firms move their registration instead of their work",
            "缺少枢纽的地区无法受益,企业迁注册而不迁业务",
        ],
        [
            "a condition on where the work is done, or a share of the pool for others",
            "改为对实施地的条件,或为其他地区留出资金份额",
        ],
    )
}

fn uncapped(rule: &Instrument) -> Option<Finding> {
    let is_own_limit = matches!(rule.support.method, Method::Fixed { .. });
    let is_banded = match &rule.support.method {
        Method::Band { bands } => bands.iter().all(|band| band.max.is_some()),
        _ => false,
    };
    let is_text = rule.kind == Kind::Procedure;
    let is_capped = rule.limits.caps.iter().any(|cap| cap.scope != CapScope::Pool);
    if is_capped || is_own_limit || is_banded || is_text {
        return None;
    }
    let found = if rule.limits.caps.is_empty() {
        Text::both("no cap of any kind", "未设任何上限")
    } else {
        Text::both(
            "only the pool is capped, no single applicant",
            "仅资金池有上限,单个申请人无上限",
        )
    };
    finding(
        LintCode::Uncapped,
        found,
        ["one large applicant can take the whole budget", "单个大户可能占用全部预算"],
        ["`[[cap]]` per firm and year, and one for the pool", "增加按企业年度和资金池的`[[cap]]`"],
    )
}

fn no_group_cap(rule: &Instrument) -> Option<Finding> {
    let has_group_cap = rule.limits.caps.iter().any(|cap| cap.scope == CapScope::GroupWindow);
    let is_personal = rule.limits.caps.iter().any(|cap| cap.scope == CapScope::Person);
    if has_group_cap || is_personal || matches!(rule.kind, Kind::Procedure | Kind::Allowance) {
        return None;
    }
    finding(
        LintCode::NoGroupCap,
        Text::both(
            "caps count legal entities, not owner groups",
            "上限按法人计算,未按控制集团计算",
        ),
        [
            "a group with ten subsidiaries gets the cap ten times, and nobody sees it",
            "拥有十家子公司的集团可十次享受上限而不被察觉",
        ],
        [
            "`[[cap]]` with `scope = \"group-window\"`, as the EU and the UK have",
            "增加`scope = \"group-window\"`的`[[cap]]`,如欧盟与英国",
        ],
    )
}

fn no_non_affiliation(rule: &Instrument) -> Option<Finding> {
    let is_set = rule.supplier.as_ref().is_some_and(|terms| terms.is_non_affiliated);
    let is_spent =
        matches!(rule.kind, Kind::Voucher | Kind::Reimbursement | Kind::Grant | Kind::InKind);
    let buys = !rule.costs.is_empty() || !rule.purchases.is_empty() || rule.supplier.is_some();
    if is_set || !is_spent || !(buys || rule.kind == Kind::Voucher) {
        return None;
    }
    finding(
        LintCode::NoNonAffiliation,
        Text::both("the supplier may belong to the beneficiary's group", "供应方可与受益方有关联"),
        [
            "support can be paid in a circle within one group, at prices nobody tests",
            "资金可在同一集团内循环,价格无从检验",
        ],
        [
            "`[supplier]` with `non_affiliated = true`, as Beijing, Shenzhen and Shanghai have",
            "在`[supplier]`中写`non_affiliated = true`,如北京、深圳、上海",
        ],
    )
}

fn no_source(rule: &Instrument) -> Option<Finding> {
    if rule.source.is_some() {
        return None;
    }
    finding(
        LintCode::NoSource,
        Text::both("no `[source]`", "无`[source]`"),
        ["nobody can check the figures against the published text", "无法与公布文本核对"],
        [
            "`[source]` with the address, the date and the words that carry the rule",
            "增加`[source]`,写明网址、日期与原文",
        ],
    )
}

fn unknown_numbers(rule: &Instrument) -> Option<Finding> {
    let names = unknown_names(rule);
    if names.is_empty() {
        return None;
    }
    let list = names.join(", ");
    finding(
        LintCode::UnknownNumbers,
        Text::both(format!("unknown: {list}"), format!("不详:{list}")),
        [
            "whoever meets them gets no answer, only the list of what is missing",
            "涉及者得不到结果,只能得知缺少什么",
        ],
        [
            "the numbers of the issuing office's text; keep \"unknown\" until they are read there",
            "查阅发文单位原文后填写;未查到前保留\"unknown\"",
        ],
    )
}

/// Names the unknown numbers of a rule, in the order of the file.
pub(crate) fn unknown_names(rule: &Instrument) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |is_unknown: bool, name: &str| {
        if is_unknown && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    match &rule.support.method {
        Method::Rate { rates } => rates.iter().for_each(|row| add(is_unknown(&row.rate), "rate")),
        Method::Tiers { tiers, .. } => {
            for tier in tiers {
                let gives = match &tier.gives {
                    TierYield::Rate(rate) => is_unknown(rate),
                    TierYield::Amount(amount) => is_unknown(amount),
                };
                add(gives || is_unknown(&tier.from), "tier");
            }
        }
        Method::Fixed { amounts, .. } => {
            amounts.iter().for_each(|row| add(is_unknown(&row.amount), "fixed"));
        }
        Method::Band { bands } => {
            for bound in bands.iter().flat_map(|band| [&band.min, &band.max]).flatten() {
                add(is_unknown(bound), "band");
            }
        }
        Method::Unknown { .. } => add(true, "method"),
        Method::Ceiling => {}
    }
    let limits = &rule.limits;
    limits.caps.iter().for_each(|cap| add(is_unknown(&cap.amount), &format!("cap {}", cap.id)));
    limits
        .quotas
        .iter()
        .for_each(|quota| add(is_unknown(&quota.number), &format!("quota {}", quota.id)));
    add(limits.minimum.as_ref().is_some_and(|minimum| is_unknown(&minimum.amount)), "minimum");
    let period = limits.period.as_ref();
    let months =
        period.into_iter().flat_map(|p| [&p.support_months_max, &p.use_months_max]).flatten();
    months.for_each(|months| add(is_unknown(months), "period"));
    let stacking = rule.stacking.iter().flat_map(|stacking| &stacking.total_rates);
    stacking.for_each(|row| add(is_unknown(&row.rate), "stacking"));
    let payment = rule.payment.as_ref();
    let minimum = payment.and_then(|payment| payment.minimum.as_ref());
    add(minimum.is_some_and(is_unknown), "payment minimum");
    let valid = payment.and_then(|payment| payment.valid_months.as_ref());
    add(valid.is_some_and(is_unknown), "voucher validity");
    payment
        .iter()
        .flat_map(|payment| &payment.instalments)
        .for_each(|part| add(is_unknown(&part.share), "instalment"));
    let days = rule.clock.as_ref().and_then(|clock| clock.working_days.as_ref());
    add(days.is_some_and(is_unknown), "working days");
    let threshold = rule.automatic.as_ref().and_then(|path| path.amount_max.as_ref());
    add(threshold.is_some_and(is_unknown), "automatic threshold");
    names
}

fn is_unknown<T>(figure: &Figure<T>) -> bool {
    matches!(figure, Figure::Unknown { .. })
}

fn no_example(rule: &Instrument) -> Option<Finding> {
    if !rule.examples.is_empty() {
        return None;
    }
    finding(
        LintCode::NoExample,
        Text::both("no `[[example]]`", "无`[[example]]`"),
        [
            "nothing shows that the file computes what its author meant",
            "无从证明文件的计算符合本意",
        ],
        ["`[[example]]` with a case from the published text", "增加取自公布文本的`[[example]]`"],
    )
}
