//! The computation: method, rates, tiers, fixed amounts and bands.

use super::Context;
use super::figure::{amount, share};
use super::node::{Fields, fact_name, string, words, wrong};
use super::top::{flag, scope};
use crate::model::{
    Band, Fact, FactType, FixedAmount, Method, RateRow, Support, Tier, TierMode, TierYield,
};
use crate::words::{Coded, coded};

coded! {
    /// The codes of the methods.
    MethodCode {
        Rate = "rate", "a share of the cost", "按比例";
        Tiers = "tiers", "by tiers", "分档";
        Fixed = "fixed", "a fixed amount", "定额";
        Band = "band", "case by case within a band", "区间内个案确定";
        Ceiling = "ceiling", "only a ceiling", "仅设上限";
        Unknown = "unknown", "not published", "未公布";
    }
}

/// The array of rows which each method reads.
const ROWS: [(MethodCode, &str); 4] = [
    (MethodCode::Rate, "rate"),
    (MethodCode::Tiers, "tier"),
    (MethodCode::Fixed, "fixed"),
    (MethodCode::Band, "band"),
];

/// Reads `[support]` and the rows of its method, which stand at the root of the file.
pub(super) fn support(
    cx: &Context,
    facts: &[Fact],
    root: &Fields<'_, '_>,
    fields: &Fields<'_, '_>,
) -> Option<Support> {
    let log = fields.log;
    let code: Option<MethodCode> =
        fields.need("method", "rate, tiers, fixed, band, ceiling or unknown", super::node::code);
    let base = fields.opt("base", super::node::code);
    let is_maximum = flag(fields, "maximum");
    let note = fields.opt("note", string);
    let tier_mode: Option<TierMode> = fields.opt("tier_mode", super::node::code);
    let tier_over = fact_of(fields, "tier_over", facts, FactType::Amount);
    let class_fact = fact_of(fields, "class_fact", facts, FactType::String);
    let rates = root.tables("rate", |fields| rate(cx, fields));
    let tiers = root.tables("tier", |fields| tier(cx, fields));
    let amounts = root.tables("fixed", |fields| fixed(cx, fields));
    let bands = root.tables("band", |fields| band(cx, fields));
    let code = code?;
    check_rows(root, fields, code);
    let method = match code {
        MethodCode::Rate => Method::Rate { rates },
        MethodCode::Tiers => {
            let mode = tier_mode.or_else(|| {
                log.add(fields.at, "missing field `tier_mode`", "marginal or whole");
                None
            })?;
            check_tiers(root, mode, &tiers);
            Method::Tiers { mode, over: tier_over, tiers }
        }
        MethodCode::Fixed => {
            check_classes(root, class_fact.as_deref(), facts, &amounts);
            Method::Fixed { class_fact, amounts }
        }
        MethodCode::Band => Method::Band { bands },
        MethodCode::Ceiling => Method::Ceiling,
        MethodCode::Unknown => Method::Unknown { note },
    };
    Some(Support { base, is_maximum, method })
}

fn fact_of(
    fields: &Fields<'_, '_>,
    key: &'static str,
    facts: &[Fact],
    wanted: FactType,
) -> Option<String> {
    fields.opt(key, |log, node| {
        let name = fact_name(log, node)?;
        if facts.iter().any(|fact| fact.name == name && fact.fact_type == wanted) {
            return Some(name);
        }
        wrong(log, node, &format!("the name of a `[[fact]]` of type \"{}\"", wanted.code()))
    })
}

/// Reports rows of another method, and a method without rows.
fn check_rows(root: &Fields<'_, '_>, support: &Fields<'_, '_>, code: MethodCode) {
    for (of, array) in ROWS {
        let node = root.node(array);
        if of == code && node.is_none() {
            let expected = format!("at least one `[[{array}]]`");
            let message = format!("method `{}` has no rows", code.code());
            support.log.add(support.at, message, expected);
        }
        if let Some(node) = node.filter(|_| of != code) {
            let message = format!("`[[{array}]]` does not belong to method `{}`", code.code());
            support.log.add(node.span().start, message, format!("method = \"{}\"", of.code()));
        }
    }
    for (key, of) in [
        ("tier_mode", MethodCode::Tiers),
        ("tier_over", MethodCode::Tiers),
        ("class_fact", MethodCode::Fixed),
        ("note", MethodCode::Unknown),
    ] {
        if support.has(key) && of != code {
            let at = support.node(key).map_or(support.at, |node| node.span().start);
            let message = format!("`{key}` does not belong to method `{}`", code.code());
            support.log.add(at, message, format!("method = \"{}\"", of.code()));
        }
    }
}

fn rate(cx: &Context, fields: &Fields<'_, '_>) -> Option<RateRow> {
    let scope = scope(cx, fields);
    let rate = fields.need("rate", "a percentage such as \"30%\", or \"unknown\"", share);
    let name = fields.opt("name", words);
    Some(RateRow { scope, rate: rate?, name })
}

fn tier(cx: &Context, fields: &Fields<'_, '_>) -> Option<Tier> {
    let unit = cx.types.unit;
    let from = fields.need("from", "the lower bound of the tier, such as \"0\"", |log, node| {
        amount(log, node, unit)
    });
    let rate = fields.opt("rate", share);
    let fixed = fields.opt("amount", |log, node| amount(log, node, unit));
    let gives = match (rate, fixed, fields.has("rate"), fields.has("amount")) {
        (Some(rate), None, _, false) => Some(TierYield::Rate(rate)),
        (None, Some(fixed), false, _) => Some(TierYield::Amount(fixed)),
        (_, _, has_rate, has_amount) => {
            if has_rate == has_amount {
                fields.log.add(
                    fields.at,
                    "the tier gives nothing clear",
                    "`rate` or `amount`, one of them",
                );
            }
            None
        }
    };
    Some(Tier { from: from?, gives: gives? })
}

/// Tiers rise; fixed amounts only go with whole-base tiers.
fn check_tiers(root: &Fields<'_, '_>, mode: TierMode, tiers: &[Tier]) {
    let at = root.node("tier").map_or(root.at, |node| node.span().start);
    let known: Vec<_> = tiers.iter().filter_map(|tier| tier.from.known()).collect();
    if known.windows(2).any(|pair| pair[0].minor >= pair[1].minor) {
        root.log.add(at, "the tiers do not rise", "each `from` above the one before");
    }
    let fixed = tiers.iter().any(|tier| matches!(tier.gives, TierYield::Amount(_)));
    if fixed && mode == TierMode::Marginal {
        root.log.add(at, "a marginal tier cannot give a fixed amount", "tier_mode = \"whole\"");
    }
}

fn fixed(cx: &Context, fields: &Fields<'_, '_>) -> Option<FixedAmount> {
    let class = fields.opt("class", string);
    let scope = scope(cx, fields);
    let amount =
        fields.need("amount", "an amount such as \"1,200,000\", or \"unknown\"", |log, node| {
            amount(log, node, cx.types.unit)
        });
    let is_monthly = flag(fields, "monthly");
    Some(FixedAmount { class, scope, amount: amount?, is_monthly })
}

/// Classes need a fact that gives them, and must be words which that fact allows.
fn check_classes(
    root: &Fields<'_, '_>,
    class_fact: Option<&str>,
    facts: &[Fact],
    amounts: &[FixedAmount],
) {
    let at = root.node("fixed").map_or(root.at, |node| node.span().start);
    let fact = class_fact.and_then(|name| facts.iter().find(|fact| fact.name == name));
    for class in amounts.iter().filter_map(|row| row.class.as_deref()) {
        match fact {
            None => root.log.add(
                at,
                format!("class `{class}` has no fact to be compared with"),
                "`class_fact` in `[support]`",
            ),
            Some(fact)
                if !fact.one_of.is_empty() && !fact.one_of.iter().any(|one| one == class) =>
            {
                let expected = format!("one of {}", fact.one_of.join(", "));
                root.log.add(at, format!("`{}` never is `{class}`", fact.name), expected);
            }
            Some(_) => {}
        }
    }
}

fn band(cx: &Context, fields: &Fields<'_, '_>) -> Option<Band> {
    let unit = cx.types.unit;
    let scope = scope(cx, fields);
    let min = fields.opt("min", |log, node| amount(log, node, unit));
    let max = fields.opt("max", |log, node| amount(log, node, unit));
    if !fields.has("min") && !fields.has("max") {
        fields.log.add(fields.at, "the band has no bound", "`min`, `max` or both");
    }
    let bounds = (min.as_ref().and_then(|f| f.known()), max.as_ref().and_then(|f| f.known()));
    if let (Some(least), Some(most)) = bounds
        && least.minor > most.minor
    {
        fields.log.add(
            fields.at,
            format!("the band runs from {least} down to {most}"),
            "min <= max",
        );
    }
    Some(Band { scope, min, max })
}
