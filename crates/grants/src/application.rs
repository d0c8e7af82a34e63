//! Writing, handing in and taking back applications.

use crate::event::note;
use crate::evidence::{Question, answer};
use crate::{
    Application, ApplicationId, ApplicationState, Call, CallId, Draft, Entitlement, Error,
    EventKind, Paper, Refused, call_read, instrument_read, rules, store,
};
use base::{FieldProblems, Page, Time, sha256_hex};
use db::{Read, Tx};
use identity::{Actor, OrganisationId, PersonId, Standing};
use rulebook::{Outcome, PaperStanding, Text};
use std::collections::BTreeSet;

/// Largest paper, in bytes: a scanned contract of some 20 pages.
pub const PAPER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most papers of one application.
const PAPERS_MAX: usize = 30;

/// Begins an application.
///
/// Refuses bad fields (all at once), a call that takes none now, and an organisation for which
/// the person does not act.
pub fn application_create(
    tx: &mut Tx<'_>,
    standing: &Standing,
    call: CallId,
    organisation: OrganisationId,
    draft: &Draft,
) -> Result<Application, Error> {
    let person = acting(standing, organisation)?;
    let call = open_call(tx, call)?;
    rules::draft_check(draft, call.budget.unit)?;
    suppliers_check(tx, draft)?;
    let application = Application {
        id: tx.id(),
        call: call.id,
        number: store::application::number_next(tx, call.id)?,
        organisation,
        draft: draft.clone(),
        state: ApplicationState::Draft,
        round: 1,
        evaluation: None,
        created_by: person,
        created_at: tx.now(),
        submitted_at: None,
        decided_at: None,
    };
    store::application::insert(tx, &application)?;
    let actor = Actor::Person(person);
    note(tx, actor, application.id, EventKind::ApplicationCreated, &application.draft)?;
    Ok(application)
}

/// Changes a draft.
pub fn application_edit(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ApplicationId,
    draft: &Draft,
) -> Result<(), Error> {
    let application = application_find(tx, id)?;
    let person = acting(standing, application.organisation)?;
    in_state(&application, ApplicationState::Draft)?;
    let call = open_call(tx, application.call)?;
    rules::draft_check(draft, call.budget.unit)?;
    suppliers_check(tx, draft)?;
    store::application::edit(tx, id, draft)?;
    Ok(note(tx, Actor::Person(person), id, EventKind::ApplicationEdited, draft)?)
}

/// Adds a paper to a draft; one with the same code takes its place.
pub fn paper_add(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ApplicationId,
    (code, file_name): (&str, &str),
    content: &[u8],
) -> Result<Paper, Error> {
    let application = application_find(tx, id)?;
    let person = acting(standing, application.organisation)?;
    in_state(&application, ApplicationState::Draft)?;
    let mut problems = FieldProblems::default();
    problems.text("code", code, 1, 60);
    problems.text("file_name", file_name, 1, 200);
    problems.require(!content.is_empty(), "content", ("must not be empty", "不得为空"));
    let fits = content.len() <= PAPER_BYTES_MAX;
    problems.require(
        fits,
        "content",
        ("is too large: at most 2 MiB are kept", "文件过大：最大 2 MiB"),
    );
    let papers = store::application::papers(tx, id)?;
    let is_known = papers.iter().any(|paper| paper.code == code);
    problems.require(
        is_known || papers.len() < PAPERS_MAX,
        "code",
        ("would be the 31st paper", "材料已达 30 份的上限"),
    );
    problems.finish().map_err(Refused::Invalid)?;
    let paper = Paper {
        code: code.trim().to_owned(),
        file_name: file_name.trim().to_owned(),
        sha256: sha256_hex(content),
        added_at: tx.now(),
    };
    store::application::paper_put(tx, id, &paper, content)?;
    note(tx, Actor::Person(person), id, EventKind::PaperAdded, &paper)?;
    Ok(paper)
}

/// Hands a draft in. The rule is asked with the facts as they are now, and its answer is kept.
///
/// Refuses where the rule refuses or cannot compute, and where papers are missing.
pub fn application_submit(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ApplicationId,
) -> Result<Entitlement, Error> {
    let application = application_find(tx, id)?;
    let person = acting(standing, application.organisation)?;
    in_state(&application, ApplicationState::Draft)?;
    let call = open_call(tx, application.call)?;
    let now = tx.now();
    let found = entitlement_of(tx, &application, &call, now)?;
    match &found.evaluation.outcome {
        Outcome::Entitled { .. } => {}
        Outcome::Refused { reasons } => {
            let reasons = reasons.iter().map(|reason| reason.words()).collect();
            return Err(Refused::Ineligible(reasons).into());
        }
        Outcome::Unknown { missing } => {
            let missing = missing.iter().map(|one| one.words()).collect();
            return Err(Refused::NotComputable(missing).into());
        }
    }
    let papers = found.evaluation.papers.iter();
    let missing: Vec<Text> = papers
        .filter(|paper| paper.state == PaperStanding::Missing)
        .map(|paper| Text {
            en: format!("{} ({})", paper.name.en, paper.id),
            zh: paper.name.zh.as_ref().map(|zh| format!("{zh}（{}）", paper.id)),
        })
        .collect();
    if !missing.is_empty() {
        return Err(Refused::PapersMissing(missing).into());
    }
    store::application::submit(tx, id, &base::canonical_json(&found.evaluation), now)?;
    let outcome = &found.evaluation.outcome;
    note(tx, Actor::Person(person), id, EventKind::ApplicationSubmitted, outcome)?;
    Ok(found)
}

/// Takes an application back; a draft or one that is not decided.
pub fn application_withdraw(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ApplicationId,
) -> Result<(), Error> {
    let application = application_find(tx, id)?;
    let person = acting(standing, application.organisation)?;
    if application.state != ApplicationState::Draft {
        in_state(&application, ApplicationState::Submitted)?;
    }
    store::application::state_set(tx, id, ApplicationState::Withdrawn, None)?;
    Ok(note(tx, Actor::Person(person), id, EventKind::ApplicationWithdrawn, &())?)
}

/// Reads an application without asking who wants to see it: for operations and the system.
pub fn application_find(read: &Read<'_>, id: ApplicationId) -> Result<Application, Error> {
    store::application::find(read, id)?.ok_or_else(|| Refused::ApplicationUnknown(id).into())
}

/// Reads an application for a person.
///
/// The applicant sees it always; officers and auditors once it is handed in and, in a sealed
/// call, after the closing date. To everybody else it is unknown.
pub fn application_read(
    read: &Read<'_>,
    standing: &Standing,
    id: ApplicationId,
    now: Time,
) -> Result<Application, Error> {
    let application = application_find(read, id)?;
    if standing.may_act_for(application.organisation) {
        return Ok(application);
    }
    let is_handed_in = application.submitted_at.is_some();
    let reviews = store::review::of_application(read, id)?;
    let is_reviewer = standing
        .person
        .is_some_and(|person| reviews.iter().any(|review| review.reviewer == person));
    if !is_handed_in || !(standing.may(identity::Permission::Inspect) || is_reviewer) {
        return Err(Refused::ApplicationUnknown(id).into());
    }
    let call = call_read(read, application.call)?;
    match call.closes_at {
        Some(end) if !call.is_readable(now) => Err(Refused::Sealed(end).into()),
        _ => Ok(application),
    }
}

/// Lists applications by id, narrowed by call, organisation and state. The caller keeps drafts
/// and sealed ones from those who may not see them.
pub fn applications_list(
    read: &Read<'_>,
    (call, organisation): (Option<CallId>, Option<OrganisationId>),
    state: Option<ApplicationState>,
    page: &Page,
) -> Result<Vec<Application>, Error> {
    store::application::list(read, call, organisation, state, page)
}

/// Lists the papers of an application.
pub fn papers_of(read: &Read<'_>, id: ApplicationId) -> Result<Vec<Paper>, Error> {
    Ok(store::application::papers(read, id)?)
}

/// Reads the name and content of a paper.
pub fn paper_content(
    read: &Read<'_>,
    id: ApplicationId,
    code: &str,
) -> Result<Option<(String, Vec<u8>)>, Error> {
    Ok(store::application::paper_content(read, id, code)?)
}

/// Asks the rule about an application as things stand now, without keeping the answer.
pub fn application_entitlement(
    read: &Read<'_>,
    id: ApplicationId,
    now: Time,
) -> Result<Entitlement, Error> {
    let application = application_find(read, id)?;
    let call = call_read(read, application.call)?;
    entitlement_of(read, &application, &call, now)
}

/// Asks the rule about an application as things stand now.
pub(crate) fn entitlement_of(
    read: &Read<'_>,
    application: &Application,
    call: &Call,
    now: Time,
) -> Result<Entitlement, Error> {
    let (_, rule) = instrument_read(read, call.instrument)?;
    let firm = identity::organisation_read(read, application.organisation)?;
    let papers: BTreeSet<String> = store::application::papers(read, application.id)?
        .into_iter()
        .map(|paper| paper.code)
        .collect();
    let draft = &application.draft;
    let question = Question {
        rule: &rule,
        call: Some(call),
        firm: &firm,
        declared: &draft.declared,
        lines: &draft.lines,
        papers,
        now,
    };
    answer(read, &question)
}

fn acting(standing: &Standing, organisation: OrganisationId) -> Result<PersonId, Refused> {
    match standing.person {
        Some(person) if standing.may_act_for(organisation) => Ok(person),
        _ => Err(Refused::NotYours(organisation)),
    }
}

fn open_call(tx: &Tx<'_>, id: CallId) -> Result<Call, Error> {
    let call = call_read(tx, id)?;
    let now = tx.now();
    if call.is_open(now) {
        return Ok(call);
    }
    Err(Refused::CallNotOpen { opens_at: call.opens_at, now }.into())
}

pub(crate) fn in_state(application: &Application, needed: ApplicationState) -> Result<(), Refused> {
    let is = application.state;
    if is == needed { Ok(()) } else { Err(Refused::ApplicationState { is, needed }) }
}

/// A supplier that nobody knows is a bad field, not a broken foreign key.
fn suppliers_check(read: &Read<'_>, draft: &Draft) -> Result<(), Error> {
    let mut problems = FieldProblems::default();
    for (i, line) in draft.lines.iter().enumerate() {
        if let Some(supplier) = line.supplier
            && identity::organisation_find(read, supplier)?.is_none()
        {
            let field = format!("lines.{i}.supplier");
            problems.add(field, rules::SUPPLIER_UNKNOWN);
        }
    }
    Ok(problems.finish().map_err(Refused::Invalid)?)
}
