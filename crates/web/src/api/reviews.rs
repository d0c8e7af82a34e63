//! Reviews: given out, scored, handed back.

use super::ask::Ask;
use super::operation::{Operation, change, look, named};
use super::shaped::{Chars, Shaped, Stamp, objects};
use super::told::{Answered, Done, List, Rows, page_of};
use crate::serve::Fault;
use grants::{ApplicationId, Review, ReviewId, ReviewState, Score};
use identity::Permission::{DecideAwards, Review as MayReview};
use identity::PersonId;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        change(
            "/api/v1/applications/{id}/reviews",
            DecideAwards,
            "Gives an application to a reviewer",
            assign,
        ),
        look("/api/v1/reviews", MayReview, "Lists one's own reviews", list),
        change("/api/v1/reviews/{id}/scores", MayReview, "Hands a review in", score),
        change("/api/v1/reviews/{id}/recuse", MayReview, "Steps back from a review", recuse),
    ]
}

objects! {
    /// A reviewer for an application.
    NewReview {
        /// Who is to review.
        reviewer: PersonId,
    }
    /// A score on one criterion.
    ScoreGiven {
        /// What is judged.
        criterion: Chars<1, 60>,
        /// 0 to 100.
        points: Points,
    }
    /// A review to be handed in.
    NewScores {
        /// Scores by criterion, 1 to 20.
        scores: Vec<ScoreGiven>,
        /// Why.
        comment: Chars<1, 2_000>,
    }
    /// Why somebody steps back, claims are refused and the like.
    BecauseOf {
        /// The reason.
        reason: Chars<1, 2_000>,
    }
    /// Which reviews.
    ReviewsAsked {
        /// In this state; `Assigned` where absent.
        state: Option<ReviewState>,
        /// The `next` of the page before.
        after: Option<Chars<1, 200>>,
        /// Rows wanted, 1 to 500.
        rows: Option<Rows>,
    }
    /// A review.
    ReviewShown {
        /// Its id.
        id: ReviewId,
        /// What is reviewed.
        application: ApplicationId,
        /// By whom.
        reviewer: PersonId,
        /// Where it stands.
        state: ReviewState,
        /// Scores by criterion.
        scores: Vec<ScoreGiven>,
        /// Mean of the scores in thousandths, rounded down.
        total_milli: Option<i64>,
        /// Why.
        comment: String,
        /// When it was given out.
        assigned_at: Stamp,
        /// When it was done.
        closed_at: Option<Stamp>,
    }
}

/// Points from 0 to 100.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Points(u32);

impl Shaped for Points {
    fn shape() -> super::shape::Shape {
        super::shape::Shape::Integer { least: 0, most: 100 }
    }
}

pub(super) fn review_shown(from: Review) -> ReviewShown {
    let score =
        |one: Score| ScoreGiven { criterion: Chars(one.criterion), points: Points(one.points) };
    ReviewShown {
        id: from.id,
        application: from.application,
        reviewer: from.reviewer,
        state: from.state,
        scores: from.scores.into_iter().map(score).collect(),
        total_milli: from.total_milli,
        comment: from.comment,
        assigned_at: Stamp(from.assigned_at),
        closed_at: from.closed_at.map(Stamp),
    }
}

async fn assign(ask: Ask, new: NewReview) -> Result<Answered, Fault> {
    let (id, now, standing) = (ask.id()?, ask.now(), ask.cx.standing.clone());
    let actor = ask.actor()?;
    ask.change(move |tx| {
        grants::application_read(tx, &standing, id, now)?;
        let made = grants::review_assign(tx, actor, id, new.reviewer);
        let made = made.map_err(Fault::from).map_err(named("reviewer"))?;
        Ok(Done { id: Some(made.id.to_string()), ..Done::changed("applications", &id) })
    })
    .await
}

async fn list(ask: Ask, query: ReviewsAsked) -> Result<List<ReviewShown>, Fault> {
    let reviewer = ask.person()?;
    let page = page_of(query.after, query.rows);
    let state = query.state.unwrap_or(ReviewState::Assigned);
    ask.read(move |read| {
        let rows = grants::reviews_by(read, reviewer, state, &page)?;
        Ok(List::of(rows, &page, |row| row.id.to_string(), |row| Some(review_shown(row))))
    })
    .await
}

async fn score(ask: Ask, new: NewScores) -> Result<Answered, Fault> {
    let (id, standing): (ReviewId, _) = (ask.id()?, ask.cx.standing.clone());
    let scores = new.scores.into_iter();
    let scores: Vec<Score> =
        scores.map(|one| Score { criterion: one.criterion.0, points: one.points.0 }).collect();
    let comment = new.comment.0;
    ask.change(move |tx| {
        let application = grants::review_read(tx, id)?.application;
        grants::review_score(tx, &standing, id, &scores, &comment)?;
        Ok(Done::changed("applications", &application))
    })
    .await
}

async fn recuse(ask: Ask, because: BecauseOf) -> Result<Answered, Fault> {
    let (id, standing): (ReviewId, _) = (ask.id()?, ask.cx.standing.clone());
    let reason = because.reason.0;
    ask.change(move |tx| {
        let application = grants::review_read(tx, id)?.application;
        grants::review_recuse(tx, &standing, id, &reason)?;
        Ok(Done::changed("applications", &application))
    })
    .await
}
