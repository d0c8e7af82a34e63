//! The decision page and the vote.

use super::act::{AMOUNT_ZH, done, errors_label, form_key, id_of, label_of, on_form};
use super::decision_view::{Facts, Typed, page};
use crate::links;
use crate::serve::{Cx, Fault, Page, Posted};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::{Amount, FieldProblems, Unit};
use grants::{ApplicationId, ApplicationState, Decided, Verdict, VoteForm};
use identity::Permission;

/// Inputs of the vote with their labels.
const LABELS: [(&str, &str); 3] =
    [("verdict", "decision.verdict"), ("amount", "decision.amount"), ("reason", "decision.reason")];

/// Shows everything that must be seen before a vote.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let facts = gather(&cx, id_of(&id)?).await?;
    Page::of(&page(&cx, &facts, &Typed::blank(&facts)))
}

/// Takes an officer's vote. What was refused comes back with the facts as they are now.
pub(super) async fn vote(cx: Cx, Path(id): Path<String>, form: Posted) -> Result<Response, Fault> {
    let id: ApplicationId = id_of(&id)?;
    let officer = cx.person()?.id;
    let unit = gather(&cx, id).await?.shown.budget.total.unit;
    let cast = match vote_of(id, &form, unit) {
        Ok(vote) => {
            let key = form_key(&cx, &form, "");
            done(&cx, key, move |tx| {
                Ok(match grants::vote_cast(tx, officer, &vote)? {
                    Decided::Awarded(award) => links::award(award.as_str()),
                    Decided::FirstVote | Decided::Differed | Decided::Declined => {
                        links::decision(id.as_str())
                    }
                })
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    let fault = match cast {
        Ok(see) => return Ok(see.into_response()),
        Err(fault) => fault,
    };
    let facts = gather(&cx, id).await?;
    let mut page = page(&cx, &facts, &Typed::of(&form));
    let status = match &mut page.vote {
        crate::pages::decision::MayVote::Yes(vote) => {
            let vote = &mut **vote;
            let fields = &mut [&mut vote.verdict, &mut vote.amount, &mut vote.reason];
            let status = on_form(&cx, fault, &mut vote.form, fields)?;
            errors_label(&cx, &mut vote.form, |name| label_of(&cx, &LABELS, name));
            status
        }
        crate::pages::decision::MayVote::No(why) => {
            let (status, notice) = super::act::as_notice(&cx, fault)?;
            *why = notice.message;
            status
        }
    };
    Ok(Page::with(status, &page)?.into_response())
}

fn vote_of(application: ApplicationId, form: &Posted, unit: Unit) -> Result<VoteForm, Fault> {
    let mut problems = FieldProblems::default();
    let verdict = match form.text("verdict") {
        "approve" => Some(Verdict::Approve),
        "decline" => Some(Verdict::Decline),
        _ => None,
    };
    problems.require(verdict.is_some(), "verdict", ("must be chosen", "须选择"));
    let amount = match verdict {
        Some(Verdict::Decline) => Some(Amount::zero(unit)),
        _ => problems.keep_or("amount", Amount::parse(form.text("amount"), unit), AMOUNT_ZH),
    };
    let reason = form.text("reason").to_owned();
    problems.require(!reason.is_empty(), "reason", ("must be filled in", "须填写"));
    problems.finish().map_err(Fault::Invalid)?;
    let shown_sha256 = form.text("shown").to_owned();
    match (verdict, amount) {
        (Some(verdict), Some(amount)) => {
            Ok(VoteForm { application, verdict, amount, reason, shown_sha256 })
        }
        _ => Err(Fault::BadRequest("the vote cannot be read".to_owned())),
    }
}

/// Reads everything in one snapshot. A draft has no decision page.
async fn gather(cx: &Cx, id: ApplicationId) -> Result<Facts, Fault> {
    let (standing, now) = (cx.standing.clone(), cx.now);
    let person = cx.standing.person;
    let is_officer = cx.standing.may(Permission::DecideAwards);
    let zone = cx.app.clone();
    cx.app
        .read(move |read| {
            let application = grants::application_read(read, &standing, id, now)?;
            if application.submitted_at.is_none() {
                return Err(grants::Refused::ApplicationUnknown(id).into());
            }
            super::act::outsider(&standing, &application)?;
            let call = grants::call_read(read, application.call)?;
            let votes = grants::votes_of(read, id)?;
            let is_open = application.state == ApplicationState::Submitted;
            // Once decided, the page shows what the deciding officer saw.
            let last = votes.last().filter(|_| !is_open);
            let stored = last.and_then(|vote| serde_json::from_str(&vote.shown).ok());
            let (at, before) = (last.map_or(now, |vote| vote.at), last.map(|vote| vote.at));
            let shown = stored.map_or_else(|| grants::shown_of(read, id, now), Ok)?;
            let conflict = match person.filter(|_| is_officer && is_open) {
                Some(person) => grants::conflict_find(read, person, id, now)?,
                None => None,
            };
            let graph = grants::graph_at_default(read, at.date())?;
            let firm = application.organisation;
            Ok::<_, grants::Error>(Facts {
                group: grants::group_awarded(read, &graph, &call, (firm, at), before)?,
                reviews: grants::reviews_of(read, id)?,
                people: identity::persons_all(read)?.into_iter().map(|p| (p.id, p.name)).collect(),
                names: app::names(&zone, read)?,
                application,
                call,
                shown,
                votes,
                conflict,
            })
        })
        .await
        .map_err(Fault::from)
}
