//! The decision sheet of a call.

use super::act::{id_of, outsider};
use super::show;
use crate::pages::sheet::{Proposal, SheetBar, SheetPage, SheetRow};
use crate::serve::{Cx, Fault, Page, Posted, Query, See};
use crate::{Pager, Part, Text, links, refusal};
use app::Names;
use axum::extract::Path;
use base::{Amount, Ppm};
use db::Read;
use grants::{Application, ApplicationState, Call, CallId, LeftOut, Refused};
use identity::Permission;
use selection::{Reason, Sheet};
use std::collections::HashMap;

/// Rows of one page.
const ROWS: usize = 100;

/// Applications of a call, by id as the sheet names them.
type Applications = HashMap<String, (Application, u64)>;

/// Shows the proposed awards of a call as things stand now.
pub(super) async fn show(cx: Cx, Path(id): Path<String>, query: Query) -> Result<Page, Fault> {
    let (id, now): (CallId, _) = (id_of(&id)?, cx.now);
    let standing = cx.standing.clone();
    let zone = cx.app.clone();
    let found = cx.app.read(move |read| {
        let call = grants::call_read(read, id)?;
        if let (Some(end), false) = (call.closes_at, call.is_readable(now)) {
            return Err(Refused::Sealed(end).into());
        }
        let known = applications(read, id)?;
        // The scores of a call are kept from who acts for one of its applicants.
        known.values().try_for_each(|(application, _)| outsider(&standing, application))?;
        let proposal = grants::proposal_of(read, &[id], now)?;
        Ok::<_, grants::Error>((call, proposal, known, app::names(&zone, read)?))
    });
    let (call, proposal, known, names) = found.await?;
    let proposal = match proposal {
        Ok(found) if !found.sheet.chosen.is_empty() || !found.sheet.unchosen.is_empty() => {
            Some(sheet(&cx, &call, &found, (&known, &names), query.text("after")))
        }
        // Nothing to choose from is told by the page; the left out are on the desk.
        Ok(_) => None,
        Err(faults) if known.is_empty() || faults.is_empty() => None,
        Err(faults) => {
            let says: Vec<String> = faults.iter().map(ToString::to_string).collect();
            let zh: Option<Vec<String>> = faults.iter().map(refusal::of_selection).collect();
            return Err(Fault::Refused {
                code: "no_sheet".to_owned(),
                message: says.join("; "),
                zh: zh.map(|zh| zh.join("；")),
            });
        }
    };
    Page::of(&SheetPage {
        ui: cx.ui(),
        call: (call.id.to_string(), Text::new(&call.title_en, &call.title_zh)),
        proposal,
        form: cx.form(),
        may_close: call.is_open(now) && cx.standing.may(Permission::RunCalls),
        as_of: show::instant(now),
    })
}

/// Reads the applications that wait for a decision, with their mean scores.
fn applications(read: &Read<'_>, id: CallId) -> Result<Applications, grants::Error> {
    let mut known = Applications::new();
    let mut page = base::Page::first(base::PAGE_ROWS_MAX);
    loop {
        let state = Some(ApplicationState::Submitted);
        let rows = grants::applications_list(read, (Some(id), None), state, &page)?;
        let is_last = rows.len() < usize::try_from(page.rows).unwrap_or(usize::MAX);
        page.after = rows.last().map(|row| row.id.to_string());
        for row in rows {
            let reviews = grants::reviews_of(read, row.id)?;
            known.insert(row.id.to_string(), (row, mean(&reviews)));
        }
        if is_last {
            return Ok(known);
        }
    }
}

/// Computes again: the page always does.
pub(super) async fn again(Path(id): Path<String>, _form: Posted) -> Result<See, Fault> {
    let id: CallId = id_of(&id)?;
    Ok(See(links::sheet(id.as_str())))
}

fn mean(reviews: &[grants::Review]) -> u64 {
    let scores: Vec<i64> = reviews.iter().filter_map(|review| review.total_milli).collect();
    let count = i64::try_from(scores.len()).unwrap_or(i64::MAX).max(1);
    u64::try_from(scores.iter().sum::<i64>() / count / 1_000).unwrap_or(0)
}

fn sheet(
    cx: &Cx,
    call: &Call,
    found: &grants::Proposal,
    seen: (&Applications, &Names),
    after: &str,
) -> Proposal {
    let sheet = &found.sheet;
    let total = sheet.chosen.iter().fold(0_i64, |sum, one| sum.saturating_add(one.amount.minor));
    let rows = rows(cx, found, seen);
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let considered = count(rows.len());
    let (rows, pager) = cut(rows, after, &links::sheet(call.id.as_str()));
    Proposal {
        considered,
        taken: count(sheet.chosen.len()),
        amount: Amount::new(total, call.budget.unit),
        value: thousandths(sheet.score),
        gap: Ppm::new(i64::from(sheet.gap_ppm)).unwrap_or(Ppm::ONE).to_string(),
        budgets: sheet.funds.iter().map(|fund| budget(cx, call, fund)).collect(),
        caps: caps(cx, sheet, seen.1),
        rows,
        pager,
    }
}

/// Cuts out the page that begins after an application.
fn cut(rows: Vec<SheetRow>, after: &str, base: &str) -> (Vec<SheetRow>, Pager) {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let place = rows.iter().position(|row| row.application == after);
    let (start, total) = (place.map_or(0, |place| place + 1), rows.len());
    let end = (start + ROWS).min(total);
    let last = end.checked_sub(1).and_then(|last| rows.get(last)).filter(|_| end < total);
    let pager = Pager {
        first: count((start + 1).min(total)),
        last: count(end),
        total: count(total),
        previous: (start > 0).then(|| base.to_owned()),
        next: last.map(|row| format!("{base}?after={}", row.application)),
    };
    (rows.into_iter().skip(start).take(ROWS).collect(), pager)
}

/// Lists the taken ones, then those left out, each with its reason.
fn rows(
    cx: &Cx,
    found: &grants::Proposal,
    (known, names): (&Applications, &Names),
) -> Vec<SheetRow> {
    let sheet = &found.sheet;
    let mut rows = Vec::new();
    for chosen in &sheet.chosen {
        rows.extend(row((known, names), &chosen.proposal, Some(chosen.amount), None));
    }
    for left in &sheet.unchosen {
        let why = reason(cx, &left.reason, names);
        rows.extend(row((known, names), &left.proposal, None, Some(why)));
    }
    for (id, why) in &found.left_out {
        let why = match why {
            LeftOut::ReviewsMissing => cx.t("work.out-reviews"),
            LeftOut::NoSupport => cx.t("work.out-no-support"),
        };
        rows.extend(row((known, names), id.as_str(), None, Some(why.to_owned())));
    }
    rows
}

/// Writes thousandths as a decimal number.
fn thousandths(milli: i64) -> String {
    let text = format!("{}.{:03}", milli / 1_000, milli % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn row(
    (known, names): (&Applications, &Names),
    id: &str,
    amount: Option<Amount>,
    left_out: Option<String>,
) -> Option<SheetRow> {
    let (application, score) = known.get(id)?;
    Some(SheetRow {
        application: id.to_owned(),
        title: show::title(&application.draft),
        applicant: show::org(names, application.organisation),
        group: None,
        score: *score,
        amount: amount.unwrap_or(application.draft.requested),
        left_out,
    })
}

fn budget(cx: &Cx, call: &Call, fund: &selection::FundUse) -> SheetBar {
    let label = Text::new(&call.title_en, &call.title_zh);
    bar(cx, label, (fund.budget, fund.used, fund.left))
}

/// Shows the caps of groups that have one, fullest first.
fn caps(cx: &Cx, sheet: &Sheet, names: &Names) -> Vec<SheetBar> {
    let mut groups: Vec<_> =
        sheet.groups.iter().filter_map(|group| Some((group, group.cap?, group.left?))).collect();
    groups.sort_by_key(|(group, _, left)| (left.minor, group.group.clone()));
    let label = |id: &str| match id.parse() {
        Ok(id) => show::org(names, id).name,
        Err(_) => Text::en(id),
    };
    let shown = groups.into_iter();
    shown.map(|(group, cap, left)| bar(cx, label(&group.group), (cap, group.used, left))).collect()
}

fn bar(cx: &Cx, label: Text, (limit, used, left): (Amount, Amount, Amount)) -> SheetBar {
    let part = |key: &'static str, amount: Amount, tone| Part {
        label: cx.t(key).to_owned(),
        amount,
        share: show::share(amount, limit),
        tone,
    };
    SheetBar {
        label,
        limit,
        parts: vec![part("work.this-set", used, "accent"), part("work.left-after", left, "pale")],
        binds: left.minor == 0,
    }
}

fn reason(cx: &Cx, reason: &Reason, names: &Names) -> String {
    let fill = |key: &str, values: &[String]| cx.lang.fill(key, values);
    let group = |id: &str| match id.parse() {
        Ok(id) => show::org(names, id).name.plain(cx.lang).to_owned(),
        Err(_) => id.to_owned(),
    };
    match reason {
        Reason::Refused => cx.t("work.out-no-support").to_owned(),
        Reason::NoScore => cx.t("work.out-no-score").to_owned(),
        Reason::AskAboveCap { group: id, most } => {
            fill("work.out-above-cap", &[group(id), most.to_string()])
        }
        Reason::AskAboveBudget { most, .. } => fill("work.out-above-budget", &[most.to_string()]),
        Reason::NumberReached => cx.t("work.out-number").to_owned(),
        Reason::GroupCapReached { group: id, left } => {
            fill("work.out-cap-reached", &[group(id), left.to_string()])
        }
        Reason::LowerScorePerAmount { left, .. } => fill("work.out-lower", &[left.to_string()]),
        Reason::FundExhausted { left, .. } => fill("work.out-exhausted", &[left.to_string()]),
    }
}
