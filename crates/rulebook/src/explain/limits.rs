//! Limits, stacking, suppliers, payment, clock, papers.

use super::Page;
use super::support::scope_words;
use crate::model::{Cap, Clock, Instrument, Payment, Stacking, SupplierTerms, WindowKind};
use crate::words::{Figure, money};

pub(super) fn limits(page: &mut Page, rule: &Instrument) {
    page.heading("Limits", "上限与限制");
    let limits = &rule.limits;
    if limits.caps.is_empty() {
        page.line("No cap is stated.", "未载明上限。");
    }
    limits.caps.iter().for_each(|one| cap(page, rule, one));
    for quota in &limits.quotas {
        let (of, per) = (page.code(quota.of), page.code(quota.per));
        let number = page.figure(&quota.number, u32::to_string);
        page.line(format!("At most {number} {of} {per}."), format!("{per}最多{number}个{of}。"));
    }
    if let Some(minimum) = &limits.minimum {
        let amount = page.figure(&minimum.amount, |amount| money(*amount));
        if minimum.is_exclusive {
            page.line(format!("Only above {amount}."), format!("须超过{amount}。"));
        } else {
            page.line(format!("Only from {amount} up."), format!("不低于{amount}。"));
        }
    }
    let Some(period) = &limits.period else { return };
    if let Some(months) = &period.support_months_max {
        let months = page.figure(months, u32::to_string);
        page.line(
            format!("Support lasts at most {months} months."),
            format!("支持期最长{months}个月。"),
        );
    }
    if let Some(months) = &period.use_months_max {
        let months = page.figure(months, u32::to_string);
        page.line(
            format!("To be used within {months} months."),
            format!("须在{months}个月内使用。"),
        );
    }
}

fn cap(page: &mut Page, rule: &Instrument, cap: &Cap) {
    let amount = page.figure(&cap.amount, |amount| money(*amount));
    let mut kind = page.code(cap.scope).to_owned();
    if let Some(per) = cap.per {
        kind = format!("{kind}, {}", page.code(per));
    }
    if let Some(window) = &cap.window {
        let years = window.years;
        let words = page.code(window.kind);
        let start = match window.kind {
            WindowKind::Calendar => format!(", {}", window.year_starts),
            WindowKind::Rolling => String::new(),
        };
        kind = format!("{kind} ({years} {}: {words}{start})", page.say("years", "年"));
    }
    let scope = scope_words(page, rule, &cap.applies);
    let shared = if cap.shared_with.is_empty() {
        String::new()
    } else {
        let others = cap.shared_with.join(", ");
        format!("{}{others}", page.say("; together with ", ";与以下合并计算:"))
    };
    page.line(
        format!("At most {amount} {kind}{scope}{shared}."),
        format!("{kind}:最高{amount}{scope}{shared}。"),
    );
    if let Some(note) = &cap.note {
        page.text(note);
    }
}

pub(super) fn terms(page: &mut Page, rule: &Instrument) {
    page.heading("Other aid on the same cost", "与其他支持的关系");
    match &rule.stacking {
        None => page.line("Not stated.", "未载明。"),
        Some(stacking_terms) => stacking(page, rule, stacking_terms),
    }
    page.heading("Suppliers", "供应方");
    match &rule.supplier {
        None => page.line("Not stated.", "未载明。"),
        Some(terms) => supplier(page, terms),
    }
    page.heading("Payment and service", "兑付与办理");
    match &rule.payment {
        None => page.line("How it is paid is not stated.", "兑付方式未载明。"),
        Some(terms) => payment(page, terms),
    }
    match &rule.clock {
        None => page.line("How long a decision takes is not stated.", "办理时限未载明。"),
        Some(terms) => clock(page, terms),
    }
    automatic(page, rule);
    for paper in &rule.papers {
        let (name, due) = (paper.name.get(page.lang).to_owned(), page.code(paper.due));
        let when = paper.when.as_ref().map_or_else(String::new, |when| {
            format!("{}{}", page.say(", where ", ",条件:"), rule.condition_words(when, page.lang))
        });
        page.line(format!("Paper {due}: {name}{when}."), format!("{due}提交:{name}{when}。"));
    }
    for price in &rule.prices {
        let amount = page.figure(&price.amount, |amount| money(*amount));
        let (item, per) = (price.item.get(page.lang).to_owned(), &price.per);
        page.line(
            format!("Price of {item}: {amount} per {per}."),
            format!("{item}价格:{amount}/{per}。"),
        );
    }
}

fn stacking(page: &mut Page, rule: &Instrument, stacking: &Stacking) {
    if stacking.is_exclusive {
        page.line("No other public aid on the same cost.", "同一费用不得享受其他财政支持。");
    }
    if !stacking.not_with.is_empty() {
        let others = stacking.not_with.join(", ");
        page.line(format!("Not together with: {others}."), format!("不得与以下同享:{others}。"));
    }
    if !stacking.allowed_with.is_empty() {
        let others = stacking.allowed_with.join(", ");
        page.line(format!("May be stacked with: {others}."), format!("可与以下叠加:{others}。"));
    }
    for row in &stacking.total_rates {
        let rate = page.figure(&row.rate, ToString::to_string);
        let scope = scope_words(page, rule, &row.scope);
        page.line(
            format!("All aid together at most {rate} of the cost{scope}."),
            format!("各类支持合计不超过费用的{rate}{scope}。"),
        );
    }
}

fn supplier(page: &mut Page, terms: &SupplierTerms) {
    if terms.is_non_affiliated {
        page.line("Not from the beneficiary's own group.", "不得与受益方存在关联关系。");
    }
    if terms.is_third_party {
        page.line("A third party.", "须为第三方。");
    }
    if let Some(list) = &terms.admitted {
        let list = list.get(page.lang).to_owned();
        page.line(format!("Admitted: {list}."), format!("准入范围:{list}。"));
    }
    if !terms.named.is_empty() {
        let names: Vec<&str> = terms.named.iter().map(|one| one.name.get(page.lang)).collect();
        let names = names.join(", ");
        page.line(format!("Only: {names}."), format!("仅限:{names}。"));
    }
    if let Some(through) = &terms.through {
        let through = through.get(page.lang).to_owned();
        page.line(format!("Bought through: {through}."), format!("须通过:{through}。"));
    }
    let is_any = !terms.is_non_affiliated
        && !terms.is_third_party
        && terms.admitted.is_none()
        && terms.named.is_empty()
        && terms.through.is_none();
    if is_any {
        page.line("Any supplier.", "不限。");
    } else {
        page.line("Tested when the money is spent.", "支付时核验。");
    }
    if let Some(note) = &terms.note {
        page.text(note);
    }
}

fn payment(page: &mut Page, payment: &Payment) {
    if let Some(mode) = payment.mode {
        let mode = page.code(mode);
        page.line(format!("It is {mode}."), format!("方式:{mode}。"));
    }
    if let Some(settlement) = payment.settlement {
        let settlement = page.code(settlement);
        page.line(format!("Settled {settlement}."), format!("结算:{settlement}。"));
    }
    if let Some(minimum) = &payment.minimum {
        let minimum = page.figure(minimum, |amount| money(*amount));
        page.line(format!("Least payment: {minimum}."), format!("最低兑付额:{minimum}。"));
    }
    if let Some(months) = &payment.valid_months {
        let months = page.figure(months, u32::to_string);
        page.line(format!("Lapses after {months} months."), format!("有效期{months}个月。"));
    }
    match payment.is_transferable {
        Some(true) => page.line("It may be passed on.", "可以转让。"),
        Some(false) => page.line("It may not be passed on.", "不得转让。"),
        None => {}
    }
    for part in &payment.instalments {
        let share = page.figure(&part.share, ToString::to_string);
        let due = part.due.get(page.lang).to_owned();
        page.line(format!("{share}: {due}."), format!("{share}:{due}。"));
    }
}

fn clock(page: &mut Page, clock: &Clock) {
    if let Some(days) = &clock.working_days {
        let days = page.figure(days, u32::to_string);
        page.line(
            format!("Decision within {days} working days."),
            format!("{days}个工作日内办结。"),
        );
    }
    if let Some(from) = &clock.counts_from {
        let from = from.get(page.lang).to_owned();
        page.line(format!("Counted from: {from}."), format!("自{from}起算。"));
    }
    if let Some(day) = clock.cut_off_day {
        page.line(
            format!("Requests are collected until day {day} of the month."),
            format!("每月{day}日截止受理。"),
        );
    }
    if let Some(day) = clock.result_day {
        page.line(
            format!("Results by day {day} of the month."),
            format!("每月{day}日前公布结果。"),
        );
    }
    if clock.is_first_come {
        page.line("First come, first served.", "先到先得。");
    }
}

fn automatic(page: &mut Page, rule: &Instrument) {
    let Some(path) = &rule.automatic else { return };
    let counts = page.code(path.counts);
    let most = match &path.amount_max {
        Some(figure @ Figure::Known(_)) | Some(figure @ Figure::Unknown { .. }) => {
            page.figure(figure, |amount| money(*amount))
        }
        None => page.say("any amount", "不限额").to_owned(),
    };
    let when = path.when.as_ref().map_or_else(String::new, |when| {
        format!("{}{}", page.say(", where ", ",条件:"), rule.condition_words(when, page.lang))
    });
    page.line(
        format!("Without a committee up to {most} ({counts}){when}."),
        format!("{counts}不超过{most}的,无须评审委员会{when}。"),
    );
}
