//! Tables `review` and `vote`.

use super::json;
use crate::{ApplicationId, Error, Review, ReviewId, ReviewState, Vote};
use base::{Amount, Page, Unit};
use db::{Read, Row, Tx, params};
use identity::PersonId;

const COLUMNS: &str = "id, application_id, reviewer_id, state, scores, total, comment,
    assigned_at, closed_at";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Review) -> Result<(), db::Error> {
    tx.exec(
        "INSERT INTO review (id, application_id, reviewer_id, state, scores, comment, assigned_at)
         VALUES (?1, ?2, ?3, ?4, '[]', '', ?5)",
        params![
            &new.id.0,
            &new.application.0,
            &new.reviewer.0,
            new.state.as_str(),
            new.assigned_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn close(tx: &mut Tx<'_>, review: &Review) -> Result<(), db::Error> {
    tx.exec(
        "UPDATE review SET state = ?2, scores = ?3, total = ?4, comment = ?5, closed_at = ?6
         WHERE id = ?1",
        params![
            &review.id.0,
            review.state.as_str(),
            base::canonical_json(&review.scores),
            review.total_milli,
            &review.comment,
            review.closed_at
        ],
    )
    .map(|_| ())
}

pub(crate) fn find(read: &Read<'_>, id: ReviewId) -> Result<Option<Review>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM review WHERE id = ?1");
    read.row(&sql, params![&id.0], raw)?.map(finish).transpose()
}

pub(crate) fn of_application(
    read: &Read<'_>,
    application: ApplicationId,
) -> Result<Vec<Review>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM review WHERE application_id = ?1 ORDER BY id");
    read.rows(&sql, params![&application.0], raw)?.into_iter().map(finish).collect()
}

pub(crate) fn by_reviewer(
    read: &Read<'_>,
    reviewer: PersonId,
    state: ReviewState,
    page: &Page,
) -> Result<Vec<Review>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM review WHERE reviewer_id = ?1 AND state = ?2 AND id > ?3
         ORDER BY id LIMIT ?4"
    );
    let after = page.after.as_deref().unwrap_or("");
    let rows = read.rows(&sql, params![&reviewer.0, state.as_str(), after, page.rows], raw)?;
    rows.into_iter().map(finish).collect()
}

type Raw = (Review, String);

fn raw(row: &Row<'_>) -> Result<Raw, db::Error> {
    let review = Review {
        id: row.id(0)?,
        application: row.id(1)?,
        reviewer: row.id(2)?,
        state: row.parse(3)?,
        scores: Vec::new(),
        total_milli: row.get(5)?,
        comment: row.get(6)?,
        assigned_at: row.get(7)?,
        closed_at: row.get(8)?,
    };
    Ok((review, row.get(4)?))
}

fn finish((mut review, scores): Raw) -> Result<Review, Error> {
    review.scores = json("scores of review", review.id.as_str(), &scores)?;
    Ok(review)
}

pub(crate) fn vote_insert(
    tx: &mut Tx<'_>,
    application: ApplicationId,
    vote: &Vote,
) -> Result<(), db::Error> {
    tx.exec(
        "INSERT INTO vote (application_id, round, position, officer_id, verdict, amount_minor,
            reason, shown, shown_sha256, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            &application.0,
            vote.round,
            vote.position,
            &vote.officer.0,
            vote.verdict.as_str(),
            vote.amount.minor,
            &vote.reason,
            &vote.shown,
            &vote.shown_sha256,
            vote.at
        ],
    )
    .map(|_| ())
}

pub(crate) fn votes(
    read: &Read<'_>,
    application: ApplicationId,
    unit: Unit,
) -> Result<Vec<Vote>, db::Error> {
    read.rows(
        "SELECT round, position, officer_id, verdict, amount_minor, reason, shown, shown_sha256, at
         FROM vote WHERE application_id = ?1 ORDER BY round, position",
        params![&application.0],
        |row| {
            Ok(Vote {
                round: row.get(0)?,
                position: row.get(1)?,
                officer: row.id(2)?,
                verdict: row.parse(3)?,
                amount: Amount::new(row.get(4)?, unit),
                reason: row.get(5)?,
                shown: row.get(6)?,
                shown_sha256: row.get(7)?,
                at: row.get(8)?,
            })
        },
    )
}
