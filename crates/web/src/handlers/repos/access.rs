//! Getting access to files: the gate, purposes for personal data, and who has read them.

use super::card::link_base;
use super::files::Named;
use super::forms::{input, refuse, text};
use super::here::{Here, Look, name_ensure};
use crate::handlers::encoded;
use crate::handlers::view::{day, moment};
use crate::handlers::work::act::form_key;
use crate::pages::repos::access::{AccessPage, PurposeRow, ReadingRow, ReadingsPage, RequestRow};
use crate::pages::repos::files::rendered;
use crate::pages::repos::form::Section;
use crate::pages::repos::frame::Tab;
use crate::serve::{Fault, Page, Posted, Query, See};
use crate::{Choice, Field};
use app::depot::{self, text_read};
use axum::response::{IntoResponse, Response};
use base::{Date, FieldProblem, FieldProblems, Time};
use card::{Gate, GateFieldKind};
use hub::{Access, AccessState, Action, Asker, FieldKind, Gating, Purpose, PurposeState, Refused};
use serde_json::{Map, Value};

/// Largest card that is read for its form, in bytes.
const CARD_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Requests of each state, and purposes, on one page.
const ROWS: u32 = 100;

/// Shows how to get access, and to administrators who asked.
pub(super) async fn show(here: Here) -> Result<Page, Fault> {
    let standing = here.cx.standing.clone();
    Page::of(&here.look(move |look| access_page(look, &standing, &Posted::default())).await?)
}

/// Reads what the card says of the gate.
fn gate(look: &Look<'_, '_>) -> Result<Gate, depot::Error> {
    let Some(head) = super::card::head_find(look, "main")? else { return Ok(Gate::default()) };
    let text = text_read(look.git, (head.tree, "README.md"), CARD_BYTES_MAX)?;
    let kind = super::frame::card_kind(look.here.repo.kind);
    let checked = card::card_check(&text, kind);
    Ok(card::facts(&checked.metadata, kind).gate)
}

/// The questions as the hub tests their answers. A question for the asker's place is left out: the
/// zone does not look up where people are.
fn questions(gate: &Gate) -> Vec<(String, FieldKind)> {
    let kind = |kind: &GateFieldKind| match kind {
        GateFieldKind::Text => Some(FieldKind::Text),
        GateFieldKind::Checkbox => Some(FieldKind::Checkbox),
        GateFieldKind::Date => Some(FieldKind::Date),
        GateFieldKind::Country => Some(FieldKind::Country),
        GateFieldKind::Select(options) => Some(FieldKind::Select(options.clone())),
        GateFieldKind::IpLocation => None,
    };
    let asked =
        gate.fields.iter().filter_map(|field| Some((field.label.clone(), kind(&field.kind)?)));
    asked.take(hub::FORM_FIELDS_MAX).collect()
}

fn answer_name(place: usize) -> String {
    format!("answer{}", place + 1)
}

fn ask_section(look: &Look<'_, '_>, gate: &Gate, form: &Posted) -> Section {
    let cx = &look.here.cx;
    let inputs = questions(gate).into_iter().enumerate().map(|(place, (label, kind))| {
        let name = answer_name(place);
        let given = form.text(&name);
        let none = || Choice { value: String::new(), label: cx.t("access.choose").to_owned() };
        let same = |text: String| Choice { value: text.clone(), label: text };
        let choices = match &kind {
            FieldKind::Select(options) => {
                std::iter::once(none()).chain(options.iter().cloned().map(same)).collect()
            }
            FieldKind::Checkbox => {
                let yes =
                    Choice { value: "yes".to_owned(), label: cx.t("access.agree").to_owned() };
                vec![none(), yes]
            }
            FieldKind::Text | FieldKind::Country | FieldKind::Date => Vec::new(),
        };
        let hint = match kind {
            FieldKind::Country => "access.country-hint",
            FieldKind::Date => "access.date-hint",
            _ => "",
        };
        let mut one =
            input(cx, Field { choices, ..Field::new(&name, given) }, ("access.ask", hint));
        one.label = label;
        one
    });
    Section {
        id: "ask",
        title: cx.t("access.ask").to_owned(),
        lede: gate.description.clone().unwrap_or_else(|| cx.t("access.ask-lede").to_owned()),
        action: look.here.href("/access"),
        inputs: inputs.collect(),
        send: gate.button.clone().unwrap_or_else(|| cx.t("access.send").to_owned()),
        ..Section::default()
    }
}

fn purpose_section(look: &Look<'_, '_>, form: &Posted) -> Section {
    let cx = &look.here.cx;
    Section {
        id: "purpose",
        title: cx.t("access.purpose-ask").to_owned(),
        lede: cx.t("access.purpose-lede").to_owned(),
        action: look.here.href("/purposes"),
        inputs: vec![
            text(
                cx,
                Field::new("purpose", form.text("purpose")),
                ("access.purpose", "access.purpose-hint"),
            ),
            input(
                cx,
                Field::new("expires_at", form.text("expires_at")),
                ("access.until", "access.date-hint"),
            ),
        ],
        send: cx.t("access.send").to_owned(),
        ..Section::default()
    }
}

fn access_page(
    look: &Look<'_, '_>,
    standing: &identity::Standing,
    form: &Posted,
) -> Result<AccessPage, depot::Error> {
    let here = look.here;
    let (visitor, repo) = (&here.visitor, &here.repo);
    let frame = look.frame(Tab::Access, "main")?;
    let gate = gate(look)?;
    let is_gated = repo.gating != Gating::Open;
    let is_member = visitor.role_in(repo.namespace).is_some();
    let is_person = visitor.person.is_some();
    let own = match is_person {
        true => hub::access_own(look.read, visitor, repo)?,
        false => None,
    };
    let personal = hub::personal_of(look.read, visitor, repo)?;
    let purposes = purposes(look, standing, personal.is_some())?;
    let waits = |row: &PurposeRow| row.state == "access.asked" && row.may_withdraw;
    let mut sections = Vec::new();
    if is_gated && is_person && !is_member && own.is_none() && !repo.is_disabled {
        sections.push(ask_section(look, &gate, form));
    }
    if personal.is_some() && is_person && !purposes.iter().any(waits) && !repo.is_disabled {
        sections.push(purpose_section(look, form));
    }
    let shows_requests = is_gated && frame.may_administer;
    let sees_readings = standing.roles.contains(&identity::Role::Auditor) || frame.may_administer;
    let base = link_base(here, "main", "");
    Ok(AccessPage {
        ui: here.cx.ui(),
        form: here.cx.form(),
        heading: gate.heading.clone().filter(|_| is_gated).unwrap_or_default(),
        prompt: gate.prompt.filter(|_| is_gated).map(|text| rendered(card::render(&text, &base))),
        standing: own.as_ref().map(|own| state_key(own.state)),
        reason: own.map_or_else(String::new, |own| own.reason),
        sections,
        requests: if shows_requests { requests(look)? } else { Vec::new() },
        shows_requests,
        personal: personal.map(|personal| (personal.statement, personal.office)),
        purposes,
        readings_href: sees_readings.then(|| here.href("/readings")).filter(|_| frame.is_personal),
        repo: frame,
    })
}

fn state_key(state: AccessState) -> &'static str {
    match state {
        AccessState::Pending => "access.pending",
        AccessState::Accepted => "access.accepted",
        AccessState::Rejected => "access.rejected",
    }
}

fn requests(look: &Look<'_, '_>) -> Result<Vec<RequestRow>, hub::Error> {
    let here = look.here;
    let mut rows = Vec::new();
    for state in [AccessState::Pending, AccessState::Accepted, AccessState::Rejected] {
        let page = base::Page::first(ROWS);
        let found = hub::accesses(look.read, &here.visitor, &here.repo, (state, &page))?;
        for access in found {
            rows.push(request_row(look, &access)?);
        }
    }
    Ok(rows)
}

fn request_row(look: &Look<'_, '_>, access: &Access) -> Result<RequestRow, hub::Error> {
    let answers = access.answers.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let answers: Map<String, Value> = answers.unwrap_or_default();
    let shown = |value: Value| match value {
        Value::String(text) => text,
        Value::Bool(true) => look.here.cx.t("access.agree").to_owned(),
        other => other.to_string(),
    };
    Ok(RequestRow {
        id: access.id.to_string(),
        who: hub::name_of(look.read, access.person)?,
        asked: day(access.asked_at),
        state: state_key(access.state),
        answers: answers.into_iter().map(|(name, value)| (name, shown(value))).collect(),
        may_accept: access.state != AccessState::Accepted,
        may_reject: access.state != AccessState::Rejected,
    })
}

fn purposes(
    look: &Look<'_, '_>,
    standing: &identity::Standing,
    is_personal: bool,
) -> Result<Vec<PurposeRow>, hub::Error> {
    let here = look.here;
    if !is_personal || here.visitor.person.is_none() {
        return Ok(Vec::new());
    }
    let page = base::Page::first(ROWS);
    let found = hub::purposes(look.read, &here.visitor, standing, &here.repo, &page)?;
    let administers = look.may(Action::Administer)?;
    let row = |one: &Purpose| {
        let is_own = Some(one.person) == here.visitor.person;
        let stands = matches!(one.state, PurposeState::Asked | PurposeState::Approved);
        let is_asked = one.state == PurposeState::Asked && one.expires_at > here.cx.now;
        Ok(PurposeRow {
            id: one.id.to_string(),
            who: hub::name_of(look.read, one.person)?,
            purpose: one.purpose.clone(),
            state: match one.state {
                PurposeState::Asked => "access.asked",
                PurposeState::Approved => "access.approved",
                PurposeState::Refused => "access.refused",
                PurposeState::Withdrawn => "access.withdrawn",
            },
            reason: one.reason.clone(),
            expires: day(one.expires_at),
            may_decide: administers && is_asked,
            may_withdraw: stands && is_own,
        })
    };
    found.iter().map(row).collect()
}

/// Shows the page again with what was refused.
async fn again(here: &Here, fault: Fault, form: Posted) -> Result<Response, Fault> {
    let standing = here.cx.standing.clone();
    let mut page = here.look(move |look| access_page(look, &standing, &form)).await?;
    let mut sent = std::mem::take(&mut page.form);
    let status = refuse(&here.cx, fault, &mut sent, &mut page.sections)?;
    page.form = sent;
    Ok(Page::with(status, &page)?.into_response())
}

/// Asks for access with the answers to the card's questions.
pub(super) async fn ask(here: Here, form: Posted) -> Result<Response, Fault> {
    let fields = here.look(|look| Ok(questions(&gate(look)?))).await?;
    let mut answers = Map::new();
    for (place, (label, kind)) in fields.iter().enumerate() {
        let given = form.text(&answer_name(place));
        let answer = match kind {
            FieldKind::Checkbox => Value::Bool(given == "yes"),
            _ => Value::String(given.to_owned()),
        };
        answers.insert(label.clone(), answer);
    }
    let labels: Vec<String> = fields.iter().map(|(label, _)| label.clone()).collect();
    let (visitor, repo, to) = (here.visitor.clone(), here.repo.clone(), here.href("/access"));
    let (key, answers) = (form_key(&here.cx, &form, &to), Value::Object(answers));
    let asked = here.write(move |tx| {
        app::once(tx, &key, |tx| {
            name_ensure(tx, &visitor)?;
            hub::access_ask(tx, &visitor, &repo, (&fields, &answers))?;
            Ok::<_, hub::Error>(to.clone())
        })
    });
    match asked.await {
        Ok(to) => Ok(See(to).into_response()),
        Err(fault) => again(&here, at_answers(fault, &labels), form).await,
    }
}

/// The hub names a question by its words; the form by its number.
fn at_answers(fault: Fault, labels: &[String]) -> Fault {
    let Fault::Invalid(mut problems) = fault else { return fault };
    for problem in &mut problems {
        if let Some(place) = labels.iter().position(|label| *label == problem.field) {
            problem.field = answer_name(place);
        }
    }
    Fault::Invalid(problems)
}

/// Decides a request for access.
pub(super) async fn decide(here: Here, named: Named, form: Posted) -> Result<Response, Fault> {
    let id = named.0.get("id").cloned().unwrap_or_default();
    let state = match form.text("act") {
        "accept" => AccessState::Accepted,
        "reject" => AccessState::Rejected,
        _ => return Err(Fault::BadRequest("accept or reject".to_owned())),
    };
    let (visitor, repo, to) = (here.visitor.clone(), here.repo.clone(), here.href("/access"));
    let (key, reason) = (form_key(&here.cx, &form, &id), form.text("reason").to_owned());
    let decided = here.write(move |tx| {
        app::once(tx, &key, |tx| {
            let asker = Asker::Request(id.clone());
            hub::access_decide(tx, &visitor, &repo, &asker, (state, &reason))?;
            Ok::<_, hub::Error>(to.clone())
        })
    });
    match decided.await {
        Ok(to) => Ok(See(to).into_response()),
        Err(fault) => again(&here, fault, form).await,
    }
}

/// Asks to read personal data for a purpose.
pub(super) async fn purpose_ask(here: Here, form: Posted) -> Result<Response, Fault> {
    let asked = match form.text("expires_at").parse::<Date>() {
        Ok(day) => {
            let (visitor, repo, to) =
                (here.visitor.clone(), here.repo.clone(), here.href("/access"));
            let (key, purpose) = (form_key(&here.cx, &form, &to), form.text("purpose").to_owned());
            let ends = Time::from_date(day);
            let asked = here.write(move |tx| {
                app::once(tx, &key, |tx| {
                    name_ensure(tx, &visitor)?;
                    hub::purpose_ask(tx, &visitor, &repo, (&purpose, ends))?;
                    Ok::<_, hub::Error>(to.clone())
                })
            });
            asked.await
        }
        Err(_) => {
            let mut problems = FieldProblems::default();
            problems.text("purpose", form.text("purpose"), 1, 2_000);
            let wrong = ("must be a day, as in `2026-03-01`", "须为日期，如 2026-03-01");
            problems.require(false, "expires_at", wrong);
            Err(problems.finish().map_or_else(Fault::Invalid, |()| Fault::NotFound))
        }
    };
    match asked {
        Ok(to) => Ok(See(to).into_response()),
        Err(fault) => again(&here, fault, form).await,
    }
}

/// Approves, refuses or withdraws a purpose.
pub(super) async fn purpose_decide(
    here: Here,
    named: Named,
    form: Posted,
) -> Result<Response, Fault> {
    let id = named.0.get("id").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let act = form.text("act").to_owned();
    let (visitor, repo, to) = (here.visitor.clone(), here.repo.clone(), here.href("/access"));
    let (key, reason) = (form_key(&here.cx, &form, &act), form.text("reason").to_owned());
    let decided = here.write(move |tx| {
        app::once(tx, &key, |tx| {
            match act.as_str() {
                "approve" => hub::purpose_decide(tx, &visitor, &repo, id, (true, &reason))?,
                "refuse" => hub::purpose_decide(tx, &visitor, &repo, id, (false, &reason))?,
                "withdraw" => hub::purpose_withdraw(tx, &visitor, &repo, id)?,
                _ => {
                    let wrong = FieldProblem::new("act", "must be approve, refuse or withdraw");
                    return Err(Refused::Invalid(vec![wrong]).into());
                }
            };
            Ok::<_, hub::Error>(to.clone())
        })
    });
    match decided.await {
        Ok(to) => Ok(See(to).into_response()),
        Err(fault) => again(&here, fault, form).await,
    }
}

/// Shows who has read files with personal data.
pub(super) async fn readings(here: Here, query: Query) -> Result<Page, Fault> {
    let (standing, after) = (here.cx.standing.clone(), query.optional("after"));
    let page = here.look(move |look| {
        let here = look.here;
        let page = base::Page::after(after, ROWS);
        let found = hub::readings(look.read, &here.visitor, &standing, &here.repo, &page)?;
        let is_full = found.len() == usize::try_from(ROWS).unwrap_or(usize::MAX);
        let next = found.last().filter(|_| is_full).map(|one| one.id.to_string());
        let row = |one: &hub::Reading| {
            Ok(ReadingRow {
                who: hub::name_of(look.read, one.person)?,
                at: moment(one.at),
                path: one.path.clone(),
                purpose: one.purpose.clone(),
                commit: one.commit.chars().take(7).collect(),
            })
        };
        Ok(ReadingsPage {
            ui: here.cx.ui(),
            repo: look.frame(Tab::Access, "main")?,
            rows: found.iter().map(row).collect::<Result<_, hub::Error>>()?,
            next: next.map(|id| here.href(&format!("/readings?after={}", encoded(&id)))),
        })
    });
    Page::of(&page.await?)
}
