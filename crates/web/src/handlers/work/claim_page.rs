//! One claim: its invoice and files, its supplier tested now, what comes next, its verification.

use super::act::{as_notice, done, errors_label, form_key, id_of, label_of, on_form};
use super::application_view::event_key;
use super::{claim, claim_file, claim_next, decision_view, show};
use crate::pages::application::TimelineStep;
use crate::pages::claim::{ClaimPage, VerifyForm};
use crate::pages::decision::RelatedParty;
use crate::serve::{Cx, Fault, Page, Posted};
use crate::{Field, Notice, Outcome, State, links};
use app::Names;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::{Date, FieldProblem, Time};
use db::Read;
use grants::{
    Application, Award, Claim, ClaimFile, ClaimId, ClaimState, Error, Event, EventKind, Payment,
    Refused,
};
use identity::{OrganisationId, Permission};
use oversight::RelatedParties;
use rulebook::model::SupplierCondition;
use rulebook::{SupplierStanding, SupplierState};
use std::sync::Arc;

/// Inputs of the officer's form with their labels.
const LABELS: [(&str, &str); 2] = [("verdict", "decision.verdict"), ("reason", "decision.reason")];

/// A claim with everything around it.
pub(super) struct Facts {
    pub(super) claim: Claim,
    pub(super) award: Award,
    application: Application,
    /// Whether whoever looks acts for the beneficiary.
    pub(super) is_mine: bool,
    pub(super) files: Vec<ClaimFile>,
    /// Files that another claim holds too.
    pub(super) shared: Vec<(ClaimFile, ClaimId)>,
    /// Who is paid, and whether it is known where.
    pub(super) payee: OrganisationId,
    pub(super) has_account: bool,
    pub(super) payment: Option<Payment>,
    /// Day by which it is to be verified, where the rule has a clock.
    pub(super) due: Option<Date>,
    states: Vec<SupplierState>,
    related: RelatedParties<OrganisationId>,
    events: Vec<Event>,
    pub(super) names: Arc<Names>,
    pub(super) conflict: Option<grants::Conflict>,
    /// Why the claim cannot be settled as things stand now.
    obstacle: Option<String>,
}

/// Shows a claim to its beneficiary, to officers and to auditors.
pub(super) async fn show_claim(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let facts = gather(&cx, id_of(&id)?).await?;
    Page::of(&page(&cx, &facts, &Posted::default()))
}

/// Verifies a claim and settles its money, or refuses it.
pub(super) async fn verify(
    cx: Cx,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, Fault> {
    let id: ClaimId = id_of(&id)?;
    let officer = cx.person()?.id;
    let (verdict, reason) = (form.text("verdict").to_owned(), form.text("reason").to_owned());
    let changed = if matches!(verdict.as_str(), "verify" | "refuse") {
        done(&cx, form_key(&cx, &form, ""), move |tx| {
            if verdict == "verify" {
                grants::claim_settle(tx, officer, id)?;
            } else {
                grants::claim_refuse(tx, officer, id, &reason)?;
            }
            Ok(links::claim(id.as_str()))
        })
        .await
    } else {
        let problem = FieldProblem::new("verdict", ("must be chosen", "须选择"));
        Err(Fault::Invalid(vec![problem]))
    };
    match changed {
        Ok(see) => Ok(see.into_response()),
        Err(fault) => unverified(&cx, id, fault, &form).await,
    }
}

/// Shows the claim again with what was refused.
async fn unverified(cx: &Cx, id: ClaimId, fault: Fault, form: &Posted) -> Result<Response, Fault> {
    let facts = gather(cx, id).await?;
    let mut page = page(cx, &facts, form);
    let status = match &mut page.verify {
        Some(form) => {
            let fields = &mut [&mut form.verdict, &mut form.reason];
            let status = on_form(cx, fault, &mut form.form, fields)?;
            errors_label(cx, &mut form.form, |name| label_of(cx, &LABELS, name));
            status
        }
        None => {
            let (status, notice) = as_notice(cx, fault)?;
            page.ui.notice = Some(notice);
            status
        }
    };
    Ok(Page::with(status, &page)?.into_response())
}

pub(super) async fn gather(cx: &Cx, id: ClaimId) -> Result<Facts, Fault> {
    let (standing, now, lang) = (cx.standing.clone(), cx.now, cx.lang);
    let zone = cx.app.clone();
    cx.app
        .read(move |read| {
            let claim = grants::claim_read(read, id)?;
            let award = grants::award_read(read, claim.award)?;
            let is_mine = standing.may_act_for(award.organisation);
            if !is_mine && !standing.may(Permission::Inspect) {
                return Err(Refused::ClaimUnknown(id).into());
            }
            let graph = grants::graph_at_default(read, now.date())?;
            let conflict = match standing.person {
                Some(person) if standing.may(Permission::DecideAwards) => {
                    grants::conflict_find(read, person, award.application, now)?
                }
                _ => None,
            };
            let payee = grants::claim_payee(read, &award, &claim)?;
            let has_account = grants::bank_account_of(read, payee)?.is_some();
            let payments = grants::payments_of_award(read, award.id)?;
            Ok::<_, Error>(Facts {
                is_mine,
                obstacle: obstacle(read, &award, &claim, (payee, has_account), now)?
                    .map(|why| Fault::from(Error::from(why)).detail(lang)),
                files: grants::claim_files_of(read, id)?,
                shared: grants::claim_files_shared(read, id)?,
                payment: payments.into_iter().find(|payment| payment.claim == id),
                due: due(read, &award, &claim)?,
                states: grants::supplier_states(read, &award, claim.supplier, now)?,
                related: grants::related_of(&graph, award.organisation, claim.supplier),
                application: grants::application_find(read, award.application)?,
                events: grants::events_of(read, award.application)?,
                names: app::names(&zone, read)?,
                payee,
                has_account,
                claim,
                award,
                conflict,
            })
        })
        .await
        .map_err(Fault::from)
}

/// Says why an open claim cannot be settled as things stand now, if it cannot.
fn obstacle(
    read: &Read<'_>,
    award: &Award,
    claim: &Claim,
    (payee, has_account): (OrganisationId, bool),
    now: Time,
) -> Result<Option<Refused>, Error> {
    if claim.state != ClaimState::Submitted {
        return Ok(None);
    }
    match grants::claim_check(read, award, claim, now) {
        Err(Error::Refused(why)) => Ok(Some(why)),
        Err(error) => Err(error),
        Ok(()) if has_account => Ok(None),
        Ok(()) => Ok(Some(Refused::BankAccountMissing(payee))),
    }
}

fn due(read: &Read<'_>, award: &Award, claim: &Claim) -> Result<Option<Date>, Error> {
    let call = grants::call_read(read, award.call)?;
    let (_, rule) = grants::instrument_read(read, call.instrument)?;
    Ok(grants::due_on(&rule, claim.submitted_at.date()))
}

/// Fills the page.
pub(super) fn page(cx: &Cx, facts: &Facts, form: &Posted) -> ClaimPage {
    let Facts { claim, award, names, .. } = facts;
    let is_forbidden = facts.states.iter().any(|state| {
        state.condition == SupplierCondition::NonAffiliated
            && state.state == SupplierStanding::Broken
    });
    let related = facts.related.found.iter().map(|found| RelatedParty {
        finding: decision_view::finding(&facts.related, found, names),
        path: show::path(&found.path, names),
        is_forbidden,
    });
    let mut ui = cx.ui();
    let verify = verify_form(cx, facts, form);
    if let Some(why) = facts.obstacle.as_ref().filter(|_| verify.is_some()) {
        let message = cx.lang.fill("work.not-settled", std::slice::from_ref(why));
        ui.notice = Some(Notice { outcome: Outcome::Fail, message });
    }
    ClaimPage {
        ui,
        id: claim.id.to_string(),
        award: (award.id.to_string(), show::title(&facts.application.draft)),
        beneficiary: show::org(names, award.organisation),
        invoice: claim.invoice_number.clone(),
        supplier: show::org(names, claim.supplier),
        date: claim.invoice_date.to_string(),
        invoiced: claim.invoice,
        claimed: claim.asked,
        state: claim::state(claim),
        next: claim_next::next(cx, facts),
        actions: claim_next::actions(cx, facts),
        files: claim_file::rows(cx, facts),
        upload: claim_file::form(cx, facts),
        conditions: facts.states.iter().map(show::supplier).collect(),
        related: related.collect(),
        events: events(cx, facts),
        may_enter_accounts: cx.standing.may(Permission::KeepRecords),
        verify,
    }
}

/// Lists what happened to this claim alone, then what is to come: the id of the claim or of its
/// payment is in the detail of its events.
fn events(cx: &Cx, facts: &Facts) -> Vec<TimelineStep> {
    let payment = facts.payment.as_ref().map(|payment| payment.id);
    let is_own = |event: &&Event| match event.kind {
        EventKind::ClaimSubmitted
        | EventKind::ClaimFileAdded
        | EventKind::ClaimRefused
        | EventKind::ClaimSettled => event.detail.contains(facts.claim.id.as_str()),
        EventKind::PaymentSent | EventKind::PaymentConfirmed => {
            payment.is_some_and(|id| event.detail.contains(id.as_str()))
        }
        _ => false,
    };
    let step = |event: &Event| TimelineStep {
        label: cx.t(event_key(event.kind)).to_owned(),
        at: show::instant(event.at),
        by: if event.kind == EventKind::ClaimRefused {
            facts.claim.reason.clone()
        } else {
            String::new()
        },
        state: State::Done,
    };
    let mut own: Vec<&Event> = facts.events.iter().filter(is_own).collect();
    own.sort_by_key(|event| (event.at, event.kind));
    let mut steps: Vec<TimelineStep> = own.into_iter().map(step).collect();
    steps.extend(claim_next::steps(cx, facts));
    steps
}

/// Offered to an officer who neither handed it in nor is bound to the parties.
fn verify_form(cx: &Cx, facts: &Facts, form: &Posted) -> Option<VerifyForm> {
    let claim = &facts.claim;
    let may = cx.standing.may(Permission::DecideAwards)
        && claim.state == ClaimState::Submitted
        && Some(claim.submitted_by) != cx.standing.person
        && facts.conflict.is_none();
    may.then(|| {
        let verify = ("verify", cx.t("work.verify"));
        let refuse = ("refuse", cx.t("work.refuse"));
        let choices = match facts.obstacle {
            Some(_) => vec![refuse],
            None => vec![verify, refuse],
        };
        VerifyForm {
            form: cx.form(),
            verdict: Field::choose("verdict", form.text("verdict"), &choices),
            reason: Field::new("reason", form.text("reason")),
        }
    })
}
