//! Reviews: given out to people without a conflict, scored by criterion.

use crate::conflict::name_of;
use crate::event::note;
use crate::evidence::{Graph, graph_at_default};
use crate::{
    Application, ApplicationId, ApplicationState, Conflict, Error, EventKind, Party, Refused,
    Review, ReviewId, ReviewState, Score, application::in_state, application_find, call_read,
    rules, store,
};
use base::{Date, FieldProblems, Page, Time};
use db::{Read, Tx};
use identity::{Actor, Employment, OrganisationId, PersonId, Role, Standing};

/// How long a former employer still counts, in years.
/// ASSUMPTION: three years, as many funders ask reviewers to declare.
const EMPLOYMENT_YEARS: i16 = 3;

/// Gives an application to a reviewer.
///
/// Refuses while the call is sealed, a person without the role, one who has it already, and one
/// who works or in the last three years worked for a company of the applicant's group or of a
/// supplier's.
pub fn review_assign(
    tx: &mut Tx<'_>,
    actor: Actor,
    id: ApplicationId,
    reviewer: PersonId,
) -> Result<Review, Error> {
    let application = application_find(tx, id)?;
    in_state(&application, ApplicationState::Submitted)?;
    let now = tx.now();
    let call = call_read(tx, application.call)?;
    if let (Some(end), false) = (call.closes_at, call.is_readable(now)) {
        return Err(Refused::Sealed(end).into());
    }
    let today = now.date();
    if !identity::standing_of(tx, reviewer, today)?.roles.contains(&Role::Reviewer) {
        return Err(Refused::NotReviewer(reviewer).into());
    }
    let reviews = store::review::of_application(tx, id)?;
    if reviews.iter().any(|review| review.reviewer == reviewer) {
        return Err(Refused::ReviewAssigned.into());
    }
    let graph = graph_at_default(tx, today)?;
    if let Some(conflict) = conflict_of(tx, &graph, reviewer, &application)? {
        return Err(Refused::ReviewerConflict(conflict).into());
    }
    let review = Review {
        id: tx.id(),
        application: id,
        reviewer,
        state: ReviewState::Assigned,
        scores: Vec::new(),
        total_milli: None,
        comment: String::new(),
        assigned_at: tx.now(),
        closed_at: None,
    };
    store::review::insert(tx, &review)?;
    note(tx, actor, id, EventKind::ReviewAssigned, &review.id)?;
    Ok(review)
}

/// Hands in the scores of a review, each from 0 to 100.
pub fn review_score(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ReviewId,
    scores: &[Score],
    comment: &str,
) -> Result<(), Error> {
    let mut review = own_review(tx, standing, id)?;
    review.total_milli = Some(rules::scores_check(scores, comment)?);
    let application = application_find(tx, review.application)?;
    in_state(&application, ApplicationState::Submitted)?;
    review.state = ReviewState::Scored;
    review.scores = scores.to_vec();
    comment.trim().clone_into(&mut review.comment);
    close(tx, review, EventKind::ReviewScored)
}

/// Steps back from a review because of a conflict, and says which.
pub fn review_recuse(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ReviewId,
    reason: &str,
) -> Result<(), Error> {
    let mut review = own_review(tx, standing, id)?;
    let mut problems = FieldProblems::default();
    problems.text("reason", reason, 1, rules::REASON_CHARS_MAX);
    problems.finish().map_err(Refused::Invalid)?;
    review.state = ReviewState::Recused;
    reason.trim().clone_into(&mut review.comment);
    close(tx, review, EventKind::ReviewRecused)
}

fn own_review(tx: &Tx<'_>, standing: &Standing, id: ReviewId) -> Result<Review, Error> {
    let review = review_read(tx, id)?;
    if standing.person != Some(review.reviewer) {
        return Err(Refused::ReviewNotYours.into());
    }
    if review.state != ReviewState::Assigned {
        return Err(Refused::ReviewClosed(review.state).into());
    }
    Ok(review)
}

fn close(tx: &mut Tx<'_>, mut review: Review, kind: EventKind) -> Result<(), Error> {
    review.closed_at = Some(tx.now());
    store::review::close(tx, &review)?;
    Ok(note(tx, Actor::Person(review.reviewer), review.application, kind, &review.id)?)
}

/// Reads a review.
pub fn review_read(read: &Read<'_>, id: ReviewId) -> Result<Review, Error> {
    store::review::find(read, id)?.ok_or_else(|| Refused::ReviewUnknown(id).into())
}

/// Lists the reviews of an application.
pub fn reviews_of(read: &Read<'_>, id: ApplicationId) -> Result<Vec<Review>, Error> {
    store::review::of_application(read, id)
}

/// Lists a person's reviews in a state.
pub fn reviews_by(
    read: &Read<'_>,
    reviewer: PersonId,
    state: ReviewState,
    page: &Page,
) -> Result<Vec<Review>, Error> {
    store::review::by_reviewer(read, reviewer, state, page)
}

/// Says how a person is bound to an application's applicant or suppliers today, if at all: such a
/// person can neither review nor decide it.
pub fn conflict_find(
    read: &Read<'_>,
    person: PersonId,
    id: ApplicationId,
    now: Time,
) -> Result<Option<Conflict>, Error> {
    let graph = graph_at_default(read, now.date())?;
    conflict_of(read, &graph, person, &application_find(read, id)?)
}

/// Says how a person is bound to an application's parties, if at all.
pub(crate) fn conflict_of(
    read: &Read<'_>,
    graph: &Graph,
    person: PersonId,
    application: &Application,
) -> Result<Option<Conflict>, Error> {
    let today = graph.ownership.date();
    let since = Date::new(today.year() - EMPLOYMENT_YEARS, today.month(), 1).unwrap_or(today);
    let counts = |e: &&Employment| e.person == person && e.valid_to.is_none_or(|to| to >= since);
    let employments = identity::employments_all(read)?;
    for employment in employments.iter().filter(counts) {
        for (party, is) in parties(application) {
            if !graph.ownership.is_same_group(&employment.organisation, &party) {
                continue;
            }
            let employer = identity::organisation_read(read, employment.organisation)?;
            let party = identity::organisation_read(read, party)?;
            return Ok(Some(Conflict::Works {
                employer: name_of(&employer),
                party: name_of(&party),
                is,
                is_over: employment.valid_to.is_some_and(|to| to < today),
            }));
        }
    }
    Ok(None)
}

fn parties(application: &Application) -> impl Iterator<Item = (OrganisationId, Party)> + '_ {
    let suppliers = application.draft.lines.iter().filter_map(|line| line.supplier);
    std::iter::once((application.organisation, Party::Applicant))
        .chain(suppliers.map(|supplier| (supplier, Party::Supplier)))
}
