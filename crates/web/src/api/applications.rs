//! Applications: written, handed in with papers, taken back. Never public.

use super::ask::Ask;
use super::evaluated::{Evaluated, evaluated};
use super::instruments::{LineAsked, OtherAid, line};
use super::operation::{Operation, change, file, look, named, upload, wrong};
use super::reviews::{ReviewShown, review_shown};
use super::shaped::{Chars, Money, Nothing, Stamp, objects};
use super::told::{Answered, Done, File, List, Rows, page_of};
use crate::serve::Fault;
use base::{Amount, Time};
use db::Read;
use grants::{Application, ApplicationId, ApplicationState, AwardId, CallId, EventKind};
use identity::Permission::{self, Apply, SignedIn};
use identity::{OrganisationId, Standing};
use rulebook::FactValue;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look("/api/v1/applications", SignedIn, "Lists the applications that one may read", list),
        look("/api/v1/applications/{id}", SignedIn, "Shows an application", show),
        change("/api/v1/applications", Apply, "Begins an application", create),
        change("/api/v1/applications/{id}", Apply, "Writes a draft anew", edit),
        upload("/api/v1/applications/{id}/papers/{code}", Apply, "Hands in a paper", paper_add),
        file(
            "/api/v1/applications/{id}/papers/{code}",
            (SignedIn, "application/octet-stream"),
            "Fetches a paper",
            paper,
        ),
        change("/api/v1/applications/{id}/submit", Apply, "Hands an application in", submit),
        change("/api/v1/applications/{id}/withdraw", Apply, "Takes it back", withdraw),
    ]
}

objects! {
    /// What an applicant writes.
    DraftWritten {
        /// English title; needed where there is no Chinese one.
        title_en: Option<Chars<0, 200>>,
        /// Chinese title.
        title_zh: Option<Chars<0, 200>>,
        /// What the project does.
        summary: Chars<1, 4_000>,
        /// Field of work, in a few words.
        subject: Option<Chars<0, 100>>,
        /// Facts by the names that the rule declares.
        facts: Option<BTreeMap<String, FactValue>>,
        /// Months asked for, where support is monthly.
        months: Option<u32>,
        /// Other public aid on the same cost; absent or empty says that there is none.
        other_aid: Option<Vec<OtherAid>>,
        /// What is to be bought, 1 to 100 lines.
        lines: Vec<LineAsked>,
        /// Support asked for.
        requested: Money,
    }
    /// An application to be begun.
    NewApplication {
        /// The call.
        call: CallId,
        /// Who applies.
        organisation: OrganisationId,
        /// What is written.
        draft: DraftWritten,
    }
    /// Which applications.
    ApplicationsAsked {
        /// Of this call.
        call: Option<CallId>,
        /// Of this organisation.
        organisation: Option<OrganisationId>,
        /// In this state.
        state: Option<ApplicationState>,
        /// The `next` of the page before.
        after: Option<Chars<1, 200>>,
        /// Rows wanted, 1 to 500.
        rows: Option<Rows>,
    }
    /// The name of a paper's file.
    PaperNamed {
        /// Name of the file.
        file_name: Chars<1, 200>,
    }
    /// An application in a list.
    ApplicationListed {
        /// Its id.
        id: ApplicationId,
        /// The call.
        call: CallId,
        /// Its number within the call.
        number: i64,
        /// Who applies.
        organisation: OrganisationId,
        /// English title.
        title_en: String,
        /// Chinese title.
        title_zh: String,
        /// Support asked for.
        requested: Amount,
        /// Where it stands.
        state: ApplicationState,
        /// When it was begun.
        created_at: Stamp,
        /// When it was handed in.
        submitted_at: Option<Stamp>,
        /// When it was decided.
        decided_at: Option<Stamp>,
    }
    /// A cost line.
    LineShown {
        /// Kind of cost.
        cost: Option<String>,
        /// What is bought.
        what: Option<String>,
        /// Its price.
        amount: Amount,
        /// From whom.
        supplier: Option<OrganisationId>,
    }
    /// A paper without its content.
    PaperShown {
        /// Its code.
        code: String,
        /// Name of the file.
        file_name: String,
        /// SHA-256 of the content.
        sha256: String,
        /// When it was handed in.
        added_at: Stamp,
    }
    /// Something that happened.
    EventShown {
        /// When.
        at: Stamp,
        /// What.
        kind: EventKind,
    }
    /// An application.
    ApplicationShown {
        /// Its head.
        application: ApplicationListed,
        /// What the project does.
        summary: String,
        /// Field of work.
        subject: String,
        /// Facts by the names that the rule declares.
        facts: BTreeMap<String, FactValue>,
        /// Months asked for.
        months: Option<u32>,
        /// What is to be bought.
        lines: Vec<LineShown>,
        /// The rule's answer when it was handed in.
        evaluation: Option<Evaluated>,
        /// Papers handed in.
        papers: Vec<PaperShown>,
        /// What happened, oldest first.
        events: Vec<EventShown>,
        /// Reviews; null for those who may not inspect.
        reviews: Option<Vec<ReviewShown>>,
        /// The award, if it was supported.
        award: Option<AwardId>,
    }
}

fn draft(written: DraftWritten) -> grants::Draft {
    let aid = written.other_aid.unwrap_or_default();
    grants::Draft {
        title_en: written.title_en.unwrap_or_default().0,
        title_zh: written.title_zh.unwrap_or_default().0,
        summary: written.summary.0,
        subject: written.subject.unwrap_or_default().0,
        declared: grants::Declared {
            facts: written.facts.unwrap_or_default(),
            months: written.months,
            other_aid: aid.into_iter().map(OtherAid::into_domain).collect(),
        },
        lines: written.lines.into_iter().map(line).collect(),
        requested: written.requested.into(),
    }
}

async fn list(ask: Ask, query: ApplicationsAsked) -> Result<List<ApplicationListed>, Fault> {
    let standing = ask.cx.standing.clone();
    let organisation = scope(&standing, query.organisation)?;
    let (page, now) = (page_of(query.after, query.rows), ask.now());
    let (call, state) = (query.call, query.state);
    ask.read(move |read| {
        let rows = grants::applications_list(read, (call, organisation), state, &page)?;
        let rows = may_read(read, &standing, rows, now)?;
        let key = |(row, _): &(Application, bool)| row.id.to_string();
        Ok(List::of(rows, &page, key, |(row, is_readable)| is_readable.then(|| listed(&row))))
    })
    .await
}

/// Those who may not inspect list the applications of an organisation for which they act.
fn scope(
    standing: &Standing,
    asked: Option<OrganisationId>,
) -> Result<Option<OrganisationId>, Fault> {
    if standing.may(Permission::Inspect) {
        return Ok(asked);
    }
    match (asked, standing.acts_for.as_slice()) {
        (Some(one), _) if standing.may_act_for(one) => Ok(Some(one)),
        (Some(_), _) => Err(Fault::Forbidden),
        (None, [one]) => Ok(Some(*one)),
        (None, []) => Err(Fault::Forbidden),
        (None, _) => Err(wrong("organisation", "must name one of those for which you act")),
    }
}

/// Marks what this person may read. The calls' seals are looked up once each.
fn may_read(
    read: &Read<'_>,
    standing: &Standing,
    rows: Vec<Application>,
    now: Time,
) -> Result<Vec<(Application, bool)>, Fault> {
    let mut open: BTreeMap<CallId, bool> = BTreeMap::new();
    let mut marked = Vec::with_capacity(rows.len());
    for row in rows {
        let is_open = match open.entry(row.call) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                *place.insert(grants::call_read(read, row.call)?.is_readable(now))
            }
        };
        let is_inspected = row.submitted_at.is_some() && is_open;
        let is_readable = standing.may_act_for(row.organisation)
            || (standing.may(Permission::Inspect) && is_inspected);
        marked.push((row, is_readable));
    }
    Ok(marked)
}

fn listed(from: &Application) -> ApplicationListed {
    ApplicationListed {
        id: from.id,
        call: from.call,
        number: from.number,
        organisation: from.organisation,
        title_en: from.draft.title_en.clone(),
        title_zh: from.draft.title_zh.clone(),
        requested: from.draft.requested,
        state: from.state,
        created_at: Stamp(from.created_at),
        submitted_at: from.submitted_at.map(Stamp),
        decided_at: from.decided_at.map(Stamp),
    }
}

async fn show(ask: Ask, _: Nothing) -> Result<ApplicationShown, Fault> {
    let (id, now, standing) = (ask.id()?, ask.now(), ask.cx.standing.clone());
    ask.read(move |read| {
        let found = grants::application_read(read, &standing, id, now)?;
        // An officer who works for the applicant is an applicant here.
        let is_officer =
            standing.may(Permission::Inspect) && !standing.may_act_for(found.organisation);
        let reviews = match is_officer {
            true => Some(grants::reviews_of(read, id)?.into_iter().map(review_shown).collect()),
            false => None,
        };
        let head = listed(&found);
        let evaluation = found.evaluation.as_ref().map(evaluated);
        Ok(ApplicationShown {
            application: head,
            summary: found.draft.summary,
            subject: found.draft.subject,
            facts: found.draft.declared.facts,
            months: found.draft.declared.months,
            lines: found.draft.lines.into_iter().map(line_shown).collect(),
            evaluation,
            papers: grants::papers_of(read, id)?.into_iter().map(paper_shown).collect(),
            events: events(read, id, is_officer)?,
            reviews,
            award: grants::award_of_application(read, id)?.map(|award| award.id),
        })
    })
    .await
}

/// Before the decision the applicant does not hear how reviews and votes go.
fn events(read: &Read<'_>, id: ApplicationId, all: bool) -> Result<Vec<EventShown>, Fault> {
    use EventKind as E;
    let is_inner = |kind| {
        matches!(
            kind,
            E::ReviewAssigned | E::ReviewRecused | E::ReviewScored | E::VoteCast | E::VotesDiffered
        )
    };
    let events = grants::events_of(read, id)?.into_iter();
    let events = events.filter(|event| all || !is_inner(event.kind));
    Ok(events.map(|event| EventShown { at: Stamp(event.at), kind: event.kind }).collect())
}

fn line_shown(from: grants::CostLine) -> LineShown {
    LineShown { cost: from.cost, what: from.what, amount: from.amount, supplier: from.supplier }
}

fn paper_shown(from: grants::Paper) -> PaperShown {
    PaperShown {
        code: from.code,
        file_name: from.file_name,
        sha256: from.sha256,
        added_at: Stamp(from.added_at),
    }
}

async fn create(ask: Ask, new: NewApplication) -> Result<Answered, Fault> {
    let standing = ask.cx.standing.clone();
    let (call, organisation, draft) = (new.call, new.organisation, draft(new.draft));
    ask.change(move |tx| {
        let made = grants::application_create(tx, &standing, call, organisation, &draft);
        let made = made.map_err(Fault::from).map_err(named("call"))?;
        Ok(Done::made("applications", &made.id))
    })
    .await
}

async fn edit(ask: Ask, written: DraftWritten) -> Result<Answered, Fault> {
    let (id, standing) = (ask.id()?, ask.cx.standing.clone());
    let draft = draft(written);
    ask.change(move |tx| {
        own(tx, &standing, id)?;
        grants::application_edit(tx, &standing, id, &draft)?;
        Ok(Done::changed("applications", &id))
    })
    .await
}

/// To those who do not act for the applicant an application is unknown, not forbidden: that it
/// exists is not told.
fn own(read: &Read<'_>, standing: &Standing, id: ApplicationId) -> Result<(), Fault> {
    let found = grants::application_find(read, id)?;
    if standing.may_act_for(found.organisation) { Ok(()) } else { Err(Fault::NotFound) }
}

async fn paper_add(ask: Ask, named: PaperNamed, bytes: Vec<u8>) -> Result<Answered, Fault> {
    let (id, standing) = (ask.id()?, ask.cx.standing.clone());
    let code = ask.part("code").to_owned();
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !code.chars().all(is_code) {
        return Err(wrong("code", "must be letters, digits, `-`, `_` and `.`"));
    }
    let file_name = named.file_name.0;
    ask.change(move |tx| {
        own(tx, &standing, id)?;
        grants::paper_add(tx, &standing, id, (&code, &file_name), &bytes)?;
        Ok(Done::changed("applications", &id))
    })
    .await
}

async fn paper(ask: Ask) -> Result<File, Fault> {
    let (id, now, standing) = (ask.id()?, ask.now(), ask.cx.standing.clone());
    let code = ask.part("code").to_owned();
    if code.contains('\0') {
        return Err(Fault::NotFound);
    }
    ask.read(move |read| {
        grants::application_read(read, &standing, id, now)?;
        let (name, bytes) = grants::paper_content(read, id, &code)?.ok_or(Fault::NotFound)?;
        Ok(File::new(&name, bytes))
    })
    .await
}

async fn submit(ask: Ask, _: Nothing) -> Result<Answered, Fault> {
    let (id, standing) = (ask.id()?, ask.cx.standing.clone());
    ask.change(move |tx| {
        own(tx, &standing, id)?;
        grants::application_submit(tx, &standing, id)?;
        Ok(Done::changed("applications", &id))
    })
    .await
}

async fn withdraw(ask: Ask, _: Nothing) -> Result<Answered, Fault> {
    let (id, standing) = (ask.id()?, ask.cx.standing.clone());
    ask.change(move |tx| {
        own(tx, &standing, id)?;
        grants::application_withdraw(tx, &standing, id)?;
        Ok(Done::changed("applications", &id))
    })
    .await
}
