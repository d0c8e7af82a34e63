//! Closing an award before its term.

use super::act::{done, form_key, id_of, on_form, outsider};
use super::show;
use crate::pages::award_close::AwardClosePage;
use crate::serve::{Cx, Fault, Page, Posted};
use crate::{FieldError, Text, links};
use app::Names;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::Amount;
use grants::{Application, Award, AwardId, AwardState, Call, Claim, ClaimState, Refused};
use identity::Actor;
use std::sync::Arc;

/// An award with what closing it touches.
struct Facts {
    award: Award,
    application: Application,
    call: Call,
    /// Claims to be verified or refused first.
    open: Vec<Claim>,
    conflict: Option<grants::Conflict>,
    names: Arc<Names>,
}

/// Says what closing does, and asks.
pub(super) async fn ask(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let facts = gather(&cx, id_of(&id)?).await?;
    Page::of(&page(&cx, &facts))
}

/// Closes the award, if what is left of it is still what the page showed.
pub(super) async fn send(cx: Cx, Path(id): Path<String>, form: Posted) -> Result<Response, Fault> {
    let id: AwardId = id_of(&id)?;
    let (officer, standing) = (cx.person()?.id, cx.standing.clone());
    let shown: Option<i64> = form.parse("left");
    let closed = done(&cx, form_key(&cx, &form, ""), move |tx| {
        let award = grants::award_read(tx, id)?;
        outsider(&standing, &grants::application_find(tx, award.application)?)?;
        let is_fresh = shown == Some(award.left().minor);
        if award.state == AwardState::Active && !is_fresh {
            return Err(Refused::ShownChanged.into());
        }
        grants::award_close(tx, Actor::Person(officer), id)?;
        Ok(links::award(id.as_str()))
    });
    let fault = match closed.await {
        Ok(see) => return Ok(see.into_response()),
        Err(fault) => fault,
    };
    let facts = gather(&cx, id).await?;
    let mut page = page(&cx, &facts);
    let is_stale = fault.code() == "shown_changed";
    let status = on_form(&cx, fault, &mut page.form, &mut [])?;
    if is_stale {
        let message = cx.t("close.changed").to_owned();
        page.form.errors = vec![FieldError { field: String::new(), message }];
    }
    Ok(Page::with(status, &page)?.into_response())
}

async fn gather(cx: &Cx, id: AwardId) -> Result<Facts, Fault> {
    let (standing, officer, now) = (cx.standing.clone(), cx.person()?.id, cx.now);
    let zone = cx.app.clone();
    cx.app
        .read(move |read| {
            let award = grants::award_read(read, id)?;
            if award.state == AwardState::Closed {
                return Err(Refused::AwardClosed.into());
            }
            let application = grants::application_find(read, award.application)?;
            outsider(&standing, &application)?;
            let mut open = grants::claims_of_award(read, id)?;
            open.retain(|claim| claim.state == ClaimState::Submitted);
            Ok::<_, grants::Error>(Facts {
                call: grants::call_read(read, award.call)?,
                conflict: grants::conflict_find(read, officer, award.application, now)?,
                names: app::names(&zone, read)?,
                application,
                open,
                award,
            })
        })
        .await
        .map_err(Fault::from)
}

fn page(cx: &Cx, facts: &Facts) -> AwardClosePage {
    let Facts { award, call, .. } = facts;
    let ui = crate::Ui { synthetic: cx.zone.is_synthetic || award.is_synthetic, ..cx.ui() };
    // The table's checks keep paid within settled.
    let waiting = Amount::new(award.settled.minor - award.paid.minor, award.amount.unit);
    let named = |claim: &Claim| (claim.id.to_string(), claim.invoice_number.clone());
    let conflict = facts.conflict.iter().map(|why| cx.say(&why.words()));
    AwardClosePage {
        ui,
        id: award.id.to_string(),
        title: show::title(&facts.application.draft),
        beneficiary: show::org(&facts.names, award.organisation),
        call: (call.id.to_string(), Text::new(&call.title_en, &call.title_zh)),
        left: award.left(),
        waiting,
        paid: award.paid,
        ends: award.expires_at.map(show::day).unwrap_or_default(),
        open: facts.open.iter().map(named).collect(),
        obstacle: conflict.map(|why| cx.lang.fill("close.conflict", &[why])).next(),
        form: cx.form(),
    }
}
