//! Desks: what waits for an officer, a reviewer or an applicant.

use super::{claim, show};
use crate::pages::desk::{DeskKind, DeskPage, DeskRow, Queue};
use crate::serve::{Cx, Fault, Page, Query};
use crate::{Crumb, Lang, Pager, State, Text, links};
use app::Names;
use base::{Amount, Date, Time};
use db::Read;
use grants::{
    Application, ApplicationId, ApplicationState, Award, AwardState, Call, CallId, ClaimState,
    Error, ReviewState,
};
use identity::{OrganisationId, Permission, PersonId, Standing};
use rulebook::{AutomaticPath, Instrument};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Rows of one page.
const ROWS: usize = 50;
/// Most things that a desk looks through; what lies behind them appears as they are done.
const LOOKED_MAX: usize = 2_000;
/// The officers' queues, in the order of the work.
const QUEUES: [&str; 4] = ["review", "decide", "verify", "pay"];

/// One thing that waits, with the key of its page.
struct Waiting {
    queue: &'static str,
    key: String,
    call: CallId,
    row: DeskRow,
}

/// Shows what waits for officers; auditors may look.
pub(super) async fn officer(cx: Cx, query: Query) -> Result<Page, Fault> {
    let asked = query.text("queue");
    let current = QUEUES.into_iter().find(|queue| *queue == asked).unwrap_or(QUEUES[0]);
    let (standing, now) = (cx.standing.clone(), cx.now);
    let zone = cx.app.clone();
    let found = cx
        .app
        .read(move |read| officer_rows(read, Known::new(app::names(&zone, read)?), &standing, now));
    let (waiting, calls) = found.await?;
    let tools = tools(&cx, &calls);
    let label = |queue: &str| match queue {
        "review" => cx.t("work.queue-review"),
        "decide" => cx.t("work.queue-decide"),
        "verify" => cx.t("work.queue-verify"),
        _ => cx.t("work.queue-pay"),
    };
    let count = |is: &dyn Fn(&Waiting) -> bool| {
        u64::try_from(waiting.iter().filter(|one| is(one)).count()).unwrap_or(u64::MAX)
    };
    let queue = |id: &'static str| Queue {
        href: format!("{}?queue={id}", links::DESK),
        label: label(id).to_owned(),
        count: count(&|one| one.queue == id),
        overdue: count(&|one| one.queue == id && one.row.is_overdue),
        is_current: id == current,
    };
    let queues = QUEUES.into_iter().map(queue).collect();
    let rows = waiting.into_iter().filter(|one| one.queue == current).collect();
    let (rows, pager) =
        paged(rows, query.text("after"), &format!("{}?queue={current}", links::DESK));
    let (ui, kind) = (cx.ui(), DeskKind::Officer);
    Page::of(&DeskPage { ui, kind, queues, rows, pager, tools })
}

/// Shows a reviewer's own reviews: those to be done, or those that are done.
pub(super) async fn reviewer(cx: Cx, query: Query) -> Result<Page, Fault> {
    let (person, now) = (cx.person()?.id, cx.now);
    let is_done = query.text("queue") == "done";
    let zone = cx.app.clone();
    let found = cx
        .app
        .read(move |read| review_rows(read, Known::new(app::names(&zone, read)?), person, now));
    let (open, done) = found.await?;
    let count = |rows: &[Waiting], is: fn(&DeskRow) -> bool| {
        u64::try_from(rows.iter().filter(|one| is(&one.row)).count()).unwrap_or(u64::MAX)
    };
    let queue = |key: &'static str, href: &str, rows: &[Waiting], is_current| Queue {
        href: href.to_owned(),
        label: cx.t(key).to_owned(),
        count: count(rows, |_| true),
        overdue: count(rows, |row| row.is_overdue),
        is_current,
    };
    let done_href = format!("{}?queue=done", links::REVIEWS);
    let queues = vec![
        queue("desk.queue-open", links::REVIEWS, &open, !is_done),
        queue("desk.queue-done", &done_href, &done, is_done),
    ];
    let (rows, base) = if is_done { (done, done_href.as_str()) } else { (open, links::REVIEWS) };
    let (rows, pager) = paged(rows, query.text("after"), base);
    let (ui, kind) = (cx.ui(), DeskKind::Reviewer);
    Page::of(&DeskPage { ui, kind, queues, rows, pager, tools: Vec::new() })
}

/// Reads the reviews of a person: what is to be done, and what was scored or given back.
fn review_rows(
    read: &Read<'_>,
    mut known: Known,
    person: PersonId,
    now: Time,
) -> Result<(Vec<Waiting>, Vec<Waiting>), Error> {
    let page = base::Page::first(base::PAGE_ROWS_MAX);
    let (mut open, mut done) = (Vec::new(), Vec::new());
    for wanted in [ReviewState::Assigned, ReviewState::Scored, ReviewState::Recused] {
        for review in grants::reviews_by(read, person, wanted, &page)? {
            let application = grants::application_find(read, review.application)?;
            let href = links::review(application.id.as_str());
            let (rows, state) = match (wanted, application.state) {
                (ReviewState::Assigned, ApplicationState::Submitted) => {
                    (&mut open, State::InReview)
                }
                // Its application was taken back: there is nothing to review any more.
                (ReviewState::Assigned, _) => continue,
                (ReviewState::Scored, _) => (&mut done, State::Done),
                (ReviewState::Recused, _) => (&mut done, State::Withdrawn),
            };
            let due = match wanted {
                ReviewState::Assigned => known.due(read, application.call, review.assigned_at)?,
                ReviewState::Scored | ReviewState::Recused => None,
            };
            rows.push(waiting("review", &application, &known, (href, state, due, now)));
        }
    }
    Ok((open, done))
}

/// Shows the applications of the organisations somebody acts for, newest first.
pub(super) async fn applicant(cx: Cx, query: Query) -> Result<Page, Fault> {
    let (standing, now) = (cx.standing.clone(), cx.now);
    let (lang, ui) = (cx.lang, cx.ui());
    let zone = cx.app.clone();
    let found = cx.app.read(move |read| {
        let known = Known::new(app::names(&zone, read)?);
        own_rows(read, &known, &standing, (lang, now))
    });
    let mut rows = found.await?;
    // Ids sort by time.
    rows.sort_by(|a, b| b.key.cmp(&a.key));
    let start = match query.text("after") {
        "" => 0,
        after => rows.iter().position(|one| one.key.as_str() < after).unwrap_or(rows.len()),
    };
    let (rows, pager) = cut(rows, start, links::APPLICATIONS);
    let kind = DeskKind::Applicant;
    Page::of(&DeskPage { ui, kind, queues: Vec::new(), rows, pager, tools: Vec::new() })
}

fn own_rows(
    read: &Read<'_>,
    known: &Known,
    standing: &Standing,
    (lang, now): (Lang, Time),
) -> Result<Vec<Waiting>, Error> {
    let mut rows = Vec::new();
    for firm in &standing.acts_for {
        for application in all(read, Some(*firm), None)? {
            let reviews = grants::reviews_of(read, application.id)?;
            let state = show::state(&application, &reviews);
            let href = links::application(application.id.as_str());
            let mut one = waiting("", &application, known, (href, state, None, now));
            one.key = application.id.to_string();
            let award = match application.state {
                ApplicationState::Awarded => grants::award_of_application(read, application.id)?,
                _ => None,
            };
            let award = match award {
                Some(award) => Some((left(read, &award)?, award)),
                None => None,
            };
            one.row.next = next(lang, state, award.as_ref(), now);
            rows.push(one);
        }
    }
    Ok(rows)
}

/// Returns what can still be claimed beside the claims that wait.
fn left(read: &Read<'_>, award: &Award) -> Result<Amount, Error> {
    let claims = grants::claims_of_award(read, award.id)?;
    let open = claims.iter().filter(|claim| claim.state == ClaimState::Submitted);
    let promised = open.fold(0_i64, |sum, claim| sum.saturating_add(claim.asked.minor));
    Ok(Amount::new(award.left().minor - promised, award.amount.unit))
}

/// Says in a few words what comes next for an applicant.
fn next(lang: Lang, state: State, award: Option<&(Amount, Award)>, now: Time) -> String {
    let key = match (state, award) {
        (State::Draft, _) => "desk.next-draft",
        (State::Submitted, _) => "desk.next-assign",
        (State::InReview, _) => "desk.next-reviews",
        (State::Reviewed, _) => "desk.next-votes",
        (_, Some((left, award))) if award.state == AwardState::Active => match award.expires_at {
            Some(end) if now >= end => "desk.next-over",
            _ if left.minor == 0 => "desk.next-verify",
            _ => return lang.fill("desk.next-claim", &[left.to_string()]),
        },
        (_, Some((_, award))) if award.paid.minor < award.settled.minor => "desk.next-pay",
        _ => "desk.next-none",
    };
    lang.message(key).to_owned()
}

/// Reads applications page by page, up to what a desk looks through.
fn all(
    read: &Read<'_>,
    firm: Option<OrganisationId>,
    state: Option<ApplicationState>,
) -> Result<Vec<Application>, Error> {
    let mut found = Vec::new();
    let mut page = base::Page::first(base::PAGE_ROWS_MAX);
    loop {
        let rows = grants::applications_list(read, (None, firm), state, &page)?;
        let is_last = rows.len() < usize::try_from(page.rows).unwrap_or(usize::MAX);
        page.after = rows.last().map(|row| row.id.to_string());
        found.extend(rows);
        if is_last || found.len() >= LOOKED_MAX {
            return Ok(found);
        }
    }
}

/// Links to the sheets of calls with applications to be decided, and to the office's forms.
fn tools(cx: &Cx, calls: &[Call]) -> Vec<Crumb> {
    let link = |key: &'static str, href: String| Crumb { href, label: cx.t(key).to_owned() };
    let sheet = |call: &Call| {
        let title = Text::new(&call.title_en, &call.title_zh).plain(cx.lang).to_owned();
        let label = format!("{} · {title}", cx.t("sheet.title"));
        Crumb { href: links::sheet(call.id.as_str()), label }
    };
    let mut tools: Vec<Crumb> = calls.iter().map(sheet).collect();
    tools.push(link("award.payments", super::payment::PAYMENTS.to_owned()));
    if cx.standing.may(Permission::RunCalls) {
        tools.push(link("work.call-new", format!("{}/new", links::CALLS)));
        tools.push(link("work.rule-new", format!("{}/new", links::INSTRUMENTS)));
    }
    tools
}

/// Reads what waits, without what concerns organisations this person acts for: that is done by
/// others, and so are the sheets of the calls in which these apply.
fn officer_rows(
    read: &Read<'_>,
    mut known: Known,
    standing: &Standing,
    now: Time,
) -> Result<(Vec<Waiting>, Vec<Call>), Error> {
    let mut rows = Vec::new();
    let mut own = BTreeSet::new();
    for application in all(read, None, Some(ApplicationState::Submitted))? {
        if standing.may_act_for(application.organisation) {
            own.insert(application.call);
            continue;
        }
        let (call, _) = known.call(read, application.call)?;
        if !call.is_readable(now) {
            continue;
        }
        let needed = call.reviews_least;
        let reviews = grants::reviews_of(read, application.id)?;
        let count = |wanted: &[ReviewState]| {
            let found = reviews.iter().filter(|review| wanted.contains(&review.state)).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        let is_automatic = application
            .evaluation
            .as_ref()
            .is_some_and(|found| matches!(found.automatic, AutomaticPath::Applies { .. }));
        let is_ready = is_automatic || count(&[ReviewState::Scored]) >= needed;
        let given = count(&[ReviewState::Scored, ReviewState::Assigned]);
        let id = application.id.as_str();
        let (queue, href) = match (is_ready, given >= needed) {
            (true, _) => ("decide", links::decision(id)),
            (false, false) => ("review", links::application(id)),
            // Its reviewers are at work: nothing waits for an officer.
            (false, true) => continue,
        };
        let begun = application.submitted_at.unwrap_or(application.created_at);
        let due = known.due(read, application.call, begun)?;
        let state = show::state(&application, &reviews);
        rows.push(waiting(queue, &application, &known, (href, state, due, now)));
    }
    claim_rows(read, &mut known, (standing, now), &mut rows)?;
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    let decided = rows.iter().filter(|one| one.queue == "decide").map(|one| one.call);
    let decided: BTreeSet<CallId> = decided.filter(|call| !own.contains(call)).collect();
    let calls = decided.iter().filter_map(|id| known.calls.get(id)).map(|(call, _)| call.clone());
    let calls = calls.collect();
    Ok((rows, calls))
}

/// Adds claims to be verified and payments to be sent.
fn claim_rows(
    read: &Read<'_>,
    known: &mut Known,
    (standing, now): (&Standing, Time),
    rows: &mut Vec<Waiting>,
) -> Result<(), Error> {
    let page = base::Page::first(base::PAGE_ROWS_MAX);
    for (queue, wanted) in [("verify", ClaimState::Submitted), ("pay", ClaimState::Settled)] {
        for one in grants::claims_list(read, wanted, &page)? {
            let award = grants::award_read(read, one.award)?;
            if standing.may_act_for(award.organisation) {
                continue;
            }
            let application = grants::application_find(read, award.application)?;
            let begun = one.verified_at.unwrap_or(one.submitted_at);
            let due = known.due(read, award.call, begun)?;
            let href = match queue {
                "pay" => super::payment::PAYMENTS.to_owned(),
                _ => links::claim(one.id.as_str()),
            };
            let mut row = waiting(queue, &application, known, (href, claim::state(&one), due, now));
            row.row.amount = Some(one.asked);
            row.key = key(due, one.id.as_str());
            rows.push(row);
        }
    }
    Ok(())
}

fn waiting(
    queue: &'static str,
    application: &Application,
    known: &Known,
    (href, state, due, now): (String, State, Option<Date>, Time),
) -> Waiting {
    let row = DeskRow {
        href,
        title: show::title(&application.draft),
        organisation: show::org(&known.names, application.organisation),
        state,
        amount: Some(application.draft.requested),
        due: due.map(|day| day.to_string()).unwrap_or_default(),
        is_overdue: due.is_some_and(|day| day < now.date()),
        next: String::new(),
    };
    let id: ApplicationId = application.id;
    Waiting { queue, key: key(due, id.as_str()), call: application.call, row }
}

/// Sorts by the day it is due, what has none last, then by age.
fn key(due: Option<Date>, id: &str) -> String {
    let day = due.map_or_else(|| "9999-99-99".to_owned(), |day| day.to_string());
    format!("{day}.{id}")
}

fn paged(mut rows: Vec<Waiting>, after: &str, base: &str) -> (Vec<DeskRow>, Pager) {
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    let start = rows.iter().position(|one| one.key.as_str() > after).unwrap_or(rows.len());
    cut(rows, start, base)
}

fn cut(rows: Vec<Waiting>, start: usize, base: &str) -> (Vec<DeskRow>, Pager) {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let total = rows.len();
    let end = (start + ROWS).min(total);
    let mark = if base.contains('?') { '&' } else { '?' };
    let last = end.checked_sub(1).and_then(|last| rows.get(last));
    let next = last.filter(|_| end < total).map(|one| format!("{base}{mark}after={}", one.key));
    let pager = Pager {
        first: count(start.min(total.saturating_sub(1)) + 1),
        last: count(end),
        total: count(total),
        previous: (start > 0).then(|| base.to_owned()),
        next,
    };
    (rows.into_iter().skip(start).take(ROWS).map(|one| one.row).collect(), pager)
}

/// Names and rules that many rows share.
struct Known {
    names: Arc<Names>,
    calls: HashMap<CallId, (Call, Instrument)>,
}

impl Known {
    fn new(names: Arc<Names>) -> Self {
        Self { names, calls: HashMap::new() }
    }

    fn call(&mut self, read: &Read<'_>, id: CallId) -> Result<&(Call, Instrument), Error> {
        use std::collections::hash_map::Entry;
        match self.calls.entry(id) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let call = grants::call_read(read, id)?;
                let (_, rule) = grants::instrument_read(read, call.instrument)?;
                Ok(entry.insert((call, rule)))
            }
        }
    }

    fn due(&mut self, read: &Read<'_>, call: CallId, from: Time) -> Result<Option<Date>, Error> {
        let (_, rule) = self.call(read, call)?;
        Ok(grants::due_on(rule, from.date()))
    }
}
