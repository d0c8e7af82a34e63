//! Claims: the form for an invoice, the claim with its supplier tested now, and its verification.

use super::act::{AMOUNT_ZH, SUPPLIER_ZH, as_notice, done, form_key, id_of, on_form};
use super::application_view::event_key;
use super::apply_form::supplier_of;
use super::{decision_view, show};
use crate::pages::application::TimelineStep;
use crate::pages::claim::{ClaimFormPage, ClaimPage, VerifyForm};
use crate::pages::decision::RelatedParty;
use crate::serve::{Cx, Fault, Page, Posted};
use crate::{Choice, Field, Notice, Outcome, State, Text, links};
use app::Names;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::{Amount, FieldProblem, FieldProblems};
use grants::{
    Application, Award, AwardId, AwardState, Claim, ClaimId, ClaimState, Event, EventKind,
    NewClaim, Refused,
};
use identity::{OrganisationId, Permission};
use oversight::RelatedParties;
use rulebook::model::{Named, SupplierCondition};
use rulebook::{Coded, Instrument, SupplierStanding, SupplierState};

/// An award as whoever claims on it needs it.
struct OwnAward {
    award: Award,
    application: Application,
    rule: Instrument,
    /// What open claims leave.
    left: Amount,
}

/// Shows the form for an invoice.
pub(super) async fn ask(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let own = own_award(&cx, id_of(&id)?).await?;
    Page::of(&form_page(&cx, &own, &Posted::default()))
}

/// Takes a claim; every bad field comes back at once.
pub(super) async fn send(cx: Cx, Path(id): Path<String>, form: Posted) -> Result<Response, Fault> {
    let own = own_award(&cx, id_of(&id)?).await?;
    let award = own.award.clone();
    let posted = form.clone();
    let new = cx.app.read(move |read| {
        let supplier = supplier_of(read, posted.text("supplier"))?;
        Ok::<_, grants::Error>(new_claim(&award, &posted, supplier))
    });
    let sent = match new.await? {
        Ok(new) => {
            let (standing, key) = (cx.standing.clone(), form_key(&cx, &form, ""));
            done(&cx, key, move |tx| {
                let claim = grants::claim_submit(tx, &standing, &new)?;
                Ok(links::claim(claim.id.as_str()))
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    let fault = match sent {
        Ok(see) => return Ok(see.into_response()),
        Err(fault) => on_own_fields(fault),
    };
    let mut page = form_page(&cx, &own, &form);
    let mut state = std::mem::take(&mut page.form);
    let fields = &mut [
        &mut page.invoice,
        &mut page.supplier,
        &mut page.amount,
        &mut page.date,
        &mut page.kind,
        &mut page.what,
        &mut page.asked,
    ];
    let status = on_form(&cx, fault, &mut state, fields)?;
    page.form = state;
    Ok(Page::with(status, &page)?.into_response())
}

/// The operation's names of fields are not the form's.
fn on_own_fields(fault: Fault) -> Fault {
    let Fault::Invalid(mut problems) = fault else { return fault };
    for problem in &mut problems {
        let name = match problem.field.as_str() {
            "invoice_number" => "invoice",
            "invoice_date" => "date",
            "invoice" => "amount",
            _ => continue,
        };
        name.clone_into(&mut problem.field);
    }
    Fault::Invalid(problems)
}

fn new_claim(
    award: &Award,
    form: &Posted,
    supplier: Result<Option<OrganisationId>, String>,
) -> Result<NewClaim, Fault> {
    let unit = award.amount.unit;
    let mut problems = FieldProblems::default();
    let is_given = supplier != Ok(None);
    problems.require(is_given, "supplier", ("must be filled in", "须填写"));
    let supplier = problems.keep_or("supplier", supplier, SUPPLIER_ZH).flatten();
    let date = form.text("date").parse();
    let date = date.map_err(|_| "must be a date such as `2019-09-30`");
    let date = problems.keep_or("invoice_date", date, "须为日期，如 `2019-09-30`");
    problems.text("invoice_number", form.text("invoice"), 1, 60);
    let invoice = problems.keep_or("invoice", Amount::parse(form.text("amount"), unit), AMOUNT_ZH);
    let asked = problems.keep_or("asked", Amount::parse(form.text("asked"), unit), AMOUNT_ZH);
    problems.finish().map_err(Fault::Invalid)?;
    match (supplier, date, invoice, asked) {
        (Some(supplier), Some(invoice_date), Some(invoice), Some(asked)) => Ok(NewClaim {
            award: award.id,
            supplier,
            invoice_number: form.text("invoice").to_owned(),
            invoice_date,
            invoice,
            cost: form.optional("kind"),
            what: form.optional("what"),
            asked,
        }),
        _ => Err(Fault::BadRequest("the claim cannot be read".to_owned())),
    }
}

fn form_page(cx: &Cx, own: &OwnAward, form: &Posted) -> ClaimFormPage {
    let field = |name: &str| Field::new(name, form.text(name));
    let select = |name: &str, list: &[Named]| {
        let choice = |one: &Named| Choice { value: one.id.clone(), label: cx.say(&one.name) };
        Field { choices: list.iter().map(choice).collect(), ..field(name) }
    };
    let terms = own.rule.supplier.as_ref();
    ClaimFormPage {
        ui: cx.ui(),
        award: own.award.id.to_string(),
        title: show::title(&own.application.draft),
        left: own.left,
        form: cx.form(),
        invoice: field("invoice"),
        supplier: field("supplier"),
        amount: field("amount"),
        date: field("date"),
        asked: field("asked"),
        kind: select("kind", &own.rule.costs),
        what: select("what", &own.rule.purchases),
        conditions: terms.map_or_else(Vec::new, conditions),
    }
}

fn conditions(terms: &rulebook::model::SupplierTerms) -> Vec<Text> {
    let says = |condition: SupplierCondition| {
        let words = |lang| condition.words(lang);
        Text::new(words(rulebook::Lang::En), words(rulebook::Lang::Zh))
    };
    let all = [
        (terms.is_non_affiliated, SupplierCondition::NonAffiliated),
        (terms.is_third_party, SupplierCondition::ThirdParty),
        (terms.admitted.is_some(), SupplierCondition::Admitted),
        (!terms.named.is_empty(), SupplierCondition::Named),
        (terms.through.is_some(), SupplierCondition::Through),
    ];
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, one)| says(one)).collect()
}

/// Reads an award on which this person may claim now.
async fn own_award(cx: &Cx, id: AwardId) -> Result<OwnAward, Fault> {
    let (standing, now) = (cx.standing.clone(), cx.now);
    cx.app
        .read(move |read| {
            let award = grants::award_read(read, id)?;
            if !standing.may_act_for(award.organisation) {
                return Err(Refused::NotYours(award.organisation).into());
            }
            if award.state == AwardState::Closed {
                return Err(Refused::AwardClosed.into());
            }
            if let Some(end) = award.expires_at.filter(|end| now >= *end) {
                return Err(Refused::AwardExpired(end).into());
            }
            let call = grants::call_read(read, award.call)?;
            let (_, rule) = grants::instrument_read(read, call.instrument)?;
            let open = grants::claims_of_award(read, id)?;
            let open = open.iter().filter(|claim| claim.state == ClaimState::Submitted);
            let promised = open.fold(0_i64, |sum, claim| sum.saturating_add(claim.asked.minor));
            let left = Amount::new(award.left().minor - promised, award.amount.unit);
            let application = grants::application_find(read, award.application)?;
            Ok::<_, grants::Error>(OwnAward { award, application, rule, left })
        })
        .await
        .map_err(Fault::from)
}

/// A claim with everything around it.
struct Facts {
    claim: Claim,
    award: Award,
    application: Application,
    states: Vec<SupplierState>,
    related: RelatedParties<OrganisationId>,
    events: Vec<Event>,
    names: Names,
    conflict: Option<grants::Conflict>,
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
            on_form(cx, fault, &mut form.form, &mut [&mut form.verdict, &mut form.reason])?
        }
        None => {
            let (status, notice) = as_notice(cx, fault)?;
            page.ui.notice = Some(notice);
            status
        }
    };
    Ok(Page::with(status, &page)?.into_response())
}

async fn gather(cx: &Cx, id: ClaimId) -> Result<Facts, Fault> {
    let (standing, now, lang) = (cx.standing.clone(), cx.now, cx.lang);
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
            let obstacle = match grants::claim_check(read, &award, &claim, now) {
                Err(why @ grants::Error::Refused(_)) => Some(Fault::from(why).detail(lang)),
                checked => checked.map(|()| None)?,
            };
            Ok::<_, grants::Error>(Facts {
                obstacle: obstacle.filter(|_| claim.state == ClaimState::Submitted),
                states: grants::supplier_states(read, &award, claim.supplier, now)?,
                related: grants::related_of(&graph, award.organisation, claim.supplier),
                application: grants::application_find(read, award.application)?,
                events: grants::events_of(read, award.application)?,
                names: Names::read(read)?,
                claim,
                award,
                conflict,
            })
        })
        .await
        .map_err(Fault::from)
}

fn page(cx: &Cx, facts: &Facts, form: &Posted) -> ClaimPage {
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
        state: state(claim),
        conditions: facts.states.iter().map(show::supplier).collect(),
        related: related.collect(),
        events: events(cx, facts),
        may_enter_accounts: cx.standing.may(Permission::KeepRecords),
        verify,
    }
}

/// Returns where a claim stands.
pub(super) fn state(claim: &Claim) -> State {
    match claim.state {
        ClaimState::Submitted => State::Claimed,
        ClaimState::Refused => State::Refused,
        ClaimState::Settled => State::Verified,
        ClaimState::Paid => State::Paid,
    }
}

/// Lists what happened to this claim alone: its id is in the detail of its events.
fn events(cx: &Cx, facts: &Facts) -> Vec<TimelineStep> {
    let is_own = |event: &&Event| {
        let is_kind = matches!(
            event.kind,
            EventKind::ClaimSubmitted | EventKind::ClaimRefused | EventKind::ClaimSettled
        );
        is_kind && event.detail.contains(facts.claim.id.as_str())
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
    facts.events.iter().filter(is_own).map(step).collect()
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
