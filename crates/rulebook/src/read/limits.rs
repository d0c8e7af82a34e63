//! Caps, quotas, minimum, period and stacking.

use super::Context;
use super::figure::{amount, count, share};
use super::node::{Fields, code, id, list, number, string, words};
use super::top::{flag, scope};
use crate::model::{
    Cap, CapScope, Limits, Minimum, Per, Period, Quota, QuotaOf, Stacking, TotalRate, Window,
    WindowKind,
};
use crate::words::Coded;

/// Longest window, in years.
const WINDOW_YEARS_MAX: u32 = 30;

/// Reads `[[cap]]`, `[[quota]]`, `[minimum]` and `[period]`.
pub(super) fn limits(cx: &Context, root: &Fields<'_, '_>) -> Limits {
    let caps = root.tables("cap", |fields| cap(cx, fields));
    let quotas = root.tables("quota", quota);
    let minimum = root.table("minimum", |fields| minimum(cx, fields));
    let period = root.table("period", |fields| {
        let support_months_max = fields.opt("support_months_max", count);
        let use_months_max = fields.opt("use_months_max", count);
        Some(Period { support_months_max, use_months_max })
    });
    Limits { caps, quotas, minimum, period }
}

fn cap(cx: &Context, fields: &Fields<'_, '_>) -> Option<Cap> {
    let kind: Option<CapScope> =
        fields.need("scope", "project, person, firm, firm-year, group-window, pool or once", code);
    let own_id = fields.opt("id", id);
    let limit =
        fields.need("amount", "an amount such as \"8,000,000\", or \"unknown\"", |log, node| {
            amount(log, node, cx.types.unit)
        });
    let applies = scope(cx, fields);
    let per: Option<Per> = fields.opt("per", code);
    let window = fields.opt("window", |log, node| {
        let toml::de::DeValue::Table(table) = node.get_ref() else {
            return super::node::wrong(log, node, "`{ kind = \"rolling\", years = 3 }`");
        };
        let fields = Fields::new(log, table, node.span().start);
        let found = window(&fields);
        fields.finish();
        found
    });
    let shared_with = fields.opt("shared_with", |log, node| list(log, node, id));
    let note = fields.opt("note", words);
    if let Some(kind) = kind {
        check_cap(fields, kind);
    }
    let scope = kind?;
    Some(Cap {
        id: own_id.unwrap_or_else(|| scope.code().to_owned()),
        scope,
        amount: limit?,
        applies,
        per,
        window,
        shared_with: shared_with.unwrap_or_default(),
        note,
    })
}

/// A pool says over what period; a group cap says over what window; others say neither.
fn check_cap(fields: &Fields<'_, '_>, kind: CapScope) {
    let rules = [
        ("per", kind == CapScope::Pool, "`per = \"year\"`, programme, batch or month"),
        ("window", kind == CapScope::GroupWindow, "`window = { kind = \"rolling\", years = 3 }`"),
    ];
    for (key, is_wanted, expected) in rules {
        if is_wanted && !fields.has(key) {
            fields.log.add(fields.at, format!("missing field `{key}`"), expected);
        }
        if !is_wanted && fields.has(key) {
            let at = fields.node(key).map_or(fields.at, |node| node.span().start);
            let message = format!("`{key}` does not belong to a cap `{}`", kind.code());
            fields.log.add(at, message, "no such field here");
        }
    }
}

fn window(fields: &Fields<'_, '_>) -> Option<Window> {
    let kind: Option<WindowKind> = fields.need("kind", "rolling or calendar", code);
    let years = fields
        .need("years", "a number of years", |log, node| number(log, node, 1, WINDOW_YEARS_MAX));
    let year_starts = fields.opt("year_starts", |log, node| {
        let found = string(log, node)?;
        // 2023 is no leap year, so that the day exists in every year.
        if found.len() == 5 && format!("2023-{found}").parse::<base::Date>().is_ok() {
            return Some(found);
        }
        super::node::wrong(log, node, "a day of every year as \"MM-DD\", such as \"04-01\"")
    });
    let year_starts = year_starts.unwrap_or_else(|| "01-01".to_owned());
    Some(Window { kind: kind?, years: years?, year_starts })
}

fn quota(fields: &Fields<'_, '_>) -> Option<Quota> {
    let of: Option<QuotaOf> = fields.need("of", "awards or applications", code);
    let own_id = fields.opt("id", id);
    let per = fields.need("per", "year, programme, batch or month", code);
    let number = fields.need("number", "a whole number, or \"unknown\"", count);
    let of = of?;
    let id = own_id.unwrap_or_else(|| of.code().to_owned());
    Some(Quota { id, of, per: per?, number: number? })
}

fn minimum(cx: &Context, fields: &Fields<'_, '_>) -> Option<Minimum> {
    let bound =
        fields.need("amount", "an amount such as \"50,000\", or \"unknown\"", |log, node| {
            amount(log, node, cx.types.unit)
        });
    let is_exclusive = flag(fields, "exclusive");
    Some(Minimum { amount: bound?, is_exclusive })
}

/// Reads `[stacking]` with its `[[stacking.total_rate]]` rows.
pub(super) fn stacking(cx: &Context, fields: &Fields<'_, '_>) -> Option<Stacking> {
    let is_exclusive = flag(fields, "exclusive");
    let not_with = fields.opt("not_with", |log, node| list(log, node, id)).unwrap_or_default();
    let allowed_with =
        fields.opt("allowed_with", |log, node| list(log, node, id)).unwrap_or_default();
    let total_rates = fields.tables("total_rate", |fields| {
        let scope = scope(cx, fields);
        let rate = fields.need("rate", "a percentage such as \"60%\", or \"unknown\"", share);
        Some(TotalRate { scope, rate: rate? })
    });
    for other in &not_with {
        if allowed_with.contains(other) {
            let message = format!("`{other}` is both allowed and excluded");
            fields.log.add(fields.at, message, "it in one list only");
        }
    }
    Some(Stacking { is_exclusive, not_with, allowed_with, total_rates })
}
