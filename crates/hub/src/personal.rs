//! Personal data: who declares it, for which purpose it may be read, who has read it.
//!
//! A publisher declares that a repository holds personal data and names the data subjects' office.
//! From then on its files are for people with an approved purpose that has not expired, members
//! of the namespace included; only administrators need none. Every reading is noted with its
//! purpose, and the notes outlive the repository. They are for the administrators of the
//! namespace and for the office: people with the zone's role of auditor. A purpose serves one
//! person and ends on a day (purpose limitation and storage limitation: Regulation (EU) 2016/679,
//! article 5(1)(b) and (e); Personal Information Protection Law of the PRC, articles 6 and 19).

use crate::{
    Action, Error, PurposeId, Refused, Repo, RepoId, Role, Visitor, access_test, administers, store,
};
use base::{FieldProblems, Page, Time};
use db::{Read, Tx};
use identity::{Actor, PersonId, Standing, audit};

/// Longest a purpose lasts, in seconds: a year and a day, so that a year by the calendar fits.
/// ASSUMPTION: a purpose that lasts longer is worth a second look.
pub const PURPOSE_SECONDS_MAX: i64 = 366 * 24 * 3_600;
/// Longest statement, purpose and reason, in characters.
const TEXT_CHARS_MAX: usize = 2_000;
/// What stands as the purpose where an administrator of the namespace reads.
pub const ADMINISTERS: &str = "administers the repository";

base::words! {
    /// Where a purpose stands.
    PurposeState {
        /// Not decided.
        Asked,
        /// Files may be read for it until it expires.
        Approved,
        /// Refused.
        Refused,
        /// Taken back, by whoever asked or by an administrator.
        Withdrawn,
    }
}

/// A publisher's statement that a repository holds personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// Whose data and which.
    pub statement: String,
    /// The data subjects' office and how to reach it.
    pub office: String,
    /// Who declared it.
    pub declared_by: PersonId,
    /// When.
    pub declared_at: Time,
}

/// A purpose for which somebody wants to read personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Its id.
    pub id: PurposeId,
    /// Who asked.
    pub person: PersonId,
    /// The purpose.
    pub purpose: String,
    /// Where it stands.
    pub state: PurposeState,
    /// Why it was decided so.
    pub reason: String,
    /// When it was asked for.
    pub asked_at: Time,
    /// When it ends, if it is approved.
    pub expires_at: Time,
}

/// A reading of a file with personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its id, the key of pages.
    pub id: base::Id,
    /// The repository's path at that time.
    pub repo_path: String,
    /// Who read.
    pub person: PersonId,
    /// For which purpose, in its words.
    pub purpose: String,
    /// The file.
    pub path: String,
    /// The commit.
    pub commit: String,
    /// When.
    pub at: Time,
}

/// Declares that a repository holds personal data, or changes the declaration.
///
/// The statement has 1 to 2,000 characters, the office 1 to 200; for administrators.
pub fn personal_declare(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (statement, office): (&str, &str),
) -> Result<Personal, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    let mut problems = FieldProblems::default();
    problems.text("statement", statement, 1, TEXT_CHARS_MAX);
    problems.text("office", office, 1, 200);
    problems.finish().map_err(Refused::Invalid)?;
    let declared = Personal {
        statement: statement.trim().to_owned(),
        office: office.trim().to_owned(),
        declared_by: visitor.signed_in()?,
        declared_at: now,
    };
    store::personal::put(tx, repo.id, &declared)?;
    let detail = (repo.path(), &declared.statement, &declared.office);
    audit(tx, Actor::Person(declared.declared_by), "personal.declared", &repo.id.0, &detail)?;
    Ok(declared)
}

/// Takes the declaration back, which opens the files again; `false` where there is none. Purposes
/// and readings stay.
pub fn personal_withdraw(tx: &mut Tx<'_>, visitor: &Visitor, repo: &Repo) -> Result<bool, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    if store::personal::delete(tx, repo.id)? == 0 {
        return Ok(false);
    }
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "personal.withdrawn", &repo.id.0, &repo.path())?;
    Ok(true)
}

/// Reads the declaration of a repository.
pub fn personal_of(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
) -> Result<Option<Personal>, Error> {
    visitor.sees(repo)?;
    Ok(store::personal::declared(read, repo.id)?)
}

/// Tests whether a visitor who may read a repository may also copy it or files of it: with personal
/// data only an administrator may, for no purpose, expiry or log would follow the copy.
pub fn personal_copy_test(read: &Read<'_>, visitor: &Visitor, repo: &Repo) -> Result<(), Error> {
    match personal_of(read, visitor, repo)? {
        None => Ok(()),
        Some(_) => administers(read, visitor, repo.namespace, "copy personal data"),
    }
}

/// Asks to read personal data for a purpose of 1 to 2,000 characters, until an instant at most a
/// year from now.
///
/// Refuses repositories without personal data ([`Refused::NotGated`]) and whoever waits for an
/// answer ([`Refused::PurposeStands`]); who has an approved purpose may ask for the next.
pub fn purpose_ask(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (purpose, expires_at): (&str, Time),
) -> Result<Purpose, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Contribute, now))?;
    let person = visitor.signed_in()?;
    if store::personal::declared(tx, repo.id)?.is_none() {
        return Err(Refused::NotGated.into());
    }
    if store::personal::waits(tx, repo.id, person)? {
        return Err(Refused::PurposeStands(word(PurposeState::Asked)).into());
    }
    let mut problems = FieldProblems::default();
    problems.text("purpose", purpose, 1, TEXT_CHARS_MAX);
    problems.require(
        expires_at > now && expires_at <= now.plus_seconds(PURPOSE_SECONDS_MAX),
        "expires_at",
        ("must lie ahead and within a year", "须在未来一年之内"),
    );
    problems.finish().map_err(Refused::Invalid)?;
    let asked = Purpose {
        id: tx.id(),
        person,
        purpose: purpose.trim().to_owned(),
        state: PurposeState::Asked,
        reason: String::new(),
        asked_at: now,
        expires_at,
    };
    store::personal::purpose_insert(tx, repo.id, &asked)?;
    let detail = (repo.path(), &asked.purpose, expires_at.to_string());
    audit(tx, Actor::Person(person), "purpose.asked", &asked.id.0, &detail)?;
    Ok(asked)
}

fn word(state: PurposeState) -> &'static str {
    match state {
        PurposeState::Asked => "asked for",
        PurposeState::Approved => "approved",
        PurposeState::Refused => "refused",
        PurposeState::Withdrawn => "withdrawn",
    }
}

/// Approves or refuses a purpose, once; for administrators. A refusal needs a reason, an approval
/// may have one. What has expired meanwhile is not approved.
pub fn purpose_decide(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    id: PurposeId,
    (approves, reason): (bool, &str),
) -> Result<Purpose, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    let asked = purpose_find(tx, repo, id)?;
    if asked.state != PurposeState::Asked {
        return Err(Refused::PurposeStands(word(asked.state)).into());
    }
    if approves && asked.expires_at <= now {
        return Err(Refused::PurposeStands("expired").into());
    }
    let mut problems = FieldProblems::default();
    problems.text("reason", reason, usize::from(!approves), TEXT_CHARS_MAX);
    problems.finish().map_err(Refused::Invalid)?;
    let state = if approves { PurposeState::Approved } else { PurposeState::Refused };
    let decided = Purpose { state, reason: reason.trim().to_owned(), ..asked };
    settle(tx, visitor, repo, &decided, "purpose.decided")?;
    Ok(decided)
}

fn settle(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    purpose: &Purpose,
    action: &str,
) -> Result<(), Error> {
    let (by, now) = (visitor.signed_in()?, tx.now());
    store::personal::purpose_update(tx, purpose, (by, now))?;
    let detail = (repo.path(), purpose.state, &purpose.reason);
    audit(tx, Actor::Person(by), action, &purpose.id.0, &detail)?;
    Ok(())
}

/// Takes a purpose back that is asked for or approved: whoever asked, or an administrator.
pub fn purpose_withdraw(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    id: PurposeId,
) -> Result<Purpose, Error> {
    visitor.sees(repo)?;
    let person = visitor.may_change()?;
    let found = purpose_find(tx, repo, id)?;
    if found.person != person && visitor.role_in(repo.namespace) != Some(Role::Admin) {
        return Err(Refused::PurposeUnknown.into());
    }
    if !matches!(found.state, PurposeState::Asked | PurposeState::Approved) {
        return Err(Refused::PurposeStands(word(found.state)).into());
    }
    let withdrawn = Purpose { state: PurposeState::Withdrawn, ..found };
    settle(tx, visitor, repo, &withdrawn, "purpose.withdrawn")?;
    Ok(withdrawn)
}

fn purpose_find(read: &Read<'_>, repo: &Repo, id: PurposeId) -> Result<Purpose, Error> {
    Ok(store::personal::purpose(read, repo.id, id)?.ok_or(Refused::PurposeUnknown)?)
}

/// Lists the purposes of a repository, oldest first, paged by id: all of them for administrators
/// and the office, for others their own.
pub fn purposes(
    read: &Read<'_>,
    visitor: &Visitor,
    standing: &Standing,
    repo: &Repo,
    page: &Page,
) -> Result<Vec<Purpose>, Error> {
    let sees_all = is_office(standing) || visitor.role_in(repo.namespace) == Some(Role::Admin);
    if sees_all {
        return Ok(store::personal::purposes(read, repo.id, None, page)?);
    }
    visitor.sees(repo)?;
    Ok(store::personal::purposes(read, repo.id, Some(visitor.signed_in()?), page)?)
}

/// Notes that the visitor reads a file, where the repository holds personal data; `false` where it
/// does not. Call it before the first byte goes out, after [`access_test`] for [`Action::Read`].
///
/// The note is written with the commit, many notes in one statement.
pub fn reading_note(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (path, commit): (&str, &str),
) -> Result<bool, Error> {
    if store::personal::find(tx, repo.id)?.is_none() {
        return Ok(false);
    }
    let (person, now) = (visitor.signed_in()?, tx.now());
    let approved = match store::personal::approved(tx, repo.id, person, now)? {
        Some(id) => store::personal::purpose(tx, repo.id, id)?.map(|found| found.purpose),
        None => None,
    };
    let administers = visitor.role_in(repo.namespace) == Some(Role::Admin);
    let purpose = match approved {
        Some(purpose) => purpose,
        None if administers => ADMINISTERS.to_owned(),
        None => {
            let (kind, path, page) = (repo.kind.singular(), repo.path(), repo.page());
            return Err(Refused::PurposeNeeded { kind, path, page }.into());
        }
    };
    let reading = Reading {
        id: tx.id(),
        repo_path: repo.path(),
        person,
        purpose,
        path: path.to_owned(),
        commit: commit.to_owned(),
        at: now,
    };
    store::personal::reading_insert(tx, repo.id, &reading)?;
    Ok(true)
}

/// The office of the data subjects in this zone.
fn is_office(standing: &Standing) -> bool {
    standing.roles.contains(&identity::Role::Auditor)
}

/// Lists who read files of a repository, oldest first, paged by id; for the administrators of its
/// namespace and for the office.
pub fn readings(
    read: &Read<'_>,
    visitor: &Visitor,
    standing: &Standing,
    repo: &Repo,
    page: &Page,
) -> Result<Vec<Reading>, Error> {
    if !is_office(standing) && visitor.role_in(repo.namespace) != Some(Role::Admin) {
        visitor.sees(repo)?;
        visitor.signed_in()?;
        let (what, namespace) = ("see who read personal data", repo.owner.clone());
        return Err(Refused::Forbidden { what, namespace }.into());
    }
    Ok(store::personal::readings(read, repo.id, page)?)
}

/// Lists who read files of a repository that may be gone; for the office alone, for others it does
/// not exist.
pub fn readings_of_gone(
    read: &Read<'_>,
    standing: &Standing,
    repo: RepoId,
    page: &Page,
) -> Result<Vec<Reading>, Error> {
    if !is_office(standing) {
        return Err(Refused::RepoUnknown.into());
    }
    Ok(store::personal::readings(read, repo, page)?)
}
