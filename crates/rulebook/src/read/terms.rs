//! Suppliers, payment, clock, automatic path, papers and prices.

use super::Context;
use super::figure::{amount, condition, count, share};
use super::node::{Fields, boolean, code, id, number, string, words};
use super::top::{flag, unit};
use crate::model::{
    Automatic, AutomaticCounts, Clock, Instalment, Listed, Paper, PaperTime, Payment, Price,
    SupplierTerms,
};
use base::{Ppm, Unit};

/// Reads `[supplier]`.
pub(super) fn supplier(fields: &Fields<'_, '_>) -> Option<SupplierTerms> {
    let is_any = flag(fields, "any");
    let is_non_affiliated = flag(fields, "non_affiliated");
    let is_third_party = flag(fields, "third_party");
    let admitted = fields.opt("admitted", words);
    let named = fields.tables("named", |fields| {
        let id = fields.need("id", "the supplier's id", id);
        let name = fields.need("name", "the supplier's name", words);
        Some(Listed { id: id?, name: name? })
    });
    let through = fields.opt("through", words);
    let note = fields.opt("note", words);
    let is_restricted = is_non_affiliated
        || is_third_party
        || admitted.is_some()
        || !named.is_empty()
        || through.is_some();
    if is_any == is_restricted {
        let message = if is_any {
            "`any = true` contradicts the other conditions"
        } else {
            "the supplier is not restricted in any way"
        };
        let expected =
            "`any = true` alone, or non_affiliated, third_party, admitted, named or through";
        fields.log.add(fields.at, message, expected);
    }
    Some(SupplierTerms { is_non_affiliated, is_third_party, admitted, named, through, note })
}

/// Reads `[payment]` with its `[[payment.instalment]]` rows.
pub(super) fn payment(file_unit: Unit, fields: &Fields<'_, '_>) -> Option<Payment> {
    let mode = fields.opt("mode", code);
    let settlement = fields.opt("settlement", code);
    let minimum = fields.opt("minimum", |log, node| amount(log, node, file_unit));
    let valid_months = fields.opt("valid_months", count);
    let is_transferable = fields.opt("transferable", boolean);
    let instalments = fields.tables("instalment", |fields| {
        let share = fields.need("share", "a percentage of the award, or \"unknown\"", share);
        let due = fields.need("due", "when it is released", words);
        Some(Instalment { share: share?, due: due? })
    });
    let known: Option<i64> =
        instalments.iter().map(|part| part.share.known().map(|share| share.get())).sum();
    if let Some(sum) = known.filter(|sum| !instalments.is_empty() && *sum != Ppm::ONE.get()) {
        let message = format!("the instalments add up to {sum} parts per million");
        fields.log.add(fields.at, message, "100 %, that is 1,000,000");
    }
    Some(Payment { mode, settlement, minimum, valid_months, is_transferable, instalments })
}

/// Reads `[clock]`.
pub(super) fn clock(fields: &Fields<'_, '_>) -> Option<Clock> {
    let day = |key| fields.opt(key, |log, node| number(log, node, 1, 31));
    Some(Clock {
        working_days: fields.opt("working_days", count),
        counts_from: fields.opt("counts_from", words),
        cut_off_day: day("cut_off_day"),
        result_day: day("result_day"),
        is_first_come: flag(fields, "first_come"),
    })
}

/// Reads `[automatic]`.
pub(super) fn automatic(cx: &Context, fields: &Fields<'_, '_>) -> Option<Automatic> {
    let amount_max = fields.opt("amount_max", |log, node| amount(log, node, cx.types.unit));
    let counts: Option<AutomaticCounts> = fields.opt("counts", code);
    let when = condition(cx, fields, "when");
    let approver = fields.opt("approver", words);
    if !fields.has("amount_max") && !fields.has("when") {
        fields.log.add(fields.at, "the automatic path has no threshold", "`amount_max` or `when`");
    }
    let counts = counts.unwrap_or(AutomaticCounts::Support);
    Some(Automatic { amount_max, counts, when, approver })
}

/// Reads one `[[paper]]`.
pub(super) fn paper(cx: &Context, fields: &Fields<'_, '_>) -> Option<Paper> {
    let id = fields.need("id", "the code of the paper", id);
    let name = fields.need("name", "`{ en = \"...\", zh = \"...\" }`", words);
    let due: Option<PaperTime> = fields.need("due", "application, claim or after", code);
    let when = condition(cx, fields, "when");
    Some(Paper { id: id?, name: name?, due: due?, when })
}

/// Reads one `[[price]]`. Its unit may differ from the file's: compute is given in GPU seconds and
/// priced in money.
pub(super) fn price(fields: &Fields<'_, '_>) -> Option<Price> {
    let item = fields.need("item", "what is priced", words);
    let unit = fields.need("unit", "the unit of the price, such as \"INR\"", unit);
    let amount = fields.need("amount", "an amount such as \"65\", or \"unknown\"", |log, node| {
        amount(log, node, unit.unwrap_or(Unit::CNY))
    });
    let per = fields.need("per", "per what, such as \"A100-hour\"", string);
    unit?;
    Some(Price { item: item?, amount: amount?, per: per? })
}
