//! What is supported and how much.

use super::Page;
use crate::model::{Instrument, Method, Named, RateRow, Scope, Tier, TierYield};
use crate::words::{Text, money};

pub(super) fn support(page: &mut Page, rule: &Instrument) {
    let is_cost_free = matches!(rule.support.method, Method::Fixed { .. });
    if !(is_cost_free && rule.costs.is_empty() && rule.support.base.is_none()) {
        costs(page, rule);
    }
    page.heading("How much", "支持标准");
    method(page, rule);
    if rule.support.is_maximum {
        page.line(
            "These are maximum figures: the officer may grant less.",
            "以上为最高标准,具体由主管部门核定。",
        );
    }
}

fn costs(page: &mut Page, rule: &Instrument) {
    page.heading("What counts", "支持内容");
    if rule.costs.is_empty() {
        page.line("Every kind of cost counts: the rule names none.", "规则未限定费用类别。");
    }
    rule.costs.iter().for_each(|cost| page.text(&cost.name));
    match rule.support.base {
        Some(base) => {
            let words = page.code(base);
            page.line(format!("Counted: the {words}."), format!("计算基数:{words}。"));
        }
        None => page.line("Which amount counts is not stated.", "计算基数未载明。"),
    }
}

fn method(page: &mut Page, rule: &Instrument) {
    match &rule.support.method {
        Method::Rate { rates } => rates.iter().for_each(|row| rate(page, rule, row)),
        Method::Tiers { mode, over, tiers } => {
            let over = over.clone().unwrap_or_else(|| page.say("the cost", "费用").to_owned());
            let mode = page.code(*mode);
            page.line(format!("In tiers of {over}: {mode}."), format!("按{over}分档:{mode}。"));
            tiers.iter().for_each(|row| tier(page, row));
        }
        Method::Fixed { amounts, .. } => {
            for row in amounts {
                let amount = page.figure(&row.amount, |amount| money(*amount));
                let month = if row.is_monthly { page.say(" a month", "/月") } else { "" };
                let class =
                    row.class.as_deref().map_or_else(String::new, |class| match page.lang {
                        crate::words::Lang::En => format!("Class {class}: "),
                        crate::words::Lang::Zh => format!("类别{class}:"),
                    });
                let scope = scope_words(page, rule, &row.scope);
                page.line(
                    format!("{class}{amount}{month}{scope}."),
                    format!("{class}{amount}{month}{scope}。"),
                );
            }
        }
        Method::Band { bands } => {
            for band in bands {
                let bound = |bound: &Option<_>| {
                    bound.as_ref().map_or_else(|| "-".to_owned(), |f| page.figure(f, |a| money(*a)))
                };
                let (min, max) = (bound(&band.min), bound(&band.max));
                let scope = scope_words(page, rule, &band.scope);
                page.line(
                    format!("Case by case, from {min} to {max}{scope}."),
                    format!("个案核定,{min}至{max}{scope}。"),
                );
            }
        }
        Method::Ceiling => page.line(
            "What is asked, as far as the limits below leave room.",
            "按申请额,以下列上限的余额为限。",
        ),
        Method::Unknown { note } => {
            let note = note.as_deref().map_or_else(String::new, |note| format!(" ({note})"));
            page.line(
                format!(
                    "The source does not say how it is computed{note}; nothing can be computed."
                ),
                format!("来源未载明计算方式{note},无法计算。"),
            );
        }
    }
}

fn rate(page: &mut Page, rule: &Instrument, row: &RateRow) {
    let share = page.figure(&row.rate, ToString::to_string);
    let scope = scope_words(page, rule, &row.scope);
    let name = row.name.as_ref().map_or_else(String::new, |name| match page.lang {
        crate::words::Lang::En => format!("{}: ", name.get(page.lang)),
        crate::words::Lang::Zh => format!("{}:", name.get(page.lang)),
    });
    page.line(format!("{name}{share}{scope}."), format!("{name}{share}{scope}。"));
}

fn tier(page: &mut Page, tier: &Tier) {
    let from = page.figure(&tier.from, |from| money(*from));
    let gives = match &tier.gives {
        TierYield::Rate(rate) => page.figure(rate, ToString::to_string),
        TierYield::Amount(amount) => page.figure(amount, |amount| money(*amount)),
    };
    page.line(format!("From {from}: {gives}."), format!("{from}起:{gives}。"));
}

/// Says where a row holds: what is bought, who buys, under which condition.
pub(super) fn scope_words(page: &Page, rule: &Instrument, scope: &Scope) -> String {
    let mut parts = Vec::new();
    if !scope.what.is_empty() {
        let names: Vec<String> =
            scope.what.iter().map(|id| name_of(page, &rule.purchases, id)).collect();
        parts.push(format!("{}{}", page.say("for ", "适用于"), page.list(&names)));
    }
    if !scope.who.is_empty() {
        let who = page.kinds(&scope.who);
        parts.push(format!("{}{who}", page.say("if the applicant is ", "申请人为")));
    }
    if let Some(when) = &scope.when {
        parts.push(format!(
            "{}{}",
            page.say("where ", "条件:"),
            rule.condition_words(when, page.lang)
        ));
    }
    if parts.is_empty() {
        return String::new();
    }
    format!("{}{}", page.say(", ", ","), parts.join(page.say(", ", ",")))
}

fn name_of(page: &Page, named: &[Named], id: &str) -> String {
    let found = named.iter().find(|one| one.id == id).map(|one| &one.name);
    found.map_or(id, |name: &Text| name.get(page.lang)).to_owned()
}
