//! Terms of the open innovation platform that a repository belongs to: who may use it, at which
//! price, with which notice, and how to leave.

use crate::cursor::Cursor;
use crate::{Action, Error, PART_ROWS_MAX, Part, Refused, Repo, Visitor, access_test, store};
use base::{FieldProblems, Time};
use db::{Read, Tx};
use identity::{Actor, PersonId, audit};

/// Longest notice, in days: ten years, which no change of terms needs.
pub const NOTICE_DAYS_MAX: i64 = 3_650;
/// Longest text of a term, in characters.
const TEXT_CHARS_MAX: usize = 2_000;

/// What a platform promises.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Name of the platform.
    pub platform: String,
    /// Who may use it.
    pub eligible: String,
    /// What it costs.
    pub price: String,
    /// Days of notice before terms change or the platform ends, 0 to 3,650.
    pub notice_days: i64,
    /// How a user takes what is theirs elsewhere.
    pub portability: String,
}

/// Terms that somebody stated for a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedTerms {
    /// The terms.
    pub terms: Terms,
    /// Who stated them.
    pub stated_by: PersonId,
    /// When.
    pub stated_at: Time,
}

/// States the terms of a repository, in place of former ones; for administrators. Every text has 1
/// to 2,000 characters. Former terms stay in the audit trail.
pub fn terms_set(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    terms: &Terms,
) -> Result<StatedTerms, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    let terms = terms_check(terms).map_err(Refused::Invalid)?;
    let stated = StatedTerms { terms, stated_by: visitor.signed_in()?, stated_at: now };
    store::terms::put(tx, repo.id, &stated)?;
    audit(tx, Actor::Person(stated.stated_by), "terms.stated", &repo.id.0, &stated.terms)?;
    Ok(stated)
}

fn terms_check(terms: &Terms) -> Result<Terms, Vec<base::FieldProblem>> {
    let mut problems = FieldProblems::default();
    let mut kept = |field: &str, text: &String| {
        problems.text(field, text, 1, TEXT_CHARS_MAX);
        text.trim().to_owned()
    };
    let trimmed = Terms {
        platform: kept("platform", &terms.platform),
        eligible: kept("eligible", &terms.eligible),
        price: kept("price", &terms.price),
        notice_days: terms.notice_days,
        portability: kept("portability", &terms.portability),
    };
    problems.require(
        (0..=NOTICE_DAYS_MAX).contains(&terms.notice_days),
        "notice_days",
        ("must be 0 to 3650 days", "须为 0 至 3650 天"),
    );
    problems.finish().map(|()| trimmed)
}

/// Takes the terms of a repository away; `false` where there are none. For administrators.
pub fn terms_clear(tx: &mut Tx<'_>, visitor: &Visitor, repo: &Repo) -> Result<bool, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    if store::terms::delete(tx, repo.id)? == 0 {
        return Ok(false);
    }
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "terms.cleared", &repo.id.0, &repo.path())?;
    Ok(true)
}

/// Reads the terms of a repository.
pub fn terms_of(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
) -> Result<Option<StatedTerms>, Error> {
    visitor.sees(repo)?;
    Ok(store::terms::find(read, repo.id)?)
}

/// Lists the repositories of a platform that the visitor may see, newest first.
pub fn repos_of_platform(
    read: &Read<'_>,
    visitor: &Visitor,
    platform: &str,
    (after, limit): (Option<&str>, u32),
) -> Result<Part<Repo>, Error> {
    let after = Cursor::or_top(after)?;
    let limit = limit.clamp(1, PART_ROWS_MAX);
    let namespaces = visitor.namespaces_text();
    let rows = store::terms::repos(read, platform.trim(), &namespaces, (&after, limit + 1))?;
    let place = |repo: &Repo| Cursor { value: repo.created_at.millis(), id: repo.id.0 };
    Ok(Part::cut(rows, limit, place))
}
