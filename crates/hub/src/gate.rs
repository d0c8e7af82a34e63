//! Asking for the files of a gated repository, and letting people in.
//!
//! A rejected person cannot ask again: only the owner changes the answer.

use crate::{
    Access, AccessState, Action, Error, Gating, Refused, Repo, Visitor, access_test, person_named,
    store, visitor_of,
};
use base::{Date, FieldProblems, Page};
use db::{Read, Tx};
use identity::{Actor, PersonId, audit};
use serde_json::{Map, Value};

/// Most questions of a form: more is no form but a questionnaire.
pub const FORM_FIELDS_MAX: usize = 50;
/// Longest answer and longest reason, in characters: a paragraph or two.
const TEXT_CHARS_MAX: usize = 2_000;

/// What a question of the form takes as an answer, as `extra_gated_fields` of a card has it
/// (Hugging Face Hub documentation, "Gated models", customising the requested information).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// 1 to 2,000 characters.
    Text,
    /// A statement that must be agreed to: `true`.
    Checkbox,
    /// A country: two capital letters of ISO 3166-1.
    Country,
    /// A day, as in `2026-03-01`.
    Date,
    /// One of these.
    Select(Vec<String>),
}

/// Whom a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// A person by short name.
    Named(String),
    /// The request by its id, as a client writes it.
    Request(String),
}

/// Asks for access; given at once where the gate is automatic.
///
/// `fields` is the form of the card: every question must be answered, nothing else may be.
/// Refuses members and open repositories ([`Refused::NotGated`]) and whoever has asked before
/// ([`Refused::AccessStands`]).
pub fn access_ask(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (fields, answers): (&[(String, FieldKind)], &Value),
) -> Result<Access, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Contribute, now))?;
    let person = visitor.signed_in()?;
    if repo.gating == Gating::Open || visitor.role_in(repo.namespace).is_some() {
        return Err(Refused::NotGated.into());
    }
    if let Some(asked) = store::gate::of_person(tx, repo.id, person)? {
        return Err(Refused::AccessStands(asked.state.wire()).into());
    }
    let answers = answers_check(fields, answers)?;
    let state = match repo.gating {
        Gating::Automatic => AccessState::Accepted,
        Gating::Approval | Gating::Open => AccessState::Pending,
    };
    let access = Access {
        id: tx.id(),
        person,
        state,
        answers: Some(base::canonical_json(&answers)),
        reason: String::new(),
        asked_at: now,
    };
    store::gate::insert(tx, repo.id, &access, None)?;
    // The answers stay out of the trail: they are personal and are deleted with the request.
    audit(tx, Actor::Person(person), "access.asked", &access.id.0, &(repo.path(), state))?;
    Ok(access)
}

/// Tests the answers against the form and keeps those.
fn answers_check(
    fields: &[(String, FieldKind)],
    answers: &Value,
) -> Result<Map<String, Value>, Refused> {
    let mut problems = FieldProblems::default();
    let none = Map::new();
    let given = answers.as_object().unwrap_or(&none);
    problems.require(
        answers.is_object() || answers.is_null(),
        "answers",
        "must be an object with one answer per question",
    );
    problems.require(
        fields.len() <= FORM_FIELDS_MAX,
        "form",
        format!("has {} questions; at most {FORM_FIELDS_MAX} are asked", fields.len()),
    );
    let mut kept = Map::new();
    for (name, kind) in fields.iter().take(FORM_FIELDS_MAX) {
        let answer = given.get(name).unwrap_or(&Value::Null);
        match answer_problem(kind, answer) {
            Some(problem) => problems.add(name.clone(), problem),
            None => drop(kept.insert(name.clone(), answer.clone())),
        }
    }
    for name in given.keys().filter(|name| !fields.iter().any(|(field, _)| field == *name)) {
        let shown: String = name.chars().take(60).collect();
        problems.add(shown, "is no question of the form: leave it out");
    }
    problems.finish().map_err(Refused::Invalid)?;
    Ok(kept)
}

fn answer_problem(kind: &FieldKind, answer: &Value) -> Option<String> {
    let text = answer.as_str().map(str::trim).unwrap_or_default();
    let fits = match kind {
        FieldKind::Text => (1..=TEXT_CHARS_MAX).contains(&text.chars().count()),
        FieldKind::Checkbox => answer.as_bool() == Some(true),
        FieldKind::Country => text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()),
        FieldKind::Date => text.parse::<Date>().is_ok(),
        FieldKind::Select(options) => options.iter().any(|option| option == text),
    };
    let wanted = || match kind {
        FieldKind::Text => format!("must be filled in, with at most {TEXT_CHARS_MAX} characters"),
        FieldKind::Checkbox => "must be agreed to".to_owned(),
        FieldKind::Country => "must be two capital letters, as in `CN`".to_owned(),
        FieldKind::Date => "must be a day, as in `2026-03-01`".to_owned(),
        FieldKind::Select(options) => format!("must be one of {}", options.join(", ")),
    };
    if fits { None } else { Some(wanted()) }
}

/// Lets a person in who has not asked, or whatever was answered before.
///
/// Refuses whoever has access already ([`Refused::AccessStands`]), members among them.
pub fn access_grant(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    name: &str,
) -> Result<Access, Error> {
    let by = may_decide(tx, visitor, repo)?;
    let person = person_named(tx, name)?;
    let now = tx.now();
    let asked = store::gate::of_person(tx, repo.id, person)?;
    let is_member = visitor_of(tx, person, now.date(), false)?.role_in(repo.namespace).is_some();
    let is_in = asked.as_ref().is_some_and(|asked| asked.state == AccessState::Accepted);
    if is_member || is_in {
        return Err(Refused::AccessStands(AccessState::Accepted.wire()).into());
    }
    let access = match asked {
        Some(asked) => {
            let access = Access { state: AccessState::Accepted, reason: String::new(), ..asked };
            store::gate::update(tx, &access, (by, now))?;
            access
        }
        None => {
            let access = Access {
                id: tx.id(),
                person,
                state: AccessState::Accepted,
                answers: None,
                reason: String::new(),
                asked_at: now,
            };
            store::gate::insert(tx, repo.id, &access, Some(by))?;
            access
        }
    };
    let detail = (repo.path(), person.to_string());
    audit(tx, Actor::Person(by), "access.granted", &access.id.0, &detail)?;
    Ok(access)
}

/// Only the administrators of a gated repository decide.
fn may_decide(read: &Tx<'_>, visitor: &Visitor, repo: &Repo) -> Result<PersonId, Error> {
    let now = read.now();
    access_test(read, visitor, repo, (Action::Administer, now))?;
    if repo.gating == Gating::Open {
        return Err(Refused::NotGated.into());
    }
    Ok(visitor.signed_in()?)
}

/// Accepts or rejects a request, or puts it back to pending; any answer may follow any other.
///
/// The reason, at most 2,000 characters, is kept for a rejection. Refuses a request that stands
/// there already ([`Refused::AccessStands`]) and whoever has none ([`Refused::AccessUnknown`]).
pub fn access_decide(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    asker: &Asker,
    (state, reason): (AccessState, &str),
) -> Result<Access, Error> {
    let by = may_decide(tx, visitor, repo)?;
    let asked = asked_by(tx, repo, asker)?;
    if asked.state == state {
        return Err(Refused::AccessStands(state.wire()).into());
    }
    let mut problems = FieldProblems::default();
    problems.text("rejectionReason", reason, 0, TEXT_CHARS_MAX);
    problems.finish().map_err(Refused::Invalid)?;
    let reason = if state == AccessState::Rejected { reason.trim() } else { "" };
    let access = Access { state, reason: reason.to_owned(), ..asked };
    let now = tx.now();
    store::gate::update(tx, &access, (by, now))?;
    let detail = (repo.path(), state, &access.reason);
    audit(tx, Actor::Person(by), "access.decided", &access.id.0, &detail)?;
    Ok(access)
}

fn asked_by(read: &Read<'_>, repo: &Repo, asker: &Asker) -> Result<Access, Error> {
    let (found, shown) = match asker {
        Asker::Named(name) => {
            (store::gate::of_person(read, repo.id, person_named(read, name)?)?, name)
        }
        Asker::Request(id) => match id.parse() {
            Ok(known) => (store::gate::by_id(read, repo.id, known)?, id),
            Err(_) => (None, id),
        },
    };
    Ok(found.ok_or_else(|| Refused::AccessUnknown(shown.chars().take(60).collect()))?)
}

/// Lists the requests that stand somewhere, oldest first, paged by id; for administrators.
pub fn accesses(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (state, page): (AccessState, &Page),
) -> Result<Vec<Access>, Error> {
    visitor.sees(repo)?;
    crate::administers(read, visitor, repo.namespace, "read requests for access")?;
    Ok(store::gate::in_state(read, repo.id, state, page)?)
}

/// Reads the visitor's own request, if they made one.
pub fn access_own(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
) -> Result<Option<Access>, Error> {
    visitor.sees(repo)?;
    Ok(store::gate::of_person(read, repo.id, visitor.signed_in()?)?)
}
