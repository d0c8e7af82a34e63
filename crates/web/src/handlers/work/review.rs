//! Reviews: given out by officers, done by reviewers.

use super::act::{done, errors_label, form_key, id_of, label_of, on_form};
use super::show;
use crate::pages::officer_forms::{ReviewerRow, ReviewersPage};
use crate::pages::review::{Conflict, Criterion, ReviewForm, ReviewPage};
use crate::serve::{Cx, Fault, Page, Posted};
use crate::{Field, links};
use app::Names;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::{FieldProblems, Time};
use db::Read;
use grants::{Application, ApplicationId, ApplicationState, Refused, Review, ReviewState, Score};
use identity::{Actor, Person, PersonId, Role};
use rulebook::Instrument;
use std::sync::Arc;

/// What is judged, each from 0 to 100.
const CRITERIA: [(&str, &str, &str); 3] = [
    ("quality", "work.quality", "work.quality-hint"),
    ("feasibility", "work.feasibility", "work.feasibility-hint"),
    ("public-value", "work.public-value", "work.public-value-hint"),
];

/// An application as its reviewer sees it.
struct Facts {
    review: Review,
    application: Application,
    rule: Instrument,
    papers: Vec<grants::Paper>,
    names: Arc<Names>,
    conflict: Option<grants::Conflict>,
}

/// Shows the form of one's own review.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let facts = gather(&cx, id_of(&id)?).await?;
    Page::of(&page(&cx, &facts, &Posted::default()))
}

/// Takes the scores, or steps back.
pub(super) async fn send(cx: Cx, Path(id): Path<String>, form: Posted) -> Result<Response, Fault> {
    let facts = gather(&cx, id_of(&id)?).await?;
    let (standing, review) = (cx.standing.clone(), facts.review.id);
    let comment = form.text("comment").to_owned();
    let is_recused = form.text("conflict") == "yes";
    let key = form_key(&cx, &form, "");
    let sent = match scores(&form) {
        Ok(scores) => {
            done(&cx, key, move |tx| {
                if is_recused {
                    grants::review_recuse(tx, &standing, review, &comment)?;
                } else {
                    grants::review_score(tx, &standing, review, &scores, &comment)?;
                }
                Ok(links::REVIEWS.to_owned())
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    let fault = match sent {
        Ok(see) => return Ok(see.into_response()),
        Err(Fault::Invalid(mut problems)) => {
            // Stepping back calls its comment a reason.
            for problem in problems.iter_mut().filter(|one| one.field == "reason") {
                "comment".clone_into(&mut problem.field);
            }
            Fault::Invalid(problems)
        }
        Err(fault) => fault,
    };
    let mut page = page(&cx, &facts, &form);
    let Some(shown) = &mut page.form else { return Err(fault) };
    let mut fields = vec![&mut shown.conflict];
    fields.extend(shown.criteria.iter_mut().map(|one| &mut one.score));
    fields.push(&mut shown.comment);
    let status = on_form(&cx, fault, &mut shown.form, &mut fields)?;
    let labels = [("conflict", "review.conflict"), ("comment", "col.comment")];
    errors_label(&cx, &mut shown.form, |name| {
        let criteria = CRITERIA.iter().find(|(id, _, _)| name.strip_prefix("score_") == Some(*id));
        criteria.map_or_else(|| label_of(&cx, &labels, name), |one| Some(cx.t(one.1).to_owned()))
    });
    Ok(Page::with(status, &page)?.into_response())
}

/// Reads the scores; whoever steps back gives none.
fn scores(form: &Posted) -> Result<Vec<Score>, Fault> {
    let mut problems = FieldProblems::default();
    let mut scores = Vec::new();
    match form.text("conflict") {
        "yes" => return Ok(scores),
        "none" => {}
        _ => problems.add("conflict", ("must be answered", "须作答")),
    }
    for (name, _, _) in CRITERIA {
        let field = format!("score_{name}");
        let points = form.text(&field).parse::<u32>().ok().filter(|points| *points <= 100);
        problems.require(
            points.is_some(),
            &field,
            ("must be a whole number from 0 to 100", "须为 0 至 100 的整数"),
        );
        if let Some(points) = points {
            scores.push(Score { criterion: name.to_owned(), points });
        }
    }
    problems.text("comment", form.text("comment"), 1, 2_000);
    problems.finish().map_err(Fault::Invalid)?;
    Ok(scores)
}

fn page(cx: &Cx, facts: &Facts, form: &Posted) -> ReviewPage {
    let Facts { application, names, .. } = facts;
    let href = |code: &str| show::paper_href(application.id, code);
    let is_open = facts.review.state == ReviewState::Assigned
        && application.state == ApplicationState::Submitted
        && facts.conflict.is_none();
    let finding = |conflict: &grants::Conflict| Conflict {
        finding: show::both("work.conflict", &[show::text(&conflict.words())]),
        path: Vec::new(),
    };
    let wanted = application.evaluation.as_ref().map_or(&[][..], |found| &found.papers);
    ReviewPage {
        ui: cx.ui(),
        application: application.id.to_string(),
        title: show::title(&application.draft),
        applicant: show::org(names, application.organisation),
        summary: application.draft.summary.clone(),
        lines: show::lines(&application.draft, &facts.rule, names),
        papers: show::papers(wanted, &facts.papers, href),
        conflicts: facts.conflict.iter().map(finding).collect(),
        form: is_open.then(|| review_form(cx, form)),
    }
}

fn review_form(cx: &Cx, form: &Posted) -> ReviewForm {
    let criterion = |(name, label, hint): (&str, &str, &str)| {
        let field = format!("score_{name}");
        Criterion {
            label: show::both(label, &[]),
            hint: show::both(hint, &[]),
            score: Field::new(&field, form.text(&field)),
        }
    };
    let choices = [("none", cx.t("work.no-conflict")), ("yes", cx.t("work.step-back"))];
    ReviewForm {
        form: cx.form(),
        conflict: Field::choose("conflict", form.text("conflict"), &choices),
        criteria: CRITERIA.into_iter().map(criterion).collect(),
        comment: Field::new("comment", form.text("comment")),
    }
}

async fn gather(cx: &Cx, id: ApplicationId) -> Result<Facts, Fault> {
    let (standing, now, person) = (cx.standing.clone(), cx.now, cx.person()?.id);
    let zone = cx.app.clone();
    cx.app
        .read(move |read| {
            let mine = grants::reviews_of(read, id)?;
            let mine = mine.into_iter().find(|review| review.reviewer == person);
            let review = mine.ok_or(Refused::ApplicationUnknown(id))?;
            let application = grants::application_read(read, &standing, id, now)?;
            let call = grants::call_read(read, application.call)?;
            let (_, rule) = grants::instrument_read(read, call.instrument)?;
            Ok::<_, grants::Error>(Facts {
                conflict: grants::conflict_find(read, person, id, now)?,
                papers: grants::papers_of(read, id)?,
                names: app::names(&zone, read)?,
                review,
                application,
                rule,
            })
        })
        .await
        .map_err(Fault::from)
}

/// Shows every reviewer, each with what keeps the application from them.
pub(super) async fn choose(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    Page::of(&reviewers(&cx, id_of(&id)?).await?)
}

/// Gives the application to a reviewer.
pub(super) async fn assign(
    cx: Cx,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, Fault> {
    let id: ApplicationId = id_of(&id)?;
    let reviewer: PersonId = id_of(form.text("reviewer"))?;
    let actor = Actor::Person(cx.person()?.id);
    let given = done(&cx, form_key(&cx, &form, ""), move |tx| {
        grants::review_assign(tx, actor, id, reviewer)?;
        Ok(format!("{}/reviewers", links::application(id.as_str())))
    });
    match given.await {
        Ok(see) => Ok(see.into_response()),
        Err(fault) => {
            let mut page = reviewers(&cx, id).await?;
            let status = on_form(&cx, fault, &mut page.form, &mut [])?;
            Ok(Page::with(status, &page)?.into_response())
        }
    }
}

/// A reviewer with the conflict and the review on an application, if any.
type Candidate = (Person, Option<grants::Conflict>, Option<ReviewState>);

fn candidates(
    read: &Read<'_>,
    id: ApplicationId,
    now: Time,
) -> Result<Vec<Candidate>, grants::Error> {
    let reviews = grants::reviews_of(read, id)?;
    let mut found = Vec::new();
    for person in identity::persons_all(read)? {
        let roles = identity::standing_of(read, person.id, now.date())?.roles;
        if roles.contains(&Role::Reviewer) {
            let conflict = grants::conflict_find(read, person.id, id, now)?;
            let review = reviews.iter().find(|review| review.reviewer == person.id);
            found.push((person, conflict, review.map(|review| review.state)));
        }
    }
    Ok(found)
}

async fn reviewers(cx: &Cx, id: ApplicationId) -> Result<ReviewersPage, Fault> {
    let (standing, now) = (cx.standing.clone(), cx.now);
    let found = cx.app.read(move |read| {
        let application = grants::application_read(read, &standing, id, now)?;
        super::act::outsider(&standing, &application)?;
        let (is, needed) = (application.state, ApplicationState::Submitted);
        if is != needed {
            return Err(Refused::ApplicationState { is, needed }.into());
        }
        let call = grants::call_read(read, application.call)?;
        Ok::<_, grants::Error>((application, call, candidates(read, id, now)?))
    });
    let (application, call, found) = found.await?;
    let obstacle =
        |conflict: Option<grants::Conflict>, state: Option<ReviewState>| match (state, conflict) {
            (Some(ReviewState::Assigned), _) => cx.t("work.review-open").to_owned(),
            (Some(ReviewState::Scored), _) => cx.t("work.review-done").to_owned(),
            (Some(ReviewState::Recused), _) => cx.t("work.review-recused").to_owned(),
            (None, Some(conflict)) => cx.lang.fill("work.conflict", &[cx.say(&conflict.words())]),
            (None, None) => String::new(),
        };
    let row = |(person, conflict, state): Candidate| ReviewerRow {
        id: person.id.to_string(),
        name: person.name,
        obstacle: obstacle(conflict, state),
    };
    Ok(ReviewersPage {
        ui: cx.ui(),
        application: id.to_string(),
        title: show::title(&application.draft),
        needed: u64::from(call.reviews_least),
        form: cx.form(),
        rows: found.into_iter().map(row).collect(),
    })
}
